"""Step time."""

from __future__ import annotations

from gaitpipe.gait.table import StrideTable
from gaitpipe.metrics._contract import MetricContext, StrideMetric
from gaitpipe.model import FloatArray


def step_time_s(table: StrideTable) -> FloatArray:
    """Initial contact to the next of the other foot [s], shape (n,); NaN without the other foot."""
    return table.column("other_ic_s") - table.column("ic_s")


def _clock(context: MetricContext) -> float | None:
    return context.clock_s


METRIC = StrideMetric(
    key="step_time_s",
    label="Step time",
    unit="s",
    display_unit="ms",
    display_scale=1000.0,
    display_decimals=0,
    definition="Initial contact to the next initial contact of the other foot. Needs both sensors; its error is that "
    "of their clocks.",
    source="design",
    compute=step_time_s,
    systematic_sd=_clock,
    repeat_sd=_clock,
    example=({"ic_s": 1.0, "next_ic_s": 1.7, "other_ic_s": 1.36}, 0.36),
    absent="needs both sensors",
    order=25,
)
