"""The registry's database: SQLite beside the other state by default, PostgreSQL by ``CHISTO_DATABASE_URL``.

SQLite runs in WAL mode, so readers never wait for a writer; a writing transaction takes the write lock when
it begins (``BEGIN IMMEDIATE``), so that what it read cannot have changed when it writes.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError

from chisto.settings import Settings, get_settings

#: the newest migration; a test holds it to the scripts
REVISION = "0001"
MIGRATIONS = Path(__file__).parent / "migrations"
_BUSY_TIMEOUT_MS = 20_000
#: any constant: the lock under which PostgreSQL servers migrate
_MIGRATION_LOCK = 5_462_138_077


def now() -> datetime:
    return datetime.now(UTC)


class Database:
    """Transactions on one database. Threads may share it; processes may not (fork, then open)."""

    def __init__(self, url: str) -> None:
        for plain in ("postgres://", "postgresql://"):
            if url.startswith(plain):
                url = "postgresql+psycopg://" + url.removeprefix(plain)
        self.url = sa.make_url(url)
        self.is_sqlite = self.url.get_backend_name() == "sqlite"
        if self.is_sqlite and self.url.database:
            Path(self.url.database).parent.mkdir(parents=True, exist_ok=True)
        self.engine = sa.create_engine(self.url, pool_pre_ping=not self.is_sqlite)
        if self.is_sqlite:
            sa.event.listen(self.engine, "connect", _prepare_sqlite)
            sa.event.listen(self.engine, "begin", _begin_sqlite)

    @contextmanager
    def read(self) -> Iterator[sa.Connection]:
        """A consistent view; nothing is kept."""
        with self.engine.connect() as connection:
            yield connection

    @contextmanager
    def write(self) -> Iterator[sa.Connection]:
        """A transaction that is committed at the end, or not at all when an error leaves it."""
        with self.engine.connect() as connection:
            connection = connection.execution_options(chisto_write=True)
            with connection.begin():
                yield connection

    def revision(self) -> str | None:
        """The migration that the database stands at; none for an empty one."""
        with self.read() as connection:
            if not sa.inspect(connection).has_table("alembic_version"):
                return None
            return connection.scalar(sa.text("SELECT version_num FROM alembic_version"))

    def upgrade(self) -> None:
        """Bring the tables up to date, cheaply when they are; safe when several processes do it at once."""
        if self.revision() == REVISION:
            return
        if self.is_sqlite:
            self._use_wal()
        from alembic import command
        from alembic.config import Config

        config = Config()
        config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
        # One transaction for all: SQLite's write lock, or PostgreSQL's advisory lock, lets in one at a time.
        with self.write() as connection:
            if not self.is_sqlite:
                connection.execute(sa.select(sa.func.pg_advisory_xact_lock(_MIGRATION_LOCK)))
            config.attributes["connection"] = connection
            command.upgrade(config, REVISION)

    def _use_wal(self) -> None:
        """WAL stays with the file, so it is set once; another process may be doing the same."""
        connection = self.engine.raw_connection()
        try:
            connection.cursor().execute("PRAGMA journal_mode = WAL")
        finally:
            connection.close()

    def close(self) -> None:
        self.engine.dispose()


def _prepare_sqlite(connection: Any, _record: Any) -> None:
    connection.isolation_level = None  # the driver must not begin transactions by itself
    cursor = connection.cursor()
    cursor.execute(f"PRAGMA busy_timeout = {_BUSY_TIMEOUT_MS}")
    cursor.execute("PRAGMA foreign_keys = ON")
    cursor.execute("PRAGMA synchronous = FULL")
    cursor.close()


def _begin_sqlite(connection: sa.Connection) -> None:
    writes = connection.get_execution_options().get("chisto_write")
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def database_url(settings: Settings) -> str:
    return settings.database_url or f"sqlite:///{settings.home_path / 'registry.sqlite3'}"


@lru_cache(maxsize=4)
def _open(url: str) -> Database:
    return Database(url)


def open_database(settings: Settings | None = None) -> Database:
    """The database of these settings, one object for each process; its tables are assumed to be there."""
    return _open(database_url(settings or get_settings()))


def is_unique_violation(error: DBAPIError) -> bool:
    """Whether a statement broke a unique constraint (and not a foreign key)."""
    state = getattr(error.orig, "sqlstate", None)
    return state == "23505" or "UNIQUE constraint failed" in str(error.orig)
