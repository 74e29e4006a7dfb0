"""What is served: the catalogue that a gateway answers from, and the models that a runner holds in memory."""

import logging
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from chisto.decision import Decision
from chisto.errors import UnknownModel
from chisto.scorers import Explanation
from chisto.settings import Settings
from models_store import artifacts
from models_store.artifacts import LoadedModel

logger = logging.getLogger("chisto")

DEFAULTS = Path(__file__).parent / "defaults"


@dataclass(frozen=True, slots=True)
class ServedModel:
    """A model as the gateway knows it: enough to route a request and to decide, without loading it."""

    name: str
    version: str
    family: str
    threshold: float

    @property
    def tag(self) -> str:
        return f"{self.name}:{self.version}"


class Catalog:
    """The models that may be asked for, and which one answers by default."""

    def __init__(self, settings: Settings) -> None:
        self._default = settings.default_model
        self._models: dict[str, ServedModel] = {}
        for directory in sorted(DEFAULTS.iterdir()):
            manifest = artifacts.read_manifest(directory)
            threshold = Decision.load(directory).threshold
            self._models[manifest.name] = ServedModel(manifest.name, manifest.version, manifest.family, threshold)

    def resolve(self, name: str | None) -> ServedModel:
        """The model of that name, or the promoted one."""
        wanted = name or self._default
        if wanted not in self._models:
            raise UnknownModel(name=wanted[:64])
        return self._models[wanted]


class LoadedModels:
    """The models of some families in the memory of this process."""

    def __init__(self, runner: str, families: Collection[str], settings: Settings) -> None:
        self._runner = runner
        self._models: dict[str, LoadedModel] = {}
        for directory in sorted(DEFAULTS.iterdir()):
            if artifacts.read_manifest(directory).family in families:
                loaded = artifacts.load(directory)
                self._models[f"{loaded.manifest.name}:{loaded.manifest.version}"] = loaded
        self.is_ready = True

    def score(self, items: Sequence[tuple[str, str]]) -> list[float | None]:
        """Calibrated scores of (tag, text) pairs, computed model by model; None where the model is not here."""
        scores: list[float | None] = [None] * len(items)
        for model, places in self._by_model(items):
            for place, score in zip(places, model.scorer.score([items[i][1] for i in places]), strict=True):
                scores[place] = float(score)
        return scores

    def explain(self, items: Sequence[tuple[str, str]]) -> list[dict[str, Any] | None]:
        """Explanations of (tag, text) pairs as plain data; None where the model is not here."""
        parts: list[dict[str, Any] | None] = [None] * len(items)
        for model, places in self._by_model(items):
            for place, part in zip(places, model.scorer.explain([items[i][1] for i in places]), strict=True):
                parts[place] = _as_data(part)
        return parts

    def _by_model(self, items: Sequence[tuple[str, str]]) -> list[tuple[LoadedModel, list[int]]]:
        places: dict[str, list[int]] = {}
        for place, (tag, _) in enumerate(items):
            places.setdefault(tag, []).append(place)
        models = self._models
        return [(models[tag], indices) for tag, indices in places.items() if tag in models]


def _as_data(explanation: Explanation) -> dict[str, Any]:
    """In the shape of chisto.schemas.ExplainedText, less the verdict."""
    return {
        "toxic_score": float(explanation.score),
        "spans": [
            {"begin": span.start, "end": span.stop, "text": span.text, "contribution": float(span.contribution)}
            for span in explanation.spans
        ],
        "restored": [
            {"begin": part.start, "end": part.stop, "original": part.original, "restored": part.restored}
            for part in explanation.restored
        ],
    }
