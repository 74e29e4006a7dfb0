"""Curves of scores: thinned without losing what matters, and as scikit-learn has them."""

import numpy as np
import pytest

from chisto.evaluation.curves import (
    Counts,
    Ranking,
    average_precision_interval,
    calibration_curve,
    roc_auc_interval,
)


def sample(n: int, seed: int = 0, ties: int | None = None):
    rng = np.random.default_rng(seed)
    labels = (rng.random(n) < 0.3).astype(int)
    scores = 1 / (1 + np.exp(-rng.normal(2 * labels - 1, 1.3)))
    return labels, scores.round(ties) if ties else scores


def test_whole_curves_are_those_of_scikit_learn():
    from sklearn.metrics import precision_recall_curve, roc_curve

    labels, scores = sample(400, ties=2)
    ranking = Ranking.of(labels, scores)
    roc = ranking.roc()
    x, y, t = roc_curve(labels, scores, drop_intermediate=False)
    assert np.allclose(roc.x, x) and np.allclose(roc.y, y)
    assert roc.thresholds[0] is None and np.allclose(roc.thresholds[1:], t[1:])
    precision, recall, t = precision_recall_curve(labels, scores, drop_intermediate=False)
    mine = ranking.precision_recall()
    assert np.allclose([mine.x[::-1], mine.y[::-1], mine.thresholds[::-1]], [recall[:-1], precision[:-1], t])


@pytest.mark.parametrize("most", [10, 100, 500])
def test_thinned_curves_keep_ends_limits_and_the_hull(most):
    labels, scores = sample(50_000, 3)
    ranking = Ranking.of(labels, scores)
    roc, recall, counts = ranking.roc(most), ranking.precision_recall(most), ranking.counts(500)
    assert len(roc.x) <= most and len(recall.x) <= most and len(counts.thresholds) <= 500
    assert (roc.x[0], roc.y[0], roc.x[-1], roc.y[-1]) == (0, 0, 1, 1)
    assert roc.x == sorted(roc.x) and roc.y == sorted(roc.y) and recall.x[-1] == 1
    if most == 500:
        # Whatever errors cost, the best threshold is among the points that are kept.
        full = len(ranking.levels)
        x, y = ranking.alarms / ranking.alarms[-1], ranking.hits / ranking.hits[-1]
        assert full > 10_000
        for angle in np.linspace(0.02, 1.55, 60):
            best = np.max(np.cos(angle) * y - np.sin(angle) * x)
            kept = np.max(np.cos(angle) * np.array(roc.y) - np.sin(angle) * np.array(roc.x))
            assert kept == pytest.approx(max(best, 0), abs=1e-12)


def test_thinning_keeps_the_area():
    labels, scores = sample(100_000, 4)
    roc = Ranking.of(labels, scores).roc()
    assert np.trapezoid(roc.y, roc.x) == pytest.approx(roc_auc_interval(labels, scores).value, abs=1e-4)


def test_counts_are_those_of_counting_at_each_threshold():
    labels, scores = sample(3000, 5, ties=2)
    counts = Ranking.of(labels, scores).counts(300)
    for t, tp, fp, tn, fn in zip(*vars(counts).values(), strict=True):
        called = scores >= t
        assert (tp, fp) == ((called & (labels == 1)).sum(), (called & (labels == 0)).sum())
        assert tp + fn == labels.sum() and fp + tn == (1 - labels).sum()
    assert counts.thresholds[0] == 0 and counts.called_share[0] == 1
    found = counts.at(0.5)
    assert found.true_positive == ((scores >= 0.5) & (labels == 1)).sum()


def test_thresholds_for_wanted_precision_and_recall_are_the_best_ones():
    labels, scores = sample(2000, 6)
    counts = Ranking.of(labels, scores).counts_at(np.unique(scores))
    threshold = counts.threshold_for_precision(0.9)
    called = scores >= threshold
    assert labels[called].mean() >= 0.9
    lower = np.unique(scores)[np.unique(scores) < threshold]
    assert all(labels[scores >= t].mean() < 0.9 for t in lower)
    threshold = counts.threshold_for_recall(0.8)
    assert scores[labels == 1].size * 0.8 <= ((scores >= threshold) & (labels == 1)).sum()
    higher = np.unique(scores)[np.unique(scores) > threshold]
    assert all(((scores >= t) & (labels == 1)).sum() < 0.8 * labels.sum() for t in higher)
    hopeless = Ranking.of([1, 0, 1, 0], [0.2, 0.9, 0.3, 0.8]).counts()
    assert hopeless.threshold_for_precision(0.9) is None
    assert hopeless.threshold_for_recall(1.0) == pytest.approx(0.2)


def test_counts_come_back_from_lists():
    counts = Ranking.of(*sample(200, 8)).counts()
    again = Counts.of(*(values.tolist() for values in vars(counts).values()))
    assert all(np.array_equal(a, b) for a, b in zip(vars(counts).values(), vars(again).values(), strict=True))
    assert np.all((again.precision >= 0) & (again.precision <= 1) & (again.recall <= 1))
    assert again.false_positive_rate[0] == 1


def test_intervals_of_the_area_hold_what_they_promise():
    from sklearn.metrics import average_precision_score, roc_auc_score

    truth = roc_auc_score(*sample(400_000, 99))
    held = 0
    for seed in range(200):
        interval = roc_auc_interval(*sample(300, seed))
        held += interval.low <= truth <= interval.high
    assert held >= 182  # 95 % of 200, less three standard deviations
    labels, scores = sample(500, 1, ties=2)
    assert roc_auc_interval(labels, scores).value == pytest.approx(roc_auc_score(labels, scores))
    assert average_precision_interval(labels, scores).value == pytest.approx(
        average_precision_score(labels, scores)
    )


def test_intervals_of_average_precision_hold_what_they_promise():
    from sklearn.metrics import average_precision_score

    truth = average_precision_score(*sample(400_000, 98))
    intervals = [average_precision_interval(*sample(400, seed)) for seed in range(120)]
    assert sum(each.low <= truth <= each.high for each in intervals) >= 104


def test_perfect_scores_have_an_area_of_one_and_no_interval_beyond():
    interval = roc_auc_interval([0, 0, 1, 1], [0.1, 0.2, 0.8, 0.9])
    assert (interval.value, interval.low, interval.high) == (1, 1, 1)


def test_one_class_has_no_curves():
    with pytest.raises(ValueError, match="both classes"):
        Ranking.of([1, 1], [0.1, 0.2])


def test_calibration_bins_count_every_comment():
    labels, scores = sample(1000, 2)
    curve = calibration_curve(labels, scores)
    assert sum(curve.counts) == 1000 and len(curve.counts) == len(curve.mean_score) == len(curve.share_toxic)
    assert np.dot(curve.share_toxic, curve.counts) == pytest.approx(labels.sum())
