"""The drawing of baseline against today: hollow dot to filled dot, on a scale of smallest detectable changes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from gaitpipe.report.document import Figure, Table
from gaitpipe.report.figures import Format
from gaitpipe.report.rehab_axes import INK, add_axes, band, heading, make_figure

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure as Drawing

_ROW_PX: dict[Format, int] = {"wide": 40, "narrow": 54}
_LABEL_PX: dict[Format, int] = {"wide": 230, "narrow": 14}


@dataclass(frozen=True, slots=True)
class Dumbbell:
    """One figure: its texts, and today's change from baseline in multiples of the smallest detectable change."""

    label: str
    baseline: str
    today: str
    change: float


def dumbbell_figure(rows: Sequence[Dumbbell], table: Table) -> Figure:
    """Draw one line a figure; the hatched band is what measurement error alone may do."""
    heights: dict[Format, int] = {form: 84 + _ROW_PX[form] * len(rows) for form in ("wide", "narrow")}
    reach = 1.6 * max([2.0, *(abs(row.change) for row in rows)])

    def draw(drawing: Drawing, form: Format) -> None:
        axes = add_axes(drawing, form, heights[form], (_LABEL_PX[form], 24, 46, 30), grid="")
        band(axes, -1.0, 1.0)
        axes.axvline(0.0, color=INK, linewidth=1.0)
        axes.set_xlim(-reach, reach)
        axes.set_ylim(len(rows) - 0.4, -0.65)
        for place, row in enumerate(rows):
            _draw_row(axes, place + (0.14 if form == "narrow" else 0.0), row, form)
        axes.set_yticks([])
        axes.set_xlabel("Change, in smallest detectable changes", color=INK)
        heading(axes, "Hollow: baseline. Filled: today.", (6 - _LABEL_PX[form] if form == "wide" else -8, 6))

    words = " ".join(f"{row.label}: {row.baseline} to {row.today}, {_place(row)} measurement error." for row in rows)
    caption = "Change from the baseline sessions. Hatched: a change that measurement error alone may bring."
    return make_figure("dumbbell", "Baseline and today", caption, words, table, heights, draw, table_open=True)


def _place(row: Dumbbell) -> str:
    return "beyond" if abs(row.change) > 1.0 else "within"


def _draw_row(axes: Axes, place: float, row: Dumbbell, form: Format) -> None:
    axes.plot([0.0, row.change], [place, place], color=INK, linewidth=2.4, solid_capstyle="butt")
    axes.plot([0.0], [place], "o", markersize=9, markerfacecolor="white", markeredgecolor=INK, markeredgewidth=1.5)
    axes.plot([row.change], [place], "D", markersize=9, color=INK, markeredgecolor="white")
    text = f"{row.label}: {row.baseline} \u2192 {row.today}"
    narrow = form == "narrow"
    axes.annotate(
        text if narrow else row.label, (0.0, place), xycoords=("axes fraction", "data"),
        xytext=(2, 15) if narrow else (8 - _LABEL_PX[form], 0), textcoords="offset points", ha="left", va="center",
        color=INK, fontsize=12,
        bbox={"facecolor": "white", "edgecolor": "none", "pad": 1.0} if narrow else None,
    )  # fmt: skip
    if not narrow:
        ahead = row.change >= 0
        axes.annotate(
            f"{row.baseline} \u2192 {row.today}", (max(row.change, 0.0) if ahead else min(row.change, 0.0), place),
            xytext=(11 if ahead else -11, 0), textcoords="offset points", ha="left" if ahead else "right", va="center",
            color=INK, fontsize=12, bbox={"facecolor": "white", "edgecolor": "none", "pad": 1.0},
        )  # fmt: skip
