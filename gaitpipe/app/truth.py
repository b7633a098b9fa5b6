"""The simulator's truth beside what was measured: over the same strides, in the units that people read."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from gaitpipe.model import SIDES, MetricSummary, SessionResult, SideStatistic
from gaitpipe.report.document import MeasuredSide, TruthComparison, TruthRow, statistic
from gaitpipe.simulate.truth import TRUTH_COLUMNS, read_truth_csv

MATCH_S = 0.15
"""A contact is the simulator's when it is no further away than this: a quarter of the shortest stride."""


def truth_beside(recording: Path) -> NDArray[np.void] | None:
    """Return the truth of a synthetic recording: `<name>.truth.csv`, else `truth.csv` in its folder, else None."""
    for path in (recording.with_suffix(".truth.csv"), recording.with_name("truth.csv")):
        if path.is_file():
            return read_truth_csv(path)
    return None


def match_strides(strides: NDArray[np.void], truth: NDArray[np.void]) -> NDArray[np.int64]:
    """Return for each row of `strides` the row of `truth` with the nearest contact of that side, -1 for none."""
    found = np.full(len(strides), -1, dtype=np.int64)
    for side in SIDES:
        mine, true = np.flatnonzero(strides["side"] == side), np.flatnonzero(truth["side"] == side)
        if not len(true):
            continue
        for row in mine:
            distance = np.abs(truth["ic_s"][true] - strides["ic_s"][row])
            nearest = int(np.argmin(distance))
            if distance[nearest] <= MATCH_S:
                found[row] = true[nearest]
    return found


def compare_with_truth(result: SessionResult, truth: NDArray[np.void]) -> TruthComparison:
    """Compare each metric that the simulator knows, over the strides that its mean was taken of."""
    matched = match_strides(result.strides, truth)
    complete = np.isfinite(truth["stride_time_s"])
    found = np.zeros(len(truth), dtype=bool)
    found[matched[matched >= 0]] = True
    counted = _counted(result, matched)
    rows = [
        row
        for metric in result.metrics
        if metric.key in TRUTH_COLUMNS
        for row in _rows(metric, result.strides, truth, matched, counted)
    ]
    note = "The truth is the mean over the strides that the measured mean was taken of."
    return TruthComparison(tuple(rows), int((found & complete).sum()), int(complete.sum()), note)


def _counted(result: SessionResult, matched: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Mask of the strides behind the metric table that have a truth: good ones of the mode with more of them."""
    good = (result.strides["quality"] == "ok") & (matched >= 0)
    running = good & (result.strides["mode"] == "run")
    walking = good & (result.strides["mode"] == "walk")
    return np.asarray(running if running.sum() >= 5 or running.sum() >= walking.sum() else walking)


def _rows(
    metric: MetricSummary,
    strides: NDArray[np.void],
    truth: NDArray[np.void],
    matched: NDArray[np.int64],
    counted: NDArray[np.bool_],
) -> list[TruthRow]:
    rows: list[TruthRow] = []
    means: dict[str, float] = {}
    for side in SIDES:
        chosen = counted & (strides["side"] == side) & np.isfinite(strides[metric.key])
        values = truth[metric.key][matched[chosen]]
        values = values[np.isfinite(values)]
        if len(values):
            means[side] = float(values.mean())
            _add(rows, metric, side, means[side], statistic(metric, side))
    if len(means) == 2:
        _add(rows, metric, "both", 0.5 * (means["left"] + means["right"]), statistic(metric, "both"))
    return rows


def _add(
    rows: list[TruthRow], metric: MetricSummary, side: MeasuredSide, true: float, found: SideStatistic | None
) -> None:
    if found is None or found.uncertainty is None:  # a figure without one is an input or was not measured
        return
    scale, decimals = metric.display_scale, metric.display_decimals + (metric.display_decimals == 0)
    measured, uncertainty = found.mean * scale, found.uncertainty * scale
    rows.append(
        TruthRow.compare(metric.label, metric.display_unit, side, true * scale, measured, uncertainty, decimals)
    )
