"""Rules about letters written more than once: stuttered and stretched words, long rows of signs."""

from __future__ import annotations

import re
from itertools import product

from chisto.text.aligned import Edit
from chisto.text.lexicon import insulting, ordinary, russian
from chisto.text.rule import Rule, replacing

SAME = re.compile(r"(.)\1*")
RUN = re.compile(r"([^\W\d_])\1+")
STRETCHED = re.compile(r"(?<![^\W\d_])[^\W\d_]*?([^\W\d_])\1[^\W\d_]*(?![^\W\d_])")
# «ну-у-у», «ма-а-ам», «б-б-было»: a letter said again, with a hyphen before it.
STUTTERED = re.compile(
    r"(?<![\w-])(?:([а-я])-)(?:\1-)*(?=\1)|(?<=([а-я]))(?:-\2)+(?![^\W_])|(?<=([а-я]))(?:-\3)+(?=-\3)"
)
HALTED = re.compile(r"(?<![\w-])[а-я]*([а-я])-\1[а-я]*(?![\w-])")
ROW = re.compile(r"([^\w\s])\1{3,}|(?<![^\W\d_])([^\W\d_])\2{3,}(?![^\W\d_])")
MOST_RUNS = 4
NEVER_DOUBLE = frozenset("ауыэйщьъхчш")  # in Russian words that the lexicon does not know
# Two equal letters are mostly a typing error or a name; only for so frequent a word they are taken for one.
USUAL = 20.0
DOUBLE_BY_NATURE = re.compile("вакуум|видуум|тинуум|змеее|шеее|саак|ааро|баал|маас")
# A prefix before a root that begins with the prefix's last letter: «поддать», «вводы», «заархивировать».
PREFIXED = re.compile(r"вв|сс|(?:под|над|пред)д|отт|обб|(?:ра|бе|и|во|в)(?:зз|сс)|(?:за|на)а")


def unstretch(word: str) -> str | None:
    """«дуууурак» → «дурак», «сукаа» → «сука»; «длинный», «класс» and a letter alone stay."""
    if word in russian() or word in ordinary() or len(set(word)) == 1 or DOUBLE_BY_NATURE.search(word):
        return None
    runs = list(RUN.finditer(word))
    held = any(run.end() - run.start() > 2 for run in runs)
    if len(runs) <= MOST_RUNS:
        counted = [_with_runs(word, runs, counts) for counts in product((1, 2), repeat=len(runs))]
        best = max(counted, key=russian().weight)
        if (
            best in insulting()
            or russian().weight(best) >= (0.5 if held else USUAL)
            and not PREFIXED.match(word)
        ):
            return best
    return RUN.sub(
        lambda match: match[0] if len(match[0]) == 2 and match[1] not in NEVER_DOUBLE else match[1], word
    )


def find_stretched(chunk: str) -> list[Edit]:
    """One edit for each run of letters that is shortened."""
    return [
        Edit(match.start() + run.start(), match.start() + run.end(), kept[0])
        for match in STRETCHED.finditer(chunk)
        if (word := unstretch(match[0])) is not None
        for run, kept in zip(SAME.finditer(match[0]), SAME.finditer(word), strict=True)
        if run[0] != kept[0]
    ]


def unhalt(word: str) -> str | None:
    """«ка-ак» → «как», unless both sides are words."""
    left, _, right = word.partition("-")
    joined = left + right[1:]
    return joined if joined in russian() and not (left in russian() and right in russian()) else None


def _with_runs(word: str, runs: list[re.Match[str]], counts: tuple[int, ...]) -> str:
    parts, position = [], 0
    for run, count in zip(runs, counts, strict=True):
        parts += [word[position : run.start()], run[1] * count]
        position = run.end()
    return "".join([*parts, word[position:]])


stutter = Rule("stutter", replacing(STUTTERED, lambda match: ""), restores=True)
halt = Rule("halt", replacing(HALTED, lambda match: unhalt(match[0])), restores=True)
stretch = Rule("stretch", find_stretched, restores=True)
row = Rule("row", replacing(ROW, lambda match: (match[1] or match[2]) * 3), restores=False)
