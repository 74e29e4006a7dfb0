"""Loose parameters against classes of parameters: accepted, or refused with what is allowed instead."""

from collections.abc import Mapping
from functools import lru_cache
from typing import Any, get_args

from pydantic import BaseModel, TypeAdapter, ValidationError

from chisto.errors import BadRequest, Words
from chisto.families.fields import Parameters

Schema = dict[str, Any]

#: Fields whose values tell the classes of a family apart.
_DECISIVE = ("solver", "penalty", "analyzer")


class BadParameter(BadRequest):
    """``field``: dotted name; ``allowed``: what it may be."""

    code = "bad_parameter"
    texts = {
        "en": (
            "'{field}' cannot be {value}.",
            "It may be {allowed}. GET /api/v1/families lists all of them.",
        ),
        "ru": (
            "Поле «{field}» не может быть {value}.",
            "Допустимо: {allowed}. Полный список: GET /api/v1/families.",
        ),
    }

    def __init__(self, field: str, value: object, allowed: Words) -> None:
        shown = "null" if value is None else f"«{str(value)[:60]}»"
        super().__init__(field=field[:100], value=shown, allowed=allowed)


class UnknownParameter(BadParameter):
    code = "unknown_parameter"
    texts = {
        "en": ("There is no field '{field}' here.", "There are {allowed}."),
        "ru": ("Поля «{field}» здесь нет.", "Есть {allowed}."),
    }


def check_params(prefix: str, kind: Any, params: dict[str, Any]) -> Any:
    """The parameters as one of the classes of ``kind``; the refusal names the field and what goes with the others."""
    try:
        return _adapter(kind).validate_python(params)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
    branches = [branch for branch in _branches(kind) if _agrees(branch, params)]
    known = {name for branch in branches or _branches(kind) for name in branch.model_fields}
    names = [part for part in first["loc"] if isinstance(part, str) and (part in known or part in params)]
    if first["type"].startswith("union_tag"):
        name = str(first["ctx"]["discriminator"]).strip("'")
    else:
        name = next((part for part in names if part not in params.values()), str(names[-1] if names else "?"))
    field = f"{prefix}.{name}"
    if name not in known:
        listed = ", ".join(sorted(known))
        raise UnknownParameter(field, None, Words(listed, listed)) from None
    others = _branches_beside(kind, params, name)
    raise BadParameter(field, params.get(name), _allowed([_property(b, name) for b in others])) from None


def _branches_beside(kind: Any, params: dict[str, Any], name: str) -> list[type[Parameters]]:
    """The branches that go with everything chosen but ``name``; all that know the name if there is none."""
    rest = {key: value for key, value in params.items() if key != name}
    knowing = [branch for branch in _branches(kind) if name in branch.model_fields]
    return [branch for branch in knowing if _agrees(branch, rest)] or knowing


def _agrees(branch: type[Parameters], params: Mapping[str, Any]) -> bool:
    for name in _DECISIVE:
        if name in params and name in branch.model_fields:
            schema = _property(branch, name)
            if params[name] not in schema.get("enum", [schema.get("const")]):
                return False
    return True


def _branches(kind: Any) -> list[type[Parameters]]:
    if isinstance(kind, type) and issubclass(kind, BaseModel):
        return [kind]  # type: ignore[list-item]
    return [branch for part in get_args(kind) for branch in _branches(part)]


@lru_cache(maxsize=64)
def _adapter(kind: Any) -> TypeAdapter[Any]:
    return TypeAdapter(kind)


@lru_cache(maxsize=64)
def _branch_schema(branch: type[Parameters]) -> Schema:
    """The schema of one class; what decides over the others comes first."""
    schema = branch.model_json_schema()
    first = [name for name in _DECISIVE if name in schema["properties"]]
    schema["properties"] = {name: schema["properties"][name] for name in [*first, *schema["properties"]]}
    return schema


def _property(branch: type[Parameters], name: str) -> Schema:
    schema: Schema = _branch_schema(branch)["properties"][name]
    return schema


def schema_of(kind: Any) -> Schema:
    """JSON schema of a class, or of several as a flat ``oneOf``."""
    branches = [_branch_schema(branch) for branch in _branches(kind)]
    return branches[0] if len(branches) == 1 else {"oneOf": branches}


def _allowed(schemas: list[Schema]) -> Words:
    constants: dict[str, None] = {}
    ranges: dict[Words, None] = {}
    for schema in schemas:
        for part in schema.get("anyOf", [schema]):
            values = part.get("enum") or ([part["const"]] if "const" in part else [])
            constants.update(dict.fromkeys(map(str, values)))
            if not values:
                ranges[_range(part)] = None
    texts = [one_of(list(constants))] if constants else []
    texts += list(ranges)
    return Words(" или ".join(text.ru for text in texts), " or ".join(text.en for text in texts))


def _range(schema: Schema) -> Words:
    kind = schema.get("type")
    if kind == "boolean":
        return Words("true или false", "true or false")
    if kind == "null":
        return Words("null", "null")
    bounds = _bounds(schema)
    if kind == "integer":
        return Words("целое число" + bounds.ru, "a whole number" + bounds.en)
    return Words("число" + bounds.ru, "a number" + bounds.en)


def _bounds(schema: Schema) -> Words:
    low, high = schema.get("minimum", schema.get("exclusiveMinimum")), schema["maximum"]
    step, above = schema.get("multipleOf"), "exclusiveMinimum" in schema
    return Words(
        f" {'больше' if above else 'от'} {low:g} до {high:g}" + (f" с шагом {step}" if step else ""),
        f" {'above' if above else 'from'} {low:g} to {high:g}" + (f" in steps of {step}" if step else ""),
    )


def one_of(names: tuple[str, ...] | list[str]) -> Words:
    """«one of a, b, c»."""
    listed = ", ".join(names)
    return Words(f"одно из {listed}", f"one of {listed}") if len(names) > 1 else Words(listed, listed)
