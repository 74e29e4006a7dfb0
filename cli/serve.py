"""`chisto serve`: the server, its state and its end."""

import fcntl
import ipaddress
import os
import signal
import socket
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import IO, Annotated, Any

import typer

from chisto.errors import Conflict, Unprocessable
from chisto.settings import Settings, get_settings
from cli import console

#: After SIGTERM a process has so long for the requests under way.
GRACEFUL_S = 30.0


class AlreadyServing(Conflict):
    code = "already_serving"
    texts = {
        "en": ("Another server uses the folder {home}.", "Stop it, or set CHISTO_HOME to another folder."),
        "ru": (
            "Папкой {home} пользуется другой сервер.",
            "Остановите его или задайте в CHISTO_HOME другую папку.",
        ),
    }


class PortTaken(Unprocessable):
    code = "port_taken"
    texts = {
        "en": ("Port {port} on {host} cannot be listened on: {reason}.", "Choose another one with --port."),
        "ru": ("Порт {port} на {host} занять нельзя: {reason}.", "Выберите другой: --port."),
    }


class BadHost(Unprocessable):
    code = "bad_host"
    texts = {
        "en": ("'{host}' is not an address to listen on.", "Use an IP address: 127.0.0.1, 0.0.0.0, ::1 …"),
        "ru": ("«{host}» — не адрес для приёма соединений.", "Нужен IP-адрес: 127.0.0.1, 0.0.0.0, ::1 …"),
    }


def serve(
    port: Annotated[int | None, typer.Option(help="Port of the API.", min=1, max=65535)] = None,
    host: Annotated[
        str | None, typer.Option(help="Address to listen on; beyond loopback, keys are required.")
    ] = None,
) -> None:
    """Start the API: http://127.0.0.1:3000, documentation at /docs. Ctrl+C or SIGTERM ends it."""
    if host is not None:
        os.environ["CHISTO_HOST"] = host
    if port is not None:
        os.environ["CHISTO_PORT"] = str(port)
    settings = get_settings()
    _check_address(settings)
    lock = _claim_home(settings.home_path)
    _prepare_bentoml(settings.home_path)
    _run(settings)
    lock.close()


def _check_address(settings: Settings) -> None:
    try:
        address = ipaddress.ip_address("127.0.0.1" if settings.host == "localhost" else settings.host)
    except ValueError:
        raise BadHost(host=settings.host) from None
    family = socket.AF_INET if address.version == 4 else socket.AF_INET6
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((str(address), settings.port))
        except OSError as taken:
            raise PortTaken(port=settings.port, host=settings.host, reason=taken.strerror) from None


def _claim_home(home: Path) -> IO[str]:
    """One server for each home folder: BentoML clears its metrics there on start, and jobs are fenced by it."""
    home.mkdir(parents=True, exist_ok=True)
    lock = (home / "server.lock").open("a")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        raise AlreadyServing(home=home) from None
    return lock


def _prepare_bentoml(home: Path) -> None:
    """Point BentoML at our home; it reads its environment once, on import."""
    os.environ["BENTOML_HOME"] = str(home / "bentoml")
    os.environ["BENTOML_DO_NOT_TRACK"] = "True"
    (home / "bentoml").mkdir(parents=True, exist_ok=True)


def _run(settings: Settings) -> None:
    import bentoml

    import service

    console.print(f"Chisto: http://{settings.host}:{settings.port}  (documentation: /docs)")
    console.print(f"State and logs: {settings.home_path}", highlight=False)
    server = bentoml.serve(
        "service:Gateway",
        working_dir=str(Path(service.__file__).parent),
        host="127.0.0.1" if settings.host == "localhost" else settings.host,
        port=settings.port,
        blocking=False,
    )
    # In place of BentoML's, which end all processes at once. A list, as an Event's lock may be held by the very thread
    # that the signal interrupts.
    signals: list[int] = []
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda received, _: signals.append(received))
    while not signals:
        if not server.arbiter._thread.is_alive():
            raise SystemExit(1)  # it has said why
        time.sleep(0.1)
    _end(server.arbiter)


def _end(arbiter: Any) -> None:
    """End the gateway first, so that requests under way still find the runners, and then all the rest."""
    while arbiter.loop is None or not arbiter.running:
        time.sleep(0.05)
    for watcher in arbiter.watchers:
        watcher.graceful_timeout = GRACEFUL_S
    _command(arbiter, arbiter.get_watcher("service").stop).wait(GRACEFUL_S + 5)
    _command(arbiter, super(type(arbiter), arbiter).stop)  # its own stop() waits for ever where it is refused
    arbiter._thread.join()


def _command(arbiter: Any, command: Callable[[], Any]) -> threading.Event:
    """Run a command of circus in its loop; set when done.

    It refuses one while another is under way, as its look at the processes every ten seconds.
    """
    from circus.exc import ConflictError

    done = threading.Event()

    def attempt() -> None:
        try:
            future = command()
        except ConflictError:
            arbiter.loop.call_later(0.1, attempt)
        else:
            future.add_done_callback(lambda _: done.set())

    arbiter.loop.add_callback(attempt)
    return done
