"""Ground contact time."""

from __future__ import annotations

from gaitpipe.evidence import value
from gaitpipe.gait.table import StrideTable
from gaitpipe.metrics._contract import MetricContext, StrideMetric
from gaitpipe.model import FloatArray


def ground_contact_time_s(table: StrideTable) -> FloatArray:
    """Initial to terminal contact of the same foot [s], shape (n,); NaN where no terminal contact was seen."""
    return table.column("tc_s") - table.column("ic_s")


def contact_systematic_sd_s(context: MetricContext) -> float | None:
    """Spread of the contact time's bias between runners for this placement, widened as five runners ask for [s]."""
    if not context.sensor.has_gyro:
        return value("few_runners_factor") * value("shank_accelerometer_contact_bias_sd_s")
    if context.mode == "walk":
        return value("walk_contact_bias_sd_s")
    return value("few_runners_factor") * value(f"{context.sensor.placement}_contact_bias_sd_s")


def mounting_repeat_sd_s(_: MetricContext) -> float | None:
    """Change of contact time from one mounting of the sensor to the next [s]."""
    return value("mounting_repeat_sd_s")


METRIC = StrideMetric(
    key="ground_contact_time_s",
    label="Ground contact time",
    unit="s",
    display_unit="ms",
    display_scale=1000.0,
    display_decimals=0,
    definition="Initial contact to terminal contact (toe-off) of the same foot, both corrected by the mean bias of the "
    "placement.",
    source="hamner2013",
    compute=ground_contact_time_s,
    systematic_sd=contact_systematic_sd_s,
    repeat_sd=mounting_repeat_sd_s,
    example=({"ic_s": 1.0, "tc_s": 1.25}, 0.25),
    order=30,
    compare="own",
    settling_sd=value("strap_settling_sd_s"),
)
