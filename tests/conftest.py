"""Real parts for all tests."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from postgres import Postgres, run_postgres
from servers import Server, start_server


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """The server that most tests share; what a test makes in it, it names for itself and takes away."""
    running = start_server(tmp_path_factory.mktemp("home"), CHISTO_GATEWAY_WORKERS="2")
    try:
        running.wait_ready()
        yield running
    finally:
        running.stop()


@pytest.fixture
def new_server(tmp_path: Path) -> Iterator[Callable[..., Server]]:
    """Start servers of one's own: ``new_server(CHISTO_X="…")``; ready when returned, stopped after the test."""
    with ExitStack() as stack:
        count = 0

        def start(*, home: Path | None = None, **environment: str) -> Server:
            nonlocal count
            count += 1
            running = start_server(home or tmp_path / f"home{count}", **environment)
            stack.callback(lambda: running.process.poll() is None and running.stop())
            running.wait_ready()
            return running

        yield start


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    """A PostgreSQL server; each test makes databases of its own in it."""
    with run_postgres() as running:
        yield running
