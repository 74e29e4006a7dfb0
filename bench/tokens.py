"""The proof that the quick ways give the same: our tokens those of natasha, quick words plain words; and how fast."""

import csv
import lzma
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from razdel import tokenize as razdel_tokenize

from bench.comments import comments
from chisto.settings import get_settings
from chisto.text import normalize, tokenize, words
from chisto.text.pipeline import words_of_whole


def read_texts(data: Path | None) -> Iterator[tuple[str, list[str]]]:
    """Sets of texts by name: the project's own comments and, where there is training data, all of it."""
    yield "own comments", comments(5_000)
    for path in sorted(data.rglob("*.csv")) if data else []:
        with path.open(encoding="utf-8", newline="") as file:
            yield path.name, [row[0] for row in csv.reader(file)]
    for path in sorted(data.rglob("*.tsv")) if data else []:
        yield path.name, path.read_text(encoding="utf-8").replace("\t", "\n").split("\n")
    for path in sorted(data.rglob("*.txt.xz")) if data else []:
        with lzma.open(path, "rt", encoding="utf-8") as lines:
            yield path.name, lines.read().split("\n")


def timed(act: Callable[[str], object], texts: Sequence[str]) -> float:
    """Microseconds of CPU for 100 characters."""
    started = time.process_time()
    for text in texts:
        act(text)
    return (time.process_time() - started) / max(1, sum(map(len, texts))) * 1e8


def measure() -> list[dict[str, object]]:
    """One row for each set: texts, differences (0 is the proof), restored words in 1,000, speeds."""
    return [_row(name, texts) for name, texts in read_texts(get_settings().data)]


def _row(name: str, texts: list[str]) -> dict[str, object]:
    first = timed(words, texts)
    again = timed(words, texts)
    tokens = [[(token.start, token.stop, token.text) for token in razdel_tokenize(text)] for text in texts]
    ours = [[(token.start, token.stop, token.text) for token in tokenize(text)] for text in texts]
    restored = sum(len(normalize(text).restored) for text in texts)
    return {
        "texts": name,
        "count": len(texts),
        "other tokens than natasha": sum(left != right for left, right in zip(tokens, ours, strict=True)),
        "other words than plain": sum(words(text) != words_of_whole(text) for text in texts),
        "restored per 1,000": 1000 * restored / max(1, sum(map(len, ours))),
        "words, first time, µs/100 chars": first,
        "words again": again,
        "our tokens": timed(tokenize, texts),
        "razdel's tokens": timed(lambda text: list(razdel_tokenize(text)), texts),
    }
