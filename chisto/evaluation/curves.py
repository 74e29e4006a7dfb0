"""What a score can do at every threshold: ROC, precision-recall, confusion counts, calibration. numpy alone.

Curves are thinned to a number of points, so that a plot of millions of comments stays small. A comment is toxic from the
threshold on: score >= threshold.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from chisto.evaluation.metrics import Confusion, Interval, average_precision, reliability, roc_auc

MOST_POINTS = 500
_Z95 = 1.959964
_STEPS = 100  # of the even grid of thresholds that a slider moves on
_ROUNDS = 200
_MOST_DRAWN = 4_000_000  # random numbers in memory at once
_FINEST = 20_000  # ranks that average precision is resampled at


@dataclass(frozen=True)
class Curve:
    """Points in the order of a falling threshold. A threshold of None is above every score."""

    x: list[float]
    y: list[float]
    thresholds: list[float | None]


@dataclass(frozen=True)
class Counts:
    """Confusion counts at rising thresholds, all arrays (thresholds,)."""

    thresholds: NDArray[np.float64]
    true_positive: NDArray[np.int64]
    false_positive: NDArray[np.int64]
    true_negative: NDArray[np.int64]
    false_negative: NDArray[np.int64]

    @classmethod
    def of(
        cls,
        thresholds: Sequence[float],
        true_positive: Sequence[int],
        false_positive: Sequence[int],
        true_negative: Sequence[int],
        false_negative: Sequence[int],
    ) -> Counts:
        """From lists, as the API answers with them."""
        counts = (true_positive, false_positive, true_negative, false_negative)
        return cls(np.asarray(thresholds, np.float64), *(np.asarray(each, np.int64) for each in counts))

    @property
    def precision(self) -> NDArray[np.float64]:
        """1 where nothing is called toxic: no false alarm is given."""
        called = self.true_positive + self.false_positive
        return np.where(called > 0, self.true_positive / np.maximum(called, 1), 1.0)

    @property
    def recall(self) -> NDArray[np.float64]:
        return self.true_positive / np.maximum(self.true_positive + self.false_negative, 1)

    @property
    def false_positive_rate(self) -> NDArray[np.float64]:
        return self.false_positive / np.maximum(self.false_positive + self.true_negative, 1)

    @property
    def called_share(self) -> NDArray[np.float64]:
        """The share of all comments that is called toxic: times the traffic, what there is to review."""
        called = self.true_positive + self.false_positive
        return called / np.maximum(called + self.true_negative + self.false_negative, 1)

    def place(self, threshold: float) -> int:
        """Where the counts for a threshold stand: at the nearest one at or above it."""
        return min(int(np.searchsorted(self.thresholds, threshold - 1e-12)), len(self.thresholds) - 1)

    def at(self, threshold: float) -> Confusion:
        i = self.place(threshold)
        return Confusion(
            int(self.true_positive[i]),
            int(self.false_positive[i]),
            int(self.true_negative[i]),
            int(self.false_negative[i]),
        )

    def threshold_for_precision(self, wanted: float) -> float | None:
        """The lowest threshold, so that of the most recall, of that precision; None if there is none.

        A threshold from which on nothing toxic is found does not count.
        """
        fits = (self.precision >= wanted) & (self.true_positive > 0)
        return float(self.thresholds[np.flatnonzero(fits)[0]]) if fits.any() else None

    def threshold_for_recall(self, wanted: float) -> float | None:
        """The highest threshold that still finds that share of the toxic; None if there is none."""
        fits = np.flatnonzero(self.recall >= wanted)
        return float(self.thresholds[fits[-1]]) if len(fits) and self.true_positive[fits[-1]] else None


@dataclass(frozen=True)
class Ranking:
    """Scores and labels sorted once, for all curves. Raises ValueError where a class is missing.

    ``hits`` and ``alarms`` count the toxic and the clean comments from each different score on; scores fall.
    """

    levels: NDArray[np.float64]
    hits: NDArray[np.int64]
    alarms: NDArray[np.int64]

    @classmethod
    def of(cls, labels: ArrayLike, scores: ArrayLike) -> Ranking:
        y, s = np.asarray(labels) > 0.5, np.asarray(scores, np.float64)
        if not y.any() or y.all():
            raise ValueError("curves need comments of both classes")
        order = np.argsort(-s, kind="stable")
        y, s = y[order], s[order]
        last = np.append(s[1:] != s[:-1], True)
        return cls(s[last], np.cumsum(y)[last], np.cumsum(~y)[last])

    def thinned(self, most: int = MOST_POINTS) -> NDArray[np.int64]:
        """At most so many places: the corners of the convex hull, and others evenly along the ROC curve.

        The corners are all that the best choice of a threshold can fall on, so no optimum is lost.
        """
        count = len(self.levels)
        if count <= most:
            return np.arange(count)
        hull = _hull(self.alarms, self.hits)
        if len(hull) > most // 2:
            hull = hull[np.linspace(0, len(hull) - 1, most // 2).round().astype(int)]
        way = self.alarms / self.alarms[-1] + self.hits / self.hits[-1]
        even = np.searchsorted(way, np.linspace(way[0], way[-1], most - len(hull)))
        return np.union1d(hull, even.clip(0, count - 1))

    def roc(self, most: int = MOST_POINTS) -> Curve:
        """False against true positive rate, from (0, 0) to (1, 1)."""
        chosen = self.thinned(most - 1)
        x, y = self.alarms[chosen] / self.alarms[-1], self.hits[chosen] / self.hits[-1]
        return Curve([0.0, *x.tolist()], [0.0, *y.tolist()], [None, *self.levels[chosen].tolist()])

    def precision_recall(self, most: int = MOST_POINTS) -> Curve:
        """Recall against precision."""
        chosen = self.thinned(most)
        x, y = (
            self.hits[chosen] / self.hits[-1],
            self.hits[chosen] / (self.hits[chosen] + self.alarms[chosen]),
        )
        return Curve(x.tolist(), y.tolist(), self.levels[chosen].tolist())

    def counts(self, most: int = MOST_POINTS) -> Counts:
        """Confusion counts at an even grid from 0 to 1 and at scores that matter."""
        grid = np.linspace(0, 1, _STEPS + 1)
        return self.counts_at(np.union1d(grid, self.levels[self.thinned(most - len(grid))]))

    def counts_at(self, thresholds: ArrayLike) -> Counts:
        """Confusion counts at rising thresholds."""
        t = np.asarray(thresholds, np.float64)
        above = len(self.levels) - np.searchsorted(self.levels[::-1], t)  # different scores at or above each
        hits = np.concatenate(([0], self.hits))[above]
        alarms = np.concatenate(([0], self.alarms))[above]
        return Counts(t, hits, alarms, self.alarms[-1] - alarms, self.hits[-1] - hits)


def _hull(x: NDArray[np.int64], y: NDArray[np.int64]) -> NDArray[np.int64]:
    """Corners of the upper convex hull of a rising curve that begins at (0, 0) (Andrew's monotone chain)."""
    # Only corners where the curve turns right can be on it, which leaves few for the loop.
    rise, run = np.diff(y, prepend=0), np.diff(x, prepend=0)
    turns = np.append((rise[:-1] > 0) & (run[1:] > 0), True)
    chain: list[tuple[int, int, int]] = [(0, 0, -1)]
    for place in np.flatnonzero(turns).tolist():
        px, py = int(x[place]), int(y[place])
        while len(chain) > 1:
            (ax, ay, _), (bx, by, _) = chain[-2:]
            if (bx - ax) * (py - ay) < (by - ay) * (px - ax):
                break
            chain.pop()
        chain.append((px, py, place))
    return np.array([place for _, _, place in chain[1:]], np.int64)


def roc_auc_interval(labels: ArrayLike, scores: ArrayLike) -> Interval:
    """ROC AUC with its 95 % interval by DeLong's variance (1988), on the scale of the logit so that it stays in [0, 1]."""
    y, s = np.asarray(labels) > 0.5, np.asarray(scores, np.float64)
    toxic, clean = np.sort(s[y]), np.sort(s[~y])
    area = roc_auc(y, s)
    if math.isnan(area) or len(toxic) < 2 or len(clean) < 2 or area in (0.0, 1.0):
        return Interval(area, area, area)
    beaten = (np.searchsorted(clean, toxic) + np.searchsorted(clean, toxic, "right")) / (2 * len(clean))
    beating = 1 - (np.searchsorted(toxic, clean) + np.searchsorted(toxic, clean, "right")) / (2 * len(toxic))
    deviation = math.sqrt(beaten.var(ddof=1) / len(toxic) + beating.var(ddof=1) / len(clean))
    middle, reach = math.log(area / (1 - area)), _Z95 * deviation / (area * (1 - area))
    return Interval(area, _sigmoid(middle - reach), _sigmoid(middle + reach))


def average_precision_interval(
    labels: ArrayLike, scores: ArrayLike, *, rounds: int = _ROUNDS, seed: int = 0
) -> Interval:
    """Average precision with a 95 % bootstrap interval (Poisson weights, so that sorting once is enough)."""
    ranking = Ranking.of(labels, scores)
    value = average_precision(labels, scores)
    places = np.unique(np.linspace(0, len(ranking.levels) - 1, _FINEST).round().astype(int))
    hits = np.diff(ranking.hits[places], prepend=0)
    alarms = np.diff(ranking.alarms[places], prepend=0)
    rng = np.random.default_rng(seed)
    at_once = max(1, _MOST_DRAWN // len(places))
    draws: list[NDArray[np.float64]] = []
    for start in range(0, rounds, at_once):
        shape = (min(at_once, rounds - start), len(places))
        found = rng.poisson(hits, shape)
        reached = np.cumsum(found, axis=1)
        called = reached + np.cumsum(rng.poisson(alarms, shape), axis=1)
        precision = reached / np.maximum(called, 1)
        draws.append((precision * found).sum(axis=1) / np.maximum(reached[:, -1], 1))
    low, high = np.percentile(np.concatenate(draws), [2.5, 97.5])
    return Interval(value, min(float(low), value), max(float(high), value))


@dataclass(frozen=True)
class CalibrationCurve:
    """Of the comments in each bin of scores: their mean score, the share of toxic ones, how many they are."""

    mean_score: list[float]
    share_toxic: list[float]
    counts: list[int]


def calibration_curve(labels: ArrayLike, scores: ArrayLike, bins: int = 10) -> CalibrationCurve:
    """Bins of equal width; empty ones are left out."""
    found = reliability(labels, scores, bins)
    return CalibrationCurve(
        [part.score for part in found], [part.toxic for part in found], [part.count for part in found]
    )


def _sigmoid(value: float) -> float:
    return 1 / (1 + math.exp(-value))
