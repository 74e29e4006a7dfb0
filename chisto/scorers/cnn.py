"""The INT8 network, served by ONNX Runtime: numpy and onnxruntime are all it imports.

    text ─ words ─ rows of n-gram sums (cached) ─ convolutions and max-pooling (ONNX) ─┐
                                         └─ wide sum of n-gram weights ────────────────┴─ logit

Behind its last word every text goes on with absent words, at least as many as the widest convolution is wide, in training
too. So what padding adds to the maximum is the same constant for every text, and a text's score does not depend on the batch.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from chisto.decision import Decision
from chisto.features.ngrams import cut
from chisto.features.vectors import ABSENT, Tables, WordVectors
from chisto.scorers.base import Contribution, Explanation
from chisto.text import Word, normalize, word_texts, words

FORMAT = 1
MOST_WORDS = 1024  # of a longer text its first three quarters of these and its last quarter are read
_TEXTS = 32  # comments in one call of ONNX Runtime
_CELLS = 8192  # words in one call, padding counted: bounds the memory of long texts
_SPANS = (
    96  # occlusions of one text: of a longer one, stretches first, then the words of the strongest stretches
)


@dataclass(frozen=True)
class Config:
    """config.json of a CNN artifact."""

    format: int
    widest: int  # words under the widest convolution
    smallest_ngram: int

    @classmethod
    def load(cls, directory: Path) -> Config:
        content: dict[str, Any] = json.loads((directory / "config.json").read_text(encoding="utf-8"))
        if content.get("format") != FORMAT:
            raise ValueError(f"config.json has format {content.get('format')!r}, this version reads {FORMAT}")
        try:
            return cls(FORMAT, int(content["widest"]), int(content["smallest_ngram"]))
        except (KeyError, TypeError) as error:
            raise ValueError(f"config.json is broken: {error}") from error


class CnnScorer:
    """Scores comments with the INT8 CNN. One object for each thread: its cache of word vectors is not locked."""

    def __init__(self, session: Any, tables: Tables, config: Config, decision: Decision) -> None:
        self.decision = decision
        self._session = session
        self._vectors = WordVectors(tables)
        self._config = config

    @classmethod
    def load(cls, directory: Path, *, threads: int = 1) -> CnnScorer:
        """Read an artifact's folder: config.json, decision.json, ngrams.npz and network.onnx."""
        import onnxruntime

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        options.inter_op_num_threads = 1
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        session = onnxruntime.InferenceSession(
            str(directory / "network.onnx"), options, providers=["CPUExecutionProvider"]
        )
        config = Config.load(directory)
        with np.load(directory / "ngrams.npz", allow_pickle=False) as arrays:
            tables = Tables(
                dense=arrays["dense"],
                dense_scale=arrays["dense_scale"],
                smallest=config.smallest_ngram,
                wide=arrays["wide"],
                wide_scale=float(arrays["wide_scale"]),
            )
        return cls(session, tables, config, Decision.load(directory / "decision.json"))

    def logits(self, texts: Sequence[str]) -> NDArray[np.float32]:
        rows = self._vectors.look_up([cut(word_texts(text), MOST_WORDS) for text in texts])
        return self._run(rows)

    def score(self, texts: Sequence[str]) -> NDArray[np.float64]:
        return self.decision.calibrate(self.logits(texts))

    def explain(self, texts: Sequence[str]) -> list[Explanation]:
        """Occlusion: the calibrated logit with a word minus the one without it, all words of a text in one batch."""
        return [self._explain(text) for text in texts]

    def _explain(self, text: str) -> Explanation:
        found: list[Word] = cut(words(text), MOST_WORDS)
        rows = self._vectors.look_up([[word.text for word in found]])[0]
        logit = float(self._run([rows])[0])
        groups = _split(np.arange(len(found)), _SPANS)
        effects = self._occlude(rows, groups, logit)
        if len(groups) < len(found):
            strongest = sorted(range(len(groups)), key=lambda i: -abs(effects[i]))[
                : max(1, _SPANS // len(groups[0]))
            ]
            single = [np.array([i]) for g in strongest for i in groups[g]]
            rest = [g for g in range(len(groups)) if g not in set(strongest)]
            effects = self._occlude(rows, single, logit) + [effects[g] for g in rest]
            groups = single + [groups[g] for g in rest]
        spans = [
            Contribution(
                start := found[int(group[0])].start,
                stop := found[int(group[-1])].stop,
                text[start:stop],
                self.decision.calibration.slope * effect,
            )
            for group, effect in zip(groups, effects, strict=True)
        ]
        score = float(self.decision.calibrate([logit])[0])
        return Explanation(score, sorted(spans, key=lambda span: span.start), list(normalize(text).restored))

    def _occlude(self, rows: NDArray[np.int64], groups: list[NDArray[np.int64]], logit: float) -> list[float]:
        """How much the logit falls when the words of each group are hidden."""
        hidden = []
        for group in groups:
            copy = rows.copy()
            copy[group] = ABSENT
            hidden.append(copy)
        return [logit - float(without) for without in self._run(hidden)]

    def _run(self, rows: list[NDArray[np.int64]]) -> NDArray[np.float32]:
        logits = np.zeros(len(rows), np.float64)
        for chosen in _batches([len(row) for row in rows]):
            batch = self._vectors.gather(lay_out([rows[i] for i in chosen], self._config.widest))
            (deep,) = self._session.run(None, {"vectors": batch.vectors})
            logits[chosen] = deep + batch.wide
        return logits.astype(np.float32)


def lay_out(rows: Sequence[NDArray[np.int64]], widest: int) -> NDArray[np.int64]:
    """Texts as one (texts, words) array with absent words behind each: at least one window of nothing for every text."""
    table = np.full((len(rows), max(map(len, rows), default=0) + widest), ABSENT, np.int64)
    for place, row in enumerate(rows):
        table[place, : len(row)] = row
    return table


def _batches(lengths: Sequence[int]) -> Iterator[list[int]]:
    """Texts of like length together, so that little is padding, and no more words at a time than memory should hold."""
    chosen: list[int] = []
    for i in sorted(range(len(lengths)), key=lengths.__getitem__):
        if chosen and (len(chosen) == _TEXTS or (len(chosen) + 1) * lengths[i] > _CELLS):
            yield chosen
            chosen = []
        chosen.append(i)
    if chosen:
        yield chosen


def _split(items: NDArray[np.int64], most: int) -> list[NDArray[np.int64]]:
    """At most that many groups of neighbours."""
    size = -(-len(items) // most) or 1
    return [items[i : i + size] for i in range(0, len(items), size)]
