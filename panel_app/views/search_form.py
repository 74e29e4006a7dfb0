"""Which hyperparameters to try: ranges and lists, made from the same schema as the form."""

from typing import Any

import panel as pn
import panel_material_ui as pmui

from chisto.schemas import Search
from panel_app import markup
from panel_app.design import GROUP
from panel_app.forms import Schema, choices, is_integer, numeric_range, parse_number, plain, shown
from panel_app.views.base import View

METRICS = ("macro_f1", "toxic_f1", "roc_auc", "average_precision")
#: A range that spans more than this is drawn from on a logarithmic scale.
LOG_RATIO = 1000
SUGGESTED = ("ml_model_params.C", "ml_model_params.alpha", "ml_model_params.rate")
#: Where good values are found, for fields whose whole range is far wider.
USUAL = {
    "C": (0.01, 100),
    "alpha": (0.01, 2),
    "rate": (3e-4, 6e-3),
    "max_features": (5000, 200_000),
    "min_df": (1, 10),
}


class SearchForm(pn.viewable.Viewer):
    """A switch and, when it is on, method, metric and one line for each field to vary."""

    def __init__(self, view: View) -> None:
        super().__init__()
        self.view = view
        t = view.t
        self._fields: dict[str, Schema] = {}
        self._inputs: dict[str, tuple[Any, ...]] = {}
        self.switch = pmui.Switch(label=t("train.search"), margin=0)
        self.method = pmui.RadioButtonGroup(sx=GROUP, 
            label=t("train.method"), size="small", value="random", margin=0,
            options={t(f"train.method.{name}"): name for name in ("random", "grid")},
        )  # fmt: skip
        self.metric = pmui.Select(
            label=t("train.metric"), size="small", value="macro_f1", width=230, margin=0,
            options={view.state.named("metric", name): name for name in METRICS},
        )  # fmt: skip
        self.trials = pmui.IntInput(
            label=t("train.trials"), value=20, start=1, end=500, size="small", width=120, margin=0
        )
        self.fields = pmui.MultiChoice(label=t("train.fields"), sizing_mode="stretch_width", margin=0)
        self.lines = pn.Column(sizing_mode="stretch_width", margin=0)
        self.body = pn.Column(
            markup.pane(markup.paragraph(t("train.search_lead"))),
            view.row(self.method, self.metric, self.trials),
            self.fields,
            self.lines,
            visible=False,
            sizing_mode="stretch_width",
            margin=0,
            styles={"gap": "12px"},
        )
        self.switch.param.watch(self._toggle, "value")
        self.method.param.watch(self._show_lines, "value")
        self.fields.param.watch(self._show_lines, "value")

    def __panel__(self) -> Any:
        return pn.Column(self.switch, self.body, sizing_mode="stretch_width", margin=0)

    def offer(self, groups: dict[str, Schema]) -> None:
        """Take over the fields of the branches that the forms are in: group → schema of the branch."""
        fields = {
            f"{group}.{name}": field
            for group, branch in groups.items()
            for name, field in branch.get("properties", {}).items()
            if len(choices(field) or []) > 1 or numeric_range(field) or field.get("type") == "boolean"
        }
        if fields == self._fields:
            return
        self._fields = fields
        options = {field.get("title", name): name for name, field in fields.items()}
        kept = [name for name in self.fields.value if name in fields]
        self.fields.param.update(
            options=options, value=kept or [name for name in SUGGESTED if name in fields]
        )
        self._show_lines()

    def value(self) -> Search | None:
        """What was asked for; None when the switch is off. Raises ValueError for a wrong number or an empty space."""
        if not self.switch.value:
            return None
        space = {name: self._axis(name) for name in self.fields.value}
        if not space:
            raise ValueError("empty")
        return Search(
            method=self.method.value, space=space, trials=self.trials.value, metric=self.metric.value
        )

    def _axis(self, name: str) -> Any:
        field, inputs = self._fields[name], self._inputs[name]
        if len(inputs) == 2:
            low, high = (parse_number(one.value_input, field) for one in inputs)
            if low is None or high is None or low >= high:
                inputs[0].error_state = True
                raise ValueError(name)
            is_log = low > 0 and high / low >= LOG_RATIO / 10
            return {"low": low, "high": high, "log": is_log, "integer": is_integer(field)}
        if isinstance(inputs[0], pmui.MultiChoice):
            if not inputs[0].value:
                raise ValueError(name)
            return list(inputs[0].value)
        return [parse_number(word, field) for word in inputs[0].value_input.split(",")]

    def _toggle(self, event: Any) -> None:
        self.body.visible = event.new

    def _show_lines(self, *_: Any) -> None:
        self.trials.visible = self.method.value == "random"
        self._inputs = {name: self._make_inputs(name) for name in self.fields.value if name in self._fields}
        self.lines.objects = [self.view.row(*inputs) for inputs in self._inputs.values()]

    def _make_inputs(self, name: str) -> tuple[Any, ...]:
        field, t = self._fields[name], self.view.t
        title = field.get("title", name)
        options = choices(field) or ([False, True] if field.get("type") == "boolean" else None)
        if options:
            labels = {shown(one): one for one in options}
            return (pmui.MultiChoice(label=title, options=labels, value=options, width=420, margin=0),)
        low, high = USUAL.get(name.split(".")[-1], numeric_range(field) or (0, 1))
        if self.method.value == "grid":
            middle = (low * high) ** 0.5 if low > 0 and high / low > 10 else (low + high) / 2
            values = [round(one) if is_integer(field) else one for one in (low, middle, high)]
            words = ", ".join(plain(one) for one in dict.fromkeys(values))
            return (
                pmui.TextInput(
                    label=t("train.values", field=title), value=words, width=420, size="small", margin=0
                ),
            )
        return tuple(
            pmui.TextInput(
                label=t(f"train.{end}", field=title), value=plain(value), width=260, size="small", margin=0
            )
            for end, value in (("low", low), ("high", high))
        )
