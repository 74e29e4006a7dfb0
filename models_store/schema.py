"""The tables of the registry database. A change here needs a migration; a test compares the two."""

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    DateTime,
    Dialect,
    Double,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    TypeDecorator,
    UniqueConstraint,
)

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)


class Moment(TypeDecorator[datetime]):
    """A time in UTC; SQLite keeps it without a zone."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        value = value.astimezone(UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def _json() -> JSON:
    return JSON(none_as_null=True)


#: one row for each counter; `generation` rises with every change of what is to be served
counters = Table(
    "counters",
    metadata,
    Column("name", String(32), primary_key=True),
    Column("value", BigInteger, nullable=False),
)

#: the highest version that was ever given out for a name: numbers are not used twice
model_names = Table(
    "model_names",
    metadata,
    Column("name", String(64), primary_key=True),
    Column("last_version", Integer, nullable=False),
)

models = Table(
    "models",
    metadata,
    Column("id", String(36), primary_key=True),
    Column("name", String(64), nullable=False),
    Column("version", Integer, nullable=False),
    Column("family", String(64), nullable=False),
    Column("origin", String(16), nullable=False),
    Column("model_params", _json(), nullable=False),
    Column("vectorizer_type", String(32)),
    Column("vectorizer_params", _json(), nullable=False),
    Column("metrics", _json(), nullable=False),
    Column("card", _json(), nullable=False),
    Column("size_bytes", BigInteger, nullable=False),
    Column("tag", String(160), nullable=False, unique=True),
    Column("shipped_version", String(64)),
    Column("is_current", Boolean, nullable=False),
    Column("is_wanted", Boolean, nullable=False),
    Column("trained_threshold", Double, nullable=False),
    Column("threshold", Double),
    Column("bands", _json()),
    Column("dataset_id", String(36)),
    Column("job_id", String(36)),
    Column("created_at", Moment, nullable=False),
    Column("deleted_at", Moment),
    UniqueConstraint("name", "version"),
)

aliases = Table(
    "aliases",
    metadata,
    Column("alias", String(64), primary_key=True),
    Column("model_id", String(36), ForeignKey("models.id"), nullable=False),
)

datasets = Table(
    "datasets",
    metadata,
    Column("id", String(36), primary_key=True),
    Column("name", String(200), nullable=False, unique=True),
    Column("filename", String(255)),
    Column("file", String(255), nullable=False, unique=True),
    Column("sha256", String(64), nullable=False, index=True),
    Column("size_bytes", BigInteger, nullable=False),
    Column("rows", BigInteger, nullable=False),
    Column("toxic", BigInteger),
    Column("report", _json(), nullable=False),
    Column("created_at", Moment, nullable=False),
)

jobs = Table(
    "jobs",
    metadata,
    Column("id", String(36), primary_key=True),
    Column("kind", String(32), nullable=False),
    Column("name", String(200), nullable=False),
    Column("params", _json(), nullable=False),
    Column("state", String(16), nullable=False),
    Column("rank", Double, nullable=False),
    Column("parent", String(36), ForeignKey("jobs.id", ondelete="CASCADE"), index=True),
    Column("child_key", String(64)),
    Column("reserved_name", String(64), unique=True),
    Column("model_name", String(64)),
    Column("dataset_id", String(36), index=True),
    Column("attempt", Integer, nullable=False),
    Column("tries", Integer, nullable=False),
    Column("worker", String(120)),
    Column("is_begun", Boolean, nullable=False),
    Column("cancel_requested", Boolean, nullable=False),
    Column("time_limit_s", Double, nullable=False),
    Column("progress", Double, nullable=False),
    Column("stage", String(64)),
    Column("metrics", _json(), nullable=False),
    Column("log", Text, nullable=False),
    Column("log_start", BigInteger, nullable=False),
    Column("error", _json()),
    Column("summary", _json(), nullable=False),
    Column("result", _json()),
    Column("created_at", Moment, nullable=False),
    Column("started_at", Moment),
    Column("finished_at", Moment),
    Column("updated_at", Moment, nullable=False),
    Column("heartbeat_at", Moment),
    UniqueConstraint("parent", "child_key"),
    Index(None, "state", "rank"),
    Index(None, "created_at"),
)

#: results worth keeping by what they were computed from: profiles, evaluations
reports = Table(
    "reports",
    metadata,
    Column("kind", String(32), primary_key=True),
    Column("key", String(128), primary_key=True),
    Column("body", _json(), nullable=False),
    Column("created_at", Moment, nullable=False),
)

#: what each process says about itself: what it has loaded, that it lives
workers = Table(
    "workers",
    metadata,
    Column("id", String(120), primary_key=True),
    Column("service", String(32), nullable=False),
    Column("generation", BigInteger, nullable=False),
    Column("models", _json(), nullable=False),
    Column("heartbeat_at", Moment, nullable=False),
)

keys = Table(
    "keys",
    metadata,
    Column("id", String(36), primary_key=True),
    Column("name", String(100), nullable=False),
    Column("role", String(16), nullable=False),
    Column("prefix", String(16), nullable=False),
    Column("sha256", String(64), nullable=False, unique=True),
    Column("requests_per_minute", Integer),
    Column("max_body_bytes", BigInteger),
    Column("created_at", Moment, nullable=False),
    Column("expires_at", Moment),
    Column("last_used_at", Moment),
    Column("revoked_at", Moment),
)

feedback = Table(
    "feedback",
    metadata,
    Column("id", String(36), primary_key=True),
    Column("text_sha256", String(64), nullable=False, index=True),
    Column("text", Text),
    Column("label", Boolean),
    Column("score", Double),
    Column("model", String(64)),
    Column("source", String(32), nullable=False),
    Column("details", _json(), nullable=False),
    Column("created_at", Moment, nullable=False, index=True),
)
