"""What people say about scores. The text itself is kept only when it was asked to be."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import uuid4

import sqlalchemy as sa

from models_store.database import Database, now
from models_store.schema import feedback


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """``label``: whether a person finds the comment toxic; None where only a score was suggested."""

    text_sha256: str
    source: str
    text: str | None = None
    label: bool | None = None
    score: float | None = None
    model: str | None = None
    details: Mapping[str, Any] = field(default_factory=dict)
    id: str = field(default_factory=lambda: str(uuid4()))
    created_at: datetime = field(default_factory=now)


def hash_text(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


class Feedback:
    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, judgements: Sequence[Judgement]) -> None:
        """Keep them; one with the id of an earlier one takes its place."""
        columns = Judgement.__dataclass_fields__
        rows = [
            {name: getattr(each, name) for name in columns} | {"details": dict(each.details)}
            for each in judgements
        ]
        if rows:
            with self._database.write() as connection:
                connection.execute(feedback.delete().where(feedback.c.id.in_([row["id"] for row in rows])))
                connection.execute(feedback.insert(), rows)

    def remove(self, ids: Sequence[str]) -> None:
        with self._database.write() as connection:
            connection.execute(feedback.delete().where(feedback.c.id.in_(ids)))

    def page(self, *, source: str | None = None, offset: int = 0, limit: int = 1000) -> list[Judgement]:
        """Oldest first, as a data set would have them."""
        statement = (
            feedback.select().order_by(feedback.c.created_at, feedback.c.id).offset(offset).limit(limit)
        )
        if source is not None:
            statement = statement.where(feedback.c.source == source)
        with self._database.read() as connection:
            return [Judgement(**row) for row in connection.execute(statement).mappings()]

    def count(self, source: str | None = None) -> int:
        statement = sa.select(sa.func.count()).select_from(feedback)
        if source is not None:
            statement = statement.where(feedback.c.source == source)
        with self._database.read() as connection:
            return connection.scalar(statement) or 0

    def delete(self, text_sha256: str) -> int:
        """Forget all about a text; return how many rows went."""
        with self._database.write() as connection:
            return connection.execute(feedback.delete().where(feedback.c.text_sha256 == text_sha256)).rowcount
