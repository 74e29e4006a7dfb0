"""Metrics of scores in [0, 1] against labels 0 and 1, with bootstrap intervals. numpy alone."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

BINS = 10
_Scores = NDArray[np.float64]
_Labels = NDArray[np.bool_]


@dataclass(frozen=True)
class Confusion:
    """Counts at a threshold; toxic is positive."""

    true_positive: int
    false_positive: int
    true_negative: int
    false_negative: int


@dataclass(frozen=True)
class Bin:
    """Of the comments with scores in [low, high): how many, their mean score and the share of toxic ones."""

    low: float
    high: float
    count: int
    score: float
    toxic: float


@dataclass(frozen=True)
class Interval:
    """A metric with its 95 % bootstrap interval."""

    value: float
    low: float
    high: float


def confusion(labels: ArrayLike, predicted: ArrayLike) -> Confusion:
    y, p = np.asarray(labels) > 0.5, np.asarray(predicted) > 0.5
    return Confusion(int((y & p).sum()), int((~y & p).sum()), int((~y & ~p).sum()), int((y & ~p).sum()))


def precision_of(found: Confusion) -> float:
    """1 where nothing was called toxic: no false alarm was given."""
    called = found.true_positive + found.false_positive
    return found.true_positive / called if called else 1.0


def recall_of(found: Confusion) -> float:
    toxic = found.true_positive + found.false_negative
    return found.true_positive / toxic if toxic else 1.0


def toxic_f1_of(found: Confusion) -> float:
    return _f1(found.true_positive, found.false_positive, found.false_negative)


def macro_f1_of(found: Confusion) -> float:
    """The mean of the F1 of both classes, 0 for a class that is neither there nor predicted, as scikit-learn has it."""
    clean = _f1(found.true_negative, found.false_negative, found.false_positive)
    return (toxic_f1_of(found) + clean) / 2


def macro_f1(labels: ArrayLike, predicted: ArrayLike) -> float:
    return macro_f1_of(confusion(labels, predicted))


def _f1(hits: int, false: int, missed: int) -> float:
    total = 2 * hits + false + missed
    return 2 * hits / total if total else 0.0


def roc_auc(labels: ArrayLike, scores: ArrayLike) -> float:
    """The chance that a toxic comment scores above a clean one, ties counted half; NaN with one class only."""
    y, s = np.asarray(labels) > 0.5, np.asarray(scores, np.float64)
    positives = int(y.sum())
    negatives = len(y) - positives
    if not positives or not negatives:
        return float("nan")
    _, inverse, counts = np.unique(s, return_inverse=True, return_counts=True)
    ranks = np.cumsum(counts) - (counts - 1) / 2
    return float((ranks[inverse][y].sum() - positives * (positives + 1) / 2) / (positives * negatives))


def average_precision(labels: ArrayLike, scores: ArrayLike) -> float:
    """Area under the precision-recall curve as a sum of steps; NaN without toxic comments."""
    y, s = np.asarray(labels) > 0.5, np.asarray(scores, np.float64)
    if not y.any():
        return float("nan")
    order = np.argsort(-s, kind="stable")
    y, s = y[order], s[order]
    last = np.append(s[1:] != s[:-1], True)
    hits = np.cumsum(y)[last]
    precision = hits / (np.flatnonzero(last) + 1)
    return float((np.diff(hits, prepend=0) * precision).sum() / y.sum())


def brier(labels: ArrayLike, scores: ArrayLike) -> float:
    """Mean squared distance of scores from labels."""
    return float(((np.asarray(scores, np.float64) - (np.asarray(labels) > 0.5)) ** 2).mean())


def reliability(labels: ArrayLike, scores: ArrayLike, bins: int = BINS) -> list[Bin]:
    """Bins of equal width; empty ones are left out."""
    y, s = np.asarray(labels) > 0.5, np.asarray(scores, np.float64)
    place = np.minimum((s * bins).astype(int), bins - 1)
    found = []
    for i in range(bins):
        inside = place == i
        if inside.any():
            low, high = i / bins, (i + 1) / bins
            found.append(Bin(low, high, int(inside.sum()), float(s[inside].mean()), float(y[inside].mean())))
    return found


def calibration_error(labels: ArrayLike, scores: ArrayLike, bins: int = BINS) -> float:
    """Expected calibration error over bins of equal width (Guo et al., 2017)."""
    found = reliability(labels, scores, bins)
    total = sum(part.count for part in found)
    return float(sum(part.count * abs(part.score - part.toxic) for part in found) / max(total, 1))


@dataclass(frozen=True)
class Metrics:
    """Everything measured of one set of scores at one threshold. NaN where a class is missing."""

    macro_f1: float
    toxic_f1: float
    precision: float
    recall: float
    accuracy: float
    roc_auc: float
    pr_auc: float
    brier: float
    ece: float


def measure(labels: ArrayLike, scores: ArrayLike, threshold: float) -> Metrics:
    """All metrics at once; at least one comment is needed."""
    y, s = np.asarray(labels) > 0.5, np.asarray(scores, np.float64)
    if not len(y):
        raise ValueError("nothing to measure")
    found = confusion(y, s >= threshold)
    return Metrics(
        macro_f1=macro_f1_of(found),
        toxic_f1=toxic_f1_of(found),
        precision=precision_of(found),
        recall=recall_of(found),
        accuracy=float(((s >= threshold) == y).mean()),
        roc_auc=roc_auc(y, s),
        pr_auc=average_precision(y, s),
        brier=brier(y, s),
        ece=calibration_error(y, s),
    )


def measure_with_intervals(
    labels: ArrayLike, scores: ArrayLike, threshold: float, *, rounds: int = 500, seed: int = 0
) -> dict[str, Interval]:
    """Each metric with the 2.5 and 97.5 percentiles over bootstrap resamples of the comments."""
    y, s = np.asarray(labels) > 0.5, np.asarray(scores, np.float64)
    values: dict[str, float] = asdict(measure(y, s, threshold))
    draws = _resample(y, s, lambda labels, scores: asdict(measure(labels, scores, threshold)), rounds, seed)
    intervals = {}
    for name, value in values.items():
        seen = np.array([draw[name] for draw in draws], np.float64)
        seen = seen[~np.isnan(seen)]
        low, high = np.percentile(seen, [2.5, 97.5]) if len(seen) else (float("nan"), float("nan"))
        intervals[name] = Interval(float(value), float(low), float(high))
    return intervals


def _resample(
    y: _Labels, s: _Scores, measured: Callable[[_Labels, _Scores], dict[str, Any]], rounds: int, seed: int
) -> list[dict[str, Any]]:
    rng = np.random.default_rng(seed)
    draws = []
    for _ in range(rounds):
        chosen = rng.integers(0, len(y), len(y))
        draws.append(measured(y[chosen], s[chosen]))
    return draws
