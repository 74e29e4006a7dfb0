"""Files and rows agree, whatever was killed between them."""

import json
import os
import subprocess
import sys
import time
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from unit.store.builders import begin, new_job

from chisto.decision import Decision
from chisto.errors import ArtifactCorrupt, DatasetInUse, DatasetNameTaken
from models_store import artifacts, locks
from models_store.archive import pack, unpack
from models_store.datasets import NewDataset
from models_store.ingest import Upload, ingest, ingest_apart
from models_store.locks import Workspace
from models_store.registry import Registry
from models_store.saving import describe
from models_store.shipped import import_shipped

MINUTES_AGO = time.time() - 600


def make_artifact(
    folder: Path, name: str = "mine", threshold: float = 0.3, weights: bytes = b"weights"
) -> Path:
    folder.mkdir(parents=True)
    card = {"metrics": {"macro_f1": 0.9}, "model_params": {"C": 2.0}, "vectorizer_type": "tf_idf"}
    (folder / "card.json").write_text(json.dumps(card))
    (folder / "card.md").write_text("# mine")
    (folder / "weights.bin").write_bytes(weights)
    Decision(threshold=threshold).save(folder / "decision.json")
    artifacts.seal(folder, name=name, family="logistic_regression", version="1")
    return folder


def save(registry: Registry, folder: Path, name: str = "mine") -> str:
    version = registry.models.allocate_version(name)
    with registry.store.saving(folder, name=name, version=version) as tag:
        manifest = artifacts.read_manifest(folder)
        described = describe(folder, manifest, origin="trained", version=version, tag=tag)
        registry.models.add(described, is_new_version=True)
    return tag


def age(path: Path) -> None:
    os.utime(path, (MINUTES_AGO, MINUTES_AGO))


def test_a_saved_artifact_is_found_by_the_tag_of_its_row_and_says_what_its_card_says(
    registry: Registry, tmp_path: Path
) -> None:
    save(registry, make_artifact(tmp_path / "a"))
    model = registry.models.get("mine")
    assert artifacts.verify(registry.store.fetch(model.tag)).name == "mine"
    assert (model.threshold, model.metrics, model.vectorizer_type) == (0.3, {"macro_f1": 0.9}, "tf_idf")


@pytest.mark.parametrize("name", ["-mine_", "___", "a" * 64, "0"])
def test_every_allowed_name_can_be_kept_in_the_model_store(
    registry: Registry, tmp_path: Path, name: str
) -> None:
    assert registry.store.fetch(save(registry, make_artifact(tmp_path / "a", name), name)).is_dir()


def test_an_artifact_whose_row_fails_leaves_no_files(registry: Registry, tmp_path: Path) -> None:
    folder = make_artifact(tmp_path / "a")
    with pytest.raises(ZeroDivisionError), registry.store.saving(folder, name="mine", version=1):
        raise ZeroDivisionError
    assert registry.store.tags() == set()


def test_a_process_killed_between_files_and_row_leaves_nothing_after_a_sweep(
    registry: Registry, tmp_path: Path
) -> None:
    kept = save(registry, make_artifact(tmp_path / "a"))
    folder = make_artifact(tmp_path / "b")
    program = (
        "import os, signal, sys; from pathlib import Path; from models_store.store import Store\n"
        "with Store(Path(sys.argv[1])).saving(Path(sys.argv[2]), name='mine', version=2):\n"
        "    os.kill(os.getpid(), signal.SIGKILL)"
    )
    command = [sys.executable, "-c", program, str(registry.store.home), str(folder)]
    assert subprocess.run(command, check=False).returncode == -9
    assert len(registry.store.tags()) == 2
    registry.sweep()
    assert registry.store.tags() == {kept}
    assert save(registry, folder) in registry.store.tags()


def test_a_half_written_entry_disturbs_neither_saving_nor_deleting(
    registry: Registry, tmp_path: Path
) -> None:
    first = save(registry, make_artifact(tmp_path / "a"))
    broken = registry.store.models / "mine" / "2-broken"
    broken.mkdir()
    (broken / "artifact").mkdir()
    second = save(registry, make_artifact(tmp_path / "b"))
    registry.models.remove("mine", 1)
    registry.sweep()
    assert first not in registry.store.tags() and registry.store.tags() == {second}


def test_files_of_removed_models_and_data_sets_are_swept_up_and_others_stay(
    registry: Registry, tmp_path: Path
) -> None:
    save(registry, make_artifact(tmp_path / "a"))
    kept = save(registry, make_artifact(tmp_path / "b", "other"), "other")
    registry.models.remove("mine")
    (registry.store.datasets).mkdir()
    (registry.store.datasets / "stray.parquet").write_text("x")
    (registry.store.results / "gone-1").mkdir(parents=True)
    assert registry.sweep() == 3
    assert registry.store.tags() == {kept}
    assert registry.sweep() == 0


