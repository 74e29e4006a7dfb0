"""A process that has imported what training needs, and forks a child for each job within milliseconds.

A Dask worker talks to it over pipes in lines of JSON: ``{"fork": [job id, attempt]}`` and ``{"kill": job id}`` go in,
``{"ended": job id, "status": n}`` comes out. It has one thread, so that forking it is safe. When the worker dies, its
end of the pipe closes, and the nursery kills its children and ends; when the nursery dies, its children do.
"""

import contextlib
import gc
import importlib
import json
import os
import select
import signal
import sys
from typing import Any

from chisto.lifeline import end_with_parent
from chisto.scorers.linear import import_skops

#: what most jobs import anyway, seconds of it; torch is left to those who need it, and skops kept from taking it in
PRELOADED = (
    "numpy",
    "pandas",
    "pyarrow.parquet",
    "scipy.sparse",
    "sklearn.feature_extraction.text",
    "sklearn.linear_model",
    "sklearn.metrics",
    "sklearn.model_selection",
    "sklearn.naive_bayes",
    "sklearn.pipeline",
    "sklearn.svm",
    "bentoml",
    "psycopg",
    "chisto.tables",
    "chisto.text",
    "training.child",
)


class Nursery:
    def __init__(self) -> None:
        self._children: dict[int, str] = {}  # process id → job id
        self._wakeup, wakeup = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)
        signal.set_wakeup_fd(wakeup, warn_on_full_buffer=False)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        # Ctrl+C reaches the whole terminal; the worker decides what it means.
        signal.signal(signal.SIGINT, signal.SIG_IGN)

    def serve(self) -> None:
        """Follow orders until their source is gone."""
        orders = b""
        while True:
            ready, _, _ = select.select([0, self._wakeup], [], [])
            if self._wakeup in ready:
                with contextlib.suppress(BlockingIOError):
                    os.read(self._wakeup, 4096)
                self._bury()
            if 0 in ready:
                data = os.read(0, 65536)
                if not data:
                    break
                *lines, orders = (orders + data).split(b"\n")
                for line in lines:
                    self._obey(json.loads(line))
        for pid in self._children:
            _kill(pid)

    def _obey(self, order: dict[str, Any]) -> None:
        if "fork" in order:
            job_id, attempt = order["fork"]
            self._fork(job_id, attempt)
        for pid, job_id in self._children.items():
            if job_id == order.get("kill"):
                _kill(pid)

    def _fork(self, job_id: str, attempt: int) -> None:
        parent = os.getpid()
        pid = os.fork()
        if pid == 0:
            _live(parent, job_id, attempt)
        with contextlib.suppress(OSError):
            os.setpgid(pid, pid)  # as the child does itself: whoever comes first
        self._children[pid] = job_id

    def _bury(self) -> None:
        for pid in list(self._children):
            ended, status = os.waitpid(pid, os.WNOHANG)
            if ended:
                with contextlib.suppress(ProcessLookupError):
                    os.killpg(pid, signal.SIGKILL)  # what it may have started
                _say({"ended": self._children.pop(pid), "status": os.waitstatus_to_exitcode(status)})


def _live(parent: int, job_id: str, attempt: int) -> None:
    """The life of a child; never returns."""
    status = 1
    try:
        with contextlib.suppress(OSError):
            os.setpgid(0, 0)
        signal.set_wakeup_fd(-1)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        signal.signal(signal.SIGINT, signal.SIG_DFL)
        end_with_parent(signal.SIGKILL)
        nothing = os.open(os.devnull, os.O_RDONLY)
        os.dup2(nothing, 0)
        os.dup2(2, 1)
        if os.getppid() == parent:
            from training.child import compute

            compute(job_id, attempt)
            status = 0
    except BaseException as error:
        print(f"job {job_id}: {type(error).__name__}", file=sys.stderr)  # noqa: T201
    finally:
        sys.stderr.flush()
        os._exit(status)


def _kill(pid: int) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.killpg(pid, signal.SIGKILL)


def _say(answer: dict[str, Any]) -> None:
    with contextlib.suppress(BrokenPipeError):
        os.write(1, json.dumps(answer).encode() + b"\n")


def main() -> None:
    for name in PRELOADED:
        importlib.import_module(name)
    import_skops()
    gc.collect()
    gc.freeze()  # the children share these pages as long as nobody touches them
    Nursery().serve()


if __name__ == "__main__":
    main()
