"""Records out of CSV, TSV, JSON Lines and Parquet, one after another, in constant memory."""

import csv
import io
import itertools
import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, BinaryIO, Literal, Protocol, TextIO

from chisto.errors import Words
from chisto.tables.columns import Row, Value
from chisto.tables.encoding import Encoding, decide_encoding
from chisto.tables.errors import (
    BrokenFile,
    ColumnUnsuitable,
    EmptyFile,
    ExpandsTooMuch,
    JsonArray,
    NotATable,
    RowTooLong,
)
from chisto.tables.source import Source

Format = Literal["csv", "tsv", "jsonl", "parquet"]

SAMPLE_ROWS = 200
MAX_LINE_CHARS = 1 << 20
MAX_RECORD_CHARS = 1 << 22
_SAMPLE_CHARS = 1 << 19
_DELIMITERS = (",", ";", "\t", "|")
_SINGLE = "\x1f"  # the delimiter of a table of one column: one that no text holds
_JSON_DOCUMENT = re.compile(r'\s*(\[\s*[\[\]{]|\{\s*")')
_BATCH_ROWS = 4096


class Malformed:
    """Stands for a record that does not fit the header."""


MALFORMED = Malformed()


class Reader(Protocol):
    """``columns`` are known at once; everything else is read when asked for, each time from the beginning."""

    format: Format
    columns: list[str]

    @property
    def encoding(self) -> Encoding | None:
        """None for Parquet, which is always UTF-8."""

    def head(self, count: int) -> list[Row]:
        """The first ``count`` well-formed rows."""

    def pairs(self, text: int, label: int | None) -> Iterator[tuple[Value, Value] | Malformed]:
        """Two cells of every row; the second is None without a label column."""


def open_reader(source: Source) -> Reader:
    with source.open() as stream:
        head = stream.read(8)
    if head[:4] == b"PAR1":
        return ParquetReader(source)
    with source.open() as stream:
        encoding = decide_encoding(stream)
    with open_text(source, encoding) as text:
        start = text.read(_SAMPLE_CHARS)
    first = start.lstrip().split("\n", 1)[0]
    if first.startswith("{") and isinstance(_json(first), dict):
        return JsonLinesReader(source, encoding)
    if _JSON_DOCUMENT.match(start):
        raise JsonArray()
    return CsvReader(source, encoding, start, whole=len(start) < _SAMPLE_CHARS)


def open_text(source: Source, encoding: Encoding) -> TextIO:
    """The characters after the byte order mark, line ends untouched."""
    stream = source.open()
    stream.read(len(encoding.bom))
    return io.TextIOWrapper(stream, encoding=encoding.codec, errors=encoding.errors, newline="")


class Lines:
    """Iterates over lines and remembers those of the record under way, for its raw text and its size."""

    def __init__(self, text: TextIO, row: int) -> None:
        self._text = text
        self._held: list[str] = []
        self._chars = 0
        self.row = row  # of the record under way, 0 for a header; blank lines do not count

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        line = self._text.readline(MAX_LINE_CHARS)
        if not line:
            raise StopIteration
        self._chars += len(line)
        if len(line) == MAX_LINE_CHARS or self._chars > MAX_RECORD_CHARS:
            raise RowTooLong(row=self.row, limit=MAX_LINE_CHARS)
        self._held.append(line)
        return line

    def take(self) -> str:
        """The raw text since the last call; one record further."""
        raw = self._held[0] if len(self._held) == 1 else "".join(self._held)
        self._held.clear()
        self._chars = 0
        self.row += bool(raw.strip())
        return raw


# --- CSV and TSV --------------------------------------------------------------------------------------------


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


# --- JSON Lines ---------------------------------------------------------------------------------------------


class JsonLinesReader:
    format: Format = "jsonl"
    encoding: Encoding

    def __init__(self, source: Source, encoding: Encoding) -> None:
        self._source, self.encoding = source, encoding
        seen: dict[str, None] = {}
        for _, row in itertools.islice(self.records(), SAMPLE_ROWS):
            if isinstance(row, dict):
                seen.update(dict.fromkeys(row))
        self.columns = list(seen)
        if not self.columns:
            raise EmptyFile()

    def records(self) -> Iterator[tuple[str, dict[str, Any] | Malformed | None]]:
        """Raw line and its object; None for a blank line."""
        with open_text(self._source, self.encoding) as text:
            lines = Lines(text, row=1)
            for line in lines:
                lines.take()
                if not line.strip():
                    yield line, None
                else:
                    row = _json(line)
                    yield line, row if isinstance(row, dict) else MALFORMED

    def head(self, count: int) -> list[Row]:
        rows = (row for _, row in itertools.islice(self.records(), 10 * count) if isinstance(row, dict))
        return [[_cell(row.get(name)) for name in self.columns] for row in itertools.islice(rows, count)]

    def pairs(self, text: int, label: int | None) -> Iterator[tuple[Value, Value] | Malformed]:
        text_name = self.columns[text]
        label_name = None if label is None else self.columns[label]
        for _, row in self.records():
            if isinstance(row, dict):
                yield as_text(row.get(text_name)), None if label_name is None else _cell(row.get(label_name))
            elif row is not None:
                yield row


