"""Files behind the rows: artifacts in the Bento model store, data sets, results of jobs, temporary folders.

Files are written under the storage lock together with the transaction that enters their row, and a row is
deleted before its files. So whatever has no row while the lock is held is left over from a process that was killed.
"""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from uuid import uuid4

from models_store import locks

ARTIFACT = "artifact"
_MAX_TAG = 63  # BentoML's limit for each side of a tag


class Store:
    """The only user of ``bentoml.models``.

    Saving there is not atomic, so a model is what the registry has a row for; the tag is found in that row.
    """

    def __init__(self, home: Path) -> None:
        self.home = home
        self.models = home / "bentoml" / "models"
        self.datasets = home / "datasets"
        self.results = home / "results"
        #: temporary folders, each locked by its owner: jobs, uploads
        self.work = home / "work"
        self.uploads = home / "uploads"
        self._lock = home / "storage.lock"

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Keep sweeps away while files wait for their row. Not to be waited for within a transaction."""
        with locks.exclusive(self._lock):
            yield

    @contextmanager
    def saving(self, directory: Path, *, name: str, version: int) -> Iterator[str]:
        """Copy a sealed artifact into the model store; enter its row, with the tag given, before leaving."""
        tag = _tag(name, version)
        with self.locked():
            try:
                self._save(directory, tag)
                yield tag
            except BaseException:
                self._remove(tag)
                raise

    def fetch(self, tag: str) -> Path:
        """The folder of an artifact. Raises FileNotFoundError."""
        path = self._path(tag) / ARTIFACT
        if not path.is_dir():
            raise FileNotFoundError(f"the model store has no {tag}")
        return path

    def tags(self) -> set[str]:
        """All that lies in the model store, whole or not."""
        if not self.models.is_dir():
            return set()
        versions = (path for name in self.models.iterdir() if name.is_dir() for path in name.iterdir())
        return {f"{path.parent.name}:{path.name}" for path in versions if path.is_dir()}

    def has_uploads(self) -> bool:
        """Whether somebody is uploading a file."""
        return self.uploads.is_dir() and any(locks.is_owned(path) for path in self.uploads.iterdir())

    def place(self, source: Path, target: Path) -> None:
        """Move a finished file or folder to its final place, durably; call it under the lock."""
        target.parent.mkdir(parents=True, exist_ok=True)
        if source.is_dir():
            locks.sync_tree(source)
        else:
            with source.open("rb") as file:
                os.fsync(file.fileno())
        locks.remove(target)
        shutil.move(source, target)
        with_parent = os.open(target.parent, os.O_RDONLY)
        try:
            os.fsync(with_parent)
        finally:
            os.close(with_parent)

    def sweep(self, *, tags: set[str], datasets: set[str], results: set[str]) -> int:
        """Remove what has no row, under the lock, given what the rows say; return how many things went."""
        lost = self.tags() - tags
        for tag in lost:
            self._remove(tag)
        count = len(lost)
        for folder, known in ((self.datasets, datasets), (self.results, results)):
            for path in folder.iterdir() if folder.is_dir() else ():
                if path.name not in known:
                    locks.remove(path)
                    count += 1
        return count + locks.sweep(self.work) + locks.sweep(self.uploads)

    def _save(self, directory: Path, tag: str) -> None:
        bentoml, bento_store = self._bento()
        with bentoml.models.create(tag, labels={"made_by": "chisto"}, _model_store=bento_store) as model:
            shutil.copytree(directory, Path(model.path) / ARTIFACT)
        locks.sync_tree(self._path(tag))

    def _remove(self, tag: str) -> None:
        # BentoML's own delete lists the siblings, and fails on one that is half written.
        path = self._path(tag)
        shutil.rmtree(path, ignore_errors=True)
        latest = path.parent / "latest"
        siblings = [each for each in path.parent.iterdir() if each.is_dir()] if path.parent.is_dir() else []
        if siblings:
            newest = max(siblings, key=lambda each: each.stat().st_mtime)
            latest.write_text(newest.name)
        else:
            shutil.rmtree(path.parent, ignore_errors=True)

    def _path(self, tag: str) -> Path:
        name, _, version = tag.partition(":")
        return self.models / name / version

    def _bento(self) -> tuple[Any, Any]:
        # Read once on import; a job on another machine has no `chisto serve` that sets it.
        os.environ.setdefault("BENTOML_DO_NOT_TRACK", "True")
        import bentoml
        from bentoml._internal.models.model import ModelStore

        self.models.mkdir(parents=True, exist_ok=True)
        return bentoml, ModelStore(self.models)


def _tag(name: str, version: int) -> str:
    """BentoML's tags are stricter than our names, and a second try must not meet what the first one left."""
    base = name.strip("-_")[:_MAX_TAG].rstrip("-_") or "model"
    return f"{base}:{version}-{uuid4().hex[:12]}"
