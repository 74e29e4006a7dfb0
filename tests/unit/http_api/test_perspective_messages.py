"""Perspective's messages: names, nulls, and the JSON that Google takes besides JSON."""

import json
import time
from typing import Any

import pytest
from pydantic import BaseModel

from chisto.errors import BadField, BrokenJson
from http_api import perspective_messages as messages
from http_api.discovery import SCHEMAS, discovery_document
from http_api.perspective_messages import AnalyzeRequest, read_message


def read(body: str | bytes) -> Any:
    return read_message(AnalyzeRequest, body.encode() if isinstance(body, str) else body, "en")


@pytest.mark.parametrize(
    "body",
    [
        '{comment: {text: "да"}, requestedAttributes: {TOXICITY: {}}}',
        "{'comment': {'text': 'да'}, 'requestedAttributes': {'TOXICITY': {}}}",
        '{"comment": {"text": "да",},\n "requestedAttributes": {"TOXICITY": {},},}',
        '{comment : {text:"да"} , requested_attributes:{TOXICITY:null}}',
        '{"comment": {"text": "да"}, "requestedAttributes": {"TOXICITY": {"scoreThreshold": null}}, "languages": null}',
    ],
)
def test_loose_json_reads_as_google_reads_it(body: str) -> None:
    request = read(body)
    assert request.comment.text == "да"
    assert set(request.requested_attributes) == {"TOXICITY"}


@pytest.mark.parametrize(
    "text",
    ["key: value, {a: 1,}", "it's, ]", '"', "\\", "'", "a\\'b", "{comment: 'x'}", "строка\nс переносом"],
)
def test_the_text_of_a_comment_survives_loose_reading(text: str) -> None:
    loose = "{comment: {text: %s,}}" % json.dumps(text)  # noqa: UP031 - braces
    assert read(loose).comment.text == text


def test_apostrophes_and_quotes_survive_in_single_quotes() -> None:
    assert read("{comment: {text: 'it\\'s \"so\"'}}").comment.text == 'it\'s "so"'


@pytest.mark.parametrize(
    "body", ["", "{", "{comment", "{'comment", "'", '"', "{a:}", b"\xff", '{"comment": {"text": "\\ud800"}}']
)
def test_what_no_reading_helps_is_broken(body: str | bytes) -> None:
    with pytest.raises(BrokenJson):
        read(body)


@pytest.mark.parametrize("piece", ['"\\"', "'\\'", "a ", "a", ", ", "'a\" ", "\\", "{a:", '"a" '])
def test_loose_reading_takes_linear_time(piece: str) -> None:
    body = ("{" + piece * 90_000)[:99_000].encode()
    started = time.perf_counter()
    with pytest.raises((BrokenJson, BadField)):
        read(body)
    assert time.perf_counter() - started < 1


@pytest.mark.parametrize("field", ["requestedattributes", "doNotStoreIt", "text"])
def test_unknown_names_are_refused(field: str) -> None:
    with pytest.raises(BadField):
        read(json.dumps({"comment": {"text": "да"}, field: {}}))


SHAPES = {
    "AnalyzeCommentRequest": "AnalyzeRequest",
    "SuggestCommentScoreRequest": "SuggestRequest",
    **{
        name: name
        for name in (
            *("TextEntry", "Context", "ArticleAndParentComment", "AttributeParameters"),
            *("AttributeScores", "SpanScore", "Score"),
        )
    },
}


@pytest.mark.parametrize(("schema", "shape"), SHAPES.items())
def test_the_discovery_document_has_the_fields_that_are_read(schema: str, shape: str) -> None:
    model: type[BaseModel] = getattr(messages, shape)
    assert set(SCHEMAS[schema]) == {
        str(field.validation_alias or name) for name, field in model.model_fields.items()
    }


def test_every_reference_of_the_discovery_document_leads_to_a_schema() -> None:
    text = json.dumps(discovery_document("http://localhost/"))
    named = {part.split('"')[0] for part in text.split('"$ref": "')[1:]}
    assert named <= set(SCHEMAS)
