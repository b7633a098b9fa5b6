"""Symmetry: formulas, signs, and what two mountings and two clocks may do."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gaitpipe.evidence import value
from gaitpipe.gait.strides import Stride
from gaitpipe.gait.summary import side_repeats, summarise
from gaitpipe.gait.symmetry import symmetry_angle_pct, symmetry_index_pct, symmetry_of
from gaitpipe.gait.table import StrideTable, row_of, table_of
from gaitpipe.metrics.cadence import METRIC as CADENCE
from gaitpipe.metrics.flight_time import METRIC as FLIGHT
from gaitpipe.metrics.ground_contact_time import METRIC as CONTACT
from gaitpipe.metrics.peak_acceleration import METRIC as PEAK
from gaitpipe.metrics.step_time import METRIC as STEP
from gaitpipe.model import SIDES, SensorInfo

SENSORS = {side: SensorInfo(side, "foot", 208.0) for side in SIDES}
NO_CLOCK = dict.fromkeys(SIDES, 0.0)
quick = settings(max_examples=60, deadline=None, derandomize=True)
sizes = st.floats(0.05, 5.0)


def session(
    left_s: float, right_s: float, count: int = 40, scatter_s: float = 0.004, mode: str = "run", lag_s: float = 0.35
) -> StrideTable:
    """Both feet with mean contact times; the scatter alternates, so that its mean is known."""
    rows = []
    for side, contact_s, start_s in (("left", left_s, 0.0), ("right", right_s, lag_s)):
        for k in range(count):
            ic_s = start_s + 0.7 * k
            tc_s = ic_s + contact_s + (scatter_s if k % 2 else -scatter_s)
            stride = Stride(side, k, ic_s, tc_s, ic_s, tc_s, ic_s + 0.7, 0.1, 0.1, 90.0, mode, "ok")
            rows.append(row_of(stride, ic_s + (lag_s if side == "left" else 0.7 - lag_s)))
    return table_of(rows, SENSORS, None)


def compared(table: StrideTable, metrics=(CONTACT,), clocks=NO_CLOCK):
    return symmetry_of(summarise(table, metrics, clocks), side_repeats(table, metrics, clocks))


def test_index_and_angle_of_the_dossier() -> None:
    assert symmetry_index_pct(0.262, 0.278) == pytest.approx(-5.926, abs=0.001)
    assert symmetry_index_pct(0.270, 0.272) == pytest.approx(-0.738, abs=0.001)
    assert symmetry_angle_pct(1.0190, 1.0) == pytest.approx(0.6, abs=0.001)


@quick
@given(sizes, sizes, st.floats(0.1, 10.0))
def test_swapping_turns_the_sign_and_scaling_changes_nothing(left: float, right: float, factor: float) -> None:
    for measure in (symmetry_index_pct, symmetry_angle_pct):
        assert measure(left, right) == pytest.approx(-measure(right, left))
        assert measure(factor * left, factor * right) == pytest.approx(measure(left, right))
        assert measure(left, left) == pytest.approx(0.0)
        assert (measure(left, right) > 0.0) == (left > right) or left == pytest.approx(right)


def test_zero_has_no_index_and_no_angle() -> None:
    assert symmetry_index_pct(-1.0, 1.0) is None
    assert symmetry_angle_pct(0.0, 0.0) is None


def test_the_interval_is_that_of_the_scatter_and_the_limit_that_of_the_mountings() -> None:
    (found,) = compared(session(0.26, 0.24))
    random = math.sqrt(2.0) * np.std([0.004, -0.004] * 20, ddof=1) / math.sqrt(40)
    repeat = math.sqrt(2.0) * value("mounting_repeat_sd_s")
    assert found.difference == pytest.approx(0.02)
    assert found.difference_high - found.difference == pytest.approx(1.96 * random)
    assert found.index_pct == pytest.approx(8.0)
    assert found.index_high_pct - found.index_pct == pytest.approx(1.96 * 100.0 * random / 0.25)
    assert found.limit == pytest.approx(1.96 * math.hypot(repeat, random))
    assert found.limit_pct == pytest.approx(100.0 * found.limit / 0.25)
    assert found.exceeds is True


def test_ten_milliseconds_of_mounting_are_no_asymmetry_whatever_the_number_of_strides() -> None:
    (few,), (many,) = compared(session(0.255, 0.245, 20)), compared(session(0.255, 0.245, 2000))
    assert few.exceeds is many.exceeds is False
    assert many.index_low_pct > 3.0  # the scatter alone would have called it certain


def test_swapping_the_feet_turns_every_sign() -> None:
    (one,), (other,) = compared(session(0.26, 0.24)), compared(session(0.24, 0.26))
    assert one.difference == pytest.approx(-other.difference)
    assert one.index_pct == pytest.approx(-other.index_pct)
    assert one.angle_pct == pytest.approx(-other.angle_pct)
    assert one.limit == pytest.approx(other.limit)


def test_what_spans_both_feet_takes_the_clocks_twice() -> None:
    """A clock that is late on one foot makes one step longer and the other shorter by the same."""
    table = session(0.25, 0.25, scatter_s=0.0)
    step, flight = compared(table, (STEP, FLIGHT), {"left": 0.03, "right": 0.04})
    expected = 1.96 * 2.0 * math.hypot(value("mounting_repeat_sd_s"), 0.05)
    assert step.limit == pytest.approx(expected)
    assert flight.limit == pytest.approx(expected)
    assert flight.index_pct is None
    assert flight.limit_pct is None


def test_a_clock_error_within_its_uncertainty_is_no_asymmetry() -> None:
    (step,) = compared(session(0.25, 0.25, lag_s=0.33), (STEP,), {"left": 0.01, "right": 0.01})
    assert step.difference == pytest.approx(-0.04)
    assert step.exceeds is False


def test_three_strides_are_shown_and_not_judged() -> None:
    (found,) = compared(session(0.28, 0.22, 3, scatter_s=0.0))
    assert (found.limit, found.exceeds) == (None, None)
    assert found.index_pct == pytest.approx(24.0)


def test_without_a_known_repeatability_nothing_is_judged() -> None:
    (found,) = compared(session(0.25, 0.25), (PEAK,))
    assert (found.key, found.limit, found.exceeds) == ("peak_acc_m_s2", None, None)


def test_one_foot_or_a_figure_that_both_feet_share_has_no_sides() -> None:
    both = session(0.26, 0.24)
    left = StrideTable(both.rows[both.of_side("left")], {"left": SENSORS["left"]})
    assert compared(left, clocks={"left": 0.0}) == ()
    assert compared(both, (CADENCE,)) == ()
    assert compared(StrideTable(both.rows[:0], SENSORS)) == ()
