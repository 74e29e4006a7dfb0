"""Perspective API, spoken to the letter: comments:analyze, comments:suggestscore and the discovery document.

Shapes, limits and the wording of errors follow Google's discovery document for commentanalyzer v1alpha1 and the
reference that Jigsaw published; docs/protocols/perspective.md names the sources and what differs.
"""

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

from fastapi import APIRouter, Request
from starlette.concurrency import run_in_threadpool

from chisto import profanity
from chisto.errors import BadField, BadRequest, ChistoError, Language, Words
from chisto.language import detect
from chisto.settings import Settings, get_settings
from http_api.discovery import KNOWN_ATTRIBUTES, discovery_document
from http_api.perspective_messages import (
    AnalyzeRequest,
    AttributeParameters,
    CommentRequest,
    SuggestRequest,
    read_message,
)
from http_api.reading import documented
from http_api.responses import JsonResponse, language_of, register_error_shape
from http_api.scoring import Scoring
from models_store.feedback import Judgement, hash_text
from models_store.registry import open_registry

router = APIRouter(tags=["Perspective API"])

#: "20 KB" of UTF-8
MAX_COMMENT_BYTES = 20 * 1024
#: Sentences that get a span of their own; what is left of a longer comment is one more span.
MAX_SPANS = 500

# --- errors ---------------------------------------------------------------------------------------------------

_STATUS = {
    400: "INVALID_ARGUMENT",
    401: "UNAUTHENTICATED",
    403: "PERMISSION_DENIED",
    404: "NOT_FOUND",
    405: "UNIMPLEMENTED",
    409: "FAILED_PRECONDITION",
    413: "INVALID_ARGUMENT",
    415: "INVALID_ARGUMENT",
    422: "INVALID_ARGUMENT",
    429: "RESOURCE_EXHAUSTED",
    503: "UNAVAILABLE",
}


class InvalidArgument(BadRequest):
    """An error in Perspective's own words, by which its clients know it, so in English always."""

    code = "perspective"
    texts = {"en": ("{text}", ""), "ru": ("{text}", "")}

    def __init__(self, error_type: str, text: str, **details: Any) -> None:
        self.facts = {"errorType": error_type, **details}
        super().__init__(text=text)


def _error_shape(error: ChistoError, language: Language) -> dict[str, Any]:
    status = _STATUS.get(error.status, "INTERNAL")
    shaped: dict[str, Any] = {"code": error.status, "message": error.message(language), "status": status}
    if isinstance(error, InvalidArgument):
        kind = "type.googleapis.com/google.commentanalyzer.v1alpha1.Error"
        shaped["details"] = [{"@type": kind, **error.facts}]
    elif isinstance(error, BadField):
        reason = error.params["reason"]
        description = getattr(reason, language) if isinstance(reason, Words) else reason
        violation = {"field": error.params["field"], "description": description}
        shaped["details"] = [
            {"@type": "type.googleapis.com/google.rpc.BadRequest", "fieldViolations": [violation]}
        ]
    return {"error": shaped}


register_error_shape("/v1alpha1/", _error_shape)
register_error_shape("/$discovery/", _error_shape)


# --- calls ----------------------------------------------------------------------------------------------------


@router.get("/$discovery/rest", summary="Discovery document")
async def discovery(request: Request) -> JsonResponse:
    """What Google's API clients ask before they call."""
    scheme = request.headers.get("x-forwarded-proto", request.url.scheme)
    scheme = "https" if scheme == "https" else "http"
    return JsonResponse(discovery_document(f"{scheme}://{request.url.netloc}/"))


