"""What a clipped impact acceleration is at least."""

from __future__ import annotations

from gaitpipe.metrics._contract import StrideMetric, none
from gaitpipe.metrics.peak_acceleration import peak_acc_at_least_m_s2
from gaitpipe.model import STANDARD_GRAVITY_M_S2

METRIC = StrideMetric(
    key="peak_acc_at_least_m_s2",
    label="Impact acceleration, at least",
    unit="m/s^2",
    display_unit="g",
    display_scale=1.0 / STANDARD_GRAVITY_M_S2,
    display_decimals=1,
    definition="Lower bound of a peak that was clipped by the sensor's range or fell into a hole.",
    source="design",
    compute=peak_acc_at_least_m_s2,
    systematic_sd=none,
    repeat_sd=none,
    example=({"peak_acc_bound_m_s2": 156.9064}, 156.9064),
    in_summary=False,
    order=96,
)
