"""Rules about letters that were not written: digits and signs in their place, stars over them."""

from __future__ import annotations

import re
from collections.abc import Iterator

from chisto.text.aligned import Edit
from chisto.text.characters import DIGITS, JOINTS, SIGNS, STRONG_MASKS
from chisto.text.lexicon import Lexicon, insulting, russian
from chisto.text.rule import Rule

STRONG = re.escape(STRONG_MASKS)
JOINT = re.escape(JOINTS)
SIGN = re.escape("".join(SIGNS))

# ── digits ─────────────────────────────────────────────────────────────────────────────────────────────────────

WITH_DIGITS = re.compile(r"(?<![\w])(?=[\dа-я]*[а-я])(?=[а-я]*\d)[\dа-я]{3,40}(?![\w])")
LEADING = re.compile(r"(\d+)([а-я]+)")
TRAILING = re.compile(r"([а-я]+)(\d+)")
UNITS = frozenset(
    ["а", "б", "в", "г", "д", "е", "ж", "з", "и", "к", "л", "м", "н", "о", "п", "р", "с", "т", "у", "ф", "х", "ц", "ч", "ш", "щ", "э", "ю", "я", "г", "гб", "гг", "гц", "дб", "дв", "дн", "дня", "дней", "год", "года", "году", "лет", "кк", "квт", "кв", "кг", "кгц", "км", "кбит", "кб", "л", "м", "мб", "мбит", "мвт", "мг", "мгц", "мин", "мкм", "мкр", "мл", "млн", "млрд", "мм", "мп", "мпа", "мс", "мсек", "мск", "ч", "час", "часа", "часов", "об", "оз", "па", "пт", "руб", "рубл", "сек", "см", "ст", "стр", "тб", "тн", "тыс", "тыщ", "трлн", "уе", "шт", "этаж", "эт", "х", "хх", "ый", "ой", "ая", "ое", "го", "ти", "ми", "му", "ю", "й", "ом", "ые", "ых", "ым", "ыми", "ую", "ей", "ем", "ам", "ах", "ов", "раз", "раза", "в"]
)


def undigit(word: str) -> str | None:
    """A word with digits for letters in letters; None where the digits count something."""
    slots = [DIGITS.get(char, " ") if char.isdigit() else char for char in word]
    match = LEADING.fullmatch(word)
    if match and len(match[1]) == 1 and (found := insulting().fit([letters[0] for letters in slots])):
        return found
    if match and (match[2] in UNITS or match[2] in russian() and len(match[2]) > 2):
        return None
    match = TRAILING.fullmatch(word)
    if match and match[1] in russian():
        return insulting().fit([letters[0] for letters in slots]) if len(match[2]) == 1 else None
    letters = sum(not char.isdigit() for char in word)
    if letters < 2:
        return None
    found = russian().fit(slots) or russian().fit(_unstretched(slots))
    if found or letters < 4 or not word[0].isalpha() or not word[-1].isalpha():
        return found
    return "".join(letters[0] for letters in slots) if " " not in slots else None


def _unstretched(slots: list[str]) -> list[str]:
    """Slots without repetitions: «п1д0рррр»."""
    return [letters for index, letters in enumerate(slots) if not letters or index == 0 or slots[index - 1] != letters]


def find_digits(chunk: str) -> list[Edit]:
    """«п1дор», «4то», «6лядь», but not «100р», «4к», «т34»."""
    return [
        Edit(match.start(), match.end(), word)
        for match in WITH_DIGITS.finditer(chunk)
        if (word := undigit(match[0])) is not None
    ]


# ── masks ──────────────────────────────────────────────────────────────────────────────────────────────────────

RUN = re.compile(rf"[а-я\d{STRONG}{SIGN}{JOINT}]+")
PART = re.compile(rf"[а-я\d{STRONG}{SIGN}]+")
HAS_STRONG = re.compile(f"[{STRONG}{SIGN}]")
HAS_JOINT = re.compile(rf"[а-я][{JOINT}][а-я]")
BROKEN = re.compile(rf"[а-я]+(?:[{JOINT}][а-я]+)+")
MASKS = re.compile(rf"[{STRONG}{SIGN}]+")
EDGES = JOINTS + "!|("
LONGEST = 40
NO_DIGITS = {ord(digit): None for digit in "0123456789"}


