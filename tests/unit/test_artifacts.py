import json
from pathlib import Path

import pytest

from chisto.errors import ArtifactCorrupt
from models_store import artifacts


@pytest.fixture
def artifact(tmp_path: Path) -> Path:
    folder = tmp_path / "model"
    folder.mkdir()
    for name in artifacts.REQUIRED:
        (folder / name).write_text("{}")
    (folder / "weights").mkdir()
    (folder / "weights" / "a.onnx").write_bytes(b"weights")
    artifacts.seal(folder, name="mine", family="cnn", version="1")
    return folder


def rewrite(folder: Path, **changes: object) -> None:
    manifest = json.loads((folder / artifacts.MANIFEST).read_text())
    (folder / artifacts.MANIFEST).write_text(json.dumps(manifest | changes))


def test_a_sealed_artifact_is_whole_and_says_what_it_is(artifact: Path) -> None:
    manifest = artifacts.verify(artifact)
    assert (manifest.name, manifest.family, manifest.version) == ("mine", "cnn", "1")
    assert set(manifest.files) == {*artifacts.REQUIRED, "weights/a.onnx"}
    assert manifest.size_bytes == sum(f.stat().st_size for f in artifact.rglob("*") if f.is_file()) - (
        (artifact / artifacts.MANIFEST).stat().st_size
    )


@pytest.mark.parametrize("change", ["flip", "grow", "remove", "add", "link", "unsealed"])
def test_any_change_to_its_files_is_found(artifact: Path, change: str) -> None:
    weights = artifact / "weights" / "a.onnx"
    match change:
        case "flip":
            weights.write_bytes(b"Weights")
        case "grow":
            weights.write_bytes(b"weights ")
        case "remove":
            weights.unlink()
        case "add":
            (artifact / "extra").write_text("x")
        case "link":
            weights.unlink()
            weights.symlink_to("/etc/hostname")
        case "unsealed":
            (artifact / artifacts.MANIFEST).unlink()
    with pytest.raises(ArtifactCorrupt):
        artifacts.verify(artifact)


@pytest.mark.parametrize(
    "changes",
    [
        {"format": 2}, {"name": "../x"}, {"family": "A B"}, {"files": {}}, {"files": []}, {"files": None},
        {"files": {"../../etc/passwd": {"sha256": "", "bytes": 0}}},
        {"files": {"/etc/passwd": {"sha256": "", "bytes": 0}}},
        {"files": {"a": {"sha256": "", "bytes": "many"}}},
    ],
    ids=str,
)  # fmt: skip
def test_a_manifest_that_lies_is_refused(artifact: Path, changes: dict[str, object]) -> None:
    rewrite(artifact, **changes)
    with pytest.raises(ArtifactCorrupt):
        artifacts.verify(artifact)


@pytest.mark.parametrize("content", ["", "[]", "null", "{", '{"format": 1}', "\x00"])
def test_a_broken_manifest_is_refused(artifact: Path, content: str) -> None:
    (artifact / artifacts.MANIFEST).write_text(content)
    with pytest.raises(ArtifactCorrupt):
        artifacts.verify(artifact)


def test_what_lacks_a_card_cannot_be_sealed(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="card.json"):
        artifacts.seal(tmp_path, name="mine", family="cnn", version="1")
