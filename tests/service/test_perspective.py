"""Perspective API as its own clients see it."""

import json
import subprocess
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx
import pytest
from googleapiclient.discovery import build
from googleapiclient.errors import HttpError
from servers import Server

TOXIC, POLITE = "ты просто идиот и мразь", "спасибо, очень интересная статья"
NODE = Path(__file__).parent / "node"


def client(server: Server, key: str | None = None) -> Any:
    """Google's client, told nothing but where to look."""
    return build(
        "commentanalyzer",
        "v1alpha1",
        developerKey=key,
        discoveryServiceUrl=f"{server.url}/$discovery/rest?version=v1alpha1",
        static_discovery=False,
    )


def analyze(server: Server, text: str, **fields: Any) -> httpx.Response:
    body = {"comment": {"text": text}, "requestedAttributes": {"TOXICITY": {}}} | fields
    return httpx.post(f"{server.url}/v1alpha1/comments:analyze", json=body, timeout=30)


def value(answer: dict[str, Any], attribute: str = "TOXICITY") -> float:
    return float(answer["attributeScores"][attribute]["summaryScore"]["value"])


# --- clients ---------------------------------------------------------------------------------------------------


def test_googles_python_client_scores_by_discovery(server: Server) -> None:
    body = {
        "comment": {"text": TOXIC, "type": "PLAIN_TEXT"},
        "requestedAttributes": {"TOXICITY": {}, "PROFANITY": {}},
        "languages": ["ru"],
        "clientToken": "comment-53922",
        "doNotStore": True,
    }
    answer = client(server, key="none").comments().analyze(body=body).execute()
    assert value(answer) > 0.8
    assert answer["attributeScores"]["TOXICITY"]["summaryScore"]["type"] == "PROBABILITY"
    assert value(answer, "PROFANITY") < 0.1  # rude, but not obscene
    assert answer["languages"] == ["ru"]
    assert answer["detectedLanguages"] == ["ru"]
    assert answer["clientToken"] == "comment-53922"


def test_googles_python_client_sees_perspectives_error(server: Server) -> None:
    body = {"comment": {"text": TOXIC}, "requestedAttributes": {"INSULT": {}}, "languages": ["ru"]}
    with pytest.raises(HttpError) as refused:
        client(server).comments().analyze(body=body).execute()
    assert refused.value.status_code == 400
    assert refused.value.reason == "Attribute INSULT does not support request languages: ru"
    assert refused.value.error_details == [
        {
            "@type": "type.googleapis.com/google.commentanalyzer.v1alpha1.Error",
            "errorType": "LANGUAGE_NOT_SUPPORTED_BY_ATTRIBUTE",
            "languageNotSupportedByAttributeError": {"detectedLanguages": ["ru"], "attribute": "INSULT"},
        }
    ]


def test_googles_python_client_suggests_scores(server: Server) -> None:
    body = {
        "comment": {"text": "ну и дурачок же ты, люблю тебя"},
        "attributeScores": {"TOXICITY": {"summaryScore": {"value": 0}}},
        "clientToken": "t",
    }
    answer = client(server).comments().suggestscore(body=body).execute()
    assert answer == {"clientToken": "t", "detectedLanguages": ["ru"]}


@pytest.fixture(scope="module")
def npm_client() -> Path:
    if not (NODE / "node_modules" / "perspective-api-client").is_dir():
        subprocess.run(["npm", "ci"], cwd=NODE, check=True, capture_output=True, timeout=120)
    return NODE / "analyze.js"


def run_npm_client(script: Path, server: Server, text: str, **options: Any) -> dict[str, Any]:
    command = ["node", script, server.url, text, json.dumps(options)]
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60)
    answer: dict[str, Any] = json.loads(done.stdout)
    return answer


def test_the_npm_client_scores(server: Server, npm_client: Path) -> None:
    answer = run_npm_client(npm_client, server, TOXIC, attributes=["toxicity", "profanity"])["answer"]
    assert value(answer) > 0.8
    assert value(answer, "PROFANITY") < 0.1  # rude, but not obscene


