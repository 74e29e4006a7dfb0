"""The Dask task of a job: has a process compute it, watches it, kills it when its time is up or it is cancelled."""

import json
import subprocess
import sys
import threading
import time
from typing import Any

from sqlalchemy.exc import SQLAlchemyError

from chisto.errors import TaskTimedOut
from chisto.settings import get_settings
from models_store.jobs import Fenced
from models_store.registry import Registry, open_registry

_WATCH_S = 0.5
_BEAT_S = 2.0


def supervise(job_id: str, attempt: int, time_limit_s: float, *, waits: bool) -> None:
    """Run on a Dask worker, here or on another machine; all that comes of it is in the registry.

    ``waits``: the job mostly waits for its children, so its thread is given back to the worker.
    """
    if waits:
        import distributed

        distributed.secede()
    registry = open_registry()
    if not registry.attempts.is_wanted(job_id, attempt):
        return
    child = _nursery().fork(job_id, attempt)
    deadline = time.monotonic() + time_limit_s
    beat_at, is_late = 0.0, False
    while not child.ended.wait(_WATCH_S):
        is_late = time.monotonic() > deadline
        beats = time.monotonic() > beat_at
        if beats:
            beat_at = time.monotonic() + _BEAT_S
        if is_late or not _is_wanted(registry, job_id, attempt, beats):
            child.kill()
            child.ended.wait(10)
            break
    _settle(registry, job_id, attempt, TaskTimedOut(limit=f"{time_limit_s:g}") if is_late else None)


def prepare() -> None:
    """Have the imports of training under way before the first job comes."""
    _nursery()


def _is_wanted(registry: Registry, job_id: str, attempt: int, beats: bool) -> bool:
    """Whether the attempt is still wanted; ``beats``: also say that it is alive."""
    try:
        return (registry.attempts.attend if beats else registry.attempts.is_wanted)(job_id, attempt)
    except SQLAlchemyError:
        return True  # the database may come back; the time limit holds in any case


def _settle(registry: Registry, job_id: str, attempt: int, error: TaskTimedOut | None) -> None:
    """Write down the end of a process that could not do so itself."""
    try:
        if error is not None:
            registry.attempts.fail(job_id, attempt, error)
        else:
            registry.attempts.release(job_id, attempt, max_tries=get_settings().task_tries)
    except Fenced:
        pass  # it did


class Child:
    def __init__(self, nursery: "NurseryProcess", job_id: str) -> None:
        self.ended = threading.Event()
        self._nursery = nursery
        self._job_id = job_id

    def kill(self) -> None:
        self._nursery.order({"kill": self._job_id})


class NurseryProcess:
    """The nursery of this Dask worker, which dies with it."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "training.nursery"], stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )
        self._children: dict[str, Child] = {}
        self._lock = threading.Lock()
        threading.Thread(target=self._listen, name="nursery", daemon=True).start()

    @property
    def is_alive(self) -> bool:
        return self._process.poll() is None

    def fork(self, job_id: str, attempt: int) -> Child:
        child = Child(self, job_id)
        with self._lock:
            self._children[job_id] = child
        if not self.order({"fork": [job_id, attempt]}):
            child.ended.set()
        return child

    def order(self, order: dict[str, Any]) -> bool:
        """Return whether it could be given."""
        assert self._process.stdin is not None
        with self._lock:
            try:
                self._process.stdin.write(json.dumps(order).encode() + b"\n")
                self._process.stdin.flush()
            except OSError:
                return False
        return True

    def _listen(self) -> None:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            with self._lock:
                child = self._children.pop(json.loads(line)["ended"], None)
            if child is not None:
                child.ended.set()
        self._process.wait()
        with self._lock:
            for child in self._children.values():
                child.ended.set()
            self._children.clear()


_current: NurseryProcess | None = None
_starting = threading.Lock()


def _nursery() -> NurseryProcess:
    global _current
    with _starting:
        if _current is None or not _current.is_alive:
            _current = NurseryProcess()
        return _current
