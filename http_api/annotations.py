"""What annotators said in Label Studio: kept as feedback, grown into a data set, trained on when asked."""

import asyncio
import logging
from collections.abc import Sequence
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from pydantic import BaseModel
from starlette.concurrency import run_in_threadpool

from chisto.errors import BadField, Words
from chisto.schemas import FitRequest
from chisto.settings import get_settings
from chisto.validation import check_texts
from http_api.fitting import start_fit
from http_api.label_config import LabelConfig
from models_store.collected import NothingCollected, collect
from models_store.feedback import Judgement, hash_text
from models_store.registry import open_registry

logger = logging.getLogger("chisto")


class Task(BaseModel):
    id: int | None = None
    data: dict[str, Any]


class Annotation(BaseModel):
    id: int
    result: list[dict[str, Any]] = []
    was_cancelled: bool = False


def text_of(task: Task, config: LabelConfig, field: str) -> str:
    text = task.data.get(config.key)
    if not isinstance(text, str):
        raise BadField(field=field, reason=Words("нужна строка", "a string is needed"))
    return text


def listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [] if value is None else [value]


def judgement_id(project: str, annotation: Annotation) -> str:
    """An annotation that is changed keeps its id, so its judgement replaces the one before."""
    return str(uuid5(NAMESPACE_URL, f"label-studio:{project}:{annotation.id}"))


def judge(
    project: str, config: LabelConfig, pairs: Sequence[tuple[Task, Annotation]]
) -> tuple[list[Judgement], list[str]]:
    """Judgements to keep, and the ids of annotations that say nothing (any more): skipped ones, other choices."""
    kept, dropped = list[Judgement](), list[str]()
    for task, annotation in pairs:
        label = None if annotation.was_cancelled else _label(config, annotation)
        if label is None:
            dropped.append(judgement_id(project, annotation))
            continue
        text = text_of(task, config, "task.data")
        check_texts([text], get_settings())
        kept.append(
            Judgement(
                id=judgement_id(project, annotation),
                text_sha256=hash_text(text),
                text=text,
                label=label,
                source=_source(project),
                details={"project": project, "task": task.id, "annotation": annotation.id},
            )
        )
    return kept, dropped


def _label(config: LabelConfig, annotation: Annotation) -> bool | None:
    for region in annotation.result:
        value = region.get("value")
        if region.get("from_name") == config.choices and isinstance(value, dict):
            for choice in listed(value.get("choices")):
                if isinstance(choice, str) and (label := config.read(choice)) is not None:
                    return label
    return None


def _source(project: str) -> str:
    return f"label_studio:{project}"[:32]


def _dataset(project: str) -> str:
    return f"label-studio-{project}"


def store(kept: list[Judgement], dropped: list[str]) -> None:
    feedback = open_registry().feedback
    feedback.add(kept)
    if dropped:
        feedback.remove(dropped)


# --- the data set that grows ------------------------------------------------------------------------------------

_waiting: set[str] = set()
_growing: dict[str, asyncio.Task[None]] = {}


def grow_soon(project: str) -> None:
    """Renew the data set of a project; what arrives while that is under way comes into the next renewal."""
    _waiting.add(project)
    if project not in _growing:
        _growing[project] = asyncio.create_task(_grow_while_waiting(project))


async def _grow_while_waiting(project: str) -> None:
    try:
        while project in _waiting:
            _waiting.discard(project)
            await run_in_threadpool(_grow, project)
    except Exception as error:  # the annotations are kept, and the next one tries again
        logger.warning("the data set of a Label Studio project was not renewed: %s", type(error).__name__)
    finally:
        del _growing[project]


def _grow(project: str) -> None:
    registry = open_registry()
    try:
        collect(registry, _dataset(project), source=_source(project), replaces=True)
    except NothingCollected:  # the last annotation was taken back
        if any(dataset.name == _dataset(project) for dataset in registry.datasets.all()):
            registry.datasets.delete(_dataset(project))


# --- training --------------------------------------------------------------------------------------------------


async def train_on(project: str) -> str:
    """Start training on what was annotated; a model of the project's own, which waits to be promoted."""

    def start() -> str:
        registry = open_registry()
        collect(registry, _dataset(project), source=_source(project), replaces=True)
        wanted = FitRequest(
            name=_dataset(project),
            dataset=_dataset(project),
            ml_model_type="logistic_regression",
            vectorizer_type="tf_idf",
            new_version=True,
        )
        return start_fit(registry, get_settings(), wanted).id

    return await run_in_threadpool(start)
