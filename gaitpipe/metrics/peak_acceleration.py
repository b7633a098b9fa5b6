"""Impact acceleration: the peak after contact."""

from __future__ import annotations

import numpy as np

from gaitpipe.evidence import value
from gaitpipe.gait.table import StrideTable
from gaitpipe.metrics._contract import MetricContext, StrideMetric, none
from gaitpipe.model import STANDARD_GRAVITY_M_S2, FloatArray


def peak_acc_m_s2(table: StrideTable) -> FloatArray:
    """Largest |specific force| in the 60 ms from contact [m/s^2], gravity included, shape (n,).

    NaN for a clipped peak (the true value was larger: see `peak_acc_at_least_m_s2`) and for sensors below 100 Hz (the
    peak falls between samples).
    """
    return _of_quick_sensors(table, "peak_acc_m_s2")


def peak_acc_at_least_m_s2(table: StrideTable) -> FloatArray:
    """What a clipped peak is at least [m/s^2], shape (n,); NaN for all others and for sensors below 100 Hz."""
    return _of_quick_sensors(table, "peak_acc_bound_m_s2")


def _of_quick_sensors(table: StrideTable, name: str) -> FloatArray:
    peaks = table.column(name).copy()
    for side, sensor in table.sensors.items():
        if sensor.rate_hz < value("peak_acc_minimum_rate_hz"):
            peaks[table.of_side(side)] = np.nan
    return peaks


def _caution(context: MetricContext) -> str:
    if context.sensor.rate_hz >= value("peak_acc_caution_rate_hz"):
        return ""
    return f"sampled at {context.sensor.rate_hz:.0f} Hz, so the true peak may be missed: read with caution"


METRIC = StrideMetric(
    key="peak_acc_m_s2",
    label="Impact acceleration",
    unit="m/s^2",
    display_unit="g",
    display_scale=1.0 / STANDARD_GRAVITY_M_S2,
    display_decimals=1,
    definition="Largest magnitude of specific force in the 60 ms from initial contact, gravity included (1 g at rest). "
    "Impact at the sensor, not tendon or bone load; depends on the mounting. A clipped peak is known only to be "
    "larger: with any of them the median is given instead of the mean.",
    source="design",
    compute=peak_acc_m_s2,
    systematic_sd=none,
    repeat_sd=none,
    example=({"peak_acc_m_s2": 98.0665}, 98.0665),
    order=95,
    compare="own",
    bound=peak_acc_at_least_m_s2,
    unstated="what strap, shoe and mounting change is not known",
    caution=_caution,
)
