"""A server started as a user starts it, in a home folder of its own."""

import os
import signal
import socket
import subprocess
import sys
import time
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

import httpx

ROOT = Path(__file__).parent.parent
CHISTO = Path(sys.executable).parent / "chisto"
READY_WITHIN_S = 60


def free_port() -> int:
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass
class Server:
    """A running `chisto serve`."""

    home: Path
    port: int
    process: subprocess.Popen[bytes]
    output: Path
    environment: dict[str, str] = field(repr=False)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def logs(self) -> str:
        """All that the server wrote: its output and the files in its home."""
        files = [self.output, *sorted((self.home / "logs").glob("*.log"))]
        return "\n".join(file.read_text(encoding="utf-8", errors="replace") for file in files)

    def wait_ready(self, within_s: float = READY_WITHIN_S) -> None:
        deadline = time.monotonic() + within_s
        while time.monotonic() < deadline:
            if self.process.poll() is not None:
                raise AssertionError(
                    f"the server ended with {self.process.returncode}:\n{self.logs()[-4000:]}"
                )
            try:
                if httpx.get(f"{self.url}/readyz", timeout=2).status_code == 200:
                    return
            except httpx.TransportError:
                pass
            time.sleep(0.05)
        raise AssertionError(f"the server was not ready after {within_s} s:\n{self.logs()[-4000:]}")

    def stop(self, within_s: float = 20) -> int:
        """End it as an init system does; return its exit code."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        try:
            return self.process.wait(within_s)
        except subprocess.TimeoutExpired:
            os.killpg(self.process.pid, signal.SIGKILL)
            raise AssertionError(f"the server did not end within {within_s} s of SIGTERM") from None


def start_server(home: Path, *, port: int | None = None, **environment: str) -> Server:
    """Start `chisto serve`; keyword arguments are environment variables. The caller waits and stops."""
    home.mkdir(parents=True, exist_ok=True)
    port = port or free_port()
    output = home / "output.txt"
    full = {**os.environ, "CHISTO_HOME": str(home), "OMP_NUM_THREADS": "1", **environment}
    with output.open("ab") as sink:
        process = subprocess.Popen(
            [CHISTO, "serve", "--port", str(port)],
            stdout=sink, stderr=subprocess.STDOUT, env=full, cwd=home, start_new_session=True,
        )  # fmt: skip
    return Server(home, port, process, output, full)
