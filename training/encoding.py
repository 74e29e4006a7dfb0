"""Texts as arrays: every distinct word gets a number and the rows of its n-grams, once for a whole training run."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from chisto.features.ngrams import cut, hash_words
from chisto.text import word_texts

Document = NDArray[np.int64]  # the numbers of the words of one text

TRAINED_WORDS = 256  # read of a longer text while training


class Lexicon:
    """The distinct words of all texts of a run, and their hashed n-grams."""

    def __init__(self) -> None:
        self._numbers: dict[str, int] = {}
        self._hashed: list[tuple[NDArray[np.uint32], NDArray[np.uint8], NDArray[np.int64]]] = []
        self._done = 0

    def __len__(self) -> int:
        return len(self._numbers)

    @property
    def words(self) -> list[str]:
        return list(self._numbers)

    def read(self, texts: Sequence[str], most: int = TRAINED_WORDS) -> list[Document]:
        """The documents of some texts; new words are added."""
        numbers = self._numbers
        documents = []
        for text in texts:
            found = cut(word_texts(text), most)
            documents.append(np.array([numbers.setdefault(word, len(numbers)) for word in found], np.int64))
        return documents

    def add_words(self, new: Sequence[str]) -> Document:
        """The numbers of single words; new ones are added."""
        numbers = self._numbers
        return np.array([numbers.setdefault(word, len(numbers)) for word in new], np.int64)

    def rows(self, buckets: int, smallest: int) -> Rows:
        """The table rows of every word's n-grams of that size and above, for a table of so many buckets."""
        hashes = hash_words(self.words)
        read = hashes.sizes >= smallest
        counts = np.add.reduceat(read, hashes.offsets[:-1], dtype=np.int64)
        return Rows(hashes.rows(buckets)[read], np.concatenate(([0], np.cumsum(counts))))


class Rows:
    """The n-gram rows of numbered words, as one long array with offsets."""

    def __init__(self, flat: NDArray[np.int64], offsets: NDArray[np.int64]) -> None:
        self.flat, self.offsets = flat, offsets

    def bag(self, numbers: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """The rows of some words, concatenated, and where each word's begin: what torch's EmbeddingBag takes."""
        counts = self.offsets[numbers + 1] - self.offsets[numbers]
        ends = np.cumsum(counts)
        begins = ends - counts
        flat = np.repeat(self.offsets[numbers] - begins, counts) + np.arange(ends[-1])
        return self.flat[flat], begins

    def matrix(self, buckets: int) -> sp.csr_matrix:
        """(words, buckets): how often each word has the n-gram."""
        ones = np.ones(len(self.flat), np.float32)
        matrix = sp.csr_matrix((ones, self.flat, self.offsets), shape=(len(self.offsets) - 1, buckets))
        matrix.sum_duplicates()
        return matrix


def count_words(documents: Sequence[Document], vocabulary: int) -> sp.csr_matrix:
    """(texts, words): how often each text has the word."""
    lengths = np.fromiter(map(len, documents), np.int64, len(documents))
    flat = np.concatenate([*documents, np.zeros(0, np.int64)])
    offsets = np.concatenate(([0], np.cumsum(lengths)))
    matrix = sp.csr_matrix(
        (np.ones(len(flat), np.float32), flat, offsets), shape=(len(documents), vocabulary)
    )
    matrix.sum_duplicates()
    return matrix


def batches(
    lengths: NDArray[np.int64], size: int, rng: np.random.Generator, chunk: int = 20
) -> Iterator[NDArray[np.int64]]:
    """Shuffled batches of texts of like length, so that little of a batch is padding."""
    order = rng.permutation(len(lengths))
    for start in range(0, len(order), size * chunk):
        part = order[start : start + size * chunk]
        part = part[np.argsort(lengths[part], kind="stable")]
        pieces = [part[i : i + size] for i in range(0, len(part), size)]
        rng.shuffle(pieces)
        yield from pieces
