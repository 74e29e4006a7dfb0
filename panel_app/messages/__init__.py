"""What the dashboard says, in Russian and English. A text is a pair (Russian, English) under a key `page.what`."""

from typing import Literal

from panel_app.messages import check, common, compare, data, explore, models, tasks, train

Language = Literal["ru", "en"]
LANGUAGES: tuple[Language, ...] = ("ru", "en")

TEXTS: dict[str, tuple[str, str]] = {
    **common.TEXTS,
    **check.TEXTS,
    **data.TEXTS,
    **explore.TEXTS,
    **train.TEXTS,
    **tasks.TEXTS,
    **models.TEXTS,
    **compare.TEXTS,
}

_NARROW_SPACE = "\N{NARROW NO-BREAK SPACE}"


def text(language: Language, key: str, **values: object) -> str:
    """The text under ``key``; KeyError for a key that is not there."""
    chosen = TEXTS[key][LANGUAGES.index(language)]
    return chosen.format(**values) if values else chosen


def has(key: str) -> bool:
    return key in TEXTS


def number(language: Language, value: float, digits: int = 0) -> str:
    """1 234,5 in Russian, 1,234.5 in English."""
    shown = f"{value:,.{digits}f}"
    if language == "en":
        return shown
    return shown.replace(",", _NARROW_SPACE).replace(".", ",")


def percent(language: Language, share: float, digits: int = 0) -> str:
    return number(language, 100 * share, digits) + ("%" if language == "en" else _NARROW_SPACE + "%")


def counted(language: Language, count: int, key: str) -> str:
    """``count`` with its noun: the text under ``key`` is `one|few|many` in Russian, `one|many` in English."""
    forms = text(language, key).split("|")
    if language == "en":
        form = forms[0] if count == 1 else forms[-1]
    elif count % 10 == 1 and count % 100 != 11:
        form = forms[0]
    elif count % 10 in (2, 3, 4) and count % 100 not in (12, 13, 14):
        form = forms[1]
    else:
        form = forms[2]
    return f"{number(language, count)} {form}"


def size(language: Language, count: int) -> str:
    """Bytes as KB, MB or GB."""
    units = ("Б", "КБ", "МБ", "ГБ") if language == "ru" else ("B", "KB", "MB", "GB")
    value, unit = float(count), 0
    while value >= 1000 and unit < len(units) - 1:
        value, unit = value / 1000, unit + 1
    return f"{number(language, value, 0 if unit == 0 or value >= 100 else 1)} {units[unit]}"


def duration(language: Language, seconds: float) -> str:
    """45 s, 12 min, 3 h, 2 d: the largest unit that fits."""
    units = ("с", "мин", "ч", "дн") if language == "ru" else ("s", "min", "h", "d")
    for unit, length, above in zip(units, (1, 60, 3600, 86400), (60, 3600, 86400, float("inf")), strict=True):
        if seconds < above:
            return f"{number(language, max(0, seconds) // length)}{_NARROW_SPACE}{unit}"
    raise AssertionError("unreachable")
