"""The nginx of deploy/, a real one, in front of the real server."""

import json
import os
import subprocess
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from string import Template

import httpx
import pytest
from servers import CHISTO, ROOT, Server, free_port, start_server


class Page(BaseHTTPRequestHandler):
    """Stands where the dashboard would; says what nginx passed on."""

    def do_GET(self) -> None:
        body = f"{self.path} {self.headers.get('Upgrade', '')} {self.headers['X-Forwarded-For']}".encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture(scope="module")
def behind(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server that knows its proxy."""
    running = start_server(tmp_path_factory.mktemp("home"), CHISTO_TRUSTED_PROXIES="127.0.0.1")
    try:
        running.wait_ready()
        yield running
    finally:
        running.stop()


@pytest.fixture(scope="module")
def url(behind: Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder, port = tmp_path_factory.mktemp("nginx"), free_port()
    page = ThreadingHTTPServer(("127.0.0.1", 0), Page)
    threading.Thread(target=page.serve_forever, daemon=True).start()
    site = Template((ROOT / "deploy" / "nginx.conf.template").read_text()).safe_substitute(
        CHISTO_API=f"127.0.0.1:{behind.port}",
        CHISTO_DASHBOARD=f"127.0.0.1:{page.server_port}",
        CHISTO_LISTEN=f"127.0.0.1:{port}",
    )
    (folder / "site.conf").write_text(site)
    temporary = "".join(
        f"{kind}_temp_path {folder / kind};" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    (folder / "nginx.conf").write_text(
        f"{'user root; ' if os.getuid() == 0 else ''}daemon off; pid {folder / 'pid'}; error_log {folder / 'error.log'}; events {{}}"
        f"http {{ access_log off; {temporary} include {folder / 'site.conf'}; }}"
    )
    process = subprocess.Popen(
        [nginx(), "-e", folder / "error.log", "-p", folder, "-c", folder / "nginx.conf"]
    )
    address = f"http://127.0.0.1:{port}"
    try:
        deadline = time.monotonic() + 10
        while time.monotonic() < deadline:
            try:
                httpx.get(address, timeout=2)
                break
            except httpx.TransportError:
                assert process.poll() is None, (folder / "error.log").read_text()
                time.sleep(0.05)
        yield address
    finally:
        process.terminate()
        process.wait(10)
        page.shutdown()


@pytest.fixture(scope="module")
def key(behind: Server) -> dict[str, str]:
    """Headers of a caller who is known: through a proxy nobody is local."""
    made = subprocess.run(
        [CHISTO, "keys", "create", "site", "--role", "manage", "--json"],
        env=behind.environment, capture_output=True, text=True, check=True,
    )  # fmt: skip
    time.sleep(1.5)  # every process knows of it within a second
    return {"Authorization": f"Bearer {json.loads(made.stdout)['key']}"}


def nginx() -> str:
    return next(path for path in ("/usr/sbin/nginx", "/usr/bin/nginx") if Path(path).exists())


def test_the_api_answers_through_it(url: str, key: dict[str, str]) -> None:
    assert httpx.post(url + "/predict", json={"text": "спасибо"}, headers=key).json()["predictions"]
    assert httpx.get(url + "/api/v1/health", headers=key).json()["version"]
    assert httpx.get(url + "/v2/health/live", headers=key).status_code == 200
    assert httpx.post(url + "/predict", json={"text": "спасибо"}).status_code == 401
    assert "swagger" in httpx.get(url + "/docs").text


def test_figures_and_probes_stay_inside(url: str) -> None:
    for path in ("/metrics", "/livez", "/readyz", "/healthz"):
        assert httpx.get(url + path).status_code == 404


def test_a_large_body_reaches_the_server_which_refuses_it_in_its_own_words(
    url: str, key: dict[str, str]
) -> None:
    body = b'{"text": "' + b"a" * 11_000_000 + b'"}'
    answer = httpx.post(url + "/predict", content=body, headers=key, timeout=30)
    assert (answer.status_code, answer.json()["error"]["code"]) == (413, "too_large")


def test_all_else_is_the_dashboards_websockets_included(url: str) -> None:
    assert httpx.get(url + "/").text.startswith("/ ")
    headers = {"Upgrade": "websocket", "Connection": "Upgrade"}
    assert httpx.get(url + "/ws?page=check", headers=headers).text.startswith("/ws?page=check websocket")


def test_a_forged_address_is_not_passed_on(url: str) -> None:
    assert httpx.get(url + "/", headers={"X-Forwarded-For": "10.9.8.7"}).text.endswith(" 127.0.0.1")