def test_results_of_a_job_that_succeeded_stay_until_it_is_forgotten(registry: Registry) -> None:
    job = begin(registry)
    folder = registry.store.results / f"{job.id}-{job.attempt}"
    folder.mkdir(parents=True)
    with registry.attempts.publishing(job.id, job.attempt):
        pass
    registry.sweep()
    assert folder.is_dir()
    registry.jobs.delete(job.id)
    registry.sweep()
    assert not folder.exists()


def test_temporary_folders_last_as_long_as_their_owner(registry: Registry) -> None:
    program = (
        "import sys, time; from pathlib import Path; from models_store.locks import Workspace\n"
        "held = Workspace.create(Path(sys.argv[1])); print('made', flush=True); time.sleep(60)"
    )
    command = [sys.executable, "-c", program, str(registry.store.uploads)]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None and process.stdout.readline() == b"made\n"
        [folder] = registry.store.uploads.iterdir()
        age(folder)
        registry.sweep()
        assert folder.is_dir() and locks.is_owned(folder) and registry.store.has_uploads()
        process.kill()
    assert not locks.is_owned(folder)
    registry.sweep()
    assert not folder.exists()


def test_a_folder_just_made_is_not_swept_up_before_it_is_locked(registry: Registry) -> None:
    (registry.store.work / "new").mkdir(parents=True)
    registry.sweep()
    assert (registry.store.work / "new").is_dir()


def test_a_workspace_is_gone_when_it_is_closed(tmp_path: Path) -> None:
    with Workspace.create(tmp_path) as workspace:
        (workspace.path / "file").write_text("x")
        assert locks.is_owned(workspace.path)
    assert not workspace.path.exists() and not locks.is_owned(workspace.path)


# --- shipped models ---


def test_shipped_models_are_entered_once_loaded_and_one_is_promoted(
    registry: Registry, tmp_path: Path
) -> None:
    defaults = tmp_path / "defaults"
    make_artifact(defaults / "cnn", "cnn")
    make_artifact(defaults / "linear", "linear")
    assert import_shipped(registry, "cnn", defaults) == ["cnn", "linear"]
    generation = registry.models.generation()
    assert import_shipped(registry, "cnn", defaults) == []
    assert registry.models.generation() == generation
    assert all(model.is_wanted and model.is_shipped for model in registry.models.all())
    default = registry.models.aliased()
    assert default is not None and default.name == "cnn"


def test_a_shipped_model_that_changed_takes_the_place_of_the_old_one(
    registry: Registry, tmp_path: Path
) -> None:
    make_artifact(tmp_path / "old" / "cnn", "cnn")
    import_shipped(registry, "cnn", tmp_path / "old")
    make_artifact(tmp_path / "new" / "cnn", "cnn", threshold=0.6)
    assert import_shipped(registry, "cnn", tmp_path / "new") == ["cnn"]
    [model] = registry.models.all()
    assert (model.version, model.threshold, model.is_current, model.is_wanted) == (2, 0.6, True, True)
    assert model.aliases == ("default",)
    registry.sweep()
    assert registry.store.tags() == {model.tag}


def test_a_promotion_survives_a_new_shipped_version(registry: Registry, tmp_path: Path) -> None:
    make_artifact(tmp_path / "old" / "cnn", "cnn")
    import_shipped(registry, "cnn", tmp_path / "old")
    save(registry, make_artifact(tmp_path / "a"))
    registry.models.promote("mine")
    make_artifact(tmp_path / "new" / "cnn", "cnn", threshold=0.6)
    import_shipped(registry, "cnn", tmp_path / "new")
    default = registry.models.aliased()
    assert default is not None and default.name == "mine"


def test_a_damaged_shipped_model_is_refused(registry: Registry, tmp_path: Path) -> None:
    folder = make_artifact(tmp_path / "defaults" / "cnn", "cnn")
    (folder / "weights.bin").write_bytes(b"WEIGHTS")
    with pytest.raises(ArtifactCorrupt):
        import_shipped(registry, "cnn", tmp_path / "defaults")
    assert registry.models.all() == [] and registry.store.tags() == set()


# --- data sets ---


@pytest.fixture
def table(tmp_path: Path) -> Path:
    path = tmp_path / "upload.csv"
    rows = [f"комментарий номер {number},{number % 2}" for number in range(50)]
    path.write_text("\n".join(["comment_text,toxic", *rows, "комментарий номер 1,1", ",1", "странно,7"]))
    return path


