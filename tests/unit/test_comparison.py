"""Comparing models: figures as counted by hand, disagreements by row, nothing kept in memory that need not be."""

from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from tiny_models import LABELS, TEXTS, build_linear

from models_store import artifacts
from training.comparison import Contestant, OneClassOnly, Scored, compare, disagreement


@pytest.fixture(scope="module")
def stored(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("data") / "data.parquet"
    labels = [
        *LABELS[:-6],
        *(1 - label for label in LABELS[-6:]),
    ]  # a few of them wrong, so that no model is perfect
    pq.write_table(pa.table({"comment_text": TEXTS, "toxic": pa.array(labels, pa.int8())}), path)
    return path


def contestant(directory: Path, name: str, **options) -> Contestant:
    built = build_linear(directory / name, name=name, **options)
    return Contestant(name, 1, options.get("threshold", 0.5), lambda: artifacts.load(built).scorer)


def test_models_are_measured_side_by_side(stored: Path, tmp_path: Path):
    heard: list[float] = []
    models = [
        contestant(tmp_path, "regression"),
        contestant(tmp_path, "svc", family="linear_svc", threshold=0.7),
        contestant(tmp_path, "alarmist", offset=30.0),
    ]
    result = compare(models, stored, lambda stage, fraction: heard.append(fraction), dataset="d")
    labels = pq.read_table(stored)["toxic"].to_numpy()
    assert (result.dataset, result.rows, result.toxic) == ("d", len(labels), labels.sum())
    assert heard == sorted(heard) and heard[-1] >= 0.9
    for model, found in zip(models, result.models, strict=True):
        scores = model.load().score(TEXTS)
        called = scores >= model.threshold
        assert found.metrics["accuracy"] == pytest.approx((called == labels).mean(), abs=1e-6)
        assert (
            found.threshold == model.threshold
            and found.roc_auc.low <= found.roc_auc.value <= found.roc_auc.high
        )
        at_half = found.confusion.thresholds.index(0.5)
        assert found.confusion.true_positive[at_half] == ((scores >= 0.5) & (labels == 1)).sum()
    assert result.models[2].metrics["recall"] == 1
    pairs = {(each.first, each.second) for each in result.disagreements}
    assert pairs == {("regression", "svc"), ("regression", "alarmist"), ("svc", "alarmist")}
    quiet = next(each for each in result.disagreements if each.second == "alarmist")
    verdicts = [model.load().score(TEXTS) >= model.threshold for model in models]
    assert set(quiet.rows) <= set(np.flatnonzero(verdicts[0] != verdicts[2]).tolist())
    assert quiet.count == (verdicts[0] != verdicts[2]).sum() > 0


def test_disagreements_are_bounded_and_begin_with_the_widest():
    rng = np.random.default_rng(1)
    first, second = (
        Scored(Contestant(name, 1, 0.5, lambda: None), rng.random(1000))
        for name in ("a", "b")  # type: ignore[arg-type, return-value]
    )
    found = disagreement(first, second, most=50)
    gaps = np.abs(np.subtract(found.first_scores, found.second_scores))
    assert found.count > 400 and len(found.rows) == 50 and np.all(np.diff(gaps) <= 1e-6)
    assert all((first.scores[row] >= 0.5) != (second.scores[row] >= 0.5) for row in found.rows)


def test_one_class_cannot_be_compared_on(tmp_path: Path):
    path = tmp_path / "a.parquet"
    pq.write_table(pa.table({"comment_text": ["a", "b"], "toxic": pa.array([1, 1], pa.int8())}), path)
    with pytest.raises(OneClassOnly):
        compare([contestant(tmp_path, "model")], path, lambda stage, fraction: None, dataset="d")
