"""The command `chisto`."""

import sys
from typing import Annotated

import typer
from rich.console import Console

from chisto.errors import ChistoError
from chisto.settings import terminal_language

app = typer.Typer(
    name="chisto",
    no_args_is_help=True,
    pretty_exceptions_show_locals=False,  # locals hold comments
    add_completion=False,
)

#: Messages, progress and tables that are not the result itself go to stderr, so that `-` can be piped.
console = Console(stderr=True)


def _print_version(wanted: bool) -> None:
    if wanted:
        from importlib.metadata import version

        typer.echo(version("chisto"))
        raise typer.Exit


@app.callback()
def options(
    version: Annotated[bool, typer.Option("--version", callback=_print_version, is_eager=True)] = False,
) -> None:
    """Finds toxic comments, Russian first. Start with `chisto serve` or `chisto score IN.csv OUT.csv`."""


def main() -> None:
    """Run the command; errors that a user can mend end it with one line and a hint, not a traceback."""
    from cli import commands

    commands.register(app)
    try:
        app()
    except ChistoError as error:
        spoken = terminal_language()
        console.print(f"[red]{'Ошибка' if spoken == 'ru' else 'Error'}:[/red]", end=" ")
        console.print(error.message(spoken), markup=False, highlight=False)
        console.print(error.hint(spoken), markup=False, highlight=False, style="dim")
        sys.exit(2)
    except BrokenPipeError:
        sys.exit(141)
