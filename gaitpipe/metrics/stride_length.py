"""Stride length on a treadmill."""

from __future__ import annotations

import numpy as np

from gaitpipe.gait.table import StrideTable
from gaitpipe.metrics._contract import StrideMetric, none
from gaitpipe.metrics.stride_time import stride_time_s
from gaitpipe.model import FloatArray


def stride_length_m(table: StrideTable) -> FloatArray:
    """Belt speed times stride time [m], shape (n,); NaN without a belt speed."""
    speed_m_s = np.nan if table.belt_speed_m_s is None else table.belt_speed_m_s
    return speed_m_s * stride_time_s(table)


METRIC = StrideMetric(
    key="stride_length_m",
    label="Stride length (belt)",
    unit="m",
    display_unit="m",
    display_scale=1.0,
    display_decimals=2,
    definition="Belt speed as given times stride time: exact on average at a steady speed on a treadmill, not while "
    "getting going; not measured by the sensor.",
    source="design",
    compute=stride_length_m,
    systematic_sd=none,
    repeat_sd=none,
    example=({"ic_s": 1.0, "next_ic_s": 1.7, "belt_speed_m_s": 3.0}, 2.1),
    absent="needs the belt speed",
    order=80,
)
