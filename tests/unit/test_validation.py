import pytest

from chisto.errors import (
    BadField,
    BadThreshold,
    BrokenJson,
    ChistoError,
    EmptyText,
    NoTexts,
    TextTooLong,
    TooManyTexts,
)
from chisto.settings import Settings
from chisto.validation import parse_score_request

SETTINGS = Settings(max_texts=3, max_text_chars=10)


def parse(body: bytes) -> list[str]:
    return parse_score_request(body, SETTINGS, "en")[1]


def test_one_text_and_several_are_read_as_they_are() -> None:
    assert parse('{"text": "при\\nвет"}'.encode()) == ["при\nвет"]
    assert parse(b'{"texts": ["a", " b "], "threshold": 1, "model": null}') == ["a", " b "]


@pytest.mark.parametrize(
    ("body", "error"),
    [
        (b"", BrokenJson), (b"{", BrokenJson), (b'{"text": "\xff"}', BrokenJson), (b'{"text": "\\ud800"}', BrokenJson),
        (b'{"text": "\\udc00\\ud800"}', BrokenJson), (b"null", BadField), (b"[]", BadField), (b'"a"', BadField),
        (b'{"texts": "a"}', BadField), (b'{"texts": [1]}', BadField), (b'{"text": {}}', BadField),
        (b'{"text": "a", "texts": ["a"]}', BadField), (b'{"text": "a", "treshold": 1}', BadField),
        (b'{"text": "a", "model": 1}', BadField), (b"{}", NoTexts), (b'{"texts": []}', NoTexts),
        (b'{"text": null}', NoTexts), (b'{"text": ""}', EmptyText), (b'{"texts": ["a", " \\n\\t "]}', EmptyText),
        (b'{"text": "12345678901"}', TextTooLong), (b'{"texts": ["a", "a", "a", "a"]}', TooManyTexts),
        (b'{"text": "a", "threshold": 1.5}', BadThreshold), (b'{"text": "a", "threshold": -0.1}', BadThreshold),
        (b'{"text": "a", "threshold": NaN}', BadThreshold), (b'{"text": "a", "threshold": Infinity}', BadThreshold),
        (b'{"text": "a", "threshold": "0.5"}', BadThreshold), (b'{"text": "a", "threshold": true}', BadThreshold),
        (b"[" * 100_000, BrokenJson), (b'{"text": "a"} {"text": "b"}', BrokenJson),
    ],
    ids=lambda value: value[:40] if isinstance(value, bytes) else "",
)  # fmt: skip
def test_each_bad_body_gets_its_own_error(body: bytes, error: type[ChistoError]) -> None:
    with pytest.raises(error) as raised:
        parse(body)
    assert 400 <= raised.value.status < 500
    assert raised.value.body("ru") != raised.value.body("en")


def test_an_error_names_the_place_but_does_not_repeat_the_text() -> None:
    with pytest.raises(TextTooLong) as raised:
        parse('{"texts": ["a", "секретный текст"]}'.encode())
    assert "1" in str(raised.value)
    assert "секрет" not in str(raised.value.body("ru"))
