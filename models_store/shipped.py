"""The models that come with Chisto: entered at the first start, and again when they have changed."""

import hashlib
import logging
from pathlib import Path

from models_store import artifacts
from models_store.models import DEFAULT
from models_store.registry import Registry
from models_store.saving import describe

logger = logging.getLogger("chisto")
DEFAULTS = Path(__file__).parent / "defaults"


def import_shipped(registry: Registry, default: str, directory: Path = DEFAULTS) -> list[str]:
    """Bring registry and store up to date with the shipped artifacts; return the names that changed.

    ``default`` is promoted where nothing is. To be run in one process, before serving; cheap when all is known.
    """
    changed = []
    for path in sorted(directory.iterdir()) if directory.is_dir() else ():
        if (path / artifacts.MANIFEST).is_file() and _import(registry, path):
            changed.append(path.name)
    if registry.models.aliased() is None and any(model.name == default for model in registry.models.all()):
        registry.models.promote(default, alias=DEFAULT)
    return changed


def _import(registry: Registry, path: Path) -> bool:
    digest = hashlib.sha256((path / artifacts.MANIFEST).read_bytes()).hexdigest()
    manifest = artifacts.read_manifest(path)
    known = registry.models.all(manifest.name)
    if any(model.shipped_version == digest for model in known):
        return False
    if any(not model.is_shipped for model in known):
        logger.warning("the shipped model %s is left out: a model of your own has its name", manifest.name)
        return False
    artifacts.verify(path)
    version = registry.models.allocate_version(manifest.name)
    with registry.store.saving(path, name=manifest.name, version=version) as tag:
        model = describe(path, manifest, origin="shipped", version=version, tag=tag, shipped_version=digest)
        registry.models.replace_shipped(model)
    return True
