"""Labels that are likely wrong: a quick model judges the rows that it was not trained on.

Confident learning (Northcutt, Jiang, Chuang, 2021): a row is suspected when the model gives the other class at least
the chance that it gives, on average, to the rows that truly carry that class's label.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
from numpy.typing import NDArray

from chisto.schemas_profile import LabelErrors, SuspectedLabel
from training.profiling.reading import Corpus, cores

FOLDS = 5
MOST = 200
_PREFIX = 5  # letters that stand for a word's stem
_PAIRS = 1 << 18  # buckets of word pairs
_SEED = 13


def label_errors(corpus: Corpus, report: Callable[[float], None]) -> LabelErrors | None:
    """None where a class has fewer rows than there are folds."""
    labels = corpus.labels
    if min(np.bincount(labels, minlength=2)) < FOLDS:
        return None
    chances = _out_of_fold(features(corpus), labels, report)
    floor = [chances[labels == label].mean() for label in (0, 1)]
    wrong = np.where(labels == 1, 1 - chances, chances)  # the chance of the other class
    suspected = np.where(labels == 1, 1 - chances >= 1 - floor[0], chances >= floor[1]) & (wrong > 0.5)
    order = np.flatnonzero(suspected)
    order = order[np.argsort(-wrong[order], kind="stable")][:MOST]
    return LabelErrors(
        rows_checked=len(labels),
        folds=FOLDS,
        suspected=int(suspected.sum()),
        rows=[
            SuspectedLabel(row=int(corpus.rows[i]), label=int(labels[i]), score=round(float(wrong[i]), 4))
            for i in order
        ],
    )


def features(corpus: Corpus) -> Any:
    """Sparse (documents, features): words, their first letters, and pairs of neighbours, weighed by TF-IDF."""
    import scipy.sparse as sp
    from sklearn.feature_extraction.text import TfidfTransformer

    tokens, owners = corpus.tokens, corpus.owners.astype(np.int32)
    stems: dict[str, int] = {}
    stem_of = np.array([stems.setdefault(w[:_PREFIX], len(stems)) for w in corpus.vocabulary], np.int32)
    first = np.flatnonzero(owners[:-1] == owners[1:])
    mixed = tokens[first].astype(np.int64) * 0x9E3779B1 + tokens[first + 1].astype(np.int64) * 0x85EBCA6B
    pairs = ((mixed >> 7) % _PAIRS).astype(np.int32)
    words, stem_count = len(corpus.vocabulary), len(stems)
    columns = np.concatenate([tokens, words + stem_of[tokens], words + stem_count + pairs])
    rows = np.concatenate([owners, owners, owners[first]])
    shape = (len(corpus.rows), words + stem_count + _PAIRS)
    counts = sp.csr_matrix((np.ones(len(rows), np.float32), (rows, columns)), shape=shape)
    return TfidfTransformer(sublinear_tf=True).fit(counts).transform(counts, copy=False)


def _out_of_fold(
    matrix: Any, labels: NDArray[np.int8], report: Callable[[float], None]
) -> NDArray[np.float64]:
    """The chance of being toxic of every row, by a model that was trained on the other folds."""
    from sklearn.linear_model import SGDClassifier
    from sklearn.model_selection import StratifiedKFold

    def judge(test: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
        seen = np.ones(len(labels))
        seen[test] = 0  # rows of no weight teach nothing, and no copy of the others is needed
        # About two million steps are enough to settle, and few rows are to be seen more often.
        epochs = int(np.clip(2_000_000 / len(labels), 5, 50))
        model = SGDClassifier(
            loss="log_loss", alpha=2e-6, average=True, max_iter=epochs, tol=None, random_state=_SEED
        )
        model.fit(matrix, labels, sample_weight=seen)
        return test, model.predict_proba(matrix[test])[:, 1]

    chances = np.zeros(len(labels))
    folds = StratifiedKFold(FOLDS, shuffle=True, random_state=_SEED)
    tests = [test for _, test in folds.split(np.zeros(len(labels)), labels)]
    with ThreadPoolExecutor(min(cores(), FOLDS)) as pool:
        for done, (test, found) in enumerate(pool.map(judge, tests), 1):
            chances[test] = found
            report(done / FOLDS)
    return chances
