"""`chisto datasets`, `models` and `jobs` against a running server, as a user types them."""

import csv
import json
import os
import subprocess
from pathlib import Path
from typing import Any

import pytest
from servers import CHISTO, Server

from chisto.demo import generate


class Shell:
    def __init__(self, server: Server, folder: Path) -> None:
        self._server, self._folder = server, folder

    def run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        environment = {**os.environ, "CHISTO_URL": self._server.url, "LANG": "C.UTF-8", "LC_ALL": "C.UTF-8"}
        environment["CHISTO_HOME"] = str(self._folder / "no-server-here")
        return subprocess.run(
            [CHISTO, *arguments],
            env=environment,
            cwd=self._folder,
            capture_output=True,
            text=True,
            timeout=180,
        )

    def __call__(self, *arguments: str) -> str:
        done = self.run(*arguments)
        assert done.returncode == 0, done.stderr
        return done.stdout + done.stderr

    def json(self, *arguments: str) -> Any:
        done = self.run(*arguments)
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)


@pytest.fixture
def chisto(server: Server, tmp_path: Path) -> Shell:
    return Shell(server, tmp_path)


def write_comments(path: Path, rows: int) -> Path:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["comment_text", "toxic"])
        writer.writerows([*generate(rows), ("без метки", "")])
    return path


def test_from_a_file_to_a_promoted_and_exported_model(chisto: Shell, tmp_path: Path) -> None:
    write_comments(tmp_path / "forum.csv", 400)
    said = chisto("datasets", "upload", "forum.csv", "--name", "cli-forum")
    assert "cli-forum" in said and "left out" in said
    assert "cli-forum" in chisto("datasets", "list")
    assert chisto.json("datasets", "report", "cli-forum")["dropped"]
    assert len(chisto.json("datasets", "show", "cli-forum", "--limit", "3", "--json")["rows"]) == 3
    chisto("datasets", "download", "cli-forum", "copy.jsonl")
    assert len((tmp_path / "copy.jsonl").read_text("utf-8").splitlines()) > 300
    assert "classes" in json.dumps(chisto.json("datasets", "profile", "cli-forum"))

    chisto("models", "fit", "cli-bayes", "cli-forum", "--family", "multinomial_naive_bayes", "--load")
    ended = chisto.json(
        "models", "fit", "cli-line", "cli-forum", "--vectorizer", "tf_idf", "--params", '{"C": 3.0}', "--load", "--json",
    )  # fmt: skip
    assert ended["status"] == "success"
    assert "cli-bayes" in chisto("models", "list")
    assert "macro" in chisto("models", "card", "cli-line").lower()
    assert "0.33" in chisto("models", "threshold", "cli-line", "0.33")
    compared = chisto.json("jobs", "evaluate", "cli-forum", "cli-line", "cli-bayes", "--json")
    assert [model["name"] for model in compared["models"]] == ["cli-line", "cli-bayes"]
    chisto("datasets", "score", "cli-forum", "scored.csv", "--model", "cli-line")
    assert "toxic_score" in (tmp_path / "scored.csv").read_text("utf-8-sig").splitlines()[0]

    chisto("models", "export", "cli-line", "line.zip")
    assert "cli-copy" in chisto("models", "import", "line.zip", "--name", "cli-copy")
    assert "cli-copy" in chisto("models", "promote", "cli-copy")
    assert (
        next(model for model in chisto.json("models", "list", "--json") if model["is_default"])["name"]
        == "cli-copy"
    )
    chisto("models", "promote", "cnn")
    chisto("models", "unload", "cli-bayes")
    chisto("models", "remove", "cli-copy", "cli-line", "cli-bayes")
    chisto("datasets", "delete", "cli-forum")
    assert "cli-" not in chisto("models", "list") + chisto("datasets", "list")


def test_jobs_are_followed_cancelled_retried_and_forgotten(chisto: Shell, tmp_path: Path) -> None:
    write_comments(tmp_path / "more.csv", 3000)
    chisto("datasets", "upload", "more.csv", "--name", "cli-more")
    task = chisto.json(
        "models", "fit", "cli-slow", "cli-more", "--family", "cnn", "--no-wait", "--json",
    )["task"]  # fmt: skip
    assert task in chisto("jobs", "list")
    chisto("jobs", "cancel", task)
    assert chisto.run("jobs", "wait", task).returncode == 1
    assert chisto.json("jobs", "show", task)["status"] == "cancelled"
    chisto("jobs", "retry", task)
    chisto("jobs", "cancel", task)
    chisto("jobs", "log", task)
    chisto("jobs", "delete", task)
    assert task not in chisto("jobs", "list")
    chisto("datasets", "delete", "cli-more")


def test_what_cannot_be_done_ends_with_a_sentence_and_a_way_out(chisto: Shell) -> None:
    for arguments, said in [
        (("models", "load", "nobody"), "nobody"),
        (("models", "unload", "cnn"), "cnn"),
        (("datasets", "show", "nothing"), "nothing"),
        (("models", "fit", "x", "nothing", "--params", "[1]"), "JSON"),
    ]:
        done = chisto.run(*arguments)
        assert done.returncode == 2 and said in done.stderr
        assert "Traceback" not in done.stderr
