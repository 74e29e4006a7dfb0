"""Who may call, and what. Pure ASGI, inside the request log; no database on the way of a request.

Without any key only clients on this machine are served, by its own address and not through a proxy. As soon
as there is a key, every caller needs one.
"""

import base64
import binascii
import logging
import math
from collections.abc import Sequence
from dataclasses import dataclass
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network
from urllib.parse import parse_qs, urlsplit

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from chisto.errors import (
    ChistoError,
    Forbidden,
    HostNotAllowed,
    OriginNotAllowed,
    RateLimited,
    TooLarge,
    Unauthorized,
)
from chisto.schemas import Role
from chisto.settings import Settings, get_settings
from http_api.keyring import KeyRing
from http_api.limits import RateLimits
from http_api.responses import error_response

logger = logging.getLogger("chisto")

#: Orchestrators ask these without a key.
PROBES = frozenset({"/livez", "/readyz", "/healthz"})
#: Documentation and the discovery document hold no secrets.
PUBLIC = ("/docs", "/openapi.json", "/docs.json", "/$discovery/")
#: What the role `predict` may call: (method or *, beginning of the path); all else takes the role `manage`.
PREDICT = (
    ("POST", "/predict"),
    ("POST", "/predict_scores"),
    ("POST", "/explain"),
    ("*", "/v1alpha1/"),
    ("*", "/v1/"),
    ("*", "/v2"),
    ("*", "/label-studio"),
    ("GET", "/metrics"),
    ("GET", "/api/v1/models"),
    ("POST", "/api/v1/models/predict/"),
    ("POST", "/api/v1/models/predict_scores"),
    ("GET", "/api/v1/families"),
    ("GET", "/api/v1/aliases"),
    ("GET", "/api/v1/health"),
    ("GET", "/api/v1/settings"),
    ("POST", "/api/v1/feedback"),
)
_FORWARDED = (b"x-forwarded-for", b"forwarded", b"x-real-ip", b"x-forwarded-host")
Network = IPv4Network | IPv6Network


@dataclass(frozen=True, slots=True)
class Caller:
    role: Role
    key_id: str | None = None
    max_body_bytes: int | None = None


def needed_role(method: str, path: str) -> Role:
    if path.startswith("/api/v1/models/") and path.rstrip("/").endswith("/export"):
        return "manage"
    if path.rstrip("/") == "/api/v1/feedback/dataset":
        return "manage"
    for allowed, prefix in PREDICT:
        if allowed in ("*", method) and _is_below(path, prefix):
            return "predict"
    return "manage"


def _is_below(path: str, prefix: str) -> bool:
    return path.startswith(prefix) and (prefix[-1] == "/" or path[len(prefix) : len(prefix) + 1] in ("", "/"))


