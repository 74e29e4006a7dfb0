"""What every page is made of: heading, notices, errors in the user's language, refreshing."""

import logging
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import Any, ClassVar

import panel as pn
import panel_material_ui as pmui

from chisto.client import ClientError, Unreachable
from panel_app import markup
from panel_app.api import Api, explain_error
from panel_app.state import State
from panel_app.transfer import Transfers

logger = logging.getLogger("chisto.dashboard")


CARD_CSS = """
:host(.ch-card) {
  border: 1px solid var(--ch-line); border-radius: 14px; padding: 20px; background: var(--ch-card); box-sizing: border-box;
}
@media (max-width: 600px) { :host(.ch-card) { padding: 14px; } }
"""


def shrinking(share: int, least: int) -> dict[str, str]:
    """Style of a cell in a row: its share of the width, and the pixels below which it takes a line of its own."""
    return {
        "flex": f"{share} 1 {least}px",
        "min-width": f"min(100%, {least}px)",
        "max-width": "100%",
        "width": "auto",
    }


def describe(error: Exception) -> str:
    """Kind and place of an error, without its text, which may quote a comment."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    place = f" at {trace.tb_frame.f_code.co_filename}:{trace.tb_lineno}" if trace else ""
    return type(error).__name__ + place


def headline(metrics: dict[str, Any]) -> dict[str, Any]:
    """The metrics that count: shipped models carry those of several data sets and precisions, one inside another."""
    if "macro_f1" in metrics:
        return metrics
    inner = [headline(value) for value in metrics.values() if isinstance(value, dict)]
    return next((found for found in inner if found), {})


class View(pn.viewable.Viewer):
    """One page. Built when it is first opened; `refresh` asks the API, `tick` runs each second while it is shown."""

    key: ClassVar[str]

    def __init__(self, state: State, api: Api, transfers: Transfers) -> None:
        super().__init__()
        self.state = state
        self.api = api
        self.transfers = transfers
        self.t = state.text
        self.notice = markup.pane(visible=False)
        self.layout = self.column(gap=16)
        self.build()

    def build(self) -> None:
        """Make widgets and layout, in the state's language."""
        raise NotImplementedError

    async def refresh(self) -> None:
        """Ask the API for what the page shows. Called when it is opened and when the API is back."""

    async def tick(self) -> None:
        """Once a second while the page is shown."""

    def leave(self) -> None:
        """The page is left, its language is changed or its session ends."""

    def __panel__(self) -> Any:
        return self.layout

    # --- pieces ---------------------------------------------------------------------------------------------

    def heading(self) -> pn.pane.HTML:
        return markup.pane(markup.heading(self.t(f"nav.{self.key}"), self.t(f"{self.key}.lead")))

    # Layouts are Panel's own: Material's cost ten times as much to build and to send.

    def column(self, *objects: Any, gap: int = 12, **params: Any) -> pn.Column:
        params.setdefault("sizing_mode", "stretch_width")
        return pn.Column(*objects, margin=0, styles={"gap": f"{gap}px", **params.pop("styles", {})}, **params)

    def card(self, *objects: Any, **params: Any) -> pn.Column:
        return self.column(*objects, css_classes=["ch-card"], stylesheets=[CARD_CSS], **params)

    def row(self, *objects: Any, justify: str = "flex-start", **params: Any) -> pn.FlexBox:
        params.setdefault("align_items", "center")
        params.setdefault("gap", "10px")
        return pn.FlexBox(*objects, justify_content=justify, sizing_mode="stretch_width", margin=0, **params)

    def button(self, key: str, on_click: Any, **params: Any) -> pmui.Button:
        params.setdefault("margin", 0)
        return pmui.Button(label=self.t(key), on_click=on_click, **params)

    def split(self, *objects: Any, widths: tuple[int, int] = (6, 6)) -> pn.FlexBox:
        """Two columns on a laptop, one on a phone."""
        cells = [
            pn.Column(item, margin=0, sizing_mode="stretch_width", styles=shrinking(width, 330))
            for item, width in zip(objects, widths, strict=True)
        ]
        return self.row(*cells, align_items="flex-start", gap="16px")

    def keep(self, name: str, widget: Any, attribute: str = "value") -> Any:
        """Fill a widget with what was typed into it before, and remember what will be."""
        draft = f"{self.key}.{name}"
        if draft in self.state.drafts:
            setattr(widget, attribute, self.state.drafts[draft])

        def remember(event: Any) -> None:
            self.state.drafts = {**self.state.drafts, draft: event.new}

        widget.param.watch(remember, attribute)
        return widget

    # --- what happens ---------------------------------------------------------------------------------------

    def tell(self, kind: str, title: str, hint: str = "") -> None:
        self.notice.param.update(object=markup.note(kind, title, hint), visible=True)

    def hush(self) -> None:
        self.notice.visible = False

    def show_error(self, error: Exception) -> None:
        self.tell("error", *explain_error(self.state, error, self.api.url))

    @asynccontextmanager
    async def guarded(self) -> AsyncIterator[None]:
        """Shows what goes wrong inside; an absent API is the shell's to show."""
        try:
            yield
        except Unreachable:
            self.hush()
        except ClientError as error:
            self.show_error(error)
        except Exception as error:
            logger.error("page %s failed: %s", self.key, describe(error))
            self.show_error(error)

    @contextmanager
    def busy(self, *buttons: Any) -> Iterator[None]:
        """Buttons show a spinner and take no second click meanwhile."""
        for button in buttons:
            button.param.update(loading=True, disabled=True)
        try:
            yield
        finally:
            for button in buttons:
                button.param.update(loading=False, disabled=False)


class Confirm(pn.viewable.Viewer):
    """A question in a dialog; ``on_yes`` runs when it is answered with yes."""

    def __init__(self, state: State) -> None:
        super().__init__()
        self._on_yes: Any = None
        self._words = markup.pane()
        self.yes = pmui.Button(
            label=state.text("action.yes_delete"), color="error", on_click=self._answer, margin=0
        )
        no = pmui.Button(label=state.text("action.cancel"), variant="outlined", on_click=self.close, margin=0)
        self.dialog = pmui.Dialog(
            self._words,
            pn.FlexBox(no, self.yes, gap="10px", justify_content="flex-end", sizing_mode="stretch_width"),
            close_on_click=True,
            width_option="xs",
        )

    def ask(self, title: str, words: str, on_yes: Any, yes: str | None = None) -> None:
        self._on_yes = on_yes
        self._words.object = markup.section(title) + markup.paragraph(words, "verbatim")
        if yes:
            self.yes.label = yes
        self.dialog.open = True

    def close(self, _: Any = None) -> None:
        self.dialog.open = False

    async def _answer(self, _: Any) -> None:
        self.dialog.open = False
        await self._on_yes()

    def __panel__(self) -> Any:
        return self.dialog
