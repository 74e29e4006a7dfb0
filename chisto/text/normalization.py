"""Normalization: what a person means, letter by letter, whatever signs they wrote it with."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

from chisto.text import masks, scripts, spacing, stretch, surface
from chisto.text.aligned import Aligned, Edit
from chisto.text.characters import COMBINING, INVISIBLE, STYLED
from chisto.text.lexicon import russian
from chisto.text.rule import CHUNK, Rule

# In the order of their application: first what needs the whole text, then what looks at one chunk at a time.
RULES: tuple[Rule, ...] = (
    surface.accents,
    surface.hidden,
    surface.styled,
    spacing.spaced,
    surface.address,
    scripts.drawn,
    scripts.look_alike,
    surface.case,
    surface.yo,
    masks.masked,
    masks.digits,
    scripts.latin,
    stretch.stutter,
    stretch.halt,
    stretch.stretch,
    masks.dotted,
    stretch.row,
    surface.apart,
)
TEXT_RULES = tuple(rule for rule in RULES if not rule.by_chunk)
CHUNK_RULES = tuple(rule for rule in RULES if rule.by_chunk)

# Without any of these no rule of the whole text changes anything.
NEEDS_TEXT_RULES = re.compile(f"[{COMBINING}{INVISIBLE}{STYLED}]|{spacing.HINT.pattern}")
# A chunk of Russian letters with nothing but punctuation around them, as most are.
CLEAN = re.compile(r"[«\"'(\[]*([а-яё]+)(?:[.,!?:;…»\"')\]]{0,3})", re.IGNORECASE)
DOUBLED = re.compile(r"(.)\1", re.IGNORECASE)
LONGEST_KEPT = 48


class Restored(NamedTuple):
    """A disguised word: its offsets in the original, as it was written, and what it means."""

    start: int
    stop: int
    original: str
    restored: str


@dataclass(frozen=True, slots=True)
class Normalized:
    """A normalized text with, for each of its characters, the code-point offsets of the original."""

    original: str
    text: str
    starts: Sequence[int]
    stops: Sequence[int]
    marks: bytes

    def original_span(self, start: int, stop: int) -> tuple[int, int]:
        """The offsets in the original of the normalized characters [start, stop)."""
        return Aligned(self.text, self.starts, self.stops).original_span(start, stop)

    @property
    def restored(self) -> list[Restored]:
        """The words whose disguise was undone, in order; a change of case alone is none."""
        found = []
        for match in WORD.finditer(self.text) if any(self.marks) else ():
            if not any(self.marks[match.start() : match.end()]):
                continue
            start, stop = self.original_span(*match.span())
            written = self.original[start:stop]
            if written.lower().replace("ё", "е") != match[0]:
                found.append(Restored(start, stop, written, match[0]))
        return found


WORD = re.compile(r"[^\W_](?:[^\s«»\"(),;]*[^\W_])?")


def normalize(text: str) -> Normalized:
    """Apply RULES to a text of any length, in linear time."""
    whole = prepare(text)
    edits: list[Edit] = []
    parts: list[Aligned] = []
    for match in CHUNK.finditer(whole.text):
        chunk = normalize_chunk(match[0])
        if chunk.text != match[0]:
            edits.append(Edit(match.start(), match.end(), chunk.text))
            parts.append(chunk)
    return _assemble(text, whole, edits, parts)


def prepare(text: str) -> Aligned:
    """The text after the rules that need all of it."""
    aligned = Aligned.of(text)
    if NEEDS_TEXT_RULES.search(text):
        for rule in TEXT_RULES:
            aligned = rule.apply(aligned)
    return aligned


def normalize_chunk(chunk: str) -> Aligned:
    """The rules by chunk, on one run of non-space characters; short chunks are remembered."""
    return _remembered(chunk) if len(chunk) <= LONGEST_KEPT else _normalize_chunk(chunk)


def clean_word(chunk: str) -> re.Match[str] | None:
    """A match whose group 1 is the one word of a chunk that changes in case and ё alone."""
    match = CLEAN.fullmatch(chunk)
    if match and DOUBLED.search(match[1]) and match[1].lower().replace("ё", "е") not in russian():
        return None
    return match


def _normalize_chunk(chunk: str) -> Aligned:
    aligned = Aligned.of(chunk)
    if clean_word(chunk):
        return Aligned(chunk.lower().replace("ё", "е"), aligned.starts, aligned.stops)
    for rule in CHUNK_RULES:
        edits = rule.find(aligned.text)
        if edits:
            aligned = aligned.edit(edits, marked=rule.restores)
    return aligned


_remembered = lru_cache(maxsize=1 << 14)(_normalize_chunk)


def _assemble(original: str, whole: Aligned, edits: list[Edit], parts: list[Aligned]) -> Normalized:
    """Put the changed chunks into the whole, their offsets composed with its own."""
    text: list[str] = []
    starts: list[int] = []
    stops: list[int] = []
    old_marks = whole.marks or bytes(len(whole.text))
    marks = bytearray()
    position = 0
    for (start, stop, new), part in zip(edits, parts, strict=True):
        text += [whole.text[position:start], new]
        starts += whole.starts[position:start]
        stops += whole.stops[position:start]
        marks += old_marks[position:start]
        spans = [
            (whole.starts[start + left], whole.stops[start + right - 1])
            if left < right
            else (whole.stops[start + left - 1],) * 2
            for left, right in zip(part.starts, part.stops, strict=True)
        ]
        starts += [left for left, _ in spans]
        stops += [right for _, right in spans]
        own = part.marks or bytes(len(new))
        if whole.marks:
            kept = bytes(
                old_marks[start + left] | old_marks[start + right - 1]
                for left, right in zip(part.starts, part.stops, strict=True)
            )
            own = bytes(left | right for left, right in zip(own, kept, strict=True))
        marks += own
        position = stop
    text.append(whole.text[position:])
    starts += whole.starts[position:]
    stops += whole.stops[position:]
    marks += old_marks[position:]
    return Normalized(original, "".join(text), starts, stops, bytes(marks))
