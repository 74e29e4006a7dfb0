import numpy as np
import pytest
from sklearn import metrics as sk

from chisto.evaluation import metrics


def draw(seed: int, count: int = 300) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    labels = (rng.random(count) < 0.3).astype(int)
    scores = np.clip(np.round(rng.normal(0.35 + 0.3 * labels, 0.2), 2), 0, 1)  # with ties
    return labels, scores


@pytest.mark.parametrize("seed", range(5))
def test_every_metric_equals_scikit_learns(seed):
    labels, scores = draw(seed)
    found = metrics.measure(labels, scores, 0.5)
    called = scores >= 0.5
    assert found.macro_f1 == pytest.approx(sk.f1_score(labels, called, average="macro"))
    assert found.toxic_f1 == pytest.approx(sk.f1_score(labels, called))
    assert found.precision == pytest.approx(sk.precision_score(labels, called))
    assert found.recall == pytest.approx(sk.recall_score(labels, called))
    assert found.roc_auc == pytest.approx(sk.roc_auc_score(labels, scores))
    assert found.pr_auc == pytest.approx(sk.average_precision_score(labels, scores))
    assert found.brier == pytest.approx(sk.brier_score_loss(labels, scores))


def test_calibration_error_of_a_perfect_and_of_a_bold_forecaster():
    scores = np.repeat([0.05, 0.95], 1000)
    honest = np.concatenate([np.arange(1000) < 50, np.arange(1000) < 950])
    assert metrics.calibration_error(honest, scores) < 1e-9
    assert metrics.calibration_error(np.arange(2000) % 2, scores) == pytest.approx(0.45)


def test_reliability_counts_every_comment_once_scores_of_one_included():
    parts = metrics.reliability([0, 1, 1, 0], [0.0, 1.0, 0.95, 0.5])
    assert sum(part.count for part in parts) == 4
    assert parts[-1].count == 2 and parts[-1].toxic == 1.0


def test_intervals_hold_the_value_and_narrow_with_more_comments():
    few = metrics.measure_with_intervals(*draw(0, 100), 0.5, rounds=200)
    many = metrics.measure_with_intervals(*draw(0, 3000), 0.5, rounds=200)
    for name, interval in many.items():
        assert interval.low <= interval.value <= interval.high, name
    width = {
        size: found["macro_f1"].high - found["macro_f1"].low for size, found in (("few", few), ("many", many))
    }
    assert width["many"] < width["few"] / 2


def test_one_class_gives_no_area_and_no_crash():
    found = metrics.measure([0, 0, 0], [0.1, 0.2, 0.9], 0.5)
    assert np.isnan(found.roc_auc) and np.isnan(found.pr_auc)
    assert found.recall == 1.0 and found.precision == 0.0
