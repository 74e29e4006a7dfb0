"""A model as one file: a zip of its artifact, to carry it to another server."""

import shutil
import stat
import zipfile
from pathlib import Path, PurePosixPath

from chisto.errors import ArtifactCorrupt
from models_store import artifacts

_MAX_BYTES = 2_000_000_000
_MAX_RATIO = 200
_CHUNK = 1 << 20


def pack(directory: Path, target: Path) -> None:
    """Write the artifact in a folder as a zip; the same artifact gives the same bytes."""
    manifest = artifacts.verify(directory)
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for relative in (artifacts.MANIFEST, *sorted(manifest.files)):
            entry = zipfile.ZipInfo(relative)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = 0o644 << 16
            with (directory / relative).open("rb") as source, archive.open(entry, "w") as packed:
                shutil.copyfileobj(source, packed, _CHUNK)


def unpack(source: Path, directory: Path, *, max_bytes: int = _MAX_BYTES) -> artifacts.Manifest:
    """Unpack an archive of unknown origin into an empty folder and verify it. Raises ArtifactCorrupt.

    Only plain files below the folder, few and not too large, whatever the archive says of their sizes.
    """
    directory.mkdir(parents=True, exist_ok=True)
    try:
        with zipfile.ZipFile(source) as archive:
            entries = [entry for entry in archive.infolist() if not entry.is_dir()]
            if len(entries) > artifacts.MAX_FILES + 1:
                raise ArtifactCorrupt(reason="there are too many files in it")
            allowed = min(max_bytes, _CHUNK + _MAX_RATIO * source.stat().st_size)
            for entry in entries:
                allowed -= _extract(archive, entry, directory / _checked(entry), allowed)
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError, OSError, ValueError) as broken:
        raise ArtifactCorrupt(reason="it is not a zip that can be read") from broken
    return artifacts.verify(directory)


def _checked(entry: zipfile.ZipInfo) -> PurePosixPath:
    path = PurePosixPath(entry.orig_filename)
    kind = stat.S_IFMT(entry.external_attr >> 16)
    is_plain = kind in (0, stat.S_IFREG) and entry.compress_type in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
    if path.is_absolute() or ".." in path.parts or set(entry.orig_filename) & set("\\:\0") or not is_plain:
        raise ArtifactCorrupt(reason="a file in it lies outside the folder or is not a plain file")
    return path


def _extract(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, target: Path, allowed: int) -> int:
    target.parent.mkdir(parents=True, exist_ok=True)
    written = 0
    with archive.open(entry) as packed, target.open("xb") as file:
        while chunk := packed.read(_CHUNK):
            written += len(chunk)
            if written > allowed:
                raise ArtifactCorrupt(reason="it unpacks to more than is allowed")
            file.write(chunk)
    return written
