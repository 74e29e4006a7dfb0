"""Comments of almost the same words with different labels, found by MinHash (Broder, 1997) in bounded time."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from chisto.schemas_profile import NearDuplicate, NearDuplicates
from training.profiling.reading import Corpus

SIMILAR = 0.75  # Jaccard similarity of the sets of words from which on two comments are near-duplicates
FEWEST_WORDS = 3
MOST = 200
_BANDS, _ROWS = 16, 4  # a pair of similarity 0.75 is met with chance 1 - (1 - 0.75⁴)¹⁶ = 0.998
_MOST_COMPARED = 300_000
_MOST_OF_BUCKET = 500  # comments of one class in one bucket


def near_duplicates(corpus: Corpus, report: Callable[[float], None]) -> NearDuplicates:
    documents, words = _word_sets(corpus)
    sizes = np.bincount(documents, minlength=len(corpus.rows))
    chosen = np.flatnonzero(sizes >= FEWEST_WORDS)
    inside = sizes[documents] >= FEWEST_WORDS
    starts = np.concatenate(([0], np.cumsum(sizes[chosen])))[:-1]
    words = words[inside]
    labels = corpus.labels[chosen]
    pairs: set[tuple[int, int]] = set()
    is_complete = True
    for band in range(_BANDS if len(chosen) else 0):
        keys = _band(words, starts, band, len(corpus.vocabulary))
        met, cut = _meetings(keys, labels, sizes[chosen], _MOST_COMPARED - len(pairs))
        pairs |= met
        is_complete &= not cut
        report((band + 1) / _BANDS)
    found = _compare(sorted(pairs), words, starts)
    found.sort(key=lambda each: (-each[2], each[0], each[1]))
    rows = corpus.rows[chosen]
    return NearDuplicates(
        rows_checked=len(chosen),
        found=len(found),
        is_complete=is_complete,
        pairs=[
            NearDuplicate(toxic_row=int(rows[t]), non_toxic_row=int(rows[c]), similarity=round(similarity, 4))
            for t, c, similarity in found[:MOST]
        ],
    )


def _word_sets(corpus: Corpus) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Each document's different words: documents and words, sorted by document and word."""
    size = max(len(corpus.vocabulary), 1)
    keys = np.unique(corpus.owners * size + corpus.tokens)
    return keys // size, keys % size


def _band(
    words: NDArray[np.int64], starts: NDArray[np.int64], band: int, vocabulary: int
) -> NDArray[np.uint64]:
    """A key per document, equal where the smallest hashes of its words under all functions of the band are."""
    keys = np.zeros(len(starts), np.uint64)
    for row in range(_ROWS):
        hashes = _mix(np.arange(vocabulary, dtype=np.uint64) + np.uint64((band * _ROWS + row + 1) << 40))
        keys = _mix(keys ^ np.minimum.reduceat(hashes[words], starts))
    return keys


def _mix(values: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """The finalizer of SplitMix64."""
    mixed = values + np.uint64(0x9E3779B97F4A7C15)
    mixed = (mixed ^ (mixed >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    mixed = (mixed ^ (mixed >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return mixed ^ (mixed >> np.uint64(31))


def _meetings(
    keys: NDArray[np.uint64], labels: NDArray[np.int8], sizes: NDArray[np.int64], most: int
) -> tuple[set[tuple[int, int]], bool]:
    """Pairs (toxic, clean) of documents with the same key and of like size, and whether some were left out."""
    order = np.argsort(keys, kind="stable")
    edges = np.flatnonzero(np.diff(keys[order], prepend=keys[order[:1]] + np.uint64(1)))
    toxic_before = np.concatenate(([0], np.cumsum(labels[order])))
    stops = np.append(edges[1:], len(order))
    toxic = toxic_before[stops] - toxic_before[edges]
    mixed = (toxic > 0) & (toxic < stops - edges)
    pairs: set[tuple[int, int]] = set()
    cut = False
    for start, stop in zip(edges[mixed].tolist(), stops[mixed].tolist(), strict=True):
        bucket = order[start:stop]
        sides = [bucket[labels[bucket] == label] for label in (1, 0)]
        cut |= any(len(side) > _MOST_OF_BUCKET for side in sides)
        first, second = (side[:_MOST_OF_BUCKET] for side in sides)
        shorter = np.minimum.outer(sizes[first], sizes[second])
        alike = np.nonzero(shorter >= SIMILAR * np.maximum.outer(sizes[first], sizes[second]))
        pairs.update(zip(first[alike[0]].tolist(), second[alike[1]].tolist(), strict=True))
        if len(pairs) >= most:
            return pairs, True
    return pairs, cut


def _compare(
    pairs: list[tuple[int, int]], words: NDArray[np.int64], starts: NDArray[np.int64]
) -> list[tuple[int, int, float]]:
    stops = np.append(starts[1:], len(words))
    found = []
    for toxic, clean in pairs:
        a, b = words[starts[toxic] : stops[toxic]], words[starts[clean] : stops[clean]]
        common = len(np.intersect1d(a, b, assume_unique=True))
        similarity = common / (len(a) + len(b) - common)
        if similarity >= SIMILAR:
            found.append((toxic, clean, similarity))
    return found
