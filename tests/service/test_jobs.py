"""Jobs as a real trainer runs them: on Dask, in processes, over SQLite and PostgreSQL."""

import socket
import ssl
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest
from postgres import Postgres
from servers import free_port
from trainers import PATIENCE_S, ROOT, Workshop, environment, kill, wait_for


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def workshop(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workshop]:
    url = None if request.param == "sqlite" else request.getfixturevalue("postgres").create()
    opened = Workshop.open(tmp_path_factory.mktemp("home"), url, CHISTO_MAX_RUNNING_TASKS="2")
    opened.start()
    yield opened
    opened.stop()
    opened.registry.database.close()


def test_a_job_reports_and_ends_with_its_result(workshop: Workshop) -> None:
    job = workshop.submit("sleep", seconds=2)
    seen = workshop.wait_stage(job)
    wait_for(lambda: workshop.get(job).progress > 0.3, PATIENCE_S)
    [ended] = workshop.wait(job)
    assert (seen.state, ended.state, ended.progress) == ("running", "success", 1.0)
    assert ended.metrics["step"] == 39
    assert "sleeping" in workshop.registry.jobs.log(job.id).text
    result = workshop.registry.jobs.result(job.id)
    assert result is not None
    wait_for(lambda: not psutil.pid_exists(result["pid"]), 5)


def test_a_second_job_starts_at_once_from_what_the_first_has_loaded(workshop: Workshop) -> None:
    workshop.wait(workshop.submit("sleep", seconds=0.1))
    nursery = workshop.find("training.nursery").pid
    [ended] = workshop.wait(workshop.submit("sleep", seconds=0.1))
    assert ended.finished_at is not None
    assert (ended.finished_at - ended.created_at).total_seconds() < 10
    assert workshop.find("training.nursery").pid == nursery


def test_no_more_jobs_run_than_allowed(workshop: Workshop) -> None:
    jobs = [workshop.submit("sleep", seconds=0.6) for _ in range(4)]
    most = 0
    while any(workshop.get(job).is_active for job in jobs):
        most = max(most, workshop.registry.jobs.counts().get("running", 0))
        time.sleep(0.02)
    assert most == 2


def test_a_refusal_a_crash_and_a_kill_each_say_so(workshop: Workshop) -> None:
    refused, crashed, killed = workshop.wait(
        workshop.submit("refuse"), workshop.submit("crash"), workshop.submit("die", times=99)
    )
    assert {job.state for job in (refused, crashed, killed)} == {"failure"}
    errors = [job.error.code for job in (refused, crashed, killed) if job.error]
    assert errors == ["bad_request", "task_crashed", "task_killed"]
    assert killed.attempt == 3


def test_the_log_of_a_crash_names_places_and_quotes_nothing(workshop: Workshop) -> None:
    [job] = workshop.wait(workshop.submit("crash"))
    log = workshop.registry.jobs.log(job.id).text
    assert "tests/service/kinds.py" in log and "ZeroDivisionError" in log
    assert "secret" not in log and "secret" not in workshop.logs()


def test_a_job_whose_process_was_killed_is_tried_again(workshop: Workshop) -> None:
    [job] = workshop.wait(workshop.submit("die", times=1))
    assert (job.state, job.attempt) == ("success", 2)


@pytest.mark.parametrize("kind", ["sleep", "hog"])
def test_cancelling_kills_the_computing_process_within_five_seconds(workshop: Workshop, kind: str) -> None:
    job = workshop.submit(kind, seconds=60)
    workshop.wait_stage(job)
    nursery = workshop.find("training.nursery")
    children = nursery.children()
    assert len(children) == 1
    started = time.monotonic()
    workshop.registry.jobs.cancel(job.id)
    [ended] = workshop.wait(job, within_s=5)
    assert ended.state == "cancelled" and time.monotonic() - started < 5
    assert not children[0].is_running() and nursery.is_running()


def test_the_time_limit_kills_a_process_that_does_not_listen(workshop: Workshop) -> None:
    job = workshop.submit("hog", time_limit_s=2)
    workshop.wait_stage(job)
    [child] = workshop.find("training.nursery").children()
    [ended] = workshop.wait(job, within_s=15)
    assert ended.state == "failure" and ended.error is not None and ended.error.code == "task_timed_out"
    assert not child.is_running()


def test_a_search_with_more_children_than_slots_ends(workshop: Workshop) -> None:
    job = workshop.submit("branch", seconds=0.2, children=5)
    [ended] = workshop.wait(job)
    assert workshop.registry.jobs.result(job.id) == {"states": ["success"] * 5}
    assert ended.children == 5


def test_cancelling_a_search_ends_its_children(workshop: Workshop) -> None:
    job = workshop.submit("branch", seconds=60, children=3)
    wait_for(lambda: bool(workshop.registry.jobs.page(parent=job.id, states=["running"]).jobs), PATIENCE_S)
    workshop.registry.jobs.cancel(job.id)
    children = workshop.registry.jobs.page(parent=job.id).jobs
    assert {each.state for each in workshop.wait(job, *children, within_s=6)} == {"cancelled"}


def test_a_file_that_a_job_leaves_is_kept_with_it(workshop: Workshop) -> None:
    [job] = workshop.wait(workshop.submit("leave"))
    made = workshop.registry.store.results / f"{job.id}-{job.attempt}" / "made.csv"
    assert made.read_text() == "a,b\n" and job.summary == {"rows": 1}


