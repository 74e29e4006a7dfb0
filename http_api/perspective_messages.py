"""Messages of Perspective API and their JSON, which Google's parser takes more loosely than the standard has it.

Sources: the discovery document of commentanalyzer v1alpha1; proto3's JSON mapping for names and nulls.
"""

import re
from typing import Annotated, Any, Literal

from pydantic import AliasGenerator, BaseModel, ConfigDict, Field, FiniteFloat
from pydantic.alias_generators import to_camel

from chisto.errors import BrokenJson, Language
from http_api.reading import read_body


class Message(BaseModel):
    """Names in camelCase, or in snake_case as Google's JSON parser takes them too. Unknown names are refused."""

    model_config = ConfigDict(
        strict=True,
        extra="forbid",
        alias_generator=AliasGenerator(validation_alias=to_camel),
        populate_by_name=True,
    )


ScoreType = Literal["SCORE_TYPE_UNSPECIFIED", "PROBABILITY", "STD_DEV_SCORE", "PERCENTILE", "RAW"]


class TextEntry(Message):
    text: str = ""
    type: Literal["TEXT_TYPE_UNSPECIFIED", "PLAIN_TEXT", "HTML"] = "PLAIN_TEXT"


class ArticleAndParentComment(Message):
    article: TextEntry | None = None
    parent_comment: TextEntry | None = None


class Context(Message):
    entries: list[TextEntry] | None = None
    article_and_parent_comment: ArticleAndParentComment | None = None


class AttributeParameters(Message):
    score_type: ScoreType | None = None
    score_threshold: Annotated[FiniteFloat, Field(ge=0, le=1)] | None = None


class CommentRequest(Message):
    comment: TextEntry = TextEntry()
    context: Context | None = None
    languages: Annotated[list[str], Field(max_length=32)] | None = None
    client_token: str | None = None
    session_id: str | None = None
    community_id: str | None = None
    do_not_store: bool | None = None


class AnalyzeRequest(CommentRequest):
    requested_attributes: dict[str, AttributeParameters | None] | None = None
    span_annotations: bool | None = None
    drop_unsupported_attributes: bool | None = None


class Score(Message):
    value: Annotated[FiniteFloat, Field(ge=0, le=1)]
    type: ScoreType | None = None


class SpanScore(Message):
    begin: Annotated[int, Field(ge=0)]
    end: Annotated[int, Field(ge=0)]
    score: Score


class AttributeScores(Message):
    summary_score: Score | None = None
    span_scores: list[SpanScore] | None = None


class SuggestRequest(CommentRequest):
    attribute_scores: dict[str, AttributeScores] | None = None


# --- JSON -----------------------------------------------------------------------------------------------------

# Every alternative takes all it can and a string may lack its end, so that hostile bodies cost linear time.
_LENIENT = re.compile(
    rb'"(?:[^"\\]|\\.)*+"?|\'(?:[^\'\\]|\\.)*+\'?|(?<!\w)[A-Za-z_]\w*+(?=\s*:)|,(?=\s*[}\]])', re.DOTALL
)
_MAX_LENIENT_BYTES = 100_000


def read_message(shape: type[Any], body: bytes, language: Language) -> Any:
    """Parse a message. Raises BrokenJson, BadField."""
    try:
        return read_body(shape, body, language)
    except BrokenJson:
        if len(body) > _MAX_LENIENT_BYTES:
            raise
        return read_body(shape, _LENIENT.sub(_quoted, body), language)


def _quoted(match: re.Match[bytes]) -> bytes:
    """JSON for what Google's parser takes besides JSON: bare names, 'strings', a comma at the end."""
    token = match[0]
    if token == b",":
        return b""
    if token.startswith(b"'"):
        is_closed = len(token) > 1 and token.endswith(b"'")
        inner = token[1:-1].replace(b"\\'", b"'").replace(b'"', b'\\"')
        return b'"' + inner + b'"' if is_closed else token
    return token if token.startswith(b'"') else b'"' + token + b'"'
