"""Data sets: a row for each Parquet file that is whole."""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from chisto.errors import DatasetInUse, DatasetNameTaken, UnknownDataset
from models_store.database import Database, is_unique_violation, now
from models_store.schema import datasets, jobs


@dataclass(frozen=True, slots=True, kw_only=True)
class NewDataset:
    """``file``: name of the Parquet file in the folder of data sets. ``toxic``: None without labels."""

    name: str
    filename: str | None
    file: str
    sha256: str
    size_bytes: int
    rows: int
    toxic: int | None
    report: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Dataset(NewDataset):
    id: str
    created_at: datetime

    @property
    def is_labelled(self) -> bool:
        return self.toxic is not None


class Datasets:
    def __init__(self, database: Database, folder: Path) -> None:
        self._database = database
        self.folder = folder

    def path(self, dataset: Dataset) -> Path:
        return self.folder / dataset.file

    def all(self) -> list[Dataset]:
        """Newest first."""
        with self._database.read() as connection:
            rows = connection.execute(datasets.select().order_by(datasets.c.created_at.desc(), datasets.c.id))
            return [_dataset(row) for row in rows.mappings()]

    def get(self, key: str) -> Dataset:
        """By id or name."""
        with self._database.read() as connection:
            return _get(connection, key)

    def check_name(self, name: str) -> None:
        """Raise DatasetNameTaken early, before a long upload; ``add`` decides."""
        with self._database.read() as connection:
            if connection.scalar(sa.select(datasets.c.id).where(datasets.c.name == name)) is not None:
                raise DatasetNameTaken(name=name)

    def add(self, dataset: NewDataset) -> Dataset:
        """Enter a file that lies, whole and synced, in the folder."""
        values = {column.name: getattr(dataset, column.name) for column in fields(NewDataset)}
        values |= {"report": dict(dataset.report), "id": str(uuid4()), "created_at": now()}
        try:
            with self._database.write() as connection:
                connection.execute(datasets.insert().values(values))
                return _get(connection, values["id"])
        except IntegrityError as error:
            if is_unique_violation(error):
                raise DatasetNameTaken(name=dataset.name) from None
            raise

    def put(self, dataset: NewDataset) -> Dataset:
        """Enter a file in place of the data set of that name, whose id stays; without one, as ``add`` does.

        The file before is left to the sweep: a task may be about to read it.
        """
        values = {column.name: getattr(dataset, column.name) for column in fields(NewDataset)}
        values |= {"report": dict(dataset.report)}
        with self._database.write() as connection:
            replaced = connection.execute(
                datasets.update().where(datasets.c.name == dataset.name).values(values)
            )
            if replaced.rowcount:
                return _get(connection, dataset.name)
        return self.add(dataset)

    def delete(self, key: str) -> Dataset:
        """Row first, then file. Raises DatasetInUse while a job that is queued or running works on it."""
        with self._database.write() as connection:
            dataset = _get(connection, key)
            users = sa.select(jobs.c.id).where(
                jobs.c.dataset_id == dataset.id, jobs.c.state.in_(("queued", "running"))
            )
            if connection.scalar(users.limit(1)) is not None:
                raise DatasetInUse(name=dataset.name)
            connection.execute(datasets.delete().where(datasets.c.id == dataset.id))
        self.path(dataset).unlink(missing_ok=True)
        return dataset

    def files(self) -> set[str]:
        """The names of all files that belong to a row."""
        with self._database.read() as connection:
            return set(connection.scalars(sa.select(datasets.c.file)))


def _dataset(row: sa.RowMapping) -> Dataset:
    return Dataset(**row)


def _get(connection: sa.Connection, key: str) -> Dataset:
    statement = datasets.select().where(sa.or_(datasets.c.id == key, datasets.c.name == key))
    rows = [_dataset(row) for row in connection.execute(statement).mappings()]
    if not rows:
        raise UnknownDataset(name=key)
    return next((row for row in rows if row.id == key), rows[0])
