"""What runs in the background: live states, log, cancel, retry."""

from datetime import UTC, datetime
from typing import Any

import panel as pn
import panel_material_ui as pmui

from chisto.client import NotFound
from chisto.schemas import TaskInfo, TaskStatus
from panel_app import markup
from panel_app.design import GROUP
from panel_app.views.base import Confirm, View, headline

PAGE = 30
LOG_CHARS = 20_000
FILTERS: dict[str, tuple[TaskStatus, ...]] = {
    "all": (),
    "active": ("queued", "running"),
    "failed": ("failure", "cancelled", "interrupted"),
    "done": ("success",),
}
ICONS = {
    "queued": "schedule",
    "running": "autorenew",
    "success": "check_circle",
    "failure": "error",
    "cancelled": "cancel",
    "interrupted": "warning",
}
CHIPS = {"running": "accent", "success": "good", "failure": "bad", "interrupted": "warn"}
KINDS = ("fit", "search", "evaluate", "profile", "score_file")


class TasksView(View):
    """The list on the left, one task on the right."""

    key = "tasks"

    def build(self) -> None:
        t = self.t
        self._tasks: list[TaskInfo] = []
        self._task: TaskInfo | None = None
        self._log, self._log_offset, self._log_of = "", 0, ""
        self._limit = PAGE
        self.filter = pmui.RadioButtonGroup(sx=GROUP, 
            options={t(f"tasks.filter.{name}"): name for name in FILTERS}, value="all",
            label=t("tasks.filter"), size="small", margin=0,
        )  # fmt: skip
        self.kind = pmui.Select(
            label=t("tasks.kind"), options={t("class.all"): "", **{t(f"kind.{kind}"): kind for kind in KINDS}},
            value="", width=210, size="small", margin=0,
        )  # fmt: skip
        self.name_part = pmui.TextInput(label=t("tasks.search"), width=180, size="small", margin=0)
        for widget in (self.filter, self.kind, self.name_part):
            widget.param.watch(self._on_filter, "value")
        self.list = pmui.MenuList(items=[], sizing_mode="stretch_width", margin=0)
        self.list.on_click(self._on_click)
        self.more = self.button("tasks.more", self._on_more, variant="text", size="small", visible=False)
        self.nothing = markup.pane()
        self.detail = markup.pane()
        self.log = markup.pane()
        self.cancel = self.button(
            "tasks.cancel", self._ask_cancel, color="error", variant="outlined", size="small"
        )
        self.retry = self.button("tasks.retry", self._retry, icon="replay", size="small")
        self.delete = self.button(
            "action.delete", self._ask_delete, color="error", variant="text", size="small"
        )
        self.onward = pmui.Button(label="", on_click=self._go_on, size="small", margin=0, visible=False)
        self.file = pmui.Button(
            label=t("tasks.download"),
            icon="download",
            size="small",
            variant="outlined",
            margin=0,
            visible=False,
        )
        self.confirm = Confirm(self.state)
        self.actions = self.row(self.onward, self.file, self.retry, self.cancel, self.delete)
        self.layout.objects = [
            self.heading(),
            self.notice,
            self.row(self.filter, self.kind, self.name_part),
            self.nothing,
            self.split(
                pn.Column(self.list, self.more, sizing_mode="stretch_width", margin=0),
                self.card(self.detail, self.actions, self.log),
                widths=(5, 7),
            ),
            self.confirm,
        ]
        self._show_task()

    # --- asking -----------------------------------------------------------------------------------------------

    async def refresh(self) -> None:
        async with self.guarded():
            page = await self.api(
                self.api.client.tasks(
                    status=FILTERS[self.filter.value] or None,
                    kind=[self.kind.value] if self.kind.value else None,
                    name=self.name_part.value.strip() or None,
                    limit=self._limit,
                )
            )
            self._tasks = page.tasks
            self.more.visible = page.total > len(page.tasks)
            if not self.state.task and self._tasks:
                active = [task for task in self._tasks if task.status in FILTERS["active"]]
                self.state.task = (active or self._tasks)[0].uuid
            await self._follow()
            self._show_list()
            self._show_task()

    async def tick(self) -> None:
        await self.refresh()

    async def _follow(self) -> None:
        """The open task and what its log has gained."""
        if not self.state.task:
            self._task = None
            return
        client = self.api.client
        try:
            self._task = await self.api(client.task(self.state.task))
        except NotFound:
            self._task, self.state.task = None, ""
            return
        if self._log_of != self.state.task:
            self._log, self._log_offset, self._log_of = "", 0, self.state.task
        log = await self.api(client.task_log(self.state.task, offset=self._log_offset))
        self._log = (self._log + log.text)[-LOG_CHARS:]
        self._log_offset = log.next_offset

    # --- what the user does -----------------------------------------------------------------------------------

    async def _on_filter(self, _: Any) -> None:
        self._limit = PAGE
        await self.refresh()

    async def _on_more(self, _: Any) -> None:
        self._limit += PAGE
        await self.refresh()

    async def _on_click(self, item: dict[str, Any]) -> None:
        self.state.task = item["id"]
        await self.refresh()

    def _ask_cancel(self, _: Any) -> None:
        self.confirm.ask(
            self.t("tasks.cancel_title"),
            self.t("tasks.cancel_words"),
            self._cancel,
            self.t("tasks.yes_cancel"),
        )

    def _ask_delete(self, _: Any) -> None:
        self.confirm.ask(
            self.t("tasks.delete_title"),
            self.t("tasks.delete_words"),
            self._delete,
            self.t("action.yes_delete"),
        )

    async def _cancel(self) -> None:
        async with self.guarded():
            with self.busy(self.cancel):
                await self.api(self.api.client.cancel(self.state.task))
        await self.refresh()

    async def _retry(self, _: Any) -> None:
        async with self.guarded():
            with self.busy(self.retry):
                task = await self.api(self.api.client.retry(self.state.task))
                self.state.task = task.uuid
                self._log_of = ""
        await self.refresh()

    async def _delete(self) -> None:
        async with self.guarded():
            await self.api(self.api.client.delete_task(self.state.task))
            self.state.task = ""
        await self.refresh()

    def _go_on(self, _: Any) -> None:
        task = self._task
        if task is None:
            return
        if task.kind == "profile":
            self.state.open("explore", dataset=task.dataset_uuid or "")
        elif task.kind == "evaluate":
            self.state.open("compare", task=task.uuid)
        elif task.model_name:
            self.state.open("models", model=task.model_name)

    # --- showing ----------------------------------------------------------------------------------------------

    def _show_list(self) -> None:
        items = [self._item(task) for task in self._tasks]
        if items != self.list.items:
            self.list.items = items
        chosen = next((i for i, task in enumerate(self._tasks) if task.uuid == self.state.task), None)
        self.list.active = chosen
        key = "tasks.empty" if self.filter.value == "all" and not self.kind.value else "tasks.empty_filter"
        self.nothing.object = "" if items else markup.empty(self.t(key), self.t(f"{key}_lead"))

    def _item(self, task: TaskInfo) -> dict[str, Any]:
        words = self.t(f"status.{task.status}")
        if task.status == "running":
            words += f" · {self.state.percent(task.progress / 100)}"
            words += f" · {self.state.named('stage', task.stage)}" if task.stage else ""
        else:
            words += f" · {self.state.ago(task.updated_at)}"
        return {
            "id": task.uuid,
            "label": f"{self.state.named('kind', task.kind)}: {task.name}",
            "secondary": words,
            "icon": ICONS[task.status],
        }

    def _show_task(self) -> None:
        task = self._task
        self.actions.visible = task is not None
        if task is None:
            self.detail.object = markup.empty(self.t("tasks.pick"), self.t("tasks.pick_lead"))
            self.log.object = ""
            return
        self.cancel.visible = task.can_cancel
        self.retry.visible = task.can_retry
        self.delete.visible = task.finished_at is not None
        self._show_onward(task)
        self.detail.object = self._describe(task)
        text = markup.text(self._log) if self._log.strip() else markup.text(self.t("tasks.log_empty"))
        self.log.object = f'<h3>{self.t("tasks.log")}</h3><pre class="log" tabindex="0" aria-label="{self.t("tasks.log")}">{text}</pre>'

    def _show_onward(self, task: TaskInfo) -> None:
        key = {"profile": "tasks.open_explore", "evaluate": "tasks.open_compare", "score_file": ""}.get(
            task.kind, "tasks.open_model"
        )
        self.onward.visible = task.status == "success" and bool(key)
        if key:
            self.onward.label = self.t(key)
        has_file = task.kind == "score_file" and task.status == "success"
        if has_file and not self.file.visible:
            client = self.api.client
            self.file.href = self.transfers.offer(
                f"{task.name}-scored.csv", lambda path: client.download_task_file(task.uuid, path)
            )
        self.file.visible = has_file

    def _describe(self, task: TaskInfo) -> str:
        state = self.state
        chip = markup.chip(self.t(f"status.{task.status}"), CHIPS.get(task.status, ""))
        title = markup.section(f"{state.named('kind', task.kind)}: {task.name}")
        parts = [f'<div class="row">{title}{chip}</div>']
        if task.status in FILTERS["active"]:
            stage = state.named("stage", task.stage or task.status)
            percent = state.percent(task.progress / 100)
            parts.append(
                f'<div class="row" style="margin:10px 0">{markup.progress(task.progress / 100, stage)}'
                f'<span class="score">{percent}</span></div>{markup.paragraph(stage)}'
            )
        if task.error is not None:
            parts.append(markup.note("error", task.error.message, task.error.hint))
        elif task.status == "interrupted":
            parts.append(markup.note("warning", self.t("tasks.why"), self.t("tasks.interrupted_hint")))
        elif task.result_msg and task.status != "running":
            parts.append(markup.paragraph(task.result_msg, "verbatim"))
        parts.append(markup.tiles(self._figures(task)))
        return "".join(f'<div style="margin-bottom:10px">{part}</div>' for part in parts)

    def _figures(self, task: TaskInfo) -> list[tuple[str, str]]:
        state = self.state
        figures = []
        if task.started_at:
            end = task.finished_at or datetime.now(UTC)
            name = "tasks.took" if task.finished_at else "tasks.running_for"
            figures.append((state.duration((end - task.started_at).total_seconds()), self.t(name)))
        if task.attempt > 1:
            figures.append((str(task.attempt), self.t("tasks.attempt")))
        if task.children:
            figures.append((state.number(task.children), self.t("tasks.children")))
        metrics = headline(task.summary)
        for key in ("macro_f1", "toxic_f1", "roc_auc"):
            if isinstance(metrics.get(key), int | float):
                figures.append((state.number(metrics[key], 3), state.named("metric", key)))
        return figures
