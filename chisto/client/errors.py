"""What a call of the client can raise.

    ClientError
    ├── Unreachable                   no connection, or it broke, or it took too long
    ├── BadAnswer                     something answered, but not this API
    └── ApiError                      the API refused: status, code, message, hint in the language asked for
        ├── BadRequest         400
        ├── Unauthorized       401
        ├── Forbidden          403
        ├── NotFound           404
        ├── Conflict           409
        ├── TooLarge           413
        ├── Unprocessable      422
        ├── TooManyRequests    429
        ├── Unavailable        503
        └── ServerFault        any other 5xx

``code`` names the reason exactly (``unknown_model``, ``name_taken`` …), as in `chisto.errors`.
"""

from collections.abc import Mapping
from typing import Any, ClassVar

import httpx


class ClientError(Exception):
    """Anything that can go wrong with a call."""


class Unreachable(ClientError):
    def __init__(self, url: str, reason: str) -> None:
        super().__init__(f"{url}: {reason}")
        self.url = url
        self.reason = reason


class BadAnswer(ClientError):
    def __init__(self, url: str, reason: str) -> None:
        super().__init__(f"{url}: {reason}")


class ApiError(ClientError):
    expected_status: ClassVar[int | None] = None

    def __init__(
        self,
        status: int,
        code: str,
        message: str,
        hint: str = "",
        details: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__(f"{message} {hint}".strip())
        self.status = status
        self.code = code
        self.message = message
        self.hint = hint
        #: data for programs, such as the `columns` to choose from
        self.details = dict(details or {})


class BadRequest(ApiError):
    expected_status = 400


class Unauthorized(ApiError):
    expected_status = 401


class Forbidden(ApiError):
    expected_status = 403


class NotFound(ApiError):
    expected_status = 404


class Conflict(ApiError):
    expected_status = 409


class TooLarge(ApiError):
    expected_status = 413


class Unprocessable(ApiError):
    expected_status = 422


class TooManyRequests(ApiError):
    expected_status = 429


class Unavailable(ApiError):
    expected_status = 503


class ServerFault(ApiError):
    pass


_BY_STATUS: dict[int, type[ApiError]] = {
    error.expected_status: error for error in ApiError.__subclasses__() if error.expected_status is not None
}


def refusal(response: httpx.Response) -> ClientError:
    """Turn an answer of 400 or above, already read, into the error to raise."""
    try:
        error = response.json()["error"]
        code, message, hint = error["code"], error["message"], error.get("hint", "")
        details = error.get("details")
    except (ValueError, KeyError, TypeError, AttributeError):
        return BadAnswer(str(response.request.url), f"HTTP {response.status_code} in an unknown shape")
    kind = _BY_STATUS.get(response.status_code, ServerFault if response.status_code >= 500 else ApiError)
    return kind(response.status_code, str(code), str(message), str(hint), details)
