"""The dashboard's own process: Tornado with Panel, one `Shell` for each session."""

import ipaddress
import logging
import secrets
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import panel as pn
from jinja2 import Template
from tornado.websocket import WebSocketClosedError

from chisto.client import AsyncClient, Client
from panel_app import markup, messages
from panel_app.api import Api
from panel_app.app import TICK_MS, Shell
from panel_app.state import State
from panel_app.transfer import routes
from panel_app.views.base import describe

logger = logging.getLogger("chisto.dashboard")

FOLDER = Path(__file__).parent
#: A session that nobody looks at is given up after this long.
UNUSED_MS = 60_000


@dataclass(frozen=True)
class Dashboard:
    """Where the dashboard listens, and which service it shows."""

    api_url: str
    api_key: str | None = None
    host: str = "127.0.0.1"
    port: int = 5006
    origins: tuple[str, ...] = ()
    password: str | None = None
    cookie_secret: str | None = None

    @property
    def is_loopback(self) -> bool:
        return self.host == "localhost" or ipaddress.ip_address(self.host).is_loopback

    def websocket_origins(self) -> list[str]:
        """The addresses under which browsers may open it: its own, and those that were named."""
        own = [f"{name}:{self.port}" for name in dict.fromkeys((self.host, "localhost", "127.0.0.1"))]
        return [*(own if self.is_loopback else own[:1]), *self.origins]


def _template() -> Template:
    """Material's page, in the language of the visitor."""
    from panel_material_ui.base import _env as material

    source = material.loader.get_source(material, "base.html")[0]
    replaced = source.replace('<html lang="en"', '<html lang="{{ language }}" data-ch-theme="{{ theme }}"', 1)
    for english, variable in (
        ("Resources could not be loaded.", "resources_lost"),
        ("Connection with the server could not be established.", "server_lost"),
    ):
        replaced = replaced.replace(f"'{english}'", f"{{{{ {variable} | json }}}}", 1)
    return material.from_string(replaced)


def connect(dashboard: Dashboard, state: State) -> Api:
    """The service, for one session."""

    def options() -> dict[str, Any]:
        return {"key": dashboard.api_key, "language": state.language}

    client = AsyncClient(dashboard.api_url, **options())
    return Api(client, lambda: Client(dashboard.api_url, **options()), state, dashboard.api_url)


def create(dashboard: Dashboard, template: Template) -> Any:
    """One session: a function of the visitor's address and cookies."""

    def session() -> Any:
        try:
            return open_session()
        except Exception as error:  # Panel would show a visitor the traceback
            logger.error("no session could be opened: %s", describe(error))
            return markup.pane(markup.note("error", messages.text("ru", "error.unknown")))

    def open_session() -> Any:
        state = State()
        state.remember(pn.state.cookies)
        guess = "1" if "Mobi" in pn.state.headers.get("User-Agent", "") else "0"
        state.is_phone = pn.state.cookies.get("chisto_narrow", guess) == "1"
        arguments = pn.state.session_args or {}
        state.follow(
            "&".join(f"{name}={values[-1].decode('utf-8', 'replace')}" for name, values in arguments.items())
        )
        pn.config.theme = "dark" if state.dark else "default"
        shell = Shell(state, connect(dashboard, state))
        shell.page.template = template
        document = pn.state.curdoc
        document.template_variables.update(
            language=state.language,
            theme="dark" if state.dark else "light",
            resources_lost=state.text("shell.lost"),
            server_lost=state.text("shell.lost"),
        )
        pn.state.add_periodic_callback(shell.tick, period=TICK_MS)
        pn.state.on_session_destroyed(shell.close)
        return shell.page

    return session


def _report(error: Exception) -> None:
    """An error that no page has shown. Its text may quote a comment, so that only its kind is logged."""
    logger.error("unexpected error: %s", describe(error))


def _is_worth_a_line(record: logging.LogRecord) -> bool:
    """A window that is closed while something is on its way to it is no fault."""
    return not (record.exc_info and record.exc_info[0] is WebSocketClosedError)


def serve(dashboard: Dashboard) -> None:
    """Serve until SIGINT or SIGTERM."""
    pn.extension("tabulator", notifications=False, exception_handler=_report)
    pn.config.session_history = 0
    logging.getLogger("asyncio").addFilter(_is_worth_a_line)
    logging.getLogger("bokeh.server.views.ws").setLevel(logging.ERROR)
    secured: dict[str, Any] = {}
    if dashboard.password:
        secured = {
            "basic_auth": dashboard.password,
            "cookie_secret": dashboard.cookie_secret or secrets.token_hex(32),
            "login_template": str(FOLDER / "login.html"),
        }
    pn.serve(
        {"/": create(dashboard, _template())},
        address="127.0.0.1" if dashboard.host == "localhost" else dashboard.host,
        port=dashboard.port,
        websocket_origin=dashboard.websocket_origins(),
        title="Chisto",
        location=False,
        show=False,
        admin=False,
        verbose=False,
        liveness="liveness",
        extra_patterns=routes(),
        unused_session_lifetime_milliseconds=UNUSED_MS,
        check_unused_sessions_milliseconds=10_000,
        **secured,
    )
