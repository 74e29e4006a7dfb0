"""Models in the registry: versions, which one answers to a name, what is loaded, where the line is drawn."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal
from uuid import uuid4

import sqlalchemy as sa

from chisto.errors import (
    ModelAlreadyLoaded,
    ModelInUse,
    ModelNotLoaded,
    ModelNotTrained,
    ModelShipped,
    NameTaken,
    TooManyLoaded,
    UnknownModel,
)
from models_store.database import Database, now
from models_store.schema import aliases, counters, jobs, model_names, models

Origin = Literal["shipped", "trained", "imported"]
DEFAULT = "default"


@dataclass(frozen=True, slots=True, kw_only=True)
class NewModel:
    """A whole artifact that lies in the model store, to be entered into the registry."""

    name: str
    version: int
    family: str
    origin: Origin
    tag: str
    size_bytes: int
    trained_threshold: float
    model_params: Mapping[str, Any] = field(default_factory=dict)
    vectorizer_type: str | None = None
    vectorizer_params: Mapping[str, Any] = field(default_factory=dict)
    metrics: Mapping[str, Any] = field(default_factory=dict)
    card: Mapping[str, Any] = field(default_factory=dict)
    shipped_version: str | None = None
    dataset_id: str | None = None
    job_id: str | None = None
    is_wanted: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Model(NewModel):
    """A version. ``is_wanted``: every runner is to hold it. ``is_current``: it answers to the name."""

    id: str
    is_current: bool
    #: saved by hand; None: the one chosen at training holds
    own_threshold: float | None
    bands: Mapping[str, float] | None
    created_at: datetime
    aliases: tuple[str, ...]

    @property
    def is_shipped(self) -> bool:
        return self.origin == "shipped"

    @property
    def threshold(self) -> float:
        return self.trained_threshold if self.own_threshold is None else self.own_threshold


@dataclass(frozen=True, slots=True)
class Snapshot:
    """What is to be served, as of one generation."""

    generation: int
    models: tuple[Model, ...]

    def aliased(self, alias: str = DEFAULT) -> Model | None:
        return next((model for model in self.models if alias in model.aliases), None)


class Models:
    """Every change of what is to be served bumps the generation in the same transaction."""

    def __init__(self, database: Database) -> None:
        self._database = database

    # --- reading ---

    def all(self, name: str | None = None) -> list[Model]:
        """All versions, newest first within a name."""
        with self._database.read() as connection:
            return _select(connection, [] if name is None else [models.c.name == name])

    def get(self, name: str, version: int | None = None) -> Model:
        """The version asked for, else the current one."""
        with self._database.read() as connection:
            return _get(connection, name, version)

    def find(self, model_id: str) -> Model | None:
        with self._database.read() as connection:
            return next(iter(_select(connection, [models.c.id == model_id])), None)

    def aliased(self, alias: str = DEFAULT) -> Model | None:
        with self._database.read() as connection:
            return next((model for model in _select(connection, []) if alias in model.aliases), None)

    def generation(self) -> int:
        """Rises with every change; cheap enough to ask for several times a second."""
        with self._database.read() as connection:
            return connection.scalar(_GENERATION) or 0

    def snapshot(self) -> Snapshot:
        """The models that runners are to hold, and the generation, from one transaction.

        The generation is read first: where transactions do not freeze the view, models are never older.
        """
        with self._database.read() as connection:
            generation = connection.scalar(_GENERATION) or 0
            return Snapshot(generation, tuple(_select(connection, [models.c.is_wanted])))

    # --- changing ---

    @contextmanager
    def _changing(self) -> Iterator[sa.Connection]:
        with self._database.write() as connection:
            lock(connection)
            yield connection

    def allocate_version(self, name: str) -> int:
        """The next version of a name; numbers are not used twice, even if nothing comes of them."""
        with self._changing() as connection:
            return allocate_version(connection, name)

    def check_name(self, name: str, *, is_new_version: bool = False) -> None:
        """Raise NameTaken if a model has the name (and no version is to be added) or is being trained."""
        with self._database.read() as connection:
            _check_name(connection, name, is_new_version)

    def add(self, model: NewModel, *, is_new_version: bool = False) -> Model:
        """Enter an artifact that is in the store. Raises NameTaken."""
        with self._changing() as connection:
            _check_name(connection, model.name, is_new_version)
            return insert(connection, model)

    def load(self, name: str, version: int | None = None, *, limit: int | None = None) -> Model:
        """Want a version in memory (the newest by default) and make it the current one of its name.

        Raises ModelAlreadyLoaded, TooManyLoaded (``limit`` counts the models that did not come with Chisto).
        """
        with self._changing() as connection:
            model = _get(connection, name, version, newest=True)
            if model.is_wanted and model.is_current:
                raise ModelAlreadyLoaded(name=name)
            _make_current(connection, model)
            if limit is not None:
                own = sa.select(sa.func.count()).where(
                    _ALIVE, models.c.is_wanted, models.c.origin != "shipped"
                )
                if (connection.scalar(own) or 0) > limit:
                    raise TooManyLoaded(limit=limit)
            _bump(connection)
            return _get(connection, name, model.version)

    def unload(self, name: str) -> Model:
        """Want no version of the name in memory any more."""
        with self._changing() as connection:
            model = _get(connection, name)
            for version in _select(connection, [models.c.name == name]):
                _check_free(version)
            changed = connection.execute(
                models.update()
                .where(_ALIVE, models.c.name == name, models.c.is_wanted)
                .values(is_wanted=False)
            )
            if not changed.rowcount:
                raise ModelNotLoaded(name=name)
            _bump(connection)
            return _get(connection, name, model.version)

    def promote(self, name: str, version: int | None = None, *, alias: str = DEFAULT) -> Model:
        """Point the alias at a version (the current one by default) and want it in memory."""
        with self._changing() as connection:
            model = _get(connection, name, version)
            connection.execute(aliases.delete().where(aliases.c.alias == alias))
            connection.execute(aliases.insert().values(alias=alias, model_id=model.id))
            _make_current(connection, model)
            _bump(connection)
            return _get(connection, name, model.version)

    def decide(
        self,
        name: str,
        version: int | None = None,
        *,
        threshold: float | None,
        bands: Mapping[str, float] | None,
    ) -> Model:
        """Save where the line is drawn; None goes back to what training chose."""
        with self._changing() as connection:
            model = _get(connection, name, version)
            values = {"threshold": threshold, "bands": dict(bands) if bands else None}
            connection.execute(models.update().where(models.c.id == model.id).values(values))
            _bump(connection)
            return _get(connection, name, model.version)

    def remove(self, name: str, version: int | None = None) -> list[Model]:
        """Take a version, by default all of the name, out of the registry; the files go by a sweep."""
        with self._changing() as connection:
            found = _select(connection, [models.c.name == name])
            chosen = [model for model in found if version is None or model.version == version]
            if not chosen:
                _get(connection, name, version)
            for model in chosen:
                _check_free(model)
            _delete(connection, chosen)
            return chosen

    def remove_all(self) -> list[Model]:
        """Take out all models but those that came with Chisto; refused while one of them is promoted."""
        with self._changing() as connection:
            chosen = _select(connection, [models.c.origin != "shipped"])
            for model in chosen:
                _check_free(model)
            _delete(connection, chosen)
            return chosen

    def replace_shipped(self, model: NewModel) -> Model:
        """Enter a shipped model in place of its earlier version, aliases and all."""
        with self._changing() as connection:
            earlier = [
                old for old in _select(connection, [models.c.name == model.name]) if old.origin == "shipped"
            ]
            added = insert(connection, model)
            _make_current(connection, added)
            ids = [old.id for old in earlier]
            connection.execute(aliases.update().where(aliases.c.model_id.in_(ids)).values(model_id=added.id))
            _delete(connection, earlier)
            return _get(connection, added.name, added.version)


_ALIVE = models.c.deleted_at.is_(None)
_GENERATION = sa.select(counters.c.value).where(counters.c.name == "generation")


def lock(connection: sa.Connection) -> None:
    """Let one transaction at a time change what is served (SQLite does so anyway)."""
    connection.execute(_GENERATION.with_for_update())


def allocate_version(connection: sa.Connection, name: str) -> int:
    last = connection.scalar(sa.select(model_names.c.last_version).where(model_names.c.name == name))
    if last is None:
        connection.execute(model_names.insert().values(name=name, last_version=1))
        return 1
    connection.execute(model_names.update().where(model_names.c.name == name).values(last_version=last + 1))
    return last + 1


def insert(connection: sa.Connection, model: NewModel) -> Model:
    """Enter a model within a transaction under ``lock``; the first of its name becomes the current one."""
    known = _select(connection, [models.c.name == model.name])
    if any(other.version == model.version for other in known):
        raise NameTaken(name=model.name)
    values = {column: getattr(model, column) for column in NewModel.__dataclass_fields__}
    for column in ("model_params", "vectorizer_params", "metrics", "card"):
        values[column] = dict(values[column])
    values |= {"id": str(uuid4()), "created_at": now(), "is_current": False, "threshold": None, "bands": None}
    connection.execute(models.insert().values(values))
    if not any(other.is_current and other.is_wanted for other in known) or model.is_wanted:
        connection.execute(models.update().where(models.c.name == model.name).values(is_current=False))
        connection.execute(models.update().where(models.c.id == values["id"]).values(is_current=True))
    _bump(connection)
    return _get(connection, model.name, model.version)


def _check_name(connection: sa.Connection, name: str, is_new_version: bool) -> None:
    reserved = connection.scalar(sa.select(jobs.c.id).where(jobs.c.reserved_name == name).limit(1))
    if reserved is not None or (not is_new_version and name_is_taken(connection, name)):
        raise NameTaken(name=name)


def name_is_taken(connection: sa.Connection, name: str) -> bool:
    return connection.scalar(sa.select(models.c.id).where(_ALIVE, models.c.name == name).limit(1)) is not None


def _select(connection: sa.Connection, conditions: list[sa.ColumnElement[bool]]) -> list[Model]:
    pointed: dict[str, list[str]] = {}
    for alias, model_id in connection.execute(sa.select(aliases.c.alias, aliases.c.model_id)):
        pointed.setdefault(model_id, []).append(alias)
    statement = models.select().where(_ALIVE, *conditions).order_by(models.c.name, models.c.version.desc())
    return [
        _model(row, tuple(sorted(pointed.get(row["id"], []))))
        for row in connection.execute(statement).mappings()
    ]


def _model(row: sa.RowMapping, pointed: tuple[str, ...]) -> Model:
    values = {column: value for column, value in row.items() if column != "deleted_at"}
    own_threshold = values.pop("threshold")
    return Model(**values, own_threshold=own_threshold, aliases=pointed)


def _get(connection: sa.Connection, name: str, version: int | None = None, *, newest: bool = False) -> Model:
    found = _select(connection, [models.c.name == name])
    if version is not None:
        found = [model for model in found if model.version == version]
    elif not newest:
        found = [model for model in found if model.is_current] or found
    if found:
        return found[0]
    trained = connection.scalar(sa.select(jobs.c.id).where(jobs.c.reserved_name == name).limit(1))
    if trained is not None and version is None:
        raise ModelNotTrained(name=name)
    raise UnknownModel(name=name if version is None else f"{name}:{version}")


def _check_free(model: Model) -> None:
    if model.is_shipped:
        raise ModelShipped(name=model.name)
    if model.aliases:
        raise ModelInUse(name=model.name, alias=model.aliases[0])


def _make_current(connection: sa.Connection, model: Model) -> None:
    """One version of a name is loaded, but for those that an alias points at."""
    of_name = models.update().where(_ALIVE, models.c.name == model.name, models.c.id != model.id)
    connection.execute(of_name.values(is_current=False))
    pointed = sa.select(aliases.c.model_id)
    connection.execute(of_name.where(models.c.id.not_in(pointed)).values(is_wanted=False))
    connection.execute(models.update().where(models.c.id == model.id).values(is_current=True, is_wanted=True))


def _delete(connection: sa.Connection, chosen: list[Model]) -> None:
    ids = [model.id for model in chosen]
    connection.execute(
        models.update()
        .where(models.c.id.in_(ids))
        .values(deleted_at=now(), is_wanted=False, is_current=False)
    )
    for name in {model.name for model in chosen}:
        rest = _select(connection, [models.c.name == name])
        if rest and not any(model.is_current for model in rest):
            heir = next((model for model in rest if model.is_wanted), rest[0])
            connection.execute(models.update().where(models.c.id == heir.id).values(is_current=True))
    if chosen:
        _bump(connection)


def _bump(connection: sa.Connection) -> None:
    connection.execute(
        counters.update().where(counters.c.name == "generation").values(value=counters.c.value + 1)
    )
