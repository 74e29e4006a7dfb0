"""One pass over the comments, in chunks that several processes count at once."""

from __future__ import annotations

import hashlib
import multiprocessing
import os
import re
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from chisto.tables import LABEL_COLUMN, TEXT_COLUMN

MEASURES = ("characters", "words", "sentences", "punctuation", "upper_case", "emoji")
CHUNK_ROWS = 4000
LONGEST = 400  # words of a comment that n-grams are taken from
_MOST_PROCESSES = 8
_FEW_ROWS = 8000  # done before another process would have started

_WORD = re.compile(r"\w+(?:['’-]\w+)*")
_PUNCTUATION = re.compile(r"[!-/:-@\[-`{-~«»—–‒…“”„‘’‚‹›№¡¿§·•]")
_UPPER = re.compile(r"[A-ZА-ЯЁІЇЄҐ]")
_LETTER = re.compile(r"[^\W\d_]")
_FACE = "[\u2600-\u27bf\u2b50\u2b55\U0001f300-\U0001faff](?:[\ufe0f\U0001f3fb-\U0001f3ff])?"
_EMOJI = re.compile(f"[\U0001f1e6-\U0001f1ff]{{2}}|{_FACE}(?:\u200d{_FACE})*")
_SENTENCE_BREAK = re.compile(r"[.!?…;\n](?=.*\w)", re.DOTALL)

T = TypeVar("T")


@dataclass(frozen=True)
class Counted:
    """A chunk as counted by a worker: numbers, and the words of the rows that are analysed."""

    values: NDArray[np.int32]  # (measures, rows)
    hashes: NDArray[np.uint64]  # (rows,)
    vocabulary: list[str]
    tokens: NDArray[np.int32]  # numbers into the vocabulary, of all analysed rows
    lengths: NDArray[np.int32]  # (analysed rows,)


@dataclass(frozen=True)
class Corpus:
    """The analysed rows as numbers of words."""

    rows: NDArray[np.int64]  # (documents,) numbers of rows of the data set
    labels: NDArray[np.int8]  # (documents,) -1 without labels
    vocabulary: list[str]
    tokens: NDArray[np.int32]  # (tokens,)
    starts: NDArray[np.int64]  # (documents + 1,)

    @property
    def owners(self) -> NDArray[np.int64]:
        """The document of each token."""
        return np.repeat(np.arange(len(self.rows)), np.diff(self.starts))


@dataclass(frozen=True)
class Measured:
    """Exact counts of every value of a measure in a class."""

    values: NDArray[np.int64]
    counts: NDArray[np.int64]


def read_chunks(path: Path) -> Iterator[tuple[list[str], NDArray[np.int8]]]:
    """Texts and labels (-1 without) of a stored data set."""
    import pyarrow.parquet as pq

    file = pq.ParquetFile(path)
    is_labelled = LABEL_COLUMN in file.schema_arrow.names
    columns = [TEXT_COLUMN, LABEL_COLUMN] if is_labelled else [TEXT_COLUMN]
    for batch in file.iter_batches(CHUNK_ROWS, columns=columns, use_threads=False):
        texts = batch.column(0).to_pylist()
        labels = np.asarray(batch.column(1), np.int8) if is_labelled else np.full(len(texts), -1, np.int8)
        yield texts, labels


def measure(text: str) -> tuple[int, ...]:
    """The counts named in MEASURES."""
    return (
        len(text),
        len(_WORD.findall(text)),
        count_sentences(text),
        len(_PUNCTUATION.findall(text)),
        len(_UPPER.findall(text)),
        0 if text.isascii() else len(_EMOJI.findall(text)),
    )


def count_sentences(text: str) -> int:
    """By razdel, which is asked only where a sentence may end before the last word; smileys are no sentences."""
    if not _SENTENCE_BREAK.search(text):
        return 1 if text.strip() else 0
    from razdel import sentenize

    return sum(1 for sentence in sentenize(text) if _WORD.search(sentence.text))


