"""The service as the dashboard sees it: the client, and whether it answers at all."""

from collections.abc import Awaitable, Callable
from typing import TypeVar

from chisto.client import (
    ApiError,
    AsyncClient,
    BadAnswer,
    Client,
    ClientError,
    Forbidden,
    Unauthorized,
    Unavailable,
    Unreachable,
)
from chisto.schemas import Health, PublicSettings
from panel_app.state import State

T = TypeVar("T")


class Refused(ClientError):
    """What was given cannot be worked with: why, and what to do, in the user's language."""

    def __init__(self, message: str, hint: str) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


class Api:
    """Runs calls of one session's client and notes in the state whether the service is away.

    ``blocking`` makes a client for work in a thread.
    """

    def __init__(self, client: AsyncClient, blocking: Callable[[], Client], state: State, url: str) -> None:
        self.client = client
        self.blocking = blocking
        self.url = url
        self._state = state
        self.health: Health | None = None
        self._settings: PublicSettings | None = None

    async def __call__(self, call: Awaitable[T]) -> T:
        """The answer of ``call``; raises its ClientError."""
        try:
            answer = await call
        except Unreachable:
            self._state.away = True
            raise
        except ClientError:
            self._state.away = False
            raise
        self._state.away = False
        return answer

    async def settings(self) -> PublicSettings:
        """Limits of the service, asked for once."""
        if self._settings is None:
            self._settings = await self(self.client.settings())
        return self._settings

    async def beat(self) -> None:
        """Ask how the service is; never raises."""
        try:
            self.health = await self(self.client.health())
        except ClientError:
            self.health = None

    async def close(self) -> None:
        await self.client.close()


def explain_error(state: State, error: Exception, url: str) -> tuple[str, str]:
    """What happened and what to do, in the user's language."""
    if isinstance(error, Unauthorized | Forbidden):
        return state.text("error.not_allowed"), state.text("error.not_allowed_hint")
    if isinstance(error, Unreachable | Unavailable) and not isinstance(error, ApiError):
        return state.text("shell.away"), state.text("shell.away_hint", url=url)
    if isinstance(error, ApiError | Refused):
        return error.message, error.hint
    if isinstance(error, BadAnswer):
        return state.text("error.bad_answer", url=url), state.text("error.bad_answer_hint")
    return state.text("error.unknown"), state.text("error.unknown_hint", kind=type(error).__name__)
