"""Finding obscene words in a text."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

from chisto.profanity.roots import ROOTS, Root
from chisto.text import words

FAMILIES = [(root, root.pattern) for root in ROOTS]
# No obscene word is written without one of these.
HINT = re.compile(
    "ху|хер|пи|пе|пыд|еб|иб|йоб|яб|бл|манд|муд|[гк][оа]ндон|залуп|елд|дроч|шлю|шал|шмар|кур|пот|су|г[оа]вн|жоп|ср|сс|сер|бзд|епт|твою|нах|пох|пзд"
)
LONGEST = 40
# A text with no obscene word may still hold one that no pattern knows.
NONE_FOUND = 0.01


class Span(NamedTuple):
    """An obscene word: its code-point offsets in the original, what is written there, and its root."""

    start: int
    stop: int
    text: str
    root: str


def is_obscene(word: str) -> bool:
    """Whether one word, in any spelling or disguise, is obscene."""
    return bool(find(word))


def find(text: str) -> list[Span]:
    """The obscene words of a text, in order."""
    return [
        Span(word.start, word.stop, text[word.start : word.stop], root.name)
        for word in words(text)
        if (root := root_of(word.text)) is not None
    ]


def score(text: str) -> float:
    """How probable it is that a text holds an obscene word, in [0, 1]."""
    clean = 1.0
    for word in words(text):
        root = root_of(word.text)
        if root is not None:
            clean *= 1 - root.weight
    return max(NONE_FOUND, 1 - clean)


@lru_cache(maxsize=1 << 15)
def root_of(word: str) -> Root | None:
    """The obscene root of a normalized word, the surest one; None if it has none."""
    if len(word) > LONGEST or not HINT.search(word):
        return None
    parts = {word, *word.split("-")}
    found = [root for root, pattern in FAMILIES if any(pattern.fullmatch(part) for part in parts)]
    return max(found, key=lambda root: root.weight, default=None)
