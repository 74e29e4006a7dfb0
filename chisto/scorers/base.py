"""What every model can do: score comments and say which words made the score."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from chisto.decision import Decision
from chisto.text import Restored

FAMILIES = ("cnn", "logistic_regression", "linear_svc", "multinomial_naive_bayes")


@dataclass(frozen=True)
class Contribution:
    """What one word, or a stretch of words, did to the score: ``start`` and ``stop`` are offsets into the original text.

    ``contribution`` is in units of the calibrated logit, so contributions of a linear model add up, and a word that is one
    of two insults does not vanish because the other one suffices.
    """

    start: int
    stop: int
    text: str
    contribution: float


@dataclass(frozen=True)
class Explanation:
    score: float
    spans: list[Contribution]
    restored: list[Restored]


@runtime_checkable
class Scorer(Protocol):
    """A loaded model. The same text gets the same score to 1e-6 whatever it is batched with."""

    decision: Decision

    def logits(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Uncalibrated logits (texts,)."""
        ...

    def score(self, texts: Sequence[str]) -> NDArray[np.float64]:
        """Calibrated scores (texts,) in [0, 1]."""
        ...

    def explain(self, texts: Sequence[str]) -> list[Explanation]:
        """Scores with the words that made them."""
        ...


def load_scorer(family: str, directory: Path, *, threads: int = 1) -> Scorer:
    """The model of an artifact's folder. Reads data only: nothing in the folder can run code.

    ``threads`` are ONNX Runtime's, for the CNN. Raises ValueError for an unknown family or a broken folder.
    """
    if family == "cnn":
        from chisto.scorers.cnn import CnnScorer

        return CnnScorer.load(directory, threads=threads)
    if family in FAMILIES:
        from chisto.scorers.linear import LinearScorer

        return LinearScorer.load(directory, family)
    raise ValueError(f"unknown model family {family!r}")
