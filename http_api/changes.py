"""Changes of what is served: ask for them in the registry, then wait until every process has followed."""

import time
from collections.abc import Callable

from chisto.errors import ModelLoadFailed, StillLoading
from chisto.settings import Settings
from models_store.catalog import is_settled, living, standing
from models_store.models import DEFAULT, Model
from models_store.registry import Registry

SETTLED_WITHIN_S = 5.0
_LOOK_EVERY_S = 0.05


def load(registry: Registry, name: str, settings: Settings, version: int | None = None) -> Model:
    """Load a model in every runner process. Raises what Models.load does, ModelLoadFailed, StillLoading."""
    model = registry.models.load(name, version, limit=settings.max_loaded_models)
    _wait_loaded(registry, model, settings)
    wait_settled(registry)
    return model


def promote(
    registry: Registry, name: str, settings: Settings, version: int | None = None, alias: str = DEFAULT
) -> Model:
    """Load if need be, then point the alias at it: in this order no request meets a model that is not there."""
    model = registry.models.get(name, version)
    if not model.is_wanted:
        load(registry, name, settings, model.version)
    else:
        _wait_loaded(registry, model, settings)
    model = registry.models.promote(name, model.version, alias=alias)
    wait_settled(registry)
    return model


def wait_settled(registry: Registry) -> None:
    """Wait until every gateway goes by the registry as it is now; a gateway that hangs is not waited for."""
    generation = registry.models.generation()
    _wait(lambda: is_settled(registry, generation), SETTLED_WITHIN_S)


def _wait_loaded(registry: Registry, model: Model, settings: Settings) -> None:
    def stands() -> str:
        return standing(model, living(registry)).presence

    # Shorter than the time limit of a request (service.py), so that the caller learns what is going on.
    _wait(lambda: stands() != "loading", settings.scoring_timeout_s * 1.5)
    now = standing(model, living(registry))
    if now.presence == "failed":
        if not model.is_shipped and not model.aliases:
            registry.models.unload(model.name)
        raise ModelLoadFailed(name=model.name, reason=now.error)
    if now.presence == "loading":
        raise StillLoading(name=model.name)


def _wait(is_done: Callable[[], bool], within_s: float) -> bool:
    deadline = time.monotonic() + within_s
    while not (done := is_done()) and time.monotonic() < deadline:
        time.sleep(_LOOK_EVERY_S)
    return done
