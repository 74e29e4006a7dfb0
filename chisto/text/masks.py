"""Rules about letters that were not written: digits and signs in their place, stars over them."""

from __future__ import annotations

import re
from collections.abc import Iterator

from chisto.text.aligned import Edit
from chisto.text.characters import DIGITS, JOINTS, SIGNS, STRONG_MASKS
from chisto.text.lexicon import insulting, russian, spelled, unstretched
from chisto.text.rule import Rule

STRONG = re.escape(STRONG_MASKS)
JOINT = re.escape(JOINTS)
SIGN = re.escape("".join(SIGNS))

LONGEST = 40

# ── digits ─────────────────────────────────────────────────────────────────────────────────────────────────────

WITH_DIGITS = re.compile(r"(?<![\w@$])[\dа-я]{2,40}(?![\w@$]|[!*#]\w)")
LEADING = re.compile(r"(\d+)([а-я]+)")
TRAILING = re.compile(r"([а-я]+)(\d+)")
# What follows a number: units, endings of ordinals, words of counting.
COUNTED = """
а б в г д е ж з и к л м н о п р с т у ф х ц ч ш щ э ю я гб гг гц дб дв дн дня дней год года году лет кк квт
кв кг кгц км кбит кб мб мбит мвт мг мгц мин мкм мкр мл млн млрд мм мп мпа мс мсек мск час часа часов об оз
па пт руб рубл сек см ст стр тб тн тыс тыщ трлн уе шт этаж эт хх ый ой ая ое го ти ми му й ом ые ых ым ыми
ую ей ем ам ах ов раз раза
"""
UNITS = frozenset(COUNTED.split())


def undigit(word: str) -> str | None:
    """A word with digits for letters in letters; None where the digits count something."""
    slots = [_slot(char) for char in word]
    if " " in slots:
        return None
    first = [slot[:1] for slot in slots]
    letters = sum(not char.isdigit() for char in word)
    if match := LEADING.fullmatch(word):
        if len(match[1]) < 3 <= len(word) and (found := insulting().fit(first)):
            return found
        if match[1] == "0" and (found := russian().fit(first)):
            return found
        if match[2] in UNITS or russian().weight(match[2]) > russian().weight(russian().fit(first) or ""):
            return None
    if (match := TRAILING.fullmatch(word)) and match[1] in russian():
        if len(match[2]) > 1:
            return None
        found = insulting().fit(first) or russian().fit(first)
        if found is None or match[2] == "0" or found in insulting():
            return found
        return found if russian().weight(found) > russian().weight(match[1]) else None
    if len(word) == 2:
        sure = "0" in word or (word[0].isalpha() and word[0] != "д")  # «3а» is a class, «д4» a house
        found = russian().guess((first, 1), (slots, 0.5)) if sure else None
        return found if russian().weight(found or "") > VERY_USUAL else None
    if letters == 1 and len(word) == 3 and word[0].isalpha():
        found = russian().fit(first)
        return found if russian().weight(found or "") > MOST_USUAL else None
    if letters == 1 and len(word) < 5:
        return insulting().fit(first) if len(word) == 4 or word[0].isdigit() and word[-1].isdigit() else None
    found = russian().guess((first, 1), (slots, 0.5), (unstretched(slots), 0.1))
    if found or not _is_scattered(word):
        return found
    return spelled(slots)


def _is_scattered(word: str) -> bool:
    """Whether digits stand among the letters of a word, not before or after them."""
    letters = [index for index, char in enumerate(word) if char.isalpha()]
    return len(letters) > 2 and letters[-1] - letters[0] > len(letters) - 1 and not NUMBER.search(word)


def find_digits(chunk: str) -> list[Edit]:
    """«п1дор», «4то», «6лядь», but not «100р», «4к», «т34»."""
    if not HAS_DIGIT.search(chunk):
        return []
    return [
        Edit(match.start(), match.end(), word)
        for match in WITH_DIGITS.finditer(chunk)
        if not match[0].isdigit() and not match[0].isalpha() and (word := undigit(match[0])) is not None
    ]


NUMBER = re.compile(r"\d{3}")
VAGUE = re.compile(r"\d{3}|[!|]")
HAS_DIGIT = re.compile(r"\d[а-я]|[а-я]\d")

# ── masks ──────────────────────────────────────────────────────────────────────────────────────────────────────

