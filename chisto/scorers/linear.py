"""Classical models: scikit-learn's vectorizers and linear classifiers, read from a skops archive that may hold listed types only."""

from __future__ import annotations

import json
import sys
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from chisto.decision import Decision
from chisto.errors import ArtifactCorrupt
from chisto.scorers.base import Contribution, Explanation
from chisto.text import Word, normalize, word_texts, words

FORMAT = 1
ARCHIVE, CONFIG, VOCABULARY = "pipeline.skops", "config.json", "vocabulary.json"
MOST_UNPACKED = 512 * 1024 * 1024  # bytes
MOST_MEMBERS = 200
_BATCH = 512

#: All that an archive may hold. None of these runs code of the archive when it is built.
ALLOWED_TYPES = frozenset(
    {
        "builtins.bool",
        "builtins.dict",
        "builtins.float",
        "builtins.int",
        "builtins.list",
        "builtins.NoneType",
        "builtins.slice",
        "builtins.str",
        "builtins.tuple",
        "builtins.type",
        "numpy.dtype",
        "numpy.float32",
        "numpy.float64",
        "numpy.int32",
        "numpy.int64",
        "numpy.ndarray",
        "scipy.sparse._csr.csr_matrix",
        "scipy.sparse._dia.dia_matrix",
        "scipy.sparse._dia.dia_array",
        "sklearn.feature_extraction.text.CountVectorizer",
        "sklearn.feature_extraction.text.HashingVectorizer",
        "sklearn.feature_extraction.text.TfidfTransformer",
        "sklearn.linear_model._logistic.LogisticRegression",
        "sklearn.naive_bayes.MultinomialNB",
        "sklearn.pipeline.FeatureUnion",
        "sklearn.pipeline.Pipeline",
        "sklearn.preprocessing._data.Normalizer",
        "sklearn.svm._classes.LinearSVC",
    }
)


@dataclass(frozen=True)
class Config:
    """config.json of a linear artifact."""

    family: str
    lemmatize: bool

    @classmethod
    def load(cls, directory: Path) -> Config:
        try:
            content = json.loads((directory / CONFIG).read_text(encoding="utf-8"))
            if content["format"] != FORMAT:
                raise ArtifactCorrupt(reason=f"config.json has format {content['format']!r}")
            return cls(str(content["family"]), bool(content["lemmatize"]))
        except (KeyError, TypeError, ValueError) as error:
            raise ArtifactCorrupt(reason="config.json cannot be read") from error


def read_archive(path: Path) -> Any:
    """The object of a skops archive; ArtifactCorrupt if it is too large or holds a type that is not on the list."""
    skops_io = import_skops()
    try:
        with zipfile.ZipFile(path) as archive:
            members = archive.infolist()
            if len(members) > MOST_MEMBERS or sum(member.file_size for member in members) > MOST_UNPACKED:
                raise ArtifactCorrupt(reason="the skops archive is too large")
            schema = json.loads(archive.read("schema.json"))
    except (zipfile.BadZipFile, KeyError, ValueError, RecursionError) as error:
        raise ArtifactCorrupt(reason="the skops archive cannot be read") from error
    for found in _types(schema):
        if found not in ALLOWED_TYPES:
            raise ArtifactCorrupt(
                reason=f"the skops archive holds the type {found[:100]}, which is not on the list"
            )
    try:
        return skops_io.load(path, trusted=[])
    except Exception as error:  # whatever skops makes of a broken or hostile archive, it is not a model
        raise ArtifactCorrupt(reason="the skops archive cannot be read") from error


#: How skops may build what it reads. Its loaders for functions, methods, ufuncs and reduced objects are not among them.
ALLOWED_LOADERS = frozenset(
    {
        "DictNode",
        "JsonNode",
        "ListNode",
        "NdArrayNode",
        "ObjectNode",
        "SliceNode",
        "SparseMatrixNode",
        "TupleNode",
        "TypeNode",
    }
)


class _WithoutTorch:
    """An importer that finds no PyTorch."""

    def find_spec(self, name: str, path: Any = None, target: Any = None) -> None:
        if name == "torch":
            raise ModuleNotFoundError("torch is not for serving", name=name)


def import_skops() -> Any:
    """skops.io. On import it looks through all of scikit-learn, which would take PyTorch in where it is installed."""
    importer = _WithoutTorch()
    sys.meta_path.insert(0, importer)
    try:
        import skops.io
    finally:
        sys.meta_path.remove(importer)
    return skops.io


def _types(schema: Any) -> Iterator[str]:
    """Every type that a skops schema names, and every loader that is not on the list."""
    waiting = [schema]
    while waiting:
        node = waiting.pop()
        if isinstance(node, dict):
            if "__class__" in node or "__module__" in node:
                yield f"{node.get('__module__')}.{node.get('__class__')}"
            loader = node.get("__loader__")
            if loader is not None and loader not in ALLOWED_LOADERS:
                yield f"loader {loader}"
            waiting.extend(node.values())
        elif isinstance(node, list):
            waiting.extend(node)


