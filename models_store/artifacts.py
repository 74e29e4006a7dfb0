"""A model on disk: a directory whose manifest names every file with its checksum.

    manifest.json   {"format": 1, "name", "family", "version", "created_at", "files": {path: {"sha256", "bytes"}}}
    card.json       metrics, data hashes, versions; card.md: the same to read
    decision.json   calibration, threshold, bands (chisto.decision)
    …               the family's own files: ONNX and JSON for the CNN, a skops archive for linear models

The manifest is written last: a directory without one is not a model yet. Nothing in an artifact is ever executed.
"""

import hashlib
import json
import os
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath
from typing import Any

from chisto.errors import ArtifactCorrupt
from chisto.scorers import Scorer, load_scorer

FORMAT = 1
MANIFEST = "manifest.json"
NAME = re.compile(r"[a-z0-9_-]{1,64}")
REQUIRED = ("card.json", "card.md", "decision.json")
MAX_FILES = 64
_MAX_MANIFEST_BYTES = 1_000_000


@dataclass(frozen=True, slots=True)
class FileEntry:
    sha256: str
    bytes: int


@dataclass(frozen=True, slots=True)
class Manifest:
    name: str
    family: str
    version: str
    created_at: str
    files: Mapping[str, FileEntry]

    @property
    def size_bytes(self) -> int:
        return sum(entry.bytes for entry in self.files.values())


@dataclass(frozen=True, slots=True)
class LoadedModel:
    """A verified artifact in memory."""

    manifest: Manifest
    scorer: Scorer


def _digest(path: Path) -> FileEntry:
    with path.open("rb") as file:
        return FileEntry(hashlib.file_digest(file, "sha256").hexdigest(), path.stat().st_size)


def _inventory(directory: Path) -> dict[str, Path]:
    """All files below the directory but the manifest; a link or a device is a reason to refuse the whole."""
    found: dict[str, Path] = {}
    for path in sorted(directory.rglob("*")):
        if path.is_symlink() or not (path.is_file() or path.is_dir()):
            raise ArtifactCorrupt(reason=f"{path.name} is not a plain file")
        if path.is_file() and path != directory / MANIFEST:
            found[path.relative_to(directory).as_posix()] = path
    return found


def seal(directory: Path, *, name: str, family: str, version: str) -> Manifest:
    """Write the manifest of a finished artifact, durably, as the last thing; return it."""
    if not NAME.fullmatch(name):
        raise ValueError(f"bad model name {name!r}: use a-z, 0-9, _ and -, at most 64 characters")
    inventory = _inventory(directory)
    if missing := [required for required in REQUIRED if required not in inventory]:
        raise ValueError(f"the artifact lacks {', '.join(missing)}")
    manifest = Manifest(
        name=name,
        family=family,
        version=version,
        created_at=datetime.now(UTC).isoformat(timespec="seconds"),
        files={relative: _digest(path) for relative, path in inventory.items()},
    )
    for path in inventory.values():
        _sync(path)
    temporary = directory / (MANIFEST + ".part")
    temporary.write_text(
        json.dumps({"format": FORMAT, **asdict(manifest)}, ensure_ascii=False, indent=1) + "\n",
        encoding="utf-8",
    )
    _sync(temporary)
    temporary.replace(directory / MANIFEST)
    _sync(directory)
    return manifest


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def read_manifest(directory: Path) -> Manifest:
    """Parse the manifest without looking at the files; raise ArtifactCorrupt if it is not one."""
    path = directory / MANIFEST
    try:
        if path.stat().st_size > _MAX_MANIFEST_BYTES:
            raise ArtifactCorrupt(reason="the manifest is too large")
        raw = json.loads(path.read_text(encoding="utf-8"))
        return _manifest(raw)
    except FileNotFoundError:
        raise ArtifactCorrupt(reason="there is no manifest.json") from None
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as broken:
        raise ArtifactCorrupt(reason="manifest.json cannot be read") from broken


def _manifest(raw: dict[str, Any]) -> Manifest:
    if raw["format"] != FORMAT:
        raise ArtifactCorrupt(reason=f"format {raw['format']!r} is not known to this version")
    files = {
        str(relative): FileEntry(str(entry["sha256"]), int(entry["bytes"]))
        for relative, entry in raw["files"].items()
    }
    for relative in files:
        parts = PurePosixPath(relative).parts
        if not parts or PurePosixPath(relative).is_absolute() or ".." in parts or "\\" in relative:
            raise ArtifactCorrupt(reason="a file lies outside the artifact")
    manifest = Manifest(
        name=str(raw["name"]),
        family=str(raw["family"]),
        version=str(raw["version"]),
        created_at=str(raw["created_at"]),
        files=files,
    )
    if not NAME.fullmatch(manifest.name) or not NAME.fullmatch(manifest.family):
        raise ArtifactCorrupt(reason="the name or family is not of the allowed form")
    if missing := [required for required in REQUIRED if required not in files]:
        raise ArtifactCorrupt(reason=f"{missing[0]} is missing")
    return manifest


def verify(directory: Path) -> Manifest:
    """Check that the directory holds exactly the files of its manifest, unchanged; return the manifest."""
    manifest = read_manifest(directory)
    inventory = _inventory(directory)
    if len(inventory) > MAX_FILES or set(inventory) != set(manifest.files):
        raise ArtifactCorrupt(reason="its files are not those of the manifest")
    for relative, path in inventory.items():
        if _digest(path) != manifest.files[relative]:
            raise ArtifactCorrupt(reason=f"{relative} differs from its checksum")
    return manifest


def load(directory: Path) -> LoadedModel:
    """Verify an artifact and load its scorer. Raises ArtifactCorrupt; runs no code from the artifact."""
    manifest = verify(directory)
    return LoadedModel(manifest, load_scorer(manifest.family, directory))
