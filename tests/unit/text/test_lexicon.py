"""The lexicon finds the most usual word for a pattern."""

from hypothesis import given
from hypothesis import strategies as st

from chisto.text import warm_up
from chisto.text.lexicon import Lexicon, insulting, ordinary, russian, spelled

WORDS = {"кот": 9.0, "кит": 5.0, "рот": 7.0, "ток": 1.0, "сон": 3.0, "корт": 2.0}


def pattern(text: str) -> list[str]:
    return ["" if char == "?" else char for char in text]


def test_the_weightiest_word_that_fits_is_found() -> None:
    lexicon = Lexicon(WORDS)
    assert lexicon.fit(pattern("к?т")) == "кот"
    assert lexicon.fit(pattern("?о?")) == "кот"
    assert lexicon.fit(["к", "ие", "т"]) == "кит"
    assert lexicon.fit(pattern("к??т")) == "корт"
    assert lexicon.fit(pattern("???")) == "кот"


def test_nothing_is_found_where_nothing_fits() -> None:
    lexicon = Lexicon(WORDS)
    assert lexicon.fit(pattern("м?т")) is None
    assert lexicon.fit(pattern("????????")) is None
    assert lexicon.fit(["к", "1", "т"]) is None
    assert lexicon.fit([]) is None


def test_odds_weigh_patterns_against_each_other() -> None:
    lexicon = Lexicon(WORDS)
    assert lexicon.guess((pattern("к?т"), 0.1), (pattern("р?т"), 1.0)) == "рот"
    assert lexicon.guess((pattern("м?т"), 1.0)) is None


@given(st.dictionaries(st.text("абвг", min_size=1, max_size=4), st.floats(1, 100), min_size=1), st.data())
def test_fit_equals_a_plain_search(weights: dict[str, float], data: st.DataObject) -> None:
    slots = data.draw(st.lists(st.sampled_from(["", "а", "аб", "вг", "г"]), min_size=1, max_size=4))
    fitting = [
        word
        for word in weights
        if len(word) == len(slots)
        and all(not slot or letter in slot for letter, slot in zip(word, slots, strict=True))
    ]
    found = Lexicon(weights).fit(slots)
    assert (found is None) == (not fitting)
    assert found is None or weights[found] == max(weights[word] for word in fitting)


def test_insulting_words_weigh_more_than_ordinary_ones_of_the_same_frequency() -> None:
    assert all(word in russian() for word in insulting().weights)
    assert russian().weight("мудак") > insulting().weight("мудак") > 0
    assert "привет" in ordinary() and "привет" not in insulting()
    assert russian().weight("щщщщ") == 0


def test_unknown_words_are_spelled_as_letters_follow_each_other() -> None:
    assert spelled(["к", "о", "т", "о", "зеэ", "л"]) == "котоел"
    assert spelled(["ча", "и", "с", "т", "о"]) == "чисто"


def test_nothing_is_left_to_build_after_warming_up() -> None:
    warm_up()
    assert set(russian()._index) == set(russian()._by_length)
    assert set(insulting()._index) == set(insulting()._by_length)
