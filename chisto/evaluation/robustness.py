"""How much of a model's quality survives what people do to hide a word."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from random import Random

import numpy as np
from numpy.typing import ArrayLike

from chisto.evaluation.metrics import confusion, macro_f1, recall_of
from chisto.evaluation.obfuscate import DEFAULT_RATE, KINDS, obfuscate
from chisto.scorers.base import Scorer


@dataclass(frozen=True)
class Survival:
    """Quality with one obfuscation applied to every comment; ``loss`` is the macro F1 that it cost."""

    macro_f1: float
    recall: float
    loss: float


def measure_robustness(
    scorer: Scorer,
    texts: Sequence[str],
    labels: ArrayLike,
    *,
    kinds: Sequence[str] = KINDS,
    rate: float = DEFAULT_RATE,
    seed: int = 0,
) -> dict[str, Survival]:
    """Each kind's survival, at the model's own threshold. The same seed disguises the same words."""
    threshold = scorer.decision.threshold
    plain = macro_f1(labels, scorer.score(texts) >= threshold)
    found = {}
    for kind in kinds:
        rng = Random(f"{seed}/{kind}")
        predicted = scorer.score([obfuscate(text, kind, rng, rate) for text in texts]) >= threshold
        value = macro_f1(labels, predicted)
        found[kind] = Survival(value, recall_of(confusion(np.asarray(labels), predicted)), plain - value)
    return found