@router.post(
    "/v1alpha1/comments:analyze",
    summary="Score a comment as Perspective API does",
    openapi_extra=documented(
        {"comment": {"text": "спасибо, очень интересная статья"}, "requestedAttributes": {"TOXICITY": {}}},
    ),
)
async def analyze(request: Request) -> JsonResponse:
    """Scores of TOXICITY and PROFANITY; nothing of the comment is kept, whatever `doNotStore` says."""
    settings = get_settings()
    wanted = read_message(AnalyzeRequest, await request.body(), language_of(request.scope))
    text = _check(wanted, settings)
    detected = detect(text)
    languages = wanted.languages or ["ru" if detected == "und" else detected]
    attributes = _scored(wanted, languages, detected, settings)
    spans = _sentences(text) if wanted.span_annotations else [(0, len(text))]
    scores = {name: await SCORERS[name](request.app.state.scoring, text, spans) for name in attributes}
    positions = _utf16(text, spans)
    answer: dict[str, Any] = {
        "attributeScores": {
            name: shaped
            for name, parameters in attributes.items()
            if (shaped := _shape_scores(scores[name], positions, parameters))
        },
        "languages": languages,
        "detectedLanguages": [detected],
    }
    if wanted.client_token is not None:
        answer["clientToken"] = wanted.client_token
    return JsonResponse(answer)


@router.post(
    "/v1alpha1/comments:suggestscore",
    summary="Store a better score for a comment",
    openapi_extra=documented(
        {
            "comment": {"text": "ну ты даёшь!"},
            "attributeScores": {"TOXICITY": {"summaryScore": {"value": 0}}},
        },
    ),
)
async def suggest_score(request: Request) -> JsonResponse:
    """Stores the scores with the comment's hash; with `"doNotStore": false` the text as well."""
    wanted = read_message(SuggestRequest, await request.body(), language_of(request.scope))
    text = _check(wanted, get_settings())
    judgement = _judge(wanted, text)
    await run_in_threadpool(lambda: open_registry().feedback.add([judgement]))
    answer: dict[str, Any] = {"detectedLanguages": [detect(text)]}
    if wanted.client_token is not None:
        answer["clientToken"] = wanted.client_token
    return JsonResponse(answer)


# --- reading --------------------------------------------------------------------------------------------------


def _check(wanted: CommentRequest, settings: Settings) -> str:
    text = wanted.comment.text
    if not text or text.isspace():
        raise InvalidArgument("COMMENT_EMPTY", "Comment must be non-empty.")
    if len(text) > settings.max_text_chars or len(text.encode()) > MAX_COMMENT_BYTES:
        raise InvalidArgument("COMMENT_TOO_LONG", "Comment text too long.")
    if wanted.comment.type == "HTML":
        raise InvalidArgument("INVALID_REQUEST", "Currently, only 'PLAIN_TEXT' comments are supported.")
    context = wanted.context
    if context is not None and context.entries and context.article_and_parent_comment is not None:
        text = (
            "Context can have either entries or article_and_parent_comment, but both fields were populated."
        )
        raise InvalidArgument("INVALID_REQUEST", text)
    return text


@lru_cache(maxsize=1)
def _supported(languages: str) -> frozenset[str]:
    return frozenset(part.strip().lower() for part in languages.split(",") if part.strip())


def _scored(
    wanted: AnalyzeRequest, languages: Sequence[str], detected: str, settings: Settings
) -> Mapping[str, AttributeParameters]:
    """The requested attributes that can be scored; raises for the first that cannot, unless these are to be left out."""
    if not wanted.requested_attributes:
        raise InvalidArgument("NO_REQUESTED_ATTRIBUTES", "Missing requested_attributes.")
    supported = _supported(settings.perspective_languages)
    speaks = all(language.lower().partition("-")[0] in supported for language in languages)
    scored: dict[str, AttributeParameters] = {}
    for name, parameters in wanted.requested_attributes.items():
        parameters = parameters or AttributeParameters()
        if name not in KNOWN_ATTRIBUTES:
            if not settings.perspective_lenient:
                shown = name[:64] if name.isprintable() else ascii(name)[:64]
                raise InvalidArgument("INVALID_REQUEST", f"Unknown requested attribute: {shown}")
        elif parameters.score_type not in (None, "PROBABILITY", "SCORE_TYPE_UNSPECIFIED"):
            text = f"Requested score type {parameters.score_type} is not supported by attribute {name}"
            raise InvalidArgument("INVALID_REQUEST", text)
        elif speaks and name in SCORERS:
            scored[name] = parameters
        elif not (wanted.drop_unsupported_attributes or settings.perspective_lenient):
            listed = ", ".join(language[:16] if language.isprintable() else "?" for language in languages)
            raise InvalidArgument(
                "LANGUAGE_NOT_SUPPORTED_BY_ATTRIBUTE",
                f"Attribute {name} does not support request languages: {listed}",
                languageNotSupportedByAttributeError={"detectedLanguages": [detected], "attribute": name},
            )
    return scored


