"""Which characters the bytes of a text table stand for, decided on all of them."""

import codecs
import re
from dataclasses import dataclass
from typing import BinaryIO

from chisto.errors import Words
from chisto.tables.errors import EmptyFile, NotATable

_BLOCK = 1 << 20
_CONTROL = bytes(set(range(32)) - set(b"\t\n\v\f\r\x1a\x1b")) + b"\x7f"
_MAX_CONTROL_SHARE = 0.01
_UNDECODED = re.compile("[\udc80-\udcff]")

#: first bytes -> what such a file is
_SIGNATURES: tuple[tuple[bytes, Words], ...] = (
    (b"\x7fELF", Words("программа", "a program")),
    (b"%PDF-", Words("документ PDF", "a PDF document")),
    (b"\x89PNG", Words("картинка", "a picture")),
    (b"\xff\xd8\xff", Words("картинка", "a picture")),
    (b"GIF8", Words("картинка", "a picture")),
    (b"\xd0\xcf\x11\xe0", Words("документ старого Office", "an old Office document")),
    (b"{\\rtf", Words("документ RTF", "an RTF document")),
    (b"Rar!", Words("архив RAR", "a RAR archive")),
    (b"7z\xbc\xaf", Words("архив 7z", "a 7z archive")),
    (b"\xfd7zXZ", Words("архив xz", "an xz archive")),
    (b"BZh", Words("архив bzip2", "a bzip2 archive")),
    (b"\x28\xb5\x2f\xfd", Words("архив zstd", "a zstd archive")),
    (b"SQLite format 3", Words("база данных", "a database")),
    (b"<!doctype", Words("веб-страница", "a web page")),
    (b"<html", Words("веб-страница", "a web page")),
    (b"<?xml", Words("документ XML", "an XML document")),
)
_BINARY = Words("программа или другой двоичный файл", "a program or another binary file")


@dataclass(frozen=True)
class Encoding:
    """``codec`` decodes what follows ``bom``; ``errors`` keeps odd bytes so that they can be written back."""

    codec: str
    bom: bytes = b""

    @property
    def name(self) -> str:
        """As a user would call it: utf-8, utf-8-sig, utf-16, cp1251."""
        if self.codec == "utf-8":
            return "utf-8-sig" if self.bom else "utf-8"
        return "utf-16" if self.codec.startswith("utf-16") else self.codec

    @property
    def errors(self) -> str:
        return "replace" if self.codec.startswith("utf-16") else "surrogateescape"


def decide_encoding(stream: BinaryIO) -> Encoding:
    """Read ``stream`` to its end and name its encoding; NotATable for what is no text, EmptyFile for blanks.

    UTF-8 wherever it fits, or nearly fits (a comment cut in the middle of a letter must not turn a file of
    UTF-8 into one of cp1251); the fallback is cp1251, of which hardly a word is valid UTF-8.
    """
    head = stream.read(_BLOCK)
    for signature, kind in _SIGNATURES:
        if head[: len(signature)].lower() == signature.lower():
            raise NotATable(kind=kind)
    for bom, codec in ((codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be")):
        if head.startswith(bom):
            _check_utf16(head, codec)
            return Encoding(codec, bom)
    bom = codecs.BOM_UTF8 if head.startswith(codecs.BOM_UTF8) else b""
    decoder = codecs.getincrementaldecoder("utf-8")("surrogateescape")
    total = control = multibyte = undecoded = 0
    blank = True
    block = head[len(bom) :]
    while block:
        total += len(block)
        control += len(block) - len(block.translate(None, _CONTROL))
        blank = blank and not block.strip()
        if not block.isascii() or decoder.getstate()[0]:
            text = decoder.decode(block)
            wrong = len(_UNDECODED.findall(text)) if _has_surrogates(text) else 0
            undecoded += wrong
            multibyte += len(block) - len(text)
        block = stream.read(_BLOCK)
    undecoded += len(decoder.decode(b"", final=True))
    if control > _MAX_CONTROL_SHARE * total:
        raise NotATable(kind=_BINARY)
    if blank:
        raise EmptyFile()
    if bom or not undecoded or multibyte > 20 * undecoded:
        return Encoding("utf-8", bom)
    return Encoding("cp1251")


def without_surrogates(text: str) -> str:
    """Undecodable bytes and lone surrogates become U+FFFD, so that the text can be encoded again."""
    return re.sub("[\ud800-\udfff]", "\ufffd", text) if _has_surrogates(text) else text


def _has_surrogates(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return True
    return False


def _check_utf16(head: bytes, codec: str) -> None:
    text = head[2:].decode(codec, "replace")
    if not text.strip():
        raise EmptyFile()
    odd = sum(text.count(character) for character in "\0\ufffd")
    if odd > 1 + _MAX_CONTROL_SHARE * len(text):
        raise NotATable(kind=_BINARY)
