"""Locks on files. The kernel frees them when their holder dies, in any way: so they say who lives."""

import fcntl
import os
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Self
from uuid import uuid4

_LOCK = ".owner"
#: a folder younger than this may just be about to be locked
_YOUNG_S = 60.0


@contextmanager
def exclusive(path: Path) -> Iterator[None]:
    """One process (and thread) at a time; waits for its turn."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


class Workspace:
    """A folder that belongs to the process that made it, and is swept up when that process is gone."""

    def __init__(self, path: Path) -> None:
        self.path = path
        path.mkdir(parents=True, exist_ok=True)
        self._file = (path / _LOCK).open("a")
        fcntl.flock(self._file, fcntl.LOCK_EX)

    @classmethod
    def create(cls, parent: Path) -> Self:
        return cls(parent / uuid4().hex)

    def close(self) -> None:
        """Remove the folder and all in it."""
        shutil.rmtree(self.path, ignore_errors=True)
        self._file.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def is_owned(path: Path) -> bool:
    """Whether the process that owns this workspace lives."""
    try:
        descriptor = os.open(path / _LOCK, os.O_RDONLY)
    except OSError:
        return False
    try:
        # Shared, so that two who ask do not take each other for the owner.
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except OSError:
        return True
    finally:
        os.close(descriptor)
    return False


def sweep(parent: Path) -> int:
    """Remove the workspaces below a folder whose owners are gone; return how many."""
    count = 0
    for path in parent.iterdir() if parent.is_dir() else ():
        try:
            is_young = time.time() - path.stat().st_mtime < _YOUNG_S
        except FileNotFoundError:
            continue
        if not is_young and not is_owned(path):
            remove(path)
            count += 1
    return count


def remove(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path, ignore_errors=True)
    else:
        path.unlink(missing_ok=True)


def sync_tree(directory: Path) -> None:
    """Make a folder and all files below it durable."""
    for path in [*directory.rglob("*"), directory]:
        descriptor = os.open(path, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
