"""What may be asked for: the gateway's view of the registry, kept fresh in a thread of its own.

    registry (what is wanted) ──▶ runners load ──▶ runners report ──▶ gateways switch ──▶ runners unload

A name moves to another version only when all runner processes hold that version, and runners keep the version
before for a moment longer: so neither a promotion nor an unloading fails a request.
"""

import atexit
import logging
import os
import socket
import threading
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from chisto.errors import ModelNotLoaded, UnknownModel
from chisto.settings import Settings
from models_store.models import DEFAULT, Model
from models_store.registry import Registry, open_registry
from models_store.workers import Worker

logger = logging.getLogger("chisto")

POLL_S = 0.2
#: service → the families that it scores
RUNNERS: Mapping[str, frozenset[str]] = {
    "cnn_runner": frozenset({"cnn"}),
    "sklearn_runner": frozenset({"logistic_regression", "linear_svc", "multinomial_naive_bayes"}),
}

GATEWAY = "gateway"
HEARTBEAT_S = 3.0

Presence = Literal["unloaded", "loading", "loaded", "failed"]


@dataclass(frozen=True, slots=True)
class ServedModel:
    """A model as the gateway knows it: enough to route a request and to decide, without loading it."""

    name: str
    version: str
    family: str
    threshold: float
    tag: str
    #: review_from and block_from
    bands: Mapping[str, float] | None = None


def served(model: Model) -> ServedModel:
    return ServedModel(
        name=model.name,
        version=str(model.version),
        family=model.family,
        threshold=model.threshold,
        tag=model.tag,
        bands=model.bands,
    )


# --- what the runners hold ---------------------------------------------------------------------------------


def worker_id(service: str) -> str:
    return f"{service}/{socket.gethostname()}/{os.getpid()}"


def runs(worker: Worker) -> bool:
    """Whether a worker that was heard of lately still lives; processes of this machine are looked at."""
    service, _, place = worker.id.partition("/")
    host, _, pid = place.partition("/")
    if service not in (GATEWAY, *RUNNERS):
        return True
    return host != socket.gethostname() or os.path.exists(f"/proc/{pid}")  # noqa: PTH110 - hot


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a model stands in all runner processes together."""

    presence: Presence
    memory_bytes: int | None = None
    error: str | None = None


def standing(model: Model, workers: Iterable[Worker]) -> Standing:
    service = next(service for service, families in RUNNERS.items() if model.family in families)
    reports = [worker.models.get(model.id) for worker in workers if worker.service == service]
    if not model.is_wanted:
        return Standing("unloaded")
    states = {report["state"] if report else "loading" for report in reports}
    if "failed" in states:
        error = next(report["error"] for report in reports if report and report["state"] == "failed")
        return Standing("failed", error=error)
    if not reports or "loading" in states:
        return Standing("loading")
    memory = max((report.get("memory_bytes") or 0 for report in reports if report), default=0)
    return Standing("loaded", memory or None)


def living(registry: Registry) -> list[Worker]:
    return [worker for worker in registry.workers.alive() if runs(worker)]


def is_settled(registry: Registry, generation: int) -> bool:
    """Whether every gateway goes by this generation, and no model is on its way any more."""
    gateways = registry.workers.alive(GATEWAY)
    return all(worker.generation >= generation and not worker.models for worker in gateways if runs(worker))


# --- the view ---------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class View:
    """All that a gateway needs to answer, replaced as a whole."""

    generation: int = -1
    names: frozenset[str] = frozenset()
    by_name: Mapping[str, ServedModel] = field(default_factory=dict)
    default: ServedModel | None = None
    #: no model is on its way into the runners
    is_settled: bool = False


class Catalog:
    """Resolves names without touching the database; all gateways agree within a poll.

    Each says in the registry which generation it goes by, so that whoever promotes a model can wait for all.
    """

    def __init__(self, settings: Settings) -> None:
        self._default_name = settings.default_model
        self._registry = open_registry(settings)
        self._id = worker_id(GATEWAY)
        self._reported: tuple[int, bool] | None = None
        self._reported_at = 0.0
        self.view = View()
        self.refresh()
        threading.Thread(target=self._follow, name="catalog", daemon=True).start()
        atexit.register(self._registry.workers.retire, self._id)

    def resolve(self, name: str | None) -> ServedModel:
        """The model of that name, or the promoted one. Raises UnknownModel, ModelNotLoaded."""
        view = self.view
        model = view.default if name is None else view.by_name.get(name)
        if model is not None:
            return model
        wanted = name or self._default_name
        if wanted in view.names:
            raise ModelNotLoaded(name=wanted)
        raise UnknownModel(name=wanted[:64])

    def renew(self, model: ServedModel) -> ServedModel:
        """The same model while it is served, else what has its name now. Raises as ``resolve`` does."""
        view = self.view
        if any(
            other is not None and other.tag == model.tag for other in (view.default, *view.by_name.values())
        ):
            return model
        return self.resolve(model.name)

    def refresh(self) -> None:
        """Look at the registry if it changed, or if a change is not yet done everywhere; say so."""
        view, registry = self.view, self._registry
        generation = registry.models.generation()  # before the models: these are never older
        if not view.is_settled or generation != view.generation:
            models, workers = registry.models.all(), living(registry)
            view = self.view = compose(generation, models, workers, view, self._default_name)
        state = (view.generation, view.is_settled)
        if state != self._reported or time.monotonic() - self._reported_at >= HEARTBEAT_S:
            loading = {} if view.is_settled else {"": {"state": "loading"}}
            registry.workers.report(self._id, GATEWAY, view.generation, loading)
            self._reported, self._reported_at = state, time.monotonic()

    def _follow(self) -> None:
        while True:
            time.sleep(POLL_S)
            try:
                self.refresh()
            except Exception as error:  # the database is away: what is known stays in force
                logger.warning("the registry cannot be read: %s", type(error).__name__)


def compose(
    generation: int, models: Sequence[Model], workers: Sequence[Worker], before: View, default_name: str
) -> View:
    """The view of a generation: each name on its current version, or on the one before until that is ready."""
    by_id = {model.id: model for model in models}
    standings = {model.id: standing(model, workers).presence for model in models if model.is_wanted}
    is_settled = all(presence != "loading" for presence in standings.values())
    known = {model.tag for model in models}

    def chosen(target: Model | None, earlier: ServedModel | None) -> ServedModel | None:
        if target is None:
            return None
        presence = standings.get(target.id, "unloaded")
        if presence == "loaded":
            return served(target)
        if earlier is not None and earlier.tag in known:
            # Decided by what holds for it now: its threshold may have been changed meanwhile.
            return next(served(model) for model in models if model.tag == earlier.tag)
        return served(target) if presence == "loading" else None

    current = {model.name: model for model in models if model.is_wanted and model.is_current}
    by_name: dict[str, Any] = {
        name: chosen(model, before.by_name.get(name)) for name, model in current.items()
    }
    by_name = {name: model for name, model in by_name.items() if model is not None}
    promoted = next((model for model in by_id.values() if DEFAULT in model.aliases), None)
    default = chosen(promoted, before.default) if promoted else by_name.get(default_name)
    return View(generation, frozenset(model.name for model in models), by_name, default, is_settled)
