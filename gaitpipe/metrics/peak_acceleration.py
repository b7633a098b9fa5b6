"""Peak acceleration after contact."""

from __future__ import annotations

import numpy as np

from gaitpipe.gait.table import StrideTable
from gaitpipe.metrics._contract import StrideMetric, none
from gaitpipe.model import STANDARD_GRAVITY_M_S2, FloatArray

MINIMUM_RATE_HZ = 100.0


def peak_acc_m_s2(table: StrideTable) -> FloatArray:
    """Largest |specific force| in the 60 ms from contact [m/s^2], shape (n,).

    NaN for a clipped peak (the true value was larger) and for sensors below 100 Hz (the peak falls between samples).
    """
    peaks = table.column("peak_acc_m_s2").copy()
    for side, sensor in table.sensors.items():
        if sensor.rate_hz < MINIMUM_RATE_HZ:
            peaks[table.of_side(side)] = np.nan
    return peaks


METRIC = StrideMetric(
    key="peak_acc_m_s2",
    label="Peak acceleration",
    unit="m/s^2",
    display_unit="g",
    display_scale=1.0 / STANDARD_GRAVITY_M_S2,
    display_decimals=1,
    definition="Largest magnitude of specific force in the 60 ms from initial contact. Impact at the sensor, not "
    "tendon or bone load; depends on the mounting. Clipped peaks are left out.",
    source="design",
    compute=peak_acc_m_s2,
    systematic_sd=none,
    repeat_sd=none,
    example=({"peak_acc_m_s2": 98.0665}, 98.0665),
    order=95,
)
