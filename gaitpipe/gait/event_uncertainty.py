"""Standard uncertainty of each event: how far a corrected time may be off (`ic_uncertainty_s`, `tc_uncertainty_s`).

The bias of a runner who was not in the fit, the scatter of single contacts about it, and the sampling interval add up
as squares. The bias is shared by all strides of a sensor: it does not average out.
"""

from __future__ import annotations

import math
from typing import Literal

import numpy as np

from gaitpipe.evidence import value
from gaitpipe.gait.table import StrideTable
from gaitpipe.model import FloatArray, SensorInfo


def event_uncertainty_s(table: StrideTable, event: Literal["ic", "tc"]) -> FloatArray:
    """Standard uncertainty of the corrected event times [s], shape (n,); NaN where there is no time."""
    times_s = table.column(f"{event}_s")
    walks = table.rows["mode"] == "walk"
    out = np.full(len(times_s), np.nan)
    for side, info in table.sensors.items():
        mine = table.of_side(side) & np.isfinite(times_s)
        out[mine & ~walks] = _of_sensor_s(info, event, walks=False)
        out[mine & walks] = _of_sensor_s(info, event, walks=True)
    return out


def _of_sensor_s(info: SensorInfo, event: Literal["ic", "tc"], *, walks: bool) -> float:
    sampling_s = 1.0 / info.rate_hz / math.sqrt(12.0)
    if not info.has_gyro:
        kind = "ic" if event == "ic" else "contact"
        return math.hypot(value("few_runners_factor") * value(f"shank_accelerometer_{kind}_bias_sd_s"), sampling_s)
    if walks:
        return math.hypot(value("walk_contact_bias_sd_s"), sampling_s)
    if event == "ic":
        bias_s, noise_s = value(f"{info.placement}_ic_bias_sd_s"), value(f"{info.placement}_ic_noise_sd_s")
    else:
        bias_s, noise_s = value(f"{info.placement}_tc_bias_sd_s"), value(f"{info.placement}_tc_noise_sd_s")
    return math.hypot(value("few_runners_factor") * bias_s, noise_s, sampling_s)
