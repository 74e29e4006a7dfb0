"""Answers as JSON, and errors in the one shape of the project or in that of the protocol spoken at an address."""

from collections.abc import Callable
from typing import Any

import pydantic_core
from starlette.responses import Response
from starlette.types import Scope

from chisto.errors import ChistoError, Language, preferred_language
from chisto.settings import get_settings


class JsonResponse(Response):
    """JSON by pydantic's serializer: takes models, dataclasses and plain data; NaN becomes null."""

    media_type = "application/json"

    def render(self, content: Any) -> bytes:
        return pydantic_core.to_json(content, inf_nan_mode="null")


ErrorShape = Callable[[ChistoError, Language], Any]
_shapes: dict[str, ErrorShape] = {}


def register_error_shape(prefix: str, shape: ErrorShape) -> None:
    """Let a protocol word the errors of all addresses below ``prefix``: ``shape(error, language) -> JSON``."""
    _shapes[prefix] = shape


def language_of(scope: Scope) -> Language:
    for name, value in scope["headers"]:
        if name == b"accept-language":
            return preferred_language(value.decode("latin-1"), get_settings().language)
    return get_settings().language


def error_response(error: ChistoError, scope: Scope) -> JsonResponse:
    """Word an error for the caller of this request."""
    language = language_of(scope)
    path: str = scope["path"]
    shape = next((shape for prefix, shape in _shapes.items() if path.startswith(prefix)), None)
    body = error.body(language) if shape is None else shape(error, language)
    headers = {"Content-Language": language, "Vary": "Accept-Language"}
    if error.status in (429, 503):
        headers["Retry-After"] = "1"
    if error.status == 401:
        # Google's client reads it with httplib2, which fails where no parameter follows the scheme.
        headers["WWW-Authenticate"] = 'Bearer realm="chisto"'
    return JsonResponse(body, status_code=error.status, headers=headers)
