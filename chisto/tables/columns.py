"""Which column holds the comments and which the labels, and what a label says."""

import math
from collections.abc import Sequence

from chisto.tables.errors import LabelColumnUnknown, NoSuchColumn, TextColumnUnknown

Value = str | int | float | bool | None
Row = Sequence[Value]

#: The names of the columns of a stored data set.
TEXT_COLUMN, LABEL_COLUMN, ROW_COLUMN = "comment_text", "toxic", "row"

_TEXT_NAMES = (
    TEXT_COLUMN, "comment", "text", "toxic_comment", "comments", "texts", "message", "content", "body",
    "post", "review", "sentence", "комментарий", "текст", "комментарии", "сообщение", "отзыв",
)  # fmt: skip
_LABEL_NAMES = (
    LABEL_COLUMN, "is_toxic", "label", "labels", "toxicity", "target", "class", "y",
    "токсично", "токсичный", "токсичность", "метка", "метки", "класс",
)  # fmt: skip
_LABELS = {
    "0": 0, "1": 1, "false": 0, "true": 1, "no": 0, "yes": 1, "нет": 0, "да": 1, "ложь": 0, "истина": 1,
}  # fmt: skip


def parse_label(value: Value) -> int | None:
    """0 or 1 (also as 0.0, 1.0, true, false, yes, no, да, нет); None for anything else."""
    if isinstance(value, str):
        known = _LABELS.get(value) if len(value) == 1 else _LABELS.get(value.strip().lower())
        if known is not None:
            return known
        try:
            value = float(value.replace(",", "."))
        except ValueError:
            return None
    if value is None or value not in (0, 1):
        return None
    return int(value)


def is_missing(value: Value) -> bool:
    return value is None or (isinstance(value, float) and math.isnan(value))


def choose_text_column(columns: list[str], rows: Sequence[Row], chosen: str | None) -> int:
    """Index of the column of comments: the chosen one, else by name, else the only or by far the longest."""
    if chosen is not None:
        return _named(columns, chosen)
    known = _by_name(columns, _TEXT_NAMES)
    if known is not None:
        return known
    if len(columns) == 1:
        return 0
    lengths = {index: _mean_length(rows, index) for index in range(len(columns))}
    wordy = sorted((index for index in lengths if lengths[index] > 0), key=lambda index: -lengths[index])
    if wordy and (len(wordy) == 1 or lengths[wordy[0]] >= 2 * lengths[wordy[1]]):
        return wordy[0]
    raise TextColumnUnknown(columns=[columns[index] for index in wordy] or columns)


def guess_label_column(columns: list[str], rows: Sequence[Row], chosen: str | None, text: int) -> int | None:
    """Index of the column of labels: the chosen one, else by its name, else the only binary one."""
    if chosen is not None:
        return _named(columns, chosen)
    known = _by_name(columns, _LABEL_NAMES)
    if known is not None and known != text:
        return known
    binary = _binary_columns(columns, rows, text)
    return binary[0] if len(binary) == 1 else None


def no_label_column(columns: list[str], rows: Sequence[Row], text: int) -> LabelColumnUnknown:
    """The refusal for a table whose labels could not be found, with the candidates."""
    binary = _binary_columns(columns, rows, text)
    others = [index for index in range(len(columns)) if index != text]
    return LabelColumnUnknown(columns=[columns[index] for index in binary or others])


def _named(columns: list[str], chosen: str) -> int:
    if chosen in columns:
        return columns.index(chosen)
    folded = [_fold(name) for name in columns]
    if folded.count(_fold(chosen)) == 1:
        return folded.index(_fold(chosen))
    raise NoSuchColumn(column=chosen, columns=columns)


def _by_name(columns: list[str], names: Sequence[str]) -> int | None:
    folded = [_fold(name) for name in columns]
    return next((folded.index(name) for name in names if name in folded), None)


def _fold(name: str) -> str:
    return name.strip().lower().replace(" ", "_")


def _binary_columns(columns: list[str], rows: Sequence[Row], text: int) -> list[int]:
    found = []
    for index in range(len(columns)):
        values = [row[index] for row in rows if index < len(row) and row[index] not in (None, "")]
        if index != text and values and all(parse_label(value) is not None for value in values):
            found.append(index)
    return found


def _mean_length(rows: Sequence[Row], index: int) -> float:
    """Mean length of the values with letters, over all rows; 0 where most are numbers, dates, codes."""
    values = [row[index] for row in rows if index < len(row)]
    lengths = [len(value) for value in values if isinstance(value, str) and any(map(str.isalpha, value))]
    return sum(lengths) / len(values) if 2 * len(lengths) > len(values) else 0.0
