"""/api/v1/evaluate: several models on one data set, as a task."""

from fastapi import APIRouter, Request

from chisto import schemas as s
from chisto.errors import BadField, NoResult, Words
from chisto.settings import get_settings
from http_api.fitting import labelled_dataset
from http_api.responses import language_of
from http_api.shapes import task_info
from http_api.wording import say
from models_store.jobs import NewJob
from models_store.registry import open_registry

router = APIRouter(prefix="/api/v1/evaluate", tags=["comparison"])


@router.post("", summary="Compare models on a labelled data set, as a task", status_code=202)
@router.post("/", include_in_schema=False, status_code=202)
def evaluate(wanted: s.EvaluateRequest, request: Request) -> s.TaskStarted:
    """The models need not be loaded."""
    registry, settings = open_registry(), get_settings()
    if len(set(wanted.models)) < len(wanted.models):
        raise BadField(field="models", reason=Words("модель названа дважды", "a model is named twice"))
    dataset = labelled_dataset(registry, wanted.dataset)
    models = [registry.models.get(name) for name in wanted.models]
    job = NewJob(
        kind="evaluate",
        name=dataset.name,
        params={
            "models": [{"name": model.name, "version": model.version} for model in models],
            "dataset": dataset.id,
            "max_points": wanted.max_points,
        },
        time_limit_s=settings.task_time_limit_s,
        dataset_id=dataset.id,
    )
    started = registry.jobs.submit(job, queue_limit=settings.max_queued_tasks)
    return s.TaskStarted(message=say(language_of(request.scope), "evaluation_started"), task=started.id)


@router.get("/{task}", summary="The comparison, or the task that makes it")
def evaluation(task: str, request: Request) -> s.EvaluationResponse:
    jobs = open_registry().jobs
    job = jobs.get(task)
    if job.kind != "evaluate":
        raise NoResult(id=task)
    found = jobs.result(task) if job.state == "success" else None
    return s.EvaluationResponse(
        task=task_info(job, language_of(request.scope)),
        result=s.Evaluation.model_validate(found) if found else None,
    )
