import subprocess
import sys
from pathlib import Path

import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from postgres import Postgres

from chisto.settings import Settings
from models_store.database import MIGRATIONS, REVISION, Database
from models_store.registry import Registry, open_registry
from models_store.schema import metadata


def test_migrations_make_exactly_the_tables_of_the_schema(registry: Registry) -> None:
    with registry.database.read() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, metadata) == []


def test_the_newest_script_is_the_revision_that_starts_ask_for() -> None:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    assert ScriptDirectory.from_config(config).get_current_head() == REVISION


def test_eight_processes_that_upgrade_an_empty_database_at_once_all_find_it_ready(
    database_url: str, postgres: Postgres, tmp_path: Path
) -> None:
    url = database_url if database_url.startswith("sqlite") else postgres.create()
    program = f"from models_store.database import Database; Database({url!r}).upgrade()"
    processes = [
        subprocess.Popen([sys.executable, "-c", program], stderr=subprocess.PIPE, text=True) for _ in range(8)
    ]
    assert [(process.communicate()[1], process.returncode) for process in processes] == [("", 0)] * 8
    registry = open_registry(Settings(home=tmp_path, database_url=url))
    assert registry.models.generation() == 1
    registry.database.close()


def test_a_database_that_is_up_to_date_is_checked_without_alembic(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'registry.sqlite3'}"
    Database(url).upgrade()
    program = (
        f"import sys; from models_store.database import Database; Database({url!r}).upgrade();"
        "sys.exit('alembic' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0


def test_a_failed_migration_leaves_nothing_behind(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path / 'registry.sqlite3'}")
    with database.write() as connection:
        connection.execute(sa.text("CREATE TABLE workers (in_the_way INTEGER)"))
    try:
        database.upgrade()
    except sa.exc.OperationalError:
        pass
    else:
        raise AssertionError("the migration should have met the table in its way")
    with database.read() as connection:
        assert sa.inspect(connection).get_table_names() == ["workers"]


def test_sqlite_keeps_readers_and_writers_apart(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path / 'registry.sqlite3'}")
    database.upgrade()
    with database.read() as reading:
        before = reading.scalar(sa.text("SELECT value FROM counters"))
        with database.write() as writing:
            writing.execute(sa.text("UPDATE counters SET value = value + 1"))
        assert reading.scalar(sa.text("SELECT value FROM counters")) == before
    with database.read() as reading:
        assert reading.scalar(sa.text("SELECT value FROM counters")) == before + 1
        assert reading.scalar(sa.text("PRAGMA journal_mode")) == "wal"
