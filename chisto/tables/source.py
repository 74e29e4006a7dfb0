"""The bytes of a table, out of a file or a pipe, a zip or a gzip, never more of them than allowed."""

import gzip
import io
import re
import shutil
import stat
import struct
import tempfile
import zipfile
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, BinaryIO, Literal

from chisto.errors import Words
from chisto.tables.errors import (
    BrokenFile,
    EmptyFile,
    EncryptedArchive,
    ExpandsTooMuch,
    NotATable,
    NotOneFile,
    UnsafeArchive,
)

Container = Literal["zip", "gzip"]

#: What unpacking raises on damaged input.
DAMAGE = (zipfile.BadZipFile, zlib.error, struct.error, EOFError, ValueError, RuntimeError, OSError)

_BLOCK = 1 << 18
_SPOOL_BYTES = 8 << 20
_RATIO_FREE_BYTES = 16 << 20  # small files may compress as well as they like
_MAX_DIRECTORY_BYTES = 4 << 20  # of a zip: its reader takes the whole directory into memory
_CLUTTER = re.compile(r"(^|/)(__MACOSX/|\.DS_Store$|Thumbs\.db$|desktop\.ini$|\._)")


@dataclass(frozen=True)
class Limits:
    """How far a compressed file may unpack."""

    bytes: int = 2 << 30
    ratio: int = 200


class Source:
    """Reopenable bytes; one reader at a time. Close it to free what was opened or spooled for it."""

    def __init__(self, source: str | Path | BinaryIO | IO[bytes], limits: Limits | None = None) -> None:
        self.limits = limits or Limits()
        self._owned: list[Any] = []
        try:
            self._raw = self._seekable(source)
            self._size = self._raw.seek(0, io.SEEK_END)
            if not self._size:
                raise EmptyFile()
            self.container: Container | None = self._container(self._head(self._raw))
            self._member = self._only_member() if self.container == "zip" else None
            if self.container and self._container(self._peek()):
                raise UnsafeArchive()
        except BaseException:
            self.close()
            raise

    def open(self) -> BinaryIO:
        """The unpacked bytes from their beginning."""
        self._raw.seek(0)
        if self.container is None:
            metered = Metered(self._raw.read, None, self.limits)
        elif self._member is not None:
            archive, info = self._member
            member = _open_member(archive, info)
            metered = Metered(member.read, lambda: info.compress_size, self.limits, "zip")
        else:
            unpacked = gzip.GzipFile(fileobj=self._raw, mode="rb")
            metered = Metered(unpacked.read, self._raw.tell, self.limits, "gzip")
        return io.BufferedReader(metered, _BLOCK)

    def seekable(self) -> BinaryIO:
        """The unpacked bytes as a file that can be read anywhere (spooled to disk if they were packed)."""
        if self.container is None:
            self._raw.seek(0)
            return self._raw
        spool = tempfile.TemporaryFile()  # noqa: SIM115 - closed with the source
        self._owned.append(spool)
        shutil.copyfileobj(self.open(), spool, 1 << 20)
        spool.seek(0)
        return spool

    @property
    def fraction(self) -> float:
        """How much of the packed bytes the open reader has taken, in [0, 1]."""
        return min(1.0, self._raw.tell() / self._size)

    def close(self) -> None:
        while self._owned:
            self._owned.pop().close()

    def _seekable(self, source: str | Path | BinaryIO | IO[bytes]) -> BinaryIO:
        if isinstance(source, str | Path):
            opened = Path(source).open("rb")  # noqa: SIM115 - closed with the source
            self._owned.append(opened)
            return opened
        if source.seekable():
            return source  # type: ignore[return-value]
        spool = tempfile.SpooledTemporaryFile(max_size=_SPOOL_BYTES)  # noqa: SIM115 - closed with the source
        self._owned.append(spool)
        shutil.copyfileobj(source, spool, 1 << 20)
        return spool  # type: ignore[return-value]

    @staticmethod
    def _head(stream: BinaryIO) -> bytes:
        stream.seek(0)
        return stream.read(4)

    def _peek(self) -> bytes:
        return self.open().read(4)

    @staticmethod
    def _container(head: bytes) -> Container | None:
        if head[:4] in (b"PK\x03\x04", b"PK\x05\x06"):
            return "zip"
        return "gzip" if head[:2] == b"\x1f\x8b" else None

    def _only_member(self) -> tuple[zipfile.ZipFile, zipfile.ZipInfo]:
        if _directory_bytes(self._raw, self._size) > _MAX_DIRECTORY_BYTES:
            raise NotOneFile(count="> 10 000")
        try:
            archive = zipfile.ZipFile(self._raw)
        except DAMAGE as error:
            raise BrokenFile(format="zip") from error
        self._owned.append(archive)
        infos = archive.infolist()
        if any(name.filename == "[Content_Types].xml" for name in infos):
            raise NotATable(
                kind=Words("документ Office (Excel или Word)", "an Office document (Excel or Word)")
            )
        members = [info for info in infos if not info.is_dir() and not _CLUTTER.search(info.filename)]
        if any(_escapes(info) for info in members):
            raise UnsafeArchive()
        if len(members) != 1:
            raise NotOneFile(count=len(members))
        info = members[0]
        if info.flag_bits & 0x1:
            raise EncryptedArchive()
        if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            raise BrokenFile(format="zip")
        check_expansion(info.file_size, info.compress_size, self.limits)
        return archive, info


