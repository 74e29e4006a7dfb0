"""What the commands share that talk to a server: the connection, tables, progress, JSON."""

import json
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated, Any

import typer
from pydantic import BaseModel
from rich.console import Console
from rich.progress import (
    BarColumn,
    DownloadColumn,
    Progress,
    TaskProgressColumn,
    TextColumn,
    TimeElapsedColumn,
)
from rich.table import Table
from rich.text import Text

from chisto.settings import get_settings, terminal_language
from cli import console

if TYPE_CHECKING:
    from chisto.client import Client
    from chisto.schemas import TaskInfo

Json = Annotated[bool, typer.Option("--json", help="Print JSON for programs instead of a table.")]
out = Console(width=None if sys.stdout.isatty() else 240)


def in_words(russian: str, english: str) -> str:
    return russian if terminal_language() == "ru" else english


@contextmanager
def connected() -> Iterator["Client"]:
    """The server of CHISTO_URL; what it refuses ends the command with its message and hint."""
    from chisto.client import ApiError, Client, ClientError

    settings = get_settings()
    key = settings.key.get_secret_value() if settings.key else None
    try:
        with Client(settings.url, key=key, language=terminal_language()) as client:
            yield client
    except ApiError as refused:
        _complain(refused.message, refused.hint)
    except ClientError as broken:
        hint = in_words(
            "Сервер запущен? Его адрес задаёт CHISTO_URL.",
            "Is the server running? CHISTO_URL is its address.",
        )
        _complain(str(broken), hint)


def _complain(message: str, hint: str) -> None:
    console.print(f"[red]{in_words('Ошибка', 'Error')}:[/red]", end=" ")
    console.print(message, markup=False, highlight=False)
    console.print(hint, markup=False, highlight=False, style="dim")
    raise typer.Exit(2)


def print_json(value: BaseModel | Sequence[BaseModel] | dict[str, Any]) -> None:
    """JSON on standard output, the same as the API gives."""
    plain: Any = value
    if isinstance(value, BaseModel):
        plain = value.model_dump(mode="json")
    elif not isinstance(value, dict):
        plain = [each.model_dump(mode="json") for each in value]
    json.dump(plain, sys.stdout, ensure_ascii=False, indent=2)
    sys.stdout.write("\n")


def print_table(columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
    """Cells are shown as they are: what users named is not markup."""
    table = Table(*columns, box=None, header_style="bold", pad_edge=False)
    for row in rows:
        table.add_row(*(Text("" if cell is None else str(cell)) for cell in row))
    out.print(table)


def say(message: str) -> None:
    console.print(message, markup=False, highlight=False)


@contextmanager
def transferring(what: str) -> Iterator[Any]:
    """A progress bar for bytes; gives the callback that the client calls."""
    bars = (TextColumn("{task.description}"), BarColumn(), DownloadColumn(), TimeElapsedColumn())
    with Progress(*bars, console=console, transient=True) as progress:
        bar = progress.add_task(what)
        yield lambda done, total: progress.update(bar, completed=done, total=total or None)


def follow(client: "Client", task: str) -> "TaskInfo":
    """Show a task's progress until it ends; a task that did not succeed ends the command with code 1."""
    bars = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(), TimeElapsedColumn())
    with Progress(*bars, console=console, transient=True) as progress:
        bar = progress.add_task("", total=100)

        def watch(info: "TaskInfo") -> None:
            progress.update(
                bar, completed=info.progress, description=f"{info.name}: {info.stage or info.status}"
            )

        info = client.wait(task, watch=watch)
    say(info.result_msg or info.status)
    if info.error and info.error.hint:
        console.print(info.error.hint, markup=False, highlight=False, style="dim")
    if info.status != "success":
        raise typer.Exit(1)
    return info


def megabytes(size: int | None) -> str:
    return "" if size is None else f"{size / 1e6:.1f} MB"


def figure(value: Any) -> str:
    return f"{value:.3f}" if isinstance(value, float) else ""
