"""Files of a run: the report, the tables for other programs, the plots, and the block in docs/validation.md."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from dataclasses import fields
from pathlib import Path

import numpy as np

from benchmarks.accuracy.cadence import CadenceRow
from benchmarks.accuracy.collect import HELD_OUT, RAW, SHIPPED, Collected
from benchmarks.accuracy.plots import bland_altman
from benchmarks.accuracy.score import figures
from benchmarks.accuracy.tables import ours
from benchmarks.accuracy.targets import Verdict
from benchmarks.accuracy.verdicts import VIRTUAL

BEGIN, END = "<!-- benchmark: begin -->", "<!-- benchmark: end -->"


def write_all(folder: Path, collected: Collected, verdicts: Sequence[Verdict], text: str) -> None:
    """Everything into one folder."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "accuracy.md").write_text(text, encoding="utf-8")
    write_rows(folder / "cadence.csv", _cadence(collected.cadence))
    write_rows(folder / "events.csv", _events(collected))
    write_rows(folder / "figures.csv", _figures(collected))
    write_rows(folder / "targets.csv", _targets(verdicts))
    for placement, group in VIRTUAL.items():
        parts = ours(collected, group)
        if parts:
            which = "held out" if collected.parts.get((HELD_OUT, group)) else "as shipped, fitted on these runners"
            title = f"Contact time, {placement} sensor, 5 treadmill runners, virtual sensors ({which})"
            bland_altman(parts, title, folder / f"bland_altman_{placement}.svg")


def replace_block(path: Path, text: str) -> None:
    """Put `text` between the two marks of a document.

    Raises
    ------
    ValueError
        The document has no such marks.
    """
    whole = path.read_text(encoding="utf-8")
    start, end = whole.find(BEGIN), whole.find(END)
    if start < 0 or end < start:
        raise ValueError(f"{path.name} lacks the marks of the benchmark's block")
    path.write_text(whole[: start + len(BEGIN)] + "\n\n" + text.strip() + "\n\n" + whole[end:], encoding="utf-8")


def write_rows(path: Path, rows: Sequence[Sequence[object]]) -> None:
    with path.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file, lineterminator="\n").writerows([[_cell(value) for value in row] for row in rows])


def _cell(value: object) -> object:
    if not isinstance(value, float):
        return value
    if np.isnan(value):
        return ""
    text = f"{value:.4f}".rstrip("0").rstrip(".")
    return "0" if text == "-0" else text


def _cadence(rows: Sequence[CadenceRow]) -> list[list[object]]:
    names = [field.name for field in fields(CadenceRow)]
    return [list(names), *([getattr(row, name) for name in names] for row in rows)]


EVENT_FIGURES = (
    "contacts",
    "missed",
    "extra",
    *(f"{e}_{f}" for e in ("ic", "tc", "ct") for f in ("bias", "within", "rmse")),
)


def _events(collected: Collected) -> list[list[object]]:
    """One line a sensor and kind of times: counts, and the mean, SD and RMSE of its errors [ms]."""
    out: list[list[object]] = [["times", "dataset", "placement", "mode", "trial", "side", *EVENT_FIGURES]]
    for (method, group), parts in collected.parts.items():
        if method in (SHIPPED, HELD_OUT, RAW):
            for part in parts:
                if len(part.rows):
                    found, first = figures([part]), part.rows.iloc[0]
                    values = [found.get(name, float("nan")) for name in EVENT_FIGURES]
                    out.append([method, *group, first["trial"], first["side"], *values])
    return out


def _figures(collected: Collected) -> list[list[object]]:
    """Every figure of every method and condition, one a line."""
    out: list[list[object]] = [["method", "dataset", "placement", "mode", "figure", "value"]]
    for (method, group), parts in collected.parts.items():
        out += [[method, *group, name, value] for name, value in figures(parts).items()]
    return out


def _targets(verdicts: Sequence[Verdict]) -> list[list[object]]:
    head: list[object] = ["key", "target", "shipped", "held_out", "reached", "bar_held", "worst_runner"]
    return [
        head,
        *([v.target.key, v.target.limit, v.shipped, v.held_out, v.reached, v.held, v.worst_runner] for v in verdicts),
    ]
