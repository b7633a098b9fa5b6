"""Stride time."""

from __future__ import annotations

from gaitpipe.gait.table import StrideTable
from gaitpipe.metrics._contract import StrideMetric, zero
from gaitpipe.model import FloatArray


def stride_time_s(table: StrideTable) -> FloatArray:
    """Initial contact to the next of the same foot [s], shape (n,)."""
    return table.column("next_ic_s") - table.column("ic_s")


METRIC = StrideMetric(
    key="stride_time_s",
    label="Stride time",
    unit="s",
    display_unit="ms",
    display_scale=1000.0,
    display_decimals=0,
    definition="Initial contact to the next initial contact of the same foot.",
    source="design",
    compute=stride_time_s,
    systematic_sd=zero,
    repeat_sd=zero,
    example=({"ic_s": 1.0, "next_ic_s": 1.7}, 0.7),
    order=20,
)
