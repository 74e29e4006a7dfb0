"""Trainer processes for tests, started as a user would, and ways to look at and into them."""

import contextlib
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import psutil

from chisto.settings import Settings
from models_store.jobs import Job, NewJob
from models_store.registry import Registry, open_registry

ROOT = Path(__file__).parents[2]
#: of a busy machine; what must be quick is measured by itself
PATIENCE_S = 120.0
KINDS = {name: f"kinds:{name}" for name in ("sleep", "hog", "die", "refuse", "crash", "branch", "leave")}


def environment(**values: str) -> dict[str, str]:
    """Makes the kinds of jobs of the tests known to every process of a trainer."""
    path = os.pathsep.join([str(ROOT), str(ROOT / "tests" / "service")])
    return {**os.environ, "PYTHONPATH": path, "CHISTO_TASK_KINDS": json.dumps(KINDS), **values}


@dataclass
class Workshop:
    """A registry, and the trainer that works on it."""

    registry: Registry
    settings: dict[str, str] = field(default_factory=dict)
    process: subprocess.Popen[bytes] | None = None

    @classmethod
    def open(cls, home: Path, database_url: str | None = None, **settings: str) -> "Workshop":
        return cls(open_registry(Settings(home=home, database_url=database_url)), settings)

    def start(self) -> None:
        values = environment(**{**self.registry.environment(), **self.settings})
        values.update(PYTHONPATH=environment()["PYTHONPATH"], CHISTO_TASK_KINDS=json.dumps(KINDS))
        output = (self.registry.store.home / "trainer.txt").open("ab")
        self.process = subprocess.Popen(
            [sys.executable, "-m", "training.trainer"], env=values, stdout=output, stderr=output, cwd=ROOT
        )
        output.close()

    def stop(self) -> None:
        """As an init system does."""
        if self.process is not None:
            self.process.terminate()
            try:
                self.process.wait(20)
            except subprocess.TimeoutExpired:
                self.process.kill()
                raise

    def tree(self) -> list[psutil.Process]:
        """The trainer, the Dask worker and what they started."""
        assert self.process is not None
        trainer = psutil.Process(self.process.pid)
        return [trainer, *trainer.children(recursive=True)]

    def find(self, words: str) -> psutil.Process:
        """The process of the tree with these words in its command."""
        for process in self.tree():
            with contextlib.suppress(psutil.NoSuchProcess):
                if words in " ".join(process.cmdline()):
                    return process
        raise AssertionError(f"no process of the trainer has {words} in its command")

    def doors(self) -> set[int]:
        """The ports that the tree listens on."""
        found = set()
        for process in self.tree():
            with contextlib.suppress(psutil.NoSuchProcess):
                connections = process.net_connections("tcp")
                found |= {each.laddr.port for each in connections if each.status == psutil.CONN_LISTEN}
        return found

    def submit(self, kind: str, *, time_limit_s: float = 60, **params: object) -> Job:
        return self.registry.jobs.submit(
            NewJob(kind=kind, name=kind, params=params, time_limit_s=time_limit_s)
        )

    def get(self, job: Job) -> Job:
        return self.registry.jobs.get(job.id)

    def wait(self, *jobs: Job, within_s: float = PATIENCE_S) -> list[Job]:
        """Until all of them have ended."""
        wait_for(lambda: not any(self.get(job).is_active for job in jobs), within_s, self.logs)
        return [self.get(job) for job in jobs]

    def wait_stage(
        self, job: Job, stages: Sequence[str] = ("sleeping", "hogging"), within_s: float = PATIENCE_S
    ) -> Job:
        """Until its process has said that it works."""
        wait_for(lambda: self.get(job).stage in stages, within_s, self.logs)
        return self.get(job)

    def logs(self) -> str:
        return (self.registry.store.home / "trainer.txt").read_text(errors="replace")[-3000:]


def wait_for(is_so: Callable[[], bool], within_s: float, explain: Callable[[], str] = str) -> None:
    deadline = time.monotonic() + within_s
    while not is_so():
        if time.monotonic() > deadline:
            raise AssertionError(f"not within {within_s} s; {explain()}")
        time.sleep(0.05)


def kill(process: psutil.Process) -> None:
    try:
        process.send_signal(signal.SIGKILL)
        process.wait(10)
    except psutil.NoSuchProcess:
        pass
