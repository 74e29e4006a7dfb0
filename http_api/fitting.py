"""Asking for a model to be trained: checks first, then a data set, then a job."""

import json
from pathlib import PurePosixPath
from typing import Any

from pydantic import ValidationError

from chisto import schemas as s
from chisto.errors import BadField, DatasetUnlabelled, Language, TooManyTasks, Words
from chisto.families import parse_recipe, plan_trials
from chisto.settings import Settings
from chisto.validation import refusal
from http_api.uploads import Received
from models_store.datasets import Dataset
from models_store.ingest import Upload, ingest_apart
from models_store.jobs import Job, NewJob
from models_store.registry import Registry


def start_fit(registry: Registry, settings: Settings, request: s.FitRequest) -> Job:
    """Queue the training. Raises NameTaken, UnknownDataset, DatasetUnlabelled, TooManyTasks and bad parameters."""
    request = check_parameters(request)
    return _submit(registry, settings, request, labelled_dataset(registry, request.dataset))


def start_fit_with_file(
    registry: Registry, settings: Settings, received: Received, language: Language
) -> Job:
    """The same from a form that brings its own file, which becomes a data set."""
    request = check_parameters(_from_form(received.fields, language))
    file = received.file("fit_file")
    registry.models.check_name(request.name, is_new_version=request.new_version)
    if registry.jobs.counts().get("queued", 0) >= settings.max_queued_tasks:
        raise TooManyTasks(limit=settings.max_queued_tasks)
    dataset = ingest_apart(
        registry,
        Upload(
            path=str(file.path),
            name=free_name(registry, request.name),
            filename=_base(file.filename),
            is_labelled=True,
        ),
    )
    try:
        return _submit(registry, settings, request, dataset)
    except BaseException:
        registry.datasets.delete(dataset.id)
        raise


def labelled_dataset(registry: Registry, key: str) -> Dataset:
    dataset = registry.datasets.get(key)
    if not dataset.is_labelled:
        raise DatasetUnlabelled(name=dataset.name)
    return dataset


def free_name(registry: Registry, wanted: str) -> str:
    """The name, or the first of name-2, name-3 … that no data set has."""
    taken = {dataset.name for dataset in registry.datasets.all()}
    number, name = 1, wanted
    while name in taken:
        number += 1
        name = f"{wanted}-{number}"
    return name


def check_parameters(request: s.FitRequest) -> s.FitRequest:
    """The request with its parameters complete. Raises BadParameter, BadSearch."""
    search = request.search
    chosen = (
        request.ml_model_type,
        request.vectorizer_type,
        request.ml_model_params,
        request.vectorizer_params,
    )
    if search is not None:
        plan_trials(*chosen, method=search.method, space=search.space, trials=search.trials, seed=search.seed)
        return request
    recipe = parse_recipe(*chosen)
    complete = {
        "vectorizer_type": recipe.vectorizer_type,
        "ml_model_params": recipe.model_params,
        "vectorizer_params": recipe.vectorizer_params,
    }
    return request.model_copy(update=complete)


def _submit(registry: Registry, settings: Settings, request: s.FitRequest, dataset: Dataset) -> Job:
    limit = settings.task_time_limit_s
    params = request.model_dump(mode="json", exclude={"name", "dataset", "time_limit_s"})
    job = NewJob(
        kind="search" if request.search else "fit",
        name=request.name,
        params=params,
        time_limit_s=min(request.time_limit_s or limit, limit),
        reserved_name=request.name,
        new_version=request.new_version,
        model_name=request.name,
        dataset_id=dataset.id,
    )
    return registry.jobs.submit(job, queue_limit=settings.max_queued_tasks)


def _from_form(fields: dict[str, str], language: Language) -> s.FitRequest:
    values: dict[str, Any] = {"dataset": "fit_file", **fields}
    for name in ("ml_model_params", "vectorizer_params", "split", "search"):
        if name in values:
            values[name] = _object(name, values[name])
    try:
        return s.FitRequest.model_validate(values)
    except ValidationError as invalid:
        first = invalid.errors(include_url=False, include_input=False, include_context=False)[0]
        raise refusal(first, first["loc"], language) from None


def _object(name: str, text: str) -> dict[str, Any]:
    try:
        value = json.loads(text or "{}")
    except ValueError:
        value = None
    if not isinstance(value, dict):
        raise BadField(
            field=name,
            reason=Words(
                'нужен объект JSON, например {"C": 1.0}', 'a JSON object is needed, such as {"C": 1.0}'
            ),
        )
    return value


def _base(filename: str | None) -> str | None:
    return PurePosixPath(filename.replace("\\", "/")).name[:255] or None if filename else None