RUN = re.compile(rf"[а-я\d{STRONG}{SIGN}{JOINT}]+")
PART = re.compile(rf"[а-я\d{STRONG}{SIGN}]+")
HAS_STRONG = re.compile(f"[{STRONG}{SIGN}]")
HAS_LETTER = re.compile("[а-я]")
MASKS = re.compile(rf"[{STRONG}{SIGN}{JOINT}]+")
EDGES = JOINTS + "!|"
SLIPPED = re.compile(r"!+1[!1]*$")  # the shift key let go too early
# How likely a mask hides a letter or two more or fewer than it has signs.
LOOSELY = ((1, 0.15), (-1, 0.1), (2, 0.05), (-2, 0.05))


def unmask(word: str) -> str | None:
    """The word under strong masks: «с*ка», «х**», «бл@ть», «п***ц»; None where nothing fits."""
    if len(word) > LONGEST or not _is_masked(word):
        return None
    bare = "".join(char for char in word if char.isalpha())
    if word.strip(STRONG_MASKS) == bare and bare in russian():
        return None  # emphasis or a footnote, no mask
    slots = [_slot(char) for char in word]
    first = [slot[:1] for slot in slots]
    blank = [slot if char.isalnum() else "" for char, slot in zip(word, slots, strict=True)]
    exact = [(first, 1.0), (slots, 0.5), (blank, 0.2)]
    lexicon = russian() if len(bare) > 1 or len(word) == 2 else insulting()
    found = lexicon.guess(*exact, *_loosely(word, slots))
    if found is None or (len(word) == 3 and lexicon.weight(found) < USUAL and found not in insulting()):
        found = bare if len(bare) > 2 and bare in russian() and not DIGIT.search(word) else None  # «ду*рак»
    if found is None and len(bare) > 2:
        found = russian().fit(unstretched(slots)) or (
            spelled(slots) if all(slots) and not VAGUE.search(word) else None
        )
    if (
        found is None
        and len(bare) > 3
        and word[0].isalpha()
        and word[-1].isalpha()
        and not UNSURE.search(word)
    ):
        found = bare  # of an unknown word, what is left is nearer to it than its pieces
    return found


DIGIT = re.compile(r"\d")
UNSURE = re.compile(rf"[^а-я{STRONG}]")  # beside a star, a sign that may as well end a word
# A three-letter word is restored to one at least as frequent as this.
USUAL = 100.0
# And one of two letters, of which one was a zero or «@»: «п0», «н@».
VERY_USUAL = 5000.0
# And one of three characters, of which two are digits: «н37», but not «с70».
MOST_USUAL = 2000.0


def _is_masked(word: str) -> bool:
    """Whether there is enough of a word to see, and its signs may be masks at all."""
    letters = sum(char.isalpha() for char in word)
    read = sum(char in DIGITS or char in SIGNS for char in word)
    blind = len(word) - letters - read
    if not letters or not blind + read:
        return False
    if len(word) == 2:
        return (
            "@" in word
            and russian().weight(russian().fit([_slot(char)[:1] for char in word]) or "") > VERY_USUAL
        )
    if blind and WEAKER.issuperset(char for char in word if not char.isalpha()):
        return len(word) > 3 and letters > blind
    if letters == 1:
        return (2 <= blind <= 5 and not read and "*" in word) or (read > 1 and not blind and len(word) > 3)
    return blind <= letters + read // 2 + (letters > 1)


WEAKER = frozenset("%&^~+")


def _slot(char: str) -> str:
    if char.isalpha():
        return char
    return DIGITS.get(char) or SIGNS.get(char) or (" " if char.isalnum() else "")


def _loosely(word: str, slots: list[str]) -> list[tuple[list[str], float]]:
    """Signs are not always counted: a run of two or more may hide a letter more or less."""
    runs = [match.span() for match in MASKS.finditer(word) if match.end() - match.start() > 1]
    if len(runs) != 1:
        return []
    start, stop = runs[0]
    head, tail = slots[:start], slots[stop:]
    if not head or sum(map(bool, head + tail)) < 2:
        return []
    return [
        ([*head, *[""] * (stop - start + more), *tail], odds)
        for more, odds in LOOSELY
        if stop - start + more > 0
    ]


def find_masked(chunk: str) -> list[Edit]:
    """Words with stars and the like inside or at their ends."""
    return list(_masked(chunk)) if HAS_STRONG.search(chunk) and HAS_LETTER.search(chunk) else []


def _masked(chunk: str) -> Iterator[Edit]:
    for run in RUN.finditer(chunk):
        start, stop = _core(chunk, *run.span())
        word = chunk[start:stop]
        if (
            chunk[stop : stop + 1] == "!"
            and len(word) > 1
            and word not in russian()
            and word + "и" in russian()
        ):
            yield Edit(start, stop + 1, word + "и")
            continue
        if not HAS_STRONG.search(word):
            continue
        if not _is_parted(word) and not TAGGED.search(word) and (found := unmask(word)) is not None:
            yield Edit(start, stop, found)
            continue
        for part in PART.finditer(chunk, start, stop):
            left, right = _core(chunk, *part.span())
            word = chunk[left:right]
            if (
                (left, right) != (start, stop)
                and not _is_parted(word)
                and (found := unmask(word)) is not None
            ):
                yield Edit(left, right, found)


