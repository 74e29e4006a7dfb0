"""Rows for the tests of the registry, with what a test does not care about filled in."""

from models_store.jobs import Job, NewJob
from models_store.models import NewModel
from models_store.registry import Registry


def new_job(name: str = "work", **changes: object) -> NewJob:
    return NewJob(**{"kind": "profile", "name": name, "time_limit_s": 60, **changes})  # type: ignore[arg-type]


def new_model(name: str, version: int = 1, **changes: object) -> NewModel:
    values: dict[str, object] = {
        "name": name,
        "version": version,
        "family": "logistic_regression",
        "origin": "trained",
        "tag": f"{name}:{version}",
        "size_bytes": 10,
        "trained_threshold": 0.4,
    }
    return NewModel(**(values | changes))  # type: ignore[arg-type]


def begin(registry: Registry, job: Job | None = None) -> Job:
    """Submit, claim and begin a job."""
    if job is None:
        job = registry.jobs.submit(new_job())
    [claimed] = registry.attempts.claim("trainer", slots=100)
    assert claimed.id == job.id
    return registry.attempts.begin(claimed.id, claimed.attempt, "child")
