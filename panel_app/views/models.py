"""All models: which answers, how good they are, and what can be done with them."""

from typing import Any

import pandas as pd
import panel_material_ui as pmui

from chisto.client import NotFound
from chisto.schemas import ModelCard, ModelInfo
from panel_app import markup
from panel_app.browser import FilePicker
from panel_app.grids import grid
from panel_app.views.base import Confirm, View, headline
from panel_app.views.check_file import picker_texts

MOVING = ("training", "loading", "unloading")
STATE_CHIPS = {
    "loaded": "good",
    "failed": "bad",
    "training": "accent",
    "loading": "accent",
    "unloading": "accent",
}
METRICS = ("macro_f1", "toxic_f1", "roc_auc", "average_precision", "precision", "recall", "brier")
COLUMNS = ("name", "version", "family", "macro_f1", "roc_auc", "size", "state", "default")
REFRESH_TICKS = 5


class ModelsView(View):
    """A table of models, and the one that is chosen below it."""

    key = "models"

    def build(self) -> None:
        t = self.t
        self._models: dict[str, ModelInfo] = {}
        self._card: ModelCard | None = None
        self._ticks = 0
        self._offered = ""
        self.table = grid(
            self.state, pd.DataFrame(columns=list(COLUMNS)), {name: t(f"models.column.{name}") for name in COLUMNS},
            selectable=1, layout="fit_data_stretch", pagination=None,
        )  # fmt: skip
        self.table.on_click(self._on_row)
        self.choice = pmui.Select(label=t("models.choose"), options=[], width=320, size="small", margin=0)
        self.choice.param.watch(self._on_choice, "value")
        self.detail = markup.pane()
        self.card_pane = markup.pane()
        self.load = self.button("models.load", self._load, icon="upload", size="small")
        self.unload = self.button(
            "models.unload", self._unload, icon="eject", size="small", variant="outlined"
        )
        self.promote = self.button("models.promote", self._promote, icon="star", size="small")
        self.export = pmui.Button(
            label=t("models.export"), icon="download", size="small", variant="outlined", margin=0
        )
        self.compare = self.button("models.compare", self._compare, variant="outlined", size="small")
        self.check = self.button("models.try", self._check, variant="outlined", size="small")
        self.remove = self.button(
            "action.delete", self._ask_remove, color="error", variant="text", size="small"
        )
        self.remove_all = self.button(
            "models.remove_all",
            self._ask_remove_all,
            color="error",
            variant="text",
            size="small",
            visible=False,
        )
        self.confirm = Confirm(self.state)
        self.picker = FilePicker(sizing_mode="stretch_width", margin=0)
        self.picker.param.watch(self._import, "finished")
        self.actions = self.row(
            self.load, self.promote, self.check, self.compare, self.export, self.unload, self.remove
        )
        self.layout.objects = [
            self.heading(),
            self.notice,
            self.table,
            self.row(self.choice, self.remove_all, justify="space-between"),
            self.card(self.detail, self.actions, self.card_pane),
            self.card(markup.pane(markup.section(t("models.import"), t("models.import_lead"))), self.picker),
            self.confirm,
        ]
        self._show()

    # --- asking -----------------------------------------------------------------------------------------------

    async def refresh(self) -> None:
        async with self.guarded():
            models = await self.api(self.api.client.models())
            self._models = {model.name: model for model in models}
            if self.state.model not in self._models:
                promoted = [model.name for model in models if model.is_default]
                self.state.model = (promoted or list(self._models) or [""])[0]
            await self._read_card()
            self._show()
            if not self.picker.address:
                settings = await self.api.settings()
                self._ticket, address = self.transfers.upload_address(settings.max_upload_bytes)
                limit = self.state.size(settings.max_upload_bytes)
                texts = {
                    **picker_texts(self.t, limit),
                    "formats": self.t("models.import_formats", limit=limit),
                }
                self.picker.param.update(address=address, limit=settings.max_upload_bytes, texts=texts)

    async def tick(self) -> None:
        self._ticks += 1
        is_moving = any(model.state in MOVING for model in self._models.values())
        if is_moving or self._ticks % REFRESH_TICKS == 0:
            await self.refresh()

    async def _read_card(self) -> None:
        model = self._models.get(self.state.model)
        if model is None or not model.is_trained:
            self._card = None
        elif self._card is None or (self._card.name, self._card.version) != (model.name, model.version):
            try:
                self._card = await self.api(self.api.client.card(model.name))
            except NotFound:
                self._card = None

    # --- what the user does -----------------------------------------------------------------------------------

    async def _choose(self, name: str) -> None:
        if name and name != self.state.model:
            self.hush()
            self.state.model = name
            await self.refresh()

    async def _on_row(self, event: Any) -> None:
        await self._choose(str(self.table.value.iloc[event.row]["name"]))

    async def _on_choice(self, event: Any) -> None:
        await self._choose(event.new or "")

    async def _act(self, button: Any, call: Any, done: str) -> None:
        name = self.state.model
        async with self.guarded():
            with self.busy(button):
                await self.api(call(name))
                await self.refresh()
            self.tell("success", self.t(done, name=name))

    async def _load(self, _: Any) -> None:
        await self._act(self.load, self.api.client.load, "models.loaded_now")

    async def _unload(self, _: Any) -> None:
        await self._act(self.unload, self.api.client.unload, "models.unloaded_now")

    async def _promote(self, _: Any) -> None:
        await self._act(self.promote, self.api.client.promote, "models.promoted_now")
        await self.api.beat()

    def _ask_remove(self, _: Any) -> None:
        title = self.t("models.remove_title", name=self.state.model)
        self.confirm.ask(title, self.t("models.remove_words"), self._remove)

    async def _remove(self) -> None:
        await self._act(self.remove, self.api.client.remove_model, "models.removed_now")

    def _ask_remove_all(self, _: Any) -> None:
        self.confirm.ask(
            self.t("models.remove_all_title"), self.t("models.remove_all_words"), self._remove_all
        )

    async def _remove_all(self) -> None:
        async with self.guarded():
            with self.busy(self.remove_all):
                await self.api(self.api.client.remove_all_models())
                await self.refresh()
            self.tell("success", self.t("models.removed_all_now"))

    def _check(self, _: Any) -> None:
        self.state.open("check", models=[self.state.model])

    def _compare(self, _: Any) -> None:
        """With the model that answers now; if that is this one, with a shipped one."""
        others = sorted(self._models.values(), key=lambda model: (not model.is_default, not model.is_shipped))
        names = [model.name for model in others if model.is_trained and model.name != self.state.model]
        self.state.open("compare", models=[self.state.model, *names[:1]], task="")

    async def _import(self, _: Any) -> None:
        arrived = self.transfers.take(self._ticket)
        if arrived is None:
            return
        self.picker.param.update(is_busy=True, progress=0)
        try:
            async with self.guarded():
                model = await self.api(self.api.client.import_model(arrived.path))
                self.state.model = model.name
                await self.refresh()
                self.tell("success", self.t("models.imported_now", name=model.name))
        finally:
            arrived.path.unlink(missing_ok=True)
            self.picker.is_busy = False

    # --- showing ----------------------------------------------------------------------------------------------

    def _show(self) -> None:
        frame = pd.DataFrame([self._line(model) for model in self._models.values()], columns=list(COLUMNS))
        if not frame.equals(self.table.value):
            self.table.value = frame
        names = list(self._models)
        self.choice.param.update(options=names, value=self.state.model if self.state.model in names else None)
        self.remove_all.visible = any(not model.is_shipped for model in self._models.values())
        model = self._models.get(self.state.model)
        self.actions.visible = model is not None
        if model is None:
            key = "models.pick" if self._models else "models.none"
            self.detail.object = markup.empty(self.t(key), self.t(f"{key}_lead"))
            self.card_pane.object = ""
            return
        self._show_actions(model)
        self.detail.object = self._describe(model)
        self.card_pane.object = self._describe_card()

    def _line(self, model: ModelInfo) -> dict[str, str]:
        metrics = headline(model.metrics)

        def metric(name: str) -> str:
            value = metrics.get(name)
            return self.state.number(value, 3) if isinstance(value, int | float) else "–"

        return {
            "name": model.name,
            "version": str(model.version or "–"),
            "family": self.state.named("family", model.family),
            "macro_f1": metric("macro_f1"),
            "roc_auc": metric("roc_auc"),
            "size": self.state.size(model.size_bytes) if model.size_bytes else "–",
            "state": self.t(f"models.state.{model.state}"),
            "default": "★ " + self.t("models.is_default") if model.is_default else "",
        }

    def _show_actions(self, model: ModelInfo) -> None:
        is_ready = model.is_trained and model.state not in MOVING
        self.load.visible = is_ready and not model.is_loaded
        self.unload.visible = is_ready and model.is_loaded and not model.is_shipped and not model.is_default
        self.promote.visible = is_ready and not model.is_default
        self.check.visible = model.is_loaded
        self.compare.visible = model.is_loaded
        self.export.visible = model.is_trained
        self.remove.visible = not model.is_shipped and not model.is_default
        name, client = model.name, self.api.client
        if model.is_trained and self._offered != name:
            self._offered = name
            self.export.href = self.transfers.offer(
                f"{name}.chisto.zip", lambda path: client.export_model(name, path)
            )

    def _describe(self, model: ModelInfo) -> str:
        state = self.state
        chips = markup.chip(self.t(f"models.state.{model.state}"), STATE_CHIPS.get(model.state, ""))
        if model.is_default:
            chips += markup.chip("★ " + self.t("models.is_default"), "accent")
        if model.is_shipped:
            chips += markup.chip(self.t("models.is_shipped"))
        title = markup.section(model.name, state.named("family", model.family))
        parts = [f'<div class="row"><div>{title}</div>{chips}</div>']
        if model.error:
            parts.append(markup.note("error", self.t("models.state.failed"), model.error))
        metrics = headline(model.metrics)
        figures = [
            (state.number(metrics[name], 3), state.named("metric", name))
            for name in METRICS
            if isinstance(metrics.get(name), int | float)
        ]
        if model.threshold is not None:
            origin = self.t(f"models.threshold_{model.threshold_origin}")
            figures.append((state.number(model.threshold, 2), f"{self.t('models.threshold')}, {origin}"))
        if model.memory_bytes:
            figures.append((state.size(model.memory_bytes), self.t("models.memory")))
        parts.append(markup.tiles(figures))
        return "".join(f'<div style="margin-bottom:10px">{part}</div>' for part in parts)

    def _describe_card(self) -> str:
        model = self._models[self.state.model]
        parts = []
        if len(model.versions) > 1:
            rows = [
                (str(one.version), "●" if one.is_current else "", self.state.size(one.size_bytes),
                 self.state.ago(one.created_at))
                for one in model.versions
            ]  # fmt: skip
            head = [self.t(f"models.column.{name}") for name in ("version", "current", "size", "created")]
            parts.append(f"<h3>{self.t('models.versions')}</h3>" + markup.table(head, rows))
        if self._card is not None:
            body = markup.facts(self._card.card)
            parts.append(f"<details><summary>{self.t('models.card')}</summary>{body}</details>")
        return "".join(f'<div style="margin-top:8px">{part}</div>' for part in parts)
