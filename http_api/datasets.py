"""/api/v1/datasets: take in files, show what is in them, profile them, score them."""

import asyncio
import re
from pathlib import PurePosixPath
from typing import Annotated, Literal

from fastapi import APIRouter, Path, Query, Request
from fastapi.responses import FileResponse, StreamingResponse
from starlette.responses import Response

from chisto import schemas as s
from chisto.errors import BadField, Words
from chisto.schemas_profile import profile_key
from chisto.settings import get_settings
from http_api.fitting import free_name
from http_api.responses import JsonResponse, language_of
from http_api.rows import read_numbers, read_page, write_csv, write_jsonl
from http_api.shapes import dataset_info, drop_report, task_info
from http_api.uploads import Received, receive
from http_api.wording import say
from models_store.datasets import Dataset
from models_store.ingest import Upload, ingest_apart
from models_store.jobs import Job, NewJob
from models_store.registry import Registry, open_registry

router = APIRouter(prefix="/api/v1/datasets", tags=["data sets"])

Key = Annotated[str, Path(max_length=200, description="uuid or name")]
PROFILE = "profile"
_NAME = re.compile(r"[^\x00-\x1f/\\]{1,200}")


def profile_job(registry: Registry, dataset: Dataset) -> Job | None:
    """The newest task that profiles it."""
    return next(iter(registry.jobs.page(kinds=(PROFILE,), dataset_id=dataset.id, limit=1).jobs), None)


def info(registry: Registry, dataset: Dataset) -> s.DatasetInfo:
    job = profile_job(registry, dataset)
    return dataset_info(dataset, registry.reports.keys(PROFILE), job.id if job else None)


# --- in and out ----------------------------------------------------------------------------------------------


@router.post("", status_code=201, summary="Send a file: as the plain body, or as `file` of a form")
@router.post("/", status_code=201, include_in_schema=False)
async def upload(
    request: Request,
    name: str | None = None,
    filename: str | None = None,
    text_column: str | None = None,
    label_column: str | None = None,
    labelled: bool | None = None,
) -> s.DatasetInfo:
    """CSV, TSV, JSON Lines or Parquet, also in zip or gzip. `labelled` unset takes labels where there are some.

    In a form the same fields may be sent as its parts.
    """
    registry, settings = open_registry(), get_settings()
    given = {"name": name, "filename": filename, "text_column": text_column, "label_column": label_column}
    async with receive(request, registry.store.uploads, settings.max_upload_bytes) as received:
        fields = {**given, **received.fields}
        if "labelled" in received.fields:
            labelled = _flag("labelled", received.fields["labelled"])
        dataset = await asyncio.to_thread(_ingest, registry, received, fields, labelled)
    return await asyncio.to_thread(info, registry, dataset)


def _ingest(
    registry: Registry, received: Received, fields: dict[str, str | None], labelled: bool | None
) -> Dataset:
    file = received.file("file")
    filename = (
        PurePosixPath((file.filename or fields["filename"] or "").replace("\\", "/")).name[:255] or None
    )
    name = fields["name"] or free_name(registry, _stem(filename))
    if not _NAME.fullmatch(name):
        raise BadField(
            field="name",
            reason=Words(
                "до 200 знаков без косых черт и переводов строк",
                "up to 200 characters without slashes and line breaks",
            ),
        )
    return ingest_apart(
        registry,
        Upload(
            path=str(file.path),
            name=name,
            filename=filename,
            text_column=fields["text_column"] or None,
            label_column=fields["label_column"] or None,
            is_labelled=labelled,
        ),
    )


def _stem(filename: str | None) -> str:
    stem = re.sub(r"(\.(csv|tsv|txt|jsonl|ndjson|json|parquet|zip|gz))+$", "", filename or "", flags=re.I)
    return re.sub(r"[\x00-\x1f]", "", stem).strip()[:190] or "dataset"


def _flag(name: str, text: str) -> bool | None:
    try:
        return {"true": True, "1": True, "false": False, "0": False, "": None}[text.strip().lower()]
    except KeyError:
        raise BadField(field=name, reason=Words("true или false", "true or false")) from None


@router.get("", summary="All data sets, the newest first")
@router.get("/", include_in_schema=False)
def datasets() -> list[s.DatasetInfo]:
    registry = open_registry()
    profiled = registry.reports.keys(PROFILE)
    newest: dict[str | None, str] = {}
    for job in registry.jobs.page(kinds=(PROFILE,), limit=1000).jobs:
        newest.setdefault(job.dataset_id, job.id)
    return [dataset_info(each, profiled, newest.get(each.id)) for each in registry.datasets.all()]


@router.get("/{dataset}", summary="One data set")
def dataset(dataset: Key) -> s.DatasetInfo:
    registry = open_registry()
    return info(registry, registry.datasets.get(dataset))