def test_the_npm_client_sees_the_message_of_an_error(server: Server, npm_client: Path) -> None:
    refused = run_npm_client(npm_client, server, TOXIC, attributes=["threat"])
    assert refused == {
        "error": "Attribute THREAT does not support request languages: ru",
        "kind": "ResponseError",
    }


def test_a_thousand_parallel_calls_all_succeed_with_the_scores_of_single_ones(server: Server) -> None:
    texts = [f"{TOXIC if number % 2 else POLITE} {number % 50}" for number in range(1000)]
    single = {text: value(analyze(server, text).json()) for text in set(texts)}
    limits = httpx.Limits(max_connections=200, keepalive_expiry=3)  # the server closes idle ones after 5 s
    with httpx.Client(limits=limits, timeout=60) as http, ThreadPoolExecutor(200) as pool:

        def call(text: str) -> httpx.Response:
            body = {"comment": {"text": text}, "requestedAttributes": {"TOXICITY": {}}}
            return http.post(f"{server.url}/v1alpha1/comments:analyze", json=body)

        answers = list(pool.map(call, texts))
    assert {answer.status_code for answer in answers} == {200}
    for text, answer in zip(texts, answers, strict=True):
        assert value(answer.json()) == pytest.approx(single[text], abs=1e-6)


# --- shapes ----------------------------------------------------------------------------------------------------


def test_scores_are_those_of_the_default_model(server: Server) -> None:
    scores = httpx.post(f"{server.url}/predict_scores", json={"texts": [TOXIC, POLITE]}).json()["scores"]
    assert value(analyze(server, TOXIC).json()) == pytest.approx(scores[0], abs=1e-6)
    assert value(analyze(server, POLITE).json()) == pytest.approx(scores[1], abs=1e-6)


def test_without_span_annotations_the_one_span_is_the_whole_comment(server: Server) -> None:
    scores = analyze(server, f"{POLITE}. {TOXIC}.").json()["attributeScores"]["TOXICITY"]
    (span,) = scores["spanScores"]
    assert (span["begin"], span["end"]) == (0, len(f"{POLITE}. {TOXIC}."))
    assert span["score"] == scores["summaryScore"]


def test_spans_are_sentences_counted_in_utf16_code_units(server: Server) -> None:
    first, second = "Спасибо за статью 😀😀!", "Ты просто идиот и мразь."
    answer = analyze(server, f"{first} {second}", spanAnnotations=True).json()
    spans = answer["attributeScores"]["TOXICITY"]["spanScores"]
    units = f"{first} {second}".encode("utf-16-le")
    cut = [units[2 * span["begin"] : 2 * span["end"]].decode("utf-16-le") for span in spans]
    assert cut == [first, second]
    assert spans[0]["score"]["value"] < 0.3 < 0.8 < spans[1]["score"]["value"]


def test_profanity_is_told_by_sentence(server: Server) -> None:
    answer = analyze(
        server,
        "Хорошая статья. А это просто пиздец.",
        requestedAttributes={"PROFANITY": {}},
        spanAnnotations=True,
    ).json()
    profanity = answer["attributeScores"]["PROFANITY"]
    first, second = [span["score"]["value"] for span in profanity["spanScores"]]
    assert first < 0.1 < 0.9 < second
    assert profanity["summaryScore"]["value"] == pytest.approx(second)


def test_scores_below_the_threshold_are_left_out(server: Server) -> None:
    wanted = {"TOXICITY": {"scoreThreshold": 0.7}}
    assert analyze(server, POLITE, requestedAttributes=wanted).json()["attributeScores"] == {}
    text = f"{POLITE}. {TOXIC.capitalize()}."
    answer = analyze(server, text, requestedAttributes=wanted, spanAnnotations=True).json()
    spans = answer["attributeScores"]["TOXICITY"]["spanScores"]
    assert [span["begin"] for span in spans] == [len(POLITE) + 2]


