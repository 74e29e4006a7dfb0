"""The job that trains a model: data set → split → family's own training → metrics → card → store → registry."""

from __future__ import annotations

import importlib.metadata
import json
import math
import os
import platform
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from chisto.decision import Decision
from chisto.errors import ChistoError, Unprocessable
from chisto.evaluation.metrics import measure
from chisto.families import Recipe, parse_recipe
from models_store.datasets import Dataset
from training.dataset import Labelled, split
from training.deciding import decide
from training.jobs import Context

if TYPE_CHECKING:
    from training.cnn import Course

#: hears a stage, the fraction of the whole that is done, and metrics
Report = Callable[[str, float, Mapping[str, Any]], None]
#: of the data, to calibrate on when nothing is to be measured
CALIBRATION_SHARE = 0.1
_SIGNS_OF_NOTHING = ("vocabulary", "no terms remain", "than min_df")  # in scikit-learn's complaints
_FEWEST = 2  # comments of each class, on each side of a split
_LIBRARIES = ("chisto", "numpy", "scikit-learn", "skops", "onnxruntime", "torch")
#: stage → where it begins on the way of a training
_LINEAR = {"read": 0.0, "vectorize": 0.3, "fit": 0.45, "calibrate": 0.9}
_CNN = {"read": 0.0, "wide": 0.05, "vectors": 0.15, "network": 0.3, "export": 0.92}


class TooFewComments(Unprocessable):
    code = "too_few_comments"
    texts = {
        "en": (
            "There are too few comments to learn from: {toxic} toxic, {non_toxic} others.",
            "Each part of the split needs at least two of each class: add data or change the split.",
        ),
        "ru": (
            "Слишком мало комментариев для обучения: токсичных {toxic}, остальных {non_toxic}.",
            "В каждой части разбиения нужно хотя бы по два каждого класса: добавьте данные или измените разбиение.",
        ),
    }


class NothingLearnt(Unprocessable):
    code = "nothing_learnt"
    texts = {
        "en": (
            "With these parameters nothing is left to learn from the comments.",
            "Lower min_df, or raise max_df and max_features.",
        ),
        "ru": (
            "При таких параметрах в комментариях не остаётся признаков для обучения.",
            "Уменьшите min_df или увеличьте max_df и max_features.",
        ),
    }


class TorchMissing(ChistoError):
    code = "torch_missing"
    texts = {
        "en": (
            "Training a CNN needs PyTorch, which is not installed here.",
            "Run `make install`, then try again.",
        ),
        "ru": (
            "Для обучения CNN нужен PyTorch, а он не установлен.",
            "Выполните `make install` и повторите.",
        ),
    }


@dataclass(frozen=True, slots=True)
class Stages:
    """Turns the stages of one training into the progress of the whole, of which it is the part from low to high."""

    report: Report
    starts: Mapping[str, float]
    low: float = 0.0
    high: float = 1.0

    def __call__(self, stage: str, fraction: float, metrics: Mapping[str, Any]) -> None:
        start = self.starts.get(stage, 0.0)
        end = min((each for each in self.starts.values() if each > start), default=1.0)
        done = start + fraction * (end - start)
        self.report(stage, self.low + done * (self.high - self.low), metrics)

    def part(self, number: int, of: int) -> Stages:
        return replace(self, low=number / of, high=(number + 1) / of)


@dataclass(frozen=True, slots=True)
class Built:
    """A model's files but for the card, and what is known of its quality: logits of comments it has not seen."""

    logits: NDArray[np.float64]
    labels: NDArray[np.int64]
    trained_on: int
    is_measured: bool

    def metrics(self) -> dict[str, float | None]:
        """At the threshold. Calibration and threshold are made on one half and measured on the other, both ways."""
        return measure_unseen(self.logits, self.labels) if self.is_measured else {}


def fit(context: Context) -> None:
    """Parameters are those of chisto.schemas.FitRequest."""
    train(context, recipe_of(context.params))


def train(
    context: Context, recipe: Recipe, *, start: float = 0.0, result: Mapping[str, Any] | None = None
) -> None:
    """Train and publish the model that the job is about. ``start``: how much of the job is done before."""
    dataset = context.dataset()
    context.report("read", start + 0.01 * (1 - start))
    data = read_dataset(context.registry.datasets.path(dataset))
    context.log(f"{len(data)} comments, {int(data.labels.sum())} toxic")
    directory = context.workdir / "artifact"
    how = context.params.get("split") or {}

    def report(stage: str, fraction: float, metrics: Mapping[str, Any]) -> None:
        context.report(stage, start + (0.02 + 0.93 * fraction) * (1 - start), metrics)

    built = build(data, recipe, how, directory, report)
    metrics = built.metrics()
    context.report("save", start + 0.96 * (1 - start), metrics)
    write_card(directory, recipe, dataset, built, metrics, how)
    context.publish_model(
        directory, name=context.job.name, family=recipe.family, result={**(result or {}), "metrics": metrics}
    )


