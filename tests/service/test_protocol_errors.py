"""Bad input, in each protocol: a 4xx in that protocol's own shape, and the server goes on."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import httpx
import pytest
from servers import Server

CONFIG = (
    '<View><Text name="text" value="$text"/><Choices name="verdict" toName="text">'
    '<Choice value="toxic"/><Choice value="not toxic"/></Choices></View>'
)


def is_perspective(body: Any, status: int) -> bool:
    error = body["error"]
    return error["code"] == status and bool(error["message"]) and error["status"].isupper()


def is_openai(body: Any, status: int) -> bool:
    error = body["error"]
    return set(error) == {"message", "type", "param", "code"} and bool(error["message"])


def is_plain(body: Any, status: int) -> bool:
    return set(body) == {"error"} and isinstance(body["error"], str) and bool(body["error"])


@dataclass(frozen=True)
class Protocol:
    name: str
    path: str
    wrap: Callable[[list[Any]], Any]
    is_shaped: Callable[[Any, int], bool]
    #: a body whose field of a fixed type has another one
    wrong_types: Any
    unknown_model: tuple[str, Any] | None
    takes_lists: bool = True


PROTOCOLS = [
    Protocol(
        "perspective",
        "/v1alpha1/comments:analyze",
        lambda texts: {
            "comment": {"text": texts[0] if texts else ""},
            "requestedAttributes": {"TOXICITY": {}},
        },
        is_perspective,
        {"comment": {"text": 5}, "requestedAttributes": []},
        None,
        takes_lists=False,
    ),
    Protocol(
        "perspective suggestions",
        "/v1alpha1/comments:suggestscore",
        lambda texts: {
            "comment": {"text": texts[0] if texts else ""},
            "attributeScores": {"TOXICITY": {"summaryScore": {"value": 1}}},
        },
        is_perspective,
        {"comment": "text", "attributeScores": {"TOXICITY": {"summaryScore": {"value": "x"}}}},
        None,
        takes_lists=False,
    ),
    Protocol(
        "openai",
        "/v1/moderations",
        lambda texts: {"input": texts},
        is_openai,
        {"input": {"text": 1}},
        ("/v1/moderations", {"input": "да", "model": "nobody"}),
    ),
    Protocol(
        "oip",
        "/v2/models/cnn/infer",
        lambda texts: {
            "inputs": [{"name": "text", "shape": [len(texts)], "datatype": "BYTES", "data": texts}],
        },
        is_plain,
        {"inputs": [{"name": "text", "shape": "1", "datatype": "BYTES", "data": "да"}]},
        (
            "/v2/models/nobody/infer",
            {"inputs": [{"name": "text", "shape": [1], "datatype": "BYTES", "data": ["да"]}]},
        ),
    ),
    Protocol(
        "label studio",
        "/label-studio/predict",
        lambda texts: {
            "tasks": [{"id": number, "data": {"text": text}} for number, text in enumerate(texts)],
            "label_config": CONFIG,
        },
        is_plain,
        {"tasks": [{"id": "x", "data": []}], "label_config": CONFIG},
        (
            "/label-studio/nobody/predict",
            {"tasks": [{"id": 1, "data": {"text": "да"}}], "label_config": CONFIG},
        ),
    ),
]


def bad_bodies(protocol: Protocol) -> dict[str, bytes]:
    def wrapped(*texts: Any) -> bytes:
        return json.dumps(protocol.wrap(list(texts))).encode()

    good = json.dumps(protocol.wrap(["статья"]), ensure_ascii=False)
    bodies = {
        "no body": b"",
        "broken JSON": b'{"comment": ',
        "another type": b"[]",
        "a number": b"5",
        "wrong types": json.dumps(protocol.wrong_types).encode(),
        "a number for a text": wrapped(5),
        "NaN for a text": wrapped(float("nan")),
        "null for a text": wrapped(None),
        "nothing": wrapped(),
        "an empty text": wrapped(""),
        "a blank text": wrapped(" \n\t "),
        "a text of 1 MB": wrapped("я" * 500_000),
        "invalid UTF-8": good.encode().replace("статья".encode(), b"\xff\xfe\xd1"),
        "a lone surrogate": good.replace("статья", "\\ud800").encode(),
        "a body over the limit": wrapped("я" * 11_000_000),
    }
    if protocol.takes_lists:
        bodies["100,000 texts"] = wrapped(*["да"] * 100_000)
    return bodies


@pytest.mark.parametrize("protocol", PROTOCOLS, ids=lambda protocol: protocol.name)
def test_bad_input_is_refused_in_the_protocols_own_shape(server: Server, protocol: Protocol) -> None:
    with httpx.Client(base_url=server.url, timeout=60) as http:
        for what, body in bad_bodies(protocol).items():
            answer = http.post(protocol.path, content=body, headers={"Content-Type": "application/json"})
            assert 400 <= answer.status_code < 500, (what, answer.status_code, answer.text[:300])
            assert protocol.is_shaped(answer.json(), answer.status_code), (what, answer.text[:300])
            assert len(answer.content) < 2000, what  # nothing of what was sent comes back
        answer = http.post(protocol.path, json=protocol.wrap(["спасибо за статью"]))
        assert answer.status_code in (200, 201), answer.text


@pytest.mark.parametrize("protocol", PROTOCOLS, ids=lambda protocol: protocol.name)
def test_a_chunked_body_over_the_limit_is_refused_in_shape(server: Server, protocol: Protocol) -> None:
    chunks = (b" " * 1_000_000 for _ in range(11))
    answer = httpx.post(f"{server.url}{protocol.path}", content=chunks, timeout=60)
    assert answer.status_code == 413
    assert protocol.is_shaped(answer.json(), 413)


@pytest.mark.parametrize(
    "protocol", [each for each in PROTOCOLS if each.unknown_model], ids=lambda protocol: protocol.name
)
def test_an_unknown_model_is_refused_in_shape(server: Server, protocol: Protocol) -> None:
    assert protocol.unknown_model is not None
    path, body = protocol.unknown_model
    answer = httpx.post(f"{server.url}{path}", json=body)
    assert answer.status_code == 404
    assert protocol.is_shaped(answer.json(), 404)


@pytest.mark.parametrize("threshold", ["1.5", "NaN", "-1", '"a"', "Infinity"])
def test_perspective_refuses_thresholds_that_are_none(server: Server, threshold: str) -> None:
    body = '{"comment": {"text": "да"}, "requestedAttributes": {"TOXICITY": {"scoreThreshold": ?}}}'.replace(
        "?", threshold
    )
    answer = httpx.post(f"{server.url}/v1alpha1/comments:analyze", content=body.encode())
    assert answer.status_code == 400
    assert answer.json()["error"]["status"] == "INVALID_ARGUMENT"
    field = answer.json()["error"]["details"][0]["fieldViolations"][0]["field"]
    assert field.startswith("requestedAttributes.TOXICITY")


@pytest.mark.parametrize(
    ("body", "error_type", "message"),
    [
        ({"requestedAttributes": {"TOXICITY": {}}}, "COMMENT_EMPTY", "Comment must be non-empty."),
        ({"comment": {"text": "да"}}, "NO_REQUESTED_ATTRIBUTES", "Missing requested_attributes."),
        (
            {"comment": {"text": "x" * 20_481}, "requestedAttributes": {"TOXICITY": {}}},
            "COMMENT_TOO_LONG",
            "Comment text too long.",
        ),
        (
            {"comment": {"text": "да"}, "requestedAttributes": {"NICENESS": {}}},
            "INVALID_REQUEST",
            "Unknown requested attribute: NICENESS",
        ),
        (
            {"comment": {"text": "да", "type": "HTML"}, "requestedAttributes": {"TOXICITY": {}}},
            "INVALID_REQUEST",
            "Currently, only 'PLAIN_TEXT' comments are supported.",
        ),
        (
            {"comment": {"text": "да"}, "requestedAttributes": {"TOXICITY": {"scoreType": "RAW"}}},
            "INVALID_REQUEST",
            "Requested score type RAW is not supported by attribute TOXICITY",
        ),
    ],
)
def test_perspectives_own_errors_have_its_words_and_types(
    server: Server, body: dict[str, Any], error_type: str, message: str
) -> None:
    answer = httpx.post(f"{server.url}/v1alpha1/comments:analyze", json=body)
    assert answer.status_code == 400
    error = answer.json()["error"]
    assert (error["message"], error["status"]) == (message, "INVALID_ARGUMENT")
    assert error["details"][0]["errorType"] == error_type


@pytest.mark.parametrize(
    ("path", "is_shaped"),
    [
        ("/v1alpha1/comments:nothing", is_perspective),
        ("/v1/chat/completions", is_openai),
        ("/v2/models/cnn/nothing", is_plain),
        ("/label-studio/cnn/nothing", is_plain),
    ],
)
def test_addresses_that_are_not_there_are_refused_in_shape(
    server: Server, path: str, is_shaped: Callable[[Any, int], bool]
) -> None:
    answer = httpx.post(f"{server.url}{path}", json={})
    assert answer.status_code in (404, 405)
    assert is_shaped(answer.json(), answer.status_code)
