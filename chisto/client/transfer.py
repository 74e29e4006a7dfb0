"""What the two clients share: reading answers, deciding on another try, files on their way up."""

import io
from collections.abc import Callable, Iterator, Mapping
from ipaddress import ip_address
from pathlib import Path
from typing import Any, BinaryIO
from urllib.parse import urlsplit

import httpx
from pydantic import ValidationError

from chisto.client.calls import Call, T
from chisto.client.errors import BadAnswer, refusal

#: called with (bytes sent, bytes in all)
Progress = Callable[[int, int], None]
Source = Path | str | bytes | BinaryIO

CHUNK_BYTES = 256 * 1024
FIRST_PAUSE_S = 0.1
UPLOAD_TIMEOUT_S = 600.0

#: The connection broke before or while the request was sent, or before its answer came.
BROKEN = (
    httpx.ConnectError,
    httpx.ConnectTimeout,
    httpx.ReadError,
    httpx.WriteError,
    httpx.RemoteProtocolError,
)
#: The request never reached the server, so that any call may be sent again.
NEVER_SENT = (httpx.ConnectError, httpx.ConnectTimeout)


def options(
    base_url: str, key: str | None, language: str | None, timeout: float, transport: Any
) -> dict[str, Any]:
    """Arguments for httpx's client. A proxy from the environment is not for this machine's own addresses."""
    headers = {"User-Agent": "chisto-client"}
    if key:
        headers["Authorization"] = f"Bearer {key}"
    if language:
        headers["Accept-Language"] = language
    return {
        "base_url": base_url.rstrip("/"),
        "headers": headers,
        "timeout": httpx.Timeout(timeout, connect=min(timeout, 5.0)),
        "transport": transport,
        # The server closes an idle connection after 5 s; one that it is about to close must not get a request.
        "limits": httpx.Limits(max_connections=100, max_keepalive_connections=20, keepalive_expiry=3.0),
        "trust_env": not _is_loopback(base_url),
    }


def _is_loopback(url: str) -> bool:
    host = urlsplit(url).hostname or ""
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False


def request_options(call: Call[Any]) -> dict[str, Any]:
    given: dict[str, Any] = {"params": dict(call.params)}
    if call.json is not None:
        given["json"] = call.json
    if call.timeout is not None:
        given["timeout"] = httpx.Timeout(call.timeout, connect=5.0)
    return given


def may_repeat(call: Call[Any], broken: httpx.TransportError) -> bool:
    return isinstance(broken, NEVER_SENT) or (call.idempotent and isinstance(broken, BROKEN))


def read(call: Call[T], response: httpx.Response) -> T:
    """The parsed answer; raises the ApiError that the server answered with."""
    if response.status_code >= 400:
        raise refusal(response)
    try:
        return call.read(response)
    except (ValidationError, ValueError) as unknown:
        raise BadAnswer(str(response.request.url), f"an answer of an unknown shape: {unknown}") from unknown


def opened(source: Source) -> tuple[BinaryIO, int, str]:
    """A file to send, its size in bytes and its name."""
    if isinstance(source, bytes):
        return io.BytesIO(source), len(source), "data"
    if isinstance(source, str | Path):
        path = Path(source)
        return path.open("rb"), path.stat().st_size, path.name
    start = source.tell()
    size = source.seek(0, io.SEEK_END) - start
    source.seek(start)
    return source, size, Path(str(getattr(source, "name", "data"))).name


def pieces(file: BinaryIO, total: int, progress: Progress | None) -> Iterator[bytes]:
    sent = 0
    while piece := file.read(CHUNK_BYTES):
        yield piece
        sent += len(piece)
        if progress:
            progress(sent, total)


def upload_headers(size: int) -> Mapping[str, str]:
    return {"Content-Type": "application/octet-stream", "Content-Length": str(size)}
