"""Words: the normalized tokens of a text, with their offsets in the text as it was written.

This is what every feature extractor consumes, and the hot path of the server. Tokens of a chunk of non-space
characters seldom depend on its neighbours, so they are kept by chunk; a text in which they may is taken as a whole.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from chisto.text.normalization import LONGEST_KEPT, NEEDS_TEXT_RULES, clean_word, normalize, normalize_chunk
from chisto.text.rule import CHUNK
from chisto.text.tokenization import tokenize


class Word(NamedTuple):
    """A normalized token (punctuation and emoji are tokens too) with its code-point offsets in the original text."""

    text: str
    start: int
    stop: int


Pieces = tuple[tuple[str, int, int], ...]

# A sign at the edge of a chunk that razdel may join to a digit by another digit across the white space: «5. 5».
OPEN_EDGE = re.compile(r"[.,/\\]\d.*|.*\d[.,/\\]", re.DOTALL)
# Stands for the tokens of a chunk where they may depend on the chunks around.
OPEN: Pieces = (("", -1, -1),)
MOST_KEPT = 1 << 15

_new_word = tuple.__new__


class _Kept:
    """Tokens by chunk, in two generations: what was not asked for during the filling of one is forgotten."""

    def __init__(self) -> None:
        self.young: dict[str, Pieces] = {}
        self.old: dict[str, Pieces] = {}

    def fetch(self, chunk: str) -> Pieces:
        pieces = self.old.get(chunk) or _pieces(chunk)
        if len(chunk) <= LONGEST_KEPT:
            if len(self.young) >= MOST_KEPT:
                self.old, self.young = self.young, {}
            self.young[chunk] = pieces
        return pieces


_kept = _Kept()


def words(text: str) -> list[Word]:
    """The tokens of the normalized text, in order."""
    if NEEDS_TEXT_RULES.search(text):
        return words_of_whole(text)
    found: list[Word] = []
    append, recall, fetch = found.append, _kept.young.get, _kept.fetch
    for match in CHUNK.finditer(text):
        chunk = match[0]
        pieces = recall(chunk) or fetch(chunk)
        if pieces is OPEN:
            return words_of_whole(text)
        offset = match.start()
        for word, start, stop in pieces:
            append(_new_word(Word, (word, offset + start, offset + stop)))
    return found


def word_texts(text: str) -> list[str]:
    """The texts of `words(text)`, for those who need no offsets."""
    return [word for word, _, _ in words(text)]


def words_of_whole(text: str) -> list[Word]:
    """The same words the plain way: normalize all, tokenize all, map the offsets back."""
    normalized = normalize(text)
    starts, stops = normalized.starts, normalized.stops
    return [Word(token, starts[start], stops[stop - 1]) for token, start, stop in tokenize(normalized.text)]


def _pieces(chunk: str) -> Pieces:
    """The tokens of a chunk with offsets in it, or OPEN."""
    match = clean_word(chunk)
    if match and match.start(1) == 0 and len(chunk) - match.end(1) < 2:
        word, stop = match[1].lower().replace("ё", "е"), match.end(1)
        return ((word, 0, stop), (chunk[stop], stop, stop + 1)) if stop < len(chunk) else ((word, 0, stop),)
    aligned = normalize_chunk(chunk)
    if OPEN_EDGE.fullmatch(aligned.text.strip()):
        return OPEN
    return tuple(
        (token, aligned.starts[start], aligned.stops[stop - 1])
        for token, start, stop in tokenize(aligned.text)
    )
