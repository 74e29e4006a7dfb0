"""Records of JSON Lines."""

import itertools
import json
from collections.abc import Iterator
from typing import Any

from chisto.tables.columns import Row, Value
from chisto.tables.encoding import Encoding
from chisto.tables.errors import EmptyFile
from chisto.tables.reader import MALFORMED, SAMPLE_ROWS, Format, Lines, Malformed, open_text
from chisto.tables.source import Source


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
                    row = parse_json(line)
                    yield line, row if isinstance(row, dict) else MALFORMED

    def head(self, count: int) -> list[Row]:
        rows = (row for _, row in itertools.islice(self.records(), 10 * count) if isinstance(row, dict))
        return [[plain_cell(row.get(name)) for name in self.columns] for row in itertools.islice(rows, count)]

    def pairs(self, text: int, label: int | None) -> Iterator[tuple[Value, Value] | Malformed]:
        text_name = self.columns[text]
        label_name = None if label is None else self.columns[label]
        for _, row in self.records():
            if isinstance(row, dict):
                yield (
                    as_text(row.get(text_name)),
                    None if label_name is None else plain_cell(row.get(label_name)),
                )
            elif row is not None:
                yield row


def as_text(value: Any) -> str | None:
    """A cell of the text column: numbers as they are written, nothing for lists and objects."""
    if value is None or isinstance(value, str):
        return value
    return str(value) if isinstance(value, int | float) and not isinstance(value, bool) else None


def parse_json(line: str) -> Any:
    try:
        return json.loads(line)
    except (ValueError, RecursionError):
        return line


def plain_cell(value: Any) -> Value:
    return value if value is None or isinstance(value, str | int | float | bool) else json.dumps(value)
