"""What a job sees while it runs: its parameters, its folder, and ways to say how far it is and what came of it."""

import importlib
import time
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from chisto.settings import get_settings
from models_store import artifacts
from models_store.datasets import Dataset
from models_store.jobs import Job, NewJob, result_folder
from models_store.models import Model
from models_store.registry import Registry
from models_store.saving import describe

#: kind → "module:function"; the function takes a Context and may return the result
KINDS: Mapping[str, str] = {
    "fit": "training.fit:fit",
    "search": "training.search:search",
    "trial": "training.search:try_recipe",
    "evaluate": "training.comparison:evaluate",
    "profile": "training.profile:profile",
    "score_file": "training.score_file:score_file",
}

#: these mostly wait for their children
COORDINATORS = frozenset({"search"})


@dataclass(frozen=True, slots=True)
class Report:
    """A result to be kept by what it was computed from: ``key`` is mostly a hash of data."""

    kind: str
    key: str
    body: Mapping[str, Any]


@dataclass(slots=True)
class Notes:
    """What is to be written down at the next beat."""

    progress: float | None = None
    stage: str | None = None
    metrics: dict[str, Any] | None = None
    log: deque[str] = field(default_factory=deque)


class Context:
    """One attempt at one job."""

    def __init__(
        self, registry: Registry, job: Job, workdir: Path, notes: Notes, settle: Callable[[], None]
    ) -> None:
        """``settle`` writes the last notes down; to be called before the end is published."""
        self.registry = registry
        self.job = job
        self.workdir = workdir
        self.is_published = False
        self._notes = notes
        self._settle = settle
        self._metrics: dict[str, Any] = {}

    @property
    def params(self) -> Mapping[str, Any]:
        return self.job.params

    # --- what it works on ---

    def dataset(self, key: str | None = None) -> Dataset:
        """A data set by id or name; by default the one that the job is about."""
        return self.registry.datasets.get(key or self.job.dataset_id or str(self.params["dataset"]))

    def dataset_path(self, key: str | None = None) -> Path:
        return self.registry.datasets.path(self.dataset(key))

    def model_path(self, model: Model) -> Path:
        return self.registry.store.fetch(model.tag)

    # --- what it says ---

    def report(
        self, stage: str, fraction: float | None = None, metrics: Mapping[str, Any] | None = None
    ) -> None:
        """Say what is being done and how much of the whole job is done, in [0, 1]. Cheap; call it often."""
        notes = self._notes
        if stage != notes.stage:
            notes.log.append(_line(stage))
        notes.stage = stage
        if fraction is not None:
            notes.progress = fraction
        if metrics is not None:
            self._metrics |= metrics
            notes.metrics = dict(self._metrics)

    def log(self, line: str) -> None:
        """Add a line to the job's log, which users read: no comments, only what is known about them."""
        self._notes.log.append(_line(line))

    # --- what it leaves ---

    def publish(
        self,
        result: Mapping[str, Any] | None = None,
        *,
        summary: Mapping[str, Any] | None = None,
        reports: Sequence[Report] = (),
        files: Mapping[str, Path] | None = None,
    ) -> None:
        """End well, all at once or not at all. ``summary`` is small; ``files`` are moved to the job's results."""
        self._settle()
        store = self.registry.store
        with store.locked():
            folder = store.results / result_folder(self.job.id, self.job.attempt)
            for name, path in (files or {}).items():
                store.place(path, folder / name)
            with self.registry.attempts.publishing(self.job.id, self.job.attempt) as publication:
                for report in reports:
                    publication.add_report(report.kind, report.key, report.body)
                publication.result.update(result or {})
                publication.summary.update(summary or {})
        self.is_published = True

    def publish_model(
        self, directory: Path, *, name: str, family: str, result: Mapping[str, Any] | None = None
    ) -> None:
        """Seal a finished artifact, keep it in the store and end well with its row in the registry."""
        registry, job = self.registry, self.job
        self._settle()
        version = registry.models.allocate_version(name)
        manifest = artifacts.seal(directory, name=name, family=family, version=str(version))
        with (
            registry.store.saving(directory, name=name, version=version) as tag,
            registry.attempts.publishing(job.id, job.attempt) as publication,
        ):
            described = describe(directory, manifest, origin="trained", version=version, tag=tag)
            model = publication.add_model(
                described, job_id=job.id, dataset_id=job.dataset_id, is_wanted=bool(job.params.get("load"))
            )
            publication.result.update(result or {}, model=model.id, name=name, version=version)
            publication.summary.update(metrics=dict(model.metrics), version=version)
        self.is_published = True

    # --- children ---

    def spawn(self, children: Mapping[str, NewJob]) -> dict[str, str]:
        """Queue children by key, and return key → id. Asked for again after a restart, they are the same ones."""
        wanted = [_child(child, self.job.id, key) for key, child in children.items()]
        added = self.registry.attempts.add_children(self.job.id, self.job.attempt, wanted)
        return {key: job.id for key, job in zip(children, added, strict=True)}

    def wait(self, progress: Callable[[list[Job]], None] | None = None, poll_s: float = 0.5) -> list[Job]:
        """Wait until all children have ended, well or not; ``progress`` is shown them from time to time."""
        while True:
            children = self.children()
            if progress is not None:
                progress(children)
            if not any(child.is_active for child in children):
                return children
            time.sleep(poll_s)

    def children(self) -> list[Job]:
        return self.registry.jobs.page(parent=self.job.id, limit=10_000).jobs


def find_kind(kind: str) -> Callable[[Context], Mapping[str, Any] | None]:
    """The function of a kind of job. Raises KeyError."""
    module, _, name = {**KINDS, **get_settings().task_kinds}[kind].partition(":")
    function: Callable[[Context], Mapping[str, Any] | None] = getattr(importlib.import_module(module), name)
    return function


def _line(text: str) -> str:
    return f"{time.strftime('%H:%M:%S', time.gmtime())} {text}\n"


def _child(job: NewJob, parent: str, key: str) -> NewJob:
    return replace(job, parent=parent, child_key=key)
