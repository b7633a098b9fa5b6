"""The drawing of one figure over sessions: a row a session, a dot with its interval, left beside right.

The bar is twice the standard uncertainty. The hatched box of a row is what does not count as a change from the
reference, the dashed line. Rows are named by letters alone: no foreign text stands in a drawing.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from gaitpipe.model import Side
from gaitpipe.rehab.session_changes import ComparedFigure
from gaitpipe.report.document import Figure, Table
from gaitpipe.report.figures import SIDE_COLOUR, Format
from gaitpipe.report.rehab_axes import GRID, HATCH, INK, MUTED, SHADE, WIDTH_PX, make_figure
from gaitpipe.report.sessions_words import change_text, judgement_text, letter, shown_as, side_name, value_text

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure as Drawing

_ROW_PX, _HEAD_PX, _FOOT_PX, _LEFT_PX, _GAP_PX, _RIGHT_PX = 27, 30, 30, 26, 26, 14
_MARKER: dict[str, str] = {"left": "o", "right": "s", "both": "D"}
_COVERAGE = 2.0


def sessions_figure(sides: Sequence[ComparedFigure], reference: int, table: Table) -> Figure:
    """Draw one figure, its sides beside each other (below each other on a phone)."""
    key = sides[0].key.replace("_", "-")
    rows = len(sides[0].values)
    panel_px = _HEAD_PX + _ROW_PX * rows + _FOOT_PX

    def draw(drawing: Drawing, form: Format) -> None:
        columns = len(sides) if form == "wide" else 1
        height_px = panel_px * (1 if form == "wide" else len(sides))
        low, high = _limits(sides)
        for place, figure in enumerate(sides):
            room = (WIDTH_PX[form] - _RIGHT_PX) / max(columns, 2 if form == "wide" else 1)
            left_px = (place % columns) * room + _LEFT_PX
            bottom_px = height_px - panel_px * (place // columns + 1) + _FOOT_PX
            box = (left_px / WIDTH_PX[form], bottom_px / height_px, (room - _LEFT_PX - _GAP_PX) / WIDTH_PX[form],
                   _ROW_PX * rows / height_px)  # fmt: skip
            _panel(drawing.add_axes(box), figure, reference, (low, high))

    heights: dict[Format, int] = {"wide": panel_px, "narrow": panel_px * len(sides)}
    words = " ".join(_sentence(figure, reference) for figure in sides)
    unit = shown_as(sides[0]).unit
    caption = f"In {unit}." if unit else "A pure number."
    return make_figure(f"sessions-{key}", sides[0].label, caption, words, table, heights, draw)


def _sentence(figure: ComparedFigure, reference: int) -> str:
    unit = shown_as(figure).unit
    parts = [f"{letter(reference)} {value_text(figure, figure.values[reference])}"]
    for change in figure.changes:
        if change is not None:
            value = value_text(figure, figure.values[change.session])
            parts.append(f"{letter(change.session)} {value}, {change_text(figure, change)}, {judgement_text(change)}")
    return f"{side_name(figure).capitalize()}{', ' + unit if unit else ''}: {'; '.join(parts)}."


def _limits(sides: Sequence[ComparedFigure]) -> tuple[float, float]:
    """The common range of both sides, in the display unit, with a margin."""
    ends: list[float] = []
    for figure in sides:
        scale = shown_as(figure).scale
        for found in figure.values:
            if found is not None and found.mean is not None:
                reach = _COVERAGE * (found.uncertainty or 0.0)
                ends += [(found.mean - reach) * scale, (found.mean + reach) * scale]
        ends += [end * scale for box in _boxes(figure) for end in box[1:]]
    if not ends:
        return 0.0, 1.0
    margin = 0.06 * max(max(ends) - min(ends), 1e-9 + 1e-3 * abs(ends[0]))
    return min(ends) - margin, max(ends) + margin


def _boxes(figure: ComparedFigure) -> list[tuple[int, float, float]]:
    """Place of each session that is judged, and the range that does not count as a change."""
    found = []
    for change in figure.changes:
        if change is not None and change.judgement != "unsaid" and change.mdc is not None and change.change is not None:
            here = figure.values[change.session]
            if here is not None and here.mean is not None:
                base = here.mean - change.change
                found.append((change.session, base - change.mdc, base + change.mdc))
    return found


def _panel(axes: Axes, figure: ComparedFigure, reference: int, limits: tuple[float, float]) -> None:
    from matplotlib.patches import Rectangle

    scale, rows = shown_as(figure).scale, len(figure.values)
    colour = INK if figure.side == "both" else SIDE_COLOUR[_side(figure)]
    _frame(axes, rows, limits)
    for place, low, high in _boxes(figure):
        box = Rectangle((low * scale, place - 0.36), (high - low) * scale, 0.72, facecolor=SHADE, edgecolor=HATCH,
                        hatch="////", linewidth=0.0)  # fmt: skip
        axes.add_patch(box)
    base = figure.values[reference]
    if base is not None and base.mean is not None:
        axes.plot([base.mean * scale] * 2, [-0.5, rows - 0.5], color=MUTED, linewidth=1.0, linestyle=(0, (4, 3)))
    for place, found in enumerate(figure.values):
        if found is None or found.mean is None:
            axes.annotate("not given", (0.02, place), xycoords=("axes fraction", "data"), color=MUTED, fontsize=11,
                          va="center")  # fmt: skip
            continue
        mean, reach = found.mean * scale, _COVERAGE * (found.uncertainty or 0.0) * scale
        if reach:
            axes.plot([mean - reach, mean + reach], [place, place], color=colour, linewidth=2.0, solid_capstyle="butt")
        axes.plot([mean], [place], _MARKER[figure.side], markersize=8, markeredgewidth=1.6, markeredgecolor=colour,
                  markerfacecolor="white" if place == reference else colour)  # fmt: skip
    axes.annotate(side_name(figure).capitalize(), (0.0, 1.0), xycoords="axes fraction", xytext=(0, 8),
                  textcoords="offset points", color=INK, fontsize=12, fontweight="bold", va="bottom")  # fmt: skip


def _side(figure: ComparedFigure) -> Side:
    return "left" if figure.side == "left" else "right"


def _frame(axes: Axes, rows: int, limits: tuple[float, float]) -> None:
    axes.set_facecolor("none")
    for name in ("top", "right", "left"):
        axes.spines[name].set_visible(False)
    axes.spines["bottom"].set_color(MUTED)
    axes.grid(axis="x", color=GRID, linewidth=0.8)
    axes.set_axisbelow(True)
    axes.tick_params(colors=MUTED, labelcolor=INK, length=0, labelsize=11, pad=4)
    axes.set_xlim(*limits)
    axes.set_ylim(rows - 0.5, -0.5)
    axes.set_yticks(range(rows), [letter(place) for place in range(rows)])
    axes.locator_params(axis="x", nbins=6)
