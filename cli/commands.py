"""Which function is which command. Each module is light to import: what is heavy is imported in the command."""

import typer

from cli.dashboard import dashboard, up
from cli.datasets import datasets_app
from cli.jobs import jobs_app
from cli.keys import keys_app
from cli.models import models_app
from cli.score import score
from cli.serve import serve
from cli.settings import settings
from cli.train import evaluate, train


def register(app: typer.Typer) -> None:
    app.command()(up)
    app.command()(serve)
    app.command()(dashboard)
    app.command()(score)
    app.command()(evaluate)
    app.command()(train)
    app.command()(settings)
    app.add_typer(models_app, name="models")
    app.add_typer(datasets_app, name="datasets")
    app.add_typer(jobs_app, name="jobs")
    app.add_typer(keys_app, name="keys")
