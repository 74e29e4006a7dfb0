"""Label Studio's ML backend: pre-annotation, annotations coming back, training where the user asks for it.

Connect it as http://HOST:PORT/label-studio, or http://HOST:PORT/label-studio/MODEL for another model than the promoted
one. The calls are those of HumanSignal/label-studio-ml-backend (label_studio_ml/api.py) and of Label Studio's client for
it (label_studio/ml/api_connector.py); offsets are in code points, as its text tags count since label-studio-frontend#308.
"""

from collections.abc import Sequence
from typing import Annotated, Any

from fastapi import APIRouter, Request
from pydantic import AfterValidator, BaseModel, ConfigDict, Field
from starlette.concurrency import run_in_threadpool

from chisto.errors import BadField, ChistoError, Forbidden, Language, Words
from chisto.settings import get_settings
from chisto.validation import check_texts
from http_api.annotations import (
    Annotation,
    Task,
    grow_soon,
    judge,
    judgement_id,
    listed,
    store,
    text_of,
    train_on,
)
from http_api.label_config import LabelConfig, Labels, parse_config
from http_api.reading import read_body
from http_api.responses import JsonResponse, language_of, register_error_shape
from http_api.scoring import Scoring
from models_store.feedback import Judgement
from models_store.registry import open_registry

router = APIRouter(prefix="/label-studio", tags=["Label Studio"])

#: A word is marked when it did at least this much of what the strongest word did.
MARKED_SHARE = 0.3

# --- shapes: what Label Studio sends besides is let be ----------------------------------------------------------

#: Of "2.1629208174", a project and when it was made, the number; webhooks send that alone.
ProjectId = Annotated[str, AfterValidator(lambda value: value.partition(".")[0])]


class AnnotatedTask(Task):
    annotations: list[Annotation] = []


class Project(BaseModel):
    id: Annotated[int, Field(ge=0, lt=10**12)]
    label_config: str = ""


class PredictRequest(BaseModel):
    tasks: Annotated[list[Task], Field(min_length=1)]
    label_config: str


class SetupRequest(BaseModel):
    """``schema`` is the labelling configuration."""

    model_config = ConfigDict(populate_by_name=True, coerce_numbers_to_str=True)

    project: ProjectId = ""
    label_config: str = Field("", alias="schema")


class TrainRequest(BaseModel):
    """What older versions send to /train: all tasks with their annotations."""

    model_config = ConfigDict(coerce_numbers_to_str=True)

    annotations: Annotated[list[AnnotatedTask], Field(min_length=1)]
    project: Annotated[ProjectId, Field(pattern=r"^[0-9]{1,12}(\.[0-9]*)?$")]
    label_config: str


class WebhookRequest(BaseModel):
    action: str
    project: Project | None = None
    annotation: Annotation | list[Annotation] | None = None
    task: Task | list[Task] | None = None
    #: of ANNOTATIONS_DELETED: ids alone
    annotations: list[Annotation] = []


class JobRequest(BaseModel):
    job: str


def _error_shape(error: ChistoError, language: Language) -> dict[str, str]:
    return {"error": f"{error.message(language)} {error.hint(language)}".strip()}


register_error_shape("/label-studio", _error_shape)


# --- what it asks first -----------------------------------------------------------------------------------------


@router.get("/", summary="Health")
@router.get("/health", summary="Health")
@router.get("/{model}/health", include_in_schema=False)
async def health(request: Request, model: str | None = None) -> JsonResponse:
    _scoring(request).resolve(model)
    return JsonResponse({"status": "UP", "model_class": "Chisto"})


@router.post("/setup", summary="Set up")
@router.post("/{model}/setup", include_in_schema=False)
async def setup(request: Request, model: str | None = None) -> JsonResponse:
    """Says which model will answer, and whether the labelling configuration fits it."""
    wanted = read_body(SetupRequest, await request.body(), language_of(request.scope))
    if wanted.label_config.strip() not in ("", "<View></View>"):
        parse_config(wanted.label_config)
    return JsonResponse({"model_version": _scoring(request).resolve(model).tag})


@router.get("/versions", summary="Versions")
@router.get("/{model}/versions", include_in_schema=False)
async def versions(request: Request, model: str | None = None) -> JsonResponse:
    return JsonResponse({"versions": [_scoring(request).resolve(model).tag]})


def _scoring(request: Request) -> Scoring:
    scoring: Scoring = request.app.state.scoring
    return scoring


# --- pre-annotation ---------------------------------------------------------------------------------------------