def as_text(value: Any) -> str | None:
    """A cell of the text column: numbers as they are written, nothing for lists and objects."""
    if value is None or isinstance(value, str):
        return value
    return str(value) if isinstance(value, int | float) and not isinstance(value, bool) else None


def _json(line: str) -> Any:
    try:
        return json.loads(line)
    except (ValueError, RecursionError):
        return line


def _cell(value: Any) -> Value:
    return value if value is None or isinstance(value, str | int | float | bool) else json.dumps(value)


# --- Parquet ------------------------------------------------------------------------------------------------


class ParquetReader:
    format: Format = "parquet"
    encoding: None = None

    def __init__(self, source: Source) -> None:
        import pyarrow as pa
        import pyarrow.parquet as pq

        self._limits = source.limits
        self._stream: BinaryIO = source.seekable()
        try:
            self._file = pq.ParquetFile(self._stream)
            self.schema = self._file.schema_arrow
        except (pa.ArrowException, OSError, ValueError) as error:
            raise BrokenFile(format="parquet") from error
        self.columns = list(self.schema.names)
        if not self.columns:
            raise EmptyFile()

    def batches(self, names: Sequence[str] | None = None, *, compact: bool = False) -> Iterator[Any]:
        """Record batches; ``compact`` keeps dictionaries of strings, from which a small file could expand."""
        import pyarrow as pa
        import pyarrow.parquet as pq

        strings = [name for name in names or [] if _is_text(self.schema.field(name).type)] if compact else []
        self._stream.seek(0)
        try:
            file = pq.ParquetFile(self._stream, read_dictionary=strings or None)
            yield from file.iter_batches(batch_size=_BATCH_ROWS, columns=names, use_threads=False)
        except (pa.ArrowException, OSError, ValueError) as error:
            raise BrokenFile(format="parquet") from error

    def head(self, count: int) -> list[Row]:
        flat = [
            name for name, kind in zip(self.columns, self.schema.types, strict=True) if not _is_nested(kind)
        ]
        rows: list[Row] = []
        for batch in self.batches(flat, compact=True):
            cells = {name: _plain(column) for name, column in zip(flat, batch[:count].columns, strict=True)}
            rows += [
                [_cell(cells[name][index]) if name in cells else None for name in self.columns]
                for index in range(min(count, batch.num_rows))
            ]
            break
        return rows[:count]

    def pairs(self, text: int, label: int | None) -> Iterator[tuple[Value, Value] | Malformed]:
        wanted = [self.columns[index] for index in (text, label) if index is not None]
        if not _is_text(self.schema.field(text).type):
            raise ColumnUnsuitable(column=self.columns[text][:100])
        taken = 0
        for batch in self.batches(list(dict.fromkeys(wanted)), compact=True):
            texts = _plain(batch.column(wanted[0]))
            labels = [None] * len(texts) if label is None else _plain(batch.column(wanted[1]))
            for value, mark in zip(texts, labels, strict=True):
                taken += 8 + len(value or "")
                if taken > self._limits.bytes:
                    raise ExpandsTooMuch(limit=self._limits.bytes, ratio=self._limits.ratio)
                yield value, _cell(mark)


def _plain(column: Any) -> list[Any]:
    """Python values of an Arrow column; those of a dictionary are shared, not copied."""
    import pyarrow as pa

    try:
        if isinstance(column, pa.DictionaryArray):
            words = column.dictionary.to_pylist()
            return [None if index is None else words[index] for index in column.indices.to_pylist()]
        values = column.to_pylist()
    except (pa.ArrowException, ValueError, OverflowError, IndexError) as error:
        raise BrokenFile(format="parquet") from error
    return [str(value) if not isinstance(value, Value) else value for value in values]


def _is_text(kind: Any) -> bool:
    import pyarrow as pa

    if pa.types.is_dictionary(kind):
        return _is_text(kind.value_type)
    return bool(pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_string_view(kind))


def _is_nested(kind: Any) -> bool:
    import pyarrow as pa

    return bool(pa.types.is_nested(kind))
