"""Scores over HTTP: what callers get, and what bad input gets."""

import asyncio
import json
import re

import aiohttp
import bentoml
import httpx
import pytest
from servers import Server

TOXIC = "ты просто идиот и мразь"
FRIENDLY = "спасибо, очень интересная статья"


@pytest.fixture
def api(server: Server) -> httpx.Client:
    return httpx.Client(base_url=server.url, timeout=30)


def score(api: httpx.Client, text: str) -> float:
    return float(api.post("/predict", json={"text": text}).json()["predictions"][0]["toxic_score"])


def test_an_insult_is_toxic_and_thanks_are_not(api: httpx.Client) -> None:
    answer = api.post("/predict", json={"texts": [TOXIC, FRIENDLY]}).json()
    assert answer["model"] == "cnn"
    insult, thanks = answer["predictions"]
    assert insult["toxic_score"] > 0.8 and insult["is_toxic"]
    assert thanks["toxic_score"] < 0.2 and not thanks["is_toxic"]


@pytest.mark.parametrize("word", ["спидорак", "жидкий", "blutooth", "застрахуй", "употреблять"])
def test_innocent_words_with_bad_letters_inside_are_not_toxic(api: httpx.Client, word: str) -> None:
    assert not api.post("/predict", json={"text": word}).json()["predictions"][0]["is_toxic"]


def test_the_threshold_of_the_request_decides(api: httpx.Client) -> None:
    for threshold, verdict in ((0, True), (1, False)):
        answer = api.post(
            "/predict", json={"text": "ну такое себе, если честно", "threshold": threshold}
        ).json()
        assert answer["threshold"] == threshold
        assert answer["predictions"][0]["is_toxic"] is verdict


def test_scores_alone_equal_those_of_predictions(api: httpx.Client) -> None:
    texts = [TOXIC, FRIENDLY, "a", "🙂", "x" * 20_000, "строка\nс переносом"]
    predictions = api.post("/predict", json={"texts": texts}).json()["predictions"]
    scores = api.post("/predict_scores", json={"texts": texts}).json()["scores"]
    assert scores == pytest.approx([prediction["toxic_score"] for prediction in predictions], abs=1e-6)


def test_an_explanation_points_at_the_words_of_the_original_text(api: httpx.Client) -> None:
    text = "🙂🙂 Уважаемый автор, вы  ИД*ОТ"
    explained = api.post("/explain", json={"text": text}).json()["explanations"][0]
    assert explained["is_toxic"]
    for span in explained["spans"]:
        assert text[span["begin"] : span["end"]] == span["text"]
    worst = max(explained["spans"], key=lambda span: span["contribution"])
    assert "ИД*ОТ" in worst["text"]
    assert [(part["original"], part["restored"]) for part in explained["restored"]] == [("ИД*ОТ", "идиот")]
    assert explained["toxic_score"] == pytest.approx(score(api, text), abs=1e-6)


def test_bentomls_own_client_works(server: Server) -> None:
    with bentoml.SyncHTTPClient(server.url) as client:
        answer = client.predict(texts=[TOXIC, FRIENDLY], threshold=0.5)
        assert [prediction["is_toxic"] for prediction in answer["predictions"]] == [True, False]
        assert client.predict_scores(text=FRIENDLY)["scores"][0] < 0.2


BAD_BODIES = {
    "broken JSON": (b"{", 400, "broken_json"),
    "no body": (b"", 400, "broken_json"),
    "not an object": (b"[]", 400, "bad_field"),
    "wrong type": (b'{"texts": "a"}', 400, "bad_field"),
    "unknown field": (b'{"text": "a", "modell": "cnn"}', 400, "bad_field"),
    "empty list": (b'{"texts": []}', 400, "no_texts"),
    "empty text": (b'{"texts": ["a", ""]}', 400, "empty_text"),
    "blank text": ('{"text": " \u00a0\\n"}'.encode(), 400, "empty_text"),
    "text of 1 MB": (
        json.dumps({"text": "а" * 1_000_000}, ensure_ascii=False).encode(),
        413,
        "text_too_long",
    ),
    "100,000 texts": (json.dumps({"texts": ["a"] * 100_000}).encode(), 413, "too_many_texts"),
    "threshold 1.5": (b'{"text": "a", "threshold": 1.5}', 400, "bad_threshold"),
    "threshold NaN": (b'{"text": "a", "threshold": NaN}', 400, "bad_threshold"),
    "threshold a": (b'{"text": "a", "threshold": "a"}', 400, "bad_threshold"),
    "unknown model": (b'{"text": "a", "model": "no-such"}', 404, "unknown_model"),
    "invalid UTF-8": (b'{"text": "\xff\xfe"}', 400, "broken_json"),
    "lone surrogate": (b'{"text": "\\ud83d"}', 400, "broken_json"),
    "body over the limit": (b'{"text": "' + b"a" * 10_000_001 + b'"}', 413, "too_large"),
}


