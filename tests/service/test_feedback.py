"""Feedback on scores: kept, listed, exported, made into a data set, forgotten."""

import csv
import hashlib
import io
import json
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from servers import Server


@pytest.fixture
def http(server: Server) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=server.url, timeout=30) as client:
        yield client


def give(http: httpx.Client, text: str, is_toxic: bool, **fields: Any) -> dict[str, Any]:
    answer = http.post("/api/v1/feedback", json={"text": text, "is_toxic": is_toxic} | fields)
    assert answer.status_code == 201, answer.text
    given: dict[str, Any] = answer.json()
    return given


def test_feedback_keeps_hash_and_score_and_no_text(http: httpx.Client) -> None:
    text = "комментарий, который никто не хранит"
    given = give(http, text, True)
    assert given["text"] is None
    assert given["text_sha256"] == hashlib.sha256(text.encode()).hexdigest()
    scores = http.post("/predict_scores", json={"texts": [text]}).json()["scores"]
    assert given["score"] == pytest.approx(scores[0], abs=1e-6)
    assert (given["model"], given["is_toxic"], given["source"]) == ("cnn", True, "api")
    assert text not in http.get("/api/v1/feedback/export").text


def test_feedback_is_listed_in_pages_oldest_first(http: httpx.Client) -> None:
    given = [give(http, f"страница {number}", False)["uuid"] for number in range(3)]
    total = http.get("/api/v1/feedback", params={"limit": 1}).json()["total"]
    page = http.get("/api/v1/feedback", params={"offset": total - 3, "limit": 3, "source": "api"}).json()
    everything = http.get("/api/v1/feedback", params={"limit": 1000}).json()["feedback"]
    assert [each["uuid"] for each in everything if each["uuid"] in given] == given
    assert page["total"] <= total


def test_exports_carry_texts_unchanged(http: httpx.Client) -> None:
    text = 'строка с "кавычками",\nпереносом; и 😀'
    give(http, text, True, store_text=True)
    lines = http.get("/api/v1/feedback/export").text.splitlines()
    assert text in [json.loads(line)["text"] for line in lines]
    table = csv.DictReader(
        io.StringIO(http.get("/api/v1/feedback/export", params={"format": "csv"}).text, newline="")
    )
    assert text in [row["text"] for row in table]


def test_exported_csv_runs_nothing_in_a_spreadsheet(http: httpx.Client) -> None:
    give(http, '=HYPERLINK("http://localhost/", "ты")', True, store_text=True)
    table = csv.DictReader(
        io.StringIO(http.get("/api/v1/feedback/export", params={"format": "csv"}).text, newline="")
    )
    texts = [row["text"] for row in table]
    assert '\'=HYPERLINK("http://localhost/", "ты")' in texts
    assert not any(text.startswith("=") for text in texts)


def test_feedback_with_texts_becomes_a_data_set(http: httpx.Client) -> None:
    give(http, "вот это грубость, дурак", True, store_text=True)
    give(http, "вот это вежливость, друг", False, store_text=True)
    give(http, "а это не хранится", False)
    made = http.post("/api/v1/feedback/dataset", json={"name": "feedback-test", "source": "api"})
    assert made.status_code == 201, made.text
    try:
        rows = http.get(f"/api/v1/datasets/{made.json()['uuid']}/preview", params={"limit": 100}).json()[
            "rows"
        ]
        texts = {row["text"]: row["label"] for row in rows}
        assert texts["вот это грубость, дурак"] == 1
        assert texts["вот это вежливость, друг"] == 0
        assert "а это не хранится" not in texts
        again = http.post("/api/v1/feedback/dataset", json={"name": "feedback-test"})
        assert (again.status_code, again.json()["error"]["code"]) == (409, "dataset_name_taken")
    finally:
        http.delete(f"/api/v1/datasets/{made.json()['uuid']}")


def test_a_source_without_texts_gives_no_data_set(http: httpx.Client) -> None:
    answer = http.post("/api/v1/feedback/dataset", json={"name": "nothing", "source": "nobody"})
    assert (answer.status_code, answer.json()["error"]["code"]) == (422, "nothing_collected")


def test_a_text_is_forgotten_with_all_that_was_said_about_it(http: httpx.Client) -> None:
    text = "забудь меня"
    sha256 = give(http, text, True, store_text=True)["text_sha256"]
    give(http, text, False)
    assert http.delete(f"/api/v1/feedback/{sha256}").status_code == 200
    assert sha256 not in http.get("/api/v1/feedback/export").text
    assert http.delete(f"/api/v1/feedback/{sha256}").json()["error"]["code"] == "unknown_feedback"


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"text": "да"},
        {"text": "", "is_toxic": True},
        {"text": " ", "is_toxic": True},
        {"text": "да", "is_toxic": "maybe"},
        {"text": "да", "is_toxic": True, "model": "NO!"},
        {"text": "да", "is_toxic": True, "other": 1},
        {"text": "я" * 20_001, "is_toxic": True},
    ],
)
def test_bad_feedback_is_refused(http: httpx.Client, body: dict[str, Any]) -> None:
    answer = http.post("/api/v1/feedback", json=body)
    assert 400 <= answer.status_code < 500
    assert set(answer.json()["error"]) >= {"code", "message", "hint"}
