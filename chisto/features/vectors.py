"""Words → vectors: sums of INT8 rows of their hashed n-grams, kept in a bounded cache because words repeat."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain

import numpy as np
from numpy.typing import NDArray

from chisto.features.ngrams import hash_words

CAPACITY = 1 << 16  # words remembered: 17 MB with 64 dimensions
ABSENT = 0  # the row that stands for "no word here": all zeros


@dataclass(frozen=True)
class Tables:
    """The learnt rows of n-grams: a dense table for the network, a wide one with one weight for each n-gram."""

    dense: NDArray[np.int8]  # (buckets, dimension)
    dense_scale: NDArray[np.float32]  # (dimension,)
    smallest: int  # the network reads n-grams from this size on; the wide table reads all of them
    wide: NDArray[np.int8]  # (wide buckets,)
    wide_scale: float

    def __post_init__(self) -> None:
        if self.dense.ndim != 2 or self.wide.ndim != 1 or self.dense_scale.shape != self.dense.shape[1:]:
            raise ValueError("the tables of n-grams do not fit together")
        if self.dense.dtype != np.int8 or self.wide.dtype != np.int8:
            raise ValueError("the tables of n-grams must be INT8")

    def embed(
        self, words: Sequence[str]
    ) -> tuple[NDArray[np.float32], NDArray[np.float64], NDArray[np.float64]]:
        """Vectors (words, dimension), wide sums (words,) and n-gram counts (words,) of some words."""
        hashes = hash_words(words)
        starts = hashes.offsets[:-1]
        wide = np.add.reduceat(self.wide[hashes.rows(len(self.wide))], starts, dtype=np.int64)
        read = hashes.sizes >= self.smallest
        counts = np.add.reduceat(read, starts, dtype=np.int64)
        begins = np.concatenate(([0], np.cumsum(counts)[:-1]))
        rows = hashes.rows(len(self.dense))[read]
        sums = np.add.reduceat(self.dense[rows], begins, axis=0, dtype=np.int32)
        vectors = sums * (self.dense_scale / counts[:, None]).astype(np.float32)
        return vectors.astype(np.float32), wide * self.wide_scale, np.diff(hashes.offsets).astype(np.float64)


@dataclass(frozen=True)
class Batch:
    """Some texts as one array: vectors (texts, words, dimension), absent words zero; wide logits (texts,)."""

    vectors: NDArray[np.float32]
    wide: NDArray[np.float64]


class WordVectors:
    """Gives texts as arrays of word vectors. Not for several threads at once: each worker has its own."""

    def __init__(self, tables: Tables, capacity: int = CAPACITY) -> None:
        self._tables = tables
        self._capacity = capacity
        self._forget()

    @property
    def dimension(self) -> int:
        return int(self._tables.dense.shape[1])

    def _forget(self) -> None:
        self._rows: dict[str, int] = {}
        size = 1024
        self._vectors = np.zeros((size, self.dimension), np.float32)
        self._wide = np.zeros(size, np.float64)
        self._counts = np.zeros(size, np.float64)

    def look_up(self, texts: Sequence[Sequence[str]]) -> list[NDArray[np.int64]]:
        """The rows of the words of each text; they hold until the next call."""
        rows = self._rows
        unknown = [word for word in dict.fromkeys(chain.from_iterable(texts)) if word not in rows]
        if unknown:
            self._learn(unknown, texts)
            rows = self._rows
        return [np.fromiter(map(rows.__getitem__, words), np.int64, len(words)) for words in texts]

    def _learn(self, unknown: list[str], texts: Sequence[Sequence[str]]) -> None:
        if len(self._rows) + len(unknown) >= self._capacity:
            self._forget()
            unknown = list(dict.fromkeys(chain.from_iterable(texts)))
        first = len(self._rows) + 1
        last = first + len(unknown)
        self._grow(last)
        vectors, wide, counts = self._tables.embed(unknown)
        self._vectors[first:last] = vectors
        self._wide[first:last] = wide
        self._counts[first:last] = counts
        self._rows.update(zip(unknown, range(first, last), strict=True))

    def _grow(self, size: int) -> None:
        missing = size - len(self._counts)
        if missing <= 0:
            return
        missing = max(missing, len(self._counts))
        self._vectors = np.concatenate([self._vectors, np.zeros((missing, self.dimension), np.float32)])
        self._wide = np.concatenate([self._wide, np.zeros(missing)])
        self._counts = np.concatenate([self._counts, np.zeros(missing)])

    def gather(self, rows: NDArray[np.int64]) -> Batch:
        """The batch of a (texts, words) array of rows, ABSENT where a text has ended or a word is hidden.

        The wide logit is the sum of the n-gram weights over the root of their number: cosine-like, so that a long text is
        not more toxic because it is long.
        """
        total = self._wide[rows].sum(axis=1)
        counts = self._counts[rows].sum(axis=1)
        return Batch(self._vectors[rows], total / np.sqrt(np.maximum(counts, 1.0)))