@pytest.mark.parametrize("path", ["/predict", "/predict_scores", "/explain"])
@pytest.mark.parametrize("name", BAD_BODIES)
def test_bad_input_gets_a_4xx_in_our_shape_in_the_callers_language(
    api: httpx.Client, name: str, path: str
) -> None:
    body, status, code = BAD_BODIES[name]
    messages = {}
    for language in ("ru", "en"):
        answer = api.post(
            path, content=body, headers={"Accept-Language": language, "Content-Type": "application/json"}
        )
        assert answer.status_code == status, answer.text[:300]
        error = answer.json()["error"]
        assert set(error) == {"code", "message", "hint"} and error["code"] == code
        assert answer.headers["content-language"] == language
        messages[language] = error["message"] + error["hint"]
    assert re.search("[а-я]", messages["ru"]) and not re.search("[а-я]", messages["en"])
    assert score(api, FRIENDLY) < 0.2, "the server goes on"


def test_a_body_without_a_length_is_cut_off_at_the_limit(api: httpx.Client) -> None:
    def endless():  # type: ignore[no-untyped-def]
        for _ in range(200):
            yield b" " * 100_000

    answer = api.post("/predict", content=endless())
    assert (answer.status_code, answer.json()["error"]["code"]) == (413, "too_large")


def test_a_pickle_is_refused_unread(api: httpx.Client) -> None:
    answer = api.post(
        "/predict", content=b"cos\nsystem\n.", headers={"Content-Type": "application/vnd.bentoml+pickle"}
    )
    assert (answer.status_code, answer.json()["error"]["code"]) == (415, "unsupported_media_type")


@pytest.mark.parametrize(
    ("method", "path", "status", "code"),
    [
        ("GET", "/nothing", 404, "not_found"),
        ("POST", "/api/v1/nothing", 404, "not_found"),
        ("GET", "/predict", 405, "method_not_allowed"),
        ("DELETE", "/api/v1/health", 405, "method_not_allowed"),
    ],
)
def test_wrong_addresses_and_methods_get_our_shape(
    api: httpx.Client, method: str, path: str, status: int, code: str
) -> None:
    answer = api.request(method, path)
    assert (answer.status_code, answer.json()["error"]["code"]) == (status, code)


async def test_500_concurrent_requests_are_batched_and_nobody_gets_anothers_score(server: Server) -> None:
    texts = [f"{'идиот ' * (n % 3)}номер {n}{' спасибо' * (n % 5)}" for n in range(500)]
    before = batches(server)
    connector = aiohttp.TCPConnector(limit=500)
    async with aiohttp.ClientSession(server.url, connector=connector) as session:

        async def score_one(text: str) -> float:
            async with session.post("/predict", json={"text": text}) as answer:
                assert answer.status == 200, await answer.text()
                return float((await answer.json())["predictions"][0]["toxic_score"])

        together = await asyncio.gather(*(score_one(text) for text in texts))
        after = batches(server)
        alone = [await score_one(text) for text in texts[:60]]
    assert together[:60] == pytest.approx(alone, abs=1e-6)
    assert len(set(together)) > 200, "the scores hardly differ: a mix-up would not show"
    assert after["sum"] - before["sum"] == 500
    assert after["count"] - before["count"] < 450, "the requests were scored one by one"
    assert after["over 8"] - before["over 8"] >= 1, "no batch of more than 8 comments was formed"


def batches(server: Server) -> dict[str, int]:
    """The batches that the CNN runner scored: how many, of how many comments in all, how many of more than 8."""
    text = httpx.get(server.url + "/metrics").text
    found = dict(re.findall(r'chisto_batch_size_(count|sum)\{runner="cnn_runner"\} (\S+)', text))
    small = re.findall(r'chisto_batch_size_bucket\{le="8.0",runner="cnn_runner"\} (\S+)', text)
    count = int(float(found.get("count", 0)))
    return {
        "count": count,
        "sum": int(float(found.get("sum", 0))),
        "over 8": count - int(float(small[0])) if small else 0,
    }


def test_10_000_texts_in_one_request_are_scored_in_order(api: httpx.Client) -> None:
    texts = [TOXIC if n % 7 == 0 else f"{FRIENDLY} {n}" for n in range(10_000)]
    scores = api.post("/predict_scores", json={"texts": texts}, timeout=120).json()["scores"]
    assert [n for n, value in enumerate(scores) if value > 0.8] == list(range(0, 10_000, 7))


def test_one_openapi_document_describes_data_plane_and_control_plane(api: httpx.Client) -> None:
    document = api.get("/openapi.json").json()
    assert {"/predict", "/predict_scores", "/explain", "/api/v1/health", "/api/v1/models/"} <= set(
        document["paths"]
    )
    text = json.dumps(document)
    for name in set(re.findall(r"#/components/schemas/([^\"]+)", text)):
        assert name in document["components"]["schemas"]


def test_comments_are_not_logged(server: Server, api: httpx.Client) -> None:
    secret = "тайныйкомментарийдурак"
    api.post("/predict", json={"text": secret})
    api.post("/explain", json={"text": secret})
    api.post("/predict", content=b'{"text": "' + secret.encode() + b'", "threshold": 7}')
    api.post("/predict?text=" + secret, json={"texts": [secret], "model": secret})
    logs = server.logs()
    assert "POST /predict 200" in logs
    assert secret not in logs
