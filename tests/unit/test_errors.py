import json

import pytest

from chisto import errors
from chisto.errors import ChistoError, preferred_language


def every_error() -> list[type[ChistoError]]:
    found, todo = [], [ChistoError]
    while todo:
        kind = todo.pop()
        found.append(kind)
        todo += kind.__subclasses__()
    return [kind for kind in found if kind.__module__ == errors.__name__]


@pytest.mark.parametrize(
    ("header", "language"),
    [
        (None, "ru"), ("", "ru"), ("en", "en"), ("en-GB,en;q=0.9", "en"), ("ru-RU", "ru"), ("de, fr", "ru"),
        ("de;q=1, en;q=0.3, ru;q=0.2", "en"), ("en;q=0", "ru"), ("en;q=x, ru", "ru"), ("*" * 10_000, "ru"),
    ],
)  # fmt: skip
def test_the_language_asked_for_is_chosen_and_nonsense_means_russian(
    header: str | None, language: str
) -> None:
    assert preferred_language(header) == language


@pytest.mark.parametrize("kind", every_error(), ids=lambda kind: kind.__name__)
def test_every_error_speaks_both_languages_and_names_a_next_step(kind: type[ChistoError]) -> None:
    assert set(kind.texts) == {"ru", "en"}
    for message, hint in kind.texts.values():
        assert message and hint
    assert any("а" <= letter <= "я" for letter in kind.texts["ru"][0].lower())
    assert 400 <= kind.status <= 599


def test_codes_tell_errors_apart() -> None:
    codes = [kind.code for kind in every_error()]
    assert len(codes) == len(set(codes))


def test_the_shape_is_code_message_hint() -> None:
    body = errors.UnknownModel(name="нет").body("ru")
    assert body == {
        "error": {"code": "unknown_model", "message": "Модели «нет» нет.", "hint": body["error"]["hint"]}
    }
    assert json.loads(json.dumps(body)) == body