def count(texts: list[str], analysed: list[bool]) -> Counted:
    """What a worker does with a chunk; ``analysed`` says whose words are wanted."""
    from chisto.text import words

    numbers: dict[str, int] = {}
    tokens: list[int] = []
    lengths: list[int] = []
    for text, wanted in zip(texts, analysed, strict=True):
        if wanted:
            found = [w.text for w in words(text) if _LETTER.search(w.text)][:LONGEST]
            tokens += [numbers.setdefault(word, len(numbers)) for word in found]
            lengths.append(len(found))
    folded = (" ".join(text.split()).encode() for text in texts)
    return Counted(
        np.array([measure(text) for text in texts], np.int32).T,
        np.array([hashlib.blake2b(text, digest_size=8).digest() for text in folded]).view(np.uint64),
        list(numbers),
        np.array(tokens, np.int32),
        np.array(lengths, np.int32),
    )


class Tally:
    """Gathers counted chunks."""

    def __init__(self, rows: int) -> None:
        self._values: dict[tuple[str, int], tuple[NDArray[Any], NDArray[Any]]] = {}
        self._hashes = np.zeros(rows, np.uint64)
        self._labels = np.zeros(rows, np.int8)
        self._numbers: dict[str, int] = {}
        self._tokens: list[NDArray[np.int32]] = []
        self._lengths: list[NDArray[np.int32]] = []
        self._done = 0

    def add(self, labels: NDArray[np.int8], counted: Counted) -> None:
        stop = self._done + len(labels)
        self._hashes[self._done : stop] = counted.hashes
        self._labels[self._done : stop] = labels
        self._done = stop
        for name, values in zip(MEASURES, counted.values, strict=True):
            for label in np.unique(labels):
                self._count(name, int(label), *np.unique(values[labels == label], return_counts=True))
        numbers = self._numbers
        mapping = np.array([numbers.setdefault(word, len(numbers)) for word in counted.vocabulary], np.int32)
        self._tokens.append(mapping[counted.tokens] if len(mapping) else counted.tokens)
        self._lengths.append(counted.lengths)

    def _count(self, name: str, label: int, values: NDArray[Any], counts: NDArray[Any]) -> None:
        if (name, label) in self._values:
            known, sums = self._values[name, label]
            merged, inverse = np.unique(np.concatenate([known, values]), return_inverse=True)
            counts = np.bincount(inverse, np.concatenate([sums, counts])).astype(np.int64)
            values = merged
        self._values[name, label] = values.astype(np.int64), counts

    @property
    def unique(self) -> int:
        return len(np.unique(self._hashes))

    @property
    def labels(self) -> NDArray[np.int8]:
        """(rows,) of the whole data set."""
        return self._labels

    def measured(self, name: str, label: int) -> Measured:
        return Measured(*self._values[name, label])

    def corpus(self, analysed: NDArray[np.bool_]) -> Corpus:
        rows = np.flatnonzero(analysed)
        lengths = np.concatenate([*self._lengths, np.zeros(0, np.int32)])
        return Corpus(
            rows,
            self._labels[rows],
            list(self._numbers),
            np.concatenate([*self._tokens, np.zeros(0, np.int32)]),
            np.concatenate(([0], np.cumsum(lengths))).astype(np.int64),
        )


class Workers:
    """Runs functions on chunks, in order, in this process or in several."""

    def __init__(self, pool: ProcessPoolExecutor | None, processes: int) -> None:
        self._pool, self.processes = pool, processes

    def map(self, function: Callable[..., T], arguments: Iterator[tuple[Any, ...]]) -> Iterator[T]:
        """Results in order; no more chunks are taken than the workers are about to need."""
        if self._pool is None:
            yield from (function(*each) for each in arguments)
            return
        waiting: deque[Future[T]] = deque()
        for each in arguments:
            waiting.append(self._pool.submit(function, *each))
            if len(waiting) > 2 * self.processes:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()


@contextmanager
def workers(rows: int) -> Iterator[Workers]:
    """As many processes as there are cores to use; none beside this one for few rows.

    Each has one thread of arithmetic: with more, the small matrices of the tagger take thirty times as long.
    """
    from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

    processes = min(cores(), _MOST_PROCESSES)
    if processes == 1 or rows <= _FEW_ROWS:
        with threadpool_limits(1):
            yield Workers(None, 1)
        return
    # Not forked: the process of a job has a thread that beats and connections to the database.
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(processes, context, _take_one_thread) as pool:
        yield Workers(pool, processes)


def _take_one_thread() -> None:
    """For a whole process; this module has brought numpy, whose threads they are."""
    from threadpoolctl import threadpool_limits

    threadpool_limits(1)


@cache
def cores() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
