"""OpenAI's moderation endpoint: POST /v1/moderations.

docs/protocols/openai.md says what the one score of a model means among OpenAI's thirteen categories.
"""

from collections.abc import Sequence
from typing import Annotated, Any, Literal
from uuid import uuid4

from fastapi import APIRouter, Request
from pydantic import BaseModel, ConfigDict, Discriminator, Field, Tag

from chisto.errors import BadRequest, ChistoError, Language, NoTexts, UnknownModel
from chisto.settings import get_settings
from chisto.validation import check_texts
from http_api.reading import documented, read_body
from http_api.responses import JsonResponse, language_of, register_error_shape
from http_api.scoring import Scoring
from models_store.catalog import ServedModel

router = APIRouter(prefix="/v1", tags=["OpenAI moderations"])

#: What toxicity is called there; the others are not scored: 0, never flagged, applied to no input.
SCORED = "harassment"
CATEGORIES = (
    *("harassment", "harassment/threatening", "hate", "hate/threatening", "illicit", "illicit/violent"),
    *("self-harm", "self-harm/intent", "self-harm/instructions", "sexual", "sexual/minors"),
    *("violence", "violence/graphic"),
)
#: OpenAI's own model names stand for the promoted model.
_THEIRS = ("omni-moderation-", "text-moderation-")


class TextPart(BaseModel):
    model_config = ConfigDict(strict=True)

    type: Literal["text"]
    text: str


class OtherPart(BaseModel):
    """An image, or whatever else there may be one day."""

    type: str


def _kind(part: Any) -> str:
    if isinstance(part, str | TextPart):
        return "string" if isinstance(part, str) else "text"
    return "text" if isinstance(part, dict) and part.get("type", "text") == "text" else "other"


Part = Annotated[
    Annotated[str, Tag("string")] | Annotated[TextPart, Tag("text")] | Annotated[OtherPart, Tag("other")],
    Discriminator(_kind),
]


class ModerationRequest(BaseModel):
    model_config = ConfigDict(strict=True, extra="forbid")

    input: str | list[Part]
    model: str | None = Field(
        None, description="A model of this server; OpenAI's names mean the promoted one."
    )


class TextOnly(BadRequest):
    code = "text_only"
    texts = {
        "en": ("Only text can be moderated here, not {kind}.", "Send parts of the type 'text' alone."),
        "ru": ("Здесь проверяется только текст, а не {kind}.", "Передавайте части только типа «text»."),
    }


class MixedInput(BadRequest):
    code = "mixed_input"
    texts = {
        "en": ("The input mixes strings and parts.", "Send a list of strings, or the parts of one input."),
        "ru": ("Во входе смешаны строки и части.", "Передайте список строк или части одного входа."),
    }


def _error_shape(error: ChistoError, language: Language) -> dict[str, Any]:
    kinds = {401: "authentication_error", 403: "permission_error", 429: "rate_limit_error"}
    kind = kinds.get(error.status, "invalid_request_error" if error.status < 500 else "server_error")
    field = error.params.get("field")
    param = field.split(".")[0] if isinstance(field, str) else None
    if isinstance(error, UnknownModel):
        param, code = "model", "model_not_found"
    else:
        code = error.code
    message = f"{error.message(language)} {error.hint(language)}".strip()
    return {"error": {"message": message, "type": kind, "param": param, "code": code}}


register_error_shape("/v1/", _error_shape)


@router.post(
    "/moderations",
    summary="Moderate as OpenAI does",
    openapi_extra=documented({"input": ["спасибо, очень интересная статья", "ты просто идиот"]}),
)
async def moderate(request: Request) -> JsonResponse:
    """One result for a string or for the parts of one input, a list of results for a list of strings."""
    wanted = read_body(ModerationRequest, await request.body(), language_of(request.scope))
    scoring: Scoring = request.app.state.scoring
    model = scoring.resolve(_name(wanted.model))
    texts, is_one = _texts(wanted)
    check_texts(texts, get_settings())
    scores = await scoring.score(model, texts)
    if is_one:  # an input is as harmful as its worst part
        scores = [max(scores)]
    return JsonResponse(
        {
            "id": f"modr-{uuid4().hex}",
            "model": model.name,
            "results": [_result(model, score) for score in scores],
        }
    )


def _name(model: str | None) -> str | None:
    return None if model is None or model.startswith(_THEIRS) else model


def _texts(wanted: ModerationRequest) -> tuple[list[str], bool]:
    """The texts, and whether they are parts of one input."""
    parts: Sequence[str | TextPart | OtherPart] = (
        [wanted.input] if isinstance(wanted.input, str) else wanted.input
    )
    if not parts:
        raise NoTexts
    for part in parts:
        if isinstance(part, OtherPart):
            raise TextOnly(kind=part.type[:32] if part.type.isidentifier() else "?")
    strings = [part for part in parts if isinstance(part, str)]
    if strings and len(strings) < len(parts):
        raise MixedInput
    return strings or [part.text for part in parts if isinstance(part, TextPart)], not strings


def _result(model: ServedModel, score: float) -> dict[str, Any]:
    flagged = score >= model.threshold
    return {
        "flagged": flagged,
        "categories": dict.fromkeys(CATEGORIES, False) | {SCORED: flagged},
        "category_scores": dict.fromkeys(CATEGORIES, 0.0) | {SCORED: score},
        "category_applied_input_types": {name: ["text"] if name == SCORED else [] for name in CATEGORIES},
    }