class LinearScorer:
    """Scores comments with a linear model over counts of words and characters."""

    def __init__(self, pipeline: Any, config: Config, decision: Decision) -> None:
        self.decision = decision
        self._config = config
        self._transform = pipeline[:-1]
        self._vectorizers = vectorizers_of(pipeline)
        self._weights, self._intercept = weights_of(pipeline[-1])

    @classmethod
    def load(cls, directory: Path, family: str) -> LinearScorer:
        """Read an artifact's folder; ArtifactCorrupt where something in it is not what it should be."""
        config = Config.load(directory)
        if config.family != family:
            raise ArtifactCorrupt(reason=f"config.json is of a {config.family[:40]} model")
        pipeline = read_archive(directory / ARCHIVE)
        try:
            vocabularies = json.loads((directory / VOCABULARY).read_text(encoding="utf-8"))
            for vectorizer, terms in zip(vectorizers_of(pipeline), vocabularies, strict=True):
                if terms is not None:
                    vectorizer.vocabulary_ = {str(term): place for place, term in enumerate(terms)}
            return cls(pipeline, config, Decision.load(directory / "decision.json"))
        except (ValueError, TypeError, AttributeError, OSError) as error:
            raise ArtifactCorrupt(reason="the model's files do not fit together") from error

    def logits(self, texts: Sequence[str]) -> NDArray[np.float32]:
        found = np.zeros(len(texts), np.float32)
        for start in range(0, len(texts), _BATCH):
            lines = [
                join_words(word_texts(text), self._config.lemmatize) for text in texts[start : start + _BATCH]
            ]
            found[start : start + _BATCH] = self._transform.transform(lines) @ self._weights + self._intercept
        return found

    def score(self, texts: Sequence[str]) -> NDArray[np.float64]:
        return self.decision.calibrate(self.logits(texts))

    def explain(self, texts: Sequence[str]) -> list[Explanation]:
        """Exact: the calibrated logit is the calibrated intercept plus the contributions of the words.

        A feature over several words is shared out evenly among them.
        """
        return [self._explain(text) for text in texts]

    def _explain(self, text: str) -> Explanation:
        found: list[Word] = words(text)
        line = join_words([word.text for word in found], self._config.lemmatize)
        row = self._transform.transform([line])
        values = dict(
            zip(row.indices.tolist(), (row.data * self._weights[row.indices]).tolist(), strict=True)
        )
        places = [(place, owners) for place, owners in self._occurrences(line) if place in values]
        times: dict[int, int] = {}
        for place, _ in places:
            times[place] = times.get(place, 0) + 1
        effects = np.zeros(len(found))
        for place, owners in places:
            effects[owners] += values[place] / times[place] / len(owners)
        slope = self.decision.calibration.slope
        spans = [
            Contribution(word.start, word.stop, text[word.start : word.stop], slope * float(effect))
            for word, effect in zip(found, effects, strict=True)
        ]
        logit = float((row @ self._weights)[0] + self._intercept)
        score = float(self.decision.calibrate([logit])[0])
        return Explanation(score, spans, list(normalize(text).restored))

    def _occurrences(self, line: str) -> Iterator[tuple[int, list[int]]]:
        """Each feature of a line by its column, and the numbers of the words that it spans."""
        start = 0
        for vectorizer in self._vectorizers:
            for term, owners in _terms(vectorizer, line):
                column = _column(vectorizer, term)
                if column is not None:
                    yield start + column, owners
            start += _width(vectorizer)


def join_words(texts: Sequence[str], lemmatize: bool = False) -> str:
    """The words of a text as the line that vectorizers read: separated by single spaces."""
    return " ".join(map(find_lemma, texts)) if lemmatize else " ".join(texts)


@lru_cache(maxsize=1)
def _morphology() -> Any:
    from natasha import MorphVocab

    return MorphVocab()


@lru_cache(maxsize=1 << 16)
def find_lemma(word: str) -> str:
    """The dictionary form that natasha's vocabulary holds for likeliest; the word itself where it knows none."""
    forms = _morphology()(word)
    return str(forms[0].normal).replace(" ", "") if forms else word


def vectorizers_of(pipeline: Any) -> list[Any]:
    """The vectorizers of a pipeline, in the order of their columns."""
    first = pipeline[0]
    return [part for _, part in first.transformer_list] if hasattr(first, "transformer_list") else [first]


def weights_of(model: Any) -> tuple[NDArray[np.float64], float]:
    """Weights (features,) and intercept of a linear classifier's log odds."""
    if hasattr(model, "feature_log_prob_"):
        weights = model.feature_log_prob_[1] - model.feature_log_prob_[0]
        return np.asarray(weights, np.float64), float(model.class_log_prior_[1] - model.class_log_prior_[0])
    return np.asarray(model.coef_[0], np.float64), float(np.ravel(model.intercept_)[0])


def _width(vectorizer: Any) -> int:
    return len(vectorizer.vocabulary_) if hasattr(vectorizer, "vocabulary_") else int(vectorizer.n_features)


def _column(vectorizer: Any, term: str) -> int | None:
    if hasattr(vectorizer, "vocabulary_"):
        found = vectorizer.vocabulary_.get(term)
        return None if found is None else int(found)
    from sklearn.utils import murmurhash3_32

    return abs(int(murmurhash3_32(term.encode("utf-8", "surrogatepass"), seed=0))) % int(
        vectorizer.n_features
    )


def _terms(vectorizer: Any, line: str) -> Iterator[tuple[str, list[int]]]:
    """The terms that a vectorizer finds in a line, each with the numbers of its words."""
    smallest, largest = vectorizer.ngram_range
    parts = line.split(" ") if line else []
    if vectorizer.analyzer == "word":
        for size in range(smallest, min(largest, len(parts)) + 1):
            for i in range(len(parts) - size + 1):
                yield " ".join(parts[i : i + size]), list(range(i, i + size))
    elif vectorizer.analyzer == "char_wb":
        for i, part in enumerate(parts):
            for term in vectorizer._char_wb_ngrams(part):
                yield term, [i]
    else:
        owner = np.concatenate(
            [np.full(len(part) + 1, i) for i, part in enumerate(parts)] or [np.zeros(0, int)]
        )
        for size in range(smallest, min(largest, len(line)) + 1):
            for i in range(len(line) - size + 1):
                yield line[i : i + size], sorted(set(owner[i : i + size].tolist()))