@router.get("/{dataset}/report", summary="What was left out of it, and why")
def report(dataset: Key) -> s.DropReport:
    return drop_report(open_registry().datasets.get(dataset))


@router.get("/{dataset}/preview", summary="A page of its rows")
def preview(
    dataset: Key,
    offset: Annotated[int, Query(ge=0)] = 0,
    limit: Annotated[int, Query(ge=1, le=1000)] = 50,
    label: Annotated[int | None, Query(ge=0, le=1)] = None,
    search: Annotated[str | None, Query(max_length=200, description="In any case of letters.")] = None,
) -> s.RowPage:
    registry = open_registry()
    path = registry.datasets.path(registry.datasets.get(dataset))
    return read_page(path, offset=offset, limit=limit, label=label, search=search)


@router.post("/{dataset}/rows", summary="Rows by their numbers")
def rows(dataset: Key, wanted: s.RowNumbers) -> s.RowPage:
    registry = open_registry()
    return read_numbers(registry.datasets.path(registry.datasets.get(dataset)), wanted.numbers)


@router.get("/{dataset}/download", summary="The kept rows as a file", response_class=Response)
def download(dataset: Key, format: Literal["csv", "jsonl", "parquet"] = "csv") -> Response:
    """CSV is made safe for spreadsheets; JSON Lines and Parquet are exact."""
    registry = open_registry()
    found = registry.datasets.get(dataset)
    path = registry.datasets.path(found)
    filename = f"{re.sub(r'[^A-Za-z0-9_-]+', '_', found.name).strip('_') or 'dataset'}.{format}"
    if format == "parquet":
        return FileResponse(path, media_type="application/vnd.apache.parquet", filename=filename)
    write, media_type = {
        "csv": (write_csv, "text/csv; charset=utf-8"),
        "jsonl": (write_jsonl, "application/jsonl; charset=utf-8"),
    }[format]
    disposition = {"Content-Disposition": f'attachment; filename="{filename}"'}
    return StreamingResponse(write(path), media_type=media_type, headers=disposition)


@router.delete("/{dataset}", summary="Delete it; not while a task works on it")
def delete(dataset: Key, request: Request) -> s.Message:
    gone = open_registry().datasets.delete(dataset)
    return s.Message(message=say(language_of(request.scope), "dataset_deleted", name=gone.name))


# --- tasks on it ---------------------------------------------------------------------------------------------


@router.post(
    "/{dataset}/profile", summary="Profile it as a task", response_model=s.TaskStarted, status_code=202
)
def start_profile(dataset: Key, request: Request) -> Response:
    """A profile that is there or under way is not made again: then the answer names that task (200)."""
    registry, settings, language = open_registry(), get_settings(), language_of(request.scope)
    found = registry.datasets.get(dataset)
    known = profile_job(registry, found)
    if known is not None and (known.is_active or _profile(registry, found) is not None):
        key = "profile_started" if known.is_active else "profile_ready"
        message = say(language, key, name=found.name)
        return JsonResponse(s.TaskStarted(message=message, task=known.id))
    job = NewJob(
        kind=PROFILE,
        name=found.name,
        params={"dataset": found.id},
        time_limit_s=settings.task_time_limit_s,
        dataset_id=found.id,
    )
    started = registry.jobs.submit(job, queue_limit=settings.max_queued_tasks)
    message = say(language, "profile_started", name=found.name)
    return JsonResponse(s.TaskStarted(message=message, task=started.id), status_code=202)


@router.get("/{dataset}/profile", summary="The profile, or the task that makes it")
def profile(dataset: Key, request: Request) -> s.ProfileResponse:
    registry = open_registry()
    found = registry.datasets.get(dataset)
    job = profile_job(registry, found)
    return s.ProfileResponse(
        dataset=found.id,
        task=job and task_info(job, language_of(request.scope)),
        profile=_profile(registry, found),
    )


def _profile(registry: Registry, dataset: Dataset) -> s.Json | None:
    return registry.reports.get(PROFILE, profile_key(dataset.sha256))


@router.post("/{dataset}/score", summary="Score all of it as a task", status_code=202)
def score(dataset: Key, wanted: s.ScoreFileRequest, request: Request) -> s.TaskStarted:
    registry, settings = open_registry(), get_settings()
    found = registry.datasets.get(dataset)
    model = registry.models.get(wanted.model) if wanted.model else registry.models.aliased()
    model = model or registry.models.get(settings.default_model)
    job = NewJob(
        kind="score_file",
        name=found.name,
        params={"model": model.name, "version": model.version, "threshold": wanted.threshold},
        time_limit_s=settings.task_time_limit_s,
        model_name=model.name,
        dataset_id=found.id,
    )
    started = registry.jobs.submit(job, queue_limit=settings.max_queued_tasks)
    message = say(language_of(request.scope), "scoring_started", name=found.name)
    return s.TaskStarted(message=message, task=started.id)
