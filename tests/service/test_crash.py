"""Kills of every part of the server, in the midst of everything, at random moments that a seed fixes."""

import contextlib
import os
import random
import signal
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import psutil
import pyarrow.parquet as pq
from servers import Server, start_server
from trainers import PATIENCE_S, wait_for

from chisto import schemas
from chisto.client import Client, ClientError
from chisto.settings import Settings
from models_store import artifacts
from models_store.registry import Registry, open_registry

SEED = 20
KILLS = 20
TARGETS = ("trainer", "dask worker", "gateway", "tree")
ACTIVITIES = ("upload", "training", "promotion")
GOOD = ("спасибо за статью", "хорошая новость", "приятно читать", "согласен с автором", "какая красота")
NAMES = ("one", "two", "three")
BAD = ("ты дурак", "закрой рот, урод", "автор идиот", "мерзкие твари", "пошёл вон, тупица")


def make_table(rows: int, seed: int) -> bytes:
    chance = random.Random(seed)
    lines = ["comment_text,toxic"]
    for number in range(rows):
        toxic = chance.random() < 0.4
        words = " ".join(chance.choices(BAD if toxic else GOOD, k=3)).replace(",", "")
        lines.append(f"{words} {seed} {number},{int(toxic)}")
    return "\n".join(lines).encode()


@dataclass
class Acknowledged:
    """What the server has said yes to."""

    datasets: set[str] = field(default_factory=set)
    tasks: set[str] = field(default_factory=set)
    promoted: list[str] = field(default_factory=list)


class Ordeal:
    """A server that is killed again and again, and clients that go on."""

    def __init__(self, home: Path, chance: random.Random) -> None:
        self.home = home
        self.chance = chance
        self.said = Acknowledged()
        self.is_over = threading.Event()
        self.server = self._start()
        self.registry: Registry = open_registry(Settings(home=home))

    def _start(self) -> Server:
        running = start_server(self.home, CHISTO_GATEWAY_WORKERS="2", CHISTO_MAX_RUNNING_TASKS="2")
        running.wait_ready()
        return running

    def client(self) -> Client:
        return Client(self.server.url, timeout=20, retries=0)

    def prepare(self) -> None:
        """Data to train on, and two models to promote in turn."""
        with self.client() as client:
            source = self.home / "base.csv"
            source.write_bytes(make_table(400, 0))
            client.upload_dataset(source, name="base")
            for name in NAMES:
                assert client.wait(client.fit(self._fit(name)).task, timeout=PATIENCE_S).status == "success"
                client.load(name)

    @staticmethod
    def _fit(name: str) -> schemas.FitRequest:
        return schemas.FitRequest(
            name=name, dataset="base", ml_model_type="logistic_regression", vectorizer_type="tf_idf"
        )

    @property
    def next_promoted(self) -> str:
        return NAMES[len(self.said.promoted) % len(NAMES)]

    # --- what goes on ---

    def upload(self, number: int) -> None:
        """A file that takes its time, so that a kill meets it on its way or while it is read."""
        content = make_table(3000, number)

        def pieces() -> Iterator[bytes]:
            for start in range(0, len(content), 20_000):
                yield content[start : start + 20_000]
                time.sleep(0.05)

        name = f"upload-{number}"
        answer = httpx.post(
            f"{self.server.url}/api/v1/datasets", params={"name": name, "filename": "a.csv"}, content=pieces(),
            headers={"Content-Type": "text/csv"}, timeout=30,
        )  # fmt: skip
        answer.raise_for_status()
        self.said.datasets.add(name)

    def training(self, number: int) -> None:
        with self.client() as client:
            for part in range(2):
                self.said.tasks.add(client.fit(self._fit(f"model-{number}-{part}")).task)

    def promotion(self, number: int) -> None:
        with self.client() as client:
            while not self.is_over.is_set():
                name = self.next_promoted
                client.promote(name)
                self.said.promoted.append(name)

    # --- the kills ---

    def strike(self, number: int, target: str, activity: str) -> None:
        work: Callable[[int], None] = getattr(self, activity)

        def go_on() -> None:
            with contextlib.suppress(ClientError, httpx.HTTPError):
                work(number)

        self.is_over.clear()
        thread = threading.Thread(target=go_on, daemon=True)
        thread.start()
        if activity == "training":
            wait_for(self._is_computing, 2 * PATIENCE_S, self.server.logs)
            time.sleep(self.chance.uniform(0, 0.4))
        else:
            time.sleep(self.chance.uniform(0.05, 1.5))
        for process in self._victims(target):
            with contextlib.suppress(psutil.NoSuchProcess):
                process.send_signal(signal.SIGKILL)
        if target == "tree":
            self.server.process.wait(10)
            self.server = self._start()
        self.is_over.set()
        thread.join(PATIENCE_S)
        assert not thread.is_alive()
        self.server.wait_ready()

    def _is_computing(self) -> bool:
        """Whether some task has come so far as to say what it does."""
        return any(job.stage for job in self.registry.jobs.page(states=["running"]).jobs)

    def _victims(self, target: str) -> list[psutil.Process]:
        if target == "tree":
            main = psutil.Process(self.server.process.pid)
            return [*main.children(recursive=True), main]
        if target == "gateway":
            return self._named("--service-name chisto")[:1]
        trainers = self._named("--service-name trainer")
        if target == "trainer":
            return trainers
        # Before the first task there is no Dask worker: then the process that would start it goes.
        return [
            each for trainer in trainers for each in trainer.children() if "spawn_main" in _command(each)
        ] or trainers

    def _named(self, words: str) -> list[psutil.Process]:
        main = psutil.Process(self.server.process.pid)
        return [each for each in main.children(recursive=True) if words in _command(each)]


