"""Rules about letters written more than once: stuttered and stretched words, long rows of signs."""

from __future__ import annotations

import re
from itertools import product

from chisto.text.lexicon import ordinary, russian
from chisto.text.rule import Rule, replacing

RUN = re.compile(r"([^\W\d_])\1+")
STRETCHED = re.compile(r"(?<![^\W\d_])[^\W\d_]*?([^\W\d_])\1[^\W\d_]*(?![^\W\d_])")
STUTTERED = re.compile(r"(?<![\w-])(?:([а-я])-)(?:\1-)*(?=\1)|(?<=([а-я]))(?:-\2)+(?![^\W_])")
ROW = re.compile(r"([^\w\s])\1{3,}")
MOST_RUNS = 4


def unstretch(word: str) -> str | None:
    """«дуууурак» → «дурак», «сукаа» → «сука»; «длинный», «класс» and «аaa» of one letter alone stay."""
    if word in russian() or word in ordinary():
        return None
    if len(set(word)) == 1:
        return word[:3] if len(word) > 3 else None
    runs = list(RUN.finditer(word))
    single = RUN.sub(r"\1", word)
    if single in russian() or single in ordinary():
        return single
    if len(runs) <= MOST_RUNS:
        counted = [_with_runs(word, runs, counts) for counts in product((1, 2), repeat=len(runs))]
        best = max(counted, key=russian().weight)
        if best in russian():
            return best
    return RUN.sub(lambda match: match[0] if len(match[0]) == 2 else match[1], word)


def _with_runs(word: str, runs: list[re.Match[str]], counts: tuple[int, ...]) -> str:
    parts, position = [], 0
    for run, count in zip(runs, counts, strict=True):
        parts += [word[position : run.start()], run[1] * count]
        position = run.end()
    return "".join([*parts, word[position:]])


stutter = Rule("stutter", replacing(STUTTERED, lambda match: ""), restores=True)
stretch = Rule("stretch", replacing(STRETCHED, lambda match: unstretch(match[0])), restores=True)
row = Rule("row", replacing(ROW, lambda match: match[1] * 3), restores=False)
