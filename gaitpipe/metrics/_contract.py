"""What a metric is: one value a stride, from the stride table alone, so that it cannot depend on packet sizes."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from gaitpipe.gait.table import StrideTable
from gaitpipe.model import FloatArray, SensorInfo


@dataclass(frozen=True, slots=True)
class MetricContext:
    """What the uncertainty of a mean may depend on: the sensor, the mean stride time and the clocks of both feet.

    `clock_s` is the standard uncertainty between the two feet's clocks, 0 for files with one time base. `mean` is the
    metric's own mean, `contact_time_s` the mean contact time; NaN when not known.
    """

    sensor: SensorInfo
    stride_time_s: float
    clock_s: float
    mode: str = "run"
    contact_time_s: float = math.nan
    mean: float = math.nan


@dataclass(frozen=True, slots=True)
class StrideMetric:
    """A column of `strides.csv` and a row of the metric table.

    `compute` gives one value a row in the column's SI unit, NaN where it cannot be had; it never raises on data.
    `systematic_sd` is the standard uncertainty that does not shrink with more strides, in the same unit, None when
    unknown; `repeat_sd` the part of it that changes from one mounting to the next, for the smallest detectable change.
    `source` is a key of `evidence.SOURCES`. `example` holds table fields of one stride and the value they must give.
    `absent` says why there may be no value at all. A metric
    that may be near zero or negative has no ratio: its left-right difference is not given in per cent.

    `bilateral` metrics speak of both legs together: no figure of one side is given. `compare` says how left and right
    are compared: "own" when each foot errs on its own, "cross" when the value spans both feet, so that the errors of
    mountings and clocks enter left and right with opposite signs, "" not at all. `settling_sd` is the standard
    uncertainty of a change within one session, None when none is told. `bound` gives the lower bound of values that
    `compute` leaves empty because they were cut off. `unstated` says why uncertainty or smallest detectable change is
    missing, `caution` what to beware of with this sensor, `withheld` why nothing is published although it could be
    computed (empty: it is).
    """

    key: str
    label: str
    unit: str
    display_unit: str
    display_scale: float
    display_decimals: int
    definition: str
    source: str
    compute: Callable[[StrideTable], FloatArray]
    systematic_sd: Callable[[MetricContext], float | None]
    repeat_sd: Callable[[MetricContext], float | None]
    example: tuple[dict[str, float], float]
    in_summary: bool = True
    has_ratio: bool = True
    absent: str = "not available from these sensors"
    order: int = 100
    bilateral: bool = False
    compare: Literal["", "own", "cross"] = ""
    settling_sd: float | None = None
    bound: Callable[[StrideTable], FloatArray] | None = None
    unstated: str = ""
    caution: Callable[[MetricContext], str] | None = None
    withheld: Callable[[StrideTable], str] | None = None


def none(_: MetricContext) -> float | None:
    """No uncertainty can be given."""
    return None


def zero(_: MetricContext) -> float | None:
    """A bias of the event times cancels in this metric."""
    return 0.0