class Metered(io.RawIOBase):
    """Reads through ``read``, turns damage into BrokenFile, and stops at the limits."""

    def __init__(
        self,
        read: Callable[[int], bytes],
        packed: Callable[[], int] | None,
        limits: Limits,
        form: str = "",
    ) -> None:
        self._read, self._packed, self._limits, self._form = read, packed, limits, form
        self._taken = 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        view = memoryview(buffer).cast("B")
        try:
            data = self._read(len(view))
        except DAMAGE as error:
            if not self._form:
                raise
            raise BrokenFile(format=self._form) from error
        self._taken += len(data)
        if self._packed is not None:
            check_expansion(self._taken, self._packed(), self._limits)
        view[: len(data)] = data
        return len(data)


def check_expansion(unpacked: int, packed: int, limits: Limits) -> None:
    if unpacked > limits.bytes or (unpacked > _RATIO_FREE_BYTES and unpacked > limits.ratio * max(packed, 1)):
        raise ExpandsTooMuch(limit=limits.bytes, ratio=limits.ratio)


def _open_member(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> IO[bytes]:
    try:
        return archive.open(info)
    except DAMAGE as error:
        raise BrokenFile(format="zip") from error


def _escapes(info: zipfile.ZipInfo) -> bool:
    name = info.orig_filename
    return (
        name.startswith(("/", "\\"))
        or "\\" in name
        or "\0" in name
        or re.match(r"[A-Za-z]:", name) is not None
        or ".." in name.split("/")
        or stat.S_ISLNK(info.external_attr >> 16)
    )


def _directory_bytes(raw: BinaryIO, size: int) -> int:
    """Size of the central directory as the zip's end records claim it (APPNOTE 4.3.14, 4.3.16)."""
    raw.seek(max(0, size - (1 << 16) - 200))
    tail = raw.read()
    end = tail.rfind(b"PK\x05\x06")
    if end < 0 or end + 22 > len(tail):
        raise BrokenFile(format="zip")
    claimed: int = struct.unpack_from("<L", tail, end + 12)[0]
    if (
        end >= 76
        and tail[end - 20 : end - 16] == b"PK\x06\x07"
        and tail[end - 76 : end - 72] == b"PK\x06\x06"
    ):
        claimed = struct.unpack_from("<Q", tail, end - 76 + 40)[0]
    return claimed
