"""Languages of short texts, measured on a set of our own."""

from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chisto.language import detect

ROWS = (Path(__file__).parent / "short_texts.tsv").read_text(encoding="utf-8").splitlines()
TEXTS = [(language, text) for language, text in (row.split("\t") for row in ROWS)]


def test_the_set_is_large_and_has_all_languages() -> None:
    counts = Counter(language for language, _ in TEXTS)
    assert len(TEXTS) >= 150
    assert min(counts[language] for language in ("ru", "uk", "en", "und")) >= 30
    assert sum(len(text) for _, text in TEXTS) / len(TEXTS) < 30


def test_short_texts_are_told_apart() -> None:
    wrong = [(language, detect(text), text) for language, text in TEXTS if detect(text) != language]
    assert len(wrong) / len(TEXTS) <= 0.04, wrong


@pytest.mark.parametrize("language", ["ru", "uk", "en"])
def test_each_language_is_found_and_seldom_claimed_wrongly(language: str) -> None:
    found = [text for expected, text in TEXTS if expected == language and detect(text) == language]
    claimed = [text for _, text in TEXTS if detect(text) == language]
    expected = [text for expected, text in TEXTS if expected == language]
    assert len(found) / len(expected) >= 0.93
    assert len(found) / len(claimed) >= 0.95


def test_case_links_and_names_change_nothing() -> None:
    for language, text in TEXTS[:150]:
        decorated = f"{text.upper()} https://example.org @someone 😀 2024"
        assert detect(decorated) == detect(text), language


def test_disguised_russian_is_russian() -> None:
    assert [
        detect(text) for text in ("ты тyпой дyрaк", "с*ка, как дела", "п р и в е т, народ", "suka blyat")
    ] == ["ru"] * 4


def test_what_cannot_be_told_is_undetermined() -> None:
    assert [detect(text) for text in ("", " ", "123", "😀", "!!!", "https://example.org")] == ["und"] * 6


@given(st.text(max_size=60))
def test_any_text_gets_an_answer(text: str) -> None:
    assert detect(text) in {"ru", "uk", "en", "und"}
