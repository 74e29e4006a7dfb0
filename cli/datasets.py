"""`chisto datasets …`: the data sets of a running server."""

from pathlib import Path
from typing import Annotated

import typer

from cli.remote import (
    Json,
    connected,
    follow,
    in_words,
    megabytes,
    print_json,
    print_table,
    say,
    transferring,
)

datasets_app = typer.Typer(help="Data sets of a running server.", no_args_is_help=True)

Key = Annotated[str, typer.Argument(help="Name or uuid of the data set.", show_default=False)]


@datasets_app.command("list")
def list_datasets(as_json: Json = False) -> None:
    """All data sets."""
    with connected() as client:
        found = client.datasets()
    if as_json:
        return print_json(found)
    columns = in_words("имя,строк,токсичных,размер,создан", "name,rows,toxic,size,created")
    rows = [
        (each.name, each.rows, each.toxic, megabytes(each.size_bytes), f"{each.created_at:%Y-%m-%d %H:%M}")
        for each in found
    ]
    return print_table(columns.split(","), rows)


@datasets_app.command()
def upload(
    file: Annotated[
        Path, typer.Argument(help="CSV, TSV, JSON Lines or Parquet.", exists=True, dir_okay=False)
    ],
    name: Annotated[str | None, typer.Option(help="That of the file by default.")] = None,
    text_column: Annotated[str | None, typer.Option(help="Column with the comments.")] = None,
    label_column: Annotated[str | None, typer.Option(help="Column with the labels, 0 or 1.")] = None,
    labelled: Annotated[bool | None, typer.Option(help="Insist on labels, or ignore them.")] = None,
    as_json: Json = False,
) -> None:
    """Send a file and say what was left out of it."""
    with connected() as client, transferring(file.name) as progress:
        made = client.upload_dataset(
            file,
            name=name,
            text_column=text_column,
            label_column=label_column,
            labelled=labelled,
            progress=progress,
        )
    if as_json:
        return print_json(made)
    say(in_words(f"«{made.name}»: строк {made.rows}.", f"'{made.name}': {made.rows} rows."))
    for reason, count in (made.report.dropped if made.report else {}).items():
        say(in_words(f"  отброшено ({reason}): {count}", f"  left out ({reason}): {count}"))
    return None


@datasets_app.command()
def report(dataset: Key) -> None:
    """What was left out of the upload, and why."""
    with connected() as client:
        print_json(client.report(dataset))


@datasets_app.command()
def show(
    dataset: Key,
    offset: Annotated[int, typer.Option(min=0)] = 0,
    limit: Annotated[int, typer.Option(min=1, max=1000)] = 20,
    label: Annotated[int | None, typer.Option(help="Only rows with this label.", min=0, max=1)] = None,
    search: Annotated[str | None, typer.Option(help="Only rows with this in the text.")] = None,
    as_json: Json = False,
) -> None:
    """Rows of a data set."""
    with connected() as client:
        page = client.preview(dataset, offset=offset, limit=limit, label=label, search=search)
    if as_json:
        return print_json(page)
    # Other people's text: control characters would move the cursor.
    rows = [
        (row.row, row.label, "".join(c if c.isprintable() else " " for c in row.text)) for row in page.rows
    ]
    return print_table(in_words("№,метка,текст", "row,label,text").split(","), rows)


@datasets_app.command()
def download(
    dataset: Key,
    target: Annotated[Path, typer.Argument(help="File to write: .csv, .jsonl or .parquet.")],
) -> None:
    """Write a data set to a file. CSV is made safe for spreadsheets; the others are exact."""
    form = target.suffix.lstrip(".")
    if form not in ("csv", "jsonl", "parquet"):
        raise typer.BadParameter("the name must end in .csv, .jsonl or .parquet")
    with connected() as client, transferring(target.name) as progress:
        say(str(client.download_dataset(dataset, target, format=form, progress=progress)))  # type: ignore[arg-type]


@datasets_app.command()
def profile(dataset: Key) -> None:
    """Profile a data set, wait for it and print the profile as JSON."""
    with connected() as client:
        follow(client, client.start_profile(dataset).task)
        print_json(client.profile(dataset).profile or {})


@datasets_app.command()
def score(
    dataset: Key,
    target: Annotated[Path, typer.Argument(help="File to write.")],
    model: Annotated[str | None, typer.Option(help="The promoted one by default.")] = None,
) -> None:
    """Score a whole data set and write the scored file."""
    from chisto.schemas import ScoreFileRequest

    with connected() as client:
        task = client.score_dataset(dataset, ScoreFileRequest(model=model)).task
        follow(client, task)
        with transferring(target.name) as progress:
            say(str(client.download_task_file(task, target, progress=progress)))


@datasets_app.command()
def delete(dataset: Key) -> None:
    """Delete a data set."""
    with connected() as client:
        say(client.delete_dataset(dataset).message)
