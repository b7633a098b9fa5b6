"""The drawing of a before/after comparison: one small panel a figure with its three blocks.

Hollow dots are plain running, the filled diamond is the cue; its bar is the 95 % interval of the difference. The
hatched band about the mean of the plain blocks is what does not count as a change. The verdict stands below as words.
"""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from typing import TYPE_CHECKING

from gaitpipe.rehab.words import BlockFigure
from gaitpipe.report.before_after_words import judgement, scale_of, shown, shown_change, shown_unit
from gaitpipe.report.document import Figure, Table
from gaitpipe.report.figures import Format
from gaitpipe.report.rehab_axes import GRID, INK, MUTED, WIDTH_PX, band, make_figure

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure as Drawing

_COLUMNS: dict[Format, int] = {"wide": 4, "narrow": 2}
_PANEL_PX = 200
_TITLE_PX, _FOOT_PX, _LEFT_PX, _RIGHT_PX = 52, 46, 46, 10
_BLOCKS = ("before", "cue", "after")


def before_after_figure(figures: Sequence[BlockFigure], table: Table) -> Figure:
    """Draw every figure that has a difference."""
    drawn = [figure for figure in figures if figure.difference is not None]

    def draw(drawing: Drawing, form: Format) -> None:
        for place, figure in enumerate(drawn):
            _panel(_axes(drawing, form, place, len(drawn)), figure)

    heights: dict[Format, int] = {
        "wide": _PANEL_PX * _rows(len(drawn), "wide"),
        "narrow": _PANEL_PX * _rows(len(drawn), "narrow"),
    }
    caption = (
        "Hollow dots: plain running before and after. Diamond: with the cue; bar: 95 % interval of the difference. "
        "Hatched: within the smallest detectable change of this visit."
    )
    words = " ".join(_sentence(figure) for figure in drawn)
    return make_figure(
        "before-after", "Before, with the cue, after", caption, words, table, heights, draw, table_open=True
    )


def _sentence(figure: BlockFigure) -> str:
    change = f"{shown_change(figure, figure.difference)} {shown_unit(figure)}"
    limit = "" if figure.mdc is None else f", counts from {shown(figure, figure.mdc)}"
    return f"{figure.label}: {change} with the cue{limit}, {judgement(figure)}."


def _rows(count: int, form: Format) -> int:
    return max(1, -(-count // _COLUMNS[form]))


def _axes(drawing: Drawing, form: Format, place: int, count: int) -> Axes:
    columns, rows = _COLUMNS[form], _rows(count, form)
    width_px, height_px = WIDTH_PX[form] / columns, float(_PANEL_PX)
    left_px = (place % columns) * width_px + _LEFT_PX
    bottom_px = (rows - 1 - place // columns) * height_px + _FOOT_PX
    axes = drawing.add_axes(
        (
            left_px / WIDTH_PX[form],
            bottom_px / (rows * height_px),
            (width_px - _LEFT_PX - _RIGHT_PX) / WIDTH_PX[form],
            (height_px - _FOOT_PX - _TITLE_PX) / (rows * height_px),
        )
    )
    axes.set_facecolor("none")
    for name in ("top", "right", "left"):
        axes.spines[name].set_visible(False)
    axes.spines["bottom"].set_color(MUTED)
    axes.grid(axis="y", color=GRID, linewidth=0.8)
    axes.set_axisbelow(True)
    axes.tick_params(colors=MUTED, labelcolor=INK, length=0, labelsize=11, pad=4)
    return axes


def _panel(axes: Axes, figure: BlockFigure) -> None:
    scale = scale_of(figure)
    before, cue, after = ((value or 0.0) * scale for value in (figure.before, figure.cue, figure.after))
    plain = 0.5 * (before + after)
    ends = [before, cue, after]
    if figure.mdc is not None:
        band(axes, plain - figure.mdc * scale, plain + figure.mdc * scale, vertical=False)
        ends += [plain - figure.mdc * scale, plain + figure.mdc * scale]
    axes.plot([-0.3, 2.3], [plain, plain], color=MUTED, linewidth=1.0, linestyle=(0, (4, 3)))
    if figure.low is not None and figure.high is not None:
        low, high = plain + figure.low * scale, plain + figure.high * scale
        ends += [low, high]
        axes.plot([1, 1], [low, high], color=INK, linewidth=2.2, solid_capstyle="butt")
        for end in (low, high):
            axes.plot([0.9, 1.1], [end, end], color=INK, linewidth=1.6)
    axes.plot([0, 2], [before, after], "o", markersize=8, markerfacecolor="white", markeredgecolor=INK,
              markeredgewidth=1.5, linestyle="none")  # fmt: skip
    axes.plot([1], [cue], "D", markersize=8, color=INK, markeredgecolor="white")
    margin = 0.12 * max(max(ends) - min(ends), 1e-9 + 1e-3 * abs(plain))
    axes.set_xlim(-0.45, 2.45)
    axes.set_ylim(min(ends) - margin, max(ends) + margin)
    axes.set_xticks([0, 1, 2], _BLOCKS)
    axes.locator_params(axis="y", nbins=3)
    title = "\n".join(textwrap.wrap(f"{figure.label}, {shown_unit(figure)}", 26)[:2])
    axes.annotate(
        title, (0.0, 1.0), xycoords="axes fraction", xytext=(-_LEFT_PX + 8, 10), textcoords="offset points", color=INK,
        fontsize=12, fontweight="bold", va="bottom",
    )  # fmt: skip
    axes.annotate(
        judgement(figure), (0.5, 0.0), xycoords="axes fraction", xytext=(0, -24), textcoords="offset points",
        color=INK, fontsize=11, va="top", ha="center",
    )  # fmt: skip
