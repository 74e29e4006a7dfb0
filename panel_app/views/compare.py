"""Several models on the same comments: curves, thresholds, disagreements."""

from typing import Any

import panel as pn
import panel_material_ui as pmui

from chisto.client import NotFound
from chisto.schemas import DatasetInfo, EvaluateRequest, Evaluation, ModelInfo, TaskInfo
from panel_app import markup
from panel_app.browser import FilePicker
from panel_app.views.base import View
from panel_app.views.check_file import picker_texts
from panel_app.views.compare_result import Comparison

ACTIVE = ("queued", "running")


class CompareView(View):
    """Choose models and data, wait, look at the result."""

    key = "compare"

    def build(self) -> None:
        t = self.t
        self._datasets: list[DatasetInfo] = []
        self.known: dict[str, ModelInfo] = {}
        self._task: TaskInfo | None = None
        self._shown = ""
        self.result: Evaluation | None = None
        self.comparison: Comparison | None = None
        self.models = pmui.MultiChoice(label=t("compare.models"), sizing_mode="stretch_width", margin=0)
        self.dataset = pmui.Select(
            label=t("compare.dataset"), options=[], sizing_mode="stretch_width", margin=0
        )
        self.start = self.button("compare.start", self._start, icon="compare_arrows")
        self.new_file = self.button("compare.new_file", self._toggle_file, icon="upload_file", variant="text")
        self.picker = FilePicker(sizing_mode="stretch_width", margin=0)
        self.upload = pn.Column(self.picker, visible=False, sizing_mode="stretch_width", margin=0)
        self.picker.param.watch(self._on_file, "finished")
        self.state_words = markup.pane()
        self.content = pn.Column(sizing_mode="stretch_width", margin=0)
        self.layout.objects = [
            self.heading(),
            self.notice,
            self.card(
                self.split(self.models, self.dataset), self.row(self.start, self.new_file), self.upload
            ),
            self.state_words,
            self.content,
        ]
        self._theme = self.state.param.watch(self._recolour, "dark")

    def leave(self) -> None:
        self.state.param.unwatch(self._theme)

    # --- asking -----------------------------------------------------------------------------------------------

    async def refresh(self) -> None:
        async with self.guarded():
            client = self.api.client
            self.known = {model.name: model for model in await self.api(client.models()) if model.is_trained}
            self._datasets = [one for one in await self.api(client.datasets()) if one.is_labelled]
            await self._follow()
            self._show_choices()
            self._show()
            if not self.picker.address:
                settings = await self.api.settings()
                self._ticket, address = self.transfers.upload_address(settings.max_upload_bytes)
                texts = picker_texts(self.t, self.state.size(settings.max_upload_bytes))
                self.picker.param.update(address=address, limit=settings.max_upload_bytes, texts=texts)

    async def tick(self) -> None:
        if self._task is not None and self._task.status in ACTIVE:
            async with self.guarded():
                await self._follow()
                self._show()

    async def _follow(self) -> None:
        """The comparison that the address names."""
        if not self.state.task:
            self._task = self.result = None
            return
        if self.result is not None and self._task is not None and self._task.uuid == self.state.task:
            return
        try:
            answer = await self.api(self.api.client.evaluation(self.state.task))
        except NotFound:
            self.state.task = ""
            self._task = self.result = None
            return
        self._task, self.result = answer.task, answer.result

    def _show_choices(self) -> None:
        names = list(self.known)
        if self.result is not None and not self.state.models:
            wanted = [model.name for model in self.result.models]
        else:
            wanted = self.state.models
        chosen = [name for name in wanted if name in names]
        if not chosen:
            chosen = [name for name, model in self.known.items() if model.is_default] or names[:1]
        self.models.param.update(options=names, value=chosen)
        options = {
            f"{one.name} ({self.state.counted(one.rows, 'noun.rows')})": one.uuid for one in self._datasets
        }
        uuids = list(options.values())
        named = self.state.dataset if self.state.dataset in uuids else (uuids[0] if uuids else None)
        self.dataset.param.update(options=options, value=named)

    # --- what the user does -----------------------------------------------------------------------------------

    def _toggle_file(self, _: Any) -> None:
        self.upload.visible = not self.upload.visible
        self.new_file.label = self.t("compare.new_file_hide" if self.upload.visible else "compare.new_file")

    async def _on_file(self, _: Any) -> None:
        arrived = self.transfers.take(self._ticket)
        if arrived is None:
            return
        self.picker.param.update(is_busy=True, progress=0)
        try:
            async with self.guarded():
                dataset = await self.api(
                    self.api.client.upload_dataset(arrived.path, filename=arrived.filename, labelled=True)
                )
                self.state.dataset = dataset.uuid
                await self.refresh()
                self._toggle_file(None)
                await self._run()
        finally:
            arrived.path.unlink(missing_ok=True)
            self.picker.is_busy = False

    async def _start(self, _: Any) -> None:
        async with self.guarded():
            with self.busy(self.start):
                await self._run()

    async def _run(self) -> None:
        if not self.models.value or not self.dataset.value:
            self.tell("warning", self.t("compare.choose"), self.t("compare.choose_hint"))
            return
        self.hush()
        request = EvaluateRequest(models=list(self.models.value), dataset=self.dataset.value)
        started = await self.api(self.api.client.evaluate(request))
        self._task = self.result = None
        self.state.param.update(task=started.task, models=list(self.models.value), dataset=self.dataset.value)
        await self._follow()
        self._show()

    # --- showing ----------------------------------------------------------------------------------------------

    def _show(self) -> None:
        self.state_words.object = self._describe_state()
        shown = f"{self.state.task} {self.result is not None}"
        if self.result is None:
            self.content.objects = []
        elif shown != self._shown:
            self.comparison = Comparison(self, self.result)
            self.content.objects = [self.comparison]
        self._shown = shown

    def _describe_state(self) -> str:
        task = self._task
        if self.result is not None:
            return ""
        if task is not None and task.status in ACTIVE:
            stage = self.state.named("stage", task.stage or task.status)
            return (
                markup.section(self.t("compare.running"), stage)
                + f'<div class="row" style="margin-top:10px">{markup.progress(task.progress / 100, stage)}'
                f'<span class="score">{self.state.percent(task.progress / 100)}</span></div>'
            )
        if task is not None and task.error is not None:
            return markup.note("error", task.error.message, task.error.hint)
        if not self._datasets:
            return markup.empty(self.t("compare.no_data"), self.t("compare.no_data_lead"))
        return markup.empty(self.t("compare.empty"), self.t("compare.empty_lead"))

    def _recolour(self, *_: Any) -> None:
        if self.result is not None:
            self.comparison = Comparison(self, self.result)
            self.content.objects = [self.comparison]

    def dataset_name(self, uuid: str) -> str:
        return next((one.name for one in self._datasets if uuid in (one.uuid, one.name)), uuid)
