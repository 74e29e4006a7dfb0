"""Copy a table, adding the scores of its comments and leaving everything else as it is."""

import csv
import io
import itertools
import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, BinaryIO, TextIO, TypeVar

from chisto.tables.columns import Value
from chisto.tables.delimited import CsvReader
from chisto.tables.encoding import Encoding, without_surrogates
from chisto.tables.errors import MalformedRow
from chisto.tables.json_lines import JsonLinesReader, as_text
from chisto.tables.parquet import ParquetReader
from chisto.tables.reader import Malformed
from chisto.tables.source import Limits
from chisto.tables.table import Table, open_table

Score = Callable[[list[str]], Sequence[float]]

_BATCH_ROWS = 1024
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")
_T = TypeVar("_T")


@dataclass(frozen=True)
class ScoredCopy:
    """What was written: counts of rows and the names of the added columns."""

    rows: int
    scored: int
    toxic: int
    score_column: str
    verdict_column: str


def copy_with_scores(
    source: str | Path | BinaryIO | IO[bytes],
    target: Path | BinaryIO | IO[bytes],
    score: Score,
    threshold: float,
    *,
    text_column: str | None = None,
    neutralize_formulas: bool = False,
    limits: Limits | None = None,
    report: Callable[[float], None] | None = None,
) -> ScoredCopy:
    """Append ``toxic_score`` and ``is_toxic`` (score ≥ threshold) to every row, in the source's own format.

    CSV, TSV and JSON Lines keep every byte they had, line ends and odd quoting included; Parquet keeps its
    schema and metadata. Rows without text get an empty score. A taken column name gets a number.
    ``neutralize_formulas`` puts an apostrophe before CSV cells that a spreadsheet would compute.
    The target is written unpacked. ``report`` hears how much of the source is done, in [0, 1].
    Raises MalformedRow for a row that has more fields than the header.
    """
    with open_table(source, text_column=text_column, limits=limits) as table:
        names = tuple(_free_name(table.columns, name) for name in ("toxic_score", "is_toxic"))
        report = report or (lambda _: None)
        copy = _Copy(score, threshold, names, lambda: report(table.fraction))
        if isinstance(target, Path):
            with target.open("wb") as out:
                copy.write(table, out, neutralize_formulas)
        else:
            copy.write(table, target, neutralize_formulas)
        return ScoredCopy(copy.rows, copy.scored, copy.toxic, *names)


