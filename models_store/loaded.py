"""The models that a runner process holds in memory, reconciled with the registry off the event loop.

Scoring never waits for loading: readers take the dictionary as it stands, and changes replace it as a whole.
"""

import atexit
import importlib
import logging
import threading
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from chisto.errors import ArtifactCorrupt
from chisto.scorers import Explanation
from chisto.settings import Settings
from models_store import artifacts
from models_store.artifacts import LoadedModel
from models_store.catalog import HEARTBEAT_S, POLL_S, RUNNERS, living, standing, worker_id
from models_store.models import Model
from models_store.registry import open_registry

logger = logging.getLogger("chisto")

DEFAULTS = Path(__file__).parent / "defaults"
#: A version that is no longer wanted stays for so long after every process has its successor: several polls
#: of the gateways, and the requests that were on their way.
GRACE_S = 3.0
#: After this long a model that could not be loaded is tried again.
RETRY_FAILED_S = 30.0
#: what the classical families need; their memory is not the model's
_LIBRARIES = (
    "sklearn.feature_extraction.text",
    "sklearn.linear_model",
    "sklearn.naive_bayes",
    "sklearn.pipeline",
    "sklearn.svm",
)


@dataclass(frozen=True, slots=True)
class Held:
    """A model in memory, and what its loading took."""

    model: Model
    loaded: LoadedModel
    memory_bytes: int