def _judge(wanted: SuggestRequest, text: str) -> Judgement:
    if not wanted.attribute_scores:
        raise InvalidArgument("INVALID_REQUEST", "Missing attribute_scores.")
    for name, scores in wanted.attribute_scores.items():
        if name not in KNOWN_ATTRIBUTES:
            shown = name[:64] if name.isprintable() else ascii(name)[:64]
            raise InvalidArgument("INVALID_REQUEST", f"Unknown attribute: {shown}")
        if scores.summary_score is None and not scores.span_scores:
            raise InvalidArgument("INVALID_REQUEST", f"Attribute {name} has no scores")
    toxicity = wanted.attribute_scores.get("TOXICITY")
    score = toxicity.summary_score.value if toxicity and toxicity.summary_score else None
    details = wanted.model_dump(
        include={"attribute_scores", "languages", "community_id", "session_id"}, exclude_none=True
    )
    return Judgement(
        text_sha256=hash_text(text),
        text=text if wanted.do_not_store is False else None,
        label=bool(score) if score in (0, 1) else None,  # 0 and 1 are how a person says no and yes
        score=score,
        source="perspective",
        details=details,
    )


# --- scores ---------------------------------------------------------------------------------------------------

Span = tuple[int, int]


def _sentences(text: str) -> list[Span]:
    """Sentences without the white space around them, offsets in code points."""
    from razdel import sentenize

    spans = [(sentence.start, sentence.stop) for sentence in sentenize(text)]
    if len(spans) > MAX_SPANS:
        spans = [*spans[:MAX_SPANS], (spans[MAX_SPANS][0], spans[-1][1])]
    return spans


def _utf16(text: str, spans: Sequence[Span]) -> Sequence[Span]:
    """Offsets in UTF-16 code units, which Perspective's clients count in."""
    if text.isascii() or max(text) <= "\uffff":
        return spans
    units = [0]
    for character in text:
        units.append(units[-1] + (2 if character > "\uffff" else 1))
    return [(units[start], units[stop]) for start, stop in spans]


async def _toxicity(scoring: Scoring, text: str, spans: Sequence[Span]) -> list[float]:
    """The score of the comment, then of each span, by the promoted model."""
    model = scoring.resolve()
    if len(spans) == 1:
        return await scoring.score(model, [text]) * 2
    return await scoring.score(model, [text, *(text[start:stop] for start, stop in spans)])


async def _profanity(_: Scoring, text: str, spans: Sequence[Span]) -> list[float]:
    """How surely obscene words stand in the comment, and in each span."""
    summary = profanity.score(text)
    if len(spans) == 1:
        return [summary, summary]
    return [summary, *(profanity.score(text[start:stop]) for start, stop in spans)]


SCORERS = {"TOXICITY": _toxicity, "PROFANITY": _profanity}


def _shape_scores(
    values: Sequence[float], spans: Sequence[Span], parameters: AttributeParameters
) -> dict[str, Any] | None:
    """``values``: of the comment, then of each span. Scores below the threshold are left out."""
    least = parameters.score_threshold or 0.0
    summary, *parts = ({"value": value, "type": "PROBABILITY"} for value in values)
    shaped: dict[str, Any] = {}
    listed = [
        {"begin": begin, "end": end, "score": score}
        for (begin, end), score in zip(spans, parts, strict=True)
        if score["value"] >= least  # type: ignore[operator]
    ]
    if listed:
        shaped["spanScores"] = listed
    if values[0] >= least:
        shaped["summaryScore"] = summary
    return shaped or None
