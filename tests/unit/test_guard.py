"""Who may call: this machine without keys, key holders with them."""

import base64
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from starlette.datastructures import Headers

from chisto.errors import ChistoError, HostNotAllowed, OriginNotAllowed, Unauthorized
from chisto.settings import Settings
from http_api.guard import Guard, check_local, needed_role, sent_key, trusted_networks
from http_api.keyring import KeyRing
from models_store.registry import Registry, open_registry


def request(
    path: str = "/predict", *, method: str = "POST", peer: str = "127.0.0.1", query: str = "", **headers: str
) -> dict[str, Any]:
    """An ASGI scope; header names are written with underscores."""
    given = {"host": "127.0.0.1:3000", **{name.replace("_", "-"): value for name, value in headers.items()}}
    raw = [(name.encode(), value.encode()) for name, value in given.items()]
    return {
        "type": "http",
        "method": method,
        "path": path,
        "query_string": query.encode(),
        "headers": raw,
        "client": (peer, 5555),
    }


def refusal(scope: dict[str, Any], proxies: str = "") -> ChistoError | None:
    try:
        check_local(scope, Headers(scope=scope), trusted_networks(proxies))
    except ChistoError as error:
        return error
    return None


# --- without keys --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("peer", ["127.0.0.1", "127.8.8.8", "::1", "::ffff:127.0.0.1"])
def test_this_machine_is_served_without_a_key(peer: str) -> None:
    assert refusal(request(peer=peer)) is None


@pytest.mark.parametrize("peer", ["10.0.0.7", "192.168.1.2", "2001:db8::1", "::ffff:10.0.0.7", "unix"])
def test_other_machines_are_not_served_without_a_key(peer: str) -> None:
    assert isinstance(refusal(request(peer=peer)), Unauthorized)


@pytest.mark.parametrize("name", ["x-forwarded-for", "forwarded", "x-real-ip", "x-forwarded-host"])
def test_what_came_through_an_unknown_proxy_is_not_local(name: str) -> None:
    scope = request()
    scope["headers"].append((name.encode(), b"127.0.0.1"))
    assert isinstance(refusal(scope), Unauthorized)


def test_a_trusted_proxy_is_believed_about_the_last_hop_that_is_not_its_own() -> None:
    proxies = "127.0.0.1, 10.1.0.0/16"
    assert isinstance(refusal(request(x_forwarded_for="127.0.0.1, 8.8.8.8"), proxies), Unauthorized)
    assert isinstance(refusal(request(x_forwarded_for="8.8.8.8, 10.1.2.3"), proxies), Unauthorized)
    assert refusal(request(peer="10.1.2.3", x_forwarded_for="127.0.0.9"), proxies) is None


def test_a_name_that_points_here_from_elsewhere_is_refused() -> None:
    """DNS rebinding: the page's own name resolves to 127.0.0.1, and stands in Host."""
    assert isinstance(refusal(request(host="evil.example")), HostNotAllowed)
    assert isinstance(refusal(request(host="evil.example:3000")), HostNotAllowed)
    assert isinstance(refusal(request(host="")), HostNotAllowed)
    for own in ("localhost:3000", "127.0.0.1", "[::1]:3000", "chisto.localhost"):
        assert refusal(request(host=own)) is None


def test_pages_of_other_sites_cannot_send_forms_here() -> None:
    assert isinstance(refusal(request(origin="https://evil.example")), OriginNotAllowed)
    assert isinstance(refusal(request(origin="null")), OriginNotAllowed)
    assert isinstance(refusal(request(sec_fetch_site="cross-site")), OriginNotAllowed)
    assert refusal(request(origin="http://localhost:5006")) is None
    assert refusal(request(method="GET", sec_fetch_site="cross-site")) is None


# --- with keys -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("method", "path", "role"),
    [
        ("POST", "/predict", "predict"),
        ("POST", "/v1/moderations", "predict"),
        ("POST", "/v1alpha1/comments:analyze", "predict"),
        ("GET", "/v2/models/cnn", "predict"),
        ("GET", "/api/v1/models/", "predict"),
        ("POST", "/api/v1/models/predict/cnn", "predict"),
        ("POST", "/api/v1/models/predict_scores", "predict"),
        ("GET", "/api/v1/models/cnn/export", "manage"),
        ("POST", "/api/v1/models/fit", "manage"),
        ("DELETE", "/api/v1/models/remove_all", "manage"),
        ("GET", "/api/v1/datasets", "manage"),
        ("GET", "/api/v1/datasets/x/preview", "manage"),
        ("GET", "/api/v1/tasks/", "manage"),
        ("POST", "/api/v1/keys", "manage"),
        ("GET", "/predictions", "manage"),
        ("GET", "/something/new", "manage"),
    ],
)
def test_the_role_predict_reads_and_scores_and_the_rest_takes_manage(
    method: str, path: str, role: str
) -> None:
    assert needed_role(method, path) == role


