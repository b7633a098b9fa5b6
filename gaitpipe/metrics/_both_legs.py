"""What the metrics of the sine model share: times of both legs, the gate, and how errors of contact time go through."""

from __future__ import annotations

import math

import numpy as np

from gaitpipe.evidence import value
from gaitpipe.gait.table import StrideTable
from gaitpipe.metrics._contract import MetricContext
from gaitpipe.metrics.ground_contact_time import (
    contact_systematic_sd_s,
    ground_contact_time_s,
    mounting_repeat_sd_s,
)
from gaitpipe.metrics.stride_time import stride_time_s
from gaitpipe.model import FloatArray

BOTH_LEGS = "needs both sensors: one leg's contact time would show a spared leg as the one that pushes harder"


def times_of_both_legs(table: StrideTable) -> tuple[FloatArray, FloatArray]:
    """Step time and mean contact time of both legs in each stride [s], shape (n,) each.

    The stride's own contact and that of the other foot inside it. NaN for walking, without the other foot, and where
    the duty factor lies outside what the half sine describes.
    """
    step_s = 0.5 * stride_time_s(table)
    contact_s = 0.5 * (ground_contact_time_s(table) + table.column("other_tc_s") - table.column("other_ic_s"))
    with np.errstate(divide="ignore", invalid="ignore"):
        duty_factor = 0.5 * contact_s / step_s
        fits = (duty_factor > value("duty_factor_sine_minimum")) & (duty_factor < value("duty_factor_sine_maximum"))
    fits &= table.rows["mode"] == "run"
    return np.where(fits, step_s, np.nan), np.where(fits, contact_s, np.nan)


def contact_time_too_unsure(table: StrideTable) -> str:
    """Why stiffness, which grows an error of contact time, is not given; empty when each foot's is sure enough."""
    contact_s = ground_contact_time_s(table)
    for side, sensor in table.sensors.items():
        chosen = contact_s[table.of_side(side) & (table.rows["mode"] == "run") & (table.rows["quality"] == "ok")]
        chosen = chosen[np.isfinite(chosen)]
        error_s = contact_systematic_sd_s(MetricContext(sensor, math.nan, 0.0))
        most = value("stiffness_contact_error_maximum")
        if len(chosen) and (error_s is None or error_s >= most * float(np.median(chosen))):
            known = "not at all" if error_s is None else f"to {100.0 * error_s / float(np.median(chosen)):.1f} %"
            return f"needs the {side} contact time to better than {100.0 * most:.0f} %; it is known {known}"
    return ""


def systematic_sd(context: MetricContext, sensitivity: float) -> float | None:
    """Standard uncertainty of a figure, the model's own included.

    `sensitivity` is its relative change for a relative change of contact time.
    """
    contact_s = contact_systematic_sd_s(context)
    if contact_s is None:
        return None
    return _known(
        context.mean * math.hypot(sensitivity * contact_s / context.contact_time_s, value("sine_model_error"))
    )


def repeat_sd(context: MetricContext, sensitivity: float) -> float | None:
    """The part of it that mounting the sensors anew changes; the model's own error stays the same."""
    contact_s = mounting_repeat_sd_s(context)
    return None if contact_s is None else _known(abs(context.mean * sensitivity * contact_s / context.contact_time_s))


def _known(uncertainty: float) -> float | None:
    return uncertainty if math.isfinite(uncertainty) else None
