"""Kinds of comments whose quality is worth knowing apart. The same comment may belong to several."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

_LETTER = re.compile(r"[^\W\d_]")
_EMOJI = re.compile("[\U0001f300-\U0001faff\u2600-\u27bf\u2b50\u2b55]")
_SHORT, _LONG = 50, 300  # characters


def has_upper_case(text: str) -> bool:
    """More capitals than small letters, of at least five letters."""
    letters = _LETTER.findall(text)
    return len(letters) >= 5 and sum(letter.isupper() for letter in letters) > len(letters) / 2


def has_emoji(text: str) -> bool:
    return _EMOJI.search(text) is not None


def is_obfuscated(text: str) -> bool:
    """Whether the normalizer read something behind a disguise."""
    from chisto.text import normalize

    return bool(normalize(text).restored)


def has_obscenity(text: str) -> bool:
    from chisto.profanity import find

    return bool(find(text))


SLICES: Mapping[str, Callable[[str], bool]] = {
    "short": lambda text: len(text.strip()) < _SHORT,
    "medium": lambda text: _SHORT <= len(text.strip()) < _LONG,
    "long": lambda text: len(text.strip()) >= _LONG,
    "obscene": has_obscenity,
    "not_obscene": lambda text: not has_obscenity(text),
    "upper_case": has_upper_case,
    "emoji": has_emoji,
    "obfuscated": is_obfuscated,
}


def slice_texts(texts: Sequence[str]) -> dict[str, NDArray[np.int64]]:
    """The numbers of the texts of each slice, empty slices included."""
    return {
        name: np.flatnonzero(np.fromiter(map(belongs, texts), bool, len(texts)))
        for name, belongs in SLICES.items()
    }
