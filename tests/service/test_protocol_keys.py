"""Keys go where each protocol's clients put them; without one, the refusal has the protocol's own shape."""

import os
import subprocess
from collections.abc import Iterator
from typing import Any

import httpx
import openai
import pytest
import tritonclient.http as triton
from googleapiclient.errors import HttpError
from servers import CHISTO, Server

from tests.service.test_label_studio import POLITE, TOXIC, LabelStudio
from tests.service.test_oip import tensor
from tests.service.test_perspective import client as google_client


@pytest.fixture(scope="module")
def guarded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Server, str]]:
    """A server with one key, of the role `predict`, and that key."""
    from servers import start_server

    home = tmp_path_factory.mktemp("guarded")
    made = subprocess.run(
        [CHISTO, "keys", "create", "clients"],
        env=os.environ | {"CHISTO_HOME": str(home)},
        capture_output=True,
        text=True,
        check=True,
    )
    running = start_server(home)
    try:
        running.wait_ready()
        yield running, made.stdout.split()[0]
    finally:
        running.stop()


def test_google_clients_send_the_key_in_the_query(guarded: tuple[Server, str]) -> None:
    server, key = guarded
    body = {"comment": {"text": TOXIC}, "requestedAttributes": {"TOXICITY": {}}}
    scored = google_client(server, key).comments().analyze(body=body).execute()
    assert scored["attributeScores"]["TOXICITY"]["summaryScore"]["value"] > 0.8
    with pytest.raises(HttpError) as refused:
        google_client(server, "wrong").comments().analyze(body=body).execute()
    assert refused.value.status_code == 401
    answer = httpx.post(f"{server.url}/v1alpha1/comments:analyze", json=body).json()
    assert answer["error"]["status"] == "UNAUTHENTICATED"


def test_openais_client_sends_its_api_key(guarded: tuple[Server, str]) -> None:
    server, key = guarded
    assert (
        openai.OpenAI(base_url=f"{server.url}/v1", api_key=key)
        .moderations.create(input=TOXIC)
        .results[0]
        .flagged
    )
    with pytest.raises(openai.AuthenticationError):
        openai.OpenAI(base_url=f"{server.url}/v1", api_key="wrong").moderations.create(input=TOXIC)


def test_tritons_client_sends_the_key_as_a_header(guarded: tuple[Server, str]) -> None:
    server, key = guarded
    client = triton.InferenceServerClient(server.url.removeprefix("http://"))
    result = client.infer("cnn", [tensor([TOXIC], binary=True)], headers={"Authorization": f"Bearer {key}"})
    assert result.as_numpy("score")[0] > 0.8
    assert not client.is_model_ready("cnn")
    client.close()


def test_label_studio_sends_the_key_as_password_and_may_not_train_with_the_role_predict(
    guarded: tuple[Server, str],
) -> None:
    server, key = guarded
    studio = LabelStudio(f"{server.url}/label-studio/", 3, auth=("anybody", key))
    assert studio.health().status_code == 200
    assert len(studio.predict(TOXIC, POLITE).json()["results"]) == 2
    assert studio.annotate(1, TOXIC, "toxic").status_code == 201
    answer = studio.start_training()
    assert answer.status_code == 403
    assert set(answer.json()) == {"error"}
    stranger = LabelStudio(f"{server.url}/label-studio/", 3)
    assert stranger.health().status_code == 401
    assert set(stranger.health().json()) == {"error"}


@pytest.mark.parametrize(
    ("method", "path", "body", "status"),
    [
        ("POST", "/api/v1/feedback", {"text": POLITE, "is_toxic": False}, 201),
        ("GET", "/api/v1/feedback", None, 403),
        ("GET", "/api/v1/feedback/export", None, 403),
        ("POST", "/api/v1/feedback/dataset", {"name": "x"}, 403),
        ("DELETE", f"/api/v1/feedback/{'0' * 64}", None, 403),
    ],
)
def test_the_role_predict_gives_feedback_and_reads_none(
    guarded: tuple[Server, str], method: str, path: str, body: Any, status: int
) -> None:
    server, key = guarded
    answer = httpx.request(method, f"{server.url}{path}", json=body, headers={"X-API-Key": key})
    assert answer.status_code == status
