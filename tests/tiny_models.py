"""Real models, small enough to be trained within a test."""

import json
from pathlib import Path
from typing import Any

from chisto.decision import Calibration, Decision
from models_store import artifacts
from models_store.archive import pack

RUDE = ("дурак", "идиот", "мразь", "тупица", "урод", "дебил")
KIND = ("спасибо", "статья", "рецепт", "погода", "кошка", "интересно")
#: rude and kind by turns
TEXTS = [
    f"{words[first]} {words[second]}"
    for first in range(len(RUDE))
    for second in range(len(RUDE))
    for words in (RUDE, KIND)
]
LABELS = [1, 0] * (len(TEXTS) // 2)


def build_linear(
    directory: Path,
    *,
    name: str = "tiny",
    family: str = "logistic_regression",
    offset: float = 0.0,
    threshold: float = 0.5,
    pipeline: Any = None,
) -> Path:
    """A sealed artifact that knows the words above. ``offset`` shifts its logits: 30 finds everything toxic."""
    import skops.io
    from sklearn.feature_extraction.text import HashingVectorizer
    from sklearn.linear_model import LogisticRegression
    from sklearn.naive_bayes import MultinomialNB
    from sklearn.pipeline import Pipeline
    from sklearn.svm import LinearSVC

    from chisto.scorers.linear import join_words
    from chisto.text import word_texts

    kinds = {
        "logistic_regression": LogisticRegression,
        "linear_svc": LinearSVC,
        "multinomial_naive_bayes": MultinomialNB,
    }
    vectorizer = HashingVectorizer(
        n_features=4096, token_pattern=r"\S+", lowercase=False, alternate_sign=False, norm=None
    )
    if pipeline is None:
        pipeline = Pipeline([("vectorizer", vectorizer), ("model", kinds[family]())])
        pipeline.fit([join_words(word_texts(text)) for text in TEXTS], LABELS)
    directory.mkdir(parents=True, exist_ok=True)
    skops.io.dump(pipeline, directory / "pipeline.skops")
    Decision(Calibration(slope=1.0, offset=offset), threshold).save(directory / "decision.json")
    write = {
        "config.json": {"format": 1, "family": family, "lemmatize": False},
        "vocabulary.json": [None],
        "card.json": {
            "model_params": {"C": 1.0},
            "vectorizer_type": "hashed",
            "vectorizer_params": {"n_features": 4096},
            "metrics": {"macro_f1": 1.0},
        },
    }
    for file, content in write.items():
        (directory / file).write_text(json.dumps(content), encoding="utf-8")
    (directory / "card.md").write_text(f"# {name}\n", encoding="utf-8")
    artifacts.seal(directory, name=name, family=family, version="1")
    return directory


def build_archive(target: Path, **options: Any) -> Path:
    """The same as one file, as `chisto models export` writes it."""
    directory = build_linear(target.with_suffix(".artifact"), **options)
    pack(directory, target)
    return target
