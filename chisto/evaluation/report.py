"""Everything that is measured of a model on labelled comments, as data and to read."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from chisto.evaluation.metrics import (
    Bin,
    Confusion,
    Interval,
    Metrics,
    confusion,
    measure,
    measure_with_intervals,
    reliability,
)
from chisto.evaluation.robustness import Survival, measure_robustness
from chisto.evaluation.slices import slice_texts
from chisto.scorers.base import Scorer

_AT_ONCE = 4096


@dataclass(frozen=True)
class SliceReport:
    """A slice's size and metrics; a metric that needs both classes is NaN where one is missing."""

    count: int
    toxic: int
    metrics: Metrics | None


@dataclass(frozen=True)
class Report:
    count: int
    toxic: int
    threshold: float
    metrics: dict[str, Interval]
    confusion: Confusion
    reliability: list[Bin]
    slices: dict[str, SliceReport]
    robustness: dict[str, Survival]

    def to_dict(self) -> dict[str, Any]:
        """For JSON: NaN becomes null."""
        return _without_nan(asdict(self))

    def to_text(self) -> str:
        """Readable Markdown."""
        return "\n".join(_lines(self)) + "\n"


def evaluate(
    scorer: Scorer,
    texts: Sequence[str],
    labels: ArrayLike,
    *,
    with_robustness: bool = True,
    rounds: int = 500,
    seed: int = 0,
) -> Report:
    """Measure a model at its own threshold. ``rounds`` of the bootstrap; ValueError where there is no comment."""
    y = np.asarray(labels, np.int64)
    if not len(y) or len(y) != len(texts):
        raise ValueError("evaluation needs as many labels as comments, and at least one")
    scores = score_all(scorer, texts)
    threshold = scorer.decision.threshold
    slices = {}
    for name, chosen in slice_texts(texts).items():
        found = measure(y[chosen], scores[chosen], threshold) if len(chosen) else None
        slices[name] = SliceReport(len(chosen), int(y[chosen].sum()), found)
    return Report(
        count=len(y),
        toxic=int(y.sum()),
        threshold=threshold,
        metrics=measure_with_intervals(y, scores, threshold, rounds=rounds, seed=seed),
        confusion=confusion(y, scores >= threshold),
        reliability=reliability(y, scores),
        slices=slices,
        robustness=measure_robustness(scorer, texts, y, seed=seed) if with_robustness else {},
    )


def score_all(scorer: Scorer, texts: Sequence[str]) -> NDArray[np.float64]:
    """Scores in pieces, so that memory stays bounded."""
    parts = [scorer.score(texts[start : start + _AT_ONCE]) for start in range(0, len(texts), _AT_ONCE)]
    return np.concatenate(parts) if parts else np.zeros(0)


def _without_nan(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _without_nan(part) for name, part in value.items()}
    if isinstance(value, list | tuple):
        return [_without_nan(part) for part in value]
    return None if isinstance(value, float) and math.isnan(value) else value


def _lines(report: Report) -> list[str]:
    found = report.confusion
    lines = [
        f"{report.count} comments, {report.toxic} toxic; threshold {report.threshold:.3f}",
        "",
        "| metric | value | 95 % interval |",
        "|---|---|---|",
        *(f"| {name} | {x.value:.4f} | {x.low:.4f} – {x.high:.4f} |" for name, x in report.metrics.items()),
        "",
        "| | called toxic | called clean |",
        "|---|---|---|",
        f"| toxic | {found.true_positive} | {found.false_negative} |",
        f"| clean | {found.false_positive} | {found.true_negative} |",
        "",
        "| scores | comments | mean score | share toxic |",
        "|---|---|---|---|",
        *(
            f"| {part.low:.1f} – {part.high:.1f} | {part.count} | {part.score:.3f} | {part.toxic:.3f} |"
            for part in report.reliability
        ),
        "",
        "| slice | comments | toxic | macro F1 | precision | recall |",
        "|---|---|---|---|---|---|",
    ]
    for name, part in report.slices.items():
        m = part.metrics
        values = f"{m.macro_f1:.3f} | {m.precision:.3f} | {m.recall:.3f}" if m else "– | – | –"
        lines.append(f"| {name} | {part.count} | {part.toxic} | {values} |")
    if report.robustness:
        lines += ["", "| obfuscation | macro F1 | recall | lost |", "|---|---|---|---|"]
        lines += [
            f"| {kind} | {x.macro_f1:.4f} | {x.recall:.3f} | {x.loss:+.4f} |"
            for kind, x in report.robustness.items()
        ]
    return lines
