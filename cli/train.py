"""`chisto train` and `chisto evaluate`: models from files and their figures, without a server."""

import json
import shutil
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeElapsedColumn

from chisto.errors import BadField, Conflict, Words
from chisto.families import FAMILIES
from cli import console
from cli.score import NoSuchFile


class FolderTaken(Conflict):
    code = "folder_taken"
    texts = {
        "en": ("There is something at {path} already.", "Name another folder, or add --overwrite."),
        "ru": ("По пути {path} уже что-то есть.", "Назовите другую папку или добавьте --overwrite."),
    }


def train(
    family: Annotated[str, typer.Argument(help=f"One of {', '.join(FAMILIES)}.")],
    train_file: Annotated[Path, typer.Option("--train", help="Labelled comments: CSV, TSV, JSONL, Parquet.")],
    out: Annotated[Path, typer.Option(help="Folder of the model; made here.")],
    val_file: Annotated[
        Path | None, typer.Option("--val", help="Comments to tune on; by default a tenth is held back.")
    ] = None,
    name: Annotated[str | None, typer.Option(help="Name of the model: a-z, 0-9, _ and -.")] = None,
    param: Annotated[
        list[str] | None, typer.Option(help="Hyperparameter, as C=3 or vectorizer.min_df=2; repeatable.")
    ] = None,
    vectorizer: Annotated[
        str | None, typer.Option(help="bag_of_words, tf_idf or hashed, for classical models.")
    ] = None,
    column: Annotated[str | None, typer.Option(help="Column with the text; guessed by default.")] = None,
    label: Annotated[str | None, typer.Option(help="Column with the label; guessed by default.")] = None,
    seed: Annotated[int, typer.Option(help="Of everything random.")] = 0,
    overwrite: Annotated[bool, typer.Option(help="Replace the folder.")] = False,
) -> None:
    """Train a model from labelled comments: calibrated, with a threshold and a card, ready to serve."""
    from chisto.families import parse_recipe
    from training.standalone import train_artifact

    for path in filter(None, (train_file, val_file)):
        if not path.is_file():
            raise NoSuchFile(path=path)
    if out.exists():
        if not overwrite:
            raise FolderTaken(path=out)
        shutil.rmtree(out) if out.is_dir() else out.unlink()
    model_params, vectorizer_params = _params(param or [])
    recipe = parse_recipe(family, vectorizer, model_params, vectorizer_params)
    with _progress() as progress:
        bar = progress.add_task("reading", total=1.0, told="")

        def report(stage: str, fraction: float, metrics: dict[str, Any]) -> None:
            told = "  ".join(f"{key} {value:.4f}" for key, value in metrics.items())
            progress.update(bar, description=stage, completed=fraction)
            if told:
                progress.update(bar, told=told)

        manifest = train_artifact(
            recipe, train_file, val_file, out,
            name=name or family, text_column=column, label_column=label, seed=seed, progress=report,
        )  # fmt: skip
    card = json.loads((out / "card.json").read_text(encoding="utf-8"))
    metrics = card["validation"]["metrics"]
    console.print(
        f"{out}: {manifest.family}, {manifest.size_bytes / 1e6:.2f} MB, validation macro F1 "
        f"{metrics['macro_f1']['value']:.4f}; the rest is in {out / 'card.md'}",
        highlight=False,
    )


def evaluate(
    source: Annotated[Path, typer.Argument(help="Labelled comments: CSV, TSV, JSONL, Parquet.")],
    model: Annotated[str | None, typer.Option(help="Name of a model, or the folder of an artifact.")] = None,
    column: Annotated[str | None, typer.Option(help="Column with the text; guessed by default.")] = None,
    label: Annotated[str | None, typer.Option(help="Column with the label; guessed by default.")] = None,
    robustness: Annotated[bool, typer.Option(help="Measure under obfuscations as well.")] = True,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON instead of tables.")] = False,
) -> None:
    """Measure a model on labelled comments: metrics with intervals, calibration, slices, robustness."""
    from rich.console import Console
    from rich.markdown import Markdown

    from chisto.evaluation.report import evaluate as measure
    from chisto.tables import clean_labelled, open_table
    from cli.local import load_model

    if not source.is_file():
        raise NoSuchFile(path=source)
    loaded = load_model(model)
    texts: list[str] = []
    labels: list[int] = []
    with console.status("Reading"), open_table(source, text_column=column, label_column=label) as table:
        for chunk in clean_labelled(table):
            texts += chunk.texts
            labels += chunk.labels
    with console.status(f"Scoring {len(texts)} comments with {loaded.manifest.name}"):
        report = measure(loaded.scorer, texts, labels, with_robustness=robustness)
    if as_json:
        typer.echo(json.dumps(report.to_dict(), ensure_ascii=False, indent=1))
    else:
        Console().print(Markdown(f"# {loaded.manifest.name} on {source.name}\n\n{report.to_text()}"))


def _params(given: list[str]) -> tuple[dict[str, Any], dict[str, Any]]:
    """Of the model and of the vectorizer; values are JSON where they can be, else text."""
    model: dict[str, Any] = {}
    vectorizer: dict[str, Any] = {}
    for pair in given:
        key, equals, text = pair.partition("=")
        if not equals or not key:
            raise BadField(field="--param", reason=Words("нужно ИМЯ=ЗНАЧЕНИЕ", "NAME=VALUE is needed"))
        try:
            value = json.loads(text)
        except ValueError:
            value = text
        target, _, rest = key.rpartition("vectorizer.")
        (vectorizer if key != rest else model)[rest] = value
    return model, vectorizer


def _progress() -> Progress:
    return Progress(
        TextColumn("{task.description:10}"), BarColumn(), TaskProgressColumn(), TimeElapsedColumn(),
        TextColumn("{task.fields[told]}"), console=console,
    )  # fmt: skip
