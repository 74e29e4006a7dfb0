"""A form made from JSON schema in which nothing can be chosen that does not go together.

A schema is an object, or a flat `oneOf` of objects that differ in the constants and enums of a few deciding fields
(solver, penalty, analyzer). The form keeps to the branches that match what is chosen so far.
"""

from collections.abc import Callable, Mapping
from typing import Any

import panel as pn
import panel_material_ui as pmui
import param

from panel_app import markup

Schema = Mapping[str, Any]
#: Shown at once; the others are a click away.
MAIN = frozenset(
    ("solver", "penalty", "C", "alpha", "analyzer", "ngram_range", "char_ngram_range", "max_features", "min_df",
     "lemmatize", "n_features", "epochs", "rate", "batch", "class_weight")
)  # fmt: skip


CELL = {"flex": "1 1 270px", "min-width": "min(100%, 270px)", "max-width": "420px", "width": "auto"}


def branches(schema: Schema) -> list[Schema]:
    return list(schema.get("oneOf", [schema]))


def choices(field: Schema) -> list[Any] | None:
    """The values of a constant or an enum; None for a field of another kind."""
    if "const" in field:
        return [field["const"]]
    return list(field["enum"]) if "enum" in field else None


def deciding(schema: Schema) -> list[str]:
    """Fields whose choices differ between branches, in the order of the schema."""
    parts = branches(schema)
    names = list(dict.fromkeys(name for part in parts for name in part.get("properties", {})))
    return [
        name
        for name in names
        if len({repr(choices(part["properties"][name])) for part in parts if name in part["properties"]}) > 1
        and all(_are_words(choices(part["properties"][name])) for part in parts if name in part["properties"])
    ]


def _are_words(values: list[Any] | None) -> bool:
    return bool(values) and all(isinstance(value, str) for value in values or [])


def resolve(schema: Schema, chosen: Mapping[str, Any]) -> tuple[Schema, dict[str, list[Any]]]:
    """The branch that the choices lead to, and what each deciding field may be.

    Earlier fields decide over later ones; a choice that does not go with them gives way to the first that does.
    """
    parts, offered = branches(schema), {}
    for name in deciding(schema):
        parts_with = [part for part in parts if name in part["properties"]]
        options = list(
            dict.fromkeys(value for part in parts_with for value in choices(part["properties"][name]) or [])
        )
        if not options:
            continue
        offered[name] = options
        value = chosen.get(name) if chosen.get(name) in options else options[0]
        parts = [part for part in parts_with if value in (choices(part["properties"][name]) or [])]
    return parts[0], offered


def variants(field: Schema) -> list[Schema]:
    return list(field.get("anyOf", [field]))


def numeric_range(field: Schema) -> tuple[float, float] | None:
    """Lowest and highest value of a number; None for another kind of field."""
    parts = [part for part in variants(field) if part.get("type") in ("integer", "number")]
    lows = [part.get("minimum", part.get("exclusiveMinimum")) for part in parts]
    highs = [part.get("maximum", part.get("exclusiveMaximum")) for part in parts]
    if not parts or None in lows or None in highs:
        return None
    return min(lows), max(highs)


def is_integer(field: Schema) -> bool:
    kinds = {part.get("type") for part in variants(field)} - {"null"}
    return kinds == {"integer"}


def shown(value: Any) -> str:
    """[1, 2] → 1–2; 0.0001 → 0.0001."""
    if isinstance(value, list | tuple):
        return "–".join(map(str, value))
    return str(value)


def plain(value: float) -> str:
    """1e-05 → 0.00001, 5e+06 → 5000000."""
    return f"{value:.10f}".rstrip("0").rstrip(".")


def parse_number(text: str, field: Schema) -> float | int | None:
    """A number as people write it; None for nothing. Raises ValueError outside of the field's range."""
    words = text.strip().replace(",", ".").replace(" ", "").replace("\N{NO-BREAK SPACE}", "")
    if not words:
        if any(part.get("type") == "null" for part in variants(field)):
            return None
        raise ValueError("empty")
    value = float(words)
    for part in variants(field):
        if part.get("type") == "integer" and value.is_integer() and _is_within(value, part):
            return int(value)
        if part.get("type") == "number" and _is_within(value, part):
            return value
    raise ValueError("out of range")


