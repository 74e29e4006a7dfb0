"""The generators of disguises: seeded, realistic, and what the normalizer does about them."""

from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chisto.evaluation.obfuscate import DISGUISES, KINDS, WORD, obfuscate
from chisto.text import normalize

COMMENTS = [
    "Ты просто тупой дурак и мразь, заткнись уже",
    "Спасибо, очень интересная статья про ремонт двигателя",
    "Какая же тварь придумала эту дурацкую рекламу",
    "Вчера ходили в кино, фильм понравился всей семье",
    "Урод, из-за таких идиотов и бывают аварии на дороге",
    "Подскажите, где купить хорошие зимние ботинки недорого",
]


@pytest.mark.parametrize("kind", KINDS)
def test_the_same_seed_gives_the_same_disguise(kind: str) -> None:
    once, again, other = ([obfuscate(text, kind, Random(seed)) for text in COMMENTS] for seed in (1, 1, 2))
    assert once == again
    assert once != other


@pytest.mark.parametrize("kind", KINDS)
def test_every_comment_is_disguised_in_some_word(kind: str) -> None:
    rng = Random(3)
    changed = sum(obfuscate(text, kind, rng, rate=0.0) != text for text in COMMENTS * 20)
    assert changed >= 0.9 * 20 * len(COMMENTS)  # a slip may hit two equal letters


@pytest.mark.parametrize("kind", KINDS)
def test_rate_tells_how_many_words_are_disguised(kind: str) -> None:
    def touched(rate: float) -> float:
        rng = Random(4)
        before = [WORD.findall(text) for text in COMMENTS * 10]
        after = [obfuscate(text, kind, rng, rate) for text in COMMENTS * 10]
        return sum(word not in text for words, text in zip(before, after, strict=True) for word in words)

    assert touched(0.1) < touched(0.4) < touched(1.0)


def test_each_kind_shows_its_own_signs() -> None:
    rng = Random(5)
    made = {kind: [obfuscate(text, kind, rng, 1.0) for text in COMMENTS] for kind in DISGUISES}
    assert all(
        any("a" <= char.lower() <= "z" or not char.isascii() for char in text) for text in made["look_alikes"]
    )
    assert all(set(text) & set("*@#._-") for text in made["masked"])
    assert all(" " in text or set(text) & set(".-_*") for text in made["spaced"])
    assert all(
        any(left == right for left, right in zip(text, text[1:], strict=False)) for text in made["repeated"]
    )
    assert all(any(char.isdigit() or char in "@$!" for char in text) for text in made["leetspeak"])
    assert all(
        any(not char.isprintable() or char in "\u0335\u0336\u0337\u034f" for char in text)
        for text in made["zero_width"]
    )
    assert all(text != COMMENTS[index] and text.isprintable() for index, text in enumerate(made["typos"]))
    assert [text.lower() for text in made["case"]] == [text.lower() for text in COMMENTS]


def test_text_without_russian_words_is_left() -> None:
    assert [obfuscate(text, kind, Random(1)) for kind in KINDS for text in ("", "12 ok!", "я и ты")] == [
        "",
        "12 ok!",
        "я и ты",
    ] * len(KINDS)


def test_an_unknown_kind_is_refused() -> None:
    with pytest.raises(KeyError):
        obfuscate("текст", "magic", Random(1))


# What part of the disguised words the normalizer must give back letter by letter.
RESTORED = {
    "look_alikes": 0.93,
    "masked": 0.7,
    "spaced": 0.9,
    "repeated": 0.95,
    "leetspeak": 0.85,
    "zero_width": 1.0,
    "case": 1.0,
}


@pytest.mark.parametrize(("kind", "share"), RESTORED.items())
def test_the_normalizer_sees_through_most_disguises(kind: str, share: float) -> None:
    rng = Random(6)
    found = []
    for text in COMMENTS * 25:
        meant = normalize(text).text.replace(" ", "")
        found.append(normalize(obfuscate(text, kind, rng, rate=0.0)).text.replace(" ", "") == meant)
    assert sum(found) / len(found) >= share


@given(st.text(max_size=40), st.sampled_from(KINDS), st.integers(0, 99), st.floats(0, 1))
def test_any_text_can_be_disguised(text: str, kind: str, seed: int, rate: float) -> None:
    assert isinstance(obfuscate(text, kind, Random(seed), rate), str)
