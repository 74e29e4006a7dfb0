import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from chisto.demo import generate
from chisto.families import parse_recipe
from models_store import artifacts
from models_store.database import now
from models_store.datasets import Dataset
from training.dataset import Labelled
from training.fit import NothingLearnt, TooFewComments, build, measure_unseen, write_card

FAMILIES = ("logistic_regression", "linear_svc", "multinomial_naive_bayes")


@pytest.fixture(scope="module")
def data() -> Labelled:
    rows = list(generate(300, 1))
    return Labelled([text for text, _ in rows], np.array([label for _, label in rows], np.int64))


def keep(seen: list[tuple[str, float]]) -> Any:
    return lambda stage, fraction, metrics: seen.append((stage, fraction))


def dataset(data: Labelled) -> Dataset:
    return Dataset(
        id="1", name="mine", filename=None, file="a", sha256="0" * 64, size_bytes=1, rows=len(data),
        toxic=int(data.labels.sum()), report={}, created_at=now(),
    )  # fmt: skip


@pytest.mark.parametrize("family", FAMILIES)
@pytest.mark.parametrize("how", [{}, {"method": "cross_validation", "folds": 3}, {"method": "none"}])
def test_every_family_is_trained_and_measured_as_the_split_says(
    data: Labelled, tmp_path: Path, family: str, how: dict[str, Any]
) -> None:
    recipe = parse_recipe(family, "tf_idf")
    seen: list[tuple[str, float]] = []
    built = build(data, recipe, how, tmp_path / "artifact", keep(seen))
    fractions = [fraction for _, fraction in seen]
    assert fractions == sorted(fractions) and fractions[0] >= 0 and fractions[-1] <= 1.0
    metrics = built.metrics()
    if how.get("method") == "none":
        assert metrics == {} and built.trained_on == 270
    else:
        assert metrics["roc_auc"] is not None and metrics["roc_auc"] > 0.7
        assert built.trained_on == (300 if how else 240) and len(built.labels) == (300 if how else 60)
    write_card(tmp_path / "artifact", recipe, dataset(data), built, metrics, how)
    artifacts.seal(tmp_path / "artifact", name="mine", family=family, version="1")
    scorer = artifacts.load(tmp_path / "artifact").scorer
    scores = scorer.score(data.texts)
    assert np.mean((scores >= scorer.decision.threshold) == data.labels) > 0.8


def test_the_network_is_trained_in_the_same_way(data: Labelled, tmp_path: Path) -> None:
    params = {"epochs": 1, "dimension": 16, "filters": 16, "buckets": 8192, "widest": 1}
    recipe = parse_recipe("cnn", None, params)
    built = build(data, recipe, {}, tmp_path / "artifact", keep([]))
    write_card(tmp_path / "artifact", recipe, dataset(data), built, built.metrics(), {})
    artifacts.seal(tmp_path / "artifact", name="mine", family="cnn", version="1")
    scores = artifacts.load(tmp_path / "artifact").scorer.score(data.texts)
    assert np.corrcoef(scores, data.labels)[0, 1] > 0.3


def test_a_card_says_what_was_done_and_quotes_no_comment(data: Labelled, tmp_path: Path) -> None:
    recipe = parse_recipe("logistic_regression", "bag_of_words", {"C": 2.0}, {"ngram_range": [1, 2]})
    built = build(data, recipe, {}, tmp_path, keep([]))
    write_card(tmp_path, recipe, dataset(data), built, built.metrics(), {"share": 0.2})
    text = (tmp_path / "card.json").read_text()
    card = json.loads(text)
    assert card["model_params"]["C"] == 2.0 and card["vectorizer_params"]["ngram_range"] == [1, 2]
    assert card["data"]["sha256"] == "0" * 64 and card["trained_on"] == 240 and card["measured_on"] == 60
    assert card["metrics"] == built.metrics() and "scikit-learn" in card["libraries"]
    page = (tmp_path / "card.md").read_text()
    assert not [comment for comment in data.texts if comment in text or comment in page]


def test_data_with_too_little_of_a_class_is_refused(tmp_path: Path) -> None:
    recipe = parse_recipe("logistic_regression")
    few = Labelled([f"слово {number}" for number in range(50)], np.array([1] * 3 + [0] * 47))
    for how in ({}, {"method": "cross_validation"}, {"method": "none"}):
        with pytest.raises(TooFewComments):
            build(few, recipe, how, tmp_path, keep([]))


def test_parameters_that_leave_no_features_are_refused(data: Labelled, tmp_path: Path) -> None:
    recipe = parse_recipe("logistic_regression", "tf_idf", {}, {"min_df": 1000})
    with pytest.raises(NothingLearnt):
        build(data, recipe, {}, tmp_path, keep([]))


def test_metrics_do_not_profit_from_a_threshold_chosen_on_the_same_comments() -> None:
    """On noise a threshold chosen and measured on the same comments looks better than chance."""
    chance = np.random.default_rng(0)
    found = [
        measure_unseen(chance.normal(size=80), chance.permutation(np.arange(80) % 2))["accuracy"]
        for _ in range(40)
    ]
    assert abs(np.mean([value or 0.0 for value in found]) - 0.5) < 0.03


def test_metrics_can_be_stored_even_if_a_class_is_missing() -> None:
    labels = np.array([0, 1, 0, 1, 0, 0])
    json.dumps(measure_unseen(np.array([-2.0, 2.0, -1.0, 1.0, -3.0, -0.5]), labels), allow_nan=False)
