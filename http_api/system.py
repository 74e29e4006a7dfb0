"""/api/v1: health, limits, families of models, aliases."""

from fastapi import APIRouter, Request

from chisto import schemas as s
from chisto.families import family_schemas
from chisto.settings import get_settings
from chisto.version import VERSION
from http_api.guard import Caller
from http_api.responses import language_of
from models_store.catalog import living, standing
from models_store.registry import open_registry

router = APIRouter(prefix="/api/v1", tags=["system"])


@router.get("/health", summary="What runs and what is loaded")
def health() -> s.Health:
    registry, settings = open_registry(), get_settings()
    models, workers = registry.models.all(), living(registry)
    loaded = sorted({model.name for model in models if standing(model, workers).presence == "loaded"})
    promoted = registry.models.aliased()
    trainer = any(worker.service == "trainer" for worker in workers)
    counts = registry.jobs.counts()
    default = promoted.name if promoted else settings.default_model
    return s.Health(
        status="ok" if trainer and default in loaded else "degraded",
        version=VERSION,
        generation=registry.models.generation(),
        default_model=default,
        loaded_models=loaded,
        trainer="ok" if trainer else "away",
        tasks_queued=counts.get("queued", 0),
        tasks_running=counts.get("running", 0),
    )


@router.get("/settings", summary="Limits that a user interface needs to know")
def settings(request: Request) -> s.PublicSettings:
    settings = get_settings()
    caller: Caller = request.scope["chisto.caller"]
    return s.PublicSettings(
        version=VERSION,
        language=settings.language,
        keys_required=caller.key_id is not None,
        role=caller.role,
        max_upload_bytes=settings.max_upload_bytes,
        max_body_bytes=settings.max_body_bytes,
        max_texts=settings.max_texts,
        max_text_chars=settings.max_text_chars,
        max_loaded_models=settings.max_loaded_models,
        max_loaded_bytes=settings.max_loaded_bytes,
        max_saved_tasks=settings.max_saved_tasks,
        max_queued_tasks=settings.max_queued_tasks,
        max_running_tasks=settings.max_running_tasks,
        task_time_limit_s=settings.task_time_limit_s,
    )


@router.get("/families", summary="Families, vectorizers and their parameters as JSON schema")
def families(request: Request) -> s.FamiliesResponse:
    return s.FamiliesResponse(families=family_schemas(language_of(request.scope)))


@router.get("/aliases", summary="Which model an alias points at")
def aliases() -> list[s.AliasInfo]:
    pointed = [(alias, model) for model in open_registry().models.all() for alias in model.aliases]
    return [s.AliasInfo(alias=alias, name=model.name, version=model.version) for alias, model in pointed]
