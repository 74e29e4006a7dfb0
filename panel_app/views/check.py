"""The landing page: comments in, scores and reasons out."""

import asyncio
from pathlib import Path
from typing import Any

import pandas as pd
import panel as pn
import panel_material_ui as pmui

from chisto.schemas import ExplainedText, ModelInfo
from panel_app import markup
from panel_app.design import GROUP
from panel_app.exports import to_csv
from panel_app.grids import grid
from panel_app.views.base import View
from panel_app.views.check_file import FileCheck

DEBOUNCE_S = 0.35
#: Comments that are analysed word by word; the rest are scored only.
EXPLAINED = 50
#: A chip that is wider than a phone goes on in the next line.
WRAPPED = {"height": "auto", "minHeight": "32px", "& .MuiChip-label": {"whiteSpace": "normal", "py": "4px"}}
EXAMPLES = tuple(f"check.example.{number}" for number in range(1, 6))


def split_comments(text: str, how: str) -> list[str]:
    """Comments of a pasted text: by line, by empty line, or the text as a whole."""
    if how == "whole":
        parts = [text]
    elif how == "paragraphs":
        parts = "\n".join(line.rstrip() for line in text.splitlines()).split("\n\n")
    else:
        parts = text.splitlines()
    return [part.strip("\r\n") for part in parts if part.strip()]


