"""/api/v1/tasks: what runs, what ran, and what came of it."""

import re
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Path, Query, Request
from fastapi.responses import FileResponse
from starlette.responses import Response

from chisto import schemas as s
from chisto.errors import NoResult
from http_api.responses import JsonResponse, language_of
from http_api.shapes import task_info
from http_api.wording import say
from models_store.jobs import result_folder
from models_store.registry import open_registry

router = APIRouter(prefix="/api/v1/tasks", tags=["tasks"])

TaskId = Annotated[str, Path(max_length=64)]


@router.get(
    "/", summary="Tasks, the newest first; X-Total-Count counts all pages", response_model=list[s.TaskInfo]
)
@router.get("", include_in_schema=False)
def tasks(
    request: Request,
    status: Annotated[tuple[s.TaskStatus, ...], Query()] = (),
    kind: Annotated[tuple[s.TaskKind, ...], Query()] = (),
    name: str | None = None,
    model: Annotated[str | None, Query(description="Name of the model that it trains.")] = None,
    dataset: Annotated[str | None, Query(description="uuid of the data set that it works on.")] = None,
    parent: Annotated[str | None, Query(description="uuid of the search whose tasks are wanted.")] = None,
    order: Literal["newest", "oldest", "updated"] = "newest",
    limit: Annotated[int, Query(ge=1, le=1000)] = 100,
    offset: Annotated[int, Query(ge=0)] = 0,
) -> Response:
    page = open_registry().jobs.page(
        states=status,
        kinds=kind,
        name=name,
        model_name=model,
        dataset_id=dataset,
        parent=parent,
        order=order,
        limit=limit,
        offset=offset,
    )
    language = language_of(request.scope)
    found = [task_info(job, language) for job in page.jobs]
    return JsonResponse(found, headers={"X-Total-Count": str(page.total)})


@router.get("/{task}", summary="One task")
def task(task: TaskId, request: Request) -> s.TaskInfo:
    return task_info(open_registry().jobs.get(task), language_of(request.scope))


@router.get("/{task}/log", summary="The end of its log; follow it with `offset`")
def log(task: TaskId, offset: Annotated[int, Query(ge=0)] = 0) -> s.TaskLog:
    part = open_registry().jobs.log(task, offset)
    return s.TaskLog(text=part.text, next_offset=part.next_offset, is_complete=part.is_complete)


@router.get("/{task}/result", summary="What it found, as JSON", response_model=dict[str, Any])
def result(task: TaskId) -> Response:
    found = open_registry().jobs.result(task)
    if found is None:
        raise NoResult(id=task)
    return JsonResponse(found)


@router.get("/{task}/file", summary="The file that it made", response_class=FileResponse)
def file(task: TaskId) -> FileResponse:
    registry = open_registry()
    job = registry.jobs.get(task)
    folder = registry.store.results / result_folder(job.id, job.attempt)
    made = sorted(path for path in folder.iterdir() if path.is_file()) if folder.is_dir() else []
    if job.state != "success" or not made:
        raise NoResult(id=task)
    stem = re.sub(r"[^A-Za-z0-9_-]+", "_", job.name).strip("_") or "scores"
    return FileResponse(made[0], filename=f"{stem}-{made[0].name}")


@router.post("/{task}/cancel", summary="Cancel it: at once while it waits, else within seconds")
def cancel(task: TaskId, request: Request) -> s.TaskInfo:
    return task_info(open_registry().jobs.cancel(task), language_of(request.scope))


@router.post("/{task}/retry", summary="Run it again: it failed, was cancelled or interrupted")
def retry(task: TaskId, request: Request) -> s.TaskInfo:
    return task_info(open_registry().jobs.retry(task), language_of(request.scope))


@router.delete("/{task}", summary="Forget it; not while it runs")
def delete(task: TaskId, request: Request) -> s.Message:
    registry = open_registry()
    registry.jobs.delete(task)
    registry.sweep()
    return s.Message(message=say(language_of(request.scope), "task_deleted"))
