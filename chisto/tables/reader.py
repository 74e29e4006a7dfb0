"""What the readers of all formats have in common."""

import io
from collections.abc import Iterator
from typing import Literal, Protocol, TextIO

from chisto.tables.columns import Row, Value
from chisto.tables.encoding import Encoding
from chisto.tables.errors import RowTooLong
from chisto.tables.source import Source

Format = Literal["csv", "tsv", "jsonl", "parquet"]

SAMPLE_ROWS = 200
MAX_LINE_CHARS = 1 << 20
MAX_RECORD_CHARS = 1 << 22


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
