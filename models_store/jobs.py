"""The queue of jobs. Every state change is one transaction; attempts are fenced.

    queued ──claim──▶ running ──▶ success | failure | cancelled
      ▲                  │
      └── retry ── interrupted    (its owner is gone; a killed process is tried again by itself a few times)

Each claim raises ``attempt``. Who works on a job shows its attempt with every write, and the write happens
only while the job is still running that attempt: a process that was believed dead can publish nothing.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, fields
from datetime import datetime, timedelta
from typing import Any, Literal
from uuid import uuid4

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from chisto.errors import (
    ChistoError,
    Language,
    NameTaken,
    TaskActive,
    TaskEnded,
    TaskNotRetried,
    TooManyTasks,
    UnknownTask,
)
from models_store import models as registered
from models_store.database import Database, is_unique_violation, now
from models_store.schema import jobs

State = Literal["queued", "running", "success", "failure", "cancelled", "interrupted"]
ACTIVE: tuple[State, ...] = ("queued", "running")
RETRIED: tuple[State, ...] = ("failure", "cancelled", "interrupted")
Order = Literal["newest", "oldest", "updated"]
_ORDERS: Mapping[Order, sa.ColumnElement[Any]] = {
    "newest": jobs.c.created_at.desc(),
    "oldest": jobs.c.created_at.asc(),
    "updated": jobs.c.updated_at.desc(),
}
LOG_CHARS = 32_000
#: kinds that add to the model of their name, and hold it while they are queued or running
RESERVING = ("fit", "search")
#: one step of priority is worth this much waiting
_PRIORITY_S = 600.0


class Fenced(Exception):
    """The job no longer belongs to this attempt: stop, and leave no trace."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NewJob:
    """``reserved_name``: the model name that it will add to; ``new_version``: the model may exist already.

    ``child_key`` makes asking for a child of ``parent`` again harmless.
    """

    kind: str
    name: str
    params: Mapping[str, Any] = field(default_factory=dict)
    priority: int = 0
    time_limit_s: float
    reserved_name: str | None = None
    new_version: bool = False
    model_name: str | None = None
    dataset_id: str | None = None
    parent: str | None = None
    child_key: str | None = None


@dataclass(frozen=True, slots=True)
class JobError:
    code: str
    texts: Mapping[str, Sequence[str]]

    def message(self, language: Language) -> str:
        return self.texts[language][0]

    def hint(self, language: Language) -> str:
        return self.texts[language][1]


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """A row without its log and result, which are asked for by themselves. ``progress`` is in [0, 1]."""

    id: str
    kind: str
    name: str
    params: Mapping[str, Any]
    state: State
    parent: str | None
    child_key: str | None
    reserved_name: str | None
    model_name: str | None
    dataset_id: str | None
    attempt: int
    tries: int
    worker: str | None
    is_begun: bool
    cancel_requested: bool
    time_limit_s: float
    progress: float
    stage: str | None
    metrics: Mapping[str, Any]
    error: JobError | None
    summary: Mapping[str, Any]
    created_at: datetime
    started_at: datetime | None
    finished_at: datetime | None
    updated_at: datetime
    heartbeat_at: datetime | None
    children: int

    @property
    def is_active(self) -> bool:
        return self.state in ACTIVE

    @property
    def can_cancel(self) -> bool:
        return self.is_active and not self.cancel_requested

    @property
    def can_retry(self) -> bool:
        return self.state in RETRIED and self.parent is None


@dataclass(frozen=True, slots=True)
class Page:
    jobs: list[Job]
    total: int


@dataclass(frozen=True, slots=True)
class LogPart:
    """``next_offset`` counts characters of the whole log, of which only the end is kept."""

    text: str
    next_offset: int
    is_complete: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Pulse:
    """What a working process says about itself from time to time; None: as before."""

    progress: float | None = None
    stage: str | None = None
    metrics: Mapping[str, Any] | None = None
    log: str = ""


