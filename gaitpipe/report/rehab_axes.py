"""What the drawings of the rehab pages share: size, plain axes, day axis, and inks that survive a grey printer."""

from __future__ import annotations

from datetime import date, timedelta
from functools import partial
from typing import TYPE_CHECKING, Protocol

from gaitpipe.report.document import Figure, Table
from gaitpipe.report.figures import FORMATS, Format
from gaitpipe.report.rehab_words import weekday_text
from gaitpipe.report.svg import draw_svg

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure as Drawing


class DrawForm(Protocol):
    """Draws one form of a figure."""

    def __call__(self, drawing: Drawing, form: Format) -> None: ...


INK, MUTED, GRID, SHADE, HATCH = "#1d2733", "#56616e", "#e3e7ec", "#eef1f4", "#8d98a4"
BLUE, RED, GREEN, SAND = "#0072B2", "#A3201A", "#00664A", "#E69F00"
WIDTH_PX: dict[Format, int] = {"wide": 896, "narrow": 400}


def make_figure(
    key: str,
    title: str,
    caption: str,
    summary: str,
    table: Table,
    height_px: dict[Format, int],
    draw: DrawForm,
    table_open: bool = False,
) -> Figure:
    """Draw both forms and join them with their text twin; the summary is the description for screen readers."""
    drawn = {
        form: draw_svg(f"{key}-{form}", WIDTH_PX[form], height_px[form], title, summary, partial(draw, form=form))
        for form in FORMATS
    }
    wide, narrow = drawn["wide"], drawn["narrow"]
    return Figure(key, caption, wide, narrow, summary, table, table_open)


def add_axes(drawing: Drawing, form: Format, height: int, box: tuple[int, int, int, int], grid: str = "y") -> Axes:
    """Plain axes; `box` is the room in px at the left, right, bottom and top of the drawing."""
    width = WIDTH_PX[form]
    left, right, bottom, top = box
    axes = drawing.add_axes(
        (left / width, bottom / height, (width - left - right) / width, (height - bottom - top) / height)
    )
    axes.set_facecolor("none")
    if grid:
        axes.grid(axis=grid, color=GRID, linewidth=0.8)  # type: ignore[arg-type]
    axes.set_axisbelow(True)
    for name in ("top", "right", "left"):
        axes.spines[name].set_visible(False)
    axes.spines["bottom"].set_color(MUTED)
    axes.tick_params(colors=MUTED, labelcolor=INK, length=0, labelsize=12, pad=5)
    return axes


def heading(axes: Axes, text: str, offset_px: tuple[int, int]) -> None:
    """A bold heading above the axes."""
    axes.annotate(
        text, (0.0, 1.0), xycoords="axes fraction", xytext=offset_px, textcoords="offset points", color=INK,
        fontsize=13, fontweight="bold", va="bottom",
    )  # fmt: skip


def band(axes: Axes, low: float, high: float, hatch: str = "////", vertical: bool = True) -> None:
    """A hatched band that stays visible without colour."""
    span = axes.axvspan if vertical else axes.axhspan
    span(low, high, facecolor=SHADE, edgecolor=HATCH, hatch=hatch, linewidth=0.0)


def day_axis(axes: Axes, first: date, last: date, form: Format) -> None:
    """Days from `first` to `last` as numbers from 0, a tick a week, the last day always named."""
    days = (last - first).days
    step = 7 if form == "wide" or days <= 14 else 14
    ticks = list(range(days, -1, -step))
    axes.set_xlim(-0.7, days + 0.7)
    axes.set_xticks(ticks, [weekday_text(first + timedelta(days=tick)) for tick in ticks])
    if form == "narrow":
        for label in axes.get_xticklabels()[:1]:
            label.set(ha="right")
