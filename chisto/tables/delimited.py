"""Records of CSV and TSV."""

import csv
import io
import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from chisto.errors import Words
from chisto.tables.columns import Row, Value
from chisto.tables.encoding import Encoding
from chisto.tables.errors import NotATable, RowTooLong
from chisto.tables.reader import MALFORMED, SAMPLE_ROWS, Format, Lines, Malformed, open_text
from chisto.tables.source import Source

_DELIMITERS = (",", ";", "\t", "|")
_SINGLE = "\x1f"  # the delimiter of a table of one column: one that no text holds


@dataclass(frozen=True)
class Dialect:
    delimiter: str
    quoted: bool = True

    def reader(self, lines: Iterator[str]) -> Iterator[list[str]]:
        if self.quoted:
            return csv.reader(lines, delimiter=self.delimiter)
        return csv.reader(lines, delimiter=self.delimiter, quoting=csv.QUOTE_NONE)


class CsvReader:
    encoding: Encoding

    def __init__(self, source: Source, encoding: Encoding, start: str, *, whole: bool) -> None:
        self._source, self.encoding = source, encoding
        self.dialect = sniff_dialect(start, whole=whole)
        self.format: Format = "tsv" if self.dialect.delimiter == "\t" else "csv"
        self.columns: list[str] = []
        self.header_at = -1  # blank lines may come before it
        for _, fields in self.records():
            self.header_at += 1
            self.columns = fields
            if fields:
                break
        if not any(name.strip() for name in self.columns):
            raise NotATable(kind=Words("файл без строки заголовков", "a file without a header row"))

    def records(self) -> Iterator[tuple[str, list[str]]]:
        """Raw text with its line end, and the fields; the header too; a blank line has no fields."""
        with open_text(self._source, self.encoding) as text:
            lines = Lines(text, row=0)
            records = self.dialect.reader(lines)
            while True:
                try:
                    fields = next(records, None)
                except csv.Error as error:
                    raise RowTooLong(row=lines.row, limit=csv.field_size_limit()) from error
                if fields is None:
                    return
                yield lines.take(), fields

    def fit(self, fields: list[str]) -> list[Value] | Malformed:
        """The fields, as many as there are columns: short rows end in None, overlong ones are malformed."""
        width = len(self.columns)
        if len(fields) > width and any(fields[width:]):
            return MALFORMED
        return [*fields[:width], *([None] * (width - len(fields)))]

    def head(self, count: int) -> list[Row]:
        fitted = (
            self.fit(fields)
            for _, fields in itertools.islice(self.records(), self.header_at + 1, 10 * count)
            if fields
        )
        return list(itertools.islice((row for row in fitted if not isinstance(row, Malformed)), count))

    def pairs(self, text: int, label: int | None) -> Iterator[tuple[Value, Value] | Malformed]:
        width = len(self.columns)
        for _, fields in itertools.islice(self.records(), self.header_at + 1, None):
            if len(fields) == width:
                yield fields[text], None if label is None else fields[label]
            elif fields:
                row = self.fit(fields)
                yield (
                    row if isinstance(row, Malformed) else (row[text], None if label is None else row[label])
                )


def sniff_dialect(start: str, *, whole: bool) -> Dialect:
    """The delimiter that gives the header several names and the rows as many fields, and its quoting."""
    lines = list(io.StringIO(start, newline=""))
    if not whole and len(lines) > 1:
        lines.pop()
    best, delimiter = (0.0, 0), _SINGLE
    for candidate in _DELIMITERS:
        records = _sample(Dialect(candidate), lines)
        width = len(records[0]) if records else 0
        if width > 1:
            rows = records[1:]
            share = sum(len(row) == width for row in rows) / len(rows) if rows else 1.0
            if (share, width) > best:
                best, delimiter = (share, width), candidate
    quoted = delimiter != "\t" or not _has_bare_quotes(lines, delimiter)
    return Dialect(delimiter, quoted)


def _sample(dialect: Dialect, lines: Sequence[str]) -> list[list[str]]:
    try:
        return [row for row in itertools.islice(dialect.reader(iter(lines)), SAMPLE_ROWS) if row]
    except csv.Error:
        return []


def _has_bare_quotes(lines: Sequence[str], delimiter: str) -> bool:
    """Whether quotes are plain characters: unquoted, every line fits, and some field is quoted wrongly."""
    rows = [line.rstrip("\r\n").split(delimiter) for line in lines if line.strip()]
    if not rows or any(len(row) != len(rows[0]) for row in rows):
        return False
    fields = [field for row in rows for field in row if field.startswith('"')]
    return any(
        len(field) < 2 or not field.endswith('"') or '"' in field[1:-1].replace('""', "") for field in fields
    )
