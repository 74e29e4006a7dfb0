"""Histograms that are ready to plot, out of exact counts."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from chisto.schemas_profile import ClassDistribution, ClassName, Distribution
from training.profiling.reading import Measured

BINS = 40
_BODY = 0.99  # the share of comments that the bins of equal width cover


def distribution(classes: Mapping[ClassName, Measured]) -> Distribution:
    edges = _edges(list(classes.values()))
    return Distribution(
        edges=edges.tolist(), classes={name: _describe(each, edges) for name, each in classes.items()}
    )


def _edges(classes: list[Measured]) -> NDArray[np.int64]:
    """Bins of equal whole width up to where 99 % of every class lie, and one for the rest."""
    low = min(int(each.values[0]) for each in classes)
    high = max(int(each.values[-1]) for each in classes)
    body = max(_quantile(each, _BODY) for each in classes)
    width = max(1, -(-(body - low + 1) // BINS))
    edges = np.arange(low, body + width + 1, width)
    return edges if edges[-1] > high else np.append(edges, high + 1)


def _describe(each: Measured, edges: NDArray[np.int64]) -> ClassDistribution:
    total = int(each.counts.sum())
    middle = (_quantile(each, (total - 1) // 2 / total) + _quantile(each, total // 2 / total)) / 2
    return ClassDistribution(
        counts=np.histogram(each.values, edges, weights=each.counts)[0].astype(int).tolist(),
        mean=float((each.values * each.counts).sum() / total),
        median=middle,
        min=int(each.values[0]),
        max=int(each.values[-1]),
    )


def _quantile(each: Measured, share: float) -> int:
    """The value of the comment at rank ``share`` of all, counted from 0."""
    reached = np.cumsum(each.counts)
    rank = min(int(share * reached[-1] + 0.5), int(reached[-1]) - 1)
    return int(each.values[np.searchsorted(reached, rank, side="right")])
