"""Cadence."""

from __future__ import annotations

from gaitpipe.gait.table import StrideTable
from gaitpipe.metrics._contract import StrideMetric, zero
from gaitpipe.metrics.stride_time import stride_time_s
from gaitpipe.model import FloatArray


def cadence_spm(table: StrideTable) -> FloatArray:
    """Steps per minute of both feet, 120 / stride time of this foot, shape (n,)."""
    return 120.0 / stride_time_s(table)


METRIC = StrideMetric(
    key="cadence_spm",
    label="Cadence",
    unit="1/min",
    display_unit="steps/min",
    display_scale=1.0,
    display_decimals=1,
    definition="Steps per minute, both feet: 120 divided by the stride time of one foot.",
    source="design",
    compute=cadence_spm,
    systematic_sd=zero,
    repeat_sd=zero,
    example=({"ic_s": 1.0, "next_ic_s": 1.75}, 160.0),
    order=10,
    settling_sd=0.0,
)