def _command(process: psutil.Process) -> str:
    try:
        return " ".join(process.cmdline())
    except psutil.NoSuchProcess:
        return ""


def test_after_twenty_kills_registry_store_and_jobs_agree(tmp_path: Path) -> None:
    chance = random.Random(SEED)
    pairs = [(target, activity) for target in TARGETS for activity in ACTIVITIES]
    plan = pairs + [(chance.choice(TARGETS), chance.choice(ACTIVITIES)) for _ in range(KILLS - len(pairs))]
    chance.shuffle(plan)
    ordeal = Ordeal(tmp_path / "home", chance)
    try:
        ordeal.prepare()
        for number, (target, activity) in enumerate(plan, start=1):
            ordeal.strike(number, target, activity)
        settle(ordeal)
        check_jobs(ordeal)
        check_models(ordeal)
        check_datasets(ordeal)
        check_promotion(ordeal)
        check_leftovers(ordeal)
    finally:
        for process in ordeal._victims("tree"):
            with contextlib.suppress(psutil.NoSuchProcess):
                process.kill()


def settle(ordeal: Ordeal) -> None:
    """Let everything end; what was interrupted is run again."""
    jobs = ordeal.registry.jobs

    def all_ended() -> bool:
        for job in jobs.page(states=["interrupted"], limit=1000).jobs:
            jobs.retry(job.id)
        return not jobs.page(states=["queued", "running"]).total

    wait_for(all_ended, 2 * PATIENCE_S, ordeal.server.logs)


def check_jobs(ordeal: Ordeal) -> None:
    """None is lost: all that were accepted are there, and ended well."""
    known = {job.id: job for job in ordeal.registry.jobs.page(limit=1000).jobs}
    assert ordeal.said.tasks <= set(known)
    ends = {job.id: (job.state, job.error) for job in known.values() if job.state != "success"}
    assert ends == {}


def check_models(ordeal: Ordeal) -> None:
    """None is doubled or half: each training has one model, whole, in registry and store, and no model has none."""
    models = ordeal.registry.models.all()
    own = [model for model in models if not model.is_shipped]
    fits = {job.id for job in ordeal.registry.jobs.page(kinds=["fit"], limit=1000).jobs}
    assert sorted(model.job_id or "" for model in own) == sorted(fits)
    assert len({model.name for model in own}) == len(own)
    for model in models:
        manifest = artifacts.verify(ordeal.registry.store.fetch(model.tag))
        assert (manifest.name, manifest.version) == (model.name, str(model.version)) or model.is_shipped


def check_datasets(ordeal: Ordeal) -> None:
    """What was acknowledged is there; what is there is whole."""
    found = ordeal.registry.datasets.all()
    assert ordeal.said.datasets <= {dataset.name for dataset in found}
    for dataset in found:
        path = ordeal.registry.datasets.path(dataset)
        assert (pq.ParquetFile(path).metadata.num_rows, path.stat().st_size) == (
            dataset.rows,
            dataset.size_bytes,
        )


def check_promotion(ordeal: Ordeal) -> None:
    """The last promotion that was acknowledged, or the one under way when the last kill came, is in force."""
    default = ordeal.registry.models.aliased()
    assert default is not None and default.is_wanted
    assert default.name in (ordeal.said.promoted[-1], ordeal.next_promoted)
    with ordeal.client() as client:
        wait_for(lambda: client.health().default_model == default.name, PATIENCE_S, ordeal.server.logs)
        assert client.predict(["ты дурак"]).model == default.name


def check_leftovers(ordeal: Ordeal) -> None:
    """After a sweep the store holds what the registry says and nothing else; no lock is held by the dead."""
    registry = ordeal.registry
    old = time.time() - 3600
    for folder in (registry.store.work, registry.store.uploads):
        for path in folder.iterdir() if folder.is_dir() else ():
            os.utime(path, (old, old))
    registry.sweep()
    assert registry.store.tags() == {model.tag for model in registry.models.all()}
    assert {path.name for path in registry.store.datasets.iterdir()} == registry.datasets.files()
    left = [path.name for path in registry.store.work.iterdir() if not path.name.startswith("trainer-")]
    assert left == []
    assert list(registry.store.uploads.iterdir()) == []
    assert len(list(registry.store.work.iterdir())) == 1  # the trainer's own
