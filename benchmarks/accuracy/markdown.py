"""Small helpers for tables in Markdown."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence

from benchmarks.accuracy.score.figures import Figures


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> list[str]:
    """Lines of a table."""
    return [
        "| " + " | ".join(head) + " |",
        "|" + "---|" * len(head),
        *("| " + " | ".join(row) + " |" for row in rows),
    ]


def number(value: float, decimals: int = 1, sign: bool = False) -> str:
    """A number, `-` for NaN; never minus zero."""
    if math.isnan(value):
        return "-"
    text = f"{value:+.{decimals}f}" if sign else f"{value:.{decimals}f}"
    return text.replace("-", "", 1) if float(text) == 0.0 and text.startswith("-") else text


def cell(found: Figures, name: str, decimals: int = 1, sign: bool = False) -> str:
    """A figure by its name, `-` where it was not measured."""
    return number(found.get(name, float("nan")), decimals, sign)


def span(found: Figures, name: str, decimals: int = 1) -> str:
    """A figure with its interval, from `<name>`, `<name>_low` and `<name>_high`."""
    inner = f"{cell(found, name + '_low', decimals)} to {cell(found, name + '_high', decimals)}"
    return f"{cell(found, name, decimals)} ({inner})"
