"""Tokens: exactly those of natasha's Segmenter (razdel 0.5), several times faster.

razdel cuts a text into atoms (Russian letters, Latin letters, digits, one punctuation mark, anything else) and asks
its rules at each seam whether to join. The rules are answered here by the kinds of the atoms around the seam.
`bench/tokens.py` proves on any corpus that the tokens are the same.
"""

from __future__ import annotations

import re
from typing import NamedTuple

DASHES = "‑–—−-"
ENDINGS = ".?!…"
PUNCTUATION = "\\/!#$%&*+,.:;<=>?@^_`|~№…" + DASHES + "«“‘»”’\"„'" + "([})]}"
RU, LAT, INT, PUNCT, OTHER = 1, 2, 3, 4, 5
ATOM = re.compile(rf"([а-яё]+)|([a-z]+)|(\d+)|([{re.escape(PUNCTUATION)}])|(\S)", re.IGNORECASE)
SMILE = re.compile(r"[=:;]-?[)(]{1,3}")


class Token(NamedTuple):
    """A token with its code-point offsets."""

    text: str
    start: int
    stop: int


def tokenize(text: str) -> list[Token]:
    """The tokens of natasha's Segmenter, in order."""
    atoms = [(match.start(), match.end(), match.lastindex or OTHER) for match in ATOM.finditer(text)]
    tokens: list[Token] = []
    start = 0
    last = len(atoms) - 1
    for index, (_, stop, _) in enumerate(atoms):
        if index < last and atoms[index + 1][0] == stop and _joins(text, atoms, index, start):
            continue
        tokens.append(Token(text[atoms[start][0] : stop], atoms[start][0], stop))
        start = index + 1
    return tokens


def _joins(text: str, atoms: list[tuple[int, int, int]], index: int, start: int) -> bool:
    """Whether the token that began with the atom `start` goes on after the atom `index`."""
    left, seam, before = atoms[index]
    _, stop, after = atoms[index + 1]
    if before != PUNCT and after != PUNCT:
        return (before == OTHER and after != INT) or (after == OTHER and before != INT)
    if before == PUNCT and after == PUNCT:
        pair = text[left:stop]
        if pair[0] in ENDINGS and pair[1] in ENDINGS or pair in ("--", "**"):
            return True
        return pair[1] in "()-" and SMILE.fullmatch(text, atoms[start][0], stop) is not None
    if before == PUNCT:
        mark, kinds = text[left], (atoms[index - 1][2] if index else PUNCT, after)
    else:
        mark, kinds = text[seam], (before, atoms[index + 2][2] if index + 2 < len(atoms) else PUNCT)
    if mark in DASHES or mark == "_":
        return PUNCT not in kinds
    if mark in ".,/\\":
        return kinds == (INT, INT)
    return mark == "!" and before == LAT and text[left:seam].lower() == "yahoo"