class _Copy:
    def __init__(
        self, score: Score, threshold: float, names: tuple[str, ...], advanced: Callable[[], None]
    ) -> None:
        self._score, self._threshold, self._names, self._advanced = score, threshold, names, advanced
        self.rows = self.scored = self.toxic = 0

    def write(self, table: Table, out: BinaryIO | IO[bytes], neutralize: bool) -> None:
        reader = table.reader
        if isinstance(reader, CsvReader):
            with _text_writer(out, reader.encoding) as text:
                self._write_csv(reader, table.text_index, text, neutralize)
        elif isinstance(reader, JsonLinesReader):
            with _text_writer(out, reader.encoding) as text:
                self._write_json_lines(reader, table.text_column, text)
        elif isinstance(reader, ParquetReader):
            self._write_parquet(reader, table.text_column, out)

    def _marks(self, texts: Sequence[Value]) -> list[tuple[float, bool] | None]:
        """Score and verdict of each text; None for those that are missing or blank."""
        known = [text if isinstance(text, str) and text.strip() else None for text in texts]
        scores = iter(self._score([without_surrogates(text) for text in known if text is not None]))
        marks: list[tuple[float, bool] | None] = []
        for text in known:
            value = None if text is None else float(next(scores))
            marks.append(None if value is None else (value, value >= self._threshold))
        self.rows += len(marks)
        self.scored += sum(mark is not None for mark in marks)
        self.toxic += sum(mark is not None and mark[1] for mark in marks)
        self._advanced()
        return marks

    def _write_csv(self, reader: CsvReader, column: int, out: TextIO, neutralize: bool) -> None:
        records = reader.records()
        for _ in range(reader.header_at):
            out.write(next(records)[0])
        raw_header, header = next(records)
        end = _line_end(raw_header) or "\n"
        single = len(reader.columns) == 1
        delimiter = "," if single else reader.dialect.delimiter
        # A table of one column has no delimiter yet, so its texts must be quoted anew.
        rewrite = csv.writer(out, delimiter=delimiter, lineterminator=end) if single or neutralize else None
        if rewrite:
            rewrite.writerow([*header, *self._names])
        else:
            out.write(raw_header[: len(raw_header) - len(_line_end(raw_header))])
            out.write(delimiter + delimiter.join(self._names) + end)
        for batch in _batches(records):
            rows = [reader.fit(fields) if fields else None for _, fields in batch]
            if any(isinstance(row, Malformed) for row in rows):
                position = next(index for index, row in enumerate(rows) if isinstance(row, Malformed))
                raise MalformedRow(row=self.rows + sum(row is not None for row in rows[: position + 1]))
            marks = iter(self._marks([row[column] for row in rows if isinstance(row, list)]))
            for (raw, fields), row in zip(batch, rows, strict=True):
                if not isinstance(row, list):
                    out.write(raw)
                    continue
                mark = next(marks)
                cells = ["", ""] if mark is None else [f"{mark[0]:.6f}", str(int(mark[1]))]
                if rewrite:
                    kept = ["" if cell is None else str(cell) for cell in row]
                    rewrite.writerow([*(map(neutralized, kept) if neutralize else kept), *cells])
                else:
                    stop = _line_end(raw)
                    missing = delimiter * (len(header) - len(fields))
                    out.write(_cut(raw, stop, fields, len(header), delimiter) + missing)
                    out.write(delimiter + delimiter.join(cells) + (stop or end))

    def _write_json_lines(self, reader: JsonLinesReader, column: str, out: TextIO) -> None:
        for batch in _batches(reader.records()):
            rows = [row for _, row in batch if row is not None]
            for index, row in enumerate(rows):
                if isinstance(row, Malformed) or any(name in row for name in self._names):
                    raise MalformedRow(row=self.rows + index + 1)
            marks = iter(self._marks([as_text(row.get(column)) for row in rows if isinstance(row, dict)]))
            for raw, item in batch:
                if not isinstance(item, dict):
                    out.write(raw)
                    continue
                mark = next(marks)
                added = dict(
                    zip(self._names, (round(mark[0], 6), mark[1]) if mark else (None, None), strict=True)
                )
                body = raw.rstrip()
                out.write(
                    body[:-1].rstrip() + (", " if item else "") + json.dumps(added, ensure_ascii=False)[1:]
                )
                out.write(raw[len(body) :] or "\n")

    def _write_parquet(self, reader: ParquetReader, column: str, out: BinaryIO | IO[bytes]) -> None:
        import pyarrow as pa
        import pyarrow.parquet as pq

        schema = reader.schema
        for name, kind in zip(self._names, (pa.float64(), pa.bool_()), strict=True):
            schema = schema.append(pa.field(name, kind))
        with pq.ParquetWriter(out, schema) as writer:
            for batch in reader.batches():
                marks = self._marks(batch.column(column).to_pylist())
                added = [
                    pa.array([mark and mark[0] for mark in marks], pa.float64()),
                    pa.array([mark and mark[1] for mark in marks], pa.bool_()),
                ]
                writer.write_table(pa.Table.from_arrays([*batch.columns, *added], schema=schema))


def _text_writer(out: BinaryIO | IO[bytes], encoding: Encoding) -> "_TextWriter":
    out.write(encoding.bom)
    return _TextWriter(out, encoding)


class _TextWriter(io.TextIOWrapper):
    """Encodes as the source was encoded; leaves the stream open, which is another's to close."""

    def __init__(self, out: BinaryIO | IO[bytes], encoding: Encoding) -> None:
        super().__init__(out, encoding=encoding.codec, errors=encoding.errors, newline="")

    def __exit__(self, *_: object) -> None:
        self.flush()
        self.detach()


def _batches(records: Iterator[_T]) -> Iterator[list[_T]]:
    while batch := list(itertools.islice(records, _BATCH_ROWS)):
        yield batch


def _cut(raw: str, stop: str, fields: list[str], width: int, delimiter: str) -> str:
    """The raw record without its line end and without empty fields beyond the header's."""
    body = raw[: len(raw) - len(stop)]
    extra = len(fields) - width
    return body[:-extra] if extra > 0 and body.endswith(delimiter * extra) else body


def _line_end(raw: str) -> str:
    return "\r\n" if raw.endswith("\r\n") else raw[-1:] if raw[-1:] in ("\n", "\r") else ""


def _free_name(columns: Sequence[str], name: str) -> str:
    taken = set(columns)
    numbered = itertools.chain([name], (f"{name}_{n}" for n in itertools.count(2)))
    return next(free for free in numbered if free not in taken)


def neutralized(cell: str) -> str:
    """A cell that no spreadsheet takes for a formula."""
    return "'" + cell if cell.startswith(_FORMULA_STARTS) else cell
