"""Files between browser and dashboard by plain HTTP, not through the websocket, which large files would block.

A session issues tickets: secrets that stand for one upload or download of its own. They end with the session.
"""

import secrets
import shutil
import tempfile
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO
from urllib.parse import quote

from tornado.http1connection import HTTP1Connection
from tornado.web import HTTPError, RequestHandler, stream_request_body

CHUNK_BYTES = 1 << 20

#: Writes the file that is asked for to a path.
Produce = Callable[[Path], Awaitable[object]]


@dataclass(frozen=True)
class Arrived:
    """A file that a user has sent."""

    path: Path
    filename: str


@dataclass(frozen=True)
class _Offer:
    filename: str
    produce: Produce


_sessions: dict[str, "Transfers"] = {}


class Transfers:
    """One session's files; `close` deletes them."""

    def __init__(self) -> None:
        self._folder = Path(tempfile.mkdtemp(prefix="chisto-"))
        self._tickets: list[str] = []
        self._offers: dict[str, _Offer] = {}
        self._limits: dict[str, int] = {}
        self._arrived: dict[str, Arrived] = {}

    def upload_address(self, limit: int) -> tuple[str, str]:
        """A ticket for uploads of at most ``limit`` bytes, and its address."""
        ticket = self._ticket()
        self._limits[ticket] = limit
        return ticket, f"upload?ticket={ticket}"

    def offer(self, filename: str, produce: Produce) -> str:
        """An address under which a file can be downloaded; it is made when it is asked for."""
        ticket = self._ticket()
        self._offers[ticket] = _Offer(filename, produce)
        return f"download?ticket={ticket}"

    def take(self, ticket: str) -> Arrived | None:
        """The file that arrived under a ticket; the caller deletes it."""
        return self._arrived.pop(ticket, None)

    def new_path(self) -> Path:
        return self._folder / secrets.token_hex(8)

    def close(self) -> None:
        for ticket in self._tickets:
            _sessions.pop(ticket, None)
        shutil.rmtree(self._folder, ignore_errors=True)

    def _ticket(self) -> str:
        ticket = secrets.token_urlsafe(24)
        self._tickets.append(ticket)
        _sessions[ticket] = self
        return ticket


def _session(ticket: str) -> Transfers:
    if ticket not in _sessions:
        raise HTTPError(404)
    return _sessions[ticket]


@stream_request_body
class UploadHandler(RequestHandler):
    """POST ?ticket=…&filename=…: the body is the file, written to disk as it comes."""

    _file: BinaryIO | None = None
    _path: Path | None = None

    def prepare(self) -> None:
        self._ticket = self.get_query_argument("ticket", "")
        self._transfers = _session(self._ticket)
        limit = self._transfers._limits.get(self._ticket)
        if limit is None or self.request.method != "POST":
            raise HTTPError(404)
        if int(self.request.headers.get("Content-Length", 0)) > limit:
            self.set_header("Connection", "close")
            raise HTTPError(413)
        connection = self.request.connection
        if isinstance(connection, HTTP1Connection):
            connection.set_max_body_size(limit)
        self._path = self._transfers.new_path()
        self._file = self._path.open("wb")

    def data_received(self, chunk: bytes) -> None:
        if self._file:
            self._file.write(chunk)

    def post(self) -> None:
        self._close()
        assert self._path is not None  # prepare has set it
        name = Path(self.get_query_argument("filename", "data").replace("\\", "/")).name
        self._transfers._arrived[self._ticket] = Arrived(self._path, name[:200] or "data")
        self.finish()

    def on_connection_close(self) -> None:
        self._close()
        if self._path:
            self._path.unlink(missing_ok=True)

    def _close(self) -> None:
        if self._file:
            self._file.close()

    def check_xsrf_cookie(self) -> None:
        """The ticket, which other sites cannot know, does what the cookie would."""


class DownloadHandler(RequestHandler):
    """GET ?ticket=…: the file as an attachment."""

    async def get(self) -> None:
        ticket = self.get_query_argument("ticket", "")
        transfers = _session(ticket)
        offer = transfers._offers.get(ticket)
        if offer is None:
            raise HTTPError(404)
        path = transfers.new_path()
        try:
            await offer.produce(path)
            self.set_header("Content-Type", "application/octet-stream")
            self.set_header("Content-Disposition", f"attachment; filename*=UTF-8''{quote(offer.filename)}")
            self.set_header("X-Content-Type-Options", "nosniff")
            self.set_header("Content-Length", str(path.stat().st_size))
            with path.open("rb") as file:
                while piece := file.read(CHUNK_BYTES):
                    self.write(piece)
                    await self.flush()
        finally:
            path.unlink(missing_ok=True)


def routes() -> list[tuple[str, type[RequestHandler]]]:
    return [(r"/upload", UploadHandler), (r"/download", DownloadHandler)]
