"""What each serving process says about itself, so that "loaded" can mean: in every worker."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from models_store.database import Database, now
from models_store.schema import workers

#: who has been silent for longer is taken for gone
SILENCE = timedelta(seconds=10)


@dataclass(frozen=True, slots=True)
class Worker:
    """``models``: model id → {"state": "loading" | "loaded" | "failed", "memory_bytes", "error"}."""

    id: str
    service: str
    generation: int
    models: Mapping[str, Any]
    heartbeat_at: datetime


class Workers:
    def __init__(self, database: Database) -> None:
        self._database = database

    def report(self, worker_id: str, service: str, generation: int, models: Mapping[str, Any]) -> None:
        """Say what this process holds; call it after each change and every few seconds."""
        values = {"service": service, "generation": generation, "models": dict(models), "heartbeat_at": now()}
        with self._database.write() as connection:
            changed = connection.execute(workers.update().where(workers.c.id == worker_id).values(values))
            if not changed.rowcount:
                connection.execute(workers.insert().values(id=worker_id, **values))
                connection.execute(
                    workers.delete().where(workers.c.heartbeat_at < now() - timedelta(minutes=10))
                )

    def retire(self, worker_id: str) -> None:
        with self._database.write() as connection:
            connection.execute(workers.delete().where(workers.c.id == worker_id))

    def alive(self, service: str | None = None) -> list[Worker]:
        statement = workers.select().where(workers.c.heartbeat_at >= now() - SILENCE).order_by(workers.c.id)
        if service is not None:
            statement = statement.where(workers.c.service == service)
        with self._database.read() as connection:
            return [Worker(**row) for row in connection.execute(statement).mappings()]
