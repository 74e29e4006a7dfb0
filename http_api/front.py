"""What every request passes first: the size limit, the request log, the metrics. Pure ASGI, a few microseconds."""

import asyncio
import contextlib
import logging
import time

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from chisto.errors import ChistoError, MethodNotAllowed, NotFound, TooLarge, UnsupportedMediaType
from chisto.settings import get_settings
from http_api.metrics import metrics, route_label
from http_api.responses import error_response

access_log = logging.getLogger("chisto.access")

#: Bodies of these addresses are streamed to disk under a limit of their own.
STREAMED = (
    "/api/v1/datasets",
    "/api/v1/models/fit",
    "/api/v1/models/import",
    "/api/v1/models/predict_scores",
)
DRAINED_BYTES, DRAINED_S = 50_000_000, 10.0
_PROBES = ("/livez", "/readyz", "/healthz", "/metrics")


class Front:
    """Outermost middleware of the gateway."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self._limit = get_settings().max_body_bytes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"] in _PROBES:
            return await self._app(scope, receive, send)
        started = time.perf_counter()
        status = 500

        async def sent(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self._limited(scope, receive, sent)
        finally:
            elapsed = time.perf_counter() - started
            route = route_label(scope["path"])
            metrics.requests.labels(route, str(status)).inc()
            metrics.seconds.labels(route).observe(elapsed)
            # The path alone: a query may hold a key. Control characters would forge lines.
            path = scope["path"] if scope["path"].isprintable() else ascii(scope["path"])
            access_log.info("%s %s %d %.1f ms", scope["method"], path[:200], status, elapsed * 1000)

    async def _limited(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = Headers(scope=scope)
        limit = None if scope["path"].startswith(STREAMED) else self._limit
        length = headers.get("content-length", "")
        refusal: ChistoError | None = None
        if "pickle" in headers.get("content-type", ""):
            refusal = UnsupportedMediaType()  # a pickle runs code when it is read
        elif limit is not None and length.isdecimal() and int(length) > limit:
            refusal = TooLarge(limit=limit)
        if refusal is not None:
            await _drain(receive)
            return await error_response(refusal, scope)(scope, receive, send)

        if limit is None:
            await _exempt_from_timeout(send)
        received = 0
        replaced = False

        async def counted() -> Message:
            nonlocal received
            message = await receive()
            received += len(message.get("body", b""))
            if limit is not None and received > limit:
                raise TooLarge(limit=limit)
            return message

        async def shaped(message: Message) -> None:
            nonlocal replaced
            if replaced:
                return
            if message["type"] == "http.response.start":
                error = _unshaped(
                    message, too_large=limit if limit is not None and received > limit else None
                )
                if error is not None:
                    replaced = True
                    await _drain(receive)
                    return await error_response(error, scope)(scope, receive, send)
            await send(message)

        await self._app(scope, counted, shaped)


async def _drain(receive: Receive) -> None:
    """Read on what is left of a refused body, within reason: a client that is still sending sees no answer."""
    read = 0
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(DRAINED_S):
            while read < DRAINED_BYTES:
                message = await receive()
                read += len(message.get("body", b""))
                if message["type"] != "http.request" or not message.get("more_body"):
                    return


async def _exempt_from_timeout(send: Send) -> None:
    """Let a long upload outlive BentoML's request timeout, which ends at the first message of the answer.

    A message of a type that ASGI does not know counts for it; the server refuses that message and sends nothing.
    """
    with contextlib.suppress(RuntimeError):
        await send({"type": "chisto.upload"})


def _unshaped(start: Message, too_large: int | None) -> ChistoError | None:
    """The error that an answer of the frameworks stands for, where it is not in our shape."""
    if too_large is not None:  # whoever read the body turned the error into one of his own
        return TooLarge(limit=too_large)
    if start["status"] in (404, 405) and Headers(raw=start["headers"]).get("content-type", "").startswith(
        "text/plain"
    ):
        return NotFound() if start["status"] == 404 else MethodNotAllowed()
    return None
