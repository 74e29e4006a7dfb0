"""Kinds of jobs for the tests: real work is long; these are as long, as stubborn and as mortal as a test wants."""

import os
import signal
import time
from collections.abc import Mapping
from typing import Any

from chisto.errors import BadRequest
from models_store.jobs import NewJob
from training.jobs import Context


def sleep(context: Context) -> Mapping[str, Any]:
    """Sleep for ``seconds`` in steps, reporting."""
    steps = max(1, int(float(context.params.get("seconds", 1)) / 0.05))
    for step in range(steps):
        context.report("sleeping", step / steps, {"step": step})
        time.sleep(0.05)
    return {"pid": os.getpid(), "attempt": context.job.attempt}


def hog(context: Context) -> None:
    """Hold the interpreter's lock, as a C extension may: no thread of this process runs meanwhile."""
    context.report("hogging", 0.5)
    time.sleep(1)
    sum(range(10**11))


def die(context: Context) -> Mapping[str, Any]:
    """Be killed, as by the kernel when memory ends, in the first ``times`` attempts."""
    context.log("about to die")
    time.sleep(0.7)
    if context.job.tries <= context.params["times"]:
        os.kill(os.getpid(), signal.SIGKILL)
    return {"attempt": context.job.attempt}


def refuse(context: Context) -> None:
    raise BadRequest(reason="because")


def crash(context: Context) -> None:
    raise ZeroDivisionError("secret comment")


def branch(context: Context) -> Mapping[str, Any]:
    """Have children do the work."""
    seconds, count = context.params["seconds"], context.params["children"]
    children = {
        str(number): NewJob(
            kind="sleep", name=f"child {number}", params={"seconds": seconds}, time_limit_s=60
        )
        for number in range(count)
    }
    context.spawn(children)

    def show(jobs: list[Any]) -> None:
        context.report("waiting", sum(job.state == "success" for job in jobs) / count)

    return {"states": [job.state for job in context.wait(show)]}


def leave(context: Context) -> None:
    """Leave a file."""
    path = context.workdir / "made.csv"
    path.write_text("a,b\n")
    context.publish({"rows": 1}, summary={"rows": 1}, files={"made.csv": path})
