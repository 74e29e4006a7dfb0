"""From labelled comments to a sealed INT8 CNN: wide part, word vectors, network, export, calibration, card."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from chisto.decision import Calibration, Decision, tune_threshold
from chisto.evaluation.metrics import macro_f1, roc_auc
from chisto.features.ngrams import cut
from chisto.features.vectors import Tables, WordVectors
from chisto.scorers.cnn import FORMAT, MOST_WORDS, CnnScorer, lay_out
from chisto.text import word_texts
from training.dataset import Labelled
from training.deciding import decide
from training.encoding import Document, Lexicon
from training.export import Head, build_graph, quantize_columns, quantize_graph, quantize_row
from training.network import Examples, Network, Schedule, Shape, fit, predict
from training.wide import Wide, WideFeatures, cross_fit, fit_wide
from training.wordvectors import pretrain

Progress = Callable[[str, float, dict[str, Any]], None]
WIDE_BUCKETS = 1 << 18
SHARE = 0.5  # of the wide part's own logit in the whole; the network learns what is missing
CALIBRATION_TEXTS = 512


@dataclass(frozen=True)
class Lesson:
    """More texts to learn from, beside the labelled comments."""

    name: str
    texts: list[str]
    targets: NDArray[np.float64]  # in [0, 1]
    weight: float  # of each text, where a labelled comment weighs 1
    bound: float | None = None  # only so far on its side the logit has to lie; None: the target is to be met
    wide: float = 0.0  # the same for the wide part, which learns hard labels


@dataclass(frozen=True)
class Course:
    """What a CNN learns beside the labelled comments, and how."""

    lessons: Sequence[Lesson] = ()
    shape: Shape = Shape()
    schedule: Schedule = Schedule()
    patience: int = 3  # epochs without a better validation macro F1 before training ends
    vectors: bool = True  # whether the n-grams start from Navec's vectors
    cache: Path | None = None  # folder that keeps these vectors for further runs


@dataclass(frozen=True)
class Trained:
    """A trained network and the wide part it was trained with, in units of one logit."""

    network: Network
    wide: Wide
    history: list[dict[str, float]]


@dataclass(frozen=True)
class Outcome:
    """The served model, the logits of validation before and after quantization, and how training went."""

    scorer: CnnScorer
    fp32: NDArray[np.float64]
    int8: NDArray[np.float64]
    history: list[dict[str, float]]


def silent(stage: str, fraction: float, metrics: dict[str, Any]) -> None:
    """A progress callback for those who do not watch."""


def train(
    train_set: Labelled,
    val_set: Labelled,
    out: Path,
    *,
    seed: int = 0,
    course: Course | None = None,
    progress: Progress = silent,
) -> Outcome:
    """Train on ``train_set``; stop, calibrate and set the threshold on ``val_set``; write the model's files into ``out``.

    ``progress(stage, fraction, metrics)`` hears of the stages read, wide, vectors, network and export. Raises ValueError
    where a set lacks a class.
    """
    for name, data in (("training", train_set), ("validation", val_set)):
        if min(np.bincount(data.labels, minlength=2)) < 2:
            raise ValueError(f"the {name} set needs at least two comments of each class")
    course = course or Course()
    progress("read", 0.0, {})
    lexicon = Lexicon()
    material = _Material(
        lexicon.read(train_set.texts),
        train_set.labels,
        [lexicon.read(lesson.texts) for lesson in course.lessons],
        lexicon.read(val_set.texts, MOST_WORDS),
        val_set.labels,
    )
    trained = _learn(lexicon, material, course, seed, progress)
    progress("export", 0.0, {})
    wide = trained.wide.logits(WideFeatures(lexicon, WIDE_BUCKETS)(material.held))
    rows = lexicon.rows(course.shape.buckets, course.shape.smallest_ngram)
    fp32 = predict(trained.network, material.held, wide, rows).astype(np.float64)
    out.mkdir(parents=True, exist_ok=True)
    sample = np.random.default_rng(seed).permutation(len(train_set))[:CALIBRATION_TEXTS]
    _write(trained, course.shape, [train_set.texts[i] for i in sample], out)
    scorer, int8 = _decide(val_set, out)
    progress("export", 1.0, {})
    return Outcome(scorer, fp32, int8, trained.history)


@dataclass(frozen=True)
class _Material:
    """Everything read, as documents."""

    documents: list[Document]
    labels: NDArray[np.int64]
    lessons: list[list[Document]]
    held: list[Document]
    held_labels: NDArray[np.int64]


def _learn(lexicon: Lexicon, material: _Material, course: Course, seed: int, progress: Progress) -> Trained:
    progress("wide", 0.0, {})
    wide, offsets = _learn_wide(lexicon, material, course, seed)
    held = wide.logits(WideFeatures(lexicon, WIDE_BUCKETS)(material.held))
    progress("wide", 1.0, {"val_auc": roc_auc(material.held_labels, held)})
    table = None
    if course.vectors:
        table = pretrain(
            course.shape,
            cache=course.cache,
            report=lambda done, loss: progress("vectors", done, {"loss": loss}),
        )
    rows = lexicon.rows(course.shape.buckets, course.shape.smallest_ngram)
    history: list[dict[str, float]] = []
    best: dict[str, Any] = {}

    def check(epoch: int, loss: float, network: Network) -> bool:
        logits = predict(network, material.held, held, rows)
        scores = Calibration.fit(logits, material.held_labels).apply(logits)
        threshold = tune_threshold(scores, material.held_labels)
        found = macro_f1(material.held_labels, scores >= threshold)
        history.append({"epoch": epoch + 1, "loss": loss, "val_macro_f1": found})
        progress("network", (epoch + 1) / course.schedule.epochs, history[-1])
        if found >= max(line["val_macro_f1"] for line in history):
            best.update(epoch=epoch, weights=copy.deepcopy(network.state_dict()))
        return epoch - int(best["epoch"]) < course.patience

    examples = _examples(material, course, offsets)
    network = fit(
        examples,
        rows,
        course.shape,
        course.schedule,
        seed=seed,
        table=table,
        report=lambda done, loss: progress("network", done, {"loss": loss}),
        check=check,
    )
    network.load_state_dict(best["weights"])
    return Trained(network, wide, history)


def _learn_wide(
    lexicon: Lexicon, material: _Material, course: Course, seed: int
) -> tuple[Wide, list[NDArray[np.float64]]]:
    """The wide part in units of the whole logit, and what it says of every text it learns from without having seen it."""
    taught = [i for i, lesson in enumerate(course.lessons) if lesson.wide > 0]
    extract = WideFeatures(lexicon, WIDE_BUCKETS)
    own = extract(material.documents)
    others = [extract(documents) for documents in material.lessons]
    features = sp.vstack([own, *(others[i] for i in taught)]).tocsr()
    targets = [material.labels, *((course.lessons[i].targets > 0.5).astype(np.int64) for i in taught)]
    weights = [np.ones(len(material.labels))]
    weights += [np.full(len(course.lessons[i].texts), course.lessons[i].wide) for i in taught]
    labels, weight = np.concatenate(targets), np.concatenate(weights)
    unseen = cross_fit(features, labels, weight, seed=seed)
    scale = Calibration.fit(unseen[: len(material.labels)], material.labels)
    found = fit_wide(features, labels, weight)
    wide = Wide(SHARE * scale.slope * found.weights, SHARE * (scale.slope * found.intercept + scale.offset))
    unseen = SHARE * scale.apply_linear(unseen)
    ends = np.cumsum([len(part) for part in targets])
    offsets = [unseen[: ends[0]], *(wide.logits(features) for features in others)]
    for place, i in enumerate(taught):
        offsets[1 + i] = unseen[ends[place] : ends[place + 1]]
    return wide, offsets


def _examples(material: _Material, course: Course, offsets: list[NDArray[np.float64]]) -> Examples:
    documents = [material.documents, *material.lessons]
    targets = [material.labels.astype(np.float64), *(lesson.targets for lesson in course.lessons)]
    weights = [np.ones(len(material.labels)), *(np.full(len(x.texts), x.weight) for x in course.lessons)]
    bounds = [np.full(len(material.labels), np.nan)]
    bounds += [np.full(len(x.texts), np.nan if x.bound is None else x.bound) for x in course.lessons]
    return Examples(
        [document for part in documents for document in part],
        np.concatenate(targets).astype(np.float32),
        np.concatenate(weights).astype(np.float32),
        np.concatenate(bounds).astype(np.float32),
        np.concatenate(offsets).astype(np.float32),
    )


def _write(trained: Trained, shape: Shape, sample: Sequence[str], out: Path) -> None:
    """config.json, ngrams.npz and network.onnx, quantized with the ranges that the sample of texts produces."""
    convolutions, head = trained.network.folded()
    dense, dense_scale = quantize_columns(trained.network.ngrams.weight.detach().cpu().numpy())
    wide, wide_scale = quantize_row(trained.wide.weights)
    tables = Tables(dense, dense_scale, shape.smallest_ngram, wide, wide_scale)
    np.savez_compressed(
        out / "ngrams.npz",
        dense=dense,
        dense_scale=dense_scale,
        wide=wide,
        wide_scale=np.float64(wide_scale),
    )
    config = {"format": FORMAT, "widest": max(shape.widths), "smallest_ngram": shape.smallest_ngram}
    (out / "config.json").write_text(json.dumps(config, indent=2) + "\n", encoding="utf-8")
    graph = build_graph(convolutions, Head(head.weight, head.bias + trained.wide.intercept))
    quantize_graph(graph, _vector_batches(tables, sample, max(shape.widths)), out / "network.onnx")


def _vector_batches(tables: Tables, texts: Sequence[str], widest: int) -> Iterator[NDArray[np.float32]]:
    vectors = WordVectors(tables)
    for start in range(0, len(texts), 16):
        rows = vectors.look_up([cut(word_texts(text), 64) for text in texts[start : start + 16]])
        yield vectors.gather(lay_out(rows, widest)).vectors


def _decide(val_set: Labelled, out: Path) -> tuple[CnnScorer, NDArray[np.float64]]:
    """Calibrate the INT8 model, set its threshold and bands, and load it as it will be served."""
    Decision().save(out / "decision.json")
    logits = CnnScorer.load(out).logits(val_set.texts).astype(np.float64)
    decide(logits, val_set.labels).save(out / "decision.json")
    return CnnScorer.load(out), logits
