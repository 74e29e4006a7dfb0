"""From an artifact on disk to a row of the registry."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from chisto.decision import Decision
from models_store import artifacts
from models_store.artifacts import Manifest
from models_store.models import Model, NewModel, Origin
from models_store.registry import Registry


def describe(
    directory: Path,
    manifest: Manifest,
    *,
    origin: Origin,
    version: int,
    tag: str,
    shipped_version: str | None = None,
) -> NewModel:
    """What the registry says about an artifact: from its manifest, its card and its decision."""
    card = json.loads((directory / "card.json").read_text(encoding="utf-8"))
    return NewModel(
        name=manifest.name,
        version=version,
        family=manifest.family,
        origin=origin,
        tag=tag,
        size_bytes=manifest.size_bytes,
        trained_threshold=Decision.load(directory / "decision.json").threshold,
        model_params=_mapping(card, "model_params"),
        vectorizer_type=card.get("vectorizer_type"),
        vectorizer_params=_mapping(card, "vectorizer_params"),
        metrics=_metrics(card),
        card=card,
        shipped_version=shipped_version,
        is_wanted=origin == "shipped",
    )


def import_artifact(registry: Registry, directory: Path, *, name: str, is_new_version: bool = False) -> Model:
    """Enter an artifact that came from outside; its scorer is loaded once to be sure that it can be.

    The folder is sealed anew under its name and version. Raises ArtifactCorrupt, NameTaken.
    """
    manifest = artifacts.load(directory).manifest
    registry.models.check_name(name, is_new_version=is_new_version)
    version = registry.models.allocate_version(name)
    (directory / artifacts.MANIFEST).unlink()
    manifest = artifacts.seal(directory, name=name, family=manifest.family, version=str(version))
    with registry.store.saving(directory, name=name, version=version) as tag:
        model = describe(directory, manifest, origin="imported", version=version, tag=tag)
        return registry.models.add(model, is_new_version=is_new_version)


def _mapping(card: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    value = card.get(key)
    return value if isinstance(value, Mapping) else {}


def _metrics(card: Mapping[str, Any]) -> Mapping[str, Any]:
    """Name → value; a card that tells intervals has them under ``validation``."""
    measured = _mapping(_mapping(card, "validation"), "metrics")
    values = {
        name: part["value"] for name, part in measured.items() if isinstance(part, dict) and "value" in part
    }
    return _mapping(card, "metrics") or values
