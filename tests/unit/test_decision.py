import numpy as np
import pytest

from chisto.decision import Bands, Calibration, Decision, UnreachableTarget, tune_threshold
from chisto.evaluation.metrics import calibration_error, macro_f1


def draw(count: int = 4000, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Logits that are three times too bold, and their labels."""
    rng = np.random.default_rng(seed)
    true = rng.normal(-0.7, 1.5, count)
    labels = (rng.random(count) < 1 / (1 + np.exp(-true))).astype(int)
    return 3 * true + 2, labels


def test_a_calibrated_score_of_eighty_percent_is_right_about_eighty_times_in_a_hundred():
    logits, labels = draw()
    calibration = Calibration.fit(logits, labels)
    fresh, truth = draw(seed=1)
    scores = calibration.apply(fresh)
    assert calibration_error(truth, scores) < 0.02
    near = (scores > 0.75) & (scores < 0.85)
    assert abs(truth[near].mean() - 0.8) < 0.08
    assert calibration_error(truth, 1 / (1 + np.exp(-fresh))) > 0.05, "the raw logits were not calibrated"


def test_calibration_keeps_the_order_and_stays_finite_when_the_classes_are_separated():
    calibration = Calibration.fit([-5.0, -4.0, 4.0, 5.0] * 5, [0, 0, 1, 1] * 5)
    scores = calibration.apply([-1e9, -5, 0, 5, 1e9])
    assert np.isfinite(scores).all() and (np.diff(scores) > 0).all()
    assert scores.min() >= 0 and scores.max() <= 1


@pytest.mark.parametrize("labels", [[0, 0, 0], [1, 1, 1]])
def test_calibration_refuses_a_single_class(labels):
    with pytest.raises(ValueError):
        Calibration.fit([0.1, 0.2, 0.3], labels)


def test_bands_reach_their_targets_and_leave_as_little_as_possible_to_review():
    logits, labels = draw()
    scores = Calibration.fit(logits, labels).apply(logits)
    bands = Bands.fit(scores, labels, precision=0.9, recall=0.95)
    blocked, shown = scores >= bands.block_from, scores >= bands.review_from
    assert labels[blocked].mean() >= 0.9
    assert labels[shown].sum() >= 0.95 * labels.sum()
    lower = np.sort(scores[scores < bands.block_from])[-20:].min()
    assert labels[scores >= lower].mean() < 0.9
    higher = np.sort(scores[scores > bands.review_from])[:20].max()
    assert labels[scores >= higher].sum() < 0.95 * labels.sum()
    assert [bands.band(0.0), bands.band(bands.review_from), bands.band(1.0)] == ["allow", "review", "block"]


def test_bands_say_how_precise_the_model_can_be_when_more_is_asked():
    with pytest.raises(UnreachableTarget) as refused:
        Bands.fit([0.9, 0.8, 0.7, 0.1], [0, 1, 0, 1], precision=0.9, recall=0.5)
    assert refused.value.params["best"] == 0.5


def test_equal_scores_fall_into_one_band():
    bands = Bands.fit([0.9, 0.5, 0.5, 0.5, 0.1], [1, 1, 0, 0, 0], precision=1.0, recall=1.0)
    assert bands.block_from == 0.9 and bands.review_from == 0.5


def test_the_threshold_is_near_the_best_and_within_its_range():
    logits, labels = draw()
    scores = Calibration.fit(logits, labels).apply(logits)
    best = max(macro_f1(labels, scores >= t) for t in np.linspace(0.01, 0.99, 99))
    threshold = tune_threshold(scores, labels)
    assert 0 < threshold < 1
    assert macro_f1(labels, scores >= threshold) > best - 0.01


@pytest.mark.parametrize("bands", [None, Bands(0.2, 0.8, 0.9, 0.95)])
def test_a_decision_comes_back_from_disk_as_it_was(tmp_path, bands):
    decision = Decision(Calibration(1.3, -0.4), 0.37, bands)
    decision.save(tmp_path / "decision.json")
    assert Decision.load(tmp_path / "decision.json") == decision


@pytest.mark.parametrize(
    "content",
    [
        '{"format": 2, "calibration": {"slope": 1, "offset": 0}, "threshold": 0.5}',
        '{"format": 1, "threshold": 0.5}',
        '{"format": 1, "calibration": {"slope": 1, "offset": 0}, "threshold": 1.5}',
        '{"format": 1, "calibration": {"slope": -1, "offset": 0}, "threshold": 0.5}',
        '{"format": 1, "calibration": {"slope": 1, "offset": 0, "code": "x"}, "threshold": 0.5}',
    ],
)
def test_a_broken_decision_is_refused(tmp_path, content):
    (tmp_path / "decision.json").write_text(content)
    with pytest.raises(ValueError):
        Decision.load(tmp_path / "decision.json")
