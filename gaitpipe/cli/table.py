"""The metric table as plain text for a terminal."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Iterable

from gaitpipe.model import MetricSummary, SideStatistic

EXPLANATION = "± is one standard uncertainty; twice it covers about 95 %."
DASH = "-"
WIDE = 100
"""Columns where nobody says how wide the terminal is."""


def terminal_width() -> int:
    """Return the columns of the terminal that words go to."""
    return shutil.get_terminal_size((WIDE, 24)).columns if sys.stderr.isatty() else WIDE


def metric_lines(metrics: Iterable[MetricSummary], width: int = WIDE) -> list[str]:
    """Return the lines of the table: left, right, difference; uncertainty after the mean; empty without metrics.

    Where `width` columns are too few for that, the name of a figure has a line of its own above its values.
    """
    rows = [
        (
            f"{metric.label} [{metric.display_unit}]" if metric.display_unit else metric.label,
            _cell(metric, metric.left) if metric.left or metric.right else f"{_cell(metric, metric.both)} both",
            _cell(metric, metric.right) if metric.left or metric.right else "",
            "" if metric.asymmetry_pct is None else f"{metric.asymmetry_pct:+.1f} %",
        )
        for metric in metrics
        if metric.left or metric.right or metric.both
    ]
    if not rows:
        return []
    table = [("", "left", "right", "left-right"), *rows]
    widths = [max(len(row[column]) for row in table) for column in range(4)]
    if sum(widths) + 6 <= width:
        lines = ["  ".join(_pad(row, widths)).rstrip() for row in table]
    else:
        lines = []
        for row in table:
            lines += [row[0]] if row[0] else []
            lines.append("  ".join(_pad(("", *row[1:]), [0, *widths[1:]])).rstrip())
    explained = any("±" in cell for row in rows for cell in row)
    return [*lines, EXPLANATION] if explained else lines


def _pad(row: tuple[str, str, str, str], widths: list[int]) -> list[str]:
    return [row[0].ljust(widths[0]), *(cell.rjust(width) for cell, width in zip(row[1:], widths[1:], strict=True))]


def _cell(metric: MetricSummary, found: SideStatistic | None) -> str:
    if found is None:
        return DASH
    decimals, scale = metric.display_decimals, metric.display_scale
    if found.censored:
        middle = found.median_above if found.median is None else found.median
        return DASH if middle is None else f"{'>' if found.median is None else 'median'} {middle * scale:.{decimals}f}"
    text = f"{found.mean * scale:.{decimals}f}"
    if found.uncertainty is None:
        return text
    shown = found.uncertainty * scale
    return f"{text} ± {shown:.{decimals if round(shown, decimals) else decimals + 1}f}"
