"""Comments of a data set, page by page, with search and class."""

from collections.abc import Sequence
from typing import Any

import panel as pn
import panel_material_ui as pmui

from chisto.schemas import DatasetRow
from panel_app import markup
from panel_app.views.base import View

PAGE = 10


class Rows(pn.viewable.Viewer):
    """A pager over the API's preview."""

    def __init__(self, view: View) -> None:
        super().__init__()
        self.view = view
        self.dataset = ""
        self.offset = 0
        t = view.t
        self.search = pmui.TextInput(label=t("data.search"), size="small", width=260, margin=0)
        self.label = pmui.Select(
            label=t("data.class"),
            options={t("class.all"): -1, t("class.toxic"): 1, t("class.clean"): 0},
            value=-1,
            size="small",
            width=180,
            margin=0,
        )
        self.search.param.watch(self._from_start, "value")
        self.label.param.watch(self._from_start, "value")
        self.table = markup.pane()
        self.where = markup.pane(sizing_mode=None, margin=(0, 8))
        self.back = view.button("data.newer", self._back, variant="text", size="small", icon="chevron_left")
        self.on = view.button("data.older", self._on, variant="text", size="small", end_icon="chevron_right")
        self.layout = pn.Column(
            view.row(self.search, self.label),
            self.table,
            view.row(self.back, self.where, self.on),
            sizing_mode="stretch_width",
            margin=0,
        )

    async def show(self, dataset: str) -> None:
        if dataset != self.dataset:
            self.dataset, self.offset = dataset, 0
        await self._read()

    async def _read(self) -> None:
        if not self.dataset:
            return
        view, client = self.view, self.view.api.client
        async with view.guarded():
            page = await view.api(
                client.preview(
                    self.dataset,
                    offset=self.offset,
                    limit=PAGE,
                    label=None if self.label.value < 0 else self.label.value,
                    search=self.search.value.strip() or None,
                )
            )
            self.table.object = rows_table(view, page.rows)
            last = self.offset + len(page.rows)
            number = view.state.number
            words = view.t(
                "data.page",
                first=number(min(self.offset + 1, last)),
                last=number(last),
                total=number(page.total),
            )
            self.where.object = markup.paragraph(words)
            self.back.disabled = self.offset == 0
            self.on.disabled = last >= page.total

    async def _from_start(self, _: Any) -> None:
        self.offset = 0
        await self._read()

    async def _back(self, _: Any) -> None:
        self.offset = max(0, self.offset - PAGE)
        await self._read()

    async def _on(self, _: Any) -> None:
        self.offset += PAGE
        await self._read()

    def __panel__(self) -> Any:
        return self.layout


def rows_table(view: View, rows: Sequence[DatasetRow]) -> str:
    """Number, class and text of each row; all of it escaped."""
    t = view.t
    if not rows:
        return markup.paragraph(t("table.empty"))
    lines = "".join(
        f'<tr><td class="n">{row.row + 1}</td><td>{label_chip(view, row.label)}</td>'
        f'<td><div class="verbatim">{markup.text(row.text)}</div></td></tr>'
        for row in rows
    )
    head = "".join(
        f'<th scope="col">{markup.text(t(f"data.column.{name}"))}</th>' for name in ("row", "label", "text")
    )
    return f'<div class="scroll"><table><thead><tr>{head}</tr></thead><tbody>{lines}</tbody></table></div>'


def label_chip(view: View, label: int | None) -> str:
    if label is None:
        return "–"
    return markup.chip(view.t("check.toxic"), "bad") if label else markup.chip(view.t("check.clean"), "good")
