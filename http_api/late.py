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
    def app(self) -> Starlette:
        assert self._app is not None, "build() comes first"
        return self._app

    @property
    def routes(self) -> list[BaseRoute]:
        return self.app.routes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self.app(scope, receive, send)
