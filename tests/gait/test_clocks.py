"""Left against right in time: both clocks and the delays of the radio."""

from __future__ import annotations

import math

import numpy as np
import pytest

from gaitpipe.evidence import value
from gaitpipe.gait.clocks import left_right_clock_s, session_clocks
from gaitpipe.model import SensorInfo, StreamQuality

RADIO_S = value("radio_delay_sd_s")


def left_right(clock: str = "device", **residuals_s: float | None) -> float | None:
    sensors = {side: SensorInfo(side, "foot", 208.0, clock=clock) for side in residuals_s}
    qualities = {side: StreamQuality(clock_residual_s=one) for side, one in residuals_s.items()}
    clocks, _found = session_clocks(np.zeros(0), sensors, qualities, None)
    return left_right_clock_s(clocks, sensors, qualities)


def test_it_is_the_root_of_the_squares_of_both_clocks_and_both_delays():
    expected_s = math.sqrt(0.003**2 + 0.004**2 + 2 * RADIO_S**2)
    assert left_right(left=0.003, right=0.004) == pytest.approx(expected_s, rel=1e-12)


def test_where_it_cannot_be_known_there_is_none():
    assert left_right() is None
    assert left_right(left=0.003) is None
    assert left_right("file", left=None, right=None) is None
    assert left_right(left=0.003, right=None) is None
    assert left_right(left=0.003, right=math.nan) is None
