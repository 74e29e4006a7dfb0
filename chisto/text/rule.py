"""A rule of normalization: a name, what it looks for, and whether it undoes a disguise."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from chisto.text.aligned import Aligned, Edit

CHUNK = re.compile(r"\S+")


@dataclass(frozen=True, slots=True)
class Rule:
    """One step of normalization.

    `find` lists the edits for a text; where `by_chunk`, it looks at one run of non-space characters at a time, which
    is what lets results be kept by chunk. `restores` tells that the rule undoes a disguise, which people want shown.
    """

    name: str
    find: Callable[[str], list[Edit]]
    restores: bool
    by_chunk: bool = True

    def __call__(self, text: str) -> str:
        """The text with this rule alone applied."""
        return self.apply(Aligned.of(text)).text

    def apply(self, aligned: Aligned) -> Aligned:
        return aligned.edit(self._edits(aligned.text), marked=self.restores)

    def _edits(self, text: str) -> list[Edit]:
        if not self.by_chunk:
            return self.find(text)
        return [
            Edit(chunk.start() + start, chunk.start() + stop, new)
            for chunk in CHUNK.finditer(text)
            for start, stop, new in self.find(chunk[0])
        ]


def replacing(
    pattern: re.Pattern[str], replace: Callable[[re.Match[str]], str | None]
) -> Callable[[str], list[Edit]]:
    """A finder from a pattern: `replace` gives the new text of a match, or None to leave it alone."""

    def find(text: str) -> list[Edit]:
        return list(edits(text))

    def edits(text: str) -> Iterator[Edit]:
        for match in pattern.finditer(text):
            new = replace(match)
            if new is not None and new != match[0]:
                yield Edit(match.start(), match.end(), new)

    return find
