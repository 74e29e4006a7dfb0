"""POST /api/v1/models/predict_scores: scores and true labels of a file, by several models, as CSV."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path

from fastapi import APIRouter, Request
from fastapi.responses import StreamingResponse

from chisto.errors import BadField, Words
from chisto.settings import get_settings
from http_api.models import resolve
from http_api.rows import labelled_chunks
from http_api.scoring import Scoring
from http_api.uploads import receive
from models_store.catalog import ServedModel
from models_store.cleaned import clean_apart
from models_store.registry import open_registry

router = APIRouter(prefix="/api/v1/models", tags=["models"])

_FORM = {
    "requestBody": {
        "required": True,
        "content": {
            "multipart/form-data": {
                "schema": {
                    "type": "object",
                    "required": ["names", "predict_file"],
                    "properties": {
                        "names": {"type": "string", "description": "Separated by commas."},
                        "predict_file": {"type": "string", "format": "binary"},
                        "text_column": {"type": "string"},
                        "label_column": {"type": "string"},
                    },
                }
            }
        },
    }
}


@router.post(
    "/predict_scores",
    summary="Scores of a labelled file by several models, as CSV: model_name,scores,y_true",
    response_class=StreamingResponse,
    openapi_extra=_FORM,
)
async def predict_scores(request: Request) -> StreamingResponse:
    registry, settings = open_registry(), get_settings()
    scoring: Scoring = request.app.state.scoring
    async with AsyncExitStack() as stack:
        received = await stack.enter_async_context(
            receive(request, registry.store.uploads, settings.max_upload_bytes)
        )
        names = [name.strip() for name in received.fields.get("names", "").split(",") if name.strip()]
        if not names:
            raise BadField(
                field="names",
                reason=Words(
                    "нужны имена моделей через запятую", "names of models, separated by commas, are needed"
                ),
            )
        models = [await resolve(scoring, name) for name in names]
        target = received.folder / "cleaned.parquet"
        columns = {key: received.fields.get(key) or None for key in ("text_column", "label_column")}
        await asyncio.to_thread(clean_apart, registry, received.file("predict_file").path, target, **columns)
        rest = stack.pop_all()  # the file stays until the last line is sent
    return StreamingResponse(_lines(scoring, models, target, rest), media_type="text/csv; charset=utf-8")


async def _lines(
    scoring: Scoring, models: list[ServedModel], path: Path, files: AsyncExitStack
) -> AsyncIterator[str]:
    async with files:
        yield "model_name,scores,y_true\n"
        for model in models:
            chunks = labelled_chunks(path)
            while (chunk := await asyncio.to_thread(next, chunks, None)) is not None:
                texts, labels = chunk
                scores = await scoring.score(model, texts)
                yield "".join(
                    f"{model.name},{score:.6f},{label}\n" for score, label in zip(scores, labels, strict=True)
                )
