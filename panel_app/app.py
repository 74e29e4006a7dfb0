"""The shell around the pages: navigation, language, theme, the state of the service."""

import asyncio
from typing import Any

import panel as pn
import panel_material_ui as pmui

from panel_app import design, markup
from panel_app.api import Api
from panel_app.browser import Browser
from panel_app.state import PAGES, State
from panel_app.transfer import Transfers
from panel_app.views import VIEWS
from panel_app.views.base import View

ICONS = {
    "check": "fact_check",
    "data": "folder_open",
    "explore": "insights",
    "train": "model_training",
    "tasks": "pending_actions",
    "models": "category",
    "compare": "compare_arrows",
}
TICK_MS = 1000
#: So long a page may wait for its data before it is shown without.
PATIENCE_S = 1.0
#: Seconds between two questions whether the service is there.
BEAT_S, BEAT_AWAY_S = 10, 2


class Shell(pn.viewable.Viewer):
    """One session: its state, client, pages and the frame around them."""

    def __init__(self, state: State, api: Api) -> None:
        super().__init__()
        self.state = state
        self.api = api
        self.transfers = Transfers()
        self.views: dict[str, View] = {}
        self._ticks = 0
        self._is_following = False
        self._lock = asyncio.Lock()
        #: Set when the frame stands in the browser; pages come after it.
        self.ready = asyncio.Event()
        self._build()
        self._watchers = [
            state.param.watch(self._show_page, ["page"]),
            state.param.watch(self._change_language, ["language"]),
            state.param.watch(self._change_theme, ["dark"]),
            state.param.watch(self._show_away, ["away"]),
            state.param.watch(
                self._show_address, ["page", "models", "model", "dataset", "task", "section", "language"]
            ),
        ]
        self._show_page()

    # --- the frame ------------------------------------------------------------------------------------------

    def _build(self) -> None:
        state = self.state
        self.browser = Browser(theme=self._theme(), width=0, height=0, margin=0)
        self._send_address(is_step=False)
        self.browser.param.watch(self._follow_step, "stepped")
        self.browser.param.watch(self._prefer_dark, "prefers_dark")
        self.browser.param.watch(self._fit, "is_narrow")
        self.browser.param.watch(lambda _: self.ready.set(), "is_ready")
        self.menu = pmui.MenuList(
            items=self._menu_items(), active=PAGES.index(state.page), sizing_mode="stretch_width", dense=False
        )
        self.menu.param.watch(self._navigate, "active")
        self.service = markup.pane(margin=(10, 16))
        self.banner = markup.pane(visible=False, margin=(0, 0, 16, 0))
        self._loading = markup.pane(markup.paragraph(state.text("shell.loading")))
        self.place = pn.pane.Placeholder(self._loading, sizing_mode="stretch_width")
        self.language = pmui.Button(variant="text", color="light", on_click=self._switch_language, margin=0)
        # Two, as Material's icon button never changes its icon.
        self.to_dark, self.to_light = (
            pmui.IconButton(color="light", icon=icon, on_click=self._switch_theme, margin=0)
            for icon in ("dark_mode", "light_mode")
        )
        self.page = pmui.Page(
            title=state.text("app.title"),
            sidebar=[self.menu, self.service],
            sidebar_width=250,
            sidebar_resizable=False,
            sidebar_open=not state.is_phone,
            header=[pmui.Row(sizing_mode="stretch_width"), self.language, self.to_dark, self.to_light],
            main=[
                pn.Column(
                    self.banner,
                    self.place,
                    self.browser,
                    sizing_mode="stretch_width",
                    margin=0,
                    css_classes=["ch-main"],
                    stylesheets=[design.MAIN_CSS],
                )
            ],
            theme_toggle=False,
            theme_config=design.THEME,
            dark_theme=state.dark,
            busy_indicator=None,
            raw_css=[design.GLOBAL_CSS],
            sx=design.FRAME,
            meta_description=state.text("app.tagline"),
        )
        self._label()

    def _menu_items(self) -> list[dict[str, str]]:
        return [{"label": self.state.text(f"nav.{page}"), "icon": ICONS[page]} for page in PAGES]

    def _theme(self) -> str:
        return "dark" if self.state.dark else "light"

    def _label(self) -> None:
        """Everything on the frame that is in a language."""
        state = self.state
        other = "EN" if state.language == "ru" else "RU"
        self.language.param.update(label=other, description="English" if other == "EN" else "Русский")
        self.to_dark.param.update(description=state.text("shell.to_dark"), visible=not state.dark)
        self.to_light.param.update(description=state.text("shell.to_light"), visible=state.dark)
        self.browser.param.update(
            title=f"{state.text(f'nav.{state.page}')} · {state.text('app.title')}",
            language=state.language,
            theme=self._theme(),
            lost=state.text("shell.lost"),
            reload=state.text("shell.reload"),
        )
        self._show_service()

    def _show_service(self) -> None:
        health = self.api.health
        if health is None or self.state.away:
            self.service.object = ""
            return
        words = [self.state.text("shell.serving", model=health.default_model)]
        words.append(self.state.text("shell.version", version=health.version))
        html = "".join(markup.paragraph(line) for line in words)
        if health.trainer == "away":
            html += markup.note("warning", self.state.text("shell.trainer_away"))
        self.service.object = html

    def _show_away(self, *_: Any) -> None:
        state = self.state
        if state.away:
            note = markup.note(
                "error", state.text("shell.away"), state.text("shell.away_hint", url=self.api.url)
            )
            self.banner.object = note
        self.banner.visible = state.away
        self._show_service()

    # --- moving about ---------------------------------------------------------------------------------------

    def _navigate(self, event: Any) -> None:
        active = event.new[0] if isinstance(event.new, list | tuple) else event.new
        if active is not None:
            self.state.page = PAGES[active]
            if self.browser.is_narrow:
                self.page.sidebar_open = False

    def _show_page(self, *_: Any) -> None:
        self.menu.active = PAGES.index(self.state.page)
        self._label()
        pn.state.execute(self.enter)

    async def enter(self) -> None:
        """Show the state's page, filled if the service answers soon.

        Filled first and shown then, as Material's components miss what changes while they are being mounted: a page
        that was shown unfilled is mounted anew.
        """
        page = self.state.page
        view = self.views.get(page)
        if view is None:
            view = self.views[page] = VIEWS[page](self.state, self.api, self.transfers)
        filling = asyncio.ensure_future(view.refresh())
        if self.place.object is not view:
            await asyncio.wait([filling], timeout=PATIENCE_S)
            await self.ready.wait()
            was_filled = filling.done()
            self._mount(view)
            await filling
            if not was_filled:
                self._mount(view)
        await filling

    def _mount(self, view: View) -> None:
        if self.views.get(self.state.page) is not view:
            return
        if self.place.object is view:
            self.place.object = self._loading
        self.place.object = view

    def _show_address(self, *events: Any) -> None:
        # Pages choose a data set, a task or a model by themselves: were that a step, nobody could step back over it.
        self._send_address(is_step=not self._is_following and any(event.name == "page" for event in events))

    def _send_address(self, *, is_step: bool) -> None:
        self.browser.address = {
            "search": self.state.search(),
            "is_step": is_step,
            "after": self.browser.stepped["count"],
        }

    def _follow_step(self, event: Any) -> None:
        """The user stepped back or forward."""
        self._is_following = True
        try:
            self.state.follow(str(event.new["search"]))
        finally:
            self._is_following = False

    def _switch_language(self, _: Any) -> None:
        self.state.language = "en" if self.state.language == "ru" else "ru"

    def _change_language(self, *_: Any) -> None:
        """Pages are built anew; what was typed is in their state."""
        with pn.io.hold():
            for view in self.views.values():
                view.leave()
            self.views = {}
            self.menu.items = self._menu_items()
            self.page.title = self.state.text("app.title")
            self.api.client.speak(self.state.language)
            self._show_page()
            self._show_away()

    def _switch_theme(self, _: Any) -> None:
        self.state.dark = not self.state.dark

    def _change_theme(self, *_: Any) -> None:
        self.page.dark_theme = self.state.dark
        self._label()

    def _fit(self, event: Any) -> None:
        self.page.sidebar_open = not event.new

    def _prefer_dark(self, event: Any) -> None:
        if event.new:
            self.state.dark = True

    # --- time -----------------------------------------------------------------------------------------------

    async def tick(self) -> None:
        """Once a second: ask after the service, let the page move on, and catch up when the service is back."""
        if self._lock.locked():
            return
        async with self._lock:
            was_away = self.state.away
            if self._ticks % (BEAT_AWAY_S if was_away else BEAT_S) == 0:
                await self.api.beat()
                self._show_service()
            self._ticks += 1
            view = self.views.get(self.state.page)
            if view is None:
                return
            if was_away and not self.state.away:
                await view.refresh()
            elif not self.state.away:
                await view.tick()

    def close(self, session_context: Any) -> None:
        """The session ends: nothing of it stays."""
        for watcher in self._watchers:
            self.state.param.unwatch(watcher)
        for view in self.views.values():
            view.leave()
        self.views = {}
        self.place.object = None
        _let_go(self.page)
        self.transfers.close()
        self._closing = asyncio.get_running_loop().create_task(self.api.close())

    def __panel__(self) -> Any:
        return self.page


def _let_go(page: pmui.Page) -> None:
    """Material's page follows the global `pn.state.busy` and never stops, which would keep it alive for ever."""
    for watcher in list(pn.state.param.watchers.get("busy", {}).get("value", [])):
        if getattr(getattr(watcher.fn, "__self__", None), "self", None) is page:
            pn.state.param.unwatch(watcher)
