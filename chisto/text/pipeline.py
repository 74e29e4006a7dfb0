"""Words: the normalized tokens of a text, with their offsets in the text as it was written.

This is what every feature extractor consumes, and the hot path of the server. Tokens of a chunk of non-space
characters seldom depend on its neighbours, so they are kept by chunk; a text in which they may is taken as a whole.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from chisto.text.normalization import LONGEST_KEPT, NEEDS_TEXT_RULES, normalize, normalize_chunk
from chisto.text.rule import CHUNK
from chisto.text.tokenization import DASHES, tokenize


class Word(NamedTuple):
    """A normalized token (punctuation and emoji are tokens too) with its code-point offsets in the original text."""

    text: str
    start: int
    stop: int


Pieces = tuple[tuple[str, int, int], ...]

# A sign at the edge of a chunk that razdel may join to its neighbour by what stands across the white space.
OPEN_EDGE = re.compile(rf"(?:[_{DASHES}]|[.,/\\]\d).+|.+[_{DASHES}]|.*\d[.,/\\]", re.DOTALL)
MOST_KEPT = 1 << 16

_kept: dict[str, Pieces | None] = {}
_new_word = tuple.__new__


def words(text: str) -> list[Word]:
    """The tokens of the normalized text, in order."""
    if NEEDS_TEXT_RULES.search(text):
        return words_of_whole(text)
    found: list[Word] = []
    append = found.append
    kept = _kept
    for match in CHUNK.finditer(text):
        chunk = match[0]
        pieces = kept[chunk] if chunk in kept else _pieces(chunk)
        if pieces is None:
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


def _pieces(chunk: str) -> Pieces | None:
    """The tokens of a chunk with offsets in it; None where they may depend on the chunks around."""
    aligned = normalize_chunk(chunk)
    pieces: Pieces | None = None
    if not OPEN_EDGE.fullmatch(aligned.text.strip()):
        pieces = tuple(
            (token, aligned.starts[start], aligned.stops[stop - 1])
            for token, start, stop in tokenize(aligned.text)
        )
    if len(chunk) <= LONGEST_KEPT:
        if len(_kept) >= MOST_KEPT:
            _kept.clear()
        _kept[chunk] = pieces
    return pieces
