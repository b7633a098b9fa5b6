"""Drawings of the load index: today's place in its error band, what the models say, sessions and weeks, speeds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

from gaitpipe.rehab.words import AchillesLoad
from gaitpipe.report.document import Cell, Column, Figure, Table
from gaitpipe.report.figures import Format
from gaitpipe.report.rehab_axes import INK, MUTED, RED, SHADE, add_axes, band, day_axis, heading, make_figure
from gaitpipe.report.rehab_words import day_text, weekday_text
from gaitpipe.report.text import number

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure as Drawing

_LOW: dict[Format, int] = {"wide": 132, "narrow": 132}


def index_figure(load: AchillesLoad, psi: float, mdc: float) -> Figure:
    """Today's per-step index on the baseline's scale, inside or outside the band of measurement error."""
    reach = max(1.6 * mdc, 1.25 * abs(psi - 100.0), 12.0)

    def draw(drawing: Drawing, form: Format) -> None:
        axes = add_axes(drawing, form, _LOW[form], (22, 22, 40, 34), grid="x")
        band(axes, 100.0 - mdc, 100.0 + mdc)
        axes.axvline(100.0, color=MUTED, linewidth=1.2)
        if load.uncertainty_psi is not None:
            half = 1.96 * load.uncertainty_psi
            axes.plot([psi - half, psi + half], [0, 0], color=INK, linewidth=2.4, solid_capstyle="butt")
        axes.plot([psi], [0], "D", color=INK, markersize=11, markeredgecolor="white")
        side, place = ("left", 12) if psi <= 100.0 + 0.4 * reach else ("right", -12)
        axes.annotate(
            f"today {number(psi, 1)}", (psi, 0), xytext=(place, 13), textcoords="offset points", ha=side, va="bottom",
            color=INK, fontsize=12.5, fontweight="bold", bbox={"facecolor": "white", "edgecolor": "none", "pad": 1.0},
        )  # fmt: skip
        axes.set_xlim(100.0 - reach, 100.0 + reach)
        axes.set_ylim(-1, 1.2)
        axes.set_yticks([])
        axes.set_xlabel("Per-step index, % of the baseline step", color=INK)
        heading(axes, f"Hatched: within measurement error, \u00b1{number(mdc, 1)}", (-16, 6))

    place = "inside" if abs(psi - 100.0) <= mdc else "above" if psi > 100.0 else "below"
    words = f"Index {number(psi, 1)} % of the baseline step, {place} the error band of \u00b1{number(mdc, 1)} points."
    columns = (Column("Figure", numeric=False), Column("Value"))
    rows = ((Cell("Index today, %"), Cell(number(psi, 1))), (Cell("Smallest detectable change"), Cell(number(mdc, 1))))
    table = Table("Per-step index", columns, rows, compact=True)
    caption = "Relative Achilles load index per step. The bar is the 95 % interval of today's value."
    return make_figure("psi", "Per-step load index", caption, words, table, _LOW, draw)


def sensitivity_figure(load: AchillesLoad, plan_exponent: float) -> Figure:
    """Session load against the 30-day maximum for each exponent: the bar spans the strike weights."""
    ratios = load.session_ratios
    exponents = sorted({key[0] for key in ratios})
    spans = [
        (exponent, min(values), max(values))
        for exponent in exponents
        if (values := [ratio for key, ratio in ratios.items() if key[0] == exponent])
    ]
    heights: dict[Format, int] = dict.fromkeys(("wide", "narrow"), 78 + 34 * len(spans))
    ends = [end for _, low, high in spans for end in (low, high)]
    low_end, high_end = min(*ends, 1.0), max(*ends, 1.0)
    margin = max(0.12 * (high_end - low_end), 0.05)

    def draw(drawing: Drawing, form: Format) -> None:
        axes = add_axes(drawing, form, heights[form], (58, 24, 40, 30), grid="x")
        axes.axvline(1.0, color=INK, linewidth=1.6)
        for place, (exponent, low, high) in enumerate(spans):
            _draw_span(axes, place, low, high, exponent == plan_exponent)
        axes.set_ylim(len(spans) - 0.5, -0.6)
        axes.set_yticks(range(len(spans)), [f"b = {exponent:g}" for exponent, _, _ in spans])
        axes.set_xlim(low_end - margin, high_end + 2.4 * margin)
        axes.set_xlabel("Times the largest session of the 30 days before", color=INK)
        heading(axes, "Session load by exponent b", (-52, 6))

    low, high = min(ends), max(ends)
    words = f"Over all models {number(low, 2)} to {number(high, 2)} times the largest session of 30 days. " + (
        "The range crosses 1: direction depends on the model; no conclusion."
        if low < 1.0 < high
        else "The direction is the same in all of them, the size is not."
    )
    columns = (Column("Exponent", numeric=False), Column("Lowest"), Column("Highest"))
    rows = tuple((Cell(f"b = {one:g}"), Cell(number(low, 3)), Cell(number(high, 3))) for one, low, high in spans)
    caption = (
        "Bars span the weights of the strike term. Solid: the exponent of this plan. The line at 1: as much as then."
    )
    table = Table("Sensitivity of the session load", columns, rows, compact=True)
    return make_figure("sensitivity", "Sensitivity of the session load", caption, words, table, heights, draw)


def _draw_span(axes: Axes, place: int, low: float, high: float, chosen: bool) -> None:
    least = 0.006 * (axes.get_xlim()[1] - axes.get_xlim()[0])
    axes.barh(
        place, max(high - low, least), left=low, height=0.44, facecolor=INK if chosen else SHADE, edgecolor=INK,
        linewidth=1.0, hatch="" if chosen else "////",
    )  # fmt: skip
    label = number(low, 2) if high - low < 0.005 else f"{number(low, 2)} to {number(high, 2)}"
    axes.annotate(
        label, (high, place), xytext=(13, 0), textcoords="offset points", ha="left", va="center", fontsize=12,
        color=INK, bbox={"facecolor": "white", "edgecolor": "none", "pad": 1.0},
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class LoadBar:
    """One session of the drawing: its day, its load, and whether it is the one that is judged."""

    day: date
    steps: float
    judged: bool
    estimated: bool


def sessions_figure(
    bars: Sequence[LoadBar], reference: float | None, amber: float, red: float, on: date, days: int
) -> Figure:
    """Session loads against the largest of the days before, with the limits of the spike rule, and weekly sums."""
    first = on - timedelta(days=days)
    heights: dict[Format, int] = {"wide": 380, "narrow": 360}
    weeks = weekly_sums(bars, on)

    def draw(drawing: Drawing, form: Format) -> None:
        height = heights[form]
        left, right = (58, 96) if form == "wide" else (44, 62)
        upper = add_axes(drawing, form, height, (left, right, 178, 34))
        lower = add_axes(drawing, form, height, (left, right, 40, height - 132))
        _draw_sessions(upper, bars, first, reference, (amber, red))
        day_axis(upper, first, on, form)
        heading(upper, "Session load, baseline steps", (6 - left, 8))
        _draw_weeks(lower, weeks)
        heading(lower, "Weekly sum (shown, not a rule)", (6 - left, 6))

    words = _session_words(bars, reference)
    columns = (Column("Day", numeric=False), Column("Load", small="baseline steps"), Column("From", numeric=False))
    rows = tuple(
        (
            Cell(weekday_text(bar.day), "this session" if bar.judged else ""),
            Cell(number(bar.steps)),
            Cell("minutes and cadence" if bar.estimated else "sensors"),
        )
        for bar in bars
    )
    caption = (
        f"Load of each run, in steps of the baseline session, over {days} days to {day_text(on)}. Dark: this session. "
        "Lined: worked out from minutes, without sensors."
    )
    table = Table("Session loads", columns, rows, compact=True)
    return make_figure("sessions", "Session loads", caption, words, table, heights, draw)


def weekly_sums(bars: Sequence[LoadBar], on: date) -> list[tuple[str, float]]:
    """Sums of the four weeks that end on the day of the report, oldest first."""
    sums = []
    for week in range(3, -1, -1):
        last = on - timedelta(days=7 * week)
        total = sum(bar.steps for bar in bars if last - timedelta(days=7) < bar.day <= last)
        sums.append((f"to {weekday_text(last)[4:]}", total))
    return sums


def _draw_sessions(
    axes: Axes, bars: Sequence[LoadBar], first: date, reference: float | None, limits: tuple[float, float]
) -> None:
    for bar in bars:
        place = (bar.day - first).days
        axes.bar(
            place, bar.steps, width=0.72, facecolor=INK if bar.judged else SHADE,
            edgecolor=INK if bar.judged else MUTED, linewidth=1.0,
            hatch="----" if bar.estimated and not bar.judged else "",
        )  # fmt: skip
    top = max([bar.steps for bar in bars], default=1.0)
    lines: list[tuple[float, str, str, str]] = [
        (1.0, "30-day max", "-", INK),
        (limits[0], f"\u00d7{limits[0]:g}", "--", MUTED),
        (limits[1], f"\u00d7{limits[1]:g}", ":", RED),
    ]
    for place, (factor, label, line, colour) in enumerate(lines if reference else []):
        axes.axhline(factor * (reference or 0.0), color=colour, linewidth=1.3, linestyle=line)
        axes.annotate(
            label, (1.0, factor * (reference or 0.0)), xycoords=("axes fraction", "data"), xytext=(5, -7 + 7 * place),
            textcoords="offset points", va="center", ha="left", fontsize=11, color=INK,
        )  # fmt: skip
    axes.set_ylim(0.0, 1.12 * max(top, (reference or 0.0) * limits[1]))
    axes.locator_params(axis="y", nbins=4)


def _draw_weeks(axes: Axes, weeks: Sequence[tuple[str, float]]) -> None:
    values = [total for _, total in weeks]
    axes.plot(range(len(weeks)), values, color=INK, marker="o", markersize=7, linewidth=1.6, markeredgecolor="white")
    for place, total in enumerate(values):
        axes.annotate(
            number(total),
            (place, total),
            xytext=(0, 8),
            textcoords="offset points",
            ha="center",
            fontsize=11.5,
            color=INK,
        )
    axes.set_xticks(range(len(weeks)), [label for label, _ in weeks])
    axes.set_xlim(-0.45, len(weeks) - 0.55)
    axes.set_ylim(0.0, 1.45 * max(*values, 1.0))
    axes.set_yticks([])


def _session_words(bars: Sequence[LoadBar], reference: float | None) -> str:
    if not bars:
        return "No run of these days has a load."
    words = f"{len(bars)} runs with a load; the largest {number(max(bar.steps for bar in bars))} baseline steps."
    if reference is not None:
        words += f" The largest of the 30 days before this session: {number(reference)}."
    return words


def speed_figure(points: Sequence[tuple[float, float, str]], baseline: float) -> Figure:
    """Peak force of the model against speed, in % of the baseline's mean; `points` are speed, index, name."""
    heights: dict[Format, int] = {"wide": 260, "narrow": 250}

    def draw(drawing: Drawing, form: Format) -> None:
        axes = add_axes(drawing, form, heights[form], (52, 30, 44, 34))
        axes.axhline(100.0, color=MUTED, linewidth=1.0)
        for speed, index, name in points:
            today = name == "today"
            axes.plot(
                [speed], [index], "D" if today else "o", markersize=10 if today else 8, color=INK if today else "white",
                markeredgecolor=INK, markeredgewidth=1.4,
            )  # fmt: skip
        today_point = next(((speed, index) for speed, index, name in points if name == "today"), None)
        if today_point is not None:
            axes.annotate(
                "today",
                today_point,
                xytext=(9, 6),
                textcoords="offset points",
                fontsize=12,
                fontweight="bold",
                color=INK,
            )
        speeds, values = [point[0] for point in points], [point[1] for point in points]
        axes.set_xlim(min(speeds) - 0.2, max(speeds) + 0.3)
        axes.set_ylim(min(*values, 97.0) - 2.0, max(*values, 103.0) + 2.0)
        axes.set_xlabel("Speed, m/s", color=INK)
        heading(axes, "Peak of the force model, % of the baselines' mean", (-46, 8))

    words = "; ".join(f"{name}: {number(index, 1)} % at {number(speed, 2)} m/s" for speed, index, name in points) + "."
    columns = (Column("Session", numeric=False), Column("Speed", small="m/s"), Column("Peak", small="% of baseline"))
    rows = tuple((Cell(name), Cell(number(speed, 2)), Cell(number(index, 1))) for speed, index, name in points)
    caption = (
        f"Open: baseline sessions (mean {number(baseline, 2)} times body weight in the model). Technique is "
        "compared at the same speed only."
    )
    table = Table("Peak of the force model by speed", columns, rows, compact=True)
    return make_figure("speed", "Force model by speed", caption, words, table, heights, draw)
