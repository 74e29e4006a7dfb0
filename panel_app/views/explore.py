"""The profile of a data set as charts, and the comments behind them."""

from typing import Any

import panel as pn
import panel_material_ui as pmui

from chisto.schemas import DatasetInfo, TaskInfo
from chisto.schemas_profile import ClassName, ProfileResult
from panel_app import markup
from panel_app.design import GROUP
from panel_app.views.base import View
from panel_app.views.explore_sections import SECTIONS, Section

ACTIVE = ("queued", "running")
CLASSES: tuple[ClassName, ...] = ("toxic", "non_toxic")


class ExploreView(View):
    """Choose a data set, have it profiled, look at it from several sides."""

    key = "explore"

    def build(self) -> None:
        t = self.t
        self._datasets: list[DatasetInfo] = []
        self._task: TaskInfo | None = None
        self._shown = ""
        self.profile: ProfileResult | None = None
        self.section_view: Section | None = None
        self.dataset = pmui.Select(label=t("explore.dataset"), options=[], width=340, margin=0)
        self.dataset.param.watch(self._on_dataset, "value")
        self.again = self.button("explore.again", self._start, variant="text", size="small", visible=False)
        self.start = self.button("explore.start", self._start, icon="insights")
        self.to_data = self.button("train.to_data", lambda _: self.state.open("data"))
        self.to_task = self.button("explore.to_task", self._open_task, variant="text", size="small")
        self.state_words = markup.pane()
        self.waiting = self.card(
            self.state_words, self.row(self.start, self.to_data, self.to_task), visible=False
        )
        self.summary = markup.pane()
        self.section = pmui.RadioButtonGroup(sx=GROUP, 
            label=t("explore.sections"), size="small", margin=0, value=self.state.section or "lengths",
            options={t(f"explore.section.{name}"): name for name in SECTIONS},
        )  # fmt: skip
        self.classes = pmui.CheckButtonGroup(sx=GROUP, 
            label=t("explore.classes"), size="small", margin=0,
            options={t("class.toxic"): "toxic", t("class.clean"): "non_toxic"}, value=["toxic", "non_toxic"],
        )  # fmt: skip
        self.unit = pmui.RadioButtonGroup(sx=GROUP, 
            label=t("explore.unit"), size="small", margin=0, value="share",
            options={t(f"explore.unit.{name}"): name for name in ("share", "count")},
        )  # fmt: skip
        for widget in (self.classes, self.unit):
            widget.param.watch(self._redraw, "value")
        self.section.param.watch(self._on_section, "value")
        self.content = pn.Column(sizing_mode="stretch_width", margin=0)
        self.body = pn.Column(
            self.summary, self.section, self.row(self.classes, self.unit), self.content,
            sizing_mode="stretch_width", margin=0, visible=False, styles={"gap": "14px"},
        )  # fmt: skip
        self.layout.objects = [
            self.heading(), self.notice, self.row(self.dataset, self.again), self.waiting, self.body,
        ]  # fmt: skip
        self._theme = self.state.param.watch(self._redraw, "dark")

    def leave(self) -> None:
        self.state.param.unwatch(self._theme)

    # --- asking -----------------------------------------------------------------------------------------------

    async def refresh(self) -> None:
        async with self.guarded():
            self._datasets = await self.api(self.api.client.datasets())
            options = {one.name: one.uuid for one in self._datasets}
            uuids = list(options.values())
            chosen = self.state.dataset if self.state.dataset in uuids else (uuids[0] if uuids else None)
            self.dataset.param.update(options=options, value=chosen)
            await self._read()

    async def tick(self) -> None:
        if self._task is not None and self._task.status in ACTIVE:
            async with self.guarded():
                await self._read()

    async def _read(self) -> None:
        if not self.dataset.value:
            self.profile, self._task = None, None
        else:
            answer = await self.api(self.api.client.profile(self.dataset.value))
            self._task = answer.task
            self.profile = ProfileResult.model_validate(answer.profile) if answer.profile else None
        self._show()

    # --- what the user does -----------------------------------------------------------------------------------

    async def _on_dataset(self, event: Any) -> None:
        if event.new and event.new != self.state.dataset:
            self.state.dataset = event.new
            async with self.guarded():
                await self._read()

    async def _start(self, _: Any) -> None:
        async with self.guarded():
            with self.busy(self.start):
                await self.api(self.api.client.start_profile(self.dataset.value))
                await self._read()

    def _open_task(self, _: Any) -> None:
        if self._task is not None:
            self.state.open("tasks", task=self._task.uuid)

    def _on_section(self, event: Any) -> None:
        self.state.section = event.new
        self._redraw()

    # --- showing ----------------------------------------------------------------------------------------------

    def _show(self) -> None:
        task = self._task
        is_running = task is not None and task.status in ACTIVE
        self.waiting.visible = self.profile is None or is_running
        self.start.visible = bool(self.dataset.value) and not is_running
        self.to_data.visible = not self._datasets
        self.to_task.visible = task is not None and self.profile is None
        self.again.visible = self.profile is not None and not is_running
        self.state_words.object = self._describe_state(task)
        self.body.visible = self.profile is not None
        shown = f"{self.dataset.value} {self.profile is not None} {task.uuid if task else ''}"
        if self.profile is not None and shown != self._shown:
            self._shown = shown
            self._describe(self.profile)
            self._redraw()

    def _describe_state(self, task: TaskInfo | None) -> str:
        if not self._datasets:
            return markup.empty(self.t("explore.none"), self.t("explore.none_lead"))
        if task is not None and task.status in ACTIVE:
            stage = self.state.named("stage", task.stage or task.status)
            return (
                markup.section(self.t("explore.running"), stage)
                + f'<div class="row" style="margin-top:10px">{markup.progress(task.progress / 100, stage)}'
                f'<span class="score">{self.state.percent(task.progress / 100)}</span></div>'
            )
        if task is not None and task.error is not None:
            return markup.note("error", task.error.message, task.error.hint)
        return markup.empty(self.t("explore.no_profile"), self.t("explore.no_profile_lead"))

    def _describe(self, profile: ProfileResult) -> None:
        number, percent = self.state.number, self.state.percent
        figures = [
            (number(profile.rows), self.t("explore.rows")),
            (number(profile.unique), self.t("explore.unique")),
        ]
        has_classes = "toxic" in profile.classes and "non_toxic" in profile.classes
        if has_classes:
            for name, key in (("toxic", "class.toxic"), ("non_toxic", "class.clean")):
                count = profile.classes[name]  # type: ignore[index]
                figures.append((f"{number(count)} · {percent(count / max(profile.rows, 1))}", self.t(key)))
        words = ""
        if profile.analysed_rows < profile.rows:
            words = markup.paragraph(
                self.t("explore.sampled", count=self.state.counted(profile.analysed_rows, "noun.rows"))
            )
        self.summary.object = markup.tiles(figures) + words
        self.classes.visible = has_classes

    def _redraw(self, *_: Any) -> None:
        if self.profile is None:
            return
        made = SECTIONS[self.section.value]
        if not isinstance(self.section_view, made):
            self.section_view = made(self)
        self.unit.visible = self.section.value == "lengths"
        self.section_view.draw()
        self.content.objects = [self.section_view]

    def chosen_classes(self) -> list[ClassName]:
        """The classes of the profile that the user wants to see."""
        if self.profile is None or "all" in self.profile.classes:
            return ["all"]
        present = [name for name in CLASSES if name in self.profile.classes]
        return [name for name in present if name in self.classes.value] or present

    def class_name(self, name: str) -> str:
        return self.t({"toxic": "class.toxic", "non_toxic": "class.clean", "all": "class.all"}[name])
