"""`chisto dashboard` and `chisto up`: the dashboard alone, and together with the API."""

import ipaddress
import os
import signal
import subprocess
import sys
import time
from typing import Annotated

import typer

from chisto.errors import Unprocessable
from chisto.settings import Settings, get_settings
from cli import console
from cli.serve import BadHost

READY_WITHIN_S = 120.0
STOPPED_WITHIN_S = 20.0


class PasswordNeeded(Unprocessable):
    code = "dashboard_password_needed"
    texts = {
        "en": (
            "Beyond loopback ({host}) the dashboard needs a password.",
            "Set CHISTO_DASHBOARD_PASSWORD, or listen on 127.0.0.1 behind a proxy that asks for one.",
        ),
        "ru": (
            "Вне loopback ({host}) панели нужен пароль.",
            "Задайте CHISTO_DASHBOARD_PASSWORD или слушайте 127.0.0.1 за прокси, который его спрашивает.",
        ),
    }


class PartDied(Unprocessable):
    code = "part_died"
    texts = {
        "en": (
            "{part} ended by itself (code {status}).",
            "What it said last stands above; its logs are in {home}.",
        ),
        "ru": (
            "{part}: процесс закончился сам (код {status}).",
            "Что он сказал, стоит выше; журналы: {home}.",
        ),
    }


class NotReady(Unprocessable):
    code = "not_ready"
    texts = {
        "en": ("{part} does not answer after {seconds} s.", "Look into the logs in {home}."),
        "ru": ("{part} не отвечает уже {seconds} с.", "Загляните в журналы: {home}."),
    }


def dashboard(
    port: Annotated[int | None, typer.Option(help="Port of the dashboard.", min=1, max=65535)] = None,
    host: Annotated[
        str | None, typer.Option(help="Address to listen on; beyond loopback, a password is required.")
    ] = None,
    api: Annotated[str | None, typer.Option(help="Address of the server to show.")] = None,
) -> None:
    """Start the dashboard: http://127.0.0.1:5006. Ctrl+C or SIGTERM ends it."""
    settings = _chosen(get_settings(), dashboard_port=port, dashboard_host=host, url=api)
    _check(settings)
    from panel_app.server import Dashboard, serve

    console.print(f"Dashboard: {dashboard_url(settings)}  (API: {settings.url})", highlight=False)
    serve(
        Dashboard(
            api_url=settings.url,
            api_key=settings.key.get_secret_value() if settings.key else None,
            host=settings.dashboard_host,
            port=settings.dashboard_port,
            origins=tuple(
                origin.strip() for origin in settings.dashboard_origins.split(",") if origin.strip()
            ),
            password=settings.dashboard_password.get_secret_value() if settings.dashboard_password else None,
            cookie_secret=(
                settings.dashboard_cookie_secret.get_secret_value()
                if settings.dashboard_cookie_secret
                else None
            ),
        )
    )


def up(
    port: Annotated[int | None, typer.Option(help="Port of the API.", min=1, max=65535)] = None,
    dashboard_port: Annotated[
        int | None, typer.Option(help="Port of the dashboard.", min=1, max=65535)
    ] = None,
) -> None:
    """Start the API and the dashboard together. Ctrl+C or SIGTERM ends both."""
    settings = _chosen(get_settings(), port=port, dashboard_port=dashboard_port)
    _check(settings)
    api_url = f"http://{_reachable(settings.host)}:{settings.port}"
    parts = {
        "API": _start("serve", CHISTO_PORT=str(settings.port)),
        "Dashboard": _start(
            "dashboard", CHISTO_URL=api_url, CHISTO_DASHBOARD_PORT=str(settings.dashboard_port)
        ),
    }
    signal.signal(signal.SIGTERM, _interrupt)
    signal.signal(signal.SIGINT, _interrupt)
    try:
        _wait_ready(
            settings, parts, {"API": f"{api_url}/readyz", "Dashboard": f"{dashboard_url(settings)}/liveness"}
        )
        console.print(
            f"Chisto is ready.  Dashboard: {dashboard_url(settings)}   API: {api_url}/docs", highlight=False
        )
        while True:
            _raise_dead(settings, parts)
            time.sleep(0.3)
    except KeyboardInterrupt:
        console.print("Stopping …")
    finally:
        _stop(parts)


def dashboard_url(settings: Settings) -> str:
    return f"http://{_reachable(settings.dashboard_host)}:{settings.dashboard_port}"


def _chosen(settings: Settings, **given: object) -> Settings:
    return settings.model_copy(update={name: value for name, value in given.items() if value is not None})


def _check(settings: Settings) -> None:
    host = settings.dashboard_host
    try:
        is_loopback = host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        raise BadHost(host=host) from None
    if not is_loopback and settings.dashboard_password is None:
        raise PasswordNeeded(host=host)


def _reachable(host: str) -> str:
    """An address to connect to, for an address to listen on."""
    return {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(host, f"[{host}]" if ":" in host else host)


def _start(command: str, **environment: str) -> subprocess.Popen[bytes]:
    """Each in a group of its own, so that Ctrl+C reaches this process alone, which then ends both in order."""
    code = (
        "import sys; from chisto.lifeline import end_with_parent; from cli import main; "
        f"end_with_parent(); sys.argv = ['chisto', {command!r}]; main()"
    )
    return subprocess.Popen(
        [sys.executable, "-c", code], env={**os.environ, **environment}, start_new_session=True
    )


def _interrupt(*_: object) -> None:
    raise KeyboardInterrupt


def _raise_dead(settings: Settings, parts: dict[str, subprocess.Popen[bytes]]) -> None:
    for part, process in parts.items():
        if (status := process.poll()) is not None:
            raise PartDied(part=part, status=status, home=settings.home_path)


def _wait_ready(
    settings: Settings, parts: dict[str, subprocess.Popen[bytes]], addresses: dict[str, str]
) -> None:
    import httpx

    deadline = time.monotonic() + READY_WITHIN_S
    for part, address in addresses.items():
        while True:
            _raise_dead(settings, parts)
            try:
                if httpx.get(address, timeout=2, trust_env=False).status_code == 200:
                    break
            except httpx.TransportError:
                pass
            if time.monotonic() > deadline:
                raise NotReady(part=part, seconds=round(READY_WITHIN_S), home=settings.home_path)
            time.sleep(0.2)


def _stop(parts: dict[str, subprocess.Popen[bytes]]) -> None:
    """The dashboard first: its sessions then do not see the API go."""
    for process in reversed(parts.values()):
        if process.poll() is None:
            process.terminate()
    deadline = time.monotonic() + STOPPED_WITHIN_S
    for process in reversed(parts.values()):
        try:
            process.wait(max(0.1, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
