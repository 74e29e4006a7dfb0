"""The client: what it sends, what it raises, when it tries again. No network: a transport answers."""

import inspect
import io
import json
from pathlib import Path

import httpx
import pytest

from chisto import client as api
from chisto.client import ApiError, AsyncClient, BadAnswer, Client, Unreachable
from chisto.schemas import FitRequest


class Server:
    """Answers from a list of responses or errors and remembers what it was sent."""

    def __init__(self, *answers: httpx.Response | Exception) -> None:
        self.answers = list(answers)
        self.requests: list[httpx.Request] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        request.read()
        self.requests.append(request)
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if isinstance(answer, Exception):
            raise answer
        return answer


def client(server: Server, **options: object) -> Client:
    return Client("http://server", transport=httpx.MockTransport(server), **options)  # type: ignore[arg-type]


def refused(status: int, code: str, **more: object) -> httpx.Response:
    error = {"code": code, "message": "Нет.", "hint": "Иначе.", **more}
    return httpx.Response(status, json={"error": error})


def scores() -> httpx.Response:
    return httpx.Response(200, json={"model": "cnn", "scores": [0.25]})


def test_texts_go_out_and_scores_come_back_typed() -> None:
    server = Server(scores())
    answer = client(server, key="secret", language="en").predict_scores(["привет"], model="cnn")
    sent = server.requests[0]
    assert answer.scores == [0.25]
    assert json.loads(sent.content) == {"texts": ["привет"], "model": "cnn"}
    assert sent.headers["authorization"] == "Bearer secret"
    assert sent.headers["accept-language"] == "en"


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (400, api.BadRequest),
        (401, api.Unauthorized),
        (403, api.Forbidden),
        (404, api.NotFound),
        (409, api.Conflict),
        (413, api.TooLarge),
        (422, api.Unprocessable),
        (429, api.TooManyRequests),
        (503, api.Unavailable),
        (500, api.ServerFault),
    ],
)
def test_each_refusal_is_raised_as_its_own_kind_with_code_and_hint(status: int, kind: type[ApiError]) -> None:
    with pytest.raises(kind) as caught:
        client(Server(refused(status, "some_code"))).models()
    assert (caught.value.status, caught.value.code, caught.value.hint) == (status, "some_code", "Иначе.")


def test_details_of_a_refusal_are_kept_for_programs() -> None:
    with pytest.raises(api.BadRequest) as caught:
        client(Server(refused(400, "text_column_unknown", details={"columns": ["a", "b"]}))).models()
    assert caught.value.details == {"columns": ["a", "b"]}


@pytest.mark.parametrize(
    "answer",
    [
        httpx.Response(200, json={"unexpected": 1}),
        httpx.Response(200, text="<html>"),
        httpx.Response(502, text="Bad gateway"),
    ],
)
def test_what_is_not_this_api_is_named_so(answer: httpx.Response) -> None:
    with pytest.raises(BadAnswer):
        client(Server(answer)).model("cnn")


def test_a_broken_connection_is_tried_again_where_that_does_no_harm() -> None:
    server = Server(httpx.ReadError("reset"), httpx.ConnectError("refused"), scores())
    assert client(server).predict_scores(["привет"]).scores == [0.25]
    assert len(server.requests) == 3


def test_a_call_that_may_have_been_done_is_not_repeated() -> None:
    server = Server(httpx.ReadError("reset"))
    request = FitRequest(name="m", dataset="d", ml_model_type="linear_svc")
    with pytest.raises(Unreachable):
        client(server).fit(request)
    assert len(server.requests) == 1


def test_a_call_that_never_arrived_is_repeated_whatever_it_does() -> None:
    started = httpx.Response(202, json={"message": "ok", "task": "t"})
    server = Server(httpx.ConnectError("refused"), started)
    request = FitRequest(name="m", dataset="d", ml_model_type="linear_svc")
    assert client(server).fit(request).task == "t"


def test_a_server_that_stays_away_is_reported_with_its_address() -> None:
    with pytest.raises(Unreachable, match="http://server"):
        client(Server(httpx.ConnectError("refused")), retries=1).models()


DATASET = {
    "uuid": "u", "name": "n", "rows": 1, "is_labelled": True, "size_bytes": 1, "sha256": "s",
    "created_at": "2026-01-01T00:00:00Z",
}  # fmt: skip


@pytest.mark.parametrize("kind", ["path", "bytes", "file"])
def test_an_upload_is_streamed_with_its_length_and_tells_its_progress(kind: str, tmp_path: Path) -> None:
    data = b"comment_text,toxic\n" * 40_000
    path = tmp_path / "comments.csv"
    path.write_bytes(data)
    source = {"path": path, "bytes": data, "file": io.BytesIO(data)}[kind]
    server, seen = Server(httpx.Response(201, json=DATASET)), list[tuple[int, int]]()
    made = client(server).upload_dataset(source, name="n", progress=lambda *both: seen.append(both))
    sent = server.requests[0]
    assert made.uuid == "u"
    assert sent.content == data
    assert sent.headers["content-length"] == str(len(data))
    assert "transfer-encoding" not in sent.headers
    assert len(seen) > 2
    assert seen[-1] == (len(data), len(data))


async def test_the_asynchronous_client_does_the_same(tmp_path: Path) -> None:
    data = b"x" * 1_000_000
    server, seen = Server(httpx.ReadError("reset"), scores()), list[int]()
    async with AsyncClient("http://server", transport=httpx.MockTransport(server)) as asynchronous:
        assert (await asynchronous.predict_scores(["привет"])).scores == [0.25]
        server.answers = [httpx.Response(201, json=DATASET)]
        await asynchronous.upload_dataset(data, progress=lambda sent, total: seen.append(sent))
        assert server.requests[-1].content == data
        assert seen[-1] == len(data)
        server.answers = [refused(404, "unknown_model")]
        with pytest.raises(api.NotFound):
            await asynchronous.export_model("x", tmp_path / "x.zip")
        assert not (tmp_path / "x.zip").exists()


def test_names_with_slashes_cannot_reach_another_address() -> None:
    server = Server(refused(404, "unknown_model"))
    with pytest.raises(api.NotFound):
        client(server).model("../keys?x=1")
    assert server.requests[0].url.raw_path == b"/api/v1/models/..%2Fkeys%3Fx%3D1"


def test_both_clients_have_the_same_calls_with_the_same_parameters() -> None:
    def calls(kind: type) -> dict[str, list[str]]:
        return {
            name: list(inspect.signature(method).parameters)
            for name, method in inspect.getmembers(kind, inspect.isfunction)
            if not name.startswith("_")
        }

    assert calls(Client) == calls(AsyncClient)
