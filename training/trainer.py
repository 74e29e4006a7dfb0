"""The loop that takes jobs from the queue and has them computed on Dask.

``python -m training.trainer`` runs it alone; the Trainer service runs it in a thread. It keeps nothing to itself: kill it
at any moment, and the next one finds in the registry, and in the locks that died with it, what has to be done.
"""

import logging
import os
import signal
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import uuid4

from chisto.settings import Settings, get_settings
from models_store import locks
from models_store.jobs import Fenced, Job
from models_store.locks import Workspace
from models_store.registry import Registry, open_registry
from training.jobs import COORDINATORS
from training.supervision import prepare, supervise

logger = logging.getLogger("chisto.trainer")

_POLL_S = 0.2
_BEAT_S = 2.0
_TIDY_S = 600.0
#: Dask and the imports of training are started so long after the trainer, when the models are loaded, and ended after
#: so long without work
_WARM_AFTER_S = 8.0
_IDLE_S = 900.0
#: a dead owner is believed dead after so long, a silent one after ``_STALE``
_GRACE = timedelta(seconds=4)
_STALE = timedelta(seconds=60)
#: threads of the local Dask worker: they only watch, the computing is done by their children
_THREADS = 64


@dataclass(frozen=True, slots=True)
class Running:
    job: Job
    future: Any


