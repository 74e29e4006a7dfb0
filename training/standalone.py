"""From files of labelled comments to a sealed artifact in a folder, without a server or its registry."""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from uuid import uuid4

import numpy as np

from chisto.evaluation.metrics import measure
from chisto.evaluation.report import evaluate
from chisto.families import Recipe
from chisto.tables import clean_labelled, open_table
from models_store.artifacts import Manifest, seal
from training.cards import Card
from training.dataset import Labelled, split
from training.deciding import decide
from training.fit import TooFewComments
from training.linear import Progress

HELD_BACK = 0.1  # of the comments, where no validation file is given


def read_labelled(path: Path, text_column: str | None = None, label_column: str | None = None) -> Labelled:
    """The clean rows of a table: no missing or empty text, no label but 0 and 1, no duplicate."""
    with open_table(path, text_column=text_column, label_column=label_column) as table:
        texts: list[str] = []
        labels: list[int] = []
        for chunk in clean_labelled(table):
            texts += chunk.texts
            labels += [int(label) for label in chunk.labels]
    return Labelled(texts, np.array(labels, np.int64))


def train_artifact(
    recipe: Recipe,
    train_file: Path,
    val_file: Path | None,
    out: Path,
    *,
    name: str,
    text_column: str | None = None,
    label_column: str | None = None,
    seed: int = 0,
    progress: Progress,
) -> Manifest:
    """Train, calibrate, measure, write the card and seal; ``out`` appears only when it is whole.

    Without a validation file a stratified tenth is held back. Comments of the validation file are not trained on.
    Raises the errors of chisto.tables, and TooFewComments.
    """
    train_set = read_labelled(train_file, text_column, label_column)
    if val_file is None:
        train_set, val_set = split(train_set, HELD_BACK, seed)
        origin = f"a stratified {HELD_BACK:.0%} of the file held back, seed {seed}"
    else:
        val_set = read_labelled(val_file, text_column, label_column)
        held = set(val_set.texts)
        train_set = train_set.take([i for i, text in enumerate(train_set.texts) if text not in held])
        origin = "validation file of its own; its comments were dropped from training"
    for part in (train_set, val_set):
        if min(np.bincount(part.labels, minlength=2)) < 2:
            toxic = int(part.labels.sum())
            raise TooFewComments(toxic=toxic, non_toxic=len(part) - toxic)
    work = out.with_name(f".{out.name}.{uuid4().hex[:8]}")
    try:
        scorer, compared, extra = _train(recipe, train_set, val_set, work, seed, progress)
        Card(
            name=name,
            family=recipe.family,
            version="1",
            seed=seed,
            data={path.name: _digest(path) for path in (train_file, val_file) if path is not None},
            split=origin,
            sizes={"training": len(train_set), "validation": len(val_set)},
            decision=scorer.decision,
            bytes={path.name: path.stat().st_size for path in sorted(work.iterdir())},
            report=evaluate(scorer, val_set.texts, val_set.labels),
            compared=compared,
            extra={
                "model_params": recipe.model_params,
                "vectorizer_params": recipe.vectorizer_params,
                **extra,
            },
        ).write(work)
        manifest = seal(work, name=name, family=recipe.family, version="1")
        work.rename(out)
    finally:
        shutil.rmtree(work, ignore_errors=True)
    return manifest


def _train(
    recipe: Recipe, train_set: Labelled, val_set: Labelled, work: Path, seed: int, progress: Progress
) -> tuple[Any, dict[str, Any], Mapping[str, Any]]:
    """The scorer, metrics side by side, and what else the card should hold."""
    if recipe.family != "cnn":
        from training import linear

        return linear.fit(train_set, val_set, recipe, work, progress=progress).scorer, {}, {}
    from training import cnn
    from training.fit import course_of

    outcome = cnn.train(train_set, val_set, work, seed=seed, course=course_of(recipe), progress=progress)
    labels = val_set.labels
    whole, served = decide(outcome.fp32, labels), outcome.scorer.decision
    compared = {
        "fp32": measure(labels, whole.calibrate(outcome.fp32), whole.threshold),
        "int8": measure(labels, served.calibrate(outcome.int8), served.threshold),
    }
    return outcome.scorer, compared, {"history": outcome.history}


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
