"""A table of comments, opened for reading: what it is, and its rows in chunks."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, BinaryIO

from chisto.tables.columns import Row, Value, choose_text_column, guess_label_column, no_label_column
from chisto.tables.encoding import without_surrogates
from chisto.tables.errors import LabelColumnUnknown, TextColumnUnknown
from chisto.tables.formats import open_reader
from chisto.tables.reader import SAMPLE_ROWS, Format, Malformed, Reader
from chisto.tables.source import Container, Limits, Source

CHUNK_ROWS = 4096
_CHUNK_CHARS = 4 << 20


@dataclass(frozen=True)
class Chunk:
    """Consecutive rows. ``labels`` are as read (None without a label column); a malformed row has neither."""

    first_row: int  # 1 is the first row after the header; blank lines are not rows
    texts: list[str | None]
    labels: list[Value]
    malformed: frozenset[int] = frozenset()  # positions in this chunk


@dataclass(frozen=True)
class Head:
    """A first look at a table: what a user needs to choose columns. ``guessed_*`` are None if not clear."""

    columns: list[str]
    rows: list[Row]
    format: Format
    encoding: str | None
    container: Container | None
    guessed_text: str | None
    guessed_label: str | None


class Table:
    """Use as a context manager. ``chunks`` may be called again and again, one iteration at a time."""

    def __init__(self, source: Source, text_column: str | None, label_column: str | None) -> None:
        self._source = source
        self.reader: Reader = open_reader(source)
        self.columns = self.reader.columns
        self.format = self.reader.format
        self.container = source.container
        self.encoding = self.reader.encoding.name if self.reader.encoding else None
        sample = self.reader.head(SAMPLE_ROWS)
        self.text_index = choose_text_column(self.columns, sample, text_column)
        self.label_index = guess_label_column(self.columns, sample, label_column, self.text_index)
        self._sample = sample

    @property
    def text_column(self) -> str:
        return self.columns[self.text_index]

    @property
    def label_column(self) -> str | None:
        return None if self.label_index is None else self.columns[self.label_index]

    @property
    def fraction(self) -> float:
        """How much of the file the iteration under way has read, in [0, 1]."""
        return self._source.fraction

    def no_label_column(self) -> LabelColumnUnknown:
        return no_label_column(self.columns, self._sample, self.text_index)

    def chunks(self) -> Iterator[Chunk]:
        """The rows, at most ``CHUNK_ROWS`` and a few million characters at a time."""
        first, texts, labels, malformed, chars = 1, list[str | None](), list[Value](), list[int](), 0
        for pair in self.reader.pairs(self.text_index, self.label_index):
            if isinstance(pair, Malformed):
                malformed.append(len(texts))
                texts.append(None)
                labels.append(None)
            else:
                text = pair[0]
                texts.append(without_surrogates(text) if isinstance(text, str) else None)
                labels.append(pair[1])
                chars += len(text) if isinstance(text, str) else 0
            if len(texts) >= CHUNK_ROWS or chars >= _CHUNK_CHARS:
                yield Chunk(first, texts, labels, frozenset(malformed))
                first, texts, labels, malformed, chars = first + len(texts), [], [], [], 0
        if texts:
            yield Chunk(first, texts, labels, frozenset(malformed))

    def close(self) -> None:
        self._source.close()

    def __enter__(self) -> "Table":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def open_table(
    source: str | Path | BinaryIO | IO[bytes],
    text_column: str | None = None,
    label_column: str | None = None,
    limits: Limits | None = None,
) -> Table:
    """Open a CSV, TSV, JSON Lines or Parquet table, plain or as the one member of a zip or in gzip.

    What the file is, its contents tell, not its name; its encoding and sizes are checked on the whole of it.
    A stream that cannot seek is spooled to disk. Refusals are the errors of ``chisto.tables.errors``;
    a table without a clear column of labels is fine until labels are asked for.
    """
    opened = Source(source, limits)
    try:
        return Table(opened, text_column, label_column)
    except BaseException:
        opened.close()
        raise


def peek(source: str | Path | BinaryIO | IO[bytes], rows: int = 5, limits: Limits | None = None) -> Head:
    """Columns, first rows and guesses; unlike ``open_table`` it does not refuse what it cannot guess."""
    opened = Source(source, limits)
    try:
        reader = open_reader(opened)
        sample = reader.head(SAMPLE_ROWS)
        try:
            text: int | None = choose_text_column(reader.columns, sample, None)
        except TextColumnUnknown:
            text = None
        label = None if text is None else guess_label_column(reader.columns, sample, None, text)
        return Head(
            columns=reader.columns,
            rows=[
                [without_surrogates(cell) if isinstance(cell, str) else cell for cell in row]
                for row in sample[:rows]
            ],
            format=reader.format,
            encoding=reader.encoding.name if reader.encoding else None,
            container=opened.container,
            guessed_text=None if text is None else reader.columns[text],
            guessed_label=None if label is None else reader.columns[label],
        )
    finally:
        opened.close()