class Trainer:
    """One of these is enough; more of them share the queue."""

    def __init__(self, registry: Registry, settings: Settings) -> None:
        self._registry = registry
        self._settings = settings
        self._slots = settings.max_running_tasks or os.cpu_count() or 1
        self._running: dict[str, Running] = {}
        self._client: Any = None
        self._started_at = self._busy_at = time.monotonic()
        self._warmed = False
        self._due: dict[str, float] = {}

    def run(self, stop: threading.Event) -> None:
        """Work until told to stop; what runs then is marked as interrupted."""
        with Workspace(self._registry.store.work / f"trainer-{uuid4().hex[:8]}") as workspace:
            self._name, self._scratch = workspace.path.name, workspace.path
            while not stop.wait(_POLL_S):
                try:
                    self._step()
                except Exception as error:  # the database or Dask is away: the loop outlives it
                    logger.exception("the queue cannot be worked on: %s", type(error).__name__)
                    stop.wait(2)
            self._stop()

    def _step(self) -> None:
        if self._is_due("beat", _BEAT_S):
            self._beat()
        if self._is_due("tidy", _TIDY_S):
            self._tidy()
        self._collect()
        if self._registry.attempts.has_queued() and self._connect():
            self._warmed = True
            for job in self._registry.attempts.claim(self._name, slots=self._slots):
                self._start(job)
        if not self._warmed and self._expects_work() and self._connect():
            self._warmed = True
            self._client.submit(prepare, pure=False).add_done_callback(lambda _: None)
        if self._running or self._registry.store.has_uploads():
            self._busy_at = time.monotonic()
        elif self._client is not None and time.monotonic() - self._busy_at > _IDLE_S:
            self._disconnect()

    def _expects_work(self) -> bool:
        """Soon after the start, and while somebody uploads data, a job is near: better ready now than then."""
        since = time.monotonic() - self._started_at
        return _WARM_AFTER_S < since < _IDLE_S or self._registry.store.has_uploads()

    def _start(self, job: Job) -> None:
        logger.info("job %s (%s), attempt %d", job.id, job.kind, job.attempt)
        try:
            future = self._client.submit(
                supervise,
                job.id,
                job.attempt,
                job.time_limit_s,
                waits=job.kind in COORDINATORS,
                key=f"{job.kind}-{job.id}-{job.attempt}",
                pure=False,
            )
        except Exception as error:  # the cluster has just gone: it is made anew for the next try
            logger.error("job %s cannot be given to Dask: %s", job.id, type(error).__name__)
            self._registry.attempts.release(job.id, job.attempt, max_tries=self._settings.task_tries)
            return
        self._running[job.id] = Running(job, future)

    def _collect(self) -> None:
        """See to jobs whose task has ended: where the task did not settle it, nobody computes it any more."""
        for running in list(self._running.values()):
            if running.future.done():
                del self._running[running.job.id]
                try:
                    job = running.job
                    self._registry.attempts.release(job.id, job.attempt, max_tries=self._settings.task_tries)
                except Fenced:
                    continue
                logger.warning("job %s, attempt %d: its process is gone", job.id, job.attempt)

    def _beat(self) -> None:
        self._registry.workers.report(self._name, "trainer", 0, {})
        self._registry.attempts.attend_claimed(self._name)
        gone = self._registry.attempts.reap(
            self._is_dead,
            own=set(self._running),
            max_tries=self._settings.task_tries,
            grace=_GRACE,
            stale=_STALE,
        )
        for job_id in gone:
            logger.warning("job %s: its owner is gone", job_id)
            if running := self._running.pop(job_id, None):
                running.future.cancel()

    def _tidy(self) -> None:
        forgotten = self._registry.jobs.prune(
            keep=self._settings.max_saved_tasks, max_age=timedelta(days=self._settings.max_task_age_days)
        )
        swept = self._registry.sweep()
        if forgotten or swept:
            logger.info("forgot %d old jobs, swept up %d leftovers", forgotten, swept)

    def _is_dead(self, worker: str) -> bool:
        return not locks.is_owned(self._registry.store.work / worker)

    def _is_due(self, what: str, every_s: float) -> bool:
        if time.monotonic() < self._due.get(what, 0):
            return False
        self._due[what] = time.monotonic() + every_s
        return True

    def _connect(self) -> bool:
        """Have a Dask cluster: the one that was named, or worker processes here, started with the first job."""
        if self._client is not None and self._client.status == "running":
            return True
        self._disconnect()
        import dask

        # Read when distributed is imported, here and, from the environment, in the worker.
        dask.config.set({"logging.distributed": "warning", "distributed.scheduler.http.routes": []})
        import distributed

        try:
            if self._settings.dask_scheduler:
                self._client = distributed.Client(
                    self._settings.dask_scheduler, timeout=10, set_as_default=False
                )
            else:
                cluster = distributed.LocalCluster(
                    n_workers=1,
                    threads_per_worker=_THREADS,
                    processes=True,
                    memory_limit=0,
                    dashboard_address=None,
                    scheduler_kwargs={"dashboard_address": "127.0.0.1:0"},  # else it takes 8787
                    local_directory=str(self._scratch),
                    host="127.0.0.1",
                    # Who reaches a Dask scheduler may run code: other users of this machine get no further than TLS.
                    security=True,
                    env={**self._registry.environment(), "DASK_LOGGING__DISTRIBUTED": "warning"},
                )
                self._client = distributed.Client(cluster, set_as_default=False)
        except (OSError, TimeoutError) as error:
            logger.error("no Dask cluster: %s", error)
            self._due["beat"] = 0
            time.sleep(2)
            return False
        return True

    def _disconnect(self) -> None:
        client, self._client, self._warmed = self._client, None, False
        if client is not None:
            cluster = client.cluster
            client.close(timeout=5)
            if cluster is not None:
                cluster.close(timeout=10)

    def _stop(self) -> None:
        for running in self._running.values():
            try:
                self._registry.attempts.interrupt(running.job.id, running.job.attempt)
            except Fenced:
                continue
        self._registry.workers.retire(self._name)
        self._disconnect()


def start(settings: Settings) -> Callable[[], None]:
    """Run a trainer in a thread of this process; the function returned stops it and waits until it has stopped."""
    stop = threading.Event()
    trainer = Trainer(open_registry(settings), settings)
    thread = threading.Thread(target=trainer.run, args=(stop,), name="trainer", daemon=True)
    thread.start()

    def end() -> None:
        stop.set()
        thread.join(20)

    return end


def main() -> None:
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(name)s %(message)s")
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    Trainer(open_registry(), get_settings()).run(stop)


if __name__ == "__main__":
    main()
