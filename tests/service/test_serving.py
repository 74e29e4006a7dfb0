"""How the server starts, says that it is ready, and ends; what its processes load."""

import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import httpx
import psutil
from servers import CHISTO, ROOT, Server, free_port, start_server


def test_liveness_readiness_and_metrics_answer(server: Server) -> None:
    for path in ("/livez", "/healthz", "/readyz"):
        assert httpx.get(server.url + path).status_code == 200
    httpx.post(server.url + "/predict", json={"text": "спасибо"})
    text = httpx.get(server.url + "/metrics").text
    assert "chisto_requests_total" in text and "chisto_request_seconds_bucket" in text


def test_health_names_the_version_and_the_default_model(server: Server) -> None:
    health = httpx.get(server.url + "/api/v1/health").json()
    assert (health["status"], health["default_model"]) == ("ok", "cnn")


def test_names_in_paths_do_not_grow_the_metrics(server: Server) -> None:
    for n in range(20):
        httpx.get(f"{server.url}/api/v1/models/no-such-{n}")
        httpx.get(f"{server.url}/no-such-{n}")
    assert "no-such" not in httpx.get(server.url + "/metrics").text


def test_the_documentation_asks_no_other_host(server: Server) -> None:
    page = httpx.get(server.url + "/docs").text
    assert "http://" not in page and "https://" not in page
    for asset in ("swagger-ui-bundle.js", "swagger-ui.css"):
        assert f"/docs/assets/{asset}" in page
        assert httpx.get(f"{server.url}/docs/assets/{asset}").status_code == 200


def serving_processes(server: Server) -> dict[str, psutil.Process]:
    """Service name -> one of its processes."""
    found = {}
    for process in psutil.Process(server.process.pid).children(recursive=True):
        command = process.cmdline()
        if "--service-name" in command:
            found[command[command.index("--service-name") + 1]] = process
    return found


def test_serving_processes_load_neither_torch_nor_scikit_learn(server: Server) -> None:
    processes = serving_processes(server)
    assert {"chisto", "cnn_runner", "sklearn_runner"} <= set(processes)
    for name, process in processes.items():
        mapped = " ".join(entry.path for entry in process.memory_maps())
        assert "/torch/" not in mapped, name
        if name != "sklearn_runner":
            assert "/sklearn/" not in mapped, name
    assert "/onnxruntime/" in " ".join(entry.path for entry in processes["cnn_runner"].memory_maps())


def test_what_serving_imports_is_light() -> None:
    probe = "import sys, service, cli.commands; print([m for m in ('torch', 'sklearn', 'pandas', 'natasha', 'dask', 'panel') if m in sys.modules])"
    printed = subprocess.run(
        [sys.executable, "-c", probe], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout
    assert printed.strip() == "[]"


def test_sigterm_ends_every_process_and_a_second_start_finds_all(tmp_path: Path) -> None:
    for _ in range(2):
        running = start_server(tmp_path / "home")
        running.wait_ready()
        children = psutil.Process(running.process.pid).children(recursive=True)
        assert running.stop() == 0
        _, alive = psutil.wait_procs(children, timeout=5)
        assert not alive


def test_requests_under_way_are_answered_when_the_server_ends(new_server: Callable[..., Server]) -> None:
    running = new_server()
    texts = [f"комментарий номер {n}" for n in range(3_000)]
    body = httpx.Request("POST", running.url, json={"texts": texts}).content
    client = subprocess.Popen(
        ["curl", "-sS", "-o", "/dev/null", "-w", "%{http_code}", "--data-binary", "@-", f"{running.url}/predict"],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=False,
    )  # fmt: skip
    assert client.stdin is not None
    client.stdin.write(body)
    client.stdin.close()
    time.sleep(0.15)
    running.stop()
    assert client.stdout is not None
    assert client.stdout.read() == b"200"


def test_a_second_server_on_the_same_home_is_refused_in_one_line(server: Server) -> None:
    second = subprocess.run(
        [CHISTO, "serve", "--port", str(free_port())],
        env=server.environment, capture_output=True, text=True, timeout=30, check=False,
    )  # fmt: skip
    assert second.returncode == 2
    assert "Traceback" not in second.stderr and str(server.home.name) in second.stderr


def test_a_taken_port_and_a_bad_host_are_told_in_one_line(server: Server, tmp_path: Path) -> None:
    for arguments in (["--port", str(server.port)], ["--host", "no.such.host"]):
        refused = subprocess.run(
            [CHISTO, "serve", *arguments],
            env={**server.environment, "CHISTO_HOME": str(tmp_path)}, capture_output=True, text=True, timeout=30,
            check=False,
        )  # fmt: skip
        assert refused.returncode == 2
        assert "Traceback" not in refused.stderr


def test_a_killed_runner_is_replaced_and_no_request_is_lost_for_good(
    new_server: Callable[..., Server],
) -> None:
    running = new_server()
    serving_processes(running)["cnn_runner"].kill()
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        answer = httpx.post(running.url + "/predict", json={"text": "спасибо"}, timeout=40)
        if answer.status_code == 200:
            return
        assert answer.status_code == 503 and answer.json()["error"]["code"] == "unavailable"
        time.sleep(0.2)
    raise AssertionError("scores did not come back")
