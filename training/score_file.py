"""The job that scores a whole data set: its rows as CSV, with a score and a verdict for each."""

import csv
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from chisto.errors import UnknownModel
from chisto.tables import LABEL_COLUMN, ROW_COLUMN, TEXT_COLUMN
from models_store import artifacts
from training.jobs import Context

FILE = "scores.csv"
_ROWS = 2000
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


def score_file(context: Context) -> None:
    """Parameters: ``model`` and ``version``; ``threshold`` (None: the model's own). Leaves scores.csv."""
    params = context.params
    model = context.registry.models.get(params["model"], params.get("version"))
    threshold = model.threshold if params.get("threshold") is None else float(params["threshold"])
    context.report("loading", 0.0)
    try:
        scorer = artifacts.load(context.model_path(model)).scorer
    except FileNotFoundError:  # removed since the row was read
        raise UnknownModel(name=model.name) from None
    dataset = context.dataset()
    target, done, toxic = context.workdir / FILE, 0, 0
    # With a mark at its beginning, so that spreadsheets read it as UTF-8.
    with target.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        names = [ROW_COLUMN, TEXT_COLUMN, *([LABEL_COLUMN] if dataset.is_labelled else [])]
        writer.writerow([*names, "toxic_score", "is_toxic"])
        for rows in _batches(context.dataset_path(), names):
            scores = scorer.score([row[1] for row in rows])
            for row, score in zip(rows, scores, strict=True):
                is_toxic = bool(score >= threshold)
                toxic += is_toxic
                writer.writerow([row[0], _harmless(row[1]), *row[2:], f"{score:.6f}", int(is_toxic)])
            done += len(rows)
            context.report("scoring", 0.02 + 0.97 * done / dataset.rows)
    summary = {
        "rows": done,
        "toxic": toxic,
        "model": model.name,
        "version": model.version,
        "threshold": threshold,
    }
    context.publish(summary, summary=summary, files={FILE: target})


def _batches(path: Path, names: list[str]) -> Iterator[list[tuple[Any, ...]]]:
    import pyarrow.parquet as pq

    for batch in pq.ParquetFile(path).iter_batches(_ROWS, columns=names):
        yield list(zip(*(batch.column(name).to_pylist() for name in names), strict=True))


def _harmless(text: str) -> str:
    """A spreadsheet computes cells that begin like a formula; an apostrophe stops it."""
    return "'" + text if text.startswith(_FORMULA_STARTS) else text
