"""Which reader a file needs: what it is, its contents tell."""

import re

from chisto.tables.delimited import CsvReader
from chisto.tables.encoding import decide_encoding
from chisto.tables.errors import JsonArray
from chisto.tables.json_lines import JsonLinesReader, parse_json
from chisto.tables.parquet import ParquetReader
from chisto.tables.reader import Reader, open_text
from chisto.tables.source import Source

_SAMPLE_CHARS = 1 << 19
_JSON_DOCUMENT = re.compile(r'\s*(\[\s*[\[\]{]|\{\s*")')


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
    if first.startswith("{") and isinstance(parse_json(first), dict):
        return JsonLinesReader(source, encoding)
    if _JSON_DOCUMENT.match(start):
        raise JsonArray()
    return CsvReader(source, encoding, start, whole=len(start) < _SAMPLE_CHARS)
