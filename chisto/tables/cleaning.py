"""Labelled rows that can be learnt from, and an account of those that cannot."""

import hashlib
from array import array
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path

import numpy as np

from chisto.tables.columns import LABEL_COLUMN, ROW_COLUMN, TEXT_COLUMN, is_missing, parse_label
from chisto.tables.errors import NoUsableRows
from chisto.tables.table import Table

EXAMPLES = 10

_MISSING, _EMPTY, _NON_BINARY, _MALFORMED = 2, 3, 4, 5  # beside the labels 0 and 1


@dataclass(frozen=True)
class DropReport:
    """Counts of rows; ``examples`` gives up to ten row numbers (1 is the first after the header) per reason.

    ``duplicates``: further copies of a text with the same label (the first stays). ``contradictions``: all
    copies of texts that carry both labels; ``contradictory_texts`` counts those texts.
    """

    rows: int
    kept: int
    kept_toxic: int
    malformed: int
    missing: int
    empty: int
    non_binary: int
    duplicates: int
    contradictions: int
    contradictory_texts: int
    examples: dict[str, list[int]] = field(default_factory=dict)

    def to_json(self) -> dict[str, object]:
        return asdict(self)


@dataclass(frozen=True)
class LabelledChunk:
    rows: list[int]
    texts: list[str]
    labels: list[int]


class Cleaning:
    """The kept rows of a table, read anew at each iteration, and the report on the others."""

    def __init__(self, table: Table, report: DropReport, keep: np.ndarray) -> None:
        self._table, self.report, self._keep = table, report, keep

    def __iter__(self) -> Iterator[LabelledChunk]:
        for chunk in self._table.chunks():
            start = chunk.first_row - 1
            kept = np.flatnonzero(self._keep[start : start + len(chunk.texts)]).tolist()
            if kept:
                yield LabelledChunk(
                    rows=[start + index + 1 for index in kept],
                    texts=[chunk.texts[index] or "" for index in kept],
                    labels=[parse_label(chunk.labels[index]) or 0 for index in kept],
                )


def clean_labelled(table: Table, report: Callable[[float], None] | None = None) -> Cleaning:
    """Judge every row: one pass over the table, ten bytes of memory a row. ``report`` gets the fraction read.

    Texts that differ only in white space count as the same. Raises LabelColumnUnknown, NoUsableRows.
    """
    if table.label_index is None:
        raise table.no_label_column()
    hashes, verdicts = array("q"), array("b")
    for chunk in table.chunks():
        for position, (text, label) in enumerate(zip(chunk.texts, chunk.labels, strict=True)):
            folded = " ".join(text.split()) if text else ""
            hashes.append(hash(folded))
            if position in chunk.malformed:
                verdicts.append(_MALFORMED)
            elif text is None or is_missing(label) or (isinstance(label, str) and not label.strip()):
                verdicts.append(_MISSING)
            elif not folded:
                verdicts.append(_EMPTY)
            else:
                mark = parse_label(label)
                verdicts.append(_NON_BINARY if mark is None else mark)
        if report is not None:
            report(table.fraction)
    keep, drops = _judge(np.frombuffer(hashes, np.int64), np.frombuffer(verdicts, np.int8))
    if not drops.kept:
        raise NoUsableRows(**asdict(drops))
    return Cleaning(table, drops, keep)


def write_labelled(cleaning: Cleaning, target: Path) -> str:
    """Write the kept rows as Parquet (row, comment_text, toxic); return the SHA-256 of texts and labels.

    The hash is of the content, so the same comments give it again whatever file or format they came in.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    schema = pa.schema([(ROW_COLUMN, pa.int64()), (TEXT_COLUMN, pa.string()), (LABEL_COLUMN, pa.int8())])
    digest = hashlib.sha256()
    with pq.ParquetWriter(target, schema, compression="zstd") as writer:
        for chunk in cleaning:
            for text, label in zip(chunk.texts, chunk.labels, strict=True):
                data = text.encode()
                digest.update(b"%d %d " % (label, len(data)) + data)
            writer.write_table(pa.table([chunk.rows, chunk.texts, chunk.labels], schema=schema))
    return digest.hexdigest()


def _judge(hashes: np.ndarray, verdicts: np.ndarray) -> tuple[np.ndarray, DropReport]:
    labelled = np.flatnonzero(verdicts < _MISSING)
    texts, first, inverse = np.unique(hashes[labelled], return_index=True, return_inverse=True)
    labels = verdicts[labelled]
    toxic = np.bincount(inverse, weights=labels, minlength=len(texts))
    copies = np.bincount(inverse, minlength=len(texts))
    contradictory = (toxic > 0) & (toxic < copies)
    is_first = np.zeros(len(labelled), bool)
    is_first[first] = True
    contradicts = contradictory[inverse]
    repeats = ~is_first & ~contradicts
    keep = np.zeros(len(verdicts), bool)
    keep[labelled[is_first & ~contradicts]] = True
    dropped = {
        "malformed": np.flatnonzero(verdicts == _MALFORMED),
        "missing": np.flatnonzero(verdicts == _MISSING),
        "empty": np.flatnonzero(verdicts == _EMPTY),
        "non_binary": np.flatnonzero(verdicts == _NON_BINARY),
        "duplicates": labelled[repeats],
        "contradictions": labelled[contradicts],
    }
    report = DropReport(
        rows=len(verdicts),
        kept=int(keep.sum()),
        kept_toxic=int(verdicts[keep].sum()),
        contradictory_texts=int(contradictory.sum()),
        examples={name: (rows[:EXAMPLES] + 1).tolist() for name, rows in dropped.items() if len(rows)},
        **{name: len(rows) for name, rows in dropped.items()},
    )
    return keep, report
