"""Text that remembers where each of its characters came from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple, Self


class Edit(NamedTuple):
    """Put `text` in the place of the characters [start, stop)."""

    start: int
    stop: int
    text: str


@dataclass(frozen=True, slots=True)
class Aligned:
    """A text with, for each character, its code-point offsets in the original and whether it was restored.

    `marks` holds one byte a character (1: restored); it is empty where nothing was.
    """

    text: str
    starts: Sequence[int]
    stops: Sequence[int]
    marks: bytes = b""

    @classmethod
    def of(cls, text: str) -> Self:
        return cls(text, range(len(text)), range(1, len(text) + 1))

    def edit(self, edits: Sequence[Edit], *, marked: bool = False) -> Aligned:
        """Apply edits that are sorted and do not overlap.

        A replacement of the same length maps character by character, any other maps each new character to the
        whole replaced span, an insertion to an empty one. Where `marked`, what changed counts as restored; a pure removal marks what follows it.
        """
        if not edits:
            return self
        text: list[str] = []
        starts: list[int] = []
        stops: list[int] = []
        keep_marks = bool(self.marks) or marked
        marks = bytearray()
        old_marks = self.marks or (bytes(len(self.text)) if keep_marks else b"")
        position = 0
        removed = False

        def copy(start: int, stop: int) -> None:
            text.append(self.text[start:stop])
            starts.extend(self.starts[start:stop])
            stops.extend(self.stops[start:stop])
            marks.extend(old_marks[start:stop])

        for start, stop, replacement in edits:
            start, stop, replacement = self._narrowed(start, stop, replacement)
            before = len(marks)
            copy(position, start)
            if removed and len(marks) > before:
                marks[before] = 1
                removed = False
            position = stop
            if not replacement:
                removed = removed or marked
                continue
            text.append(replacement)
            if len(replacement) == stop - start:
                starts.extend(self.starts[start:stop])
                stops.extend(self.stops[start:stop])
            elif start == stop:
                place = self.stops[start - 1] if start else 0
                starts.extend([place] * len(replacement))
                stops.extend([place] * len(replacement))
            else:
                starts.extend([self.starts[start]] * len(replacement))
                stops.extend([self.stops[stop - 1]] * len(replacement))
            if keep_marks:
                marks.extend((b"\1" if marked or any(old_marks[start:stop]) else b"\0") * len(replacement))
                removed = False
        before = len(marks)
        copy(position, len(self.text))
        if removed and len(marks) > before:
            marks[before] = 1
        return Aligned("".join(text), starts, stops, bytes(marks))

    def _narrowed(self, start: int, stop: int, replacement: str) -> Edit:
        """The edit without the letters that it leaves alone at both of its ends; one new letter stays at least."""
        if len(replacement) == stop - start or len(replacement) < 2:
            return Edit(start, stop, replacement)
        old = self.text[start:stop]
        most = min(len(old), len(replacement)) - 1
        left = next((at for at in range(most) if old[at] != replacement[at]), most)
        most -= left
        right = next((at for at in range(most) if old[-1 - at] != replacement[-1 - at]), most)
        return Edit(start + left, stop - right, replacement[left : len(replacement) - right])

    def original_span(self, start: int, stop: int) -> tuple[int, int]:
        """The original offsets of the characters [start, stop); an empty span maps to an empty one."""
        if start < stop:
            return self.starts[start], self.stops[stop - 1]
        if start < len(self.text):
            return self.starts[start], self.starts[start]
        end = self.stops[-1] if self.text else 0
        return end, end
