import json
from collections.abc import Sequence

import numpy as np
import pytest

from chisto.decision import Calibration, Decision
from chisto.demo import generate
from chisto.evaluation.obfuscate import KINDS
from chisto.evaluation.report import evaluate
from chisto.evaluation.robustness import measure_robustness
from chisto.evaluation.slices import SLICES, slice_texts
from chisto.families import parse_recipe
from chisto.scorers import Scorer
from training import linear
from training.dataset import Labelled, split
from training.regression import run_gate


@pytest.fixture(scope="module")
def val_set() -> Labelled:
    made = generate(600, 5)
    return split(Labelled([t for t, _ in made], np.array([y for _, y in made])), 0.4, 0)[1]


@pytest.fixture(scope="module")
def scorer(val_set, tmp_path_factory) -> Scorer:
    made = generate(800, 6)
    train_set = Labelled([t for t, _ in made], np.array([y for _, y in made]))
    folder = tmp_path_factory.mktemp("linear")
    return linear.fit(train_set, val_set, parse_recipe("logistic_regression"), folder).scorer


def test_a_report_holds_everything_and_is_json_without_nan(scorer, val_set):
    report = evaluate(scorer, val_set.texts, val_set.labels, rounds=50)
    content = json.loads(json.dumps(report.to_dict(), allow_nan=False))
    assert set(content["metrics"]) == {
        "macro_f1",
        "toxic_f1",
        "precision",
        "recall",
        "accuracy",
        "roc_auc",
        "pr_auc",
        "brier",
        "ece",
    }
    assert set(content["slices"]) == set(SLICES) and set(content["robustness"]) == set(KINDS)
    assert sum(content["confusion"].values()) == len(val_set) == report.count
    text = report.to_text()
    for name in (*content["metrics"], *SLICES, *KINDS):
        assert f"| {name} |" in text


def test_a_report_holds_no_comment(scorer, val_set):
    report = evaluate(scorer, val_set.texts, val_set.labels, rounds=5)
    whole = json.dumps(report.to_dict(), ensure_ascii=False) + report.to_text()
    assert not any(text.strip() in whole for text in val_set.texts if len(text) > 10)


def test_slices_hold_the_comments_they_are_named_after():
    texts = ["ок", "ХВАТИТ КРИЧАТЬ", "спасибо 🙂", "ты с*ка", "слово " * 80, "иди на хуй"]
    found = {name: chosen.tolist() for name, chosen in slice_texts(texts).items()}
    assert found["upper_case"] == [1] and found["emoji"] == [2] and found["obfuscated"] == [3]
    assert found["long"] == [4] and set(found["obscene"]) == {3, 5}
    assert sorted([*found["obscene"], *found["not_obscene"]]) == list(range(6))
    assert sorted([*found["short"], *found["medium"], *found["long"]]) == list(range(6))


class Naive:
    """Knows two words as they are written, and no disguise."""

    decision = Decision(Calibration(), 0.5)

    def logits(self, texts: Sequence[str]) -> np.ndarray:
        return np.array([4.0 if "дурак" in text or "идиот" in text else -4.0 for text in texts], np.float32)

    def score(self, texts: Sequence[str]) -> np.ndarray:
        return self.decision.calibrate(self.logits(texts))

    def explain(self, texts: Sequence[str]) -> list:
        return []


def test_robustness_shows_what_a_disguise_costs_a_model_that_reads_letters_only():
    texts = ["дурак", "идиот", "спасибо", "погода"] * 25
    labels = [1, 1, 0, 0] * 25
    found = measure_robustness(Naive(), texts, labels)
    assert set(found) == set(KINDS)
    assert found["masked"].loss > 0.5 and found["zero_width"].loss > 0.5
    assert found["masked"].recall < 0.1
    assert found["masked"].macro_f1 == pytest.approx(1 - found["masked"].loss)
    assert measure_robustness(Naive(), texts, labels) == found, "the same seed disguises the same words"


def test_the_gate_counts_what_is_judged_right_and_names_what_is_not():
    gate = run_gate(Naive())
    assert 0.3 < gate.passed < 0.9
    assert len(gate.failures) == round((1 - gate.passed) * 714)
    assert len(set(gate.failures)) == len(gate.failures)
    assert 0 <= gate.neutral_flagged <= 0.1
