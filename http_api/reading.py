"""Bodies of the protocols: bytes in, a checked model out, or one clear error."""

from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from chisto.errors import Language
from chisto.validation import refusal

Body = TypeVar("Body", bound=BaseModel)


def read_body(shape: type[Body], body: bytes, language: Language) -> Body:
    """Parse JSON into ``shape``. Raises BrokenJson, BadField; neither repeats what was sent."""
    try:
        return shape.model_validate_json(body)
    except ValidationError as invalid:
        first = invalid.errors(include_url=False, include_input=False, include_context=False)[0]
        raise refusal(first, first["loc"], language) from None


def documented(example: dict[str, Any]) -> dict[str, Any]:
    """``openapi_extra`` of a call that reads its body by itself; its protocol's own page has the schema."""
    content = {"application/json": {"schema": {"type": "object"}, "example": example}}
    return {"requestBody": {"required": True, "content": content}}
