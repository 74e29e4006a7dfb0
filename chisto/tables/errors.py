"""Why a file was refused, each with the next step, in Russian and English."""

from chisto.errors import BadRequest, TooLarge, Unprocessable


class EmptyFile(Unprocessable):
    code = "empty_file"
    texts = {
        "en": ("The file is empty.", "Send a table with a header row and at least one comment."),
        "ru": ("Файл пуст.", "Пришлите таблицу со строкой заголовков и хотя бы одним комментарием."),
    }


class NotATable(Unprocessable):
    """``kind``: what the file seems to be, as Words."""

    code = "not_a_table"
    texts = {
        "en": (
            "This is not a table of comments but {kind}.",
            "Save the comments as CSV, TSV, JSON Lines or Parquet (also in a zip or gzip).",
        ),
        "ru": (
            "Это не таблица с комментариями, а {kind}.",
            "Сохраните комментарии как CSV, TSV, JSON Lines или Parquet (можно в zip или gzip).",
        ),
    }


class JsonArray(Unprocessable):
    code = "json_array"
    texts = {
        "en": (
            "This is one JSON document, and a table needs one object per line.",
            'Save it as JSON Lines: each line like {{"comment_text": "спасибо за статью", "toxic": 0}}.',
        ),
        "ru": (
            "Это один документ JSON, а нужно по объекту в строке.",
            'Сохраните его как JSON Lines: строки вида {{"comment_text": "спасибо за статью", "toxic": 0}}.',
        ),
    }


class BrokenFile(Unprocessable):
    code = "broken_file"
    texts = {
        "en": (
            "The {format} file is damaged or cut short.",
            "Make or download the file again and send it once more.",
        ),
        "ru": (
            "Файл {format} повреждён или обрезан.",
            "Создайте или скачайте файл заново и пришлите его ещё раз.",
        ),
    }


class EncryptedArchive(Unprocessable):
    code = "encrypted_archive"
    texts = {
        "en": ("The archive is protected by a password.", "Send it without a password."),
        "ru": ("Архив защищён паролем.", "Пришлите его без пароля."),
    }


class NotOneFile(Unprocessable):
    code = "not_one_file"
    texts = {
        "en": (
            "The archive holds {count} files, and one is needed.",
            "Put exactly one table into the archive.",
        ),
        "ru": ("В архиве файлов: {count}, а нужен один.", "Положите в архив ровно одну таблицу."),
    }


class UnsafeArchive(Unprocessable):
    code = "unsafe_archive"
    texts = {
        "en": (
            "The archive holds a name that leads outside of it, a link, or another archive.",
            "Pack the table itself, under a plain name, into a zip or gzip.",
        ),
        "ru": (
            "В архиве есть путь, ведущий наружу, ссылка или ещё один архив.",
            "Упакуйте в zip или gzip саму таблицу под простым именем.",
        ),
    }


class ExpandsTooMuch(TooLarge):
    code = "expands_too_much"
    texts = {
        "en": (
            "Unpacked, the file exceeds what is allowed ({limit} bytes, {ratio} times the packed size).",
            "Send fewer rows at a time, or the table unpacked.",
        ),
        "ru": (
            "В распакованном виде файл больше допустимого (не более {limit} байт и {ratio}-кратного сжатия).",
            "Присылайте меньше строк за раз или отправьте таблицу без архива.",
        ),
    }


class RowTooLong(TooLarge):
    code = "row_too_long"
    texts = {
        "en": (
            "Row {row} is longer than {limit} characters.",
            "Most likely a quote is opened and never closed: check the quotes near this row.",
        ),
        "ru": (
            "Строка {row} длиннее {limit} знаков.",
            "Скорее всего, кавычка открыта и не закрыта: проверьте кавычки около этой строки.",
        ),
    }


class MalformedRow(Unprocessable):
    code = "malformed_row"
    texts = {
        "en": (
            "Row {row} does not fit the header: it has other fields than the columns named there.",
            "Put texts that hold the delimiter or quotes in double quotes; in JSON Lines, one object a line.",
        ),
        "ru": (
            "Строка {row} не подходит к заголовку: поля в ней не соответствуют столбцам.",
            "Возьмите тексты с разделителями в двойные кавычки; в JSON Lines — по объекту в строке.",
        ),
    }


class NoSuchColumn(BadRequest):
    """``columns``: list of the names that exist."""

    code = "no_such_column"
    detail_names = ("columns",)
    texts = {
        "en": ("The table has no column '{column}'.", "Choose one of: {listed}."),
        "ru": ("В таблице нет столбца «{column}».", "Выберите один из: {listed}."),
    }

    def __init__(self, *, column: str, columns: list[str]) -> None:
        super().__init__(column=column[:100], columns=columns, listed=listed(columns))


class ColumnUnsuitable(BadRequest):
    code = "column_unsuitable"
    texts = {
        "en": ("The column '{column}' holds no text.", "Choose the column with the comments."),
        "ru": ("В столбце «{column}» не текст.", "Выберите столбец с комментариями."),
    }


class TextColumnUnknown(BadRequest):
    """``columns``: list of the candidates."""

    code = "text_column_unknown"
    detail_names = ("columns",)
    texts = {
        "en": (
            "It is not clear which column holds the comments.",
            "Name it in 'text_column' (or call it comment_text in the file); candidates: {listed}.",
        ),
        "ru": (
            "Непонятно, в каком столбце комментарии.",
            "Укажите его в «text_column» (или назовите comment_text в файле); возможные: {listed}.",
        ),
    }

    def __init__(self, *, columns: list[str]) -> None:
        super().__init__(columns=columns, listed=listed(columns))


class LabelColumnUnknown(BadRequest):
    """``columns``: list of the candidates."""

    code = "label_column_unknown"
    detail_names = ("columns",)
    texts = {
        "en": (
            "It is not clear which column holds the labels (0: fine, 1: toxic).",
            "Name it in 'label_column' (or call it toxic in the file); candidates: {listed}.",
        ),
        "ru": (
            "Непонятно, в каком столбце метки (0 — нормально, 1 — токсично).",
            "Укажите его в «label_column» (или назовите toxic в файле); возможные: {listed}.",
        ),
    }

    def __init__(self, *, columns: list[str]) -> None:
        super().__init__(columns=columns, listed=listed(columns))


class NoUsableRows(Unprocessable):
    code = "no_usable_rows"
    texts = {
        "en": (
            "No usable row is left of {rows}: missing {missing}, empty {empty}, "
            "label neither 0 nor 1 {non_binary}, duplicates {duplicates}, "
            "contradictions {contradictions}, malformed {malformed}.",
            "Check that the right columns are chosen and that labels are 0 or 1.",
        ),
        "ru": (
            "Из строк ({rows}) не осталось пригодных: пропуски — {missing}, пустые — {empty}, "
            "метка не 0 и не 1 — {non_binary}, повторы — {duplicates}, противоречия — {contradictions}, "
            "неразборчивые — {malformed}.",
            "Проверьте, те ли столбцы выбраны и стоят ли в метках 0 и 1.",
        ),
    }


def listed(columns: list[str]) -> str:
    """Up to twenty names, each cut to forty characters: names are foreign text too."""
    shown = [" ".join(name.split())[:40] or "—" for name in columns[:20]]
    return ", ".join(shown) + (", …" if len(columns) > 20 else "") if shown else "—"
