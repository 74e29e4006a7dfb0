"""The result of a comparison: curves with movable points, counts at the threshold, disagreements."""

from typing import TYPE_CHECKING, Any

import holoviews as hv
import panel as pn
import panel_material_ui as pmui

from chisto.schemas import DecisionRequest, EvaluatedModel, Evaluation, Interval
from panel_app import markup, operating, plots
from panel_app.views.rows import label_chip

if TYPE_CHECKING:
    from panel_app.views.compare import CompareView

DISAGREEMENTS = 30


class Comparison(pn.viewable.Viewer):
    """All of it hangs on one slider; until it is moved, each model is shown at its own threshold."""

    def __init__(self, view: "CompareView", result: Evaluation) -> None:
        super().__init__()
        self.view, self.result, self.t = view, result, view.t
        self.palette = plots.Palette(view.state.dark)
        self._moved = False
        self._make_widgets()
        self.table, self.found, self.disagreements = markup.pane(), markup.pane(), markup.pane()
        self.layout = view.column(
            markup.pane(self._title()),
            view.split(
                view.card(
                    markup.pane(markup.section(self.t("compare.roc"))), self._roc(), self._legend("roc_auc")
                ),
                view.card(
                    markup.pane(markup.section(self.t("compare.pr"))),
                    self._precision_recall(),
                    self._legend("average_precision"),
                ),
            ),
            view.card(
                markup.pane(markup.section(self.t("compare.at"), self.t("compare.threshold_hint"))),
                self.threshold,
                view.row(self.own, self.model, self.save),
                self.table,
                view.row(
                    self.traffic, self.share, markup.pane(markup.paragraph(self.t("compare.traffic_hint")))
                ),
                view.row(self.wanted, self.find),
                self.found,
            ),
            view.split(
                view.card(
                    markup.pane(
                        markup.section(self.t("compare.calibration"), self.t("compare.calibration_hint"))
                    ),
                    self._calibration(),
                    self._legend(),
                ),
                view.card(
                    markup.pane(markup.section(self.t("compare.disagreements"))),
                    self.pair,
                    self.disagreements,
                ),
            ),
            gap=16,
        )
        self._show_table()
        pn.state.execute(self._show_disagreements)

    def __panel__(self) -> Any:
        return self.layout

    def _make_widgets(self) -> None:
        t, models = self.t, self.result.models
        small = {"size": "small", "margin": 0}
        self.threshold = pmui.FloatSlider(
            label=t("compare.threshold"), start=0, end=1, step=0.01, value=round(models[0].threshold, 2), format="0.00",
            sizing_mode="stretch_width", margin=(0, 10),
        )  # fmt: skip
        self.own = self.view.button("compare.own", self._back_to_own, variant="outlined", size="small")
        names = [model.name for model in models]
        self.model = pmui.Select(
            label=t("compare.for_model"), options=names, value=names[0], width=240, **small
        )
        self.save = self.view.button("compare.save", self._save, icon="save", size="small")
        self.traffic = pmui.IntInput(
            label=t("compare.traffic"), value=10_000, start=0, step=1000, width=210, **small
        )
        share = round(100 * self.result.toxic / max(self.result.rows, 1))
        self.share = pmui.FloatInput(
            label=t("compare.traffic_share"), value=float(share), start=0, end=100, step=1, width=210, **small
        )
        self.wanted = pmui.FloatInput(
            label=t("compare.wanted"), value=90.0, start=1, end=100, step=1, width=210, **small
        )
        self.find = self.view.button("compare.find", self._find, variant="outlined", size="small")
        pairs = {f"{one.first} / {one.second}": index for index, one in enumerate(self.result.disagreements)}
        self.pair = pmui.Select(
            label=t("compare.pair"),
            options=pairs,
            value=0 if pairs else None,
            width=340,
            visible=bool(pairs),
            **small,
        )
        self.threshold.param.watch(self._on_threshold, "value")
        self.pair.param.watch(self._show_disagreements, "value")
        for widget in (self.traffic, self.share):
            widget.param.watch(self._show_table, "value")

    # --- curves -----------------------------------------------------------------------------------------------

    def _colour(self, index: int) -> str:
        return self.palette.of_series(index)

    def _legend(self, figure: str = "") -> pn.pane.HTML:
        """Colours and names, with the area under the curve and its interval: below the chart, where it can wrap."""
        number, lines = self.view.state.number, []
        for index, model in enumerate(self.result.models):
            words = model.name
            if figure:
                one: Interval = getattr(model, figure)
                interval = {name: number(getattr(one, name), 3) for name in ("value", "low", "high")}
                words += ": " + self.t(f"compare.{figure}", **interval)
            lines.append(markup.swatch(self._colour(index), words))
        return markup.pane(f'<div class="row">{"".join(lines)}</div>')

    def _roc(self) -> pn.pane.HoloViews:
        x, y = self.t("compare.axis.fpr"), self.t("compare.axis.tpr")
        lines = [
            plots.Line(
                model.name,
                model.roc.false_positive_rate,
                model.roc.true_positive_rate,
                self._colour(index),
            )
            for index, model in enumerate(self.result.models)
        ]

        def at_threshold(threshold: float) -> Any:
            return self._points(threshold, x, y, lambda at: (at.false_positive_rate, at.recall))

        moving = hv.DynamicMap(pn.bind(at_threshold, self.threshold))
        return self._pane(plots.curves(lines, x, y, diagonal=True, moving=moving))

    def _precision_recall(self) -> pn.pane.HoloViews:
        x, y = self.t("compare.axis.recall"), self.t("compare.axis.precision")
        lines = [
            plots.Line(
                model.name,
                model.precision_recall.recall,
                model.precision_recall.precision,
                self._colour(index),
            )
            for index, model in enumerate(self.result.models)
        ]

        def at_threshold(threshold: float) -> Any:
            return self._points(threshold, x, y, lambda at: (at.recall, at.precision))

        moving = hv.DynamicMap(pn.bind(at_threshold, self.threshold))
        return self._pane(plots.curves(lines, x, y, moving=moving))

    def _points(self, threshold: float, x: str, y: str, place: Any) -> Any:
        points = [place(self._at(model, threshold)) for model in self.result.models]
        lines = [plots.Line("", [a], [b], self._colour(index)) for index, (a, b) in enumerate(points)]
        return plots.points(lines, x, y)

    def _pane(self, element: Any) -> pn.pane.HoloViews:
        return pn.pane.HoloViews(element, sizing_mode="stretch_width", margin=0, linked_axes=False)

    def _calibration(self) -> pn.pane.HoloViews:
        lines = [
            plots.Line(
                model.name, model.calibration.mean_score, model.calibration.share_toxic, self._colour(index)
            )
            for index, model in enumerate(self.result.models)
        ]
        x, y = self.t("compare.axis.score"), self.t("compare.axis.share")
        return self._pane(plots.curves(lines, x, y, diagonal=True, dots=True))

    # --- thresholds -------------------------------------------------------------------------------------------

    def _at(self, model: EvaluatedModel, threshold: float) -> operating.Operating:
        return operating.at(model.confusion, threshold if self._moved else model.threshold)

    def _on_threshold(self, event: Any) -> None:
        self._moved = True
        self._show_table()

    def _back_to_own(self, _: Any) -> None:
        self._moved = False
        self.threshold.param.trigger("value")
        self._moved = False
        self._show_table()

    def _find(self, _: Any) -> None:
        model = next(one for one in self.result.models if one.name == self.model.value)
        point = operating.lowest_for_precision(model.confusion, self.wanted.value / 100)
        percent = self.view.state.percent
        if point is None:
            title = self.t(
                "compare.unreachable", model=model.name, precision=percent(self.wanted.value / 100)
            )
            self.found.object = markup.note("warning", title, self.t("compare.unreachable_hint"))
            return
        words = self.t(
            "compare.found",
            threshold=self.view.state.number(point.threshold, 2),
            precision=percent(point.precision, 1),
            recall=percent(point.recall, 1),
            model=model.name,
        )
        self.found.object = markup.note("info", words)
        self._moved = True
        self.threshold.value = round(point.threshold, 4)

    async def _save(self, _: Any) -> None:
        view, name, threshold = self.view, self.model.value, self.threshold.value
        async with view.guarded():
            with view.busy(self.save):
                await view.api(view.api.client.save_decision(name, DecisionRequest(threshold=threshold)))
            view.tell(
                "success", self.t("compare.saved", model=name, threshold=view.state.number(threshold, 2))
            )

    def _show_table(self, *_: Any) -> None:
        state = self.view.state
        names = ("model", "threshold", "tp", "fp", "fn", "tn", "precision", "recall", "f1", "review")
        head = [self.t(f"compare.column.{name}") for name in names]
        rows = []
        for model in self.result.models:
            point = self._at(model, self.threshold.value)
            review = point.to_review(self.traffic.value or 0, (self.share.value or 0) / 100)
            counts = (point.true_positive, point.false_positive, point.false_negative, point.true_negative)
            rows.append(
                [model.name, state.number(point.threshold, 2), *(state.number(count) for count in counts),
                 state.percent(point.precision, 1), state.percent(point.recall, 1), state.number(point.f1, 3),
                 state.number(review)]
            )  # fmt: skip
        self.table.object = markup.table(head, rows, numeric=range(1, len(head)))

    # --- words ------------------------------------------------------------------------------------------------

    def _title(self) -> str:
        state, result = self.view.state, self.result
        best = max(result.models, key=lambda model: model.roc_auc.value)
        title = self.t(
            "compare.title",
            models=state.counted(len(result.models), "noun.models"),
            dataset=self.view.dataset_name(result.dataset),
        )
        rows = self.t(
            "compare.rows",
            rows=state.counted(result.rows, "noun.rows"),
            toxic=state.counted(result.toxic, "noun.toxic"),
        )
        summary = self.t(
            "compare.summary",
            model=best.name,
            value=state.number(best.roc_auc.value, 3),
            low=state.number(best.roc_auc.low, 3),
            high=state.number(best.roc_auc.high, 3),
        )
        return markup.section(title, f"{rows}. {summary}")

    async def _show_disagreements(self, *_: Any) -> None:
        view = self.view
        if self.pair.value is None:
            self.disagreements.object = markup.paragraph(self.t("compare.disagree_none"))
            return
        one = self.result.disagreements[self.pair.value]
        if not one.count:
            self.disagreements.object = markup.paragraph(self.t("compare.disagree_none"))
            return
        async with view.guarded():
            numbers = one.rows[:DISAGREEMENTS]
            page = await view.api(view.api.client.rows(self.result.dataset, numbers))
            texts = {row.row: row for row in page.rows}
            number = view.state.number
            lines = "".join(
                f'<tr><td><div class="verbatim">{markup.text(texts[row].text)}</div>{label_chip(view, texts[row].label)}</td>'
                f'<td class="n">{number(first, 2)}</td><td class="n">{number(second, 2)}</td></tr>'
                for row, first, second in zip(numbers, one.first_scores, one.second_scores, strict=False)
                if row in texts
            )
            head = "".join(
                f'<th scope="col"{style}>{markup.text(name)}</th>'
                for name, style in (
                    (self.t("data.column.text"), ""), (one.first, ' class="n"'), (one.second, ' class="n"'),
                )
            )  # fmt: skip
            words = markup.paragraph(self.t("compare.disagree_count", count=number(one.count)))
            self.disagreements.object = (
                f'{words}<div class="scroll" style="max-height:420px;overflow:auto" tabindex="0">'
                f"<table><thead><tr>{head}</tr></thead><tbody>{lines}</tbody></table></div>"
            )