@pytest.mark.parametrize("how", [ingest, ingest_apart])
def test_an_upload_becomes_a_data_set_with_a_report(
    registry: Registry, table: Path, how: Callable[[Registry, Upload], object]
) -> None:
    how(registry, Upload(path=str(table), name="mine", filename="a.csv"))
    dataset = registry.datasets.get("mine")
    assert (dataset.rows, dataset.toxic, dataset.filename) == (50, 25, "a.csv")
    assert (dataset.report["rows"], dataset.report["duplicates"], dataset.report["non_binary"]) == (53, 1, 1)
    assert registry.datasets.path(dataset).stat().st_size == dataset.size_bytes
    assert list(registry.store.work.iterdir()) == []
    with pytest.raises(Exception) as refused:
        how(registry, Upload(path=str(table), name="mine"))
    assert getattr(refused.value, "code", None) == DatasetNameTaken.code


def test_the_hash_is_of_the_comments_not_of_the_file(registry: Registry, table: Path) -> None:
    first = ingest(registry, Upload(path=str(table), name="first"))
    table.write_text(table.read_text().replace(",", "\t"))
    assert ingest(registry, Upload(path=str(table), name="second")).sha256 == first.sha256


def test_texts_without_labels_keep_their_duplicates(registry: Registry, table: Path) -> None:
    dataset = ingest(registry, Upload(path=str(table), name="plain", is_labelled=False))
    assert (dataset.rows, dataset.toxic, dataset.is_labelled) == (52, None, False)


def test_a_bad_upload_leaves_nothing(registry: Registry, tmp_path: Path) -> None:
    path = tmp_path / "bad.csv"
    path.write_bytes(b"MZ\x90\x00" + b"\x00" * 200)
    with pytest.raises(Exception) as refused:
        ingest_apart(registry, Upload(path=str(path), name="bad"))
    assert getattr(refused.value, "status", 500) < 500
    assert registry.datasets.all() == [] and list(registry.store.work.rglob("*")) == []


def test_a_data_set_is_kept_while_a_job_works_on_it(registry: Registry) -> None:
    row = NewDataset(name="mine", filename=None, file="a.parquet", sha256="0", size_bytes=1, rows=1, toxic=0)
    dataset = registry.datasets.add(row)
    job = registry.jobs.submit(new_job(dataset_id=dataset.id))
    with pytest.raises(DatasetInUse):
        registry.datasets.delete("mine")
    registry.jobs.cancel(job.id)
    registry.datasets.delete("mine")
    assert registry.datasets.all() == []


# --- archives ---


def test_a_packed_artifact_unpacks_to_the_same_and_packs_to_the_same_bytes(tmp_path: Path) -> None:
    folder = make_artifact(tmp_path / "a")
    pack(folder, tmp_path / "a.zip")
    manifest = unpack(tmp_path / "a.zip", tmp_path / "b")
    assert manifest == artifacts.read_manifest(folder)
    pack(tmp_path / "b", tmp_path / "b.zip")
    assert (tmp_path / "a.zip").read_bytes() == (tmp_path / "b.zip").read_bytes()


@pytest.mark.parametrize("name", ["../evil", "/tmp/evil", "a\\..\\evil", "C:evil", "dir/../../evil"])
def test_an_archive_that_reaches_outside_is_refused(tmp_path: Path, name: str) -> None:
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.writestr(name, b"x")
    with pytest.raises(ArtifactCorrupt):
        unpack(tmp_path / "a.zip", tmp_path / "deep" / "b")
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == [tmp_path / "a.zip"]


def test_an_archive_with_a_link_is_refused(tmp_path: Path) -> None:
    entry = zipfile.ZipInfo("link")
    entry.external_attr = 0o120777 << 16
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.writestr(entry, "/etc/hostname")
    with pytest.raises(ArtifactCorrupt):
        unpack(tmp_path / "a.zip", tmp_path / "b")


def test_a_zip_bomb_is_refused_before_it_fills_the_disk(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "a.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("weights.bin", bytes(200_000_000))
    with pytest.raises(ArtifactCorrupt):
        unpack(tmp_path / "a.zip", tmp_path / "b")
    assert sum(path.stat().st_size for path in (tmp_path / "b").rglob("*")) < 50_000_000


def test_what_is_not_a_zip_or_has_too_many_files_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.zip").write_bytes(b"PK\x03\x04 and nothing else")
    with zipfile.ZipFile(tmp_path / "b.zip", "w") as archive:
        for number in range(100):
            archive.writestr(f"{number}", b"")
    for name in ("a.zip", "b.zip"):
        with pytest.raises(ArtifactCorrupt):
            unpack(tmp_path / name, tmp_path / f"{name}.out")
