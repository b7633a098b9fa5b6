"""Speed of the foot against the ground just before it lands."""

from __future__ import annotations

from gaitpipe.gait.table import StrideTable
from gaitpipe.metrics._contract import StrideMetric, none
from gaitpipe.model import FloatArray


def retraction_speed_m_s(table: StrideTable) -> FloatArray:
    """Forward speed of the foot sensor against the ground or belt 10 ms before contact [m/s], shape (n,)."""
    return table.column("retraction_speed_m_s")


METRIC = StrideMetric(
    key="retraction_speed_m_s",
    label="Foot speed before contact, experimental",
    unit="m/s",
    display_unit="m/s",
    display_scale=1.0,
    display_decimals=1,
    definition="Experimental: forward speed of the foot against the ground or belt 10 ms before contact. Smaller means "
    "that the foot is drawn back more before it lands. Not compared with any reference; foot sensors only.",
    source="design",
    compute=retraction_speed_m_s,
    systematic_sd=none,
    repeat_sd=none,
    example=({"retraction_speed_m_s": 1.5}, 1.5),
    absent="needs foot sensors with a gyroscope that is not clipped",
    order=77,
    unstated="not compared with any reference",
)
