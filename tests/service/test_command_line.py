"""The commands that work on files, run as a user runs them."""

import csv
import io
import json
import subprocess
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from servers import CHISTO, ROOT

from chisto.demo import generate
from chisto.settings import Settings
from cli.settings import markdown_table


def chisto(*arguments: object, home: Path, data: bytes | None = None, language: str = "C.UTF-8") -> bytes:
    done = run(*arguments, home=home, data=data, language=language)
    assert done.returncode == 0, done.stderr.decode()
    return done.stdout


def run(
    *arguments: object, home: Path, data: bytes | None = None, language: str = "C.UTF-8"
) -> subprocess.CompletedProcess[bytes]:
    environment = {
        "CHISTO_HOME": str(home),
        "PATH": "/usr/bin:/bin",
        "LANG": language,
        "OMP_NUM_THREADS": "1",
    }
    return subprocess.run(
        [CHISTO, *map(str, arguments)],
        input=data,
        env=environment,
        capture_output=True,
        timeout=300,
        check=False,
    )


@pytest.fixture(scope="module")
def labelled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("data") / "comments.csv"
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(["comment_text", "toxic"])
        writer.writerows(generate(1_000, 3))
    return path


def test_texts_with_newlines_and_quotes_survive_scoring_unchanged(tmp_path: Path) -> None:
    rows = [
        ["id", "comment", "n"],
        ["1", 'он сказал "привет",\nа ты идиот', "7"],
        ["2", "спасибо; \t, 'ага'", ""],
    ]
    source = io.StringIO()
    csv.writer(source).writerows(rows)
    (tmp_path / "in.csv").write_text(source.getvalue(), encoding="utf-8", newline="")
    chisto("score", tmp_path / "in.csv", tmp_path / "out.csv", home=tmp_path)
    with (tmp_path / "out.csv").open(encoding="utf-8", newline="") as file:
        scored = list(csv.reader(file))
    assert [row[:3] for row in scored] == rows
    assert scored[0][3:] == ["toxic_score", "is_toxic"]
    assert [row[4] for row in scored[1:]] == ["1", "0"]


def test_a_pipe_scores_json_lines(tmp_path: Path) -> None:
    lines = [{"text": "ты просто идиот и мразь"}, {"text": "спасибо, очень интересная статья"}]
    data = "\n".join(json.dumps(line, ensure_ascii=False) for line in lines).encode()
    scored = [json.loads(line) for line in chisto("score", "-", "-", home=tmp_path, data=data).splitlines()]
    assert [line["text"] for line in scored] == [line["text"] for line in lines]
    assert scored[0]["toxic_score"] > 0.8 and scored[1]["toxic_score"] < 0.2


def test_parquet_stays_parquet(tmp_path: Path) -> None:
    table = pa.table({"text": ["спасибо", "ты идиот", None], "n": [1, 2, 3]})
    pq.write_table(table, tmp_path / "in.parquet")
    chisto("score", tmp_path / "in.parquet", tmp_path / "out.parquet", home=tmp_path)
    scored = pq.read_table(tmp_path / "out.parquet")
    assert scored.select(["text", "n"]).equals(table)
    assert scored["is_toxic"].to_pylist() == [False, True, None]


def test_scoring_a_large_file_takes_no_more_memory_than_a_small_one(tmp_path: Path) -> None:
    peaks = {}
    for rows in (1_000, 40_000):
        path = tmp_path / f"{rows}.csv"
        with path.open("w", encoding="utf-8") as file:
            file.write("text\n")
            file.writelines(f"комментарий номер {n % 500}, и в нём ещё несколько слов\n" for n in range(rows))
        done = subprocess.run(
            ["/usr/bin/python3", "-c",
             "import resource, subprocess, sys; subprocess.run(sys.argv[1:], check=True, stderr=subprocess.DEVNULL);"
             "print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)",
             str(CHISTO), "score", str(path), str(tmp_path / "out.csv")],
            env={"CHISTO_HOME": str(tmp_path), "PATH": "/usr/bin", "OMP_NUM_THREADS": "1"},
            capture_output=True, text=True, check=True,
        )  # fmt: skip
        peaks[rows] = int(done.stdout)
    assert peaks[40_000] < peaks[1_000] * 1.25, peaks


def test_what_cannot_be_scored_is_told_in_one_line_and_leaves_nothing(tmp_path: Path) -> None:
    (tmp_path / "numbers.csv").write_text("a,b\n1,2\n3,4\n")
    (tmp_path / "empty.csv").write_text("")
    (tmp_path / "program.csv").write_bytes(b"MZ\x90\x00" + bytes(range(256)) * 50)
    (tmp_path / "good.csv").write_text("text\nпривет\n")
    before = sorted(tmp_path.iterdir())
    for arguments in (
        ["no-such.csv", "out.csv"], ["numbers.csv", "out.csv"], ["empty.csv", "out.csv"], ["program.csv", "out.csv"],
        ["good.csv", "out.csv", "--model", "no-such"], ["good.csv", "out.csv", "--threshold", "2"],
        ["good.csv", "out.csv", "--column", "nope"],
    ):  # fmt: skip
        done = run("score", tmp_path / arguments[0], tmp_path / arguments[1], *arguments[2:], home=tmp_path)
        assert done.returncode == 2, arguments
        assert b"Traceback" not in done.stderr and 1 < len(done.stderr.splitlines()) < 12
    assert sorted(tmp_path.iterdir()) == before


def test_a_classical_model_is_trained_measured_and_used_from_its_folder(
    labelled: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "mine"
    chisto(
        "train", "logistic_regression", "--train", labelled, "--out", folder, "--param", "C=3",
        "--param", "vectorizer.min_df=2", home=tmp_path,
    )  # fmt: skip
    card = json.loads((folder / "card.json").read_text())
    assert card["model_params"]["C"] == 3 and card["validation"]["count"] == pytest.approx(100, abs=5)
    report = json.loads(
        chisto("evaluate", labelled, "--model", folder, "--json", "--no-robustness", home=tmp_path)
    )
    assert report["metrics"]["macro_f1"]["value"] > 0.8
    scored = chisto("score", "-", "-", "--model", folder, home=tmp_path, data="text\nты идиот\n".encode())
    assert scored.startswith(b"text,toxic_score,is_toxic")
    again = run("train", "logistic_regression", "--train", labelled, "--out", folder, home=tmp_path)
    assert again.returncode == 2 and json.loads((folder / "card.json").read_text()) == card


def test_errors_come_in_the_language_of_the_terminal(tmp_path: Path) -> None:
    for language, word in (("ru_RU.UTF-8", "Ошибка"), ("C.UTF-8", "Error")):
        assert word in run("score", "no.csv", "out.csv", home=tmp_path, language=language).stderr.decode()


def test_the_settings_in_the_documentation_are_those_there_are() -> None:
    assert markdown_table() in (ROOT / "docs" / "operations.md").read_text(encoding="utf-8"), (
        "put the output of `chisto settings --markdown` into docs/operations.md"
    )
    assert all(field.description for name, field in Settings.model_fields.items()), (
        "a setting says what it is"
    )
