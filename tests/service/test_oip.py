"""Open Inference Protocol v2 as Triton's client sees it."""

import json
import struct
from collections.abc import Iterator
from typing import Any

import httpx
import numpy as np
import pytest
import tritonclient.http as triton
from servers import Server
from tritonclient.utils import InferenceServerException

TOXIC, POLITE = "ты просто идиот и мразь", "спасибо, очень интересная статья"


@pytest.fixture
def client(server: Server) -> Iterator[triton.InferenceServerClient]:
    client = triton.InferenceServerClient(server.url.removeprefix("http://"))
    yield client
    client.close()


def tensor(texts: list[str], *, binary: bool, shape: tuple[int, ...] | None = None) -> triton.InferInput:
    array = np.array([text.encode() for text in texts], dtype=object).reshape(shape or (len(texts),))
    given = triton.InferInput("text", list(array.shape), "BYTES")
    given.set_data_from_numpy(array, binary_data=binary)
    return given


def post(server: Server, body: Any, **headers: str) -> httpx.Response:
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    return httpx.post(f"{server.url}/v2/models/cnn/infer", content=content, headers=headers)


def request(*texts: str, **fields: Any) -> dict[str, Any]:
    given = {"name": "text", "shape": [len(texts)], "datatype": "BYTES", "data": list(texts)}
    return {"inputs": [given]} | fields


@pytest.mark.parametrize("binary_in", [False, True])
@pytest.mark.parametrize("binary_out", [False, True])
def test_tritons_client_infers_with_json_and_binary_tensors(
    server: Server, client: triton.InferenceServerClient, binary_in: bool, binary_out: bool
) -> None:
    expected = httpx.post(f"{server.url}/predict_scores", json={"texts": [TOXIC, POLITE, "😀"]}).json()[
        "scores"
    ]
    result = client.infer(
        "cnn",
        [tensor([TOXIC, POLITE, "😀"], binary=binary_in)],
        outputs=[triton.InferRequestedOutput("score", binary_data=binary_out)],
        request_id="забег-7" if not binary_in else "7",
    )
    scores = result.as_numpy("score")
    assert scores.dtype == np.float32
    assert scores.tolist() == pytest.approx(expected, abs=1e-6)
    assert result.get_response()["id"].endswith("7")
    assert result.get_response()["model_name"] == "cnn"


def test_without_outputs_all_come_and_tritons_client_asks_for_them_in_binary(
    client: triton.InferenceServerClient,
) -> None:
    result = client.infer("cnn", [tensor([TOXIC, POLITE], binary=True)])
    assert result.as_numpy("score").shape == (2,)
    assert result.get_output("score")["parameters"]["binary_data_size"] == 8


def test_scores_have_the_shape_of_the_texts(client: triton.InferenceServerClient) -> None:
    result = client.infer("cnn", [tensor([TOXIC, POLITE, TOXIC, POLITE], binary=True, shape=(2, 2))])
    scores = result.as_numpy("score")
    assert scores.shape == (2, 2)
    assert (scores[:, 0] > 0.8).all() and (scores[:, 1] < 0.2).all()


def test_nested_json_data_are_read_row_by_row(server: Server) -> None:
    body = {"inputs": [{"name": "text", "shape": [2, 1], "datatype": "BYTES", "data": [[TOXIC], [POLITE]]}]}
    (output,) = post(server, body).json()["outputs"]
    assert (output["name"], output["datatype"], output["shape"]) == ("score", "FP32", [2, 1])
    assert output["data"][0] > 0.8 > 0.2 > output["data"][1]


def test_the_id_is_echoed_and_absent_where_none_was_sent(server: Server) -> None:
    assert post(server, request("да", id="42")).json()["id"] == "42"
    assert "id" not in post(server, request("да")).json()


def test_server_and_models_describe_themselves(server: Server, client: triton.InferenceServerClient) -> None:
    assert client.is_server_live() and client.is_server_ready()
    assert "binary_tensor_data" in client.get_server_metadata()["extensions"]
    for name in ("cnn", "cnn_everyday", "logistic_regression", "linear_svc", "multinomial_naive_bayes"):
        assert client.is_model_ready(name)
        described = client.get_model_metadata(name)
        assert described["name"] == name
        assert described["inputs"] == [{"name": "text", "datatype": "BYTES", "shape": [-1]}]
        assert described["outputs"] == [{"name": "score", "datatype": "FP32", "shape": [-1]}]
        result = client.infer(name, [tensor([TOXIC], binary=True)], model_version=described["versions"][0])
        assert 0 < result.as_numpy("score")[0] < 1


def test_models_and_versions_that_are_not_there_are_not_ready(client: triton.InferenceServerClient) -> None:
    assert not client.is_model_ready("nobody")
    assert not client.is_model_ready("cnn", "999")
    with pytest.raises(InferenceServerException, match="nobody"):
        client.infer("nobody", [tensor(["да"], binary=True)])


@pytest.mark.parametrize(
    "wrong",
    [
        {"shape": [2]},
        {"shape": [-1]},
        {"shape": []},
        {"datatype": "FP32"},
        {"name": "input_ids"},
        {"data": [1]},
        {"data": [{"text": "да"}]},
        {"data": None},
        {"parameters": {"binary_data_size": 6}},
    ],
)
def test_tensors_that_do_not_fit_are_refused(server: Server, wrong: dict[str, Any]) -> None:
    body = request("да")
    body["inputs"][0] |= wrong
    answer = post(server, body)
    assert answer.status_code == 400
    assert set(answer.json()) == {"error"}


@pytest.mark.parametrize(
    "binary",
    [
        b"",
        b"\x01\x00",
        struct.pack("<I", 9) + "да".encode(),
        struct.pack("<I", 2**32 - 1) + b"x",
        struct.pack("<I", 2) + b"\xff\xfe",
        struct.pack("<I", 4) + "да".encode() + b"more",
    ],
)
def test_binary_data_that_are_cut_or_broken_are_refused(server: Server, binary: bytes) -> None:
    given = {
        "name": "text",
        "shape": [1],
        "datatype": "BYTES",
        "parameters": {"binary_data_size": len(binary)},
    }
    header = json.dumps({"inputs": [given]}).encode()
    answer = post(server, header + binary, **{"Inference-Header-Content-Length": str(len(header))})
    assert answer.status_code == 400
    assert set(answer.json()) == {"error"}


@pytest.mark.parametrize("length", ["-1", "9999", "x", "²"])
def test_a_header_length_that_cannot_be_is_refused(server: Server, length: str) -> None:
    answer = httpx.post(
        f"{server.url}/v2/models/cnn/infer",
        content=json.dumps(request("да")).encode(),
        headers={b"Inference-Header-Content-Length": length.encode()},
    )
    assert answer.status_code == 400


def test_outputs_that_there_are_not_are_refused(server: Server) -> None:
    answer = post(server, request("да", outputs=[{"name": "logits"}]))
    assert answer.status_code == 400
    assert "score" in answer.json()["error"]
