"""The detector of obscene words, measured on a set of our own: words, disguised words, innocent words and sentences."""

import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chisto.profanity import find, is_obscene, score

HERE = Path(__file__).parent


def lines(name: str) -> list[str]:
    text = (HERE / name).read_text(encoding="utf-8")
    return text.replace("\\u200b", "\u200b").replace("\\u00ad", "\u00ad").splitlines()


OBSCENE = [*" ".join(lines("obscene.txt")).split(), *lines("disguised.txt")]
INNOCENT = [*" ".join(lines("innocent.txt")).split(), *lines("innocent_sentences.txt")]
NAMED = """
застрахуй употреблять спидорак жидкий блутус blutooth хлебать себе небеса команда мандарин гребля сабля ебонит колебать
потребитель оскорблять рубля скипидар психуй подстрахуй хулиган художник хурма
"""


def test_the_set_is_large_and_has_no_item_twice() -> None:
    assert len(OBSCENE) >= 400
    assert len(INNOCENT) >= 250
    assert not set(OBSCENE) & set(INNOCENT)


def test_precision_and_recall_on_the_set() -> None:
    hits = sum(is_obscene(item) for item in OBSCENE)
    false_alarms = [item for item in INNOCENT if is_obscene(item)]
    assert hits / (hits + len(false_alarms)) >= 0.98, false_alarms
    assert hits / len(OBSCENE) >= 0.95, [item for item in OBSCENE if not is_obscene(item)]


def test_a_score_above_a_half_tells_the_same() -> None:
    assert all((score(item) > 0.5) == is_obscene(item) for item in OBSCENE + INNOCENT)


@pytest.mark.parametrize("word", NAMED.split())
def test_innocent_words_with_obscene_letters_inside_pass(word: str) -> None:
    assert not is_obscene(word)
    assert not is_obscene(word.upper())
    assert find(f"Вот слово «{word}», и всё.") == []


def test_spans_lie_in_the_text_as_it_was_written() -> None:
    text = "Ну что за х у й н я, с*ка? Иди на*уй, ПИДОР!"
    assert [(span.text, span.root) for span in find(text)] == [
        ("х у й н я", "хуй"),
        ("с*ка", "сука"),
        ("на*уй", "хуй"),
        ("ПИДОР", "пидор"),
    ]
    assert all(text[span.start : span.stop] == span.text for span in find(text))


def test_a_hyphen_hides_nothing() -> None:
    assert [span.root for span in find("Блядь-то какая, диван-хуиван, и кто-то")] == ["блядь", "хуй"]


def test_scores_are_probabilities_that_grow_with_obscenity() -> None:
    clean, rude, foul, very_foul = (
        score(text) for text in ("Доброе утро", "Жопа какая-то", "Пиздец", "Пиздец, блядь")
    )
    assert 0 <= clean < 0.05 < rude < foul < very_foul <= 1
    assert score("") == clean


@given(st.text(max_size=50) | st.text("хуйпиздаеблмнск*@0 -", max_size=30))
def test_any_text_is_taken(text: str) -> None:
    assert 0 <= score(text) <= 1
    assert all(0 <= span.start < span.stop <= len(text) for span in find(text))


@pytest.mark.parametrize(
    "text", ["хуй" * 7_000, "ебебе" * 4_000, "по" * 19 + "а", " ".join(["ооооеоеоеоеоео"] * 1_400)]
)
def test_time_is_linear_in_a_hostile_text(text: str) -> None:
    started = time.process_time()
    find(text)
    assert time.process_time() - started < 0.5