class Guard:
    """ASGI middleware; leaves the ``Caller`` under ``scope["chisto.caller"]``."""

    def __init__(self, app: ASGIApp, settings: Settings | None = None, ring: KeyRing | None = None) -> None:
        self._app = app
        self._settings = settings or get_settings()
        self._ring = ring or KeyRing(self._settings)
        self._limits = RateLimits(self._settings.home_path / "limits")
        self._trusted = trusted_networks(self._settings.trusted_proxies)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"] in PROBES:
            return await self._app(scope, receive, send)
        try:
            caller = self._admit(scope)
        except ChistoError as refused:
            response = error_response(refused, scope)
            if isinstance(refused, RateLimited):
                response.headers["Retry-After"] = str(math.ceil(refused.params["wait"]))
            return await response(scope, receive, send)
        scope["chisto.caller"] = caller
        if caller.max_body_bytes is not None:
            return await self._measured(caller.max_body_bytes, scope, receive, send)
        return await self._app(scope, receive, send)

    def _admit(self, scope: Scope) -> Caller:
        headers = Headers(scope=scope)
        keys = self._ring.keys()
        if not keys:
            check_local(scope, headers, self._trusted)
            return Caller("manage")
        path: str = scope["path"]
        if path == "/" or path.startswith(PUBLIC):
            return Caller("predict")
        token = sent_key(scope, headers)
        key = self._ring.find(token) if token else None
        if key is None:
            raise Unauthorized
        role = needed_role(scope["method"], path)
        if role == "manage" and key.role != "manage":
            raise Forbidden(role=role)
        per_minute = key.requests_per_minute or self._settings.requests_per_minute
        if per_minute is not None and (wait := self._limits.take(key.id, per_minute)):
            raise RateLimited(limit=per_minute, wait=wait)
        return Caller(key.role, key.id, key.max_body_bytes)

    async def _measured(self, limit: int, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on at most ``limit`` bytes of the body; past it the answer is 413, whoever reads the body."""
        received, started, refused = 0, False, False

        async def counted() -> Message:
            nonlocal received
            message = await receive()
            received += len(message.get("body", b""))
            if received > limit:
                raise TooLarge(limit=limit)
            return message

        async def guarded(message: Message) -> None:
            nonlocal started, refused
            if received > limit and not started:
                if not refused:
                    refused = True
                    await error_response(TooLarge(limit=limit), scope)(scope, receive, send)
                return
            started = True
            await send(message)

        length = Headers(scope=scope).get("content-length", "")
        if length.isdecimal() and int(length) > limit:
            return await error_response(TooLarge(limit=limit), scope)(scope, receive, send)
        try:
            await self._app(scope, counted, guarded)
        except TooLarge as refusal:
            if not started and not refused:
                await error_response(refusal, scope)(scope, receive, send)


# --- the key -----------------------------------------------------------------------------------------------


def sent_key(scope: Scope, headers: Headers) -> str | None:
    """The key that a request carries, in any of the ways that clients of the protocols know."""
    scheme, _, value = headers.get("authorization", "").partition(" ")
    if scheme.lower() == "bearer":
        return value.strip() or None
    if "x-api-key" in headers:
        return headers["x-api-key"].strip() or None
    path: str = scope["path"]
    if scheme.lower() == "basic" and path.startswith("/label-studio"):
        return _password(value)
    if path.startswith("/v1alpha1/"):
        found = parse_qs(scope["query_string"].decode("latin-1")).get("key")
        return found[0] if found else None
    return None


def _password(credentials: str) -> str | None:
    try:
        return base64.b64decode(credentials, validate=True).decode().partition(":")[2] or None
    except (binascii.Error, UnicodeDecodeError):
        return None


# --- this machine ------------------------------------------------------------------------------------------


def trusted_networks(setting: str) -> tuple[Network, ...]:
    """Parse addresses and networks, separated by commas; raises ValueError."""
    return tuple(ip_network(part.strip(), strict=False) for part in setting.split(",") if part.strip())


def check_local(scope: Scope, headers: Headers, trusted: Sequence[Network]) -> None:
    """Raise unless the request comes from a program, or a page, of this machine itself.

    A browser lets any page send requests to 127.0.0.1, under a name that points there (DNS rebinding) or as a
    form; so the names in Host and Origin have to be this machine's own.
    """
    if not _is_loopback(client_address(scope, headers, trusted)):
        raise Unauthorized
    if not _is_loopback_name(urlsplit("//" + headers.get("host", "")).hostname):
        raise HostNotAllowed(role="manage")
    origin = headers.get("origin")
    if origin is not None and not _is_loopback_name(urlsplit(origin).hostname):
        raise OriginNotAllowed(role="manage")
    is_cross_site = headers.get("sec-fetch-site") == "cross-site"
    if origin is None and is_cross_site and scope["method"] not in ("GET", "HEAD"):
        raise OriginNotAllowed(role="manage")


def client_address(scope: Scope, headers: Headers, trusted: Sequence[Network]) -> str | None:
    """The address that the request comes from; none where that is not known for certain.

    What a proxy says counts only if it is trusted; a request that came through another one is nobody's.
    """
    peer = scope["client"][0] if scope.get("client") else None
    if not any(name in _FORWARDED for name, _ in scope["headers"]):
        return peer
    if not _is_within(peer, trusted):
        return None
    hops = [hop.strip() for line in headers.getlist("x-forwarded-for") for hop in line.split(",")]
    return next((hop for hop in reversed(hops) if not _is_within(hop, trusted)), None)


def _is_within(address: str | None, networks: Sequence[Network]) -> bool:
    try:
        return any(ip_address(address or "") in network for network in networks)
    except ValueError:
        return False


def _is_loopback(address: str | None) -> bool:
    try:
        parsed = ip_address(address or "")
    except ValueError:
        return False
    mapped = getattr(parsed, "ipv4_mapped", None)
    return (mapped or parsed).is_loopback


def _is_loopback_name(name: str | None) -> bool:
    return name is not None and (name == "localhost" or name.endswith(".localhost") or _is_loopback(name))