def unmask(word: str) -> str | None:
    """The word under strong masks: «с*ка», «х**», «бл@ть», «п***ц»; None where nothing fits."""
    letters = sum(char.isalpha() for char in word)
    hidden = len(word) - letters
    if not letters or len(word) > LONGEST or not _is_masked(word, letters, hidden):
        return None
    bare = MASKS.sub("", word).translate(NO_DIGITS)
    if word.strip(STRONG_MASKS) == bare and bare in russian():
        return None  # emphasis or a footnote, no mask
    slots = [_slot(char) for char in word]
    first = [slot[:1] for slot in slots]
    anything = [slot if char.isalnum() else "" for char, slot in zip(word, slots, strict=True)]
    found = insulting().fit(first) or insulting().fit(slots) or insulting().fit(anything) or _fit_loosely(insulting(), word)
    if found is None and len(word) > 3 and letters >= hidden:
        found = russian().fit(first) or russian().fit(slots) or russian().fit(anything)
    if found is None and len(bare) > 2 and bare in russian():
        found = bare  # «ду*рак»: put in, not put over
    return found or (russian().fit(_unstretched(slots)) if letters > 2 else None)


def _is_masked(word: str, letters: int, hidden: int) -> bool:
    if letters == 1:
        return 2 <= hidden <= 5 and set(word[1:]) <= set("*#") or 2 <= hidden <= 5 and set(word[:-1]) <= set("*#")
    if any(char.isdigit() for char in word):
        return letters > 2
    return bool(hidden) and (len(word) > 3 or not set(word) & set("%&^~+"))


def _slot(char: str) -> str:
    if char.isalpha():
        return char
    return DIGITS.get(char) or SIGNS.get(char, "")


def _fit_loosely(lexicon: Lexicon, word: str) -> str | None:
    """Stars are not always counted: a run of two or more may hide a letter more or less."""
    runs = [match.span() for match in MASKS.finditer(word) if match.end() - match.start() > 1]
    if len(runs) != 1:
        return None
    start, stop = runs[0]
    head, tail = [_slot(char) for char in word[:start]], [_slot(char) for char in word[stop:]]
    if sum(map(bool, head + tail)) < 2:
        return None
    for count in (stop - start, stop - start + 1, stop - start - 1, stop - start + 2):
        found = lexicon.fit([*head, *[""] * count, *tail])
        if found:
            return found
    return None


def find_masked(chunk: str) -> list[Edit]:
    """Words with stars and the like inside or at their ends."""
    return list(_masked(chunk)) if HAS_STRONG.search(chunk) else []


def _masked(chunk: str) -> Iterator[Edit]:
    for run in RUN.finditer(chunk):
        start, stop = run.span()
        while start < stop and chunk[start] in EDGES:
            start += 1
        while start < stop and chunk[stop - 1] in EDGES:
            stop -= 1
        if not HAS_STRONG.search(chunk, start, stop):
            continue
        found = unmask(chunk[start:stop])
        if found is not None:
            yield Edit(start, stop, found)
            continue
        for part in PART.finditer(chunk, start, stop):
            if part.span() != (start, stop) and (found := unmask(part[0])) is not None:
                yield Edit(part.start(), part.end(), found)


def find_dotted(chunk: str) -> list[Edit]:
    """Words broken by a weak sign: «х.й», «пи-дор», «др_нь»; «кто-то» and «конец.Начало» stay."""
    return list(_dotted(chunk)) if HAS_JOINT.search(chunk) else []


def _dotted(chunk: str) -> Iterator[Edit]:
    for run in RUN.finditer(chunk):
        word = run[0].strip(EDGES)
        if len(word) <= LONGEST and BROKEN.fullmatch(word) and (found := unbreak(word)) is not None:
            start = run.start() + run[0].index(word)
            yield Edit(start, start + len(word), found)


def unbreak(word: str) -> str | None:
    parts = re.split(f"[{JOINT}]", word)
    known = [part in russian() for part in parts]
    whole = "".join(parts)
    if whole in insulting() and not (all(known) and min(map(len, parts)) > 3):
        return whole
    if all(known):
        return None
    slots = [char if char.isalpha() else "" for char in word]
    found = insulting().fit(slots)
    if found:
        return found
    if any(known) or len(whole) < 5:
        return None
    return russian().fit(slots) or (whole if whole in russian() else None)


digits = Rule("digits", find_digits, restores=True)
masked = Rule("masked", find_masked, restores=True)
dotted = Rule("dotted", find_dotted, restores=True)
