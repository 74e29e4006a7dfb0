"""From process start to readiness: Chisto beside an empty BentoML service, in turn."""

import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import httpx

from bench.server import free_port

ROUNDS = 5
EMPTY = """
import bentoml

@bentoml.service
class Empty:
    @bentoml.api
    def nothing(self) -> str:
        return ""
"""


def ready_after(command: list[str], port: int, home: Path, folder: Path) -> float:
    """Seconds until /readyz answers 200; the process is ended again."""
    environment = {
        **os.environ,
        "CHISTO_HOME": str(home),
        "BENTOML_HOME": str(home),
        "BENTOML_DO_NOT_TRACK": "True",
    }
    started = time.perf_counter()
    process = subprocess.Popen(
        command, cwd=folder, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        while time.perf_counter() - started < 60:
            try:
                if httpx.get(f"http://127.0.0.1:{port}/readyz", timeout=1).status_code == 200:
                    return time.perf_counter() - started
            except httpx.TransportError:
                pass
            time.sleep(0.02)
        raise RuntimeError(f"{command[0]} was not ready within a minute")
    finally:
        process.terminate()
        process.wait(30)


def measure() -> list[dict[str, object]]:
    folder = Path(sys.executable).parent
    seconds: dict[str, list[float]] = {"empty BentoML service": [], "chisto serve": []}
    with tempfile.TemporaryDirectory() as scratch:
        (Path(scratch) / "empty.py").write_text(EMPTY)
        for round_number in range(ROUNDS + 1):
            for name in seconds:
                port = free_port()
                if name == "chisto serve":
                    command = [str(folder / "chisto"), "serve", "--port", str(port)]
                else:
                    command = [str(folder / "bentoml"), "serve", "empty:Empty", "--port", str(port)]
                home = Path(scratch) / name.split()[0]
                home.mkdir(exist_ok=True)
                spent = ready_after(command, port, home, Path(scratch))
                if round_number:  # the first start fills caches and the home folder
                    seconds[name].append(spent)
    medians = {name: statistics.median(values) for name, values in seconds.items()}
    base = medians["empty BentoML service"]
    return [{"what": name, "s to readiness": value, "ratio": value / base} for name, value in medians.items()]
