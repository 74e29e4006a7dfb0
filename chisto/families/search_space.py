"""The recipes that a search tries: every point of a grid, or points drawn at random."""

import itertools
import math
import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from chisto.errors import BadRequest, Words
from chisto.families.checking import BadParameter
from chisto.families.recipe import Recipe, parse_recipe

MOST_TRIALS = 500
_GROUPS = ("ml_model_params", "vectorizer_params")
_DRAWS_PER_TRIAL = 50


class BadSearch(BadRequest):
    code = "bad_search"
    texts = {
        "en": (
            "The search space is wrong at '{field}': {reason}.",
            'Give values, such as {{"ml_model_params.C": [0.1, 1, 10]}}, or for a random search a range, such as '
            '{{"ml_model_params.C": {{"low": 0.01, "high": 100, "log": true}}}}.',
        ),
        "ru": (
            "Неверная область поиска, «{field}»: {reason}.",
            'Укажите значения, например {{"ml_model_params.C": [0.1, 1, 10]}}, а для случайного поиска можно '
            'диапазон: {{"ml_model_params.C": {{"low": 0.01, "high": 100, "log": true}}}}.',
        ),
    }


@dataclass(frozen=True)
class Trials:
    """Different recipes to try. ``skipped``: points left out because their parameters do not go together."""

    recipes: list[Recipe]
    skipped: int


def plan_trials(
    ml_model_type: str,
    vectorizer_type: str | None,
    ml_model_params: Mapping[str, Any],
    vectorizer_params: Mapping[str, Any],
    *,
    method: Literal["grid", "random"],
    space: Mapping[str, Any],
    trials: int = 20,
    seed: int = 13,
) -> Trials:
    """Fixed parameters with those of the space put in. Raises BadSearch, BadParameter.

    Points whose parameters do not go together (l1 with lbfgs) are left out; a value that goes with nothing at all
    is refused.
    """
    axes = {field: _axis(field, values, method) for field, values in space.items()}
    if not axes:
        raise _bad("space", "it is empty", "она пуста")
    base = {"ml_model_params": dict(ml_model_params), "vectorizer_params": dict(vectorizer_params)}
    points = _grid(axes) if method == "grid" else _draws(axes, trials, seed)
    found: dict[str, Recipe] = {}
    skipped = 0
    refused: dict[tuple[str, str], BadParameter] = {}
    accepted: set[tuple[str, str]] = set()
    for point in points:
        try:
            recipe = parse_recipe(ml_model_type, vectorizer_type, **_placed(base, point))
        except BadParameter as error:
            skipped += 1
            refused |= {(field, repr(value)): error for field, value in point.items()}
            continue
        accepted |= {(field, repr(value)) for field, value in point.items()}
        found.setdefault(repr(recipe), recipe)
        if method == "random" and len(found) == trials:
            break
    useless = [error for value, error in refused.items() if value not in accepted]
    if useless and (method == "grid" or not found):
        raise useless[0]
    return Trials(list(found.values()), skipped)


def _axis(field: str, values: Any, method: str) -> "Sequence[Any] | Range":
    group, _, name = field.partition(".")
    if group not in _GROUPS or not name:
        raise _bad(field, "fields begin with ml_model_params. or vectorizer_params.",
                   "поля начинаются с ml_model_params. или vectorizer_params.")  # fmt: skip
    if isinstance(values, list) and values:
        return values
    if method == "random" and isinstance(values, Mapping):
        return Range.parse(field, values)
    raise _bad(field, "a list of values is needed", "нужен список значений")


@dataclass(frozen=True)
class Range:
    low: float
    high: float
    log: bool = False
    integer: bool = False

    @classmethod
    def parse(cls, field: str, given: Mapping[str, Any]) -> "Range":
        low, high = given.get("low"), given.get("high")
        numbers = [
            number for number in (low, high) if isinstance(number, int | float) and math.isfinite(number)
        ]
        if len(numbers) != 2 or numbers[0] >= numbers[1] or set(given) - {"low", "high", "log", "integer"}:
            raise _bad(field, "a range needs low below high", "нужны low и high, low меньше high")
        if given.get("log") and numbers[0] <= 0:
            raise _bad(
                field, "a logarithmic range begins above 0", "логарифмический диапазон начинается выше 0"
            )
        return cls(numbers[0], numbers[1], bool(given.get("log")), bool(given.get("integer")))

    def draw(self, chance: random.Random) -> float:
        if self.log:
            drawn = math.exp(chance.uniform(math.log(self.low), math.log(self.high)))
        else:
            drawn = chance.uniform(self.low, self.high)
        drawn = min(max(drawn, self.low), self.high)
        return round(drawn) if self.integer else float(f"{drawn:.4g}")


def _grid(axes: Mapping[str, Any]) -> list[dict[str, Any]]:
    size = math.prod(len(values) for values in axes.values())
    if size > MOST_TRIALS:
        raise _bad("space", f"the grid has {size} points, at most {MOST_TRIALS} are tried",
                   f"в сетке {size} точек, а можно не больше {MOST_TRIALS}")  # fmt: skip
    return [dict(zip(axes, values, strict=True)) for values in itertools.product(*axes.values())]


def _draws(axes: Mapping[str, Any], trials: int, seed: int) -> list[dict[str, Any]]:
    chance = random.Random(seed)
    return [
        {
            field: axis.draw(chance) if isinstance(axis, Range) else chance.choice(axis)
            for field, axis in axes.items()
        }
        for _ in range(trials * _DRAWS_PER_TRIAL)
    ]


def _placed(base: Mapping[str, Mapping[str, Any]], point: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    placed = {group: dict(params) for group, params in base.items()}
    for field, value in point.items():
        group, _, name = field.partition(".")
        placed[group][name] = value
    return placed


def _bad(field: str, english: str, russian: str) -> BadSearch:
    return BadSearch(field=field[:100], reason=Words(russian, english))
