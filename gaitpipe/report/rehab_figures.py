"""Drawings of the log and of the ladder. Series differ by marker, line and hatch, never by colour alone."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import TYPE_CHECKING

from gaitpipe.rehab.log import LogEntry
from gaitpipe.rehab.plan import LadderLevel
from gaitpipe.report.document import Cell, Column, Figure, Table
from gaitpipe.report.figures import Format
from gaitpipe.report.rehab_axes import (
    BLUE,
    HATCH,
    INK,
    MUTED,
    RED,
    SAND,
    SHADE,
    add_axes,
    band,
    day_axis,
    heading,
    make_figure,
)
from gaitpipe.report.rehab_input import RehabInput
from gaitpipe.report.rehab_words import day_text, sentence, weekday_text
from gaitpipe.report.text import DASH, foreign, number

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure as Drawing

PAIN_DAYS = 28
_PAIN = (
    # field, label, days after the session, colour, marker, line
    ("pain_during", "During", 0, BLUE, "o", "solid"),
    ("pain_after", "After", 0, SAND, "s", (0.0, (4.0, 2.0))),
    ("pain_am", "Next morning", 1, INK, "^", (0.0, (1.2, 1.6))),
)


def pain_window(rehab: RehabInput) -> tuple[LogEntry, ...]:
    """Log rows of the last 28 days, in order."""
    first = rehab.on - timedelta(days=PAIN_DAYS - 1)
    return tuple(entry for entry in rehab.log if first <= entry.date <= rehab.on)


def pain_figure(rehab: RehabInput, key: str = "pain", with_log: bool = False) -> Figure:
    """Pain during, after and next morning above morning stiffness, over 28 days; `with_log` for the log below it."""
    entries = pain_window(rehab)
    first = rehab.on - timedelta(days=PAIN_DAYS - 1)
    low, high = rehab.plan.value("pain_progress_maximum"), rehab.plan.value("pain_hold_maximum")
    heights: dict[Format, int] = {"wide": 380, "narrow": 296}

    def draw(drawing: Drawing, form: Format) -> None:
        height = heights[form]
        left, right = (50, 22) if form == "wide" else (34, 12)
        pain = add_axes(drawing, form, height, (left, right, round(height * 0.42), 52))
        stiff = add_axes(drawing, form, height, (left, right, 34, round(height * 0.68)))
        _draw_pain(pain, entries, rehab, low, high)
        _draw_stiffness(stiff, entries, rehab)
        for axes in (pain, stiff):
            day_axis(axes, first, rehab.on, form)
        pain.set_xticklabels([])
        heading(pain, "Pain, 0 to 10", (6 - left, 26))
        heading(stiff, "Morning stiffness, min", (6 - left, 4))

    words = _pain_words(entries, high)
    caption = (
        f"Pain and morning stiffness over {PAIN_DAYS} days to {day_text(rehab.on)}. Hatched: above {high:g}. "
        "Morning values stand on the morning after the session."
    )
    return make_figure(key, "Pain and stiffness", caption, words, pain_table(entries), heights, draw, with_log)


def _draw_pain(axes: Axes, entries: Sequence[LogEntry], rehab: RehabInput, low: float, high: float) -> None:
    first = rehab.on - timedelta(days=PAIN_DAYS - 1)
    band(axes, high, 10.4, vertical=False)
    axes.axhline(low, color=MUTED, linewidth=1.0, linestyle=(0.0, (2.0, 2.0)))
    for field, label, later, colour, marker, line in _PAIN:
        points = [
            ((entry.date - first).days + later, value)
            for entry in entries
            if (value := getattr(entry, field)) is not None and entry.date + timedelta(days=later) <= rehab.on
        ]
        axes.plot(
            [point[0] for point in points], [point[1] for point in points], color=colour, linestyle=line,
            linewidth=1.3, marker=marker, markersize=6.5, markeredgecolor="white", label=label,
        )  # fmt: skip
    axes.set_ylim(-0.4, 10.4)
    axes.set_yticks(sorted({0.0, low, high, 10.0}))
    axes.legend(
        loc="lower left", bbox_to_anchor=(-0.02, 0.985), ncols=3, frameon=False, fontsize=11.5, handlelength=2.0,
        labelcolor=INK, borderaxespad=0.1, columnspacing=1.2, handletextpad=0.5,
    )  # fmt: skip


def _draw_stiffness(axes: Axes, entries: Sequence[LogEntry], rehab: RehabInput) -> None:
    first = rehab.on - timedelta(days=PAIN_DAYS - 1)
    bars = [
        ((entry.date - first).days + 1, entry.stiff_am_min)
        for entry in entries
        if entry.stiff_am_min is not None and entry.date < rehab.on
    ]
    axes.bar(
        [bar[0] for bar in bars], [bar[1] for bar in bars], width=0.62, facecolor=SHADE, edgecolor=MUTED, linewidth=1.0,
        hatch="----",
    )  # fmt: skip
    top = max([bar[1] for bar in bars], default=10.0)
    axes.set_ylim(0.0, max(10.0, 1.15 * top))
    axes.locator_params(axis="y", nbins=3)


def _pain_words(entries: Sequence[LogEntry], high: float) -> str:
    if not entries:
        return f"The log holds no entry of these {PAIN_DAYS} days."
    parts = []
    for field, label, *_ in _PAIN:
        values = [value for entry in entries if (value := getattr(entry, field)) is not None]
        if values:
            parts.append(f"{label.lower()}: worst {max(values):g}, last {values[-1]:g}")
    missing = sum(entry.pain_am is None for entry in entries)
    above = sum(any((getattr(entry, field) or 0.0) > high for field, *_ in _PAIN) for entry in entries)
    words = f"{len(entries)} entries. Pain {'; '.join(parts) or 'was not logged'}. Days above {high:g}: {above}."
    return words + (f" Entries without a next-morning value: {missing}." if missing else "")


def pain_table(entries: Sequence[LogEntry]) -> Table:
    """The log of these days as a table; a missing value is a dash with its reason."""
    columns = (
        Column("Day", numeric=False),
        Column("Done", numeric=False),
        Column("During"),
        Column("After"),
        Column("Morning", small="next day"),
        Column("Stiffness", small="min, next day"),
        Column("RPE"),
    )
    rows = tuple(
        (
            Cell(weekday_text(entry.date)),
            Cell(_done(entry)),
            *(
                Cell(DASH, "not logged", empty=True) if value is None else Cell(f"{value:g}")
                for value in (entry.pain_during, entry.pain_after, entry.pain_am, entry.stiff_am_min, entry.rpe)
            ),
        )
        for entry in entries
    )
    return Table("Log of these days", columns, rows, notes=(f"{DASH}: not logged.",), compact=True)


def _done(entry: LogEntry) -> str:
    parts = [entry.kind or "entry", foreign(entry.level or "")]
    if entry.run_min is not None:
        parts.append(f"{number(entry.run_min)} min")
    return " ".join(part for part in parts if part)


def ladder_figure(rehab: RehabInput, levels: Sequence[LadderLevel], key: str = "ladder") -> Figure:
    """The walk-run ladder as stairs: where the runner stands, and where the next session stands."""
    decision = rehab.decision
    now, after = decision.level_in, decision.level_out
    heights: dict[Format, int] = {"wide": 250, "narrow": 210}

    def draw(drawing: Drawing, form: Format) -> None:
        height = heights[form]
        axes = add_axes(drawing, form, height, (20, 20, 30, 52) if form == "wide" else (10, 10, 30, 50), grid="")
        for place, level in enumerate(levels):
            _draw_level(axes, place, level, level.level == now, level.level == after)
        axes.set_xlim(-0.6, len(levels) - 0.4)
        axes.set_ylim(0.0, max(level.running_min for level in levels) * 1.34)
        axes.set_yticks([])
        axes.set_xticks(range(len(levels)), [foreign(level.level) for level in levels])
        heading(axes, "Walk-run ladder, minutes of running", (-4 if form == "wide" else -2, 30))
        _ladder_key(axes)

    parts = [f"now at {foreign(now)}"] if now is not None else []
    if after is not None:
        parts.append("the same again" if after == now else f"next session at {foreign(after)}")
    words = sentence(", ".join(parts)) or "No level of the ladder stands yet."
    caption = "The ladder of this plan. Dark: done now. Thick frame: next session. Easy pace, flat ground."
    return make_figure(key, "Walk-run ladder", caption, words, ladder_table(rehab, levels), heights, draw)


def _draw_level(axes: Axes, place: int, level: LadderLevel, now: bool, after: bool) -> None:
    minutes = level.running_min
    axes.bar(
        place, minutes, width=0.78, facecolor=INK if now else SHADE, edgecolor=HATCH, linewidth=0.8,
        hatch="" if now else "----",
    )  # fmt: skip
    if after:
        axes.bar(place, minutes, width=0.78, facecolor="none", edgecolor=RED if not now else SAND, linewidth=3.2)
    word = "now, next" if now and after else "now" if now else "next" if after else ""
    axes.annotate(
        f"{word}\n{minutes:g}" if word else f"{minutes:g}", (place, minutes), xytext=(0, 5), textcoords="offset points",
        ha="center", va="bottom", fontsize=11.5, fontweight="bold" if word else "normal", color=INK, linespacing=1.1,
    )  # fmt: skip


def _ladder_key(axes: Axes) -> None:
    from matplotlib.patches import Patch

    handles = [
        Patch(facecolor=INK, edgecolor=HATCH, label="now"),
        Patch(facecolor="none", edgecolor=RED, linewidth=2.4, label="next session"),
    ]
    axes.legend(
        handles=handles, loc="lower left", bbox_to_anchor=(-0.02, 0.99), ncols=2, frameon=False, fontsize=11.5,
        labelcolor=INK, borderaxespad=0.1, handlelength=1.4, columnspacing=1.4,
    )  # fmt: skip


def ladder_table(rehab: RehabInput, levels: Sequence[LadderLevel]) -> Table:
    """The ladder as a table with the marks of today."""
    decision = rehab.decision
    columns = (
        Column("Level", numeric=False),
        Column("Sets"),
        Column("Run", small="min"),
        Column("Walk", small="min"),
        Column("Running in all", small="min"),
        Column("Place", numeric=False),
    )
    rows = []
    for level in levels:
        marks = [word for word, at in (("now", decision.level_in), ("next", decision.level_out)) if at == level.level]
        strides = f"and {level.strides} strides of {level.strides_s:g} s" if level.strides else ""
        rows.append(
            (
                Cell(foreign(level.level)),
                Cell(str(level.sets)),
                Cell(f"{level.run_min:g}"),
                Cell(f"{level.walk_min:g}"),
                Cell(f"{level.running_min:g}", strides),
                Cell(", ".join(marks) or DASH, "" if marks else "not now", empty=not marks),
            )
        )
    return Table("Walk-run ladder", columns, tuple(rows), compact=True)
