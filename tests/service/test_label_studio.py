"""The ML backend as Label Studio calls it: its requests, in its order, with its timeouts."""

import time
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from servers import Server

TOXIC, POLITE = "ты просто идиот и мразь", "спасибо, очень интересная статья"
CHOICES = (
    '<Choices name="verdict" toName="comment" choice="single">'
    '<Choice value="Не токсично" alias="clean"/><Choice value="Токсично" alias="toxic"/></Choices>'
)
WORDS = '<Labels name="words" toName="comment"><Label value="insult"/></Labels>'
TEXT = '<Text name="comment" value="$body"/>'
CONFIG, PLAIN_CONFIG = f"<View>{WORDS}{TEXT}{CHOICES}</View>", f"<View>{TEXT}{CHOICES}</View>"


class LabelStudio:
    """What Label Studio does with an ML backend that is connected to a project (ml/api_connector.py, ml/models.py)."""

    def __init__(
        self, url: str, project: int, config: str = CONFIG, auth: tuple[str, str] | None = None
    ) -> None:
        self.project = {"id": project, "title": "Comments", "label_config": config, "created_by": 1}
        self.uid = f"{project}.1629208174"
        self.config = config
        self.http = httpx.Client(base_url=url, auth=auth, timeout=httpx.Timeout(3, connect=1))

    def health(self) -> httpx.Response:
        return self.http.get("health")

    def setup(self) -> httpx.Response:
        return self.http.post(
            "setup",
            json={
                "project": self.uid,
                "schema": self.config,
                "hostname": "http://localhost:8080",
                "access_token": "none",
                "extra_params": None,
            },
        )

    def predict(self, *texts: str) -> httpx.Response:
        tasks = [
            {
                "id": number,
                "data": {"body": text},
                "meta": {},
                "project": self.project["id"],
                "annotations": [],
                "predictions": [],
            }
            for number, text in enumerate(texts)
        ]
        params = {"login": None, "password": None, "context": None}
        body = {"tasks": tasks, "project": self.uid, "label_config": self.config, "params": params}
        return self.http.post("predict", json=body, timeout=100)

    def annotate(
        self, number: int, text: str, choice: str | None, action: str = "ANNOTATION_CREATED"
    ) -> httpx.Response:
        result = {
            "id": "x1",
            "type": "choices",
            "value": {"choices": [choice]},
            "origin": "manual",
            "to_name": "comment",
            "from_name": "verdict",
        }
        annotation = {
            "id": number,
            "result": [result] if choice else [],
            "was_cancelled": choice is None,
            "ground_truth": False,
            "lead_time": 3.1,
            "task": number + 100,
            "completed_by": 1,
        }
        task = {"id": number + 100, "data": {"body": text}, "is_labeled": True, "project": self.project["id"]}
        body = {"action": action, "annotation": annotation, "project": self.project, "task": task}
        return self.http.post("webhook", json=body)

    def delete_annotation(self, number: int) -> httpx.Response:
        body = {"action": "ANNOTATIONS_DELETED", "annotations": [{"id": number}], "project": self.project}
        return self.http.post("webhook", json=body)

    def start_training(self) -> httpx.Response:
        return self.http.post(
            "webhook", json={"action": "START_TRAINING", "project": self.project}, timeout=30
        )


@pytest.fixture
def studio(server: Server, request: pytest.FixtureRequest) -> Iterator[LabelStudio]:
    project = abs(hash(request.node.name)) % 10**9
    studio = LabelStudio(f"{server.url}/label-studio/", project)
    yield studio
    httpx.delete(f"{server.url}/api/v1/datasets/label-studio-{project}")


def dataset(server: Server, studio: LabelStudio, rows: int) -> dict[str, Any]:
    """The project's data set once it has so many rows."""
    name, deadline, found = f"label-studio-{studio.project['id']}", time.monotonic() + 30, []
    while time.monotonic() < deadline:
        listed = httpx.get(f"{server.url}/api/v1/datasets").json()
        found = [each for each in listed if each["name"] == name]
        if found and found[0]["rows"] == rows:
            answer: dict[str, Any] = found[0]
            return answer
        time.sleep(0.1)
    raise AssertionError(f"no data set {name} of {rows} rows: {found}")


def test_label_studio_connects_and_gets_a_prediction_for_each_task(studio: LabelStudio) -> None:
    assert studio.health().json() == {"status": "UP", "model_class": "Chisto"}
    version = studio.setup().json()["model_version"]
    results = studio.predict(TOXIC, POLITE, TOXIC).json()["results"]
    assert [each["result"][0]["value"]["choices"] for each in results] == [["toxic"], ["clean"], ["toxic"]]
    for each in results:
        assert (each["result"][0]["from_name"], each["result"][0]["to_name"]) == ("verdict", "comment")
        assert each["result"][0]["type"] == "choices"
        assert 0.8 < each["score"] <= 1
        assert each["model_version"] == version


