"""Which function is which command. Each module is light to import: what is heavy is imported in the command."""

import typer

from cli.dashboard import dashboard, up
from cli.score import score
from cli.serve import serve


def register(app: typer.Typer) -> None:
    app.command()(up)
    app.command()(serve)
    app.command()(dashboard)
    app.command()(score)
