"""From a raw logit to a decision: calibrated score, threshold, and the bands allow, review and block.

Plain numbers, kept as ``decision.json`` beside the model they belong to.
"""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from chisto.errors import Unprocessable

FORMAT = 1
_CLIP = 30.0  # beyond this a sigmoid is 0 or 1 in double precision anyway

Band = Literal["allow", "review", "block"]


class UnreachableTarget(Unprocessable):
    code = "unreachable_target"
    texts = {
        "en": (
            "No threshold reaches a precision of {precision:.3f}; the best that is reached is {best:.3f}.",
            "Ask for a lower precision, or train a better model.",
        ),
        "ru": (
            "Ни один порог не даёт точности {precision:.3f}; лучшая достижимая — {best:.3f}.",
            "Задайте точность пониже или обучите модель получше.",
        ),
    }


@dataclass(frozen=True)
class Calibration:
    """Platt scaling (Platt, 1999): score = sigmoid(slope · logit + offset)."""

    slope: float = 1.0
    offset: float = 0.0

    def __post_init__(self) -> None:
        if not (math.isfinite(self.slope) and math.isfinite(self.offset) and self.slope > 0):
            raise ValueError("a calibration needs a positive finite slope and a finite offset")

    def apply(self, logits: ArrayLike) -> NDArray[np.float64]:
        """Calibrated scores in [0, 1] of any array of logits."""
        return 1.0 / (1.0 + np.exp(-np.clip(self.apply_linear(logits), -_CLIP, _CLIP)))

    def apply_linear(self, logits: ArrayLike) -> NDArray[np.float64]:
        """Calibrated logits: what the scores are the sigmoid of."""
        return self.slope * np.asarray(logits, np.float64) + self.offset

    @classmethod
    def fit(cls, logits: ArrayLike, labels: ArrayLike, weights: ArrayLike | None = None) -> Calibration:
        """The slope and offset of the greatest likelihood, by Newton's method; both classes must be present.

        Platt's targets keep a perfectly separated sample from an endless slope.
        """
        z, y = np.asarray(logits, np.float64), np.asarray(labels, np.float64)
        w = np.ones_like(z) if weights is None else np.asarray(weights, np.float64)
        positive, negative = float(w[y > 0.5].sum()), float(w[y <= 0.5].sum())
        if positive == 0 or negative == 0:
            raise ValueError("calibration needs examples of both classes")
        target = np.where(y > 0.5, (positive + 1) / (positive + 2), 1 / (negative + 2))
        scale = float(np.std(z)) or 1.0
        design = np.stack([z / scale, np.ones_like(z)])  # 2 x n
        beta = np.array([1.0, math.log((positive + 1) / (negative + 1))])

        def loss(parameters: NDArray[np.float64]) -> float:
            raw = parameters @ design
            return float((w * (np.logaddexp(0, raw) - target * raw)).sum())

        best = loss(beta)
        for _ in range(100):
            p = 1 / (1 + np.exp(-np.clip(beta @ design, -_CLIP, _CLIP)))
            gradient = design @ (w * (p - target))
            hessian = (design * (w * p * (1 - p))) @ design.T + 1e-9 * np.eye(2)
            step, rate = np.linalg.solve(hessian, gradient), 1.0
            while loss(beta - rate * step) > best and rate > 1e-6:
                rate /= 2
            beta = beta - rate * step
            previous, best = best, loss(beta)
            if previous - best < 1e-10 * max(1.0, abs(best)):
                break
        return cls(slope=max(float(beta[0]) / scale, 1e-6), offset=float(beta[1]))


