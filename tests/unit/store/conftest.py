"""Every test of the registry runs on SQLite and on a real PostgreSQL."""

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from postgres import Postgres

from chisto.settings import Settings
from models_store.database import Database
from models_store.registry import Registry, open_registry


@pytest.fixture(scope="session")
def migrated(postgres: Postgres) -> str:
    """The name of a database whose tables are there, to be copied."""
    url = postgres.create()
    database = Database(url)
    database.upgrade()
    database.close()
    return urlsplit(url).path.removeprefix("/")


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'registry.sqlite3'}"
    server: Postgres = request.getfixturevalue("postgres")
    return server.create(request.getfixturevalue("migrated"))


@pytest.fixture
def registry(database_url: str, tmp_path: Path) -> Iterator[Registry]:
    opened = open_registry(Settings(home=tmp_path, database_url=database_url))
    yield opened
    opened.database.close()
