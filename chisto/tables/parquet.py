"""Records of Parquet."""

from collections.abc import Iterator, Sequence
from typing import Any, BinaryIO

from chisto.tables.columns import Row, Value
from chisto.tables.errors import BrokenFile, ColumnUnsuitable, EmptyFile, ExpandsTooMuch
from chisto.tables.json_lines import plain_cell
from chisto.tables.reader import Format, Malformed
from chisto.tables.source import Source

_BATCH_ROWS = 4096


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
                [plain_cell(cells[name][index]) if name in cells else None for name in self.columns]
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
                yield value, plain_cell(mark)


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
