"""The wide part of the CNN: a linear SVM on n-grams of words, folded into one weight for each n-gram."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from training.encoding import Document, Lexicon, count_words


@dataclass(frozen=True)
class Wide:
    """Weights of n-grams (buckets,), an intercept, and how documents become features."""

    weights: NDArray[np.float64]
    intercept: float

    def logits(self, features: sp.csr_matrix) -> NDArray[np.float64]:
        return np.asarray(features @ self.weights + self.intercept)


class WideFeatures:
    """Rows of n-gram counts over the root of their number: what chisto.features.vectors adds up when serving."""

    def __init__(self, lexicon: Lexicon, buckets: int) -> None:
        rows = lexicon.rows(buckets, 1)
        self._ngrams = rows.matrix(buckets)
        self._counts = np.diff(rows.offsets).astype(np.float64)
        self.buckets = buckets

    def __call__(self, documents: Sequence[Document]) -> sp.csr_matrix:
        words = count_words(documents, len(self._counts))
        total = np.maximum(words @ self._counts, 1.0)
        return sp.csr_matrix(sp.diags(1 / np.sqrt(total)) @ (words @ self._ngrams))


def fit_wide(
    features: sp.csr_matrix, labels: NDArray[np.int64], weights: NDArray[np.float64], *, strength: float = 0.2
) -> Wide:
    """A linear SVM whose features are weighed by rarity (idf), the weighing folded into its weights."""
    from sklearn.svm import LinearSVC

    frequency = np.asarray((features > 0).sum(axis=0)).ravel()
    rarity = (np.log((1 + features.shape[0]) / (1 + frequency)) + 1) / 4  # about one for the bulk of n-grams
    model = LinearSVC(C=strength).fit(features @ sp.diags(rarity), labels, sample_weight=weights)
    return Wide(model.coef_[0] * rarity, float(model.intercept_[0]))


def cross_fit(
    features: sp.csr_matrix,
    labels: NDArray[np.int64],
    weights: NDArray[np.float64],
    *,
    folds: int = 5,
    seed: int = 0,
    strength: float = 0.2,
) -> NDArray[np.float64]:
    """Logits (texts,) of models that have not seen the text."""
    from sklearn.model_selection import StratifiedKFold

    logits = np.zeros(len(labels))
    for seen, held in StratifiedKFold(folds, shuffle=True, random_state=seed).split(labels, labels):
        wide = fit_wide(features[seen], labels[seen], weights[seen], strength=strength)
        logits[held] = wide.logits(features[held])
    return logits