class Jobs:
    """What clients ask of the queue; ``models_store.attempts`` has the side of those who work."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def submit(self, job: NewJob, *, queue_limit: int | None = None) -> Job:
        """Put a job into the queue. Raises NameTaken, TooManyTasks."""
        with self._database.write() as connection:
            if queue_limit is not None and job.parent is None and _count(connection, "queued") >= queue_limit:
                raise TooManyTasks(limit=queue_limit)
            return insert(connection, job)

    def get(self, job_id: str) -> Job:
        with self._database.read() as connection:
            return get(connection, job_id)

    def page(
        self,
        *,
        states: Sequence[str] = (),
        kinds: Sequence[str] = (),
        name: str | None = None,
        model_name: str | None = None,
        dataset_id: str | None = None,
        parent: str | None = None,
        with_children: bool = False,
        order: Order = "newest",
        offset: int = 0,
        limit: int = 100,
    ) -> Page:
        """The newest first by default; the children of searches only with ``parent`` or ``with_children``."""
        conditions: list[sa.ColumnElement[bool]] = []
        if states:
            conditions.append(jobs.c.state.in_(states))
        if kinds:
            conditions.append(jobs.c.kind.in_(kinds))
        for column, value in (
            (jobs.c.name, name),
            (jobs.c.model_name, model_name),
            (jobs.c.dataset_id, dataset_id),
            (jobs.c.parent, parent),
        ):
            if value is not None:
                conditions.append(column == value)
        if parent is None and not with_children:
            conditions.append(jobs.c.parent.is_(None))
        with self._database.read() as connection:
            total = connection.scalar(sa.select(sa.func.count()).select_from(jobs).where(*conditions)) or 0
            ordered = SELECT.where(*conditions).order_by(_ORDERS[order], jobs.c.id)
            rows = connection.execute(ordered.offset(offset).limit(limit)).mappings()
            return Page([read(row) for row in rows], total)

    def counts(self) -> dict[str, int]:
        """State → number of jobs, for the states that occur."""
        with self._database.read() as connection:
            statement = sa.select(jobs.c.state, sa.func.count()).group_by(jobs.c.state)
            return dict(connection.execute(statement).tuples().all())

    def result(self, job_id: str) -> dict[str, Any] | None:
        with self._database.read() as connection:
            get(connection, job_id)
            return connection.scalar(sa.select(jobs.c.result).where(jobs.c.id == job_id))

    def result_folders(self) -> set[str]:
        """The names of the folders of files that jobs have left (see ``result_folder``)."""
        with self._database.read() as connection:
            rows = connection.execute(sa.select(jobs.c.id, jobs.c.attempt).where(jobs.c.state == "success"))
            return {result_folder(job_id, attempt) for job_id, attempt in rows.tuples()}

    def log(self, job_id: str, offset: int = 0) -> LogPart:
        with self._database.read() as connection:
            get(connection, job_id)
            row = connection.execute(
                sa.select(jobs.c.log, jobs.c.log_start, jobs.c.state).where(jobs.c.id == job_id)
            ).one()
            text = row.log[max(0, offset - row.log_start) :]
            return LogPart(text, row.log_start + len(row.log), row.state not in ACTIVE)

    def cancel(self, job_id: str) -> Job:
        """Cancel a job and its children: at once while queued, else within seconds. Raises TaskEnded."""
        with self._database.write() as connection:
            job = get(connection, job_id)
            if not job.is_active:
                raise TaskEnded(state=job.state)
            _stop(connection, sa.or_(jobs.c.id == job_id, jobs.c.parent == job_id))
            return get(connection, job_id)

    def retry(self, job_id: str) -> Job:
        """Queue a job again that failed, was cancelled or interrupted; children that succeeded stay so."""
        with self._database.write() as connection:
            job = get(connection, job_id)
            if not job.can_retry:
                raise TaskNotRetried(state=job.state)
            reserved = job.model_name if job.kind in RESERVING else None
            if reserved is not None and not job.params.get("new_version"):
                _check_name(connection, reserved)
            again = {
                "state": "queued",
                "tries": 0,
                "cancel_requested": False,
                "error": None,
                "finished_at": None,
            }
            again |= {"progress": 0.0, "stage": None, "updated_at": now(), "rank": _rank(0)}
            with _reserving(reserved):
                connection.execute(
                    jobs.update().where(jobs.c.id == job_id).values(**again, reserved_name=reserved)
                )
            children = jobs.update().where(jobs.c.parent == job_id, jobs.c.state.in_(RETRIED))
            connection.execute(children.values(**again))
            return get(connection, job_id)

    def delete(self, job_id: str) -> None:
        """Forget a job that has ended, and its children. Raises TaskActive."""
        with self._database.write() as connection:
            job = get(connection, job_id)
            if job.is_active:
                raise TaskActive(state=job.state)
            connection.execute(jobs.delete().where(jobs.c.id == job_id))

    def prune(self, *, keep: int, max_age: timedelta) -> int:
        """Forget ended jobs beyond the newest ``keep`` or older than ``max_age``; return how many went."""
        with self._database.write() as connection:
            ended_roots = sa.select(jobs.c.id).where(jobs.c.parent.is_(None), jobs.c.state.not_in(ACTIVE))
            newest = ended_roots.order_by(jobs.c.updated_at.desc(), jobs.c.id).offset(keep)
            if self._database.is_sqlite:
                newest = newest.limit(-1)
            old = ended_roots.where(jobs.c.updated_at < now() - max_age)
            gone = {row.id for row in connection.execute(newest)} | {
                row.id for row in connection.execute(old)
            }
            connection.execute(jobs.delete().where(jobs.c.id.in_(gone)))
            return len(gone)


# --- shared with models_store.attempts, within a caller's transaction ---

_CHILDREN = jobs.alias("children")
_CHILD_COUNT = (
    sa.select(sa.func.count()).select_from(_CHILDREN).where(_CHILDREN.c.parent == jobs.c.id).scalar_subquery()
)
SELECT = sa.select(
    *(jobs.c[column.name] for column in fields(Job) if column.name != "children"),
    _CHILD_COUNT.label("children"),
)


def read(row: sa.RowMapping) -> Job:
    error = row["error"]
    return Job(**{**row, "error": JobError(error["code"], error["texts"]) if error else None})


def get(connection: sa.Connection, job_id: str) -> Job:
    row = connection.execute(SELECT.where(jobs.c.id == job_id)).mappings().one_or_none()
    if row is None:
        raise UnknownTask(id=job_id)
    return read(row)


def result_folder(job_id: str, attempt: int) -> str:
    """Below ``Store.results``: the files of an attempt that succeeded."""
    return f"{job_id}-{attempt}"


def insert(connection: sa.Connection, job: NewJob) -> Job:
    if job.parent is not None and job.child_key is not None:
        known = sa.select(jobs.c.id).where(jobs.c.parent == job.parent, jobs.c.child_key == job.child_key)
        if (job_id := connection.scalar(known)) is not None:
            return get(connection, job_id)
    if job.reserved_name is not None and not job.new_version:
        _check_name(connection, job.reserved_name)
    moment = now()
    values = {column.name: getattr(job, column.name) for column in fields(NewJob)}
    del values["priority"], values["new_version"]
    values |= {"id": str(uuid4()), "params": dict(job.params), "rank": _rank(job.priority), "state": "queued"}
    values |= {"attempt": 0, "tries": 0, "is_begun": False, "cancel_requested": False, "progress": 0.0}
    values |= {
        "metrics": {},
        "summary": {},
        "log": "",
        "log_start": 0,
        "created_at": moment,
        "updated_at": moment,
    }
    with _reserving(job.reserved_name):
        connection.execute(jobs.insert().values(values))
    return get(connection, values["id"])


def ended(state: State, error: ChistoError | None = None) -> dict[str, Any]:
    """The columns of a job that has just ended; its name is free again."""
    moment = now()
    return {
        "state": state,
        "error": error and _describe(error),
        "reserved_name": None,
        "worker": None,
        "finished_at": moment,
        "updated_at": moment,
    }


def stop_children(connection: sa.Connection, job_id: str) -> None:
    """Nobody waits for them any more: their parent has ended without success."""
    _stop(connection, jobs.c.parent == job_id)


def _stop(connection: sa.Connection, which: sa.ColumnElement[bool]) -> None:
    waiting = jobs.update().where(which, jobs.c.state == "queued")
    connection.execute(waiting.values(**ended("cancelled"), cancel_requested=True))
    working = jobs.update().where(which, jobs.c.state == "running")
    connection.execute(working.values(cancel_requested=True, updated_at=now()))


def _describe(error: ChistoError) -> dict[str, Any]:
    languages: tuple[Language, ...] = ("ru", "en")
    return {
        "code": error.code,
        "texts": {each: [error.message(each), error.hint(each)] for each in languages},
    }


def _rank(priority: int) -> float:
    """Jobs run in the order of rank: older first, and a step of priority counts as ten minutes of age."""
    return now().timestamp() - priority * _PRIORITY_S


def _check_name(connection: sa.Connection, name: str) -> None:
    if registered.name_is_taken(connection, name):
        raise NameTaken(name=name)


@contextmanager
def _reserving(name: str | None) -> Iterator[None]:
    try:
        yield
    except IntegrityError as error:
        if name is not None and is_unique_violation(error):
            raise NameTaken(name=name) from None
        raise


def _count(connection: sa.Connection, state: State) -> int:
    return connection.scalar(sa.select(sa.func.count()).select_from(jobs).where(jobs.c.state == state)) or 0