class CheckView(View):
    """Text, models and threshold on top; what came of them below."""

    key = "check"

    def build(self) -> None:
        t = self.t
        self._known: dict[str, ModelInfo] = {}
        self._typed = 0
        self._comments: list[str] = []
        self._explained: dict[str, list[ExplainedText]] = {}
        self._scores: dict[str, list[float]] = {}
        self._moved = "check.threshold" in self.state.drafts
        self._make_widgets()
        self.summary = markup.pane()
        self.cards = markup.pane()
        self.table = pn.Column(sizing_mode="stretch_width", margin=0)
        self.download = pmui.Button(
            label=t("check.download"),
            icon="download",
            variant="outlined",
            size="small",
            margin=0,
            visible=False,
        )
        self.file = FileCheck(self)
        chips = [
            pmui.Chip(
                label=t(key),
                on_click=lambda _, key=key: self._use(t(key)),
                variant="outlined",
                margin=0,
                sx=WRAPPED,
            )
            for key in EXAMPLES
        ]
        chips.append(
            pmui.Chip(
                label=t("check.example.all"),
                on_click=lambda _: self._use("\n".join(t(key) for key in EXAMPLES)),
                color="primary",
                margin=0,
            )
        )
        left = self.card(
            self.text,
            self.row(self.splitter, self.clear, justify="space-between"),
            markup.pane(markup.paragraph(t("check.examples"))),
            self.row(*chips, gap="8px"),
        )
        right = self.card(self.models, self.threshold, self.threshold_note, self.reset, self.bands)
        self.layout.objects = [
            self.heading(),
            self.notice,
            self.split(left, right, widths=(7, 5)),
            self.row(self.summary, self.download, justify="space-between"),
            self.cards,
            self.table,
            self.file,
        ]
        self._show()

    def _make_widgets(self) -> None:
        t = self.t
        self.text = pmui.TextAreaInput(
            label=t("check.text"), placeholder=t("check.placeholder"), auto_grow=True, rows=5, max_rows=18,
            max_length=2_000_000, sizing_mode="stretch_width", margin=0,
        )  # fmt: skip
        self.keep("text", self.text)
        how = {t(f"check.split.{name}"): name for name in ("lines", "paragraphs", "whole")}
        self.splitter = pmui.RadioButtonGroup(
            sx=GROUP, options=how, value="lines", label=t("check.split"), size="small", margin=0
        )
        self.keep("split", self.splitter)
        self.clear = self.button("check.clear", lambda _: self._use(""), variant="text", size="small")
        self.models = pmui.MultiChoice(label=t("check.models"), sizing_mode="stretch_width", margin=0)
        self.threshold = pmui.FloatSlider(
            label=t("check.threshold"), start=0, end=1, step=0.01, value=0.5, format="0.00",
            sizing_mode="stretch_width", margin=(0, 10),
        )  # fmt: skip
        self.threshold_note = markup.pane()
        self.reset = self.button(
            "check.threshold_reset", self._reset, variant="text", size="small", visible=False
        )
        self.bands = markup.pane()
        self.text.param.watch(self._on_typing, "value_input")
        self.splitter.param.watch(self._on_typing, "value")
        self.models.param.watch(self._on_models, "value")
        self.threshold.param.watch(self._on_threshold, "value")

    # --- what the user does -----------------------------------------------------------------------------------

    def _use(self, text: str) -> None:
        self.text.value = text

    async def _on_typing(self, _: Any) -> None:
        self._typed += 1
        mine = self._typed
        self.state.drafts = {**self.state.drafts, "check.text": self.text.value_input}
        await asyncio.sleep(DEBOUNCE_S)
        if mine == self._typed:
            await self.score()

    async def _on_models(self, event: Any) -> None:
        promoted = [name for name, model in self._known.items() if model.is_default]
        self.state.models = [] if event.new == promoted else list(event.new)
        self._settle_threshold()
        await self.score()

    def _on_threshold(self, event: Any) -> None:
        if event.new != self._own_threshold():
            self._moved = True
            self.state.drafts = {**self.state.drafts, "check.threshold": event.new}
        self._show()

    def _reset(self, _: Any) -> None:
        self._moved = False
        self.state.drafts = {k: v for k, v in self.state.drafts.items() if k != "check.threshold"}
        self._settle_threshold()
        self._show()

    # --- asking -------------------------------------------------------------------------------------------------

    async def refresh(self) -> None:
        async with self.guarded():
            models = await self.api(self.api.client.models())
            self._known = {model.name: model for model in models if model.is_loaded}
            chosen = [name for name in self.state.models if name in self._known]
            if not chosen:
                chosen = [name for name, model in self._known.items() if model.is_default] or list(
                    self._known
                )[:1]
            self.models.param.update(options=list(self._known), value=chosen)
            if self._moved:
                self.threshold.value = self.state.drafts["check.threshold"]
            self._settle_threshold()
            await self.score()
        await self.file.refresh()

    async def tick(self) -> None:
        await self.file.tick()

    def leave(self) -> None:
        self.file.leave()

    async def score(self) -> None:
        """Score what is in the text field with every chosen model."""
        comments = split_comments(self.text.value_input or "", self.splitter.value)
        mine = self._typed
        async with self.guarded():
            limit = (await self.api.settings()).max_texts
            if len(comments) > limit:
                self.tell("warning", self.t("check.too_many", limit=self.state.number(limit)))
                return
            names = [name for name in self.models.value if name in self._known] if comments else []
            answers = await asyncio.gather(*(self._score_with(name, comments) for name in names))
            if mine != self._typed:
                return
            self._comments = comments if names else []
            self._explained = {name: answer[0] for name, answer in zip(names, answers, strict=True)}
            self._scores = {name: answer[1] for name, answer in zip(names, answers, strict=True)}
            self.hush()
            self._show()

    async def _score_with(self, model: str, comments: list[str]) -> tuple[list[ExplainedText], list[float]]:
        client = self.api.client
        explained = (await self.api(client.explain(comments[:EXPLAINED], model=model))).explanations
        scores = [one.toxic_score for one in explained]
        if comments[EXPLAINED:]:
            scores += (await self.api(client.predict_scores(comments[EXPLAINED:], model=model))).scores
        return explained, scores

    # --- showing ------------------------------------------------------------------------------------------------

    def _own_threshold(self) -> float | None:
        model = self._known.get(self.models.value[0]) if self.models.value else None
        return None if model is None or model.threshold is None else round(model.threshold, 2)

    def _settle_threshold(self) -> None:
        own = self._own_threshold()
        if not self._moved and own is not None:
            self.threshold.value = own

    def threshold_of(self, model: str) -> float:
        own = self._known[model].threshold if model in self._known else None
        return self.threshold.value if self._moved or own is None else own

    def _show(self) -> None:
        self._show_threshold()
        if not self._known and self.state.away is False and self.api.health:
            self.cards.object = markup.empty(self.t("check.no_models"), self.t("check.no_models_lead"))
        elif not self._comments:
            self.cards.object = markup.empty(self.t("check.empty"), self.t("check.empty_lead"))
        self.download.visible = bool(self._comments)
        if not self._comments:
            self.summary.object, self.table.objects = "", []
            return
        first = next(iter(self._scores))
        limit = self.threshold_of(first)
        toxic = sum(score >= limit for score in self._scores[first])
        words = self.t(
            "check.summary",
            count=self.state.counted(len(self._comments), "noun.comments"),
            toxic=self.state.counted(toxic, "noun.toxic"),
        )
        self.summary.object = markup.section(words, self.t("check.legend", model=first))
        self.cards.object = f'<div class="cards">{"".join(self._card(i) for i in range(min(len(self._comments), EXPLAINED)))}</div>'
        self.download.href = self.transfers.offer("chisto-scores.csv", self._write_scores)
        self._show_rest()

    def _show_threshold(self) -> None:
        names = [name for name in self.models.value if name in self._known]
        if self._moved:
            note = self.t("check.threshold_moved", value=self.state.number(self.threshold.value, 2))
        else:
            values = ", ".join(f"{name} {self.state.number(self.threshold_of(name), 2)}" for name in names)
            note = self.t("check.threshold_own", values=values) if names else ""
        self.threshold_note.object = markup.paragraph(note)
        self.reset.visible = self._moved
        self.bands.object = "".join(self._scale(name) for name in names)

    def _scale(self, name: str) -> str:
        """The bands of a model as a coloured scale; without bands, its threshold."""
        bands = self._known[name].bands
        if bands is None:
            return ""
        low, high = bands.review_from, bands.block_from
        parts = (
            ("good", low, "allow", 0.0),
            ("warn", high - low, "review", low),
            ("bad", 1 - high, "block", high),
        )
        stripes = "".join(
            f'<i style="width:{100 * w:.1f}%;background:var(--ch-{c})"></i>' for c, w, _, _ in parts
        )
        words = " ".join(
            markup.chip(f"{self.t(f'check.band.{what}')} ≥ {self.state.number(start, 2)}", colour)
            for colour, _, what, start in parts
        )
        lead = markup.paragraph(self.t("check.bands", model=name))
        return (
            f'{lead}<div class="scale">{stripes}</div><div class="row" style="margin-top:6px">{words}</div>'
        )

    def _card(self, index: int) -> str:
        first = next(iter(self._explained))
        lines = "".join(self._score_line(name, self._scores[name][index]) for name in self._scores)
        one = self._explained[first][index]
        words = markup.highlighted(
            self._comments[index], one.spans, self.t("check.contribution", value="{value}")
        )
        return (
            f'<div class="card">{words}{lines}{markup.restored(one.restored, self.t("check.restored"))}</div>'
        )

    def _score_line(self, name: str, score: float) -> str:
        is_toxic = score >= self.threshold_of(name)
        kind, word = ("bad", "check.toxic") if is_toxic else ("good", "check.clean")
        label = self.t("check.score_of", model=name, value=self.state.number(score, 2))
        model = f'<span class="muted small">{markup.text(name)}</span>' if len(self._scores) > 1 else ""
        bands = self._known[name].bands if name in self._known else None
        chips = markup.chip(("● " if is_toxic else "○ ") + self.t(word), kind)
        if bands is not None and not self._moved:
            band = (
                "block" if score >= bands.block_from else "review" if score >= bands.review_from else "allow"
            )
            chips += markup.chip(
                self.t(f"check.band.{band}"), {"block": "bad", "review": "warn", "allow": "good"}[band]
            )
        return (
            f'<div class="row" style="margin-top:8px">{chips}{markup.bar(score, kind, label)}'
            f'<span class="score">{self.state.number(score, 2)}</span>{model}</div>'
        )

    def _show_rest(self) -> None:
        if len(self._comments) <= EXPLAINED:
            self.table.objects = []
            return
        frame = pd.DataFrame({"text": self._comments, **{name: self._scores[name] for name in self._scores}})
        titles = {"text": self.t("check.column.text"), **{name: name for name in self._scores}}
        for name in self._scores:
            frame[name] = frame[name].map(lambda score: self.state.number(score, 3))
        words = markup.paragraph(self.t("check.rest", shown=EXPLAINED))
        self.table.objects = [markup.pane(words), grid(self.state, frame, titles, widths={"text": "70%"})]

    async def _write_scores(self, path: Path) -> None:
        head = ["comment_text"]
        for name in self._scores:
            head += [f"{name}_score", f"{name}_is_toxic"]
        rows = [
            [comment]
            + [cell for name in self._scores for cell in self._cells(name, self._scores[name][index])]
            for index, comment in enumerate(self._comments)
        ]
        await asyncio.to_thread(path.write_bytes, to_csv(head, rows))

    def _cells(self, name: str, score: float) -> tuple[float, int]:
        return round(score, 6), int(score >= self.threshold_of(name))
