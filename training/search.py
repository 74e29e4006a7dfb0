"""Searching for good hyperparameters: one job with a child for each trial; the best is trained anew and kept."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from chisto.errors import Unprocessable, Words
from chisto.families import Recipe, Trials, plan_trials
from models_store.jobs import Job, NewJob
from training.fit import build, read_dataset, recipe_of, train
from training.jobs import Context

#: of the job: what the trials take; the rest is the training of the best
_TRIALS_SHARE = 0.85
_SHOWN = 10
_LESS_IS_BETTER = frozenset({"log_loss"})


class NoTrialSucceeded(Unprocessable):
    code = "no_trial_succeeded"
    texts = {
        "en": ("None of the {count} trials could be trained: {reason}", "Look at the trials of this task."),
        "ru": ("Ни одну из проб ({count}) не удалось обучить: {reason}", "Посмотрите пробы этой задачи."),
    }


@dataclass(frozen=True)
class Entry:
    """A trial that has ended well. ``params``: what the search has chosen, by dotted field."""

    task: str
    params: Mapping[str, Any]
    metrics: Mapping[str, float | None]
    value: float


@dataclass
class Board:
    """The trials so far, the best first."""

    metric: str
    entries: list[Entry] = field(default_factory=list)
    _seen: set[str] = field(default_factory=set)

    def is_new(self, child: Job) -> bool:
        if child.id in self._seen or child.is_active:
            return False
        self._seen.add(child.id)
        return child.state == "success"

    def add(self, child: Job, result: Mapping[str, Any]) -> Entry | None:
        """None where the metric could not be measured."""
        value = result["metrics"].get(self.metric)
        if value is None:
            return None
        entry = Entry(child.id, child.params["chosen"], result["metrics"], value)
        self.entries.append(entry)
        sign = 1 if self.metric in _LESS_IS_BETTER else -1
        self.entries.sort(key=lambda each: sign * each.value)
        return entry

    def shown(self) -> list[dict[str, Any]]:
        return [
            {"task": each.task, "params": dict(each.params), self.metric: each.value}
            for each in self.entries[:_SHOWN]
        ]


def search(context: Context) -> None:
    """The job. Its parameters are those of chisto.schemas.FitRequest with a search in it."""
    asked = context.params["search"]
    planned = plan(context.params)
    count = len(planned.recipes)
    context.log(f"{count} trials; {planned.skipped} points left out, as their parameters do not go together")
    children = {str(number): _trial(context, number, recipe) for number, recipe in enumerate(planned.recipes)}
    numbers = {task: int(number) for number, task in context.spawn(children).items()}
    board = Board(asked["metric"])

    def show(trials: list[Job]) -> None:
        for child in filter(board.is_new, trials):
            result = context.registry.jobs.result(child.id)
            entry = board.add(child, result) if result else None
            if entry:
                chosen = ", ".join(
                    f"{name.partition('.')[2]} {value}" for name, value in entry.params.items()
                )
                context.log(f"trial {numbers[child.id] + 1}: {board.metric} {entry.value:.4f} ({chosen})")
        done = sum(not child.is_active for child in trials)
        part = sum(child.progress if child.is_active else 1.0 for child in trials) / count
        context.report(
            "search", _TRIALS_SHARE * part, {"trials": count, "tried": done, "best": board.shown()}
        )

    ended = context.wait(show)
    show(ended)
    if not board.entries:
        raise NoTrialSucceeded(count=count, reason=_reason(ended))
    best = board.entries[0]
    context.log(f"the best is trial {numbers[best.task] + 1}; training it")
    found = {"metric": board.metric, "trials": count, "skipped": planned.skipped, "best": board.shown()}
    train(context, planned.recipes[numbers[best.task]], start=_TRIALS_SHARE, result={"search": found})


def try_recipe(context: Context) -> None:
    """The job of one trial: train, measure, keep the figures only."""
    recipe = recipe_of(context.params)
    context.report("read", 0.01)
    data = read_dataset(context.dataset_path())
    built = build(
        data,
        recipe,
        context.params["split"],
        context.workdir / "artifact",
        lambda stage, fraction, metrics: context.report(stage, 0.02 + 0.96 * fraction, metrics),
    )
    metrics = built.metrics()
    context.publish({"metrics": metrics}, summary={"metrics": metrics, "chosen": context.params["chosen"]})


def plan(params: Mapping[str, Any]) -> Trials:
    """The recipes of a search, the same ones each time."""
    asked = params["search"]
    return plan_trials(
        params["ml_model_type"],
        params.get("vectorizer_type"),
        params.get("ml_model_params") or {},
        params.get("vectorizer_params") or {},
        method=asked["method"],
        space=asked["space"],
        trials=asked["trials"],
        seed=asked["seed"],
    )


def _trial(context: Context, number: int, recipe: Recipe) -> NewJob:
    split = dict(context.params.get("split") or {})
    if split.get("method") == "none":  # without measuring there is nothing to choose by
        split["method"] = "holdout"
    params = {"ml_model_params": recipe.model_params, "vectorizer_params": recipe.vectorizer_params}
    chosen = {}
    for name in context.params["search"]["space"]:
        group, _, key = name.partition(".")
        chosen[name] = params[group].get(key)
    return NewJob(
        kind="trial",
        name=f"{context.job.name} #{number + 1}",
        params={
            **params,
            "ml_model_type": recipe.family,
            "vectorizer_type": recipe.vectorizer_type,
            "split": split,
            "chosen": chosen,
        },
        time_limit_s=context.job.time_limit_s,
        dataset_id=context.job.dataset_id,
    )


def _reason(trials: list[Job]) -> Words:
    errors = [trial.error for trial in trials if trial.error]
    if not errors:
        return Words("они прерваны", "they were interrupted")
    return Words(errors[0].message("ru"), errors[0].message("en"))
