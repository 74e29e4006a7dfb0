"""The place that the control plane takes in the gateway.

BentoML wants the mounted application when the service is defined, which is in every process of the server: in the
runners too, and in the one that starts them all. Building it takes as long as all the rest of their start.
"""

from collections.abc import Callable

from starlette.applications import Starlette
from starlette.routing import BaseRoute
from starlette.types import Receive, Scope, Send


class LateApp(Starlette):
    """Stands for an application that is built when its process turns out to need it.

    A Starlette application, because BentoML asks one for its routes and passes on what they do not match.
    """

    def __init__(self) -> None:
        super().__init__()
        self._app: Starlette | None = None

    def build(self, factory: Callable[[], Starlette]) -> None:
        self._app = factory()

    @property
    def routes(self) -> list[BaseRoute]:
        """None before it is built: `bentoml build` looks at the service without starting it."""
        return self._app.routes if self._app is not None else []

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        assert self._app is not None, "build() comes first"
        await self._app(scope, receive, send)