def recipe_of(params: Mapping[str, Any]) -> Recipe:
    return parse_recipe(
        params["ml_model_type"],
        params.get("vectorizer_type"),
        params.get("ml_model_params"),
        params.get("vectorizer_params"),
    )


def read_dataset(path: Path) -> Labelled:
    """A stored, labelled data set."""
    import pyarrow.parquet as pq

    from chisto.tables import LABEL_COLUMN, TEXT_COLUMN

    table = pq.read_table(path, columns=[TEXT_COLUMN, LABEL_COLUMN])
    return Labelled(table[TEXT_COLUMN].to_pylist(), table[LABEL_COLUMN].to_numpy().astype(np.int64))


def build(data: Labelled, recipe: Recipe, how: Mapping[str, Any], directory: Path, report: Report) -> Built:
    """Train as the split says. Raises TooFewComments, NothingLearnt, TorchMissing.

    With cross-validation a linear model learns from all comments; a CNN, which must know when to stop, from all but
    the last fold. Without measuring, a tenth is held back to calibrate on.
    """
    method, seed = how.get("method", "holdout"), int(how.get("seed", 13))
    stages = Stages(report, _CNN if recipe.family == "cnn" else _LINEAR)
    directory.mkdir(parents=True, exist_ok=True)
    try:
        if method == "cross_validation":
            return _cross_validate(data, recipe, int(how.get("folds", 5)), seed, directory, stages)
        share = float(how.get("share", 0.2)) if method == "holdout" else CALIBRATION_SHARE
        seen, held = split(data, share, seed)
        _check(data, seen, held)
        logits = _train(seen, held, recipe, seed, directory, stages)
        return Built(logits, held.labels, len(seen), method == "holdout")
    except ModuleNotFoundError as missing:
        if missing.name == "torch":
            raise TorchMissing from None
        raise
    except ValueError as refused:
        if any(sign in str(refused).lower() for sign in _SIGNS_OF_NOTHING):
            raise NothingLearnt from None
        raise


def _train(
    seen: Labelled, held: Labelled, recipe: Recipe, seed: int, directory: Path, stages: Stages
) -> NDArray[np.float64]:
    """Train on one part, decide on the other; return the other's logits."""
    if recipe.family == "cnn":
        return _train_cnn(seen, held, recipe, seed, directory, stages)
    from training import linear

    return linear.fit(seen, held, recipe, directory, progress=stages).logits


def _train_cnn(
    seen: Labelled, held: Labelled, recipe: Recipe, seed: int, directory: Path, stages: Stages
) -> NDArray[np.float64]:
    from training import cnn

    course = course_of(recipe)
    return cnn.train(seen, held, directory, seed=seed, course=course, progress=stages).int8


def course_of(recipe: Recipe) -> Course:
    """What a CNN of these parameters learns, on all cores. Raises TorchMissing."""
    try:
        import torch
    except ModuleNotFoundError:
        raise TorchMissing from None
    from training.cnn import Course
    from training.network import Schedule, Shape

    torch.set_num_threads(os.cpu_count() or 1)
    options = recipe.model.model_dump()
    shape = Shape(
        buckets=options["buckets"],
        dimension=options["dimension"],
        filters=options["filters"],
        widths=tuple(range(1, options["widest"] + 1)),
        smallest_ngram=options["smallest_ngram"],
    )
    chosen = ("epochs", "batch", "rate", "decay", "dropout", "word_dropout")
    return Course(shape=shape, schedule=Schedule(**{name: options[name] for name in chosen}))


def _cross_validate(
    data: Labelled, recipe: Recipe, folds: int, seed: int, directory: Path, stages: Stages
) -> Built:
    parts = _folds(data.labels, folds, seed)
    splits = [(np.setdiff1d(np.arange(len(data)), held), held) for held in parts]
    for seen, held in splits:
        _check(data, data.take(seen), data.take(held))
    logits = np.zeros(len(data))
    for number, (seen, held) in enumerate(splits):
        scratch, told = directory.with_name(f"fold{number}"), stages.part(number, folds + 1)
        logits[held] = _train(data.take(seen), data.take(held), recipe, seed, scratch, told)
    told = stages.part(folds, folds + 1)
    if recipe.family == "cnn":
        seen, held = splits[-1]
        _train(data.take(seen), data.take(held), recipe, seed, directory, told)
        return Built(logits, data.labels, len(seen), True)
    from training import linear

    lemmatize = bool(getattr(recipe.vectorizer, "lemmatize", False))
    lines = linear.read_lines(data.texts, lemmatize, told)
    pipeline = linear.fit_lines(lines, data.labels, recipe, progress=told)
    linear.write(pipeline, recipe.family, lemmatize, directory)
    decide(logits, data.labels).save(directory / "decision.json")
    return Built(logits, data.labels, len(data), True)


