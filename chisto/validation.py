"""Reading a request of the data plane: bytes in, checked texts out, or one clear error."""

from collections.abc import Mapping, Sequence
from typing import Any

from pydantic import ValidationError

from chisto.errors import (
    BadField,
    BadName,
    BadThreshold,
    BrokenJson,
    ChistoError,
    EmptyText,
    Language,
    NoTexts,
    TextTooLong,
    TooManyTexts,
)
from chisto.schemas import ScoreRequest
from chisto.settings import Settings

#: pydantic error type -> reason, for the types that a request can meet; others are told in pydantic's own words.
_REASONS_RU = {
    "string_type": "нужна строка",
    "list_type": "нужен список строк",
    "float_type": "нужно число",
    "extra_forbidden": "такого поля нет",
    "model_type": "тело запроса должно быть объектом JSON",
    "model_attributes_type": "тело запроса должно быть объектом JSON",
    "missing": "поле обязательно",
}


def reason(error_type: str, message: str, language: Language) -> str:
    """Word a pydantic error in the reader's language."""
    return _REASONS_RU.get(error_type, message) if language == "ru" else message


def refusal(first: Mapping[str, Any], path: Sequence[Any], language: Language) -> ChistoError:
    """The error for the first thing that pydantic found wrong, at this path of the request."""
    kind, message = first["type"], first["msg"]
    if kind == "json_invalid":
        return BrokenJson()
    if kind == "string_pattern_mismatch" and path and path[-1] == "name":
        return BadName()
    return BadField(field=".".join(map(str, path)) or "body", reason=reason(kind, message, language))


def parse_score_request(
    body: bytes, settings: Settings, language: Language
) -> tuple[ScoreRequest, list[str]]:
    """Check the body of /predict, /predict_scores or /explain and return it with its texts."""
    try:
        request = ScoreRequest.model_validate_json(body)
    except ValidationError as invalid:
        first = invalid.errors(include_url=False, include_input=False, include_context=False)[0]
        if first["loc"] == ("threshold",):
            raise BadThreshold from None
        raise refusal(first, first["loc"], language) from None
    if request.text is not None and request.texts is not None:
        raise BadField(
            field="text",
            reason="передайте либо text, либо texts" if language == "ru" else "send either text or texts",
        )
    texts = request.texts if request.text is None else [request.text]
    check_texts(texts or [], settings)
    return request, texts or []


def check_texts(texts: list[str], settings: Settings) -> None:
    """Raise if a list of comments is empty, too long, or holds an empty, a too long or a broken text."""
    if not texts:
        raise NoTexts
    if len(texts) > settings.max_texts:
        raise TooManyTexts(count=len(texts), limit=settings.max_texts)
    limit = settings.max_text_chars
    for index, text in enumerate(texts):
        if len(text) > limit:
            raise TextTooLong(index=index, limit=limit)
        if not text or text.isspace():
            raise EmptyText(index=index)
