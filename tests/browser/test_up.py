"""`chisto up` lives and dies as one."""

import time
from contextlib import suppress
from pathlib import Path

import httpx
import psutil
import pytest

from .conftest import start_up


@pytest.mark.parametrize("part", ["serve", "dashboard"])
def test_when_either_part_dies_the_other_is_ended_and_up_says_which(part: str, tmp_path: Path) -> None:
    running = start_up(tmp_path / "home")
    try:
        running.wait_ready()
        family = psutil.Process(running.process.pid).children(recursive=True)
        next(child for child in family if f"'{part}'" in child.cmdline()[-1]).kill()
        assert running.process.wait(60) == 2
    finally:
        running.stop()
    said = running.output.read_text("utf-8")
    assert {"serve": "API", "dashboard": "Dashboard"}[part] in said.rpartition("Error:")[2]
    _wait_until_gone(family)
    for url in (running.api, running.dashboard):
        with pytest.raises(httpx.TransportError):
            httpx.get(f"{url}/livez", timeout=5)


def test_when_up_is_killed_nothing_goes_on_without_it(tmp_path: Path) -> None:
    running = start_up(tmp_path / "home")
    running.wait_ready()
    family = psutil.Process(running.process.pid).children(recursive=True)
    assert len(family) > 5
    running.process.kill()
    running.process.wait(10)
    _wait_until_gone(family)


def _wait_until_gone(processes: list[psutil.Process]) -> None:
    deadline = time.monotonic() + 40
    while time.monotonic() < deadline and any(_lives(process) for process in processes):
        time.sleep(0.2)
    assert not [process for process in processes if _lives(process)], "processes were left behind"


def _lives(process: psutil.Process) -> bool:
    with suppress(psutil.NoSuchProcess):
        return process.status() != psutil.STATUS_ZOMBIE
    return False
