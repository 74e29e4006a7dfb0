"""/api/v1/models: list, train, load, promote, use, carry away and take in."""

import asyncio
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Request
from fastapi.responses import FileResponse, PlainTextResponse
from pydantic import ValidationError
from starlette.background import BackgroundTask
from starlette.responses import Response

from chisto import schemas as s
from chisto.errors import ModelNotLoaded
from chisto.settings import get_settings
from chisto.validation import check_texts, refusal
from http_api import changes
from http_api.fitting import start_fit, start_fit_with_file
from http_api.responses import JsonResponse, language_of
from http_api.scoring import Scoring
from http_api.shapes import model_info, model_infos, untrained_info
from http_api.uploads import receive
from http_api.wording import say
from models_store.archive import pack
from models_store.catalog import ServedModel, living
from models_store.intake import take_in_apart
from models_store.jobs import ACTIVE
from models_store.locks import Workspace
from models_store.registry import Registry, open_registry

router = APIRouter(prefix="/api/v1/models", tags=["models"])

ModelName = Annotated[str, Path(max_length=64)]
Version = Annotated[int | None, Query(ge=1, description="The current version by default.")]


def info(registry: Registry, name: str) -> s.ModelInfo:
    registry.models.get(name)  # says whether it is unknown or not trained yet
    return model_info(registry.models.all(name), living(registry))


# --- reading -------------------------------------------------------------------------------------------------


@router.get("/", summary="All models, those in training included")
@router.get("", include_in_schema=False)
def models() -> list[s.ModelInfo]:
    registry = open_registry()
    trained = model_infos(registry.models.all(), living(registry))
    names = {model.name for model in trained}
    training = registry.jobs.page(states=ACTIVE, kinds=("fit", "search"), limit=1000).jobs
    return trained + [untrained_info(job) for job in training if job.model_name not in names]


@router.get("/{name}", summary="One model")
def model(name: ModelName) -> s.ModelInfo:
    return info(open_registry(), name)


@router.get("/{name}/card", summary="The model's card; as a page with ?format=markdown")
def card(name: ModelName, request: Request, version: Version = None, format: str = "json") -> Any:
    registry = open_registry()
    model = registry.models.get(name, version)
    page = (registry.store.fetch(model.tag) / "card.md").read_text(encoding="utf-8")
    if format == "markdown":
        return PlainTextResponse(page, media_type="text/markdown; charset=utf-8")
    return s.ModelCard(name=model.name, version=model.version, card=dict(model.card), markdown=page)


# --- training ------------------------------------------------------------------------------------------------

_FIT_BODY = {
    "requestBody": {
        "required": True,
        "content": {
            "application/json": {"schema": {"$ref": "#/components/schemas/FitRequest"}},
            "multipart/form-data": {
                "schema": {
                    "type": "object",
                    "required": ["fit_file", "name", "ml_model_type"],
                    "properties": {
                        "fit_file": {
                            "type": "string",
                            "format": "binary",
                            "description": "A table, or a zip of one.",
                        },
                        "name": {"type": "string"},
                        "ml_model_type": {"type": "string"},
                        "vectorizer_type": {"type": "string"},
                        "ml_model_params": {"type": "string", "description": "A JSON object."},
                        "vectorizer_params": {"type": "string", "description": "A JSON object."},
                    },
                }
            },
        },
    }
}


@router.post(
    "/fit",
    summary="Train a model as a task",
    openapi_extra=_FIT_BODY,
    responses={202: {"model": s.TaskStarted}, 201: {"model": s.Message}},
)
async def fit(request: Request) -> Response:
    """With a form: a file, and the message alone comes back (201). As JSON: a data set, and the task's uuid too (202)."""
    settings, registry, language = get_settings(), open_registry(), language_of(request.scope)
    is_form = request.headers.get("content-type", "").startswith("multipart/form-data")
    if is_form:
        async with receive(request, registry.store.uploads, settings.max_upload_bytes) as received:
            job = await asyncio.to_thread(start_fit_with_file, registry, settings, received, language)
    else:
        try:
            wanted = s.FitRequest.model_validate_json(await request.body())
        except ValidationError as invalid:
            first = invalid.errors(include_url=False, include_input=False, include_context=False)[0]
            raise refusal(first, first["loc"], language) from None
        job = await asyncio.to_thread(start_fit, registry, settings, wanted)
    message = say(language, f"{job.kind}_started", name=job.name)
    answer: s.Json = {"message": message} if is_form else {"message": message, "task": job.id}
    location = f"/api/v1/tasks/{job.id}"
    return JsonResponse(answer, status_code=201 if is_form else 202, headers={"Location": location})


