"""Model families and vectorizers: their hyperparameters, ranges, defaults, and what goes with what."""

from chisto.families.checking import BadParameter, UnknownParameter
from chisto.families.recipe import FAMILIES, VECTORIZERS, Recipe, family_schemas, parse_recipe
from chisto.families.search_space import BadSearch, Trials, plan_trials

__all__ = [
    "FAMILIES",
    "VECTORIZERS",
    "BadParameter",
    "BadSearch",
    "Recipe",
    "Trials",
    "UnknownParameter",
    "family_schemas",
    "parse_recipe",
    "plan_trials",
]
