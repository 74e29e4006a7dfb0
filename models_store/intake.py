"""A model's archive, taken in. Nothing is written outside of a temporary folder before all of it is checked."""

from pathlib import Path
from typing import Any

from chisto.errors import ArtifactCorrupt, BadName, ChistoError
from models_store import apart, artifacts
from models_store.archive import unpack
from models_store.locks import Workspace
from models_store.models import Model
from models_store.registry import Registry, open_registry
from models_store.saving import import_artifact


def take_in(
    registry: Registry, archive: Path, name: str | None = None, is_new_version: bool = False
) -> Model:
    """Unpack, verify, load once, and enter under a name, by default its own.

    Raises ArtifactCorrupt, BadName, NameTaken.
    """
    if name is not None and not artifacts.NAME.fullmatch(name):
        raise BadName
    with Workspace.create(registry.store.work) as workspace:
        directory = workspace.path / "artifact"
        try:
            manifest = unpack(archive, directory)
            return import_artifact(
                registry, directory, name=name or manifest.name, is_new_version=is_new_version
            )
        except ChistoError:
            raise
        except Exception as error:  # a scorer that cannot be built: its files are not what they say
            raise ArtifactCorrupt(reason=type(error).__name__) from error


def take_in_apart(
    registry: Registry, archive: Path, name: str | None = None, is_new_version: bool = False
) -> Model:
    """``take_in`` in a process of its own: loading takes libraries that the gateway is to be free of."""
    request = {"path": str(archive), "name": name, "is_new_version": is_new_version}
    model = registry.models.find(apart.ask(registry, "models_store.intake", request)["model"])
    assert model is not None
    return model


def _handle(request: dict[str, Any]) -> dict[str, Any]:
    model = take_in(
        open_registry(), Path(request["path"]), request["name"], is_new_version=request["is_new_version"]
    )
    return {"model": model.id}


if __name__ == "__main__":
    apart.answer(_handle)
