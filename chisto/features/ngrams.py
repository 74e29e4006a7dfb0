"""Hashed character n-grams of words, computed for a whole list of words at once.

A word is written between two marks, so that «ub» inside «<ub>» differs from «ub» inside «rubl»; its n-grams of every size
and the word as a whole each get a 32-bit hash. A table of any size takes them modulo its number of rows.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

LARGEST = 6
LONGEST_WORD = (
    40  # characters hashed of one word: its first 28 and last 12; the rest of a longer one is noise
)
_HEAD, _TAIL = 28, 12
_FIRST, _LAST = "\x02", "\x03"
_MULTIPLIER = np.uint32(0x01000193)
_WHOLE = 31  # the "size" of a whole word

Item = TypeVar("Item")


@dataclass(frozen=True)
class Hashes:
    """Hashes of the n-grams of some words: word i owns ``values[offsets[i]:offsets[i + 1]]``."""

    values: NDArray[np.uint32]  # (hashes,)
    offsets: NDArray[np.int64]  # (words + 1,)
    sizes: NDArray[np.uint8]  # (hashes,) the n of each n-gram, 31 for a whole word

    def rows(self, buckets: int) -> NDArray[np.int64]:
        """The rows of a table with that many buckets, one for each hash."""
        return (self.values % np.uint32(buckets)).astype(np.int64)


def hash_words(words: Sequence[str]) -> Hashes:
    """The n-grams of sizes 1 to 6 of every word and the word itself, grouped by word."""
    if not words:
        return Hashes(np.zeros(0, np.uint32), np.zeros(1, np.int64), np.zeros(0, np.uint8))
    marked = [_FIRST + _shorten(word) + _LAST for word in words]
    lengths = np.fromiter(map(len, marked), np.int64, len(marked))
    codes = np.frombuffer("".join(marked).encode("utf-32-le", "surrogatepass"), np.uint32)
    owner = np.repeat(np.arange(len(marked)), lengths)
    left = np.repeat(np.cumsum(lengths), lengths) - np.arange(
        len(codes)
    )  # characters up to the end of the word
    values, owners, sizes = [], [], []
    rolling = np.zeros(len(codes), np.uint32)
    for size in range(1, LARGEST + 1):
        rolling = rolling[: len(codes) - size + 1] * _MULTIPLIER + codes[size - 1 :]
        inside = left[: len(rolling)] >= size
        values.append(_mix(rolling[inside], size))
        owners.append(owner[: len(rolling)][inside])
        sizes.append(np.full(len(values[-1]), size, np.uint8))
    values.append(_mix(_hash_whole(codes, lengths), _WHOLE))
    owners.append(np.arange(len(marked)))
    sizes.append(np.full(len(marked), _WHOLE, np.uint8))
    order = np.argsort(np.concatenate(owners), kind="stable")
    counts = np.bincount(np.concatenate(owners), minlength=len(marked))
    return Hashes(
        np.concatenate(values)[order],
        np.concatenate(([0], np.cumsum(counts))).astype(np.int64),
        np.concatenate(sizes)[order],
    )


def cut(words: list[Item], most: int) -> list[Item]:
    """The words of a text that a model reads: of a text with more than ``most``, three quarters from its start, a quarter
    from its end."""
    tail = most // 4
    return words if len(words) <= most else words[: most - tail] + words[-tail:]


def _shorten(word: str) -> str:
    return word if len(word) <= LONGEST_WORD else word[:_HEAD] + word[-_TAIL:]


def _hash_whole(codes: NDArray[np.uint32], lengths: NDArray[np.int64]) -> NDArray[np.uint32]:
    starts = np.concatenate(([0], np.cumsum(lengths)[:-1]))
    place = np.arange(len(codes)) - np.repeat(starts, lengths)
    weight = _POWERS[place]
    with np.errstate(over="ignore"):
        return np.add.reduceat((codes + np.uint32(17)) * weight, starts).astype(np.uint32)


def _mix(values: NDArray[np.uint32], size: int) -> NDArray[np.uint32]:
    """Spread the bits (the finalizer of MurmurHash3), so that a modulo by any number is even."""
    mixed = values + np.uint32(size * 0x9E3779B9 & 0xFFFFFFFF)
    mixed = (mixed ^ (mixed >> np.uint32(16))) * np.uint32(0x85EBCA6B)
    mixed = (mixed ^ (mixed >> np.uint32(13))) * np.uint32(0xC2B2AE35)
    return mixed ^ (mixed >> np.uint32(16))


def _powers(count: int) -> NDArray[np.uint32]:
    powers = [1]
    for _ in range(count - 1):
        powers.append(powers[-1] * 0x9E3779B1 & 0xFFFFFFFF)
    return np.array(powers, np.uint32)


_POWERS = _powers(LONGEST_WORD + 2)
