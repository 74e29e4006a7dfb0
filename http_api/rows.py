"""Rows of stored data sets: a page, some by their numbers, all as a download. pyarrow is imported when needed."""

import csv
import io
import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from chisto.schemas import DatasetRow, RowPage
from chisto.tables.columns import LABEL_COLUMN, TEXT_COLUMN

_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


def read_page(path: Path, *, offset: int, limit: int, label: int | None, search: str | None) -> RowPage:
    """Rows in their order; only those of a label, or with a text in them, where asked for."""
    if label is None and not search:
        return _read_plain(path, offset, limit)
    total, rows = 0, []
    for start, batch in _batches(path):
        for position in _matches(batch, label, search):
            if offset <= total < offset + limit:
                rows.append(_row(batch, start, position))
            total += 1
    return RowPage(total=total, offset=offset, rows=rows)


def read_numbers(path: Path, numbers: Sequence[int]) -> RowPage:
    """The rows of these numbers, in this order; numbers beyond the end are left out."""
    wanted, found = set(numbers), dict[int, DatasetRow]()
    for start, batch in _groups(path, wanted):
        for number in wanted & set(range(start, start + batch.num_rows)):
            found[number] = _row(batch, start, number - start)
    rows = [found[number] for number in numbers if number in found]
    return RowPage(total=len(rows), offset=0, rows=rows)


def write_csv(path: Path) -> Iterator[bytes]:
    """CSV for spreadsheets: UTF-8 with its mark, and an apostrophe before a cell that would be computed."""
    yield "\ufeff".encode()
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    is_first = True
    for _, batch in _batches(path):
        columns = _columns(batch)
        if is_first:
            writer.writerow([TEXT_COLUMN, *([LABEL_COLUMN] if columns[1] else [])])
            is_first = False
        texts = ["'" + text if text.startswith(_FORMULA_STARTS) else text for text in columns[0]]
        writer.writerows(zip(texts, columns[1], strict=True) if columns[1] else ([text] for text in texts))
        yield buffer.getvalue().encode()
        buffer.seek(0)
        buffer.truncate()


def write_jsonl(path: Path) -> Iterator[bytes]:
    for _, batch in _batches(path):
        texts, labels = _columns(batch)
        lines = (
            {TEXT_COLUMN: text, LABEL_COLUMN: labels[index]} if labels else {TEXT_COLUMN: text}
            for index, text in enumerate(texts)
        )
        yield "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines).encode()


def labelled_chunks(path: Path) -> Iterator[tuple[list[str], list[int]]]:
    for _, batch in _batches(path):
        texts, labels = _columns(batch)
        yield texts, labels


# --- Parquet -------------------------------------------------------------------------------------------------


def _batches(path: Path) -> Iterator[tuple[int, Any]]:
    """Row groups with the number of their first row."""
    yield from _groups(path, None)


def _groups(path: Path, wanted: set[int] | None) -> Iterator[tuple[int, Any]]:
    import pyarrow.parquet as pq

    with pq.ParquetFile(path) as file:
        start = 0
        for index in range(file.num_row_groups):
            rows = file.metadata.row_group(index).num_rows
            if wanted is None or any(start <= number < start + rows for number in wanted):
                yield start, file.read_row_group(index)
            start += rows


def _read_plain(path: Path, offset: int, limit: int) -> RowPage:
    import pyarrow.parquet as pq

    total = pq.read_metadata(path).num_rows
    page = read_numbers(path, range(offset, min(offset + limit, total)))
    return RowPage(total=total, offset=offset, rows=page.rows)


def _matches(batch: Any, label: int | None, search: str | None) -> list[int]:
    import pyarrow as pa
    import pyarrow.compute as pc

    mask: Any = pa.array([True] * batch.num_rows)
    if label is not None:
        if LABEL_COLUMN not in batch.column_names:
            return []
        mask = pc.and_(mask, pc.equal(batch[LABEL_COLUMN], label))
    if search:
        mask = pc.and_(mask, pc.match_substring(pc.utf8_lower(batch[TEXT_COLUMN]), search.lower()))
    places: list[int] = pc.indices_nonzero(mask).to_pylist()
    return places


def _row(batch: Any, start: int, position: int) -> DatasetRow:
    label = batch[LABEL_COLUMN][position].as_py() if LABEL_COLUMN in batch.column_names else None
    return DatasetRow(row=start + position, text=batch[TEXT_COLUMN][position].as_py(), label=label)


def _columns(batch: Any) -> tuple[list[str], list[int]]:
    labels = batch[LABEL_COLUMN].to_pylist() if LABEL_COLUMN in batch.column_names else []
    return batch[TEXT_COLUMN].to_pylist(), labels
