"""A drawing of figures with their intervals, one a line: symmetry, drift and variability.

The dot is the figure (round for left, square for right, as everywhere), the bar its 95 % interval. The hatched band is
what measurement alone may do; the hollow dot is a figure before something was taken off. What it says stands in the
text twin too.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from gaitpipe.model import Side
from gaitpipe.report.figures import SIDE_COLOUR, Format
from gaitpipe.report.svg import draw_svg

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure as Drawing

_INK, _MUTED, _GRID, _SHADE, _HATCH = "#1d2733", "#56616e", "#e3e7ec", "#eef1f4", "#a9b2bc"
_NO_SIDE = "#3d4650"
_WIDTH_PX: dict[Format, int] = {"wide": 896, "narrow": 400}
_LABEL_PX: dict[Format, int] = {"wide": 300, "narrow": 14}
_ROW_PX: dict[Format, int] = {"wide": 34, "narrow": 50}
_TOP_PX, _BOTTOM_PX, _RIGHT_PX = 14, 50, 24


@dataclass(frozen=True, slots=True)
class Interval:
    """One line: `value` with its 95 % interval, `band` to both sides of zero, `before` the hollow dot; None: not drawn.

    `side` None is a figure of both sides.
    """

    label: str
    side: Side | None
    value: float | None
    low: float | None
    high: float | None
    band: float | None = None
    before: float | None = None


@dataclass(frozen=True, slots=True)
class IntervalFigure:
    """What the drawing shows; `about_zero` keeps zero in the middle, else the axis begins at zero."""

    key: str
    title: str
    description: str
    axis: str
    about_zero: bool
    least_span: float
    rows: tuple[Interval, ...]


def interval_svg(form: Format, figure: IntervalFigure) -> str:
    """Draw the figure; its height grows with the number of lines."""
    width, height = _WIDTH_PX[form], _TOP_PX + _BOTTOM_PX + _ROW_PX[form] * len(figure.rows)

    def draw(drawing: Drawing) -> None:
        axes = _axes(drawing, form, width, height)
        axes.set_xlim(*_limits(figure))
        axes.set_ylim(len(figure.rows) - 0.5, -0.5)
        for place, row in enumerate(figure.rows):
            _draw_row(axes, place + (0.16 if form == "narrow" else 0.0), row)
            _write_label(axes, place, row, form)
        if figure.about_zero:
            axes.axvline(0.0, color=_MUTED, linewidth=1.0)
        axes.set_xlabel(figure.axis, color=_INK)

    return draw_svg(f"{figure.key}-{form}", width, height, figure.title, figure.description, draw)


def _axes(drawing: Drawing, form: Format, width: int, height: int) -> Axes:
    left = _LABEL_PX[form]
    axes = drawing.add_axes(
        (left / width, _BOTTOM_PX / height, (width - left - _RIGHT_PX) / width, 1 - (_TOP_PX + _BOTTOM_PX) / height)
    )
    axes.set_facecolor("none")
    axes.grid(axis="x", color=_GRID, linewidth=0.8)
    axes.set_axisbelow(True)
    for name in ("top", "right", "left"):
        axes.spines[name].set_visible(False)
    axes.spines["bottom"].set_color(_MUTED)
    axes.set_yticks([])
    axes.tick_params(colors=_MUTED, labelcolor=_INK, length=0, labelsize=12, pad=5)
    axes.locator_params(axis="x", nbins=9 if form == "wide" else 5)
    return axes


def _limits(figure: IntervalFigure) -> tuple[float, float]:
    """Axis limits that hold everything drawn."""
    ends = [
        abs(end)
        for row in figure.rows
        for end in (row.value, row.low, row.high, row.band, row.before)
        if end is not None and np.isfinite(end)
    ]
    reach = 1.08 * max([*ends, figure.least_span])
    return (-reach, reach) if figure.about_zero else (0.0, reach)


def _draw_row(axes: Axes, place: float, row: Interval) -> None:
    colour = _NO_SIDE if row.side is None else SIDE_COLOUR[row.side]
    marker = {"left": "o", "right": "s", None: "D"}[row.side]
    if row.band is not None:
        axes.barh(
            place, 2.0 * row.band, left=-row.band, height=0.5, facecolor=_SHADE, edgecolor=_HATCH, hatch="////",
            linewidth=0.8,
        )  # fmt: skip
    if row.low is not None and row.high is not None:
        axes.plot([row.low, row.high], [place, place], color=colour, linewidth=2.4, solid_capstyle="butt")
        for end in (row.low, row.high):
            axes.plot([end, end], [place - 0.13, place + 0.13], color=colour, linewidth=1.6)
    if row.before is not None:
        axes.plot([row.before], [place], marker, markersize=8, markerfacecolor="white", markeredgecolor=colour)
    if row.value is not None:
        axes.plot([row.value], [place], marker, markersize=9, color=colour, markeredgecolor="white")


def _write_label(axes: Axes, place: int, row: Interval, form: Format) -> None:
    narrow = form == "narrow"
    axes.annotate(
        row.label,
        (0.0, place),
        xycoords=("axes fraction", "data"),
        xytext=(2, 13) if narrow else (8 - _LABEL_PX[form], 0),
        textcoords="offset points",
        ha="left",
        va="center",
        color=_INK,
        fontsize=12,
    )
