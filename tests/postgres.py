"""A real PostgreSQL server of Debian's package, in a temporary folder, reached by a socket in it."""

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

import psycopg

_FAST = "-c fsync=off -c synchronous_commit=off -c full_page_writes=off -c max_connections=200"


@dataclass(frozen=True)
class Postgres:
    folder: Path

    def create(self, template: str = "template0") -> str:
        """Make an empty database, or a copy of another one; return its URL."""
        name = f"chisto_{uuid4().hex[:12]}"
        with psycopg.connect(
            f"host={self.folder} user=chisto dbname=postgres", autocommit=True
        ) as connection:
            connection.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
        return f"postgresql://chisto@/{name}?host={self.folder}"


def _tool(name: str) -> str:
    found = [*sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"), reverse=True), shutil.which(name)]
    if found[0] is None:
        raise RuntimeError(
            "PostgreSQL's server is missing: `make test` installs it, or `apt-get install postgresql`"
        )
    return str(found[0])


def _run(command: list[str]) -> None:
    """PostgreSQL refuses to run as root, so root runs it as the package's own user."""
    if os.geteuid() == 0:
        command = ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups", *command]
    result = subprocess.run(command, capture_output=True, text=True, cwd="/", check=False)
    if result.returncode:
        raise RuntimeError(f"{command[-1]}: {result.stderr[-2000:]}")


@contextmanager
def run_postgres() -> Iterator[Postgres]:
    folder = Path(tempfile.mkdtemp(prefix="pg-"))
    try:
        if os.geteuid() == 0:
            owner = pwd.getpwnam("postgres")
            os.chown(folder, owner.pw_uid, owner.pw_gid)
        data = folder / "data"
        _run(
            [
                _tool("initdb"),
                "--pgdata",
                str(data),
                "--username=chisto",
                "--auth=trust",
                "--no-sync",
                "-E",
                "UTF8",
            ]
        )
        options = f"{_FAST} -c listen_addresses='' -k {folder}"
        start = [_tool("pg_ctl"), "--pgdata", str(data), "--wait", "--silent", "--log", str(folder / "log")]
        _run([*start, "--options", options, "start"])
        try:
            yield Postgres(folder)
        finally:
            _run([_tool("pg_ctl"), "--pgdata", str(data), "--wait", "--silent", "--mode=immediate", "stop"])
    finally:
        shutil.rmtree(folder, ignore_errors=True)