def test_google_takes_more_than_json_and_so_does_this(server: Server) -> None:
    """The curl example of Perspective's quick start has bare names."""
    body = "{comment: {text: \"TEXT\"}, languages: ['ru'], requested_attributes: {TOXICITY:{},} }".replace(
        "TEXT", TOXIC
    )
    answer = httpx.post(f"{server.url}/v1alpha1/comments:analyze?key=none", content=body.encode())
    assert answer.status_code == 200
    assert value(answer.json()) > 0.8


def test_languages_are_told_and_other_ones_refused(server: Server) -> None:
    assert analyze(server, "12345 😀").json()["languages"] == [
        "ru"
    ]  # what cannot be told is scored as Russian
    refused = analyze(server, POLITE, languages=["en"])
    assert refused.status_code == 400
    assert refused.json()["error"]["message"] == "Attribute TOXICITY does not support request languages: en"
    detected = analyze(server, "what kind of idiot name is foo? sorry, I like your name")
    assert detected.json()["error"]["details"][0]["languageNotSupportedByAttributeError"] == {
        "detectedLanguages": ["en"],
        "attribute": "TOXICITY",
    }


def test_unsupported_attributes_are_dropped_where_the_request_asks_for_it(server: Server) -> None:
    wanted = {"TOXICITY": {}, "INSULT": {}}
    answer = analyze(server, TOXIC, requestedAttributes=wanted, dropUnsupportedAttributes=True)
    assert set(answer.json()["attributeScores"]) == {"TOXICITY"}


def test_the_discovery_document_names_the_address_that_was_asked(server: Server) -> None:
    asked = httpx.get(
        f"{server.url}/$discovery/rest?version=v1alpha1", headers={"Host": "localhost:1234"}
    ).json()
    assert asked["rootUrl"] == "http://localhost:1234/"
    behind = {"Host": "localhost", "X-Forwarded-Proto": "https"}
    assert (
        httpx.get(f"{server.url}/$discovery/rest", headers=behind).json()["rootUrl"] == "https://localhost/"
    )


# --- feedback ---------------------------------------------------------------------------------------------------


def test_suggested_scores_are_kept_without_the_text_unless_it_is_asked_to_be(server: Server) -> None:
    def suggest(text: str, **fields: Any) -> None:
        body = {
            "comment": {"text": text},
            "attributeScores": {"TOXICITY": {"summaryScore": {"value": 1}}},
        } | fields
        assert httpx.post(f"{server.url}/v1alpha1/comments:suggestscore", json=body).status_code == 200

    secret, open_text = "тайный комментарий номер семь", "открытый комментарий номер восемь"
    suggest(secret)
    suggest(open_text, doNotStore=False, communityId="forum")
    listed = httpx.get(
        f"{server.url}/api/v1/feedback", params={"source": "perspective", "limit": 1000}
    ).json()
    texts = [each["text"] for each in listed["feedback"]]
    assert open_text in texts
    assert secret not in json.dumps(listed, ensure_ascii=False)
    assert all(each["score"] == 1 and each["is_toxic"] for each in listed["feedback"][-2:])


def test_analyzed_comments_are_neither_stored_nor_logged(server: Server) -> None:
    secret = "неповторимое слово крокозябрище"
    assert analyze(server, secret, doNotStore=False).status_code == 200
    assert "крокозябрище" not in httpx.get(f"{server.url}/api/v1/feedback/export").text
    assert "крокозябрище" not in server.logs()


# --- leniency and keys --------------------------------------------------------------------------------------------


def test_a_lenient_server_leaves_out_what_it_cannot_score(new_server: Any) -> None:
    lenient = new_server(CHISTO_PERSPECTIVE_LENIENT="true", CHISTO_PERSPECTIVE_LANGUAGES="ru,en")
    wanted = {"TOXICITY": {}, "INSULT": {}, "SOMETHING": {}}
    assert set(analyze(lenient, TOXIC, requestedAttributes=wanted).json()["attributeScores"]) == {"TOXICITY"}
    assert analyze(lenient, "thank you for the article", languages=["en-GB"]).status_code == 200