class LoadedModels:
    """The wanted models of one runner. Loads them all before it returns; then follows the registry.

    With a limit of memory the least recently used give way; they are loaded again when they are asked for.
    """

    def __init__(
        self,
        service: str,
        settings: Settings,
    ) -> None:
        self._service = service
        self._families = RUNNERS[service]
        self._limit = settings.max_loaded_bytes
        self._registry = open_registry(settings)
        self._id = worker_id(service)
        self._models: Mapping[str, Held] = {}
        self._wanted: Mapping[str, Model] = {}
        self._used: dict[str, float] = {}
        self._failed: dict[str, tuple[float, str]] = {}
        self._demanded: set[str] = set()
        self._generation = -1
        self._reported_at = 0.0
        self._retire_at: float | None = None
        self._wake = threading.Event()
        self._reconcile()
        self.is_ready = True
        threading.Thread(target=self._follow, name="models", daemon=True).start()
        atexit.register(self._registry.workers.retire, self._id)

    # --- scoring ---

    def score(self, items: Sequence[tuple[str, str]]) -> list[float | None]:
        """Calibrated scores of (tag, text) pairs, computed model by model; None where it is not here."""
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
        models, found = self._models, []
        for tag, indices in places.items():
            held = models.get(tag)
            if held is not None:
                self._used[tag] = time.monotonic()
                found.append((held.loaded, indices))
            elif tag in self._wanted:
                self._demanded.add(tag)  # it had to give way, or is on its way
                self._wake.set()
        return found

    # --- following the registry ---

    def _follow(self) -> None:
        while True:
            self._wake.wait(POLL_S)
            self._wake.clear()
            try:
                self._reconcile()
            except Exception as error:  # the database is away: what is loaded goes on answering
                logger.warning("%s cannot follow the registry: %s", self._service, type(error).__name__)
                time.sleep(POLL_S)

    def _reconcile(self) -> None:
        changed = False
        generation = self._registry.models.generation()
        if generation != self._generation:
            snapshot = self._registry.models.snapshot()
            self._wanted = {model.tag: model for model in snapshot.models if model.family in self._families}
            self._generation = snapshot.generation
            self._retire_at = None
            changed = True
        for tag, model in self._wanted.items():
            if self._is_due(tag, model):
                self._load(model)
                changed = True
        changed |= self._retire()
        if changed or time.monotonic() - self._reported_at >= HEARTBEAT_S:
            self._report()

    def _is_due(self, tag: str, model: Model) -> bool:
        if tag in self._models:
            return False
        failed = self._failed.get(tag)
        if failed is not None and time.monotonic() - failed[0] < RETRY_FAILED_S:
            return False
        if self._limit is None or model.aliases or tag in self._demanded:
            return True
        room = self._limit - sum(held.memory_bytes for held in self._models.values())
        return model.size_bytes <= room or tag not in self._used

    def _load(self, model: Model) -> None:
        self._demanded.discard(model.tag)
        started = time.monotonic()
        _import_libraries(model.family)  # not the model's memory
        before = _resident_bytes()
        try:
            loaded = artifacts.load(self._registry.store.fetch(model.tag))
            loaded.scorer.score(["проверка"])  # the first call allocates what later ones use
        except Exception as error:
            reason = error.message("en") if isinstance(error, ArtifactCorrupt) else type(error).__name__
            logger.error("%s could not load %s: %s", self._service, model.tag, reason)
            self._failed[model.tag] = (time.monotonic(), reason)
            return
        memory = max(_resident_bytes() - before, model.size_bytes)
        self._failed.pop(model.tag, None)
        self._used.setdefault(model.tag, time.monotonic())
        self._models = {**self._models, model.tag: Held(model, loaded, memory)}
        logger.info("%s loaded %s in %.2f s", self._service, model.tag, time.monotonic() - started)
        self._make_room(keep=model.tag)

    def _make_room(self, keep: str) -> None:
        """Let the least recently used give way until the rest fits; promoted ones stay."""
        if self._limit is None:
            return
        for tag in sorted(self._models, key=lambda tag: self._used.get(tag, 0.0)):
            if sum(held.memory_bytes for held in self._models.values()) <= self._limit:
                return
            if tag != keep and not self._models[tag].model.aliases:
                self._drop([tag])
                logger.info("%s let %s give way", self._service, tag)

    def _retire(self) -> bool:
        """Drop what is no longer wanted, once every process has what is; return whether something went."""
        leaving = [tag for tag in self._models if tag not in self._wanted]
        if not leaving:
            return False
        if self._retire_at is None:
            workers = living(self._registry)
            if any(standing(model, workers).presence == "loading" for model in self._wanted.values()):
                if self._is_reported():
                    return False
                self._report()  # so that the others do not wait for this process
                return False
            self._retire_at = time.monotonic() + GRACE_S
        if time.monotonic() < self._retire_at:
            return False
        self._drop(leaving)
        for tag in leaving:
            self._used.pop(tag, None)
            logger.info("%s unloaded %s", self._service, tag)
        return True

    def _drop(self, tags: Iterable[str]) -> None:
        gone = set(tags)
        self._models = {tag: held for tag, held in self._models.items() if tag not in gone}

    # --- telling the others ---

    def _is_reported(self) -> bool:
        return time.monotonic() - self._reported_at < HEARTBEAT_S

    def _report(self) -> None:
        states: dict[str, Any] = {}
        for tag, model in self._wanted.items():
            held = self._models.get(tag)
            if held is not None:
                states[model.id] = {"state": "loaded", "memory_bytes": held.memory_bytes}
            elif tag in self._failed:
                states[model.id] = {"state": "failed", "error": self._failed[tag][1]}
            elif tag in self._used:
                states[model.id] = {"state": "loaded", "memory_bytes": 0}  # gave way; back on demand
            else:
                states[model.id] = {"state": "loading"}
        self._registry.workers.report(self._id, self._service, self._generation, states)
        self._reported_at = time.monotonic()


def _import_libraries(family: str) -> None:
    if family != "cnn":
        from chisto.scorers.linear import import_skops

        import_skops()
        for name in _LIBRARIES:
            importlib.import_module(name)


def _resident_bytes() -> int:
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * 4096


def _as_data(explanation: Explanation) -> dict[str, Any]:
    """In the shape of chisto.schemas.ExplainedText, less the verdict."""
    return {
        "toxic_score": float(explanation.score),
        "spans": [
            {
                "begin": span.start,
                "end": span.stop,
                "text": span.text,
                "contribution": float(span.contribution),
            }
            for span in explanation.spans
        ],
        "restored": [
            {"begin": part.start, "end": part.stop, "original": part.original, "restored": part.restored}
            for part in explanation.restored
        ],
    }