def test_a_killed_dask_worker_loses_no_job(workshop: Workshop) -> None:
    job = workshop.submit("sleep", seconds=2)
    workshop.wait_stage(job)
    [child] = workshop.find("training.nursery").children()
    kill(workshop.find("multiprocessing.spawn"))
    [ended] = workshop.wait(job)
    assert (ended.state, ended.attempt) == ("success", 2)
    assert not child.is_running()


def test_a_killed_nursery_loses_no_job(workshop: Workshop) -> None:
    job = workshop.submit("sleep", seconds=2)
    workshop.wait_stage(job)
    [child] = workshop.find("training.nursery").children()
    kill(workshop.find("training.nursery"))
    [ended] = workshop.wait(job)
    assert (ended.state, ended.attempt) == ("success", 2)
    assert not child.is_running()


def test_jobs_of_a_killed_trainer_are_interrupted_by_the_next_and_can_be_retried(workshop: Workshop) -> None:
    job, waiting = workshop.submit("sleep", seconds=60), workshop.submit("sleep", seconds=0.1)
    workshop.wait_stage(job)
    tree = workshop.tree()
    kill(tree[0])
    _, alive = psutil.wait_procs(tree[1:], timeout=5)
    assert alive == []
    workshop.start()
    wait_for(lambda: workshop.get(job).state == "interrupted", PATIENCE_S, workshop.logs)
    workshop.wait(waiting)
    assert workshop.get(waiting).state == "success"
    workshop.registry.jobs.retry(job.id)
    assert workshop.wait_stage(job).attempt == 2
    workshop.registry.jobs.cancel(job.id)
    workshop.wait(job)


def test_a_trainer_that_is_stopped_interrupts_its_jobs_and_leaves_no_process(workshop: Workshop) -> None:
    job = workshop.submit("sleep", seconds=60)
    workshop.wait_stage(job)
    tree = workshop.tree()
    workshop.stop()
    assert workshop.get(job).state == "interrupted"
    _, alive = psutil.wait_procs(tree, timeout=5)
    assert alive == []
    assert workshop.registry.workers.alive("trainer") == []
    workshop.start()


def test_nobody_else_on_the_machine_reaches_the_dask_cluster(workshop: Workshop) -> None:
    workshop.wait(workshop.submit("sleep", seconds=0.1))
    doors = workshop.doors()
    assert len(doors) >= 2
    for port in doors:
        assert greet(port) == b"", "a plain connection is answered"
        assert greet(port, stranger()) == b"", "a client without a certificate is answered"


def stranger() -> ssl.SSLContext:
    """Speaks TLS, and has no certificate to show."""
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


def greet(port: int, context: ssl.SSLContext | None = None) -> bytes:
    """What a server says to whoever connects: Dask's would begin with its version; nothing if it refuses."""
    try:
        with socket.create_connection(("127.0.0.1", port), 2) as plain:
            channel = context.wrap_socket(plain) if context else plain
            channel.settimeout(1)
            return channel.recv(100)
    except (OSError, ssl.SSLError):
        return b""


def test_an_idle_trainer_imports_neither_dask_nor_scikit_learn(tmp_path: Path, postgres: Postgres) -> None:
    program = (
        "import sys, threading; stop = threading.Event(); threading.Timer(1.5, stop.set).start()\n"
        "from chisto.settings import get_settings; from models_store.registry import open_registry\n"
        "from training.trainer import Trainer\n"
        "Trainer(open_registry(), get_settings()).run(stop)\n"
        "print(sorted({'distributed', 'dask', 'sklearn', 'pandas', 'torch', 'alembic'} & set(sys.modules)))"
    )
    workshop = Workshop.open(tmp_path)
    command = [sys.executable, "-c", program]
    output = subprocess.check_output(command, env=environment(**workshop.registry.environment()), cwd=ROOT)
    assert output == b"[]\n"


def test_jobs_run_on_a_dask_cluster_elsewhere_and_are_killed_there(tmp_path: Path) -> None:
    port = free_port()
    opened = Workshop.open(tmp_path, CHISTO_DASK_SCHEDULER=f"tcp://127.0.0.1:{port}")
    values = environment(**{**opened.registry.environment(), "PYTHONPATH": environment()["PYTHONPATH"]})
    dask = str(Path(sys.executable).parent / "dask")
    here = ["--host", "127.0.0.1", "--no-dashboard"]
    output = (tmp_path / "dask.txt").open("wb")
    cluster = [
        subprocess.Popen(
            [dask, "scheduler", *here, "--port", str(port)], env=values, cwd=tmp_path, stdout=output, stderr=output
        ),
        subprocess.Popen(
            [dask, "worker", f"tcp://127.0.0.1:{port}", *here, "--nthreads", "4"],
            env=values, cwd=tmp_path, stdout=output, stderr=output,
        ),
    ]  # fmt: skip
    opened.start()
    try:
        [ended] = opened.wait(opened.submit("sleep", seconds=0.2))
        assert ended.state == "success"
        job = opened.submit("hog")
        opened.wait_stage(job)
        worker = psutil.Process(cluster[1].pid)
        child = next(
            each for each in worker.children(recursive=True) if "nursery" in str(each.cmdline())
        ).children()[0]
        opened.registry.jobs.cancel(job.id)
        assert opened.wait(job, within_s=5)[0].state == "cancelled"
        assert not child.is_running()
        surviving = opened.submit("sleep", seconds=6)
        opened.wait_stage(surviving)
        kill(opened.tree()[0])
        opened.start()
        assert opened.wait(surviving)[0].state == "success"
        assert opened.get(surviving).attempt == 1
    finally:
        opened.stop()
        for process in reversed(cluster):
            process.terminate()
            process.wait(20)
        output.close()
