"""Speed and stride length: from the sensor, scaled by a belt, or from the belt alone."""

from __future__ import annotations

import numpy as np
import pytest

from gaitpipe.gait.belt import belt_findings, belt_scale
from gaitpipe.gait.table import ROW_DTYPE, StrideTable
from gaitpipe.metrics import landing_distance, speed, stride_length
from gaitpipe.metrics._contract import MetricContext
from gaitpipe.model import SIDES, SensorInfo

SENSORS = {side: SensorInfo(side, "foot", 208.0) for side in SIDES}


def table(lengths_m: dict[str, list[float]], belt_m_s: float | None = None) -> StrideTable:
    """Strides of 0.7 s with a contact of 0.25 s; lengths by side."""
    pairs = [(side, length) for side, lengths in lengths_m.items() for length in lengths]
    rows = np.zeros(len(pairs), ROW_DTYPE)
    rows["side"] = [side for side, _ in pairs]
    rows["ic_s"] = 0.7 * np.arange(len(pairs))
    rows["tc_s"], rows["next_ic_s"] = rows["ic_s"] + 0.25, rows["ic_s"] + 0.7
    rows["reckoned_length_m"] = [length for _, length in pairs]
    rows["reckoned_speed_m_s"] = rows["reckoned_length_m"] / 0.7
    rows["mode"], rows["quality"] = "run", "ok"
    return StrideTable(rows, SENSORS, belt_m_s)


def test_without_a_belt_the_sensor_is_taken_at_its_word() -> None:
    given = table({"left": [2.0, 2.1, 2.2]})
    np.testing.assert_array_equal(stride_length.stride_length_m(given), [2.0, 2.1, 2.2])
    np.testing.assert_allclose(speed.speed_m_s(given), np.array([2.0, 2.1, 2.2]) / 0.7)


def test_a_belt_scales_each_side_by_one_number() -> None:
    given = table({"left": [2.0, 2.1, 2.2], "right": [1.9, 2.0, 2.1]}, belt_m_s=3.15)
    np.testing.assert_allclose(
        stride_length.stride_length_m(given),
        np.concatenate([np.array([2.0, 2.1, 2.2]) * 1.05, np.array([1.9, 2.0, 2.1]) * 1.1025]),
    )
    assert speed.speed_m_s(given)[1] == pytest.approx(3.15)
    assert belt_scale(given, "right") == pytest.approx(1.1025)


def test_what_a_belt_did_not_see_stays_empty_and_poor_strides_do_not_scale() -> None:
    given = table({"left": [2.0, 2.1, np.nan, 2.2, 9.9]}, belt_m_s=3.0)
    given.rows["quality"][4] = "gap"
    assert np.isnan(stride_length.stride_length_m(given)[2])
    assert speed.speed_m_s(given)[1] == pytest.approx(3.0)


def test_with_too_little_measured_the_belt_alone_speaks() -> None:
    given = table({"left": [2.0, np.nan, np.nan, np.nan]}, belt_m_s=3.0)
    np.testing.assert_allclose(stride_length.stride_length_m(given), 2.1)
    np.testing.assert_allclose(speed.speed_m_s(given), 3.0)


def test_a_belt_speed_that_the_sensor_cannot_have_seen_is_doubted() -> None:
    lengths_m = {"left": [2.0, 2.1, 2.2], "right": [2.1, 2.1, 2.1]}
    for belt_m_s, doubted in ((None, 0), (3.0, 0), (3.15, 0), (3.5, 1), (2.0, 1), (10.8, 1)):
        found = belt_findings(table(lengths_m, belt_m_s), "left")
        assert [finding.code for finding in found] == ["belt_speed"] * doubted
    assert "3.00 m/s" in found[0].message
    assert belt_findings(table({"left": [2.0]}, 9.0), "left") == []


def test_landing_distance_is_half_the_way_of_the_contact_and_none_in_walking() -> None:
    given = table({"left": [2.1, 2.1, 2.1]})
    given.rows["mode"][2] = "walk"
    np.testing.assert_allclose(landing_distance.landing_distance_m(given), [0.375, 0.375, np.nan])


@pytest.mark.parametrize("metric", [speed.METRIC, stride_length.METRIC, landing_distance.METRIC])
@pytest.mark.parametrize("placement", ["foot", "shank"])
def test_uncertainty_grows_with_the_value(metric: object, placement: str) -> None:
    sensor = SensorInfo("left", placement, 208.0)  # type: ignore[arg-type]
    small, large, unknown = (
        metric.systematic_sd(MetricContext(sensor, 0.7, 0.0, contact_time_s=0.25, mean=mean))  # type: ignore[attr-defined]
        for mean in (1.0, 2.0, np.nan)
    )
    assert large == pytest.approx(2.0 * small)
    assert 0.005 < small < 0.3
    assert unknown is None
