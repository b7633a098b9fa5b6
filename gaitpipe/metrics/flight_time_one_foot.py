"""Flight time estimated from one foot."""

from __future__ import annotations

from gaitpipe.gait.table import StrideTable
from gaitpipe.metrics._contract import StrideMetric
from gaitpipe.metrics.ground_contact_time import (
    contact_systematic_sd_s,
    ground_contact_time_s,
    mounting_repeat_sd_s,
)
from gaitpipe.metrics.stride_time import stride_time_s
from gaitpipe.model import FloatArray


def flight_time_one_foot_s(table: StrideTable) -> FloatArray:
    """Half a stride less the contact time of the same foot [s], shape (n,); negative is double support."""
    return 0.5 * stride_time_s(table) - ground_contact_time_s(table)


METRIC = StrideMetric(
    key="flight_time_one_foot_s",
    label="Flight time, one-foot estimate",
    unit="s",
    display_unit="ms",
    display_scale=1000.0,
    display_decimals=0,
    definition="Half the stride time less the contact time of the same foot. Takes both legs for alike: a difference "
    "between them goes into it unseen. Needs one sensor and no common clock.",
    source="hamner2013",
    compute=flight_time_one_foot_s,
    systematic_sd=contact_systematic_sd_s,
    repeat_sd=mounting_repeat_sd_s,
    example=({"ic_s": 1.0, "tc_s": 1.25, "next_ic_s": 1.7}, 0.1),
    order=52,
    has_ratio=False,
)
