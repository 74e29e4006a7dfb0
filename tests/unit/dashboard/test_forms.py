"""Forms from schemas, and what thresholds mean."""

import itertools
from typing import Any

import pytest

from chisto.families import family_schemas, parse_recipe
from chisto.schemas import ConfusionCurve
from panel_app import operating
from panel_app.forms import SchemaForm, choices, deciding, parse_number, plain, resolve

SCHEMAS = family_schemas("en")


def _form(schema: Any) -> SchemaForm:
    return SchemaForm(schema, lambda low, high: f"{low} {high}", "more")


@pytest.mark.parametrize("family", SCHEMAS)
def test_whatever_is_chosen_in_the_form_the_api_takes(family: str) -> None:
    schema = SCHEMAS[family]
    params = schema["properties"]["ml_model_params"]
    names = deciding(params)
    values = [
        {
            value
            for part in params.get("oneOf", [params])
            for value in choices(part["properties"].get(name, {})) or []
        }
        for name in names
    ]
    for wanted in itertools.product(*map(sorted, values)):
        form = _form(params)
        for name, value in zip(names, wanted, strict=True):
            form._choose(name, value)
        assert parse_recipe(family, None, ml_model_params=form.value).family == family


def test_every_vectorizer_form_starts_valid_and_stays_so() -> None:
    for branch in SCHEMAS["linear_svc"]["oneOf"]:
        kind = branch["properties"]["vectorizer_type"]["const"]
        schema = branch["properties"]["vectorizer_params"]
        for analyzer in ("word", "char_wb", "char", "both"):
            form = _form(schema)
            form._choose("analyzer", analyzer)
            recipe = parse_recipe("linear_svc", kind, vectorizer_params=form.value)
            assert recipe.vectorizer_type == kind


def test_a_pair_that_does_not_go_together_is_not_offered() -> None:
    schema = SCHEMAS["logistic_regression"]["properties"]["ml_model_params"]
    branch, offered = resolve(schema, {"solver": "lbfgs", "penalty": "l1"})
    assert "l1" not in offered["penalty"]
    assert branch["properties"]["penalty"].get("const") == "l2"


def test_the_default_of_the_new_branch_counts_not_that_of_the_old() -> None:
    form = _form(SCHEMAS["linear_svc"]["oneOf"][0]["properties"]["vectorizer_params"])
    form._choose("analyzer", "char_wb")
    assert list(form.value["ngram_range"]) == [2, 5]


def test_numbers_are_read_as_people_write_them_and_only_within_their_range() -> None:
    field = {"type": "number", "minimum": 0.1, "maximum": 10}
    assert parse_number("0,5", field) == 0.5
    whole_or_share = {
        "anyOf": [
            {"type": "integer", "minimum": 1, "maximum": 9},
            {"type": "number", "exclusiveMinimum": 0, "maximum": 0.2},
        ]
    }
    assert parse_number("2", whole_or_share) == 2 and isinstance(parse_number("2", whole_or_share), int)
    assert parse_number("0.1", whole_or_share) == 0.1
    assert (
        parse_number("", {"anyOf": [{"type": "integer", "minimum": 1, "maximum": 5}, {"type": "null"}]})
        is None
    )
    for text in ("11", "0", "", "много", "nan"):
        with pytest.raises(ValueError):
            parse_number(text, field)
    assert plain(1e-05) == "0.00001" and plain(100000.0) == "100000"


CURVE = ConfusionCurve(
    thresholds=[0.2, 0.5, 0.8],
    true_positive=[10, 8, 4],
    false_positive=[10, 2, 0],
    true_negative=[80, 88, 90],
    false_negative=[0, 2, 6],
)


def test_counts_are_those_of_the_next_threshold() -> None:
    assert operating.at(CURVE, 0.5).true_positive == 8
    assert operating.at(CURVE, 0.3).true_positive == 8
    above = operating.at(CURVE, 0.9)
    assert (above.true_positive, above.false_negative, above.true_negative) == (0, 10, 90)
    assert above.precision == 1 and above.recall == 0


def test_falling_thresholds_mean_the_same_as_rising_ones() -> None:
    falling = ConfusionCurve(**{name: list(reversed(values)) for name, values in CURVE.model_dump().items()})
    for threshold in (0.0, 0.2, 0.35, 0.5, 0.79, 0.8, 1.0):
        assert operating.at(falling, threshold) == operating.at(CURVE, threshold)


def test_the_threshold_for_a_precision_is_the_one_that_finds_most() -> None:
    found = operating.lowest_for_precision(CURVE, 0.8)
    assert found is not None and found.threshold == 0.5
    assert operating.lowest_for_precision(CURVE, 0.99).threshold == 0.8  # type: ignore[union-attr]
    hopeless = CURVE.model_copy(update={"false_positive": [10, 5, 3]})
    assert operating.lowest_for_precision(hopeless, 0.9) is None


def test_what_there_is_to_review_follows_the_traffic_not_the_data_set() -> None:
    point = operating.at(CURVE, 0.5)
    assert point.to_review(1000, 0.1) == pytest.approx(1000 * (0.1 * 0.8 + 0.9 * 2 / 90))
