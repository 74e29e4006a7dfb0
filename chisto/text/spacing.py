"""The rule about spaced-out letters: «с у к а», «т-у-п-о-й», «э т о  т е к с т»."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator

from chisto.text.aligned import Edit
from chisto.text.characters import LOOK_ALIKES, RUSSIAN
from chisto.text.lexicon import insulting, russian
from chisto.text.rule import Rule

SIGN = r"[^\W_]"
INNER = r"[^\W_]|[@*#$]"
# Letters one by one: by white space of any width, or by one and the same sign all along.
SPACED = re.compile(
    rf"(?<![^\s«\"'(\[.,!?;:…—–-])(?:{SIGN})(?:[ \t\u00a0]{{1,4}}(?:{INNER}))+[ \t\u00a0]{{1,4}}(?:{INNER})"
    r"(?=[.,!?:;…»\"')\]—–-]{0,8}(?:\s|\Z))"
)
POINTED = re.compile(
    rf"(?<![^\W_])(?<![@*#$])(?<!\w[.,\-/|+~·•:=])(?:{SIGN})([ ]?([-.,_*/|+~·•:=#]{{1,3}})[ ]?)(?:[^\W_]|[@$])(?:\1(?:[^\W_]|[@$]))+(?![\w@*#$])"
)
PAIR = re.compile(rf"(?<!\S)({SIGN})[ ]({SIGN})(?=[.,!?:;…]{{0,4}}(?:\s|\Z))")
# What a text must hold for the rule to be worth asking.
HINT = re.compile(
    rf"(?<![^\W_])[^\W_](?:[^\w\n]|_){{1,5}}(?:{INNER})(?:[^\w\n]|_){{1,5}}(?:{INNER})(?![^\W_])"
)

ONE_LETTER_WORDS = frozenset("аиоуявскжб")
ABBREVIATIONS = frozenset(
    ["итд", "итп", "ктн", "дмн", "кмн", "дтн", "кфн", "кбн", "кэн", "хз", "рф", "сша", "ссср", "фио"]
)
LONGEST = 24
MOST_CUT = 1000  # letters of one run that are cut into words


def find_spaced(text: str) -> list[Edit]:
    """Join letters that stand one by one, and cut them into words where spaces do not tell."""
    if not HINT.search(text):
        return []
    edits = list(_joined(text, SPACED, by_spaces=True)) + list(_joined(text, POINTED, by_spaces=False))
    if edits:
        edits += _joined_pairs(text)
    edits.sort()
    return [edit for index, edit in enumerate(edits) if not index or edit.start >= edits[index - 1].stop]


def _joined(text: str, pattern: re.Pattern[str], *, by_spaces: bool) -> Iterator[Edit]:
    for match in pattern.finditer(text):
        if not by_spaces:
            letters = [(at, text[at]) for at in range(match.start(), match.end(), len(match[1]) + 1)]
            if len(letters) > 4 or "".join(read(char) for _, char in letters) in russian():
                yield from _join(letters, WHOLE)
            continue
        groups = _groups(match)
        for group in groups:
            yield from _join(group, WHOLE if len(groups) > 1 else PIECEMEAL)


def _joined_pairs(text: str) -> Iterator[Edit]:
    """Words of two letters in a text with others spaced out: «н е,  н а д о»."""
    for match in PAIR.finditer(text):
        word = read(match[1]) + read(match[2])
        if word in russian() and not ONE_LETTER_WORDS.issuperset(word):
            yield Edit(match.end(1), match.start(2), "")


def _groups(match: re.Match[str]) -> list[list[tuple[int, str]]]:
    """The letters of a run with their offsets, cut at the gaps wider than its narrowest."""
    text, start = match[0], match.start()
    letters = [(start + index, char) for index, char in enumerate(text) if not char.isspace()]
    gaps = [right - left for (left, _), (right, _) in zip(letters, letters[1:], strict=False)]
    narrow = min(gaps)
    groups = [[letters[0]]]
    for gap, letter in zip(gaps, letters[1:], strict=True):
        if gap > narrow:
            groups.append([])
        groups[-1].append(letter)
    return groups


def _join(letters: list[tuple[int, str]], letter_cost: float) -> Iterator[Edit]:
    word = "".join(read(char) for _, char in letters)
    if len(letters) < 2 or not is_spaced_out(word):
        return
    cuts = cut(word[:MOST_CUT], letter_cost)
    if ONE_LETTER_WORDS.issuperset(word) and not _is_word_hidden(word, cuts):
        return
    for index in range(1, len(letters)):
        start, stop = letters[index - 1][0] + 1, letters[index][0]
        yield Edit(start, stop, " " if index in cuts else "")


def _is_word_hidden(word: str, cuts: list[int]) -> bool:
    """Whether letters that are words by themselves, as in «и в а», make up a longer word all the same."""
    pieces = [word[start:stop] for start, stop in zip([0, *cuts], [*cuts, len(word)], strict=True)]
    return all(piece in russian() for piece in pieces) and any(
        len(piece) > 3 or piece in insulting() for piece in pieces
    )


def read(char: str) -> str:
    """The Russian letter that a sign most likely is."""
    lowered = char.lower().replace("ё", "е")
    return lowered if lowered in RUSSIAN else LOOK_ALIKES.get(char, lowered)[0]


def is_spaced_out(word: str) -> bool:
    """Whether letters one by one may be a hidden word: the alphabet and digits are none."""
    letters = [char for char in word if char in RUSSIAN]
    if len(letters) < min(3, len(word)) or word[0].isdigit() or word[-1].isdigit():
        return False
    if 3 * len(letters) < 2 * len(word) or word in ABBREVIATIONS:
        return False
    if ONE_LETTER_WORDS.issuperset(word) and len(word) < MOST_CUT:
        return True
    if all(ord(right) - ord(left) == 1 for left, right in zip(word, word[1:], strict=False)):
        return False
    return len(word) > 3 or word in russian()


def cut(word: str, letter_cost: float) -> list[int]:
    """Where a run of letters falls apart into words, the likeliest way; a few of them may be unknown."""
    if word in russian() or not all(char in RUSSIAN for char in word):
        return []
    best: list[float] = [0.0]
    back = [0]
    for stop in range(1, len(word) + 1):
        costs = [
            (best[start] + _cost(word[start:stop], letter_cost), start)
            for start in range(max(0, stop - LONGEST), stop)
        ]
        cost, start = min(costs)
        best.append(cost)
        back.append(start)
    cuts = []
    stop = back[len(word)]
    while stop:
        cuts.append(stop)
        stop = back[stop]
    return cuts[::-1]


def _cost(word: str, letter_cost: float) -> float:
    weight = russian().weight(word)
    if weight and (len(word) > 1 or word in ONE_LETTER_WORDS):
        return TOTAL - math.log(weight)
    return UNKNOWN + letter_cost * len(word)


# Costs are negative logarithms of likelihood: of all words together, of an unknown word and of each of its letters.
# Where signs or wider gaps show the words, a run is rather one word.
TOTAL, UNKNOWN, PIECEMEAL, WHOLE = math.log(4e6), 6.0, 2.2, 1.0

spaced = Rule("spaced", find_spaced, restores=True, by_chunk=False)
