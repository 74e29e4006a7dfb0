"""Files on their way in: streamed to disk under a limit, as a form or as the plain body. Nothing stays behind."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

from python_multipart.exceptions import MultipartParseError
from python_multipart.multipart import MultipartParser, parse_options_header
from starlette.requests import ClientDisconnect, Request

from chisto.errors import BadField, BadRequest, ChistoError, TooLarge, UploadBroken, Words
from models_store.locks import Workspace

_MAX_PARTS = 32
_MAX_FIELD_BYTES = 256 * 1024
#: What the form itself may add to the size of its file.
_FORM_BYTES = 1_000_000
_WRITE_BYTES = 1 << 20


@dataclass(frozen=True, slots=True)
class UploadedFile:
    path: Path
    filename: str | None
    size_bytes: int


@dataclass(slots=True)
class Received:
    """The fields and files of a request, by name; the plain body is the file ``file``."""

    folder: Path
    fields: dict[str, str] = field(default_factory=dict)
    files: dict[str, UploadedFile] = field(default_factory=dict)

    def file(self, name: str) -> UploadedFile:
        if name not in self.files:
            raise BadField(field=name, reason=Words("нужен файл", "a file is needed here"))
        return self.files[name]


@asynccontextmanager
async def receive(request: Request, folder: Path, limit: int) -> AsyncIterator[Received]:
    """Stream the body into a folder that is gone when the context ends. Raises TooLarge, UploadBroken."""
    length = request.headers.get("content-length", "")
    if length.isdecimal() and int(length) > limit + _FORM_BYTES:
        raise TooLarge(limit=limit)
    workspace = await asyncio.to_thread(Workspace.create, folder)
    try:
        received = Received(workspace.path)
        kind, options = parse_options_header(request.headers.get("content-type"))
        if kind == b"multipart/form-data":
            await _receive_form(request, received, options, limit)
        else:
            await _receive_body(request, received, limit)
        yield received
    finally:
        await asyncio.to_thread(workspace.close)


async def _pieces(request: Request, limit: int) -> AsyncIterator[bytes]:
    """The body in pieces of about a megabyte, at most ``limit`` bytes of it."""
    held, size = bytearray(), 0
    try:
        async for chunk in request.stream():
            size += len(chunk)
            if size > limit:
                raise TooLarge(limit=limit)
            held += chunk
            if len(held) >= _WRITE_BYTES:
                yield bytes(held)
                held.clear()
    except ClientDisconnect:
        raise UploadBroken from None
    if held:
        yield bytes(held)


async def _receive_body(request: Request, received: Received, limit: int) -> None:
    path, size = received.folder / "file", 0
    file = await asyncio.to_thread(path.open, "wb")
    try:
        async for piece in _pieces(request, limit):
            size += len(piece)
            await asyncio.to_thread(file.write, piece)
    finally:
        await asyncio.to_thread(file.close)
    received.files["file"] = UploadedFile(path, request.query_params.get("filename"), size)


async def _receive_form(
    request: Request, received: Received, options: Mapping[bytes, bytes], limit: int
) -> None:
    if b"boundary" not in options:
        raise BadRequest(reason=Words("у формы нет boundary", "the form has no boundary"))
    form = _Form(received, limit)
    try:
        parser = MultipartParser(options[b"boundary"], form.callbacks())  # type: ignore[arg-type]
        async for piece in _pieces(request, limit + _FORM_BYTES):
            await asyncio.to_thread(parser.write, piece)
        parser.finalize()
        if not form.is_complete:
            raise UploadBroken
    except MultipartParseError as broken:
        raise BadRequest(reason=Words("форму не удаётся прочитать", "the form cannot be read")) from broken
    finally:
        form.close()


class _Form:
    """Collects the parts of a form: files on disk, fields in memory."""

    def __init__(self, received: Received, limit: int) -> None:
        self._received = received
        self._limit = limit
        self._parts = 0
        self._header_name, self._header_value = bytearray(), bytearray()
        self._headers: dict[bytes, bytes] = {}
        self._name = ""
        self._filename: str | None = None
        self._value = bytearray()
        self._file: BinaryIO | None = None
        self._size = 0
        self.is_complete = False

    def callbacks(self) -> dict[str, object]:
        return {
            "on_part_begin": self._begin,
            "on_header_field": lambda data, start, end: self._header_name.extend(data[start:end]),
            "on_header_value": lambda data, start, end: self._header_value.extend(data[start:end]),
            "on_header_end": self._end_header,
            "on_headers_finished": self._open,
            "on_part_data": self._take,
            "on_part_end": self._end,
            "on_end": self._complete,
        }

    def close(self) -> None:
        if self._file is not None:
            self._file.close()
            self._file = None

    def _begin(self) -> None:
        self._parts += 1
        if self._parts > _MAX_PARTS:
            raise BadRequest(
                reason=Words(
                    f"в форме больше {_MAX_PARTS} частей", f"the form has more than {_MAX_PARTS} parts"
                )
            )
        self._headers = {}

    def _end_header(self) -> None:
        self._headers[bytes(self._header_name).lower()] = bytes(self._header_value)
        self._header_name.clear()
        self._header_value.clear()

    def _open(self) -> None:
        _, options = parse_options_header(self._headers.get(b"content-disposition"))
        self._name = options.get(b"name", b"").decode("utf-8", "replace")
        filename = options.get(b"filename")
        self._filename = None if filename is None else filename.decode("utf-8", "replace")
        self._value.clear()
        self._size = 0
        if filename is not None:
            # Named by its number: what the client calls it is no path of ours.
            self._file = (self._received.folder / f"part{self._parts}").open("wb")

    def _take(self, data: bytes, start: int, end: int) -> None:
        self._size += end - start
        if self._file is None:
            if self._size > _MAX_FIELD_BYTES:
                raise BadField(
                    field=self._name,
                    reason=Words(f"длиннее {_MAX_FIELD_BYTES} байт", f"longer than {_MAX_FIELD_BYTES} bytes"),
                )
            self._value += data[start:end]
        elif self._size > self._limit:
            raise TooLarge(limit=self._limit)
        else:
            self._file.write(data[start:end])

    def _end(self) -> None:
        if self._file is None:
            self._received.fields[self._name] = _text(self._name, bytes(self._value))
            return
        path = Path(self._file.name)
        self.close()
        self._received.files[self._name] = UploadedFile(path, self._filename, self._size)

    def _complete(self) -> None:
        self.is_complete = True


def _text(name: str, value: bytes) -> str:
    try:
        return value.decode()
    except UnicodeDecodeError:
        refusal: ChistoError = BadField(field=name, reason=Words("не UTF-8", "not UTF-8"))
        raise refusal from None
