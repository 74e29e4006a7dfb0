"""How a trained model gets its calibration, its threshold and its bands."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from chisto.decision import Bands, Calibration, Decision, UnreachableTarget, tune_threshold

BLOCK_PRECISION, REVIEW_RECALL = 0.95, 0.95  # of the bands that a new model starts with


def decide(logits: NDArray[np.float64], labels: NDArray[np.int64]) -> Decision:
    """Calibration, threshold of the best macro F1, and bands for the usual targets where they can be reached."""
    calibration = Calibration.fit(logits, labels)
    scores = calibration.apply(logits)
    try:
        bands = Bands.fit(scores, labels, precision=BLOCK_PRECISION, recall=REVIEW_RECALL)
    except UnreachableTarget:
        bands = None
    return Decision(calibration, tune_threshold(scores, labels), bands)
