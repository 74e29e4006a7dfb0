"""Several models on one data set: their curves side by side, and the comments on which they disagree."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from chisto import schemas as s
from chisto.errors import Unprocessable
from chisto.evaluation.curves import (
    MOST_POINTS,
    Ranking,
    average_precision_interval,
    calibration_curve,
    roc_auc_interval,
)
from chisto.evaluation.metrics import measure
from chisto.scorers.base import Scorer
from models_store import artifacts
from training.jobs import Context

MOST_DISAGREEMENTS = 200
_AT_ONCE = 1024


class OneClassOnly(Unprocessable):
    code = "one_class_only"
    texts = {
        "en": (
            "All comments of the data set have the same label, so models cannot be compared on it.",
            "Choose a data set with both toxic and other comments.",
        ),
        "ru": (
            "Все комментарии набора с одной меткой, сравнить модели на нём нельзя.",
            "Выберите набор, где есть и токсичные, и обычные комментарии.",
        ),
    }


@dataclass(frozen=True)
class Contestant:
    """A model that is compared; ``load`` is called when its turn comes, so that one at a time is in memory."""

    name: str
    version: int
    threshold: float
    load: Callable[[], Scorer]


@dataclass(frozen=True)
class Scored:
    contestant: Contestant
    scores: NDArray[np.float64]

    @property
    def verdicts(self) -> NDArray[np.bool_]:
        return self.scores >= self.contestant.threshold


def evaluate(context: Context) -> None:
    """The job. Its parameters: models (names and versions), dataset, max_points."""
    registry, dataset = context.registry, context.dataset()
    models = [registry.models.get(each["name"], each["version"]) for each in context.params["models"]]
    contestants = [
        Contestant(
            model.name,
            model.version,
            model.threshold,
            lambda model=model: artifacts.load(context.model_path(model)).scorer,  # type: ignore[misc]
        )
        for model in models
    ]
    found = compare(
        contestants,
        context.dataset_path(),
        context.report,
        dataset=dataset.id,
        most_points=int(context.params.get("max_points", MOST_POINTS)),
    )
    metrics = {each.name: each.metrics for each in found.models}
    context.publish(found.model_dump(mode="json"), summary={"rows": found.rows, "metrics": metrics})


def compare(
    contestants: Sequence[Contestant],
    path: Path,
    report: Callable[[str, float], None],
    *,
    dataset: str,
    most_points: int = MOST_POINTS,
) -> s.Evaluation:
    """Score a stored, labelled data set with each model. Raises OneClassOnly."""
    import pyarrow.parquet as pq

    from chisto.tables import LABEL_COLUMN

    report("reading", 0.0)
    labels = pq.read_table(path, columns=[LABEL_COLUMN])[LABEL_COLUMN].to_numpy().astype(np.int8)
    if labels.min(initial=1) == labels.max(initial=0):
        raise OneClassOnly()
    scored, part = [], 0.9 / len(contestants)
    for number, contestant in enumerate(contestants):
        scores = _score(
            contestant.load(),
            path,
            len(labels),
            lambda f, n=number, name=contestant.name: report(f"scoring: {name}", (n + f) * part),  # type: ignore[misc]
        )
        scored.append(Scored(contestant, scores))
    report("comparing", 0.9)
    return s.Evaluation(
        dataset=dataset,
        rows=len(labels),
        toxic=int(labels.sum()),
        models=[describe(each, labels, most_points) for each in scored],
        disagreements=[disagreement(a, b) for a, b in itertools.combinations(scored, 2)],
    )


def describe(scored: Scored, labels: NDArray[np.int8], most_points: int = MOST_POINTS) -> s.EvaluatedModel:
    """Curves, intervals and metrics of one model."""
    scores, contestant = scored.scores, scored.contestant
    ranking = Ranking.of(labels, scores)
    roc, recall = ranking.roc(most_points), ranking.precision_recall(most_points)
    counts = ranking.counts(max(most_points, 2 * 101))
    return s.EvaluatedModel(
        name=contestant.name,
        version=contestant.version,
        threshold=contestant.threshold,
        metrics=_metrics(labels, scores, contestant.threshold),
        roc=s.RocCurve(false_positive_rate=roc.x, true_positive_rate=roc.y, thresholds=roc.thresholds),
        precision_recall=s.PrecisionRecallCurve(
            recall=recall.x, precision=recall.y, thresholds=recall.thresholds
        ),
        roc_auc=s.Interval(**asdict(roc_auc_interval(labels, scores))),
        average_precision=s.Interval(**asdict(average_precision_interval(labels, scores))),
        calibration=s.CalibrationCurve(**asdict(calibration_curve(labels, scores))),
        confusion=s.ConfusionCurve(**{name: values.tolist() for name, values in vars(counts).items()}),
    )


def disagreement(first: Scored, second: Scored, most: int = MOST_DISAGREEMENTS) -> s.Disagreement:
    """The rows (from 0) that two models decide differently at their thresholds, those furthest apart first."""
    differ = np.flatnonzero(first.verdicts != second.verdicts)
    apart = np.abs(first.scores[differ] - second.scores[differ])
    rows = differ[np.argsort(-apart, kind="stable")][:most]
    return s.Disagreement(
        first=first.contestant.name,
        second=second.contestant.name,
        count=len(differ),
        rows=rows.tolist(),
        first_scores=first.scores[rows].round(6).tolist(),
        second_scores=second.scores[rows].round(6).tolist(),
    )


def _score(scorer: Scorer, path: Path, rows: int, report: Callable[[float], None]) -> NDArray[np.float64]:
    import pyarrow.parquet as pq

    from chisto.tables import TEXT_COLUMN

    scores, done = np.zeros(rows), 0
    file = pq.ParquetFile(path)
    for batch in file.iter_batches(_AT_ONCE, columns=[TEXT_COLUMN], use_threads=False):
        scores[done : done + batch.num_rows] = scorer.score(batch.column(0).to_pylist())
        done += batch.num_rows
        report(done / rows)
    return scores


def _metrics(labels: NDArray[np.int8], scores: NDArray[np.float64], threshold: float) -> dict[str, Any]:
    found = asdict(measure(labels, scores, threshold))
    named = {"pr_auc": "average_precision", "ece": "calibration_error"}
    return {
        named.get(name, name): round(value, 6) if math.isfinite(value) else None
        for name, value in found.items()
    }
