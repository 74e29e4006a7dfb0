"""`chisto score`: a file of comments in, the same file with scores out, in constant memory."""

import sys
from pathlib import Path
from typing import Annotated

import typer
from rich.progress import (
    BarColumn,
    Progress,
    SpinnerColumn,
    TaskProgressColumn,
    TextColumn,
    TimeRemainingColumn,
)

from chisto.errors import BadThreshold, NotFound
from cli import console


class NoSuchFile(NotFound):
    code = "no_such_file"
    texts = {
        "en": (
            "There is no file '{path}'.",
            "Name an existing CSV, TSV, JSONL or Parquet file, or - for stdin.",
        ),
        "ru": (
            "Файла «{path}» нет.",
            "Укажите существующий файл CSV, TSV, JSONL или Parquet или - для stdin.",
        ),
    }


def score(
    source: Annotated[
        str, typer.Argument(help="CSV, TSV, JSONL or Parquet, also zipped or gzipped; - is stdin.")
    ],
    target: Annotated[str, typer.Argument(help="Where to write the same with scores; - is stdout.")],
    model: Annotated[str | None, typer.Option(help="Name of a model, or the folder of an artifact.")] = None,
    column: Annotated[str | None, typer.Option(help="Column with the text; guessed by default.")] = None,
    threshold: Annotated[
        float | None, typer.Option(help="From this score on toxic; the model's own.")
    ] = None,
    safe_for_spreadsheets: Annotated[
        bool, typer.Option(help="Put an apostrophe before cells that a spreadsheet would compute.")
    ] = False,
) -> None:
    """Add toxic_score and is_toxic to every row of a file; everything else stays as it is."""
    from chisto.tables import copy_with_scores
    from cli.local import load_model

    if threshold is not None and not 0 <= threshold <= 1:
        raise BadThreshold
    if source != "-" and not Path(source).is_file():
        raise NoSuchFile(path=source)
    loaded = load_model(model)
    limit = loaded.scorer.decision.threshold if threshold is None else threshold
    with _progress() as progress, _Target(target) as out:
        bar = progress.add_task("Scoring", total=1.0)
        done = copy_with_scores(
            sys.stdin.buffer if source == "-" else Path(source),
            out.file,
            lambda texts: loaded.scorer.score(texts).tolist(),
            limit,
            text_column=column,
            neutralize_formulas=safe_for_spreadsheets,
            report=lambda fraction: progress.update(bar, completed=fraction),
        )
        progress.update(bar, completed=1.0)
    console.print(
        f"{done.rows} rows, {done.scored} scored by {loaded.manifest.name}, {done.toxic} toxic "
        f"(threshold {limit:.3f}); columns {done.score_column}, {done.verdict_column} added",
        highlight=False,
    )


def _progress() -> Progress:
    return Progress(
        SpinnerColumn(), TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(), TimeRemainingColumn(),
        console=console, transient=True,
    )  # fmt: skip


class _Target:
    """Writes beside the target and takes its place when all is written, so that no half file is ever seen."""

    def __init__(self, target: str) -> None:
        self._final = None if target == "-" else Path(target)
        self._part = None if self._final is None else self._final.with_name(f".{self._final.name}.part")
        self.file = sys.stdout.buffer if self._part is None else self._part.open("wb")

    def __enter__(self) -> "_Target":
        return self

    def __exit__(self, failed: type[BaseException] | None, *_: object) -> None:
        if self._part is None or self._final is None:
            self.file.flush()
            return
        self.file.close()
        if failed is None:
            self._part.replace(self._final)
        else:
            self._part.unlink(missing_ok=True)
