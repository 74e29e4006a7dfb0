"""Archives of models that came from outside: whole ones are taken in, all others leave nothing behind."""

import io
import json
import os
import shutil
import stat
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from tiny_models import build_archive, build_linear

from chisto.errors import ArtifactCorrupt, BadName, NameTaken
from chisto.settings import Settings
from models_store import artifacts
from models_store.archive import pack
from models_store.intake import take_in, take_in_apart
from models_store.registry import Registry, open_registry


@pytest.fixture
def registry(tmp_path: Path) -> Iterator[Registry]:
    opened = open_registry(Settings(home=tmp_path / "home"))
    yield opened
    opened.database.close()


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An artifact's folder; tests copy it before they spoil it."""
    return build_linear(tmp_path_factory.mktemp("whole") / "artifact", name="tiny")


def files_of(registry: Registry) -> set[Path]:
    """All that lies in the home but the database and locks."""
    return {
        path
        for path in registry.store.home.rglob("*")
        if path.is_file() and not path.name.startswith(("registry", "storage.lock"))
    }


def test_a_whole_archive_becomes_a_model(registry: Registry, tmp_path: Path, whole: Path) -> None:
    pack(whole, tmp_path / "model.zip")
    model = take_in_apart(registry, tmp_path / "model.zip")
    assert (model.name, model.version, model.origin, model.family) == (
        "tiny",
        1,
        "imported",
        "logistic_regression",
    )
    loaded = artifacts.load(registry.store.fetch(model.tag))
    assert loaded.scorer.score(["дурак идиот"])[0] > 0.5 > loaded.scorer.score(["спасибо статья"])[0]


def test_names_are_checked_before_anything_is_kept(registry: Registry, tmp_path: Path, whole: Path) -> None:
    pack(whole, tmp_path / "model.zip")
    with pytest.raises(BadName):
        take_in(registry, tmp_path / "model.zip", "../evil")
    take_in(registry, tmp_path / "model.zip", "mine")
    before = files_of(registry)
    with pytest.raises(NameTaken):
        take_in(registry, tmp_path / "model.zip", "mine")
    assert files_of(registry) == before
    again = take_in(registry, tmp_path / "model.zip", "mine", is_new_version=True)
    assert again.version > 1


# --- hostile and broken ones ---------------------------------------------------------------------------------

Spoil = Callable[[Path, Path], None]  # an artifact's folder, the archive to write


def _repacked(folder: Path, target: Path, **extra: bytes) -> None:
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in sorted(folder.rglob("*")):
            if path.is_file():
                archive.write(path, path.relative_to(folder).as_posix())
        for name, data in extra.items():
            archive.writestr(name, data)


def traversing(folder: Path, target: Path) -> None:
    _repacked(folder, target)
    with zipfile.ZipFile(target, "a") as archive:
        archive.writestr("../../escaped.txt", b"out")


def absolute(folder: Path, target: Path) -> None:
    _repacked(folder, target)
    with zipfile.ZipFile(target, "a") as archive:
        archive.writestr("/tmp/escaped.txt", b"out")


def backslashed(folder: Path, target: Path) -> None:
    _repacked(folder, target, **{"..\\escaped.txt": b"out"})


def linked(folder: Path, target: Path) -> None:
    _repacked(folder, target)
    entry = zipfile.ZipInfo("link.json")
    entry.external_attr = (stat.S_IFLNK | 0o777) << 16
    with zipfile.ZipFile(target, "a") as archive:
        archive.writestr(entry, "/etc/passwd")


def bomb(folder: Path, target: Path) -> None:
    (folder / "zeros.bin").write_bytes(bytes(400_000_000))
    (folder / artifacts.MANIFEST).unlink()
    artifacts.seal(folder, name="tiny", family="logistic_regression", version="1")
    _repacked(folder, target)


def bomb_that_lies_about_its_size(folder: Path, target: Path) -> None:
    bomb(folder, target)
    data = target.read_bytes()
    target.write_bytes(data.replace((400_000_000).to_bytes(4, "little"), (10).to_bytes(4, "little")))


def crowded(folder: Path, target: Path) -> None:
    _repacked(folder, target, **{f"file{i}.json": b"{}" for i in range(500)})


