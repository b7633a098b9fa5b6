"""The drawings of the report. Left is blue, round and solid; right is orange-red, square and dashed; both are named.

Each drawing exists in a wide form (screen, paper) and a narrow one (phone). What it says stands in its text twin too.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Literal

import numpy as np

from gaitpipe.model import Ensemble, Side
from gaitpipe.report.series import SideSeries, Span, value_limits
from gaitpipe.report.svg import draw_svg

if TYPE_CHECKING:
    from matplotlib.artist import Artist
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure as Drawing

Format = Literal["wide", "narrow"]
FORMATS: tuple[Format, Format] = ("wide", "narrow")

SIDE_COLOUR: dict[Side, str] = {"left": "#0072B2", "right": "#D55E00"}  # Okabe and Ito
_SIDE_DASH: dict[Side, Literal["solid"] | tuple[float, tuple[float, ...]]] = {
    "left": "solid",
    "right": (0.0, (5.0, 2.2)),
}
_SIDE_MARKER: dict[Side, str] = {"left": "o", "right": "s"}
_SIDE_CAP: dict[Side, Literal["round", "projecting"]] = {"left": "round", "right": "projecting"}
_INK, _MUTED, _GRID, _SHADE, _HATCH, _OTHER_GAIT = "#1d2733", "#56616e", "#e3e7ec", "#eef1f4", "#c3cad2", "#f6ecd2"
_SIZE_PX: dict[Format, tuple[int, int]] = {"wide": (896, 320), "narrow": (400, 300)}
_MARGIN_PX: dict[Format, tuple[int, int, int, int]] = {"wide": (58, 112, 46, 34), "narrow": (48, 14, 44, 52)}  # l r b t
_MOST_DOTS: dict[Format, int] = {"wide": 700, "narrow": 350}
_DOT_PX, _LARGE_DOT_PX, _FEW_DOTS = 4.8, 6.6, 150
_MOST_EVENTS_DRAWN = 12
_MOST_LINE_POINTS = 120
_MOST_SPANS_DRAWN = 150


@dataclass(frozen=True, slots=True)
class TimeFigure:
    """What a drawing over time shows; `event_times_s` are numbered from 1 in their order."""

    key: str
    title: str
    description: str
    unit: str
    least_span: float
    series: tuple[SideSeries, ...]
    spans: tuple[Span, ...]
    event_times_s: tuple[float, ...]
    origin_s: float


def ensemble_svg(
    form: Format, ensembles: Sequence[tuple[Side, Ensemble]], segment: str, title: str, description: str
) -> str:
    """Mean and spread of the pitch rate over one stride, one curve a foot, toe-off marked."""

    def draw(drawing: Drawing) -> None:
        axes = _axes(drawing, form)
        axes.axhline(0.0, color=_MUTED, linewidth=0.8)
        for side, ensemble in ensembles:
            _draw_ensemble(axes, side, ensemble)
        axes.set_xlim(0.0, 100.0)
        axes.set_xticks(range(0, 101, 10 if form == "wide" else 20))
        low, high = axes.get_ylim()
        axes.set_ylim(low, high + 0.14 * (high - low))
        axes.set_xlabel("Stride, % from initial contact to the next", color=_INK)
        _heading(axes, form, f"Pitch rate of the {segment}, deg/s", [side for side, _ in ensembles])
        for side, ensemble in ensembles:
            _mark_toe_off(axes, side, ensemble, form)

    width, height = _SIZE_PX[form]
    return draw_svg(f"ensemble-{form}", width, height, title, description, draw)


def _draw_ensemble(axes: Axes, side: Side, ensemble: Ensemble) -> None:
    colour = SIDE_COLOUR[side]
    mean, sd, phase = ensemble.mean, ensemble.sd, ensemble.phase_pct
    axes.fill_between(phase, mean - sd, mean + sd, color=colour, alpha=0.16, linewidth=0)
    axes.plot(phase, mean, color=colour, linewidth=2.2, linestyle=_SIDE_DASH[side])


def _mark_toe_off(axes: Axes, side: Side, ensemble: Ensemble, form: Format) -> None:
    place = ensemble.terminal_contact_pct
    if not np.isfinite(place):
        return
    colour = SIDE_COLOUR[side]
    height = float(np.interp(place, ensemble.phase_pct, ensemble.mean))
    axes.axvline(place, color=colour, linewidth=1.1, linestyle=_SIDE_DASH[side])
    axes.plot([place], [height], _SIDE_MARKER[side], color=colour, markersize=8, markeredgecolor="white")
    left = side == "left"
    row = 0.96 if left or form == "wide" else 0.88
    toe = f"{side} toe-off {place:.0f} %" if form == "wide" else f"{side} {place:.0f} %"
    axes.annotate(
        toe,
        (place, row),
        xycoords=("data", "axes fraction"),
        xytext=(-6 if left else 6, 0),
        textcoords="offset points",
        ha="right" if left else "left",
        va="top",
        color=_INK,
        fontsize=12,
    )


def time_svg(form: Format, figure: TimeFigure) -> str:
    """Per-stride dots and running median of one quantity over time."""

    def draw(drawing: Drawing) -> None:
        axes = _axes(drawing, form)
        scale_s = _time_scale(axes, figure)
        low, high = value_limits(figure.series, figure.least_span)
        axes.set_ylim(low, high)
        _draw_spans(axes, figure, scale_s)
        for one in figure.series:
            _draw_dots(axes, one, figure.origin_s, scale_s, _MOST_DOTS[form], (low, high))
        _draw_medians(axes, figure, scale_s)
        _draw_events(axes, figure, scale_s)
        _heading(axes, form, f"{figure.title}, {figure.unit}", [one.side for one in figure.series], figure.spans)

    width, height = _SIZE_PX[form]
    return draw_svg(f"{figure.key}-{form}", width, height, figure.title, figure.description, draw)


def _time_scale(axes: Axes, figure: TimeFigure) -> float:
    """Set the time axis, in seconds or minutes; returns seconds per unit."""
    ends = [one.time_s[[0, -1]] for one in figure.series] + [np.array([s.start_s, s.end_s]) for s in figure.spans]
    times = np.concatenate(ends) - figure.origin_s
    first, last = float(times.min()), float(times.max())
    scale_s, name = (60.0, "min") if last - first > 180.0 else (1.0, "s")
    margin = 0.015 * max(last - first, 1.0)
    start = 0.0 if first < 0.2 * last else first
    axes.set_xlim((start - margin) / scale_s, (last + margin) / scale_s)
    reference = "since the start" if figure.origin_s == 0.0 else "since the first stride"
    axes.set_xlabel(f"Time {reference}, {name}", color=_INK)
    return scale_s


def _draw_spans(axes: Axes, figure: TimeFigure, scale_s: float) -> None:
    longest = sorted(figure.spans, key=lambda span: span.start_s - span.end_s)[:_MOST_SPANS_DRAWN]
    for span in longest:
        start, end = (span.start_s - figure.origin_s) / scale_s, (span.end_s - figure.origin_s) / scale_s
        if span.kind != "none":
            axes.axvspan(start, end, facecolor=_OTHER_GAIT, linewidth=0)
            for edge in (start, end):  # the change of mode
                axes.axvline(edge, color="#8a6d1f", linewidth=1.0, linestyle=(0.0, (1.5, 2.0)))
        else:
            axes.axvspan(start, end, facecolor=_SHADE, edgecolor=_HATCH, hatch="////", linewidth=0)


def _draw_dots(
    axes: Axes, one: SideSeries, origin_s: float, scale_s: float, most: int, limits: tuple[float, float]
) -> None:
    """All dots of a side as one path of zero-length lines: a dot is a round or square cap, a few bytes each."""
    from matplotlib.patches import PathPatch
    from matplotlib.path import Path

    step = -(-one.value.size // most)
    time, value = (one.time_s[::step] - origin_s) / scale_s, one.value[::step]
    inside = (value >= limits[0]) & (value <= limits[1])
    points = np.repeat(np.column_stack([time[inside], value[inside]]), 2, axis=0)
    if points.size == 0:
        return
    codes = np.tile(np.array([Path.MOVETO, Path.LINETO], dtype=np.uint8), points.shape[0] // 2)
    width = _DOT_PX if points.shape[0] > 2 * _FEW_DOTS else _LARGE_DOT_PX
    width *= 1.0 if one.side == "left" else 0.84  # about the same area for a round and a square dot
    axes.add_patch(
        PathPatch(
            Path(points, codes),
            fill=False,
            edgecolor=SIDE_COLOUR[one.side],
            alpha=0.62,
            linewidth=width,
            capstyle=_SIDE_CAP[one.side],
        )
    )


def _draw_medians(axes: Axes, figure: TimeFigure, scale_s: float) -> None:
    """Running medians over one white ground, so that the line of one foot never rubs out that of the other."""
    lines = [(one.side, *_median_line(one, figure.origin_s, scale_s)) for one in figure.series]
    for _, time, value in lines:
        axes.plot(time, value, color="white", linewidth=3.6, solid_capstyle="round")
    for side, time, value in lines:
        axes.plot(time, value, color=SIDE_COLOUR[side], linewidth=2.2, linestyle=_SIDE_DASH[side])


def _median_line(one: SideSeries, origin_s: float, scale_s: float) -> tuple[list[float], list[float]]:
    """The running median as points of one line; a NaN point lifts the pen at each break."""
    edges = (0, *one.breaks, one.value.size)
    step = max(1, one.value.size // _MOST_LINE_POINTS)  # a median needs no finer line than its window
    time: list[float] = []
    value: list[float] = []
    for first, last in pairwise(edges):
        chosen = np.unique(np.append(np.arange(first, last, step), last - 1))
        time += [*(one.time_s[chosen] - origin_s) / scale_s, np.nan]
        value += [*one.median[chosen], np.nan]
    return time, value


def _draw_events(axes: Axes, figure: TimeFigure, scale_s: float) -> None:
    first, last = axes.get_xlim()
    for index, time_s in enumerate(figure.event_times_s[:_MOST_EVENTS_DRAWN], start=1):
        place = (time_s - figure.origin_s) / scale_s
        if not first <= place <= last:
            continue
        axes.axvline(place, color=_MUTED, linewidth=0.9)
        axes.text(
            place,
            0.985,
            str(index),
            transform=axes.get_xaxis_transform(),
            ha="center",
            va="top",
            fontsize=10,
            color="white",
            bbox={"boxstyle": "round,pad=0.25", "facecolor": _MUTED, "edgecolor": "white"},
        )


def _axes(drawing: Drawing, form: Format) -> Axes:
    width, height = _SIZE_PX[form]
    left, right, bottom, top = _MARGIN_PX[form]
    axes = drawing.add_axes(
        (left / width, bottom / height, (width - left - right) / width, (height - bottom - top) / height)
    )
    axes.set_facecolor("none")
    axes.grid(axis="y", color=_GRID, linewidth=0.8)
    axes.set_axisbelow(True)
    for name in ("top", "right", "left"):
        axes.spines[name].set_visible(False)
    axes.spines["bottom"].set_color(_MUTED)
    axes.tick_params(colors=_MUTED, labelcolor=_INK, length=0, labelsize=12, pad=5)
    axes.locator_params(axis="y", nbins=6)
    return axes


def _heading(axes: Axes, form: Format, quantity: str, sides: Sequence[Side], spans: Sequence[Span] = ()) -> None:
    """What is drawn, above the axis, and the key: at the right in the wide form, below the title in the narrow one."""
    wide = form == "wide"
    axes.annotate(
        quantity,
        (0.0, 1.0),
        xycoords="axes fraction",
        xytext=(-_MARGIN_PX[form][0] + 6, 14 if wide else 32),
        textcoords="offset points",
        color=_INK,
        fontsize=13,
        fontweight="bold",
    )
    handles = [*(_side_key(side) for side in sides), *_span_keys(spans)]
    crowded = not wide and len(handles) > 3
    axes.legend(
        handles=handles,
        loc="upper left" if wide else "lower left",
        bbox_to_anchor=(1.005, 1.0) if wide else (-0.03, 0.985),
        ncols=1 if wide else len(handles),
        frameon=False,
        fontsize=11 if crowded else 12,
        handlelength=1.7 if crowded else 2.6,
        handletextpad=0.5,
        labelcolor=_INK,
        borderaxespad=0.2,
        columnspacing=0.9 if crowded else 1.4,
    )


def _side_key(side: Side) -> Artist:
    from matplotlib.lines import Line2D

    colour, label = SIDE_COLOUR[side], side.capitalize()
    marker = _SIDE_MARKER[side]
    dash = _SIDE_DASH[side]
    return Line2D([], [], color=colour, linewidth=2.2, linestyle=dash, marker=marker, markersize=6, label=label)


def _span_keys(spans: Sequence[Span]) -> list[Artist]:
    from matplotlib.patches import Patch

    found: list[Artist] = []
    for kind, label in (("walk", "Walking"), ("run", "Running")):
        if any(span.kind == kind for span in spans):
            found.append(Patch(facecolor=_OTHER_GAIT, edgecolor="#8a6d1f", linewidth=0.8, linestyle=":", label=label))
    if any(span.kind == "none" for span in spans):
        found.append(Patch(facecolor=_SHADE, edgecolor=_HATCH, hatch="////", linewidth=0.8, label="No strides"))
    return found
