"""Classical models: words → scikit-learn's counts → linear classifier → skops archive that holds listed types only."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from chisto.decision import Decision
from chisto.families import Recipe
from chisto.scorers.linear import (
    ARCHIVE,
    CONFIG,
    FORMAT,
    VOCABULARY,
    LinearScorer,
    join_words,
    vectorizers_of,
    weights_of,
)
from chisto.text import word_texts
from training.dataset import Labelled
from training.deciding import decide

Progress = Callable[[str, float, dict[str, Any]], None]
_WORDS = {"token_pattern": r"\S+", "lowercase": False}
_READ_AT_ONCE = 2000


@dataclass(frozen=True)
class LinearOutcome:
    """The served model and its logits on the texts that its decision was made on."""

    scorer: LinearScorer
    logits: NDArray[np.float64]


def silent(stage: str, fraction: float, metrics: dict[str, Any]) -> None:
    """A progress callback for those who do not watch."""


def build_pipeline(recipe: Recipe, *, weigh_hashed: bool = False) -> Any:
    """The unfitted scikit-learn pipeline of a recipe: vectorizer(s), weighing, classifier.

    ``weigh_hashed`` puts sublinear TF-IDF behind hashed counts instead of a plain norm.
    """
    from sklearn.feature_extraction.text import TfidfTransformer
    from sklearn.pipeline import FeatureUnion, Pipeline
    from sklearn.preprocessing import Normalizer

    if recipe.vectorizer is None:
        raise ValueError(f"a {recipe.family} model is not trained here")
    options = recipe.vectorizer.model_dump()
    parts = _vectorizers(str(recipe.vectorizer_type), options)
    steps = [("counts", parts[0][1] if len(parts) == 1 else FeatureUnion(parts))]
    norm = None if options.get("norm") == "none" else options.get("norm")
    if recipe.vectorizer_type == "tf_idf":
        steps.append(("weighing", TfidfTransformer(norm=norm, sublinear_tf=options["sublinear_tf"])))
    elif weigh_hashed:
        steps.append(("weighing", TfidfTransformer(norm=norm, sublinear_tf=True)))
    elif norm is not None:
        steps.append(("weighing", Normalizer(norm=norm)))
    return Pipeline([*steps, ("model", _classifier(recipe))])


def _vectorizers(kind: str, options: dict[str, Any]) -> list[tuple[str, Any]]:
    from sklearn.feature_extraction.text import CountVectorizer, HashingVectorizer

    analyzers = [(options["analyzer"], options["ngram_range"])]
    if options["analyzer"] == "both":
        analyzers = [
            ("word", options["ngram_range"]),
            (options["char_analyzer"], options["char_ngram_range"]),
        ]
    found = []
    for analyzer, ngrams in analyzers:
        shared = {"analyzer": analyzer, "ngram_range": tuple(ngrams), "lowercase": False, "dtype": np.float32}
        if analyzer == "word":
            shared |= _WORDS
        if kind == "hashed":
            vectorizer = HashingVectorizer(
                **shared, n_features=options["n_features"], alternate_sign=False, norm=None
            )
        else:
            limits = {name: options[name] for name in ("max_features", "min_df", "max_df")}
            vectorizer = CountVectorizer(**shared, **limits, binary=options.get("binary", False))
        found.append((analyzer, vectorizer))
    return found


def _classifier(recipe: Recipe) -> Any:
    from sklearn.linear_model import LogisticRegression
    from sklearn.naive_bayes import MultinomialNB
    from sklearn.svm import LinearSVC

    kinds = {
        "logistic_regression": LogisticRegression,
        "linear_svc": LinearSVC,
        "multinomial_naive_bayes": MultinomialNB,
    }
    options = recipe.model.arguments()
    if recipe.family != "multinomial_naive_bayes":
        options["random_state"] = 0
    return kinds[recipe.family](**options)


def fit(
    train_set: Labelled,
    val_set: Labelled,
    recipe: Recipe,
    out: Path,
    *,
    weights: NDArray[np.float64] | None = None,
    weigh_hashed: bool = False,
    progress: Progress = silent,
) -> LinearOutcome:
    """Fit on ``train_set``, calibrate and set the threshold on ``val_set``, write the model's files into ``out``.

    ``weights`` of the training comments. ``progress`` hears of the stages read, vectorize, fit and calibrate. Raises
    ValueError where a set lacks a class or nothing is left of the texts.
    """
    for name, data in (("training", train_set), ("validation", val_set)):
        if len(np.unique(data.labels)) < 2:
            raise ValueError(f"the {name} set needs comments of both classes")
    lemmatize = _lemmatizes(recipe)
    lines = read_lines(train_set.texts, lemmatize, progress)
    pipeline = fit_lines(
        lines, train_set.labels, recipe, weights=weights, weigh_hashed=weigh_hashed, progress=progress
    )
    out.mkdir(parents=True, exist_ok=True)
    write(pipeline, recipe.family, lemmatize, out)
    progress("calibrate", 0.0, {})
    scorer = LinearScorer.load(out, recipe.family)
    logits = scorer.logits(val_set.texts).astype(np.float64)
    decide(logits, val_set.labels).save(out / "decision.json")
    progress("calibrate", 1.0, {})
    return LinearOutcome(LinearScorer.load(out, recipe.family), logits)


def read_lines(texts: Sequence[str], lemmatize: bool = False, progress: Progress = silent) -> list[str]:
    """The words of each text as one line."""
    lines: list[str] = []
    for start in range(0, len(texts), _READ_AT_ONCE):
        lines += [join_words(word_texts(text), lemmatize) for text in texts[start : start + _READ_AT_ONCE]]
        progress("read", len(lines) / len(texts), {})
    return lines


def fit_lines(
    lines: Sequence[str],
    labels: NDArray[np.int64],
    recipe: Recipe,
    *,
    weights: NDArray[np.float64] | None = None,
    weigh_hashed: bool = False,
    progress: Progress = silent,
) -> Any:
    """The fitted pipeline on lines of words."""
    pipeline = build_pipeline(recipe, weigh_hashed=weigh_hashed)
    progress("vectorize", 0.0, {})
    features = pipeline[:-1].fit_transform(lines)
    progress("fit", 0.0, {"features": int(features.shape[1])})
    pipeline[-1].fit(features, labels, sample_weight=weights)
    progress("fit", 1.0, {"features": int(features.shape[1])})
    return pipeline


def cross_validate(
    data: Labelled, recipe: Recipe, *, folds: int = 5, seed: int = 0, progress: Progress = silent
) -> NDArray[np.float64]:
    """Logits (texts,) of models that have not seen the text; each class needs at least ``folds`` comments."""
    from sklearn.model_selection import StratifiedKFold

    lines = read_lines(data.texts, _lemmatizes(recipe), progress)
    logits = np.zeros(len(data))
    splitter = StratifiedKFold(folds, shuffle=True, random_state=seed)
    for fold, (seen, held) in enumerate(splitter.split(lines, data.labels)):
        progress("fold", fold / folds, {})
        pipeline = fit_lines([lines[i] for i in seen], data.labels[seen], recipe)
        weights, intercept = weights_of(pipeline[-1])
        logits[held] = pipeline[:-1].transform([lines[i] for i in held]) @ weights + intercept
    progress("fold", 1.0, {})
    return logits


def _lemmatizes(recipe: Recipe) -> bool:
    return bool(getattr(recipe.vectorizer, "lemmatize", False))


def write(pipeline: Any, family: str, lemmatize: bool, out: Path) -> None:
    """pipeline.skops, vocabulary.json, config.json and a first decision.json.

    Vocabularies stand beside the archive as plain lists: skops would keep each term as an object of its own.
    """
    import skops.io

    slim = copy.copy(pipeline)
    slim.steps = [(name, copy.copy(step)) for name, step in pipeline.steps]
    _slim_model(slim[-1])
    if hasattr(slim[0], "transformer_list"):
        slim[0].transformer_list = [(name, copy.copy(part)) for name, part in slim[0].transformer_list]
    vocabularies: list[list[str] | None] = []
    for vectorizer in vectorizers_of(slim):
        if not hasattr(vectorizer, "vocabulary_"):
            vocabularies.append(None)
            continue
        vocabularies.append(sorted(vectorizer.vocabulary_, key=vectorizer.vocabulary_.__getitem__))
        vectorizer.vocabulary_ = {}
        vars(vectorizer).pop("stop_words_", None)
    import zipfile

    skops.io.dump(slim, out / ARCHIVE, compression=zipfile.ZIP_DEFLATED)
    (out / VOCABULARY).write_text(json.dumps(vocabularies, ensure_ascii=False), encoding="utf-8")
    config = {"format": FORMAT, "family": family, "lemmatize": lemmatize}
    (out / CONFIG).write_text(json.dumps(config, indent=2) + "\n", encoding="utf-8")
    Decision().save(out / "decision.json")


def _slim_model(model: Any) -> None:
    """Without what scoring does not need, and in single precision."""
    vars(model).pop("feature_count_", None)
    for name in ("coef_", "feature_log_prob_"):
        if name in vars(model):
            setattr(model, name, vars(model)[name].astype(np.float32))
