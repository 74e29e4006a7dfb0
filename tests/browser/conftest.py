"""A real server, a real dashboard and a real Chromium."""

import os
import re
import signal
import socket
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Browser, Page, sync_playwright
from servers import CHISTO, free_port

CHROMIUM = os.environ.get("CHROMIUM", "/usr/bin/chromium")
ARTIFACTS = Path(__file__).parents[2] / "artifacts" / "screenshots"
READY_WITHIN_S = 120
SIZES = {"wide": (1366, 900), "narrow": (390, 844)}


@dataclass
class Running:
    """`chisto up`: both processes, and what they said."""

    process: subprocess.Popen[bytes]
    api: str
    dashboard: str
    output: Path

    def wait_ready(self) -> None:
        deadline = time.monotonic() + READY_WITHIN_S
        while time.monotonic() < deadline:
            assert self.process.poll() is None, self.output.read_text("utf-8")[-4000:]
            with suppress(httpx.TransportError):
                answers = [
                    httpx.get(url, timeout=2) for url in (f"{self.api}/readyz", f"{self.dashboard}/liveness")
                ]
                if all(answer.status_code == 200 for answer in answers):
                    return
            time.sleep(0.2)
        raise AssertionError(self.output.read_text("utf-8")[-4000:])

    def stop(self, number: int = signal.SIGTERM) -> int:
        if self.process.poll() is None:
            self.process.send_signal(number)
        return self.process.wait(40)


def start_up(home: Path) -> Running:
    home.mkdir(parents=True, exist_ok=True)
    api, dashboard, output = free_port(), free_port(), home / "output.txt"
    environment = {**os.environ, "CHISTO_HOME": str(home), "OMP_NUM_THREADS": "1"}
    with output.open("wb") as sink:
        process = subprocess.Popen(
            [CHISTO, "up", "--port", str(api), "--dashboard-port", str(dashboard)],
            env=environment, stdout=sink, stderr=subprocess.STDOUT, start_new_session=True, cwd=home,
        )  # fmt: skip
    return Running(process, f"http://127.0.0.1:{api}", f"http://127.0.0.1:{dashboard}", output)


@pytest.fixture(scope="session")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """Server and dashboard that all browser tests share."""
    started = start_up(tmp_path_factory.mktemp("up"))
    try:
        started.wait_ready()
        yield started
    finally:
        started.stop()


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=CHROMIUM,
            args=["--headless=new", "--no-sandbox", "--disable-quic", "--disable-background-networking"],
        )
        yield browser
        browser.close()


@dataclass
class Visit:
    """An open page, and all that went wrong on it."""

    page: Page
    base: str
    faults: list[str] = field(default_factory=list)

    def go(self, query: str = "") -> "Visit":
        self.page.goto(f"{self.base}/{query}")
        self.wait_idle()
        return self

    def wait_idle(self) -> None:
        self.page.locator("h1").first.wait_for(timeout=60_000)
        self.page.wait_for_function(
            "() => document.getElementById('loader').style.display === 'none'", timeout=60_000
        )

    def open(self, name: str) -> None:
        """Choose a page from the menu."""
        menu = self.page.get_by_role("button", name=name, exact=True)
        if not menu.first.is_visible():
            self.page.locator("header button").first.click()
        menu.first.click()
        self.page.locator("h1", has_text=name).wait_for(timeout=30_000)

    def shoot(self, name: str) -> None:
        """Keep a picture of the whole page among the artifacts."""
        ARTIFACTS.mkdir(parents=True, exist_ok=True)
        self.page.screenshot(path=ARTIFACTS / f"{name}.png")


