"""Charts. Everything comes aggregated; colours are those of the classes and models, in either theme."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import holoviews as hv
import hvplot.pandas  # noqa: F401 - adds .hvplot to pandas
import numpy as np
import pandas as pd

from panel_app.design import CLEAN, SERIES, TOXIC

hv.extension("bokeh", logo=False)

HEIGHT = 320
_TOOLS: dict[str, Any] = {
    "default_tools": ["box_zoom", "reset", "save"],
    "toolbar": "above",
    "active_tools": [],
}


@dataclass(frozen=True)
class Palette:
    """Colours for one theme."""

    is_dark: bool

    def of_class(self, name: str) -> str:
        if name == "toxic":
            return TOXIC[self.is_dark]
        return CLEAN[self.is_dark] if name == "non_toxic" else SERIES[self.is_dark][2]

    def of_series(self, index: int) -> str:
        colours = SERIES[self.is_dark]
        return colours[index % len(colours)]

    @property
    def guide(self) -> str:
        return "#8aa09b" if self.is_dark else "#7d8b87"


def _tidy(plot: Any, _: Any) -> None:
    """Room for the last label of the axis, and no toolbar: there is nothing to do with it that the page cannot."""
    plot.state.min_border_right = 16
    plot.state.toolbar_location = None


def _finish(element: Any, **options: Any) -> Any:
    return element.opts(responsive=True, hooks=[_tidy], **_TOOLS, **options)


def histogram(
    edges: Sequence[int], series: Mapping[str, Sequence[float]], colours: Mapping[str, str], x: str, y: str
) -> Any:
    """Histograms of several classes over the same bins; the open last bin is drawn as wide as the one before."""
    bounds = np.asarray(edges, float)
    if len(bounds) > 2:
        bounds[-1] = min(bounds[-1], bounds[-2] + max(bounds[-2] - bounds[-3], 1))
    layers = [
        hv.Histogram((bounds, np.asarray(values, float)), kdims=[x], vdims=[y], label=name).opts(
            fill_color=colours[name],
            fill_alpha=0.45,
            line_color=colours[name],
            line_width=1.5,
            tools=["hover"],
        )
        for name, values in series.items()
    ]
    return _finish(hv.Overlay(layers), height=HEIGHT, legend_position="top", ylabel=y, xlabel=x)


def dots(
    labels: Sequence[str], series: Mapping[str, Sequence[float]], colours: Mapping[str, str], x: str
) -> Any:
    """One line for each label, one dot for each class on it."""
    frame = pd.DataFrame({"label": list(labels), **{name: list(values) for name, values in series.items()}})
    frame = frame.iloc[::-1]
    layers: list[Any] = []
    if len(series) == 2:
        first, second = series
        layers.append(
            hv.Segments(
                (frame[first], frame["label"], frame[second], frame["label"]), [x, "label", "x2", "label2"]
            ).opts(color="#8aa09b", line_width=2)
        )
    layers += [
        hv.Scatter((frame[name], frame["label"]), kdims=[x], vdims=["label"], label=name).opts(
            color=colours[name], size=11, tools=["hover"]
        )
        for name in series
    ]
    height = 90 + 26 * len(frame)
    return _finish(
        hv.Overlay(layers), height=height, legend_position="top", xlabel=x, ylabel="", show_grid=True
    )


def bars(
    words: Sequence[str], values: Sequence[float], colour: str | Sequence[str], x: str, y: str = ""
) -> Any:
    """Horizontal bars, the first on top."""
    frame = pd.DataFrame({"word": list(words), x: list(values)}).drop_duplicates("word").iloc[::-1]
    if not isinstance(colour, str):
        frame["colour"] = pd.Series(list(colour)).iloc[::-1].to_numpy()[: len(frame)]
        colour = "colour"
    chart = frame.hvplot.barh(x="word", y=x, color=colour, line_alpha=0, legend=False, responsive=True)
    return _finish(chart, height=70 + 21 * len(frame), xlabel="", ylabel=y or x, tools=["hover"])


@dataclass(frozen=True)
class Line:
    """One model's curve."""

    name: str
    x: Sequence[float]
    y: Sequence[float]
    colour: str


def curves(
    lines: Sequence[Line],
    x: str,
    y: str,
    *,
    diagonal: bool = False,
    dots: bool = False,
    moving: hv.DynamicMap | None = None,
) -> Any:
    """Curves in the unit square; ``diagonal`` adds the line of chance or of perfect calibration, ``moving`` points."""
    layers: list[Any] = []
    if diagonal:
        layers.append(
            hv.Curve(([0, 1], [0, 1]), x, y).opts(color="#8aa09b", line_dash="dashed", line_width=1)
        )
    for line in lines:
        layers.append(
            hv.Curve((line.x, line.y), x, y, label=line.name).opts(
                color=line.colour, line_width=2.5, tools=["hover"]
            )
        )
        if dots:
            layers.append(hv.Scatter((line.x, line.y), x, y).opts(color=line.colour, size=7))
    whole = hv.Overlay(layers) if moving is None else hv.Overlay(layers) * moving
    return whole.opts(
        hv.opts.Overlay(
            responsive=True, height=380, xlim=(-0.02, 1.02), ylim=(-0.02, 1.02), xlabel=x, ylabel=y,
            show_legend=False, show_grid=True, hooks=[_tidy], **_TOOLS,
        )
    )  # fmt: skip


def points(lines: Sequence[Line], x: str, y: str) -> Any:
    """The operating points on curves of the same axes: one point for each line."""
    return hv.Overlay(
        [
            hv.Scatter((line.x, line.y), x, y).opts(
                color=line.colour, size=14, line_color="white", line_width=2, marker="circle"
            )
            for line in lines
        ]
    )