def damaged(folder: Path, target: Path) -> None:
    path = folder / "pipeline.skops"
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 0xFF
    path.write_bytes(data)
    _repacked(folder, target)


def cut_short(folder: Path, target: Path) -> None:
    _repacked(folder, target)
    data = target.read_bytes()
    target.write_bytes(data[: len(data) // 2])


def with_a_stowaway(folder: Path, target: Path) -> None:
    _repacked(folder, target, **{"extra.py": b"print(1)"})


def without_manifest(folder: Path, target: Path) -> None:
    (folder / artifacts.MANIFEST).unlink()
    _repacked(folder, target)


def nonsense(folder: Path, target: Path) -> None:
    target.write_bytes(os.urandom(5000))


def of_an_unknown_family(folder: Path, target: Path) -> None:
    (folder / artifacts.MANIFEST).unlink()
    artifacts.seal(folder, name="tiny", family="oracle", version="1")
    _repacked(folder, target)


def with_an_unlisted_type(folder: Path, target: Path) -> None:
    """A pipeline that scikit-learn would build, of a type that is not on our list."""
    from sklearn.feature_extraction.text import HashingVectorizer
    from sklearn.pipeline import Pipeline
    from sklearn.tree import DecisionTreeClassifier

    pipeline = Pipeline([("v", HashingVectorizer(n_features=16)), ("m", DecisionTreeClassifier())])
    shutil.rmtree(folder)
    build_linear(folder, name="tiny", pipeline=pipeline.fit(["a", "b"], [0, 1]))
    _repacked(folder, target)


def with_a_function(folder: Path, target: Path) -> None:
    """A schema that asks the reader to look up os.system."""
    path = folder / "pipeline.skops"
    source = io.BytesIO(path.read_bytes())
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(path, "w") as new:
        for name in old.namelist():
            data = old.read(name)
            if name == "schema.json":
                schema: Any = json.loads(data)
                schema["content"] = {
                    "__class__": "function",
                    "__module__": "builtins",
                    "__loader__": "FunctionNode",
                    "content": {"module_path": "os", "function": "system"},
                }
                data = json.dumps(schema).encode()
            new.writestr(name, data)
    (folder / artifacts.MANIFEST).unlink()
    artifacts.seal(folder, name="tiny", family="logistic_regression", version="1")
    _repacked(folder, target)


@pytest.mark.parametrize(
    "spoil",
    [
        traversing,
        absolute,
        backslashed,
        linked,
        bomb,
        bomb_that_lies_about_its_size,
        crowded,
        damaged,
        cut_short,
        with_a_stowaway,
        without_manifest,
        nonsense,
        of_an_unknown_family,
        with_an_unlisted_type,
        with_a_function,
    ],
)
def test_a_bad_archive_is_refused_with_nothing_written(
    spoil: Spoil, registry: Registry, tmp_path: Path, whole: Path
) -> None:
    folder = tmp_path / "deep" / "folder" / "artifact"
    shutil.copytree(whole, folder)
    target = tmp_path / "bad.zip"
    spoil(folder, target)
    before, around = files_of(registry), set(tmp_path.iterdir())
    with pytest.raises(ArtifactCorrupt):
        take_in(registry, target)
    assert files_of(registry) == before
    assert set(tmp_path.iterdir()) == around
    assert not Path("/tmp/escaped.txt").exists()
    assert registry.models.all() == []


def test_a_refusal_comes_through_from_the_other_process(
    registry: Registry, tmp_path: Path, whole: Path
) -> None:
    folder = tmp_path / "artifact"
    shutil.copytree(whole, folder)
    damaged(folder, tmp_path / "bad.zip")
    with pytest.raises(Exception, match="checksum") as caught:
        take_in_apart(registry, tmp_path / "bad.zip")
    assert (caught.value.code, caught.value.status) == ("artifact_corrupt", 422)  # type: ignore[attr-defined]


def test_the_same_model_packs_into_the_same_bytes(tmp_path: Path, whole: Path) -> None:
    pack(whole, tmp_path / "a.zip")
    pack(whole, tmp_path / "b.zip")
    assert (tmp_path / "a.zip").read_bytes() == (tmp_path / "b.zip").read_bytes()
    assert build_archive(tmp_path / "c.zip", name="tiny").stat().st_size > 1000