def _core(chunk: str, start: int, stop: int) -> tuple[int, int]:
    """The span without the punctuation around a word; a leading «!» may be its letter «и»."""
    slipped = SLIPPED.search(chunk[:stop], start)
    stop = slipped.start() if slipped else stop
    while start < stop and chunk[stop - 1] in EDGES:
        stop -= 1
    while start < stop and chunk[start] in EDGES:
        if (
            chunk[start] == "!"
            and chunk[start + 1 : stop] not in russian()
            and "и" + chunk[start + 1 : stop] in insulting()
        ):
            break
        start += 1
    return start, stop


def _is_parted(word: str) -> bool:
    """Whether «!» or «|» ends a word before the next one: «жизни!теперь»."""
    parts = PARTING.split(word)
    return len(parts) > 1 and (
        "" in parts[1:-1] or all(part in russian() or len(part) > 12 for part in parts if part)
    )


TAGGED = re.compile(rf"[{JOINT}][{STRONG}]")
PARTING = re.compile(r"[!|]")

# ── joints ─────────────────────────────────────────────────────────────────────────────────────────────────────

HAS_JOINT = re.compile(rf"[а-я][{JOINT}]+[а-я]")
UKRAINIAN = re.compile("['`’][яю]")
BROKEN = re.compile(rf"[а-я]+(?:[{JOINT}]+[а-я]+)+")
PARTICLES = frozenset({"то", "ка", "де", "либо", "нибудь", "таки", "с", "тка", "кась"})
JOINT_SIGN = re.compile(f"[{JOINT}]")


def find_dotted(chunk: str) -> list[Edit]:
    """Words broken by a weak sign: «х.й», «пи-дор», «др_нь»; «кто-то» and «конец.Начало» stay."""
    return list(_dotted(chunk)) if HAS_JOINT.search(chunk) else []


def _dotted(chunk: str) -> Iterator[Edit]:
    for run in RUN.finditer(chunk):
        word = run[0].strip(EDGES)
        if len(word) > LONGEST or not BROKEN.fullmatch(word) or UKRAINIAN.search(word):
            continue
        if (found := unbreak(word)) is not None:
            start = run.start() + run[0].index(word)
            yield Edit(start, start + len(word), found)


def _is_likelier(whole: str, parts: list[str]) -> bool:
    """Whether one word with a sign over a letter is likelier than words with no space between them."""
    apart = TOTAL
    for part in parts:
        apart *= russian().weight(part) / TOTAL
    return MASKED_ODDS * russian().weight(whole) > apart


# Occurrences of all words together; and how often a sign stands over a letter rather than for a missing space.
TOTAL, MASKED_ODDS = 4e6, 0.02


def unbreak(word: str) -> str | None:
    """The one word that weak signs are put over or into; None where they join or part words."""
    parts = [part for part in JOINT_SIGN.split(word) if part]
    if parts[-1] in PARTICLES or len(set(parts)) == 1:
        return None
    known = [part in russian() and (len(part) > 1 or "_" not in word) for part in parts]
    whole = "".join(parts)
    slots = [_slot(char) for char in word]
    short = min(map(len, parts))
    if whole in insulting() and not (all(known) and short > 3):
        return whole
    if len(word) - len(whole) >= len(parts):  # a row of signs: «х...й», but «слово...слово» more often
        if max(map(len, parts)) > 3 or any(known):
            return None
        return insulting().guess((slots, 1), *_loosely(word, slots))
    if not all(known) or (short < 3 and len(word) > 4):
        found = insulting().fit(slots)
        if found:
            return found
    if "_" in word and len(parts) == 2 and len(word) > 3 and (found := russian().fit(slots)):
        return found
    joined = "-" in word and (all(known) or word.count("-") > 1)  # «т-лько», but «где-нибудь», «из-за»
    found = russian().fit(slots) if not joined and (len(word) > 4 or "_" in word) else None
    if found and (not all(known) or _is_likelier(found, parts)):
        return found
    if all(known):
        return None
    return whole if len(whole) > 3 and whole in russian() and ("_" in word or not any(known)) else None


digits = Rule("digits", find_digits, restores=True)
masked = Rule("masked", find_masked, restores=True)
dotted = Rule("dotted", find_dotted, restores=True)
