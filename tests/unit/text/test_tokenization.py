"""Our tokens are those of natasha's Segmenter."""

from hypothesis import given
from hypothesis import strategies as st
from natasha import Segmenter

from chisto.text import Token, tokenize

SEGMENTER = Segmenter()
PIECES = st.sampled_from(
    [
        *"абвЯёЁїßéſKİı²½№№abzZ019 \t\n.,!?…-–—‑−_/\\:;=)(*+%#@\"'«»„[]{}~`^|😀❤🇷🇺\u200b",
        "--",
        "**",
        ":-)",
        "=(((",
        "yahoo",
        "  ",
    ]
)


def natasha_tokens(text: str) -> list[Token]:
    return [Token(token.text, token.start, token.stop) for token in SEGMENTER.tokenize(text)]


@given(st.lists(PIECES, max_size=25).map("".join))
def test_tokens_of_signs_equal_those_of_natasha(text: str) -> None:
    assert tokenize(text) == natasha_tokens(text)


@given(st.text(max_size=60))
def test_tokens_of_any_text_equal_those_of_natasha(text: str) -> None:
    assert tokenize(text) == natasha_tokens(text)


def test_hyphens_numbers_and_smiles_are_joined_as_natasha_joins_them() -> None:
    texts = ["кто-то из-за 3,14 и 1/2", "да- нет -вот 5. 5", "ну:-))) yahoo! --- ***", "E=mc² ΔP mβж ї😀"]
    assert [tokenize(text) for text in texts] == [natasha_tokens(text) for text in texts]
    assert [token.text for token in tokenize("кто-то, 3,14 :))")] == ["кто-то", ",", "3,14", ":))"]
