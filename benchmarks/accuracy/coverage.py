"""Is the stated uncertainty honest? Each sensor's mean beside the reference's mean, in units of what is stated."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from benchmarks.accuracy.markdown import number, table
from benchmarks.accuracy.readers import Case, Truth
from benchmarks.accuracy.score import mean
from gaitpipe.model import SessionResult

REFERENCE: dict[str, Callable[[Truth], float]] = {
    "ground_contact_time_s": lambda truth: mean(truth.tc_s - truth.ic_s),
    "cadence_spm": lambda truth: mean(120.0 / truth.stride_time_s),
    "foot_strike_angle_deg": lambda truth: _column(truth, "foot_strike_angle_deg"),
    "shank_angle_ic_deg": lambda truth: _column(truth, "shank_angle_abs_ic_deg"),
    "speed_m_s": lambda truth: _column(truth, "belt_speed_m_s"),
}
"""Metrics whose mean the reference knows too: over its own contacts, those at the ends of the trial included."""


@dataclass(frozen=True, slots=True)
class Stated:
    """One metric of one sensor: its error and the standard uncertainty that stands beside it, in the metric's unit."""

    dataset: str
    placement: str
    mode: str
    metric: str
    error: float
    uncertainty: float


def stated_of(case: Case, result: SessionResult) -> list[Stated]:
    """Every metric with an uncertainty that the reference knows too, one a sensor."""
    out = []
    for metric in result.metrics:
        for side, truth in case.truth.items():
            statistic = getattr(metric, side)
            if metric.key not in REFERENCE or statistic is None or statistic.uncertainty is None:
                continue
            error = statistic.mean - REFERENCE[metric.key](truth)
            if np.isfinite(error) and statistic.uncertainty > 0.0:
                head = (case.dataset, case.placement, case.mode, metric.key)
                out.append(Stated(*head, float(error), float(statistic.uncertainty)))
    return out


def coverage_table(rows: Sequence[Stated]) -> list[str]:
    """Share of the sensors with an error within twice the stated uncertainty; RMS of error over uncertainty."""
    lines = []
    for key in dict.fromkeys((row.dataset, row.placement, row.mode, row.metric) for row in rows):
        own = [row for row in rows if (row.dataset, row.placement, row.mode, row.metric) == key]
        ratios = np.array([row.error / row.uncertainty for row in own])
        share, size = float(np.mean(np.abs(ratios) <= 2.0)), float(np.sqrt(np.mean(ratios**2)))
        lines.append([", ".join(key[:3]), key[3], str(len(own)), number(share, 2), number(size, 2)])
    head = ["recordings", "figure", "sensors", "within 2 uncertainties", "RMS of error / uncertainty"]
    return table(head, lines)


def _column(truth: Truth, name: str) -> float:
    return mean(truth.columns[name]) if name in truth.columns else float("nan")
