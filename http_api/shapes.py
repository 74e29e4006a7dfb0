"""Rows of the registry as the API shows them."""

from collections.abc import Iterable, Sequence
from itertools import groupby

from chisto import schemas as s
from chisto.errors import Language
from chisto.schemas_profile import profile_key
from http_api.wording import say, say_done
from models_store.catalog import standing
from models_store.datasets import Dataset
from models_store.jobs import Job
from models_store.keys import Key
from models_store.models import DEFAULT, Model
from models_store.workers import Worker


def model_infos(models: Iterable[Model], workers: Sequence[Worker]) -> list[s.ModelInfo]:
    """One entry for each name, from all versions sorted by name."""
    by_name = groupby(models, key=lambda model: model.name)
    return [model_info(list(versions), workers) for _, versions in by_name]


def model_info(versions: Sequence[Model], workers: Sequence[Worker]) -> s.ModelInfo:
    """A model by its current version; `versions` are all of one name, the newest first."""
    model = next((version for version in versions if version.is_current), versions[0])
    now = standing(model, workers)
    return s.ModelInfo(
        uuid=model.id,
        name=model.name,
        type=model.family,
        is_trained=True,
        is_loaded=now.presence == "loaded",
        model_params=dict(model.model_params),
        vectorizer_params=dict(model.vectorizer_params),
        family=model.family,
        vectorizer_type=model.vectorizer_type,
        version=model.version,
        versions=[_version(version, version is model) for version in versions],
        state=now.presence,
        error=now.error,
        is_default=DEFAULT in model.aliases,
        is_shipped=model.is_shipped,
        origin=model.origin,
        metrics=dict(model.metrics),
        threshold=model.threshold,
        threshold_origin="training" if model.own_threshold is None else "saved",
        bands=s.Bands.model_validate(model.bands) if model.bands else None,
        size_bytes=model.size_bytes,
        memory_bytes=now.memory_bytes,
        dataset_uuid=model.dataset_id,
        task_uuid=model.job_id,
        created_at=model.created_at,
    )


def _version(model: Model, is_current: bool) -> s.ModelVersion:
    return s.ModelVersion(
        uuid=model.id,
        version=model.version,
        is_current=is_current,
        size_bytes=model.size_bytes,
        created_at=model.created_at,
        metrics=dict(model.metrics),
    )


def untrained_info(job: Job) -> s.ModelInfo:
    """The model that a task is about to make."""
    family = str(job.params.get("ml_model_type", ""))
    return s.ModelInfo(
        uuid=job.id,
        name=job.model_name or job.name,
        type=family,
        is_trained=False,
        is_loaded=False,
        model_params=job.params.get("ml_model_params") or {},
        vectorizer_params=job.params.get("vectorizer_params") or {},
        family=family,
        vectorizer_type=job.params.get("vectorizer_type"),
        state="training",
        dataset_uuid=job.dataset_id,
        task_uuid=job.id,
        created_at=job.created_at,
    )


def task_info(job: Job, language: Language) -> s.TaskInfo:
    error = job.error
    return s.TaskInfo(
        uuid=job.id,
        name=job.name,
        status=job.state,
        result_msg=_outcome(job, language),
        updated_at=job.updated_at,
        kind=job.kind,
        progress=round(100 * job.progress, 1),
        stage=job.stage,
        error=error
        and s.ErrorInfo(code=error.code, message=error.message(language), hint=error.hint(language)),
        params=dict(job.params),
        summary={**job.metrics, **job.summary},
        attempt=max(job.attempt, 1),
        parent=job.parent,
        children=job.children,
        model_name=job.model_name,
        dataset_uuid=job.dataset_id,
        can_cancel=job.can_cancel,
        can_retry=job.can_retry,
        created_at=job.created_at,
        started_at=job.started_at,
        finished_at=job.finished_at,
    )


def _outcome(job: Job, language: Language) -> str:
    if job.error is not None:
        return job.error.message(language)
    if job.state == "success":
        return say_done(language, job.kind, job.name)
    return say(language, f"task_{job.state}")


_DROPS = ("missing", "empty", "non_binary", "malformed", "duplicates", "contradictions")


def drop_report(dataset: Dataset) -> s.DropReport:
    raw = dataset.report
    return s.DropReport(
        rows_read=raw["rows"],
        rows_kept=raw["kept"],
        dropped={reason: raw[reason] for reason in _DROPS if raw.get(reason)},
        contradictory_texts=raw.get("contradictory_texts", 0),
        examples=raw.get("examples", {}),
        format=raw.get("format"),
        encoding=raw.get("encoding"),
        text_column=raw.get("text_column"),
        label_column=raw.get("label_column"),
        columns=raw.get("columns", []),
    )


def dataset_info(dataset: Dataset, profiled: Iterable[str], profile_task: str | None) -> s.DatasetInfo:
    return s.DatasetInfo(
        uuid=dataset.id,
        name=dataset.name,
        rows=dataset.rows,
        is_labelled=dataset.is_labelled,
        toxic=dataset.toxic,
        non_toxic=None if dataset.toxic is None else dataset.rows - dataset.toxic,
        size_bytes=dataset.size_bytes,
        sha256=dataset.sha256,
        filename=dataset.filename,
        report=drop_report(dataset),
        profile_task=profile_task,
        has_profile=profile_key(dataset.sha256) in profiled,
        created_at=dataset.created_at,
    )


def key_info(key: Key) -> s.KeyInfo:
    return s.KeyInfo(uuid=key.id, **_of_key(key))


def new_key(key: Key, secret: str) -> s.NewKey:
    return s.NewKey(uuid=key.id, key=secret, **_of_key(key))


def _of_key(key: Key) -> s.Json:
    return {
        "name": key.name,
        "role": key.role,
        "prefix": key.prefix,
        "requests_per_minute": key.requests_per_minute,
        "max_body_bytes": key.max_body_bytes,
        "created_at": key.created_at,
        "expires_at": key.expires_at,
        "last_used_at": key.last_used_at,
    }
