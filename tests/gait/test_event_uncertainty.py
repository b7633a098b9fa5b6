"""Each event says how far it may be off: by placement, kind of sensor, mode and rate."""

from __future__ import annotations

import numpy as np
import pytest

from gaitpipe.evidence import value
from gaitpipe.gait.event_uncertainty import event_uncertainty_s
from gaitpipe.gait.table import ROW_DTYPE, StrideTable
from gaitpipe.model import Placement, SensorInfo


def table(rate_hz: float = 208.0, placement: Placement = "foot", *, has_gyro: bool = True) -> StrideTable:
    rows = np.zeros(3, ROW_DTYPE)
    rows["side"], rows["mode"] = "left", ("run", "run", "walk")
    rows["ic_s"], rows["tc_s"] = (1.0, 2.0, 3.0), (1.2, np.nan, 3.6)
    return StrideTable(rows, {"left": SensorInfo("left", placement, rate_hz, has_gyro=has_gyro)})


def test_a_missing_event_has_no_uncertainty() -> None:
    assert np.isnan(event_uncertainty_s(table(), "tc")).tolist() == [False, True, False]


def test_an_event_is_no_surer_than_the_spread_of_its_bias_between_runners() -> None:
    for placement in ("foot", "shank"):
        for event in ("ic", "tc"):
            assert event_uncertainty_s(table(placement=placement), event)[0] > value(f"{placement}_{event}_bias_sd_s")


def test_walking_is_less_sure_than_running() -> None:
    running, _, walking = event_uncertainty_s(table(), "ic")
    assert walking > 2.0 * running


def test_a_slow_sensor_is_less_sure_by_its_sampling_interval() -> None:
    fast, slow = (event_uncertainty_s(table(rate_hz), "ic")[0] for rate_hz in (400.0, 50.0))
    assert slow**2 - fast**2 == pytest.approx((0.02**2 - 0.0025**2) / 12.0)


def test_a_sensor_without_gyroscope_is_less_sure_of_the_end_of_contact() -> None:
    with_gyro = event_uncertainty_s(table(placement="shank"), "tc")[0]
    assert event_uncertainty_s(table(placement="shank", has_gyro=False), "tc")[0] > with_gyro
