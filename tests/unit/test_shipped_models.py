"""The gate of every model that ships: what it must know, whatever it was trained on."""

import json
from pathlib import Path

import pytest

from chisto.scorers import Scorer
from models_store import artifacts
from models_store.saving import describe
from training.regression import Gate, run_gate

DEFAULTS = Path(artifacts.__file__).parent / "defaults"
NAMES = ["cnn", "cnn_everyday", "logistic_regression", "linear_svc", "multinomial_naive_bayes"]
LEAST_MACRO_F1 = {"cnn": 0.91, "cnn_everyday": 0.87}
INNOCENT = ["спидорак", "жидкий", "blutooth", "застрахуй", "употреблять"]


@pytest.fixture(scope="module", params=NAMES)
def name(request) -> str:
    return str(request.param)


@pytest.fixture(scope="module")
def scorer(name) -> Scorer:
    return artifacts.load(DEFAULTS / name).scorer


@pytest.fixture(scope="module")
def card(name) -> dict:
    return json.loads((DEFAULTS / name / "card.json").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def gate(scorer) -> Gate:
    return run_gate(scorer)


def test_the_list_of_models_shows_what_the_card_measured(name, card):
    manifest = artifacts.read_manifest(DEFAULTS / name)
    listed = describe(DEFAULTS / name, manifest, origin="shipped", version=1, tag="a:1").metrics
    assert (
        listed["macro_f1"]
        == card["validation"]["metrics"]["macro_f1"]["value"]
        > LEAST_MACRO_F1.get(name, 0.89)
    )
    assert 0.9 < listed["roc_auc"] < 1


def test_it_is_small(name):
    size = sum(path.stat().st_size for path in (DEFAULTS / name).iterdir())
    assert size <= (5_000_000 if name.startswith("cnn") else 8_000_000)


def test_it_tells_an_insult_from_thanks(scorer):
    insult, thanks = scorer.score(["ты просто идиот и мразь", "спасибо, очень интересная статья"])
    assert insult > 0.8 and thanks < 0.2


def test_its_card_names_its_data_by_hash_and_its_metrics(card):
    assert {"blackmoon/train.csv", "blackmoon/val.csv"} <= set(card["data"])
    assert all(len(value) == 64 for value in card["data"].values())
    assert set(card["validation"]["metrics"]) >= {"macro_f1", "toxic_f1", "roc_auc", "pr_auc", "brier", "ece"}
    assert card["intended_use"] and card["limits"] and card["versions"]


def test_its_card_tells_the_truth_about_the_regression_set(card, gate):
    stated = card["regression"]
    assert stated["passed"] == pytest.approx(gate.passed, abs=0.005)
    assert (
        set(stated["failures"]) ^ set(gate.failures) == set()
        or len(set(stated["failures"]) ^ set(gate.failures)) <= 4
    ), "other hardware may tip a comment that lies on the threshold"
    assert stated["neutral_flagged"] == pytest.approx(gate.neutral_flagged, abs=0.02)


#: What has been reached, so that no later model falls behind it unseen: share of the regression set judged right (the aim is
#: 0.95), share of rude comments above their polite rewording (0.95), share of neutral sentences flagged (0.08).
REACHED = {
    "cnn": (0.78, 0.90, 0.28),
    "cnn_everyday": (0.82, 0.95, 0.09),
    "logistic_regression": (0.71, 0.85, 0.40),
    "linear_svc": (0.70, 0.85, 0.40),
    "multinomial_naive_bayes": (0.60, 0.80, 0.50),
}


def test_it_does_not_fall_behind_what_was_reached_on_the_regression_set(name, gate):
    passed, polite, flagged = REACHED[name]
    assert gate.passed >= passed, sorted(gate.by_family.items(), key=lambda item: item[1])
    assert gate.polite_below >= polite
    assert gate.neutral_flagged <= flagged


def test_int8_judges_validation_as_fp32_did(name, card):
    if name.startswith("cnn"):
        assert abs(card["compared"]["int8"]["macro_f1"] - card["compared"]["fp32"]["macro_f1"]) <= 0.003
    else:
        assert card["compared"] == {}


@pytest.mark.parametrize("word", INNOCENT)
def test_the_default_model_finds_an_innocent_word_that_holds_a_rude_string_harmless(word):
    scorer = artifacts.load(DEFAULTS / "cnn").scorer
    assert scorer.score([word])[0] < scorer.decision.threshold