@router.post("/predict", summary="Pre-annotate")
@router.post("/{model}/predict", include_in_schema=False)
async def predict(request: Request, model: str | None = None) -> JsonResponse:
    """A choice for each task; with <Labels> over the text in the configuration, the words that decided too."""
    wanted = read_body(PredictRequest, await request.body(), language_of(request.scope))
    config = parse_config(wanted.label_config)
    texts = [text_of(task, config, f"tasks.{index}.data") for index, task in enumerate(wanted.tasks)]
    check_texts(texts, get_settings())
    scoring = _scoring(request)
    served = scoring.resolve(model)
    scores = await scoring.score(served, texts)
    verdicts = [score >= served.threshold for score in scores]
    words = [list[dict[str, Any]]() for _ in texts]
    if config.labels is not None:
        toxic = [index for index, verdict in enumerate(verdicts) if verdict]
        for index, explained in zip(
            toxic, await scoring.explain(served, [texts[i] for i in toxic]), strict=True
        ):
            words[index] = _marks(explained["spans"], config, config.labels)
    return JsonResponse(
        {
            "results": [
                {
                    "result": [_choice(config, verdict), *marks],
                    # How sure the choice is: Label Studio shows the least sure tasks first.
                    "score": score if verdict else 1 - score,
                    "model_version": served.tag,
                }
                for score, verdict, marks in zip(scores, verdicts, words, strict=True)
            ]
        }
    )


def _choice(config: LabelConfig, is_toxic: bool) -> dict[str, Any]:
    chosen = config.toxic if is_toxic else config.clean
    return {
        "from_name": config.choices,
        "to_name": config.text,
        "type": "choices",
        "value": {"choices": [chosen]},
    }


def _marks(spans: Sequence[dict[str, Any]], config: LabelConfig, labels: Labels) -> list[dict[str, Any]]:
    least = max((span["contribution"] for span in spans), default=0.0) * MARKED_SHARE
    return [
        {
            "from_name": labels.name,
            "to_name": config.text,
            "type": "labels",
            "value": {
                "start": span["begin"],
                "end": span["end"],
                "text": span["text"],
                "labels": [labels.label],
            },
        }
        for span in spans
        if span["contribution"] > 0 and span["contribution"] >= least
    ]


# --- annotations coming back ------------------------------------------------------------------------------------

MISSING = Words("поле обязательно", "the field is required")
CREATED = ("ANNOTATION_CREATED", "ANNOTATIONS_CREATED", "ANNOTATION_UPDATED")
DELETED = ("ANNOTATION_DELETED", "ANNOTATIONS_DELETED")


@router.post("/webhook", summary="Take annotations, start training", status_code=201)
@router.post("/{model}/webhook", include_in_schema=False, status_code=201)
async def webhook(request: Request, model: str | None = None) -> JsonResponse:
    """Annotations become feedback with their texts, and the data set `label-studio-PROJECT` grows by them."""
    wanted = read_body(WebhookRequest, await request.body(), language_of(request.scope))
    if wanted.action not in (*CREATED, *DELETED, "START_TRAINING"):
        return JsonResponse({"status": "Unknown event"})
    if wanted.project is None:
        raise BadField(field="project", reason=MISSING)
    project = str(wanted.project.id)
    if wanted.action == "START_TRAINING":
        _check_trainer(request)
        return JsonResponse({"status": "ok", "job": await train_on(project)}, status_code=201)
    if wanted.action in DELETED:
        gone = [
            judgement_id(project, annotation)
            for annotation in (*wanted.annotations, *listed(wanted.annotation))
        ]
        kept, dropped = list[Judgement](), gone
    else:
        pairs = list(zip(listed(wanted.task), listed(wanted.annotation), strict=False))
        if not pairs:
            raise BadField(field="annotation", reason=MISSING)
        kept, dropped = judge(project, parse_config(wanted.project.label_config), pairs)
    await run_in_threadpool(store, kept, dropped)
    grow_soon(project)
    return JsonResponse({"status": "ok", "result": {"kept": len(kept)}}, status_code=201)


def _check_trainer(request: Request) -> None:
    """Pre-annotation and annotations are open to the role `predict`; training is not."""
    if request.scope["chisto.caller"].role != "manage":
        raise Forbidden(role="manage")


@router.post("/train", summary="Train", status_code=201)
@router.post("/{model}/train", include_in_schema=False, status_code=201)
async def train(request: Request, model: str | None = None) -> JsonResponse:
    """Take all annotated tasks at once and train on them: what Label Studio does where it has no webhooks."""
    wanted = read_body(TrainRequest, await request.body(), language_of(request.scope))
    _check_trainer(request)
    pairs = [(task, annotation) for task in wanted.annotations for annotation in task.annotations]
    kept, dropped = judge(wanted.project, parse_config(wanted.label_config), pairs)
    await run_in_threadpool(store, kept, dropped)
    return JsonResponse({"job": await train_on(wanted.project)}, status_code=201)


_JOB_STATES = {"running": "started", "success": "finished", "failure": "failed", "cancelled": "canceled"}


@router.post("/job_status", summary="State of a training")
@router.post("/{model}/job_status", include_in_schema=False)
async def job_status(request: Request, model: str | None = None) -> JsonResponse:
    wanted = read_body(JobRequest, await request.body(), language_of(request.scope))
    job = await run_in_threadpool(lambda: open_registry().jobs.get(wanted.job))
    return JsonResponse({"job_status": _JOB_STATES.get(job.state, job.state)})
