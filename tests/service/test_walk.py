"""From a file to a promoted model with nothing but curl, while others are being served."""

import json
import random
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from servers import Server
from tiny_models import KIND, RUDE

ROWS = 10_000
FAMILIES = ("logistic_regression", "linear_svc", "multinomial_naive_bayes")


def comments(path: Path, rows: int, seed: int) -> Path:
    """A third of them toxic; one in twenty says the opposite of its label."""
    chance = random.Random(seed)
    lines = ["comment_text,toxic"]
    for number in range(rows):
        toxic = chance.random() < 1 / 3
        words = chance.choices(KIND, k=5)
        if toxic != (chance.random() < 0.05):
            words.insert(chance.randrange(6), chance.choice(RUDE))
        lines.append(f"{' '.join(words)} {number},{int(toxic)}")
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


@pytest.fixture
def big(new_server: Callable[..., Server]) -> Server:
    return new_server(CHISTO_GATEWAY_WORKERS="4", CHISTO_MAX_RUNNING_TASKS="4")


class Curl:
    """curl, and JSON out of what it prints."""

    def __init__(self, url: str) -> None:
        self._url = url

    def __call__(self, *arguments: str) -> Any:
        *options, path = arguments
        command = ["curl", "--silent", "--show-error", "--fail-with-body", "--noproxy", "*", *options]
        done = subprocess.run([*command, self._url + path], capture_output=True, text=True, check=False)
        assert done.returncode == 0, (path, done.stdout, done.stderr)
        return json.loads(done.stdout)

    def post(self, path: str, body: Any, method: str = "POST") -> Any:
        return self("-X", method, "-H", "Content-Type: application/json", "-d", json.dumps(body), path)

    def wait(self, tasks: list[str]) -> Iterator[list[dict[str, Any]]]:
        """The tasks as they stand, again and again until all have ended."""
        deadline = time.monotonic() + 300
        while time.monotonic() < deadline:
            found = [self(f"/api/v1/tasks/{task}") for task in tasks]
            yield found
            if all(task["status"] not in ("queued", "running") for task in found):
                return
            time.sleep(0.2)
        raise AssertionError("the tasks take too long")


class Traffic:
    """Requests without pause on connections of their own, while a test changes the models."""

    def __init__(self, url: str, threads: int = 4) -> None:
        self._url = url
        self._stop = threading.Event()
        self.answers: list[str] = []
        self.failures: list[str] = []
        self._threads = [threading.Thread(target=self._run) for _ in range(threads)]

    def __enter__(self) -> "Traffic":
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        for thread in self._threads:
            thread.join()

    def _run(self) -> None:
        while not self._stop.is_set():
            try:
                # A new connection each time: the kernel spreads them over the gateways.
                answer = httpx.post(
                    self._url + "/predict", json={"texts": [KIND[0], RUDE[0]]}, timeout=30, trust_env=False
                )
                answer.raise_for_status()
                self.answers.append(answer.json()["model"])
            except httpx.HTTPError as error:
                self.failures.append(repr(error))
            time.sleep(0.01)


def test_from_a_file_to_the_promoted_model_with_nothing_but_curl(big: Server, tmp_path: Path) -> None:
    curl = Curl(big.url)
    train, other = comments(tmp_path / "train.csv", ROWS, 1), comments(tmp_path / "other.csv", 2000, 2)

    dataset = curl("--data-binary", f"@{train}", "/api/v1/datasets?name=train&filename=train.csv")
    assert dataset["rows"] == ROWS
    started = [curl("-X", "POST", "/api/v1/datasets/train/profile")["task"]]
    for family in FAMILIES:
        wanted = {
            "name": f"my-{family}",
            "dataset": "train",
            "ml_model_type": family,
            "vectorizer_type": "tf_idf",
        }
        started.append(curl.post("/api/v1/models/fit", wanted)["task"])

    side_by_side, progress = 0, dict[str, set[float]]()
    for tasks in curl.wait(started):
        side_by_side = max(side_by_side, sum(task["status"] == "running" for task in tasks))
        for task in tasks:
            progress.setdefault(task["uuid"], set()).add(task["progress"])
    assert [task["status"] for task in tasks] == ["success"] * 4, tasks
    assert side_by_side >= 3
    assert len(progress[started[0]]) > 2  # the profile could be watched
    profile = curl("/api/v1/datasets/train/profile")["profile"]
    assert profile

    curl("-F", f"file=@{other}", "-F", "name=other", "/api/v1/datasets")
    names = [f"my-{family}" for family in FAMILIES]
    comparison = curl.post("/api/v1/evaluate", {"models": names, "dataset": "other"})["task"]
    *_, compared_task = (tasks[0] for tasks in curl.wait([comparison]))
    assert compared_task["status"] == "success", compared_task
    compared = curl(f"/api/v1/evaluate/{comparison}")["result"]["models"]
    assert [model["name"] for model in compared] == names
    best = max(compared, key=lambda model: model["roc_auc"]["value"])
    assert 0.85 < best["roc_auc"]["low"] <= best["roc_auc"]["value"] <= best["roc_auc"]["high"]
    assert len(best["roc"]["true_positive_rate"]) <= 500

    with Traffic(big.url) as traffic:
        time.sleep(1)
        promoted = curl.post("/api/v1/models/alias", {"name": best["name"]}, method="PUT")
        assert promoted["name"] == best["name"]
        answers = [
            curl("-d", '{"texts": ["спасибо интересно", "дурак дурак"]}', "/predict") for _ in range(12)
        ]
        assert {answer["model"] for answer in answers} == {best["name"]}
        assert [each["is_toxic"] for each in answers[0]["predictions"]] == [False, True]
        for name in [names[0], "cnn", best["name"]]:
            curl.post("/api/v1/models/alias", {"name": name}, method="PUT")
            assert curl("-d", '{"text": "спасибо"}', "/predict")["model"] == name
    assert traffic.failures == []
    assert {"cnn", best["name"]} <= set(traffic.answers)


def test_what_was_loaded_and_promoted_is_so_again_after_a_restart(
    new_server: Callable[..., Server], tmp_path: Path
) -> None:
    from tiny_models import build_archive

    from chisto.client import Client

    first = new_server(home=tmp_path / "home")
    with Client(first.url, timeout=120) as client:
        client.import_model(build_archive(tmp_path / "tiny.zip", name="kept"))
        client.promote("kept")
    assert first.stop() == 0
    second = new_server(home=tmp_path / "home")
    with Client(second.url, timeout=60) as client:
        answer = client.predict([RUDE[0], KIND[0]])
        assert answer.model == "kept"
        assert [each.is_toxic for each in answer.predictions] == [True, False]
        assert client.model("kept").is_loaded