def test_the_words_that_decided_are_marked_in_code_points(studio: LabelStudio) -> None:
    text = "😀😀 Автор, ты идиот"
    (prediction,) = studio.predict(text).json()["results"]
    marks = [each["value"] for each in prediction["result"] if each["type"] == "labels"]
    assert any("идиот" in mark["text"] for mark in marks)
    for mark in marks:
        assert text[mark["start"] : mark["end"]] == mark["text"]
        assert mark["labels"] == ["insult"]


def test_polite_comments_and_projects_without_labels_get_no_marks(
    server: Server, studio: LabelStudio
) -> None:
    (polite,) = studio.predict(POLITE).json()["results"]
    assert [each["type"] for each in polite["result"]] == ["choices"]
    plain = LabelStudio(f"{server.url}/label-studio/", 7, PLAIN_CONFIG)
    (toxic,) = plain.predict(TOXIC).json()["results"]
    assert [each["type"] for each in toxic["result"]] == ["choices"]


def test_another_model_is_connected_by_its_name_in_the_address(server: Server) -> None:
    studio = LabelStudio(f"{server.url}/label-studio/linear_svc/", 8)
    assert studio.health().status_code == 200
    version = studio.setup().json()["model_version"]
    assert "linear" in version
    (prediction,) = studio.predict(TOXIC).json()["results"]
    assert prediction["model_version"] == version


def test_annotations_come_back_as_a_data_set_that_grows(server: Server, studio: LabelStudio) -> None:
    assert studio.annotate(1, "ты дурак", "toxic").status_code == 201
    assert studio.annotate(2, "ты молодец", "clean").status_code == 201
    first = dataset(server, studio, 2)
    assert (first["is_labelled"], first["toxic"]) == (True, 1)
    studio.annotate(3, "какая же ты дрянь", "toxic")
    grown = dataset(server, studio, 3)
    assert grown["uuid"] == first["uuid"]
    assert grown["toxic"] == 2


def test_a_changed_annotation_replaces_and_a_deleted_one_goes(server: Server, studio: LabelStudio) -> None:
    studio.annotate(1, "ты дурак", "toxic")
    studio.annotate(2, "ты молодец", "toxic")
    studio.annotate(3, "ну и погода", "clean")
    assert dataset(server, studio, 3)["toxic"] == 2
    studio.annotate(2, "ты молодец", "clean", action="ANNOTATION_UPDATED")
    studio.annotate(4, "пропущено", None)  # a skipped task says nothing
    studio.delete_annotation(3)
    assert dataset(server, studio, 2)["toxic"] == 1


def test_events_that_say_nothing_about_annotations_are_let_be(studio: LabelStudio) -> None:
    answer = studio.http.post("webhook", json={"action": "PROJECT_UPDATED", "project": studio.project})
    assert answer.status_code == 200
    assert answer.json() == {"status": "Unknown event"}


def test_the_user_starts_training_on_what_was_annotated(server: Server, studio: LabelStudio) -> None:
    bad, good = ["дурак", "идиот", "дрянь", "мразь", "урод"], ["друг", "умница", "молодец", "герой", "мастер"]
    for number in range(20):
        words, choice = (bad, "toxic") if number % 2 else (good, "clean")
        studio.annotate(number, f"ты {words[number // 2 % 5]} номер {number}", choice)
    answer = studio.start_training()
    assert answer.status_code == 201, answer.text
    task = answer.json()["job"]
    deadline = time.monotonic() + 120
    while (state := studio.http.post("job_status", json={"job": task}).json()["job_status"]) in (
        "queued",
        "started",
    ):
        assert time.monotonic() < deadline
        time.sleep(0.2)
    assert state == "finished", httpx.get(f"{server.url}/api/v1/tasks/{task}").text
    name = f"label-studio-{studio.project['id']}"
    models = {each["name"]: each for each in httpx.get(f"{server.url}/api/v1/models").json()}
    assert models[name]["is_trained"] and not models[name]["is_default"]
    httpx.delete(f"{server.url}/api/v1/models/remove/{name}")


def test_training_without_annotations_is_refused(studio: LabelStudio) -> None:
    answer = studio.start_training()
    assert answer.status_code == 422
    assert set(answer.json()) == {"error"}


@pytest.mark.parametrize(
    "config",
    [
        "",
        "<View>",
        "<View></View>",
        f"<View>{TEXT}</View>",
        f'<View>{TEXT}<Choices name="a" toName="comment"><Choice value="red"/><Choice value="blue"/></Choices></View>',
        f'<View><Image name="comment" value="$body"/>{CHOICES}</View>',
        f'<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;">]><View>{TEXT}{CHOICES}&b;</View>',
    ],
)
def test_configurations_that_toxicity_does_not_fit_are_refused(studio: LabelStudio, config: str) -> None:
    studio.config = config
    answer = studio.predict(TOXIC)
    assert answer.status_code == 400
    assert set(answer.json()) == {"error"}
