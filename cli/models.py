"""`chisto models …`: the models of a running server."""

import json
from pathlib import Path
from typing import Annotated, Any

import typer

from cli.remote import (
    Json,
    connected,
    figure,
    follow,
    in_words,
    megabytes,
    print_json,
    print_table,
    say,
    transferring,
)

models_app = typer.Typer(help="Models of a running server.", no_args_is_help=True)

Name = Annotated[str, typer.Argument(help="Name of the model.", show_default=False)]
Version = Annotated[int | None, typer.Option(help="The current version by default.", min=1)]


@models_app.command("list")
def list_models(as_json: Json = False) -> None:
    """All models, those in training included."""
    with connected() as client:
        found = client.models()
    if as_json:
        return print_json(found)
    columns = in_words(
        "имя,версия,семейство,macro F1,порог,размер,состояние,",
        "name,version,family,macro F1,threshold,size,state,",
    )
    rows = [
        (
            model.name,
            model.version,
            model.family,
            figure(model.metrics.get("macro_f1")),
            figure(model.threshold),
            megabytes(model.size_bytes),
            model.state,
            in_words("основная", "default") if model.is_default else "",
        )
        for model in found
    ]
    return print_table(columns.split(","), rows)


@models_app.command()
def card(name: Name, version: Version = None, as_json: Json = False) -> None:
    """The model's card: data, metrics, threshold, versions."""
    from rich.markdown import Markdown

    from cli.remote import out

    with connected() as client:
        found = client.card(name, version=version)
    if as_json:
        return print_json(found)
    return out.print(Markdown(found.markdown))


@models_app.command()
def fit(
    name: Name,
    dataset: Annotated[str, typer.Argument(help="Name or uuid of a data set.", show_default=False)],
    family: Annotated[str, typer.Option(help="See `chisto models families`.")] = "logistic_regression",
    vectorizer: Annotated[str | None, typer.Option(help="tf_idf, bag_of_words or hashed.")] = None,
    params: Annotated[str, typer.Option(help="Parameters of the family, a JSON object.")] = "{}",
    vectorizer_params: Annotated[
        str, typer.Option(help="Parameters of the vectorizer, a JSON object.")
    ] = "{}",
    new_version: Annotated[bool, typer.Option(help="Add a version to a model of that name.")] = False,
    load: Annotated[bool, typer.Option(help="Load it when it is ready.")] = False,
    wait: Annotated[bool, typer.Option(help="Wait for the end and show the progress.")] = True,
    as_json: Json = False,
) -> None:
    """Train a model on a data set."""
    from chisto.schemas import FitRequest

    request = FitRequest(
        name=name,
        dataset=dataset,
        ml_model_type=family,
        vectorizer_type=vectorizer,
        ml_model_params=_object("--params", params),
        vectorizer_params=_object("--vectorizer-params", vectorizer_params),
        new_version=new_version,
        load=load,
    )
    with connected() as client:
        started = client.fit(request)
        if not as_json:
            say(started.message)
        ended = follow(client, started.task) if wait else None
    if as_json:
        print_json(ended or started)


def _object(option: str, text: str) -> dict[str, Any]:
    try:
        value = json.loads(text)
    except ValueError:
        value = None
    if not isinstance(value, dict):
        raise typer.BadParameter(f"{option}: a JSON object is needed, such as '{{\"C\": 1.0}}'")
    return value


@models_app.command()
def families() -> None:
    """Families, vectorizers and their parameters as JSON schema."""
    with connected() as client:
        print_json(client.families())


@models_app.command()
def load(name: Name) -> None:
    """Load a model, so that it answers."""
    with connected() as client:
        say(client.load(name)[0].message)


@models_app.command()
def unload(name: Name) -> None:
    """Unload a model."""
    with connected() as client:
        say(client.unload(name)[0].message)


@models_app.command()
def promote(name: Name, version: Version = None) -> None:
    """Make a model the one that answers by default."""
    with connected() as client:
        pointed = client.promote(name, version=version)
    say(f"{pointed.alias} → {pointed.name}, {in_words('версия', 'version')} {pointed.version}")


@models_app.command()
def threshold(
    name: Name,
    value: Annotated[
        float | None, typer.Argument(help="From 0 to 1; left out: the one of training.", min=0, max=1)
    ] = None,
) -> None:
    """Save the score from which a comment is toxic."""
    from chisto.schemas import DecisionRequest

    with connected() as client:
        bands = client.model(name).bands
        model = client.save_decision(name, DecisionRequest(threshold=value, bands=bands))
    say(f"{model.name}: {model.threshold}")


@models_app.command()
def remove(
    names: Annotated[list[str] | None, typer.Argument(help="Names of models.", show_default=False)] = None,
    every: Annotated[bool, typer.Option("--all", help="All but those that came with Chisto.")] = False,
    version: Version = None,
) -> None:
    """Remove models, or one version of a model."""
    if bool(names) == every:
        raise typer.BadParameter("give names, or --all")
    with connected() as client:
        messages = client.remove_all_models() if every else []
        for name in names or ():
            messages += client.remove_model(name, version=version)
    for message in messages:
        say(message.message)


@models_app.command()
def export(
    name: Name,
    target: Annotated[Path | None, typer.Argument(help="File to write; NAME.chisto.zip by default.")] = None,
    version: Version = None,
) -> None:
    """Write a model to a file, for another server."""
    with connected() as client, transferring(name) as progress:
        written = client.export_model(
            name, target or Path(f"{name}.chisto.zip"), version=version, progress=progress
        )
    say(str(written))


@models_app.command("import")
def import_model(
    file: Annotated[Path, typer.Argument(help="A file that `export` wrote.", exists=True, dir_okay=False)],
    name: Annotated[str | None, typer.Option(help="Name to give it; its own by default.")] = None,
    as_json: Json = False,
) -> None:
    """Take in a model from a file."""
    with connected() as client, transferring(file.name) as progress:
        model = client.import_model(file, name=name, progress=progress)
    if as_json:
        return print_json(model)
    return say(f"{model.name}, {in_words('версия', 'version')} {model.version}")