def test_a_key_is_taken_from_wherever_clients_of_the_protocols_put_it() -> None:
    basic = base64.b64encode(b"user:secret").decode()

    def sent(scope: dict[str, Any]) -> str | None:
        return sent_key(scope, Headers(scope=scope))

    assert sent(request(authorization="Bearer secret")) == "secret"
    assert sent(request(x_api_key="secret")) == "secret"
    assert sent(request("/v1alpha1/comments:analyze", query="key=secret")) == "secret"
    assert sent(request("/label-studio/predict", authorization=f"Basic {basic}")) == "secret"
    assert sent(request("/predict", query="key=secret")) is None  # would stand in other programs' logs
    assert sent(request("/predict", authorization=f"Basic {basic}")) is None


@pytest.fixture
def registry(tmp_path: Path) -> Iterator[Registry]:
    opened = open_registry(Settings(home=tmp_path))
    yield opened
    opened.database.close()


async def call(guard: Guard, scope: dict[str, Any], body: bytes = b"") -> tuple[int, dict[str, str]]:
    """Status and headers of the answer."""
    answer: dict[str, Any] = {}

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": body, "more_body": False}

    async def send(message: dict[str, Any]) -> None:
        if message["type"] == "http.response.start":
            answer.update(message)

    await guard(scope, receive, send)  # type: ignore[arg-type]
    return answer["status"], {name.decode(): value.decode() for name, value in answer["headers"]}


async def echo(scope: Any, receive: Any, send: Any) -> None:
    await receive()
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": b""})


def guarded(registry: Registry, **settings: Any) -> Guard:
    given = Settings(home=registry.store.home, **settings)
    return Guard(echo, given, KeyRing(given))


async def test_once_there_is_a_key_every_caller_needs_one(registry: Registry) -> None:
    assert (await call(guarded(registry), request()))[0] == 200
    _, secret = registry.keys.create("game", "predict")
    guard = guarded(registry)
    assert (await call(guard, request()))[0] == 401
    assert (await call(guard, request(authorization="Bearer wrong")))[0] == 401
    assert (await call(guard, request(peer="10.0.0.7", authorization=f"Bearer {secret}")))[0] == 200
    assert (await call(guard, request("/livez", method="GET", peer="10.0.0.7")))[0] == 200


async def test_a_key_for_predictions_manages_nothing(registry: Registry) -> None:
    _, secret = registry.keys.create("game", "predict")
    _, mighty = registry.keys.create("boss", "manage")
    guard = guarded(registry)
    assert (await call(guard, request("/api/v1/models/fit", authorization=f"Bearer {secret}")))[0] == 403
    assert (await call(guard, request("/api/v1/models/fit", authorization=f"Bearer {mighty}")))[0] == 200


async def test_revoked_and_expired_keys_are_refused_and_do_not_open_the_door(registry: Registry) -> None:
    from datetime import timedelta

    from models_store.database import now

    key, revoked = registry.keys.create("old", "manage")
    _, expired = registry.keys.create("past", "manage", expires_at=now() - timedelta(seconds=1))
    registry.keys.revoke(key.id)
    guard = guarded(registry)
    for secret in (revoked, expired):
        assert (await call(guard, request(authorization=f"Bearer {secret}")))[0] == 401
    assert (await call(guard, request()))[0] == 401


async def test_a_key_over_its_rate_is_told_when_to_come_again(registry: Registry) -> None:
    _, secret = registry.keys.create("game", "predict", requests_per_minute=6)
    guard = guarded(registry)
    statuses = [await call(guard, request(authorization=f"Bearer {secret}")) for _ in range(2)]
    assert [status for status, _ in statuses] == [200, 429]
    assert 1 <= int(statuses[1][1]["retry-after"]) <= 10


async def test_the_size_limit_of_a_key_holds_with_and_without_a_content_length(registry: Registry) -> None:
    _, secret = registry.keys.create("game", "predict", max_body_bytes=10)
    guard = guarded(registry)
    authorization = f"Bearer {secret}"
    assert (await call(guard, request(authorization=authorization), b"x" * 10))[0] == 200
    assert (await call(guard, request(authorization=authorization), b"x" * 11))[0] == 413
    assert (await call(guard, request(authorization=authorization, content_length="11"), b""))[0] == 413


async def test_keys_are_kept_as_hashes_only(registry: Registry) -> None:
    _, secret = registry.keys.create("game", "predict")
    registry.database.close()
    stored = b"".join(path.read_bytes() for path in registry.store.home.rglob("*") if path.is_file())
    assert secret.encode() not in stored
    assert len(secret) >= 43  # 256 random bits
