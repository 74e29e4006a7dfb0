"""Data sets: in, looked at, out."""

import asyncio
import csv
from pathlib import Path
from typing import Any

import panel as pn
import panel_material_ui as pmui

from chisto.client import ApiError
from chisto.demo import generate
from chisto.schemas import DatasetInfo, DropReport
from panel_app import markup
from panel_app.browser import FilePicker
from panel_app.transfer import Arrived
from panel_app.views.base import Confirm, View
from panel_app.views.check_file import picker_texts
from panel_app.views.rows import Rows

DEMO_ROWS = 1200
COLUMN_CODES = (
    "text_column_unknown",
    "label_column_unknown",
    "no_such_column",
    "column_unsuitable",
    "no_usable_rows",
)
REFRESH_TICKS = 10


class DataView(View):
    """Upload on top, the list and the chosen data set below."""

    key = "data"

    def build(self) -> None:
        t = self.t
        self._datasets: list[DatasetInfo] = []
        self._waiting: Arrived | None = None
        self._ticks = 0
        self._offered = ""
        self.picker = FilePicker(sizing_mode="stretch_width", margin=0)
        self.picker.param.watch(self._on_file, "finished")
        self.demo = self.button("data.demo", self._on_demo, icon="auto_awesome", variant="outlined")
        demo_lead = t("data.demo_lead", count=self.state.number(DEMO_ROWS))
        self._make_columns()
        self.list = pmui.MenuList(items=[], sizing_mode="stretch_width", margin=0)
        self.list.on_click(self._on_click)
        self.nothing = markup.pane()
        self.detail = markup.pane()
        self.report = markup.pane()
        self.rows = Rows(self)
        self.explore = self.button(
            "data.explore", lambda _: self.state.open("explore"), icon="insights", size="small"
        )
        self.train = self.button(
            "data.train", lambda _: self.state.open("train"), icon="model_training", size="small"
        )
        self.compare = self.button("data.compare", self._compare, variant="outlined", size="small")
        self.download = pmui.Button(
            label=t("data.download"), icon="download", variant="outlined", size="small", margin=0
        )
        self.delete = self.button(
            "action.delete", self._ask_delete, color="error", variant="text", size="small"
        )
        self.confirm = Confirm(self.state)
        upload = self.card(
            markup.pane(markup.section(t("data.upload"), t("data.upload_lead"))),
            self.picker,
            self.columns,
            self.row(self.demo, markup.pane(markup.paragraph(demo_lead), sizing_mode=None)),
        )
        self.chosen = self.card(
            self.detail,
            self.row(self.explore, self.train, self.compare, self.download, self.delete),
            self.report,
            markup.pane(f"<h3>{t('data.preview')}</h3>"),
            self.rows,
            visible=False,
        )
        self.layout.objects = [
            self.heading(), self.notice, upload, self.nothing,
            self.split(self.list, self.chosen, widths=(4, 8)), self.confirm,
        ]  # fmt: skip

    def _make_columns(self) -> None:
        t = self.t
        self.columns_words = markup.pane()
        self.text_column = pmui.Select(
            label=t("data.text_column"), options=[], size="small", width=260, margin=0
        )
        self.label_column = pmui.Select(
            label=t("data.label_column"), options=[], size="small", width=260, margin=0
        )
        self.use_columns = self.button("data.use_columns", self._on_columns, size="small")
        drop = self.button("action.cancel", self._drop_file, variant="text", size="small")
        self.columns = pn.Column(
            self.columns_words,
            self.row(self.text_column, self.label_column, self.use_columns, drop),
            visible=False,
            sizing_mode="stretch_width",
            margin=0,
        )

    # --- asking -----------------------------------------------------------------------------------------------

    async def refresh(self) -> None:
        async with self.guarded():
            self._datasets = await self.api(self.api.client.datasets())
            uuids = [dataset.uuid for dataset in self._datasets]
            if self.state.dataset not in uuids:
                named = [one.uuid for one in self._datasets if one.name == self.state.dataset]
                self.state.dataset = (named or uuids or [""])[0]
            self._show()
            await self.rows.show(self.state.dataset)
            if not self.picker.address:
                settings = await self.api.settings()
                self._ticket, address = self.transfers.upload_address(settings.max_upload_bytes)
                texts = picker_texts(self.t, self.state.size(settings.max_upload_bytes))
                self.picker.param.update(address=address, limit=settings.max_upload_bytes, texts=texts)

    async def tick(self) -> None:
        self._ticks += 1
        if self._ticks % REFRESH_TICKS == 0:
            async with self.guarded():
                self._datasets = await self.api(self.api.client.datasets())
                self._show()

    def leave(self) -> None:
        self._forget_file()

    # --- what the user does -----------------------------------------------------------------------------------

    async def _on_file(self, _: Any) -> None:
        self._forget_file()
        self._waiting = self.transfers.take(self._ticket)
        await self._upload()

    async def _on_columns(self, _: Any) -> None:
        has_labels = bool(self.label_column.value)
        await self._upload(
            text_column=self.text_column.value or None,
            label_column=self.label_column.value or None,
            labelled=None if has_labels else False,
        )

    async def _on_demo(self, _: Any) -> None:
        with self.busy(self.demo):
            path = self.transfers.new_path()
            await asyncio.to_thread(_write_demo, path)
            self._forget_file()
            self._waiting = Arrived(path, "demo.csv")
            await self._upload()

    async def _upload(self, **columns: Any) -> None:
        waiting = self._waiting
        if waiting is None:
            return
        self.hush()
        self.columns.visible = False
        self.picker.param.update(filename=waiting.filename, progress=0, is_busy=True)

        def progress(sent: int, total: int) -> None:
            self.picker.progress = round(sent / total, 2) if total else 0

        try:
            async with self.guarded():
                try:
                    dataset = await self.api(
                        self.api.client.upload_dataset(
                            waiting.path, filename=waiting.filename, progress=progress, **columns
                        )
                    )
                except ApiError as error:
                    self._offer_columns(error, waiting)
                    raise
                self._forget_file()
                self.state.dataset = dataset.uuid
                count = self.state.counted(dataset.rows, "noun.rows")
                await self.refresh()
                self.tell(
                    "success",
                    self.t("data.arrived", name=dataset.name, count=count),
                    self.t("data.arrived_hint"),
                )
        finally:
            self.picker.is_busy = False

    def _offer_columns(self, error: ApiError, waiting: Arrived) -> None:
        """Where the columns are the trouble, let them be chosen; the file need not be sent again."""
        names = [str(name) for name in error.details.get("columns", [])]
        if error.code not in COLUMN_CODES or not names:
            self._forget_file()
            return
        self.columns_words.object = markup.section(
            self.t("data.columns"), self.t("data.columns_lead", name=waiting.filename)
        )
        self.text_column.param.update(options=names, value=names[0])
        without = self.t("data.no_labels")
        self.label_column.param.update(options={without: "", **{name: name for name in names}}, value="")
        self.columns.visible = True

    def _drop_file(self, _: Any) -> None:
        self._forget_file()
        self.hush()

    def _forget_file(self) -> None:
        if self._waiting is not None:
            self._waiting.path.unlink(missing_ok=True)
        self._waiting = None
        self.columns.visible = False

    async def _on_click(self, item: dict[str, Any]) -> None:
        self.state.dataset = item["id"]
        self.hush()
        await self.refresh()

    def _compare(self, _: Any) -> None:
        self.state.open("compare", task="")

    def _ask_delete(self, _: Any) -> None:
        name = self._chosen_name()
        self.confirm.ask(self.t("data.delete_title", name=name), self.t("data.delete_words"), self._delete)

    async def _delete(self) -> None:
        name = self._chosen_name()
        async with self.guarded():
            await self.api(self.api.client.delete_dataset(self.state.dataset))
            self.state.dataset = ""
            await self.refresh()
            self.tell("success", self.t("data.deleted", name=name))

    # --- showing ----------------------------------------------------------------------------------------------

    def _chosen_name(self) -> str:
        return next((one.name for one in self._datasets if one.uuid == self.state.dataset), "")

    def _show(self) -> None:
        items = [self._item(dataset) for dataset in self._datasets]
        if items != self.list.items:
            self.list.items = items
        uuids = [dataset.uuid for dataset in self._datasets]
        self.nothing.object = "" if items else markup.empty(self.t("data.empty"), self.t("data.empty_lead"))
        self.chosen.visible = self.state.dataset in uuids
        if not self.chosen.visible:
            self.list.active = None
            return
        index = uuids.index(self.state.dataset)
        self.list.active = index
        dataset = self._datasets[index]
        self.train.visible = self.compare.visible = dataset.is_labelled
        self._offer_download(dataset)
        self.detail.object = self._describe(dataset)
        self.report.object = self._describe_report(dataset.report) if dataset.report else ""

    def _offer_download(self, dataset: DatasetInfo) -> None:
        if self._offered != dataset.uuid:
            client, uuid = self.api.client, dataset.uuid
            self._offered = uuid
            self.download.href = self.transfers.offer(
                f"{dataset.name}.csv", lambda path: client.download_dataset(uuid, path, format="csv")
            )

    def _item(self, dataset: DatasetInfo) -> dict[str, Any]:
        words = self.state.counted(dataset.rows, "noun.rows")
        words += " · " + self.t("data.labelled" if dataset.is_labelled else "data.unlabelled")
        if dataset.has_profile:
            words += " · " + self.t("data.profiled")
        return {"id": dataset.uuid, "label": dataset.name, "secondary": words, "icon": "table_view"}

    def _describe(self, dataset: DatasetInfo) -> str:
        state = self.state
        figures = [(state.number(dataset.rows), self.t("data.rows"))]
        if dataset.is_labelled and dataset.rows:
            toxic, clean = dataset.toxic or 0, dataset.non_toxic or 0
            figures.append(
                (f"{state.number(toxic)} · {state.percent(toxic / dataset.rows)}", self.t("class.toxic"))
            )
            figures.append(
                (f"{state.number(clean)} · {state.percent(clean / dataset.rows)}", self.t("class.clean"))
            )
        figures.append((state.size(dataset.size_bytes), self.t("data.size")))
        figures.append((state.ago(dataset.created_at), self.t("data.created")))
        return markup.section(dataset.name) + f'<div style="margin-top:10px">{markup.tiles(figures)}</div>'

    def _describe_report(self, report: DropReport) -> str:
        state = self.state
        title = f"<h3>{self.t('data.report')}</h3>"
        file = ""
        if report.format:
            file = markup.paragraph(
                self.t(
                    "data.file",
                    format=report.format,
                    encoding=report.encoding or "–",
                    text=report.text_column or "–",
                    label=report.label_column or "–",
                )
            )
        dropped = {reason: count for reason, count in report.dropped.items() if count}
        if not dropped:
            return (
                title
                + file
                + markup.paragraph(self.t("data.report_none", count=state.number(report.rows_kept)))
            )
        words = self.t(
            "data.report_some", read=state.number(report.rows_read), kept=state.number(report.rows_kept)
        )
        head = [self.t(f"data.report.{name}") for name in ("reason", "rows", "lines")]
        rows = [
            (
                state.named("drop", reason),
                state.number(count),
                ", ".join(map(str, report.examples.get(reason, [])[:8])),
            )
            for reason, count in dropped.items()
        ]
        return title + file + markup.paragraph(words) + markup.table(head, rows, numeric=[1])


def _write_demo(path: Path) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["comment_text", "toxic"])
        writer.writerows(generate(DEMO_ROWS))
