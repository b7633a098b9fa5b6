"""Swing time."""

from __future__ import annotations

from gaitpipe.gait.table import StrideTable
from gaitpipe.metrics._contract import StrideMetric
from gaitpipe.metrics.ground_contact_time import contact_systematic_sd_s, mounting_repeat_sd_s
from gaitpipe.model import FloatArray


def swing_time_s(table: StrideTable) -> FloatArray:
    """Terminal contact to the next initial contact of the same foot [s], shape (n,)."""
    return table.column("next_ic_s") - table.column("tc_s")


METRIC = StrideMetric(
    key="swing_time_s",
    label="Swing time",
    unit="s",
    display_unit="ms",
    display_scale=1000.0,
    display_decimals=0,
    definition="Terminal contact to the next initial contact of the same foot.",
    source="hamner2013",
    compute=swing_time_s,
    systematic_sd=contact_systematic_sd_s,
    repeat_sd=mounting_repeat_sd_s,
    example=({"ic_s": 1.0, "tc_s": 1.25, "next_ic_s": 1.7}, 0.45),
    order=40,
    compare="own",
)
