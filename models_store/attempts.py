"""The queue as those see it who work on jobs: claim, begin, beat, publish; and jobs of the dead."""

from collections.abc import Callable, Iterator, Mapping, Set
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any

import sqlalchemy as sa

from chisto.errors import ChistoError, TaskInterrupted, TaskKilled
from models_store import models as registered
from models_store.database import Database, now
from models_store.jobs import (
    LOG_CHARS,
    SELECT,
    Fenced,
    Job,
    NewJob,
    Pulse,
    ended,
    get,
    insert,
    read,
    stop_children,
)
from models_store.models import Model, NewModel
from models_store.schema import jobs, reports


@dataclass
class Publication:
    """What a job leaves behind, written in the transaction that makes it a success."""

    connection: sa.Connection
    job: Job
    result: dict[str, Any] = field(default_factory=dict)
    summary: dict[str, Any] = field(default_factory=dict)

    def add_model(self, model: NewModel, **changes: Any) -> Model:
        registered.lock(self.connection)
        return registered.insert(self.connection, replace(model, **changes))

    def add_report(self, kind: str, key: str, body: Mapping[str, Any]) -> None:
        save_report(self.connection, kind, key, body)


class Attempts:
    """``job_id`` and ``attempt`` together are the right to write; without it, Fenced is raised."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def has_queued(self) -> bool:
        """Whether it may be worth claiming; cheap."""
        with self._database.read() as connection:
            return (
                connection.scalar(sa.select(jobs.c.id).where(jobs.c.state == "queued").limit(1)) is not None
            )

    def claim(self, worker: str, *, slots: int) -> list[Job]:
        """Take the oldest queued jobs, so many that at most ``slots`` run.

        Parents that wait for children do not count, and children wait while their parent does not run.
        """
        with self._database.write() as connection:
            children = jobs.alias()
            waits = sa.exists().where(
                children.c.parent == jobs.c.id, children.c.state.in_(("queued", "running"))
            )
            busy = sa.select(sa.func.count()).select_from(jobs).where(jobs.c.state == "running", ~waits)
            free = slots - (connection.scalar(busy) or 0)
            if free <= 0:
                return []
            chosen = list(connection.scalars(_WAITING.limit(free).with_for_update(skip_locked=True)))
            moment = now()
            connection.execute(
                jobs.update()
                .where(jobs.c.id.in_(chosen), jobs.c.state == "queued")
                .values(
                    state="running",
                    worker=worker,
                    is_begun=False,
                    attempt=jobs.c.attempt + 1,
                    tries=jobs.c.tries + 1,
                    started_at=moment,
                    updated_at=moment,
                    heartbeat_at=moment,
                )
            )
            return [get(connection, job_id) for job_id in chosen]

    def begin(self, job_id: str, attempt: int, worker: str) -> Job:
        """Hand a claimed job to the process that computes it: once for each attempt."""
        with self._database.write() as connection:
            _fence(connection, job_id, attempt)
            changed = connection.execute(
                jobs.update()
                .where(jobs.c.id == job_id, ~jobs.c.is_begun)
                .values(worker=worker, is_begun=True, heartbeat_at=now(), updated_at=now())
            )
            if changed.rowcount != 1:
                raise Fenced(job_id)
            return get(connection, job_id)

    def beat(self, job_id: str, attempt: int, pulse: Pulse) -> bool:
        """Show life and progress; return whether the job is to be cancelled."""
        moment = now()
        values: dict[str, Any] = {"heartbeat_at": moment, "updated_at": moment}
        if pulse.progress is not None:
            values["progress"] = min(1.0, max(0.0, pulse.progress))
        if pulse.stage is not None:
            values["stage"] = pulse.stage[:64]
        if pulse.metrics is not None:
            values["metrics"] = dict(pulse.metrics)
        with self._database.write() as connection:
            job = _fence(connection, job_id, attempt)
            if pulse.log:
                values |= _append(connection, job_id, pulse.log)
            connection.execute(jobs.update().where(jobs.c.id == job_id).values(values))
            return job.cancel_requested

    def attend(self, job_id: str, attempt: int) -> bool:
        """Show life on behalf of a process that is busy; return whether the attempt is still wanted."""
        with self._database.write() as connection:
            connection.execute(jobs.update().where(_is_held(job_id, attempt)).values(heartbeat_at=now()))
            wanted = sa.select(jobs.c.id).where(_is_held(job_id, attempt), ~jobs.c.cancel_requested)
            return connection.scalar(wanted) is not None

    def attend_claimed(self, worker: str) -> None:
        """Show life for all jobs that this worker has claimed and nobody has begun."""
        claimed = (jobs.c.worker == worker, jobs.c.state == "running")
        with self._database.read() as connection:
            if connection.scalar(sa.select(jobs.c.id).where(*claimed).limit(1)) is None:
                return
        with self._database.write() as connection:
            connection.execute(jobs.update().where(*claimed).values(heartbeat_at=now()))

    def is_wanted(self, job_id: str, attempt: int) -> bool:
        """Whether the attempt is still to be computed: running, and not cancelled."""
        with self._database.read() as connection:
            statement = sa.select(jobs.c.id).where(_is_held(job_id, attempt), ~jobs.c.cancel_requested)
            return connection.scalar(statement) is not None

    @contextmanager
    def publishing(self, job_id: str, attempt: int) -> Iterator[Publication]:
        """A transaction that makes the job a success together with what it leaves behind, or does nothing."""
        with self._database.write() as connection:
            job = _fence(connection, job_id, attempt)
            if job.cancel_requested:
                raise Fenced(job_id)
            publication = Publication(connection, job)
            yield publication
            connection.execute(
                jobs.update()
                .where(jobs.c.id == job_id)
                .values(
                    **ended("success"),
                    progress=1.0,
                    result=publication.result,
                    summary=publication.summary,
                )
            )

    def fail(self, job_id: str, attempt: int, error: ChistoError, *, log: str = "") -> None:
        with self._database.write() as connection:
            job = _fence(connection, job_id, attempt)
            outcome = ended("cancelled") if job.cancel_requested else ended("failure", error)
            stop_children(connection, job_id)
            if log:
                outcome |= _append(connection, job_id, log)
            connection.execute(jobs.update().where(jobs.c.id == job_id).values(outcome))

    def release(self, job_id: str, attempt: int, *, max_tries: int) -> None:
        """The process is gone without a word: queue the job again, or give up after so many tries."""
        with self._database.write() as connection:
            job = _fence(connection, job_id, attempt)
            _release(connection, job, max_tries)

    def interrupt(self, job_id: str, attempt: int) -> None:
        """The server stops while the job runs."""
        with self._database.write() as connection:
            _interrupt(connection, _fence(connection, job_id, attempt))

    def reap(
        self,
        is_dead: Callable[[str], bool],
        *,
        own: Set[str],
        max_tries: int,
        grace: timedelta,
        stale: timedelta,
    ) -> list[str]:
        """See to the running jobs whose owner is dead, or silent for longer than ``stale``; return their ids.

        Those in ``own`` are tried again; those of a server that is gone become interrupted. Nothing is done
        within ``grace`` of the last heartbeat.
        """
        reaped = []
        with self._database.read() as connection:
            running = [read(row) for row in connection.execute(_RUNNING).mappings()]
        for job in running:
            silence = now() - (job.heartbeat_at or job.updated_at)
            if silence < grace or (silence < stale and job.worker is not None and not is_dead(job.worker)):
                continue
            with self._database.write() as connection:
                try:
                    fresh = _fence(connection, job.id, job.attempt)
                except Fenced:
                    continue
                if fresh.heartbeat_at != job.heartbeat_at:
                    continue
                if job.id in own:
                    _release(connection, fresh, max_tries)
                else:
                    _interrupt(connection, fresh)
                reaped.append(job.id)
        return reaped

    def add_children(self, job_id: str, attempt: int, children: list[NewJob]) -> list[Job]:
        """Queue children; those that are there already, by their key, are returned as they are."""
        with self._database.write() as connection:
            job = _fence(connection, job_id, attempt)
            if job.cancel_requested:
                raise Fenced(job_id)
            return [insert(connection, child) for child in children]


_PARENT = jobs.alias("parents")
_ORPHANED = sa.exists().where(_PARENT.c.id == jobs.c.parent, _PARENT.c.state != "running")
_WAITING = sa.select(jobs.c.id).where(jobs.c.state == "queued", ~_ORPHANED).order_by(jobs.c.rank, jobs.c.id)
_RUNNING = SELECT.where(jobs.c.state == "running")


def save_report(connection: sa.Connection, kind: str, key: str, body: Mapping[str, Any]) -> None:
    connection.execute(reports.delete().where(reports.c.kind == kind, reports.c.key == key))
    connection.execute(reports.insert().values(kind=kind, key=key, body=dict(body), created_at=now()))


def _is_held(job_id: str, attempt: int) -> sa.ColumnElement[bool]:
    return sa.and_(jobs.c.id == job_id, jobs.c.attempt == attempt, jobs.c.state == "running")


def _fence(connection: sa.Connection, job_id: str, attempt: int) -> Job:
    """Lock the job's row and check that the attempt still holds it."""
    held = sa.select(jobs.c.id).where(_is_held(job_id, attempt)).with_for_update()
    if connection.scalar(held) is None:
        raise Fenced(job_id)
    return get(connection, job_id)


def _append(connection: sa.Connection, job_id: str, text: str) -> dict[str, Any]:
    row = connection.execute(sa.select(jobs.c.log, jobs.c.log_start).where(jobs.c.id == job_id)).one()
    whole = row.log + text
    kept = whole[-LOG_CHARS:]
    return {"log": kept, "log_start": row.log_start + len(whole) - len(kept)}


def _release(connection: sa.Connection, job: Job, max_tries: int) -> None:
    if job.cancel_requested:
        outcome = ended("cancelled")
    elif job.tries >= max_tries:
        outcome = ended("failure", TaskKilled(tries=job.tries))
    else:
        outcome = {"state": "queued", "worker": None, "progress": 0.0, "stage": None, "updated_at": now()}
    if outcome["state"] != "queued":
        stop_children(connection, job.id)
    connection.execute(jobs.update().where(jobs.c.id == job.id).values(outcome))


def _interrupt(connection: sa.Connection, job: Job) -> None:
    stop_children(connection, job.id)
    outcome = ended("cancelled") if job.cancel_requested else ended("interrupted", TaskInterrupted())
    connection.execute(jobs.update().where(jobs.c.id == job.id).values(outcome))
