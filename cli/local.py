"""A model in this process, for the commands that need no server."""

from pathlib import Path

from chisto.errors import UnknownModel
from chisto.settings import get_settings
from models_store import artifacts
from models_store.artifacts import MANIFEST, LoadedModel
from models_store.shipped import DEFAULTS


def load_model(name: str | None) -> LoadedModel:
    """The model of that name: an artifact's folder, one of the registry, or a shipped one; by default the promoted one.

    Raises UnknownModel and ArtifactCorrupt.
    """
    if name is not None and (Path(name) / MANIFEST).is_file():
        return artifacts.load(Path(name))
    stored = _stored(name)
    if stored is not None:
        return artifacts.load(stored)
    shipped = DEFAULTS / (name or get_settings().default_model)
    if (shipped / MANIFEST).is_file() and shipped.parent == DEFAULTS:
        return artifacts.load(shipped)
    raise UnknownModel(name=name)


def _stored(name: str | None) -> Path | None:
    """Where the registry of this home keeps the model; None without a registry or such a model in it."""
    from models_store.database import database_url

    settings = get_settings()
    url = database_url(settings)
    if url.startswith("sqlite:///") and not Path(url.removeprefix("sqlite:///")).is_file():
        return None  # looking must not make one
    from models_store.registry import open_registry

    registry = open_registry(settings)
    try:
        model = registry.models.get(name) if name is not None else registry.models.aliased()
    except UnknownModel:
        return None
    return registry.store.fetch(model.tag) if model is not None else None
