"""Left against right in time: both clocks and the delays of the radio."""

from __future__ import annotations

import math

import pytest

from gaitpipe.evidence import value
from gaitpipe.gait.clocks import left_right_clock_uncertainty_s
from gaitpipe.model import SensorInfo, SensorResult, StreamQuality

RADIO_S = value("radio_delay_sd_s")


def sensor(side: str, residual_s: float | None, clock: str = "device") -> SensorResult:
    info = SensorInfo(side, "foot", 208.0, clock=clock)
    return SensorResult(info, StreamQuality(clock_residual_s=residual_s), None, None, 60.0, {})


def test_it_is_the_root_of_the_squares_of_both_clocks_and_both_delays():
    found = left_right_clock_uncertainty_s([sensor("left", 0.003), sensor("right", 0.004)])
    assert found == pytest.approx(math.sqrt(0.003**2 + 0.004**2 + 2 * RADIO_S**2), rel=1e-12)


@pytest.mark.parametrize(
    "sensors",
    [
        [],
        [sensor("left", 0.003)],
        [sensor("left", None, "file"), sensor("right", None, "file")],
        [sensor("left", 0.003), sensor("right", None)],
        [sensor("left", 0.003), sensor("right", math.nan)],
    ],
)
def test_where_it_cannot_be_known_there_is_none(sensors):
    assert left_right_clock_uncertainty_s(sensors) is None
