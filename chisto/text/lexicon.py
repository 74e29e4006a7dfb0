"""Which words exist, and which of them fits a pattern of possible letters."""

from __future__ import annotations

import gzip
import math
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from functools import cache, cached_property
from importlib import resources

from chisto.text import insults
from chisto.text.characters import RUSSIAN, RUSSIAN_SOUNDS

# People mask insults far oftener than ordinary words, so a hidden word is this many times likelier one of them.
INSULT_ODDS = 40
# So many of the most frequent words tell how letters follow each other.
SAMPLE = 8000
# Each next letter that a sign may stand for is so much less likely, as a natural logarithm.
DOUBT = 1.0
ENCODING = "cp1251"  # one byte a letter


class Lexicon:
    """Words ordered by weight, indexed so that a pattern of alternatives is matched in a few operations.

    For each length, position and letter a big integer has bit i set where the i-th word of that length has that
    letter there; the lowest bit of the intersection over all positions is the weightiest word that fits.
    """

    def __init__(self, weights: dict[str, float]) -> None:
        self.weights = weights

    def __contains__(self, word: str) -> bool:
        return word in self.weights

    def weight(self, word: str) -> float:
        """How usual a word is; 0 for an unknown one."""
        return self.weights.get(word, 0.0)

    def fit(self, slots: Sequence[str]) -> str | None:
        """The weightiest word whose i-th letter is one of `slots[i]`; an empty slot takes any letter."""
        words = self._by_length.get(len(slots))
        if words is None:
            return None
        columns = self._columns(len(slots))
        fitting = -1
        for column, letters in zip(columns, slots, strict=True):
            if not letters:
                continue
            allowed = 0
            for letter in letters:
                allowed |= column.get(letter, 0)
            fitting &= allowed
            if not fitting:
                return None
        if fitting == -1:
            return words[0]
        return words[(fitting & -fitting).bit_length() - 1]

    def guess(self, *patterns: tuple[Sequence[str], float]) -> str | None:
        """The word with the greatest weight times odds among those that fit one of (slots, odds)."""
        found = [
            (odds * self.weights[word], word)
            for slots, odds in patterns
            if (word := self.fit(slots)) is not None
        ]
        return max(found)[1] if found else None

    @cached_property
    def _by_length(self) -> dict[int, list[str]]:
        by_length: dict[int, list[str]] = {}
        for word in sorted(self.weights, key=lambda word: -self.weights[word]):
            by_length.setdefault(len(word), []).append(word)
        return by_length

    def index_all(self) -> None:
        """Build now what else would be built when it is first needed."""
        for length in self._by_length:
            self._columns(length)

    def _columns(self, length: int) -> list[dict[str, int]]:
        columns = self._index.get(length)
        if columns is None:
            columns = self._index[length] = [
                _bits(column) for column in zip(*self._by_length[length], strict=True)
            ]
        return columns

    @cached_property
    def _index(self) -> dict[int, list[dict[str, int]]]:
        return {}


def _bits(column: Iterable[str]) -> dict[str, int]:
    """For each letter of a column, the places where it stands, the first place being the lowest bit."""
    letters = "".join(column)[::-1].encode(ENCODING)
    return {
        bytes([code]).decode(ENCODING): int(letters.translate(_marking(code)), 2)
        for code in sorted(set(letters))
    }


@cache
def _marking(code: int) -> bytes:
    """A translation of all bytes: «1» for one of them, «0» for the others."""
    return bytes(ord("1") if other == code else ord("0") for other in range(256))


@cache
def _counts() -> dict[str, int]:
    data = resources.files("chisto.text").joinpath("vocabulary.txt.gz").read_bytes()
    fields = gzip.decompress(data).decode().split()
    return dict(zip(fields[::2], map(int, fields[1::2]), strict=True))


@cache
def insulting() -> Lexicon:
    """Obscene and insulting words alone."""
    counts = _counts()
    forms = insults.forms()
    return Lexicon({word: counts.get(word, 0) + 1 - rank / len(forms) for rank, word in enumerate(forms)})


@cache
def russian() -> Lexicon:
    """Russian words of comments, the insulting ones weighing more, as hidden words go."""
    weights = {
        word: float(count) for word, count in _counts().items() if word[0] in RUSSIAN and "-" not in word
    }
    hidden = insulting().weights
    return Lexicon(weights | {word: INSULT_ODDS * weight for word, weight in hidden.items()})


@cache
def ordinary() -> frozenset[str]:
    """The words that comments use, whatever their alphabet: nobody hides anything by writing one of them."""
    return frozenset(_counts())


@cache
def insults_by_sound() -> dict[str, str]:
    """The insulting words by the sounds of their Latin spelling (`rules.sounds`), the weightiest for each."""
    found: dict[str, str] = {}
    weights = insulting().weights
    for word in sorted(weights, key=lambda word: -weights[word]):
        if len(word) >= 3:
            found.setdefault(
                squeeze("".join(RUSSIAN_SOUNDS[letter] for letter in word if letter != "-")), word
            )
    return found


def squeeze(sounds: str) -> str:
    """One i for several: people spell «ый» as iy, yi, ij or y."""
    return re.sub("i+", "i", sounds)


def unstretched(slots: Sequence[str]) -> list[str]:
    """Slots without repetitions, for words both disguised and stretched: «п1д0рррр»."""
    return [slot for index, slot in enumerate(slots) if not slot or not index or slots[index - 1] != slot]


def spelled(slots: Sequence[str]) -> str:
    """The likeliest letters for slots that no known word fits, by how letters follow each other in Russian."""
    paths = {"": (0.0, "")}
    for slot in slots:
        paths = {
            letter: max(
                (cost + _follows().get((last, letter), -9.0) - DOUBT * rank, path + letter)
                for last, (cost, path) in paths.items()
            )
            for rank, letter in enumerate(slot)
        }
    return max((cost + _follows().get((last, ""), -9.0), path) for last, (cost, path) in paths.items())[1]


@cache
def _follows() -> dict[tuple[str, str], float]:
    """The logarithm of the share of each letter after another one, "" standing for both ends of a word."""
    pairs: Counter[tuple[str, str]] = Counter()
    lasts: Counter[str] = Counter()
    for word, _ in zip(_counts(), range(SAMPLE), strict=False):
        pairs.update(zip(("", *word), (*word, ""), strict=True))
        lasts.update(("", *word))
    return {pair: math.log(count / lasts[pair[0]]) for pair, count in pairs.items()}


def warm_up() -> None:
    """Build all indexes (a third of a second, 25 MB), so that no request has to wait for them."""
    russian().index_all()
    insulting().index_all()
    insults_by_sound()
    ordinary()
    _follows()
