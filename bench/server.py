"""What a request costs at a running server: CPU time of all its processes for each request, and its waiting time."""

import asyncio
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from socket import socket

import aiohttp
import httpx
import psutil

from bench.comments import comments

SECONDS = 5.0


def free_port() -> int:
    with closing(socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def cpu_seconds(root: psutil.Process) -> float:
    """CPU time of a process and all below it."""
    total = 0.0
    for process in (root, *root.children(recursive=True)):
        times = process.cpu_times()
        total += times.user + times.system
    return total


async def load(
    url: str, connections: int, body: Callable[[int], object], root: psutil.Process
) -> dict[str, float]:
    """Ask over so many connections, each at once after its answer, for a few seconds."""
    waits: list[float] = []
    number = 0
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=connections)) as session:

        async def ask_until(stop: float, record: bool) -> None:
            nonlocal number
            while time.perf_counter() < stop:
                number += 1
                started = time.perf_counter()
                async with session.post(url, json=body(number)) as answer:
                    await answer.read()
                    if answer.status != 200:
                        raise RuntimeError(f"{url} answered {answer.status}")
                if record:
                    waits.append(time.perf_counter() - started)

        async def phase(seconds: float, record: bool) -> None:
            stop = time.perf_counter() + seconds
            await asyncio.gather(*(ask_until(stop, record) for _ in range(connections)))

        await phase(1.0, record=False)
        before, started = cpu_seconds(root), time.perf_counter()
        await phase(SECONDS, record=True)
        spent, elapsed = cpu_seconds(root) - before, time.perf_counter() - started
    waits.sort()
    return {
        "requests/s": len(waits) / elapsed,
        "ms CPU a request": spent / len(waits) * 1000,
        "p50 ms": statistics.median(waits) * 1000,
        "p99 ms": waits[int(len(waits) * 0.99)] * 1000,
    }


async def _measure(url: str, root: psutil.Process) -> list[dict[str, object]]:
    texts = comments(50_000)
    cases: list[tuple[str, str, int, int]] = [
        ("one comment", "/predict", 1, 1),
        ("one comment", "/predict", 32, 1),
        ("one comment", "/predict", 256, 1),
        ("100 comments", "/predict", 4, 100),
    ]
    rows = []
    for what, path, connections, size in cases:

        def body(number: int, size: int = size) -> object:
            start = number * size % (len(texts) - size)
            return {"texts": texts[start : start + size]}

        figures = await load(url + path, connections, body, root)
        rows.append(
            {
                "request": what,
                "connections": connections,
                "comments/s": figures["requests/s"] * size,
                **figures,
            }
        )
    return rows


@contextmanager
def running() -> Iterator[tuple[str, psutil.Process]]:
    """A server of our own in a home of its own, ready: (its address, its first process)."""
    port = free_port()
    with tempfile.TemporaryDirectory() as home:
        process = subprocess.Popen(
            [str(Path(sys.executable).parent / "chisto"), "serve", "--port", str(port)],
            env={**os.environ, "CHISTO_HOME": home}, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        try:
            url = f"http://127.0.0.1:{port}"
            for _ in range(600):
                try:
                    if httpx.get(url + "/readyz").status_code == 200:
                        break
                except httpx.TransportError:
                    pass
                time.sleep(0.1)
            yield url, psutil.Process(process.pid)
        finally:
            process.terminate()
            process.wait(30)


def measure() -> list[dict[str, object]]:
    """Figures of a server with one process of each kind, on this machine, client included."""
    with running() as (url, root):
        return asyncio.run(_measure(url, root))
