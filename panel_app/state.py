"""What one browser session looks at. Everything that is in the URL is here, and only names and ids are in the URL."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, ClassVar
from urllib.parse import parse_qs, urlencode

import param

from panel_app import messages

PAGES = ("check", "data", "explore", "train", "tasks", "models", "compare")

_NAME = re.compile(r"^[A-Za-z0-9_.-]{1,64}$")


class State(param.Parameterized):
    """Page, language, theme and the things chosen on the pages."""

    page = param.Selector(default="check", objects=list(PAGES))
    language = param.Selector(default="ru", objects=list(messages.LANGUAGES))
    dark = param.Boolean(default=False)
    models = param.List(default=[], item_type=str, doc="Names of the models that Check and Compare show.")
    model = param.String(default="", doc="The model whose card is open.")
    dataset = param.String(default="", doc="uuid of the data set that is worked with.")
    task = param.String(default="", doc="uuid of the task that is open.")
    section = param.Selector(default="", objects=["", "lengths", "speech", "ngrams", "odds", "labels"])
    is_phone = param.Boolean(default=False, doc="A first guess, until the browser tells its width.")
    away = param.Boolean(default=False, doc="The API does not answer.")
    drafts = param.Dict(default={}, doc="What was typed, by widget: kept over changes of page and language.")

    #: Which of the choices a page's address carries, besides the page and the language.
    ADDRESS: ClassVar[dict[str, tuple[str, ...]]] = {
        "check": ("models", "task"),
        "data": ("dataset",),
        "explore": ("dataset", "section"),
        "train": ("dataset",),
        "tasks": ("task",),
        "models": ("model",),
        "compare": ("models", "dataset", "task"),
    }

    def search(self) -> str:
        """The query part of this state's address."""
        query = {"page": self.page}
        for name in self.ADDRESS[self.page]:
            value = getattr(self, name)
            if value:
                query[name] = ",".join(value) if isinstance(value, list) else value
        if self.language != "ru":
            query["lang"] = self.language
        return "?" + urlencode(query, safe=",")

    def follow(self, search: str) -> None:
        """Take over an address; what cannot be one is passed over."""
        given = {name: values[-1] for name, values in parse_qs(search.lstrip("?"), max_num_fields=32).items()}
        update: dict[str, Any] = {
            "page": given.get("page") if given.get("page") in PAGES else "check",
            "language": given["lang"] if given.get("lang") in messages.LANGUAGES else self.language,
        }
        for name in self.ADDRESS[update["page"]]:
            words = [word for word in given.get(name, "").split(",") if _NAME.match(word)]
            update[name] = words[:16] if name == "models" else (words[0] if words else "")
        if update.get("section") not in self.param.section.objects:
            update.pop("section", None)
        self.param.update(**update)

    def remember(self, cookies: Mapping[str, str]) -> None:
        """Language and theme of an earlier visit."""
        if cookies.get("chisto_language") in messages.LANGUAGES:
            self.language = cookies["chisto_language"]
        self.dark = cookies.get("chisto_theme") == "dark"

    def open(self, page: str, **choices: Any) -> None:
        """Go to a page."""
        self.param.update(page=page, **choices)

    # --- words ----------------------------------------------------------------------------------------------

    def text(self, key: str, **values: object) -> str:
        return messages.text(self.language, key, **values)

    def number(self, value: float, digits: int = 0) -> str:
        return messages.number(self.language, value, digits)

    def percent(self, share: float, digits: int = 0) -> str:
        return messages.percent(self.language, share, digits)

    def counted(self, count: int, key: str) -> str:
        return messages.counted(self.language, count, key)

    def size(self, count: int) -> str:
        return messages.size(self.language, count)

    def duration(self, seconds: float) -> str:
        return messages.duration(self.language, seconds)

    def ago(self, moment: datetime | None) -> str:
        """How long ago, as words."""
        if moment is None:
            return "–"
        return self.text("time.ago", time=self.duration((datetime.now(UTC) - moment).total_seconds()))

    def named(self, prefix: str, value: str | None) -> str:
        """The text under ``prefix.value``; the value itself where it has no text."""
        key = f"{prefix}.{value}"
        return self.text(key) if messages.has(key) else str(value or "")