@pytest.fixture
def visit(running: Running, chromium: Browser) -> Iterator[Callable[..., Visit]]:
    """Open a browser window: ``visit(language="en", theme="dark", size="narrow")``. No fault may have come up."""
    opened: list[Visit] = []

    def open_window(
        language: str = "ru", theme: str = "light", size: str = "wide", base: str | None = None
    ) -> Visit:
        width, height = SIZES[size]
        address = base or running.dashboard
        context = chromium.new_context(viewport={"width": width, "height": height}, accept_downloads=True)
        context.add_cookies(
            [
                {"name": "chisto_language", "value": language, "url": address},
                {"name": "chisto_theme", "value": theme, "url": address},
                {"name": "chisto_narrow", "value": str(int(size == "narrow")), "url": address},
            ]
        )
        window = Visit(context.new_page(), address)
        page, faults = window.page, window.faults
        page.set_default_timeout(60_000)
        page.on(
            "console", lambda line: faults.append(f"console: {line.text}") if line.type == "error" else None
        )
        page.on("pageerror", lambda error: faults.append(f"error: {error}"))
        page.on("dialog", lambda dialog: (faults.append(f"dialog: {dialog.message}"), dialog.dismiss()))
        page.on("request", lambda request: _note_foreign(request.url, address, faults))
        opened.append(window)
        return window

    yield open_window
    for window in opened:
        window.page.context.close()
    assert not [fault for window in opened for fault in window.faults]


def _note_foreign(url: str, own: str, faults: list[str]) -> None:
    if not re.match(rf"({re.escape(own)}|{re.escape(own.replace('http', 'ws', 1))}|data:|blob:|about:)", url):
        faults.append(f"a request to another host: {url}")


class Gate:
    """Passes connections on to the server while it is open; closed, nothing answers, as if the server were gone."""

    def __init__(self, target: str) -> None:
        self._target = ("127.0.0.1", int(target.rsplit(":", 1)[1]))
        self.port = free_port()
        self._listener: socket.socket | None = None
        self._open: list[socket.socket] = []

    def open(self) -> None:
        self._listener = socket.create_server(("127.0.0.1", self.port))
        threading.Thread(target=self._accept, args=(self._listener,), daemon=True).start()

    def close(self) -> None:
        if self._listener:
            self._listener.shutdown(socket.SHUT_RDWR)
            self._listener.close()
        for one in self._open:
            with suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)
            one.close()
        self._listener, self._open = None, []

    def _accept(self, listener: socket.socket) -> None:
        with suppress(OSError):
            while True:
                client, _ = listener.accept()
                server = socket.create_connection(self._target)
                self._open += [client, server]
                for source, sink in ((client, server), (server, client)):
                    threading.Thread(target=_pump, args=(source, sink), daemon=True).start()


def _pump(source: socket.socket, sink: socket.socket) -> None:
    with suppress(OSError):
        while data := source.recv(65_536):
            sink.sendall(data)
        sink.shutdown(socket.SHUT_WR)


@pytest.fixture
def gated(running: Running, tmp_path: Path) -> Iterator[tuple[str, Gate]]:
    """A dashboard of its own whose way to the server can be shut."""
    gate = Gate(running.api)
    gate.open()
    port = free_port()
    environment = {
        **os.environ,
        "CHISTO_HOME": str(tmp_path),
        "CHISTO_URL": f"http://127.0.0.1:{gate.port}",
        "CHISTO_DASHBOARD_PORT": str(port),
    }
    with (tmp_path / "dashboard.txt").open("wb") as sink:
        process = subprocess.Popen(
            [CHISTO, "dashboard"], env=environment, stdout=sink, stderr=subprocess.STDOUT
        )
    try:
        address = f"http://127.0.0.1:{port}"
        deadline = time.monotonic() + READY_WITHIN_S
        while True:
            assert process.poll() is None and time.monotonic() < deadline, (
                tmp_path / "dashboard.txt"
            ).read_text()
            with suppress(httpx.TransportError):
                if httpx.get(f"{address}/liveness", timeout=2).status_code == 200:
                    break
            time.sleep(0.2)
        yield address, gate
    finally:
        gate.close()
        process.terminate()
        process.wait(20)
