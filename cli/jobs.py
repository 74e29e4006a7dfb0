"""`chisto jobs …`: the tasks of a running server."""

from typing import Annotated, get_args

import typer

from chisto.schemas import TaskStatus
from cli.remote import Json, connected, follow, in_words, print_json, print_table, say

jobs_app = typer.Typer(
    help="Tasks of a running server: training, profiles, comparisons.", no_args_is_help=True
)

Task = Annotated[str, typer.Argument(help="uuid of the task.", show_default=False)]


@jobs_app.command("list")
def list_jobs(
    status: Annotated[list[str] | None, typer.Option(help="Only these; may be repeated.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=1000)] = 20,
    as_json: Json = False,
) -> None:
    """Tasks, the newest first."""
    if unknown := set(status or ()) - set(get_args(TaskStatus)):
        raise typer.BadParameter(f"{', '.join(unknown)}: there are {', '.join(get_args(TaskStatus))}")
    with connected() as client:
        page = client.tasks(status=status, limit=limit)  # type: ignore[arg-type]
    if as_json:
        return print_json(page.tasks)
    columns = in_words("uuid,вид,имя,состояние,%,стадия,итог", "uuid,kind,name,status,%,stage,outcome")
    rows = [
        (task.uuid, task.kind, task.name, task.status, f"{task.progress:.0f}", task.stage, task.result_msg)
        for task in page.tasks
    ]
    return print_table(columns.split(","), rows)


@jobs_app.command()
def show(task: Task) -> None:
    """All about one task, as JSON."""
    with connected() as client:
        print_json(client.task(task))


@jobs_app.command()
def log(task: Task) -> None:
    """The end of its log."""
    with connected() as client:
        typer.echo(client.task_log(task).text, nl=False)


@jobs_app.command("wait")
def wait_for(task: Task) -> None:
    """Show the progress until it ends; the exit code is 1 if it did not succeed."""
    with connected() as client:
        follow(client, task)


@jobs_app.command()
def result(task: Task) -> None:
    """What it found, as JSON."""
    with connected() as client:
        print_json(client.task_result(task))


@jobs_app.command()
def cancel(task: Task) -> None:
    """Cancel a task that waits or runs."""
    with connected() as client:
        info = client.cancel(task)
    say(info.result_msg or info.status)


@jobs_app.command()
def retry(task: Task) -> None:
    """Run a task again that failed, was cancelled or interrupted."""
    with connected() as client:
        info = client.retry(task)
    say(info.result_msg or info.status)


@jobs_app.command()
def delete(task: Task) -> None:
    """Forget a task that has ended."""
    with connected() as client:
        say(client.delete_task(task).message)


@jobs_app.command()
def evaluate(
    dataset: Annotated[str, typer.Argument(help="Name or uuid of a labelled data set.", show_default=False)],
    models: Annotated[list[str], typer.Argument(help="Names of models.", show_default=False)],
    as_json: Json = False,
) -> None:
    """Compare models on a data set."""
    from chisto.schemas import EvaluateRequest

    with connected() as client:
        task = client.evaluate(EvaluateRequest(models=models, dataset=dataset)).task
        follow(client, task)
        found = client.evaluation(task).result
    if found is None:
        raise typer.Exit(1)
    if as_json:
        return print_json(found)
    rows = [
        (
            model.name,
            f"{model.roc_auc.value:.3f} ({model.roc_auc.low:.3f}–{model.roc_auc.high:.3f})",
            f"{model.average_precision.value:.3f}",
            f"{model.metrics.get('macro_f1', 0):.3f}",
            f"{model.threshold:.3f}",
        )
        for model in found.models
    ]
    columns = in_words("модель,ROC AUC,PR AUC,macro F1,порог", "model,ROC AUC,PR AUC,macro F1,threshold")
    return print_table(columns.split(","), rows)