def _folds(labels: NDArray[np.int64], folds: int, seed: int) -> list[NDArray[np.int64]]:
    """Stratified: each class is dealt out like cards."""
    order = np.random.default_rng(seed).permutation(len(labels))
    places = np.zeros(len(labels), np.int64)
    dealt = 0
    for label in (0, 1):
        members = order[labels[order] == label]
        places[members] = (np.arange(len(members)) + dealt) % folds
        dealt += len(members)
    return [np.flatnonzero(places == fold) for fold in range(folds)]


def _check(data: Labelled, *parts: Labelled) -> None:
    if any(min(np.bincount(part.labels, minlength=2)) < _FEWEST for part in parts):
        toxic = int(data.labels.sum())
        raise TooFewComments(toxic=toxic, non_toxic=len(data) - toxic)


def measure_unseen(logits: NDArray[np.float64], labels: NDArray[np.int64]) -> dict[str, float | None]:
    """Metrics of unseen comments, with calibration and threshold taken from the other half of them each time."""
    halves = _folds(labels, 2, seed=0)
    scores, verdicts = np.zeros(len(labels)), np.zeros(len(labels))
    for here, there in (halves, halves[::-1]):
        learnt = there if len(np.unique(labels[there])) == 2 else np.arange(len(labels))
        decision = decide(logits[learnt], labels[learnt])
        scores[here] = decision.calibrate(logits[here])
        verdicts[here] = scores[here] >= decision.threshold
    of_scores, of_verdicts = measure(labels, scores, 0.5), measure(labels, verdicts, 0.5)
    clipped = np.clip(scores, 1e-7, 1 - 1e-7)
    found = {
        "macro_f1": of_verdicts.macro_f1,
        "toxic_f1": of_verdicts.toxic_f1,
        "precision": of_verdicts.precision,
        "recall": of_verdicts.recall,
        "accuracy": of_verdicts.accuracy,
        "roc_auc": of_scores.roc_auc,
        "average_precision": of_scores.pr_auc,
        "brier": of_scores.brier,
        "calibration_error": of_scores.ece,
        "log_loss": float(-np.where(labels == 1, np.log(clipped), np.log(1 - clipped)).mean()),
    }
    return {name: round(value, 6) if math.isfinite(value) else None for name, value in found.items()}


def write_card(
    directory: Path,
    recipe: Recipe,
    dataset: Dataset,
    built: Built,
    metrics: Mapping[str, float | None],
    how: Mapping[str, Any],
) -> None:
    """card.json, and the same to read."""
    card = {
        "family": recipe.family,
        "model_params": recipe.model_params,
        "vectorizer_type": recipe.vectorizer_type,
        "vectorizer_params": recipe.vectorizer_params,
        "data": {
            "name": dataset.name,
            "sha256": dataset.sha256,
            "rows": dataset.rows,
            "toxic": dataset.toxic,
        },
        "split": {"method": "holdout", **how},
        "trained_on": built.trained_on,
        "measured_on": len(built.labels) if built.is_measured else 0,
        "metrics": metrics,
        "threshold": Decision.load(directory / "decision.json").threshold,
        "libraries": {"python": platform.python_version()} | _versions(),
    }
    (directory / "card.json").write_text(
        json.dumps(card, ensure_ascii=False, indent=1) + "\n", encoding="utf-8"
    )
    (directory / "card.md").write_text(_page(card), encoding="utf-8")


def _page(card: Mapping[str, Any]) -> str:
    data, lines = card["data"], []
    lines.append(f"# {card['family']}\n")
    lines.append(f"Trained on {card['trained_on']} comments of the data set of SHA-256 `{data['sha256']}`")
    lines.append(f"({data['rows']} rows, {data['toxic']} toxic). Split: {json.dumps(card['split'])}.\n")
    lines.append(
        f"Threshold: {card['threshold']:.4f}. Measured on {card['measured_on']} comments not trained on:\n"
    )
    lines += ["| metric | value |", "|---|---|"]
    lines += [f"| {name} | {value} |" for name, value in card["metrics"].items()]
    for title in ("model_params", "vectorizer_params", "libraries"):
        lines.append(f"\n{title}: `{json.dumps(card[title], ensure_ascii=False)}`")
    return "\n".join(lines) + "\n"


def _versions() -> dict[str, str]:
    found = {}
    for name in _LIBRARIES:
        try:
            found[name] = importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            continue
    return found
