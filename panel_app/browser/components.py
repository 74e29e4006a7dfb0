"""Two small components with JavaScript of their own; it loads nothing from elsewhere."""

from pathlib import Path

import panel as pn
import param


class Browser(pn.custom.JSComponent):
    """The window: its address, title, language and theme. Invisible."""

    address = param.Dict(
        default={},
        doc="What to show: search, the query of the address; is_step, whether the back button comes back over it; "
        "after, the count of back and forward steps that were known.",
    )
    stepped = param.Dict(
        default={"count": 0, "search": ""},
        doc="Told by the browser: how many times the user stepped back or forward, and where that led.",
    )
    title = param.String(default="")
    language = param.String(default="ru")
    theme = param.String(default="light")
    lost = param.String(default="", doc="What to say when the connection to this process is lost.")
    reload = param.String(default="")
    is_ready = param.Boolean(default=False, doc="Told by the browser: what was sent to it so far is mounted.")
    is_narrow = param.Boolean(default=False, doc="Told by the browser: as wide as a phone.")
    prefers_dark = param.Boolean(default=False, doc="Told by the browser.")

    _esm = Path(__file__).parent / "browser.js"


class FilePicker(pn.custom.JSComponent):
    """Sends a file to this process by HTTP, with progress; ``finished`` counts the files that arrived."""

    address = param.String(default="", doc="Where to send it.")
    limit = param.Integer(default=0, doc="Most bytes; 0 for no limit.")
    texts = param.Dict(default={}, doc="drop, choose, formats, sending, reading, too_large, broken, label")
    is_busy = param.Boolean(default=False, doc="What was sent is being worked on.")
    progress = param.Number(default=0.0, bounds=(0, 1))
    filename = param.String(default="")
    finished = param.Integer(default=0)

    _esm = Path(__file__).parent / "picker.js"
    _stylesheets = [(Path(__file__).parent / "picker.css").read_text(encoding="utf-8")]
