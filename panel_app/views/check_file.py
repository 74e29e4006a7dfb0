"""A whole file on the Check page: every row of it gets a score, and nothing of it is stored on the server."""

import asyncio
import contextlib
import heapq
import threading
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd
import panel as pn
import panel_material_ui as pmui

from chisto.client import Client
from chisto.errors import ChistoError
from chisto.tables import copy_with_scores
from panel_app import markup
from panel_app.api import Refused
from panel_app.browser import FilePicker
from panel_app.grids import grid
from panel_app.transfer import Arrived

if TYPE_CHECKING:
    from panel_app.views.check import CheckView

TOP = 200


class Stopped(Exception):
    """The user does not want it any more."""


@dataclass
class Scoring:
    """One file on its way, shared by the event loop and the thread that works on it."""

    arrived: Arrived
    model: str
    threshold: float
    done: float = 0.0
    rows: int = 0
    toxic: int = 0
    top: list[tuple[float, str]] = field(default_factory=list)
    stop: threading.Event = field(default_factory=threading.Event)

    def run(self, client: Client, target: Path) -> None:
        """Blocking; raises Stopped, ClientError or ChistoError."""

        def score(texts: list[str]) -> Sequence[float]:
            if self.stop.is_set():
                raise Stopped
            scores = client.predict_scores(texts, model=self.model).scores
            self.rows += len(texts)
            self.toxic += sum(value >= self.threshold for value in scores)
            self.top = heapq.nlargest(TOP, [*self.top, *zip(scores, texts, strict=True)])
            return scores

        def report(done: float) -> None:
            self.done = done

        copy_with_scores(
            self.arrived.path, target, score, self.threshold, neutralize_formulas=True, report=report
        )


class FileCheck(pn.viewable.Viewer):
    """Picker, progress, the most toxic rows, the download."""

    def __init__(self, view: "CheckView") -> None:
        super().__init__()
        self.view = view
        self.scoring: Scoring | None = None
        t = view.t
        self.picker = FilePicker(sizing_mode="stretch_width", margin=0)
        self.picker.param.watch(self._start, "finished")
        self.result = markup.pane()
        self.stop = view.button("action.cancel", self._stop, variant="outlined", size="small", visible=False)
        self.download = pmui.Button(
            label=t("check.file_download"), icon="download", margin=0, visible=False, size="small"
        )
        self.table = pn.Column(sizing_mode="stretch_width", margin=0)
        self.card = view.card(
            markup.pane(markup.section(t("check.file"), t("check.file_lead"))),
            self.picker,
            self.result,
            view.row(self.stop, self.download),
            self.table,
        )

    async def refresh(self) -> None:
        """Texts of the picker need the server's limits."""
        if self.picker.address:
            return
        async with self.view.guarded():
            settings = await self.view.api.settings()
            self._ticket, address = self.view.transfers.upload_address(settings.max_upload_bytes)
            limit = self.view.state.size(settings.max_upload_bytes)
            self.picker.param.update(
                address=address, limit=settings.max_upload_bytes, texts=picker_texts(self.view.t, limit)
            )

    async def tick(self) -> None:
        """Progress is shown as it goes."""
        if self.scoring:
            self.picker.progress = min(max(self.scoring.done, 0.0), 1.0)

    def leave(self) -> None:
        if self.scoring:
            self.scoring.stop.set()

    def _stop(self, _: Any) -> None:
        self.leave()

    async def _start(self, _: Any) -> None:
        arrived = self.view.transfers.take(self._ticket)
        if arrived is None or not self.view.models.value:
            return
        view, name = self.view, self.view.models.value[0]
        view.hush()
        self.scoring = scoring = Scoring(arrived, name, view.threshold_of(name))
        target = view.transfers.new_path()
        self.result.object, self.table.objects = "", []
        self.download.visible = False
        self.picker.param.update(progress=0, is_busy=True)
        self.stop.visible = True
        try:
            async with view.guarded():
                await self._run(scoring, target)
                self._show(scoring, target)
        finally:
            arrived.path.unlink(missing_ok=True)
            self.picker.is_busy = False
            self.stop.visible = False
            self.scoring = None

    async def _run(self, scoring: Scoring, target: Path) -> None:
        with self.view.api.blocking() as client:
            try:
                await asyncio.to_thread(scoring.run, client, target)
            except ChistoError as error:
                language = self.view.state.language
                raise Refused(error.message(language), error.hint(language)) from error

    def _show(self, scoring: Scoring, target: Path) -> None:
        view, state = self.view, self.view.state
        summary = view.t(
            "check.summary",
            count=state.counted(scoring.rows, "noun.comments"),
            toxic=state.counted(scoring.toxic, "noun.toxic"),
        )
        title = view.t("check.file_done", name=scoring.arrived.filename, model=scoring.model)
        self.result.object = markup.note("success", title, summary)
        self.download.href = view.transfers.offer(_scored_name(scoring.arrived.filename), _copy_of(target))
        self.download.visible = True
        frame = pd.DataFrame(
            {
                "text": [text for _, text in scoring.top],
                "score": [state.number(score, 3) for score, _ in scoring.top],
            }
        )
        titles = {name: view.t(f"check.column.{name}") for name in frame}
        count = markup.paragraph(view.t("check.file_top", count=len(scoring.top)))
        self.table.objects = [
            markup.pane(count), grid(state, frame, titles, widths={"text": "85%", "score": "15%"}),
        ]  # fmt: skip

    def __panel__(self) -> Any:
        return self.card


def picker_texts(t: Any, limit: str) -> dict[str, str]:
    """All that a FilePicker says; `sending` keeps its place for the percentage."""
    texts = {name: t(f"upload.{name}") for name in ("drop", "choose", "reading", "broken", "label")}
    texts["formats"] = t("upload.formats", limit=limit)
    texts["too_large"] = t("upload.too_large", limit=limit)
    texts["sending"] = t("upload.sending", percent="{percent}")
    return texts


def _scored_name(filename: str) -> str:
    """reviews.csv.gz → reviews-scored.csv: the copy is unpacked."""
    name = filename
    for packing in (".gz", ".zip"):
        name = name.removesuffix(packing)
    path = Path(name)
    return f"{path.stem}-scored{path.suffix or '.csv'}"


def _copy_of(path: Path) -> Any:
    async def produce(target: Path) -> None:
        with contextlib.suppress(FileExistsError):
            await asyncio.to_thread(target.hardlink_to, path)

    return produce
