"""Words: the quick way and the plain way are the same, and their offsets lie in the original."""

from hypothesis import given

from chisto.text import Word, word_texts, words
from chisto.text.pipeline import LONGEST_KEPT, MOST_KEPT, _kept, words_of_whole
from tests.unit.text.test_normalization import ORDINARY, TEXTS


@given(TEXTS)
def test_quick_words_equal_plain_words(text: str) -> None:
    assert words(text) == words_of_whole(text)
    assert words(text) == words_of_whole(text)  # from memory too


@given(TEXTS, TEXTS)
def test_neighbours_across_white_space_change_nothing(left: str, right: str) -> None:
    text = f"{left} {right}"
    assert words(text) == words_of_whole(text)


@given(TEXTS)
def test_words_lie_in_the_original_in_order(text: str) -> None:
    found = words(text)
    assert all(0 <= word.start < word.stop <= len(text) and word.text for word in found)
    assert all(
        left.start <= right.start and left.stop <= right.stop
        for left, right in zip(found, found[1:], strict=False)
    )
    assert word_texts(text) == [word.text for word in found]


def test_words_carry_offsets_of_the_text_as_it_was_written() -> None:
    text = "Ты — cyкa, Ёж😡!"
    assert words(text) == [
        Word("ты", 0, 2), Word("—", 3, 4), Word("сука", 5, 9), Word(",", 9, 10), Word("еж", 11, 13), Word("😡", 13, 14),
        Word("!", 14, 15),
    ]  # fmt: skip


def test_numbers_are_joined_across_white_space_as_natasha_joins_them() -> None:
    for text in ("в 5. 5 раз", "5 .5", "1, 2, 3", "2019. Потом", "1/ 2"):
        assert words(text) == words_of_whole(text)


def test_ordinary_text_gives_the_same_words_in_any_order_of_asking() -> None:
    first = [words(text) for text in ORDINARY]
    assert [words(text) for text in reversed(ORDINARY)] == first[::-1]


def test_memory_of_chunks_is_bounded() -> None:
    letters = "абвгдежзиклмнопрстуфхцчшщэюя"
    for number in range(2 * MOST_KEPT + 10):
        words("".join(letters[number // len(letters) ** power % len(letters)] for power in range(4)))
    words("я" * (LONGEST_KEPT + 1))
    assert len(_kept.young) <= MOST_KEPT
    assert len(_kept.old) <= MOST_KEPT
    assert max(map(len, _kept.young)) <= LONGEST_KEPT
