"""The registry as one object: models, data sets, jobs, reports, keys, feedback, workers over one database."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from chisto.settings import Settings, get_settings
from models_store.attempts import Attempts, save_report
from models_store.database import Database, database_url, open_database
from models_store.datasets import Datasets
from models_store.feedback import Feedback
from models_store.jobs import Jobs
from models_store.keys import Keys
from models_store.models import Models
from models_store.schema import reports
from models_store.store import Store
from models_store.workers import Workers


class Reports:
    """Results kept by what they were computed from, such as the hash of a data set."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def get(self, kind: str, key: str) -> dict[str, Any] | None:
        with self._database.read() as connection:
            statement = sa.select(reports.c.body).where(reports.c.kind == kind, reports.c.key == key)
            return connection.scalar(statement)

    def keys(self, kind: str) -> set[str]:
        with self._database.read() as connection:
            return set(connection.scalars(sa.select(reports.c.key).where(reports.c.kind == kind)))

    def save(self, kind: str, key: str, body: Mapping[str, Any]) -> None:
        with self._database.write() as connection:
            save_report(connection, kind, key, body)


@dataclass(frozen=True)
class Registry:
    database: Database
    store: Store
    models: Models
    datasets: Datasets
    jobs: Jobs
    attempts: Attempts
    reports: Reports
    keys: Keys
    feedback: Feedback
    workers: Workers

    def environment(self) -> dict[str, str]:
        """The environment for a process that is to open the same registry."""
        url = self.database.url.render_as_string(hide_password=False)
        return {**os.environ, "CHISTO_HOME": str(self.store.home), "CHISTO_DATABASE_URL": url}

    def sweep(self) -> int:
        """Remove the files that no row knows of, left by killed processes; return how many things went."""
        with self.store.locked():
            return self.store.sweep(
                tags={model.tag for model in self.models.all()},
                datasets=self.datasets.files(),
                results=self.jobs.result_folders(),
            )


@lru_cache(maxsize=4)
def _open(url: str, home: Path) -> Registry:
    settings = get_settings().model_copy(update={"home": home, "database_url": url})
    database = open_database(settings)
    database.upgrade()
    store = Store(home)
    return Registry(
        database=database,
        store=store,
        models=Models(database),
        datasets=Datasets(database, store.datasets),
        jobs=Jobs(database),
        attempts=Attempts(database),
        reports=Reports(database),
        keys=Keys(database),
        feedback=Feedback(database),
        workers=Workers(database),
    )


def open_registry(settings: Settings | None = None) -> Registry:
    """The registry of these settings, one object for each process, its tables up to date."""
    settings = settings or get_settings()
    return _open(database_url(settings), settings.home_path)
