"""Fields that explain themselves in two languages, and schemas in the language asked for."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, WithJsonSchema

from chisto.errors import Language

_RU = "x-ru"


class Explanation(NamedTuple):
    """A label and a sentence, in English and in Russian."""

    title: str
    title_ru: str
    sentence: str
    sentence_ru: str


class Parameters(BaseModel):
    """Hyperparameters: frozen, and nothing but what is declared."""

    model_config = ConfigDict(extra="forbid", frozen=True)


def explained(default: Any, about: Explanation, **constraints: Any) -> Any:
    """A field with a default, its range and its explanation in both languages."""
    return Field(
        default,
        title=about.title,
        description=about.sentence,
        json_schema_extra={_RU: {"title": about.title_ru, "description": about.sentence_ru}},
        **constraints,
    )


def described(about: Explanation) -> ConfigDict:
    """The same for a whole group of hyperparameters."""
    russian: dict[str, Any] = {"title": about.title_ru, "description": about.sentence_ru}
    return ConfigDict(
        extra="forbid",
        frozen=True,
        title=about.title,
        json_schema_extra={"description": about.sentence, _RU: russian},
    )


def ngrams(longest: int) -> tuple[Any, ...]:
    """What makes a pair a range of n-gram sizes. The schema lists every pair, so that none can be upside down."""
    pairs = [(low, high) for low in range(1, longest + 1) for high in range(low, longest + 1)]

    def check(value: tuple[int, int]) -> tuple[int, int]:
        if value not in pairs:
            raise ValueError(f"two sizes from 1 to {longest}, the smaller first")
        return value

    schema = {"type": "array", "enum": [list(pair) for pair in pairs]}
    return AfterValidator(check), WithJsonSchema(schema)


def in_language(schema: Mapping[str, Any], language: Language) -> dict[str, Any]:
    """The schema with its titles and descriptions in one language."""
    localized: dict[str, Any] = {}
    for key, value in schema.items():
        if key == _RU:
            continue
        if isinstance(value, Mapping):
            localized[key] = in_language(value, language)
        elif isinstance(value, list):
            localized[key] = [in_language(v, language) if isinstance(v, Mapping) else v for v in value]
        else:
            localized[key] = value
    return localized | (schema.get(_RU, {}) if language == "ru" else {})