@dataclass(frozen=True)
class Bands:
    """Scores from ``review_from`` on are reviewed, from ``block_from`` on blocked; the rest is allowed."""

    review_from: float
    block_from: float
    precision: float  # wanted among the blocked
    recall: float  # wanted of the toxic among reviewed and blocked together

    def __post_init__(self) -> None:
        if not 0 <= self.review_from <= self.block_from <= 1:
            raise ValueError("bands need 0 <= review_from <= block_from <= 1")

    def band(self, score: float) -> Band:
        if score >= self.block_from:
            return "block"
        return "review" if score >= self.review_from else "allow"

    @classmethod
    def fit(cls, scores: ArrayLike, labels: ArrayLike, *, precision: float, recall: float) -> Bands:
        """The widest bands that reach both targets on this data.

        Blocked are as many as a precision of at least ``precision`` lets in; allowed as many as leave at least ``recall``
        of the toxic above. Raises UnreachableTarget where no threshold is precise enough.
        """
        if not (0 < precision <= 1 and 0 < recall <= 1):
            raise ValueError("precision and recall lie in (0, 1]")
        s, y = np.asarray(scores, np.float64), np.asarray(labels) > 0.5
        order = np.argsort(-s, kind="stable")
        s, y = s[order], y[order]
        if not y.any():
            raise ValueError("bands need toxic examples")
        last = np.append(s[1:] != s[:-1], True)  # a threshold takes all equal scores or none
        found = np.cumsum(y)[last]
        taken = (np.arange(len(s)) + 1)[last]
        levels = s[last]
        precise = found / taken >= precision
        if not precise.any():
            raise UnreachableTarget(precision=precision, best=float((found / taken).max()))
        block_from = float(levels[np.flatnonzero(precise)[-1]])
        review_from = float(levels[np.flatnonzero(found >= recall * y.sum() - 1e-9)[0]])
        return cls(min(review_from, block_from), block_from, precision, recall)


@dataclass(frozen=True)
class Decision:
    """How the logits of one model become scores and decisions."""

    calibration: Calibration = Calibration()
    threshold: float = 0.5
    bands: Bands | None = None

    def __post_init__(self) -> None:
        if not 0 < self.threshold < 1:
            raise ValueError("a threshold lies in (0, 1)")

    def calibrate(self, logits: ArrayLike) -> NDArray[np.float64]:
        return self.calibration.apply(logits)

    def with_bands(self, bands: Bands | None) -> Decision:
        return replace(self, bands=bands)

    def save(self, path: Path) -> None:
        """Write the decision as a JSON file."""
        content = {"format": FORMAT, **asdict(self)}
        path.write_text(json.dumps(content, indent=2) + "\n", encoding="utf-8")

    @classmethod
    def load(cls, path: Path) -> Decision:
        """Read a ``decision.json``; ValueError where it is of another format or its numbers make no sense."""
        content = json.loads(path.read_text(encoding="utf-8"))
        if content.get("format") != FORMAT:
            raise ValueError(
                f"decision.json has format {content.get('format')!r}, this version reads {FORMAT}"
            )
        try:
            bands = content.get("bands")
            return cls(
                Calibration(**content["calibration"]),
                float(content["threshold"]),
                Bands(**bands) if bands else None,
            )
        except (KeyError, TypeError) as error:
            raise ValueError(f"decision.json is broken: {error}") from error


def tune_threshold(
    scores: ArrayLike, labels: ArrayLike, *, smooth: float = 0.01, slack: float = 0.0
) -> float:
    """The threshold of the best macro F1, read off a smoothed curve.

    The best point of a small sample is luck; the mean over ``smooth`` (a standard deviation, in units of rank) around each
    point moves the choice to the plateau. Of thresholds whose smoothed figure is within ``slack`` of the best the highest is
    taken: as good a choice, with fewer false alarms on comments unlike these.
    """
    s, y = np.asarray(scores, np.float64), np.asarray(labels) > 0.5
    order = np.argsort(-s, kind="stable")
    s, y = s[order], y[order]
    curve = _macro_f1_of_prefixes(y)
    width = max(1, round(smooth * len(s)))
    reach = np.arange(-3 * width, 3 * width + 1)
    kernel = np.exp(-0.5 * (reach / width) ** 2)
    padded = np.pad(curve, 3 * width, mode="edge")
    smoothed = np.convolve(padded, kernel / kernel.sum(), mode="valid")
    inner = smoothed[1:-1] if len(smoothed) > 2 else smoothed[1:]
    cut = int(np.flatnonzero(inner >= inner.max() - slack)[0]) + 1
    return float(np.clip((s[cut - 1] + s[min(cut, len(s) - 1)]) / 2, 1e-3, 1 - 1e-3))


def _macro_f1_of_prefixes(toxic: Sequence[bool] | NDArray[np.bool_]) -> NDArray[np.float64]:
    """Macro F1 when the first k of the ranked comments are called toxic, for k = 0 … n."""
    y = np.asarray(toxic, np.int64)
    n, positives = len(y), int(y.sum())
    called = np.arange(n + 1)
    hits = np.concatenate(([0], np.cumsum(y)))
    toxic_f1 = 2 * hits / np.maximum(called + positives, 1)
    kept = (n - called) - (positives - hits)
    clean_f1 = 2 * kept / np.maximum((n - called) + (n - positives), 1)
    return (toxic_f1 + clean_f1) / 2
