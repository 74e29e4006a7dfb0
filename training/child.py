"""The process that computes one job, and nothing else. It is forked by training.nursery and may be killed at any time."""

import os
import signal
import sys
import tempfile
import threading
import traceback
from pathlib import Path
from uuid import uuid4

from sqlalchemy.exc import SQLAlchemyError

from chisto.errors import ChistoError, TaskCrashed
from models_store.jobs import Fenced, Job, Pulse
from models_store.locks import Workspace
from models_store.registry import Registry, open_registry
from training.jobs import Context, Notes, find_kind

_BEAT_S = 0.5
_PROJECT = Path(__file__).parents[1]


def compute(job_id: str, attempt: int) -> None:
    """Run an attempt to its end and write down how it ended, unless it is fenced."""
    registry = open_registry()
    token = f"{job_id}-{attempt}-{uuid4().hex[:8]}"
    with Workspace(registry.store.work / token) as workspace:
        # So that what is left behind by a kill is swept up with the folder.
        tempfile.tempdir = str(workspace.path)
        try:
            job = registry.attempts.begin(job_id, attempt, token)
        except Fenced:
            return
        heart = Heart(registry, job)
        context = Context(registry, job, workspace.path, heart.notes, heart.stop)
        heart.start()
        try:
            _run(context, heart)
        except Fenced:
            return


def _run(context: Context, heart: "Heart") -> None:
    job = context.job
    try:
        result = find_kind(job.kind)(context)
        heart.stop()
        if not context.is_published:
            context.publish(result)
    except Fenced:
        raise
    except ChistoError as error:
        heart.stop()
        context.registry.attempts.fail(job.id, job.attempt, error)
    except Exception as error:
        heart.stop()
        kind = type(error).__name__
        context.registry.attempts.fail(job.id, job.attempt, TaskCrashed(error=kind), log=_frames(error))


def _frames(error: Exception) -> str:
    """Where it broke. Neither the message nor source lines: either may quote a comment."""
    lines = [
        f"  {_place(frame.filename)}:{frame.lineno} in {frame.name}\n"
        for frame in traceback.extract_tb(error.__traceback__)
    ]
    return "".join([*lines, f"{type(error).__name__}\n"])


def _place(filename: str) -> str:
    path = Path(filename)
    return str(path.relative_to(_PROJECT)) if path.is_relative_to(_PROJECT) else "/".join(path.parts[-3:])


class Heart(threading.Thread):
    """Writes the notes down twice a second at most, and ends the process when it is no longer wanted."""

    def __init__(self, registry: Registry, job: Job) -> None:
        super().__init__(name="heart", daemon=True)
        self.notes = Notes()
        self._registry = registry
        self._job = job
        self._parent = os.getppid()
        self._done = threading.Event()

    def run(self) -> None:
        while not self._done.wait(_BEAT_S):
            try:
                if not self._beat():
                    _end()
            except Fenced:
                _end()
            except SQLAlchemyError as error:
                # The database may come back; should it not, the supervisor sees to the end.
                print(f"job {self._job.id}: {type(error).__name__} while beating", file=sys.stderr)  # noqa: T201

    def stop(self) -> None:
        """Write down what is left, and beat no more."""
        self._done.set()
        self.join()
        self._beat()

    def _beat(self) -> bool:
        """Return whether to go on."""
        pulse = self._take()
        attempts, job = self._registry.attempts, self._job
        if pulse is None:
            is_wanted = attempts.is_wanted(job.id, job.attempt)
        else:
            is_wanted = not attempts.beat(job.id, job.attempt, pulse)
        return is_wanted and os.getppid() == self._parent

    def _take(self) -> Pulse | None:
        notes = self.notes
        lines = [notes.log.popleft() for _ in range(len(notes.log))]
        progress, notes.progress = notes.progress, None
        metrics, notes.metrics = notes.metrics, None
        if not lines and progress is None and metrics is None:
            return None
        return Pulse(progress=progress, stage=notes.stage, metrics=metrics, log="".join(lines))


def _end() -> None:
    """At once, with all processes that the job has started."""
    os.killpg(os.getpgrp(), signal.SIGKILL)
