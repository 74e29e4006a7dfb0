"""What may be trained: every offered combination works, every other one is refused with what is allowed."""

import itertools
import subprocess
import sys
import warnings
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

from chisto.families import (
    FAMILIES,
    VECTORIZERS,
    BadParameter,
    BadSearch,
    UnknownParameter,
    family_schemas,
    parse_recipe,
    plan_trials,
)


def extremes(schema: dict[str, Any]) -> list[Any]:
    """Every constant, and both ends of every range."""
    if "const" in schema:
        return [schema["const"]]
    if "enum" in schema:
        return schema["enum"]
    if "anyOf" in schema:
        return [value for part in schema["anyOf"] for value in extremes(part)]
    if schema["type"] == "boolean":
        return [False, True]
    if schema["type"] == "null":
        return [None]
    return [schema.get("minimum", schema.get("exclusiveMinimum", 0) + 0.01), schema["maximum"]]


def offered(schema: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """All combinations of the constants of each branch, with the other fields at one end or the other."""
    for branch in schema.get("oneOf", [schema]):
        properties = branch["properties"]
        choices = {name: extremes(p) for name, p in properties.items() if "enum" in p or "const" in p}
        choices = {
            name: values if len(values) < 10 else values[:2] + values[-1:] for name, values in choices.items()
        }
        for picked in itertools.product(*choices.values()):
            for end in (0, -1):
                rest = {name: extremes(p)[end] for name, p in properties.items() if name not in choices}
                yield dict(zip(choices, picked, strict=True)) | rest


@pytest.mark.parametrize("family", FAMILIES)
def test_every_offered_model_is_accepted_and_comes_back_unchanged(family):
    schema = family_schemas("en")[family]["properties"]["ml_model_params"]
    for params in offered(schema):
        recipe = parse_recipe(family, None, params)
        assert recipe.model_params == params
        assert (
            parse_recipe(family, recipe.vectorizer_type, recipe.model_params, recipe.vectorizer_params)
            == recipe
        )


@pytest.mark.parametrize("branch", family_schemas("en")["linear_svc"]["oneOf"])
def test_every_offered_vectorizer_is_accepted_and_comes_back_unchanged(branch):
    kind = branch["properties"]["vectorizer_type"]["const"]
    for params in offered(branch["properties"]["vectorizer_params"]):
        assert parse_recipe("linear_svc", kind, {}, params).vectorizer_params == params


@pytest.mark.parametrize("family", ["logistic_regression", "linear_svc", "multinomial_naive_bayes"])
def test_scikit_learn_fits_every_offered_combination(family):
    from sklearn.linear_model import LogisticRegression
    from sklearn.naive_bayes import MultinomialNB
    from sklearn.svm import LinearSVC

    kinds = {"logistic_regression": LogisticRegression, "linear_svc": LinearSVC}
    kind = kinds.get(family, MultinomialNB)
    matrix = np.random.default_rng(1).random((30, 4))
    labels = np.arange(30) % 2
    for params in offered(family_schemas("en")[family]["properties"]["ml_model_params"]):
        arguments = parse_recipe(
            family, None, params | ({"max_iter": 20} if "max_iter" in params else {})
        ).model.arguments()
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            fitted = kind(**arguments).fit(matrix, labels)
        assert np.isfinite(fitted.predict(matrix)).all()
        assert not [
            w for w in caught if w.category.__name__ == "FutureWarning" or "penalty" in str(w.message)
        ]


def test_penalties_mean_what_scikit_learn_meant_by_them():
    def arguments(**params):
        return parse_recipe("logistic_regression", None, params).model.arguments()

    assert arguments(penalty="l2", C=3)["C"] == 3 and arguments()["l1_ratio"] == 0
    assert arguments(penalty="l1", solver="liblinear")["l1_ratio"] == 1
    assert arguments(penalty="elasticnet", solver="saga", l1_ratio=0.3)["l1_ratio"] == 0.3
    assert arguments(penalty=None, C=7)["C"] == float("inf")
    assert "penalty" not in arguments()


def test_loose_parameters_of_old_clients_are_understood():
    recipe = parse_recipe(
        "logistic_regression",
        "bag_of_words",
        {"penalty": "l2", "solver": "lbfgs", "max_iter": 100, "C": 1, "class_weight": None, "l1_ratio": None},
        {"max_features": None, "min_df": 1.0, "max_df": 1},
    )
    assert recipe.model.C == 1.0 and recipe.vectorizer.min_df == 1 and recipe.vectorizer.max_df == 1.0


@pytest.mark.parametrize(
    ("arguments", "field", "allowed"),
    [
        (("bert",), "ml_model_type", "logistic_regression"),
        (("linear_svc", "word2vec"), "vectorizer_type", "tf_idf"),
        (("cnn", "tf_idf"), "vectorizer_type", "left out"),
        (("logistic_regression", None, {"penalty": "l1"}), "ml_model_params.penalty", "l2, none"),
        (
            ("logistic_regression", None, {"penalty": "l1", "solver": "sag2"}),
            "ml_model_params.solver",
            "liblinear, saga",
        ),
        (("logistic_regression", None, {"solver": ["x"]}), "ml_model_params.solver", "lbfgs"),
        (("logistic_regression", None, {"C": 0}), "ml_model_params.C", "1e-05 to 100000"),
        (("logistic_regression", None, {"C": float("nan")}), "ml_model_params.C", "1e-05 to 100000"),
        (("logistic_regression", None, {"max_iter": 10_001}), "ml_model_params.max_iter", "1 to 10000"),
        (("logistic_regression", None, {"max_iter": 1.5}), "ml_model_params.max_iter", "whole number"),
        (("linear_svc", None, {"penalty": "l1", "loss": "hinge"}), "ml_model_params.loss", "squared_hinge"),
        (("multinomial_naive_bayes", None, {"alpha": 11}), "ml_model_params.alpha", "0 to 10"),
        (("linear_svc", None, {}, {"ngram_range": [2, 1]}), "vectorizer_params.ngram_range", "[1, 2]"),
        (
            ("linear_svc", None, {}, {"min_df": 0.9}),
            "vectorizer_params.min_df",
            "whole number from 1 to 1000",
        ),
        (("linear_svc", None, {}, {"max_features": -3}), "vectorizer_params.max_features", "null"),
    ],
)
def test_a_wrong_value_is_refused_with_what_is_allowed(arguments, field, allowed):
    with pytest.raises(BadParameter) as caught:
        parse_recipe(*arguments)
    assert caught.value.params["field"] == field
    assert allowed in caught.value.hint("en")
    assert caught.value.message("ru") and caught.value.hint("ru")


@pytest.mark.parametrize(
    ("arguments", "field"),
    [
        (("logistic_regression", None, {"gamma": 1}), "ml_model_params.gamma"),
        (("logistic_regression", None, {"solver": "saga", "l1_ratio": 0.3}), "ml_model_params.l1_ratio"),
        (("linear_svc", "hashed", {}, {"max_features": 10}), "vectorizer_params.max_features"),
        (("linear_svc", None, {}, {"analyzer": "char", "lemmatize": True}), "vectorizer_params.lemmatize"),
    ],
)
def test_an_unknown_field_is_refused_with_those_that_exist(arguments, field):
    with pytest.raises(UnknownParameter) as caught:
        parse_recipe(*arguments)
    assert caught.value.params["field"] == field


@pytest.mark.parametrize("language", ["ru", "en"])
def test_every_field_explains_itself_in_both_languages(language):
    def fields(schema):
        for branch in schema.get("oneOf", [schema]):
            yield from branch["properties"].values()

    schemas = family_schemas(language)
    assert set(schemas) == set(FAMILIES)
    for family in schemas.values():
        found = list(fields(family["properties"]["ml_model_params"]))
        for branch in family.get("oneOf", []):
            assert branch["properties"]["vectorizer_type"]["const"] in VECTORIZERS
            found += fields(branch["properties"]["vectorizer_params"])
        for field in found:
            assert (
                field["title"]
                and len(field["description"]) > 20
                and "default" in field
                and "x-ru" not in field
            )
            is_russian = any("а" <= letter <= "я" for letter in field["description"].lower())
            assert is_russian == (language == "ru")


def test_defaults_stand_where_nothing_is_given():
    for family in FAMILIES:
        branch = family_schemas("en")[family]["properties"]["ml_model_params"]
        branch = branch.get("oneOf", [branch])[0]
        assert parse_recipe(family).model_params == {n: p["default"] for n, p in branch["properties"].items()}


def test_a_grid_is_tried_in_full_without_the_pairs_that_do_not_go_together():
    trials = plan_trials(
        "logistic_regression", "tf_idf", {"max_iter": 50}, {},
        method="grid",
        space={"ml_model_params.solver": ["lbfgs", "liblinear"], "ml_model_params.penalty": ["l1", "l2"],
               "vectorizer_params.ngram_range": [[1, 1], [1, 2]]},
    )  # fmt: skip
    assert len(trials.recipes) == 6 and trials.skipped == 2
    assert {recipe.model.max_iter for recipe in trials.recipes} == {50}


def test_random_trials_are_different_in_range_and_the_same_again():
    options = {
        "method": "random", "trials": 12, "seed": 5,
        "space": {"ml_model_params.C": {"low": 0.01, "high": 100, "log": True},
                  "ml_model_params.max_iter": {"low": 10, "high": 90, "integer": True}},
    }  # fmt: skip
    first, again = (plan_trials("linear_svc", None, {}, {}, **options).recipes for _ in range(2))
    assert first == again and len(first) == 12 == len({repr(recipe) for recipe in first})
    assert all(0.01 <= recipe.model.C <= 100 and 10 <= recipe.model.max_iter <= 90 for recipe in first)
    assert sum(recipe.model.C < 1 for recipe in first) in range(2, 11)


@pytest.mark.parametrize(
    "space",
    [
        {},
        {"C": [1]},
        {"ml_model_params.C": []},
        {"ml_model_params.C": 3},
        {"ml_model_params.C": {"low": 3, "high": 1}},
        {"ml_model_params.C": {"low": 0, "high": 1, "log": True}},
        {"ml_model_params.C": {"low": "a", "high": 1}},
        {"ml_model_params.C": list(range(1, 30)), "ml_model_params.max_iter": list(range(1, 30))},
    ],
)
@pytest.mark.parametrize("method", ["grid", "random"])
def test_a_wrong_search_space_is_refused(space, method):
    if method == "random" and len(space) == 2:
        space = {"ml_model_params.C": {"low": 1}}
    with pytest.raises(BadSearch) as caught:
        plan_trials("linear_svc", None, {}, {}, method=method, space=space)
    assert caught.value.message("ru") and caught.value.hint("en")


def test_a_value_that_goes_with_nothing_is_refused():
    with pytest.raises(BadParameter):
        plan_trials("linear_svc", None, {}, {}, method="grid", space={"ml_model_params.C": [1, -1]})


def test_the_module_is_light():
    code = "import sys, chisto.families; print([m for m in ('sklearn', 'numpy', 'pandas', 'torch') if m in sys.modules])"
    assert subprocess.check_output([sys.executable, "-c", code], text=True).strip() == "[]"
