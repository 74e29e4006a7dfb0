"""/api/v1/feedback: what people say about scores; listed, exported, made into data sets."""

import csv
import io
import json
from collections.abc import Iterator
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query, Request
from fastapi.responses import StreamingResponse
from starlette.concurrency import run_in_threadpool

from chisto import schemas as s
from chisto.errors import NotFound
from chisto.settings import get_settings
from chisto.tables.scores import neutralized
from chisto.validation import check_texts
from http_api.responses import language_of
from http_api.scoring import Scoring
from http_api.shapes import dataset_info
from http_api.wording import say
from models_store.collected import collect, judgements
from models_store.feedback import Judgement, hash_text
from models_store.registry import open_registry

router = APIRouter(prefix="/api/v1/feedback", tags=["feedback"])

_COLUMNS = ("created_at", "source", "model", "score", "is_toxic", "text_sha256", "text")


class UnknownFeedback(NotFound):
    code = "unknown_feedback"
    texts = {
        "en": ("There is no feedback on that text.", "The address ends in the SHA-256 of the text in UTF-8."),
        "ru": ("Отзывов на этот текст нет.", "В конце адреса — SHA-256 текста в UTF-8."),
    }


@router.post("", status_code=201)
async def give(request: Request, feedback: s.FeedbackRequest) -> s.FeedbackInfo:
    """Say whether a comment is toxic. Its text is kept only with `store_text`."""
    check_texts([feedback.text], get_settings())
    scoring: Scoring = request.app.state.scoring
    model = scoring.resolve(feedback.model)
    (score,) = await scoring.score(model, [feedback.text])
    judgement = Judgement(
        text_sha256=hash_text(feedback.text),
        text=feedback.text if feedback.store_text else None,
        label=feedback.is_toxic,
        score=score,
        model=model.name,
        source="api",
        details={"version": model.version},
    )
    await run_in_threadpool(lambda: open_registry().feedback.add([judgement]))
    return _info(judgement)


@router.get("")
def listing(
    source: str | None = None,
    offset: Annotated[int, Query(ge=0)] = 0,
    limit: Annotated[int, Query(ge=1, le=1000)] = 100,
) -> s.FeedbackPage:
    """Feedback of all sources or of one, oldest first."""
    feedback = open_registry().feedback
    page = feedback.page(source=source, offset=offset, limit=limit)
    return s.FeedbackPage(
        total=feedback.count(source), offset=offset, feedback=[_info(each) for each in page]
    )


@router.get("/export", response_class=StreamingResponse)
def export(source: str | None = None, format: Literal["jsonl", "csv"] = "jsonl") -> StreamingResponse:
    """All feedback as a file. CSV is made safe for spreadsheets; JSON Lines is exact."""
    rows = (
        _info(each).model_dump(mode="json", include=set(_COLUMNS))
        for each in judgements(open_registry(), source)
    )
    lines, kind = (_csv(rows), "text/csv") if format == "csv" else (_jsonl(rows), "application/x-ndjson")
    headers = {"Content-Disposition": f'attachment; filename="feedback.{format}"'}
    return StreamingResponse(lines, media_type=f"{kind}; charset=utf-8", headers=headers)


@router.post("/dataset", status_code=201)
def make_dataset(wanted: s.FeedbackDatasetRequest) -> s.DatasetInfo:
    """Make a data set of the feedback that has a text and a label."""
    return dataset_info(collect(open_registry(), wanted.name, source=wanted.source), (), None)


@router.delete("/{text_sha256}")
def forget(request: Request, text_sha256: str) -> s.Message:
    """Forget all that was said about a text, and the text. Data sets made of it stay as they are."""
    if not open_registry().feedback.delete(text_sha256):
        raise UnknownFeedback
    return s.Message(message=say(language_of(request.scope), "feedback_forgotten"))


def _info(judgement: Judgement) -> s.FeedbackInfo:
    return s.FeedbackInfo(
        uuid=judgement.id,
        text_sha256=judgement.text_sha256,
        text=judgement.text,
        is_toxic=judgement.label,
        score=judgement.score,
        model=judgement.model,
        source=judgement.source,
        created_at=judgement.created_at,
    )


def _jsonl(rows: Iterator[dict[str, Any]]) -> Iterator[str]:
    for row in rows:
        yield json.dumps({column: row[column] for column in _COLUMNS}, ensure_ascii=False) + "\n"


def _csv(rows: Iterator[dict[str, Any]]) -> Iterator[str]:
    line = io.StringIO()
    writer = csv.DictWriter(line, _COLUMNS)
    writer.writeheader()
    for row in rows:
        writer.writerow({**row, "text": row["text"] and neutralized(row["text"])})
        yield line.getvalue()
        line.seek(0)
        line.truncate()
    yield line.getvalue()
