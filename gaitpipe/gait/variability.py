"""Stride-to-stride variability without the noise of the timing.

Rules
  1. Only good strides of the session's mode count, without the three at each end of a stretch: starting and stopping
     is no steady gait. They are taken about the straight line through them: a slow change is drift, told elsewhere.
     Fewer than `variability_least_strides` give no figure.
  2. A stride time is the difference of two contacts, so an error e of the contact's time enters two neighbours with
     opposite signs: observed variance = true variance + 2 e^2, and the covariance of neighbours is -e^2 when strides
     themselves follow each other without memory. "sequence": variance + 2 covariance, with the covariance not above 0.
     Memory hides noise (the figure is then too large), a rhythm that corrects itself looks like noise (too small).
  3. "stated": the noise that the benchmark found, taken off: 2 e^2 from stride time; from contact time, whose own
     sequence shows no noise, the scatter of its error within a runner. That scatter differs between runners, which
     widens the interval.
  4. What is left below zero is "not distinguishable from timing noise", never 0; its upper limit still stands.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from gaitpipe.derived import NOT_DISTINGUISHABLE, Variability
from gaitpipe.evidence import value
from gaitpipe.gait.summary import counted_rows
from gaitpipe.gait.table import StrideTable
from gaitpipe.model import SIDES, FloatArray, SensorInfo

Z_95 = 1.96
HIDDEN_NOTE = "no timing noise shows in the sequence; some may be in the figure"
EDGE_STRIDES = 3
BREAK_S = 3.0
"""Between two contacts of one foot: longer than two strides of slow walking, so a lost stride is no break."""


@dataclass(frozen=True, slots=True)
class TrueVariance:
    """Variance without noise, its standard error and the variance of the noise of one event that was removed."""

    variance: float
    standard_error: float
    noise_variance: float


def variance_from_sequence(values: FloatArray, follows: np.ndarray) -> TrueVariance:
    """Variance of interval lengths without the noise of the events between them, from the sequence itself.

    Parameters
    ----------
    values : array (n,)
        Intervals in order.
    follows : bool array (n,)
        Whether the interval begins where the one before it in `values` ends. The first is ignored.

    Returns
    -------
    TrueVariance
        Its standard error is Bartlett's for a sequence with memory of one step.
    """
    centred = values - values.mean()
    variance = float(centred @ centred) / (len(values) - 1)
    pairs = np.flatnonzero(np.asarray(follows)[1:]) + 1
    covariance = float(np.mean(centred[pairs] * centred[pairs - 1])) if len(pairs) else 0.0
    noise = max(0.0, -covariance)
    error = 6.0 * variance**2 + 16.0 * noise**2 - 16.0 * variance * noise
    return TrueVariance(variance - 2.0 * noise, math.sqrt(max(error, 0.0) / max(len(pairs), 1)), noise)


def variance_from_stated(values: FloatArray, noise_sd: float, times: int, spread: float) -> TrueVariance:
    """Variance less `times` the stated noise variance; `spread` is the relative standard uncertainty of the latter."""
    centred = values - values.mean()
    variance = float(centred @ centred) / (len(values) - 1)
    noise = times * noise_sd**2
    error = math.hypot(math.sqrt(2.0 / len(values)) * variance, spread * noise)
    return TrueVariance(variance - noise, error, noise_sd**2)


def variability_of(table: StrideTable) -> tuple[Variability, ...]:
    """Variability of stride time and contact time of each foot with strides."""
    counted = counted_rows(table) if len(table.rows) else np.zeros(0, bool)
    found: list[Variability] = []
    for side in SIDES:
        if side in table.sensors:
            rows = table.rows[counted & table.of_side(side)]
            found.extend(_of_foot(rows[steady(rows["ic_s"])], table.sensors[side]))
    return tuple(found)


def steady(ic_s: FloatArray) -> np.ndarray:
    """Mask of the contacts that are no closer than three to either end of an unbroken stretch, shape (n,)."""
    edges = np.flatnonzero(np.diff(ic_s) > BREAK_S) + 1
    inside = np.zeros(len(ic_s), dtype=bool)
    for first, last in pairwise([0, *edges.tolist(), len(ic_s)]):
        inside[first + EDGE_STRIDES : max(first, last - EDGE_STRIDES)] = True
    return inside


def _of_foot(rows: np.ndarray, sensor: SensorInfo) -> list[Variability]:
    stride_s = np.asarray(rows["next_ic_s"] - rows["ic_s"], dtype=np.float64)
    contact_s = np.asarray(rows["tc_s"] - rows["ic_s"], dtype=np.float64)
    has_stride, has_contact = np.isfinite(stride_s), np.isfinite(contact_s)
    walked = bool(len(rows)) and str(rows["mode"][0]) == "walk"
    unknown = walked or not sensor.has_gyro  # the benchmark found the noise in running, with a gyroscope
    ic_noise_s = None if unknown else value(f"{sensor.placement}_ic_noise_sd_s")
    contact_noise_s = None if unknown else value(f"{sensor.placement}_contact_noise_sd_s")
    return [
        *_sequence(rows[has_stride], stride_s[has_stride], sensor),
        *_stated("stride_time_s", rows[has_stride], stride_s[has_stride], sensor, ic_noise_s),
        *_stated("ground_contact_time_s", rows[has_contact], contact_s[has_contact], sensor, contact_noise_s),
    ]


def _sequence(rows: np.ndarray, values: FloatArray, sensor: SensorInfo) -> list[Variability]:
    if len(values) < 2:
        return []
    follows = np.concatenate([[False], np.abs(rows["ic_s"][1:] - rows["next_ic_s"][:-1]) < 0.1 * values.mean()])
    about = _about_its_line(rows["ic_s"], values)
    enough = int(follows.sum()) + 1 >= value("variability_least_strides")
    estimate = variance_from_sequence(about, follows) if enough else None
    return [_result("stride_time_s", sensor, "sequence", values, about, estimate)]


def _stated(
    key: str, rows: np.ndarray, values: FloatArray, sensor: SensorInfo, noise_sd_s: float | None
) -> list[Variability]:
    if len(values) < 2 or noise_sd_s is None:
        return []
    about = _about_its_line(rows["ic_s"], values)
    estimate = None
    if len(values) >= value("variability_least_strides"):
        events = 2 if key == "stride_time_s" else 1
        estimate = variance_from_stated(about, noise_sd_s, events, value("noise_variance_spread"))
    return [_result(key, sensor, "stated", values, about, estimate)]


def _about_its_line(time_s: FloatArray, values: FloatArray) -> FloatArray:
    """Values less the straight line through them over time, about their mean; as they are when fewer than three."""
    if len(values) < 3:
        return values
    time = time_s - time_s.mean()
    slope = float(time @ (values - values.mean())) / float(time @ time)
    return np.asarray(values - slope * time)


def _result(
    key: str, sensor: SensorInfo, method: str, values: FloatArray, about: FloatArray, estimate: TrueVariance | None
) -> Variability:
    mean = float(values.mean())
    cv = low = high = noise = None
    note = f"needs {value('variability_least_strides'):.0f} steady strides, {len(values)} were usable"
    if estimate is not None:
        reach = Z_95 * estimate.standard_error
        high = _cv_pct(estimate.variance + reach, mean)
        noise = math.sqrt(estimate.noise_variance)
        note = NOT_DISTINGUISHABLE
        if estimate.variance > 0.0:
            cv, low = _cv_pct(estimate.variance, mean), _cv_pct(estimate.variance - reach, mean)
            note = HIDDEN_NOTE if noise == 0.0 else ""
    return Variability(
        key=key,
        side=sensor.side,
        method="sequence" if method == "sequence" else "stated",
        count=len(values),
        mean=mean,
        observed_cv_pct=_cv_pct(float(about.var(ddof=1)), mean),
        cv_pct=cv,
        low_pct=low,
        high_pct=high,
        noise_sd_s=noise,
        note=note,
    )


def _cv_pct(variance: float, mean: float) -> float:
    return 100.0 * math.sqrt(max(variance, 0.0)) / mean
