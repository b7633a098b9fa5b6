"""The metric table as plain text for a terminal."""

from __future__ import annotations

from collections.abc import Iterable

from gaitpipe.model import MetricSummary, SideStatistic


def metric_lines(metrics: Iterable[MetricSummary]) -> list[str]:
    """Return the lines of the table: left, right, difference; uncertainty after the mean; empty without metrics."""
    rows = [
        (
            f"{metric.label} [{metric.display_unit}]" if metric.display_unit else metric.label,
            _cell(metric, metric.left),
            _cell(metric, metric.right),
            "" if metric.asymmetry_pct is None else f"{metric.asymmetry_pct:+.1f} %",
        )
        for metric in metrics
        if metric.left or metric.right
    ]
    if not rows:
        return []
    table = [("", "left", "right", "left-right"), *rows]
    widths = [max(len(row[column]) for row in table) for column in range(4)]
    return ["  ".join(_pad(row, widths)).rstrip() for row in table]


def _pad(row: tuple[str, str, str, str], widths: list[int]) -> list[str]:
    return [row[0].ljust(widths[0]), *(cell.rjust(width) for cell, width in zip(row[1:], widths[1:], strict=True))]


def _cell(metric: MetricSummary, found: SideStatistic | None) -> str:
    if found is None:
        return "-"
    decimals, scale = metric.display_decimals, metric.display_scale
    text = f"{found.mean * scale:.{decimals}f}"
    if found.uncertainty is None:
        return text
    shown = found.uncertainty * scale
    return f"{text} ± {shown:.{decimals if round(shown, decimals) else decimals + 1}f}"
