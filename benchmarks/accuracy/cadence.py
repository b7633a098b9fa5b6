"""Cadence of the whole pipeline beside the reference: one row a sensor."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from benchmarks.accuracy.readers import Case, Truth
from benchmarks.accuracy.score import score_cadence
from benchmarks.accuracy.spectrum import dominant_frequency, window_frequencies
from benchmarks.accuracy.streams import of_side
from gaitpipe.model import FloatArray, SensorInfo, SessionResult, Side

ACCELEROMETER_WINDOW_S = 4.0
TOLERANCE_SPM = 1.0
LINE_TOLERANCE_SPM = 3.0
"""One fifth of the spectrum's resolution (segments of 8 s: 0.125 Hz, 15 steps/min). A line cannot be placed better
while the pace wanders by several per cent from one lap to the next."""

NAN = float("nan")


@dataclass(frozen=True, slots=True)
class CadenceRow:
    """One line of `cadence.csv`; cadences in steps/min, both feet. NaN where there is nothing to say.

    `cadence_spm` and `reference_spm` are what the verdict compares: matched strides where the reference has contacts,
    else the shown cadence and the reference's mean. `window_difference_spm` is the mean over windows of 4 s.
    """

    dataset: str
    trial: str
    placement: str
    side: str
    mode: str
    reference: str
    strides_kept: int
    strides_ok: int
    strays: int
    compared: int
    cadence_spm: float
    reference_spm: float
    difference_spm: float
    tolerance_spm: float
    verdict: str
    paired: int
    paired_difference_spm: float
    shown_spm: float
    reference_all_spm: float
    shown_difference_spm: float
    window_difference_spm: float


def cadence_rows(case: Case, result: SessionResult) -> list[CadenceRow]:
    """Cadence of every sensor of the case."""
    rows = []
    for info in case.recording.sensors:
        strides = of_side(result.strides, info.side)
        rows.append(_cadence(case, info, strides, _shown(result, info.side), case.truth.get(info.side)))
    return rows


def _shown(result: SessionResult, side: Side) -> float:
    row = next((metric for metric in result.metrics if metric.key == "cadence_spm"), None)
    statistic = getattr(row, side) if row is not None else None
    return statistic.mean if statistic is not None else NAN


def _cadence(case: Case, info: SensorInfo, strides: NDArray[np.void], shown: float, truth: Truth | None) -> CadenceRow:
    head = (case.dataset, case.trial, case.placement, info.side, case.mode, case.reference)
    good = strides[(strides["quality"] == "ok") & np.isfinite(strides["stride_time_s"])]
    counts = (len(strides), len(good))
    if truth is not None and (info.has_gyro or len(good)):
        score = score_cadence(strides, shown, truth)
        pair, loose = score.matched, score.paired
        return CadenceRow(
            *head, *counts, score.strays, pair.count, pair.cadence_spm, pair.truth_spm, pair.difference_spm,
            TOLERANCE_SPM, verdict(pair.difference_spm, TOLERANCE_SPM), loose.count, loose.difference_spm,
            shown, score.truth_spm, shown - score.truth_spm, NAN,
        )  # fmt: skip
    reference_spm, window, tolerance = _reference_spm(case, info, good, truth)
    difference = shown - reference_spm
    word = verdict(difference, tolerance) if case.reference != "none" else ""
    return CadenceRow(
        *head, *counts, 0, len(good), shown, reference_spm, difference, tolerance, word, 0, NAN,
        shown, reference_spm, difference, window,
    )  # fmt: skip


def _reference_spm(
    case: Case, info: SensorInfo, strides: NDArray[np.void], truth: Truth | None
) -> tuple[float, float, float]:
    """Reference cadence of a whole recording, the mean difference in windows, and the tolerance.

    Cadence without strides comes from whole windows: the strides of the reference in the rest are left out.
    """
    if truth is not None:
        whole_s = (truth.end_s - truth.start_s) // ACCELEROMETER_WINDOW_S * ACCELEROMETER_WINDOW_S
        inside = truth.ic_s + 0.5 * truth.stride_time_s <= truth.start_s + whole_s
        return float(np.nanmean(120.0 / truth.stride_time_s[inside])), NAN, TOLERANCE_SPM
    time_s, channels = channels_of(case, info)
    line = dominant_frequency(channels, info.rate_hz, case.mode)
    differences = list(_window_differences(case, info, strides, time_s, channels))
    window = float(np.mean(differences)) if differences else NAN
    return 120.0 * line.frequency_hz, window, LINE_TOLERANCE_SPM


def channels_of(case: Case, info: SensorInfo) -> tuple[FloatArray, FloatArray]:
    """Times (n,) and the three signed channels (n, 3) of one sensor: rotation rate, or acceleration without it."""
    blocks = [block for block in case.recording if block.side == info.side]
    channels = [block.gyr_rad_s if info.has_gyro else block.acc_m_s2 for block in blocks]
    return np.concatenate([block.time_s for block in blocks]), np.concatenate(channels)


def _window_differences(
    case: Case, info: SensorInfo, strides: NDArray[np.void], time_s: FloatArray, channels: FloatArray
) -> Iterator[float]:
    if not len(strides):
        return
    middle_s = strides["ic_s"] + 0.5 * strides["stride_time_s"]
    for window in window_frequencies(time_s, channels, info.rate_hz, case.mode):
        inside = strides[(middle_s >= window.start_s) & (middle_s <= window.end_s)]
        if len(inside) >= 3:
            yield float(np.nanmean(inside["cadence_spm"])) - 120.0 * window.frequency_hz


def verdict(difference_spm: float, tolerance_spm: float) -> str:
    """`pass`, `fail`, or `no strides` when there was nothing to compare."""
    if np.isnan(difference_spm):
        return "no strides"
    return "pass" if abs(difference_spm) <= tolerance_spm else "fail"
