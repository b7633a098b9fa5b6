"""Speed on a treadmill."""

from __future__ import annotations

import numpy as np

from gaitpipe.gait.table import StrideTable
from gaitpipe.metrics._contract import StrideMetric, none
from gaitpipe.model import FloatArray


def speed_m_s(table: StrideTable) -> FloatArray:
    """Belt speed as given [m/s], shape (n,); NaN without one."""
    return np.full(len(table.rows), np.nan if table.belt_speed_m_s is None else table.belt_speed_m_s)


METRIC = StrideMetric(
    key="speed_m_s",
    label="Belt speed (given)",
    unit="m/s",
    display_unit="m/s",
    display_scale=1.0,
    display_decimals=2,
    definition="The belt speed that was given. An input, not a measurement.",
    source="design",
    compute=speed_m_s,
    systematic_sd=none,
    repeat_sd=none,
    example=({"belt_speed_m_s": 3.0}, 3.0),
    in_summary=False,
    order=90,
)
