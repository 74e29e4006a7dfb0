"""Which choices of a Label Studio project say toxic."""

import pytest

from http_api.label_config import BadConfig, Labels, parse_config


def config(*choices: str, extra: str = "") -> str:
    listed = "".join(f'<Choice value="{choice}"/>' for choice in choices)
    return (
        f'<View>{extra}<Text name="t" value="$text"/><Choices name="c" toName="t">{listed}</Choices></View>'
    )


@pytest.mark.parametrize(
    ("toxic", "clean"),
    [
        ("toxic", "not toxic"),
        ("Toxic", "non-toxic"),
        ("токсично", "не токсично"),
        ("Токсичный", "Нетоксичный"),
        ("оскорбление", "нейтрально"),
        ("ненависть", "без ненависти"),
        ("insult", "ok"),
        ("1", "0"),
        ("да", "нет"),
        ("bad", "good"),
        ("мусор", "норма"),
        ("toxic", "что-то другое"),
    ],
)
def test_the_toxic_choice_is_known_by_its_name_in_either_order(toxic: str, clean: str) -> None:
    for choices in ((toxic, clean), (clean, toxic)):
        parsed = parse_config(config(*choices))
        assert (parsed.toxic, parsed.clean) == (toxic, clean)
        assert (parsed.read(toxic), parsed.read(clean), parsed.read("?")) == (True, False, None)


def test_aliases_are_what_results_say() -> None:
    xml = config().replace(
        "></Choices>", '><Choice value="Плохо" alias="a1"/><Choice value="x" alias="toxic"/></Choices>'
    )
    assert (parse_config(xml).toxic, parse_config(xml).clean) == ("toxic", "a1")


def test_the_first_choices_that_fit_are_taken() -> None:
    other = '<Choices name="mood" toName="t"><Choice value="happy"/><Choice value="sad"/></Choices>'
    parsed = parse_config(config("toxic", "ok", extra=other))
    assert (parsed.choices, parsed.text, parsed.key, parsed.labels) == ("c", "t", "text", None)


def test_labels_over_the_text_are_found_with_the_one_that_means_toxic() -> None:
    labels = '<Labels name="l" toName="t"><Label value="person"/><Label value="insult"/></Labels>'
    assert parse_config(config("toxic", "ok", extra=labels)).labels == Labels("l", "insult")


@pytest.mark.parametrize(
    "xml",
    [
        "",
        "<View>",
        "\x00",
        config(),
        config("red", "blue"),
        config("toxic"),
        config("toxic", "red", "blue"),
        config("toxic", "ok").replace("$text", "text"),
        "<!DOCTYPE x>" + config("toxic", "ok"),
        "<View>" * 50_000,
    ],
)
def test_what_cannot_be_used_is_refused(xml: str) -> None:
    with pytest.raises(BadConfig):
        parse_config(xml)