def _is_within(value: float, part: Schema) -> bool:
    step = part.get("multipleOf")
    return (
        value >= part.get("minimum", value)
        and value > part.get("exclusiveMinimum", value - 1)
        and value <= part.get("maximum", value)
        and value < part.get("exclusiveMaximum", value + 1)
        and (step is None or value % step == 0)
    )


class SchemaForm(pn.viewable.Viewer):
    """Widgets for one schema; ``value`` has every field of the branch that was chosen."""

    value = param.Dict(default={}, doc="Valid values of all fields.")
    is_valid = param.Boolean(default=True)

    def __init__(self, schema: Schema, range_text: Callable[[float, float], str], more: str) -> None:
        super().__init__()
        self.schema = schema
        self._range_text = range_text
        self._more_text = more
        self._chosen: dict[str, Any] = {}
        self._wrong: set[str] = set()
        self._is_open = False
        self.layout = pn.Column(sizing_mode="stretch_width", margin=0)
        self._rebuild()

    def __panel__(self) -> Any:
        return self.layout

    def _rebuild(self) -> None:
        branch, offered = resolve(self.schema, self._chosen)
        fields = branch["properties"]
        options = {name: offered.get(name) or choices(field) for name, field in fields.items()}
        values = {name: self._value_of(name, field, options[name]) for name, field in fields.items()}
        self._wrong = set()

        def widgets(names: list[str]) -> pn.FlexBox:
            made = [self._widget(name, fields[name], options[name], values[name]) for name in names]
            return pn.FlexBox(
                *made, gap="14px 18px", align_items="flex-start", sizing_mode="stretch_width", margin=0
            )

        main = [name for name in fields if name in MAIN]
        rest = [name for name in fields if name not in MAIN]
        place = pn.Column(sizing_mode="stretch_width", margin=0)

        def open_rest(_: Any = None) -> None:
            """The rarely used fields cost nothing until they are wanted."""
            self._is_open = True
            place.objects = [widgets(rest)]
            more.visible = False

        more = pmui.Button(
            label=self._more_text, icon="tune", variant="text", size="small", margin=0, on_click=open_rest
        )
        more.visible = bool(rest)
        if rest and self._is_open:
            open_rest()
        self.layout.objects = [widgets(main), more, place]
        self.param.update(value=values, is_valid=True)

    def _value_of(self, name: str, field: Schema, options: list[Any] | None) -> Any:
        default = field.get("default", (options or [None])[0])
        value = self._chosen.get(name, default)
        if options and value not in options:
            return default if default in options else options[0]
        return value

    def _widget(self, name: str, field: Schema, options: list[Any] | None, value: Any) -> Any:
        title, words = field.get("title", name), field.get("description", "")
        common = {
            "label": title,
            "margin": 0,
            "size": "small",
            "styles": CELL,
            "sizing_mode": "stretch_width",
        }
        if options:
            labels = {shown(one): one for one in options}
            widget = pmui.Select(options=list(labels), value=shown(value), helper_text=words, **common)
            widget.param.watch(lambda event: self._choose(name, labels[event.new]), "value")
            return widget
        if field.get("type") == "boolean":
            switch = pmui.Switch(label=title, value=bool(value), margin=0)
            switch.param.watch(lambda event: self._set(name, event.new), "value")
            sentence = markup.pane(markup.paragraph(words))
            return pn.Column(switch, sentence, sizing_mode="stretch_width", margin=0, styles=CELL)
        return self._number(name, field, value, words, common)

    def _number(
        self, name: str, field: Schema, value: Any, words: str, common: dict[str, Any]
    ) -> pmui.TextInput:
        bounds = numeric_range(field)
        hint = f"{words} {self._range_text(*bounds)}" if bounds else words
        number = pmui.TextInput(value="" if value is None else plain(value), helper_text=hint, **common)

        def read(event: Any) -> None:
            try:
                parsed = parse_number(event.new, field)
            except ValueError:
                number.error_state = True
                self._wrong.add(name)
            else:
                number.error_state = False
                self._wrong.discard(name)
                self._set(name, parsed)
            self.is_valid = not self._wrong

        number.param.watch(read, "value_input")
        return number

    def _choose(self, name: str, value: Any) -> None:
        self._chosen[name] = value
        if name in deciding(self.schema):
            self._rebuild()
        else:
            self._set(name, value)

    def _set(self, name: str, value: Any) -> None:
        self._chosen[name] = value
        self.value = {**self.value, name: value}