# --- serving -------------------------------------------------------------------------------------------------


@router.post("/load", summary="Load a model; answers when every process holds it")
def load(wanted: s.NameRequest, request: Request) -> list[s.Message]:
    changes.load(open_registry(), wanted.name, get_settings(), wanted.version)
    return [s.Message(message=say(language_of(request.scope), "loaded", name=wanted.name))]


@router.post("/unload", summary="Unload a model; requests under way are still answered")
def unload(wanted: s.NameRequest, request: Request) -> list[s.Message]:
    registry = open_registry()
    registry.models.unload(wanted.name)
    changes.wait_settled(registry)
    return [s.Message(message=say(language_of(request.scope), "unloaded", name=wanted.name))]


@router.put("/alias", summary="Promote a model: it answers the requests that name none")
def promote(wanted: s.PromoteRequest) -> s.AliasInfo:
    model = changes.promote(open_registry(), wanted.name, get_settings(), wanted.version, wanted.alias)
    return s.AliasInfo(alias=wanted.alias, name=model.name, version=model.version)


@router.put("/{name}/decision", summary="Save threshold and bands; nulls go back to what training chose")
def save_decision(name: ModelName, wanted: s.DecisionRequest) -> s.ModelInfo:
    registry = open_registry()
    bands = wanted.bands.model_dump() if wanted.bands else None
    registry.models.decide(name, wanted.version, threshold=wanted.threshold, bands=bands)
    changes.wait_settled(registry)
    return info(registry, name)


@router.post("/predict/{name}", summary="0 or 1 for each comment, by one model")
async def predict(name: ModelName, wanted: s.XRequest, request: Request) -> s.XResponse:
    check_texts(wanted.X, get_settings())
    scoring: Scoring = request.app.state.scoring
    model = await resolve(scoring, name)
    scores = await scoring.score(model, wanted.X)
    return s.XResponse(predictions=[int(score >= model.threshold) for score in scores])


async def resolve(scoring: Scoring, name: str) -> ServedModel:
    """The served model; where there is none, the registry says why."""
    try:
        return scoring.resolve(name)
    except Exception:
        model = await asyncio.to_thread(open_registry().models.get, name)
        raise ModelNotLoaded(name=model.name) from None


# --- removing ------------------------------------------------------------------------------------------------


@router.delete("/remove/{name}", summary="Remove a model, or one version of it")
def remove(name: ModelName, request: Request, version: Version = None) -> list[s.Message]:
    registry, language = open_registry(), language_of(request.scope)
    registry.models.remove(name, version)
    changes.wait_settled(registry)
    registry.sweep()
    key = "removed" if version is None else "version_removed"
    return [s.Message(message=say(language, key, name=name, version=version))]


@router.delete("/remove_all", summary="Remove all models but those that came with Chisto")
def remove_all(request: Request) -> list[s.Message]:
    registry, language = open_registry(), language_of(request.scope)
    names = sorted({model.name for model in registry.models.remove_all()})
    if not names:
        return [s.Message(message=say(language, "nothing_to_remove"))]
    changes.wait_settled(registry)
    registry.sweep()
    return [s.Message(message=say(language, "removed", name=name)) for name in names]


# --- archives ------------------------------------------------------------------------------------------------


@router.get("/{name}/export", summary="The model as one file", response_class=FileResponse)
def export(name: ModelName, version: Version = None) -> FileResponse:
    registry = open_registry()
    model = registry.models.get(name, version)
    workspace = Workspace.create(registry.store.uploads)
    try:
        path = workspace.path / "model.zip"
        pack(registry.store.fetch(model.tag), path)
    except BaseException:
        workspace.close()
        raise
    filename = f"{model.name}-{model.version}.chisto.zip"
    return FileResponse(
        path, media_type="application/zip", filename=filename, background=BackgroundTask(workspace.close)
    )


@router.post(
    "/import",
    summary="Take in a model that was exported: the body is the file, or a form with `file`",
    status_code=201,
)
async def import_archive(request: Request, name: str | None = None, new_version: bool = False) -> s.ModelInfo:
    registry, settings = open_registry(), get_settings()
    async with receive(request, registry.store.uploads, settings.max_upload_bytes) as received:
        wanted = received.fields.get("name", name)
        taken = await asyncio.to_thread(
            take_in_apart, registry, received.file("file").path, wanted or None, new_version
        )
    return await asyncio.to_thread(info, registry, taken.name)
