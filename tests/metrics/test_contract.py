"""The contract of every metric in the folder; a new one is tested by being there."""

from __future__ import annotations

import math
import warnings
from dataclasses import replace

import numpy as np
import pytest

from gaitpipe import evidence
from gaitpipe.derived import Athlete
from gaitpipe.gait.table import ROW_DTYPE, StrideTable
from gaitpipe.metrics._contract import MetricContext, StrideMetric
from gaitpipe.model import STRIDE_COLUMNS, STRIDE_TEXT_COLUMNS, SensorInfo
from gaitpipe.session import metrics

METRICS = metrics()
UNITS = {
    "_n_per_m_kg": "N/(m kg)",
    "_bw": "BW",
    "_m_s2": "m/s^2",
    "_m_s": "m/s",
    "_deg": "deg",
    "_spm": "1/min",
    "_rad": "rad",
    "_m": "m",
    "_s": "s",
}
DISPLAY = {
    ("s", "ms"): 1e3, ("1", "%"): 100.0, ("1/min", "steps/min"): 1.0, ("m/s^2", "g"): 1 / 9.80665, ("m", "cm"): 100.0,
}  # fmt: skip
INFO = SensorInfo("left", "foot", 208.0)
every = pytest.mark.parametrize("metric", METRICS, ids=lambda metric: metric.key)


def table(count: int, fields: dict[str, float] | None = None, side: str = "left") -> StrideTable:
    """Rows that know nothing but the given fields."""
    rows = np.zeros(count, ROW_DTYPE)
    for name in ROW_DTYPE.names or ():
        if ROW_DTYPE[name].kind == "f":
            rows[name] = np.nan
    rows["side"], rows["mode"], rows["quality"] = side, "run", "ok"
    fields = dict(fields or {})
    belt_speed_m_s, height_m = fields.pop("belt_speed_m_s", None), fields.pop("height_m", None)
    for name, value in fields.items():
        rows[name] = value
    return StrideTable(rows, {"left": INFO}, belt_speed_m_s, Athlete(height_m))


def unit_of(key: str) -> str:
    """The unit that stands at the end of a key; "1" when there is none."""
    return next((unit for suffix, unit in UNITS.items() if key.endswith(suffix)), "1")


def test_the_folder_holds_the_metrics_of_the_first_version() -> None:
    assert len(METRICS) >= 11
    assert len({metric.key for metric in METRICS}) == len(METRICS)
    computed = (
        set(STRIDE_COLUMNS)
        - STRIDE_TEXT_COLUMNS
        - {"stride", "ic_s", "tc_s", "ic_raw_s", "tc_raw_s", "ic_uncertainty_s", "tc_uncertainty_s"}
    )
    assert {metric.key for metric in METRICS} & set(STRIDE_COLUMNS) == computed


@every
def test_the_example_gives_its_value(metric: StrideMetric) -> None:
    fields, expected = metric.example
    values = metric.compute(table(3, fields))
    assert values.shape == (3,)
    assert values.dtype == np.float64
    np.testing.assert_allclose(values, expected, rtol=1e-12)


@every
def test_nothing_known_gives_nothing_without_a_word(metric: StrideMetric) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        empty, unknown = metric.compute(table(0)), metric.compute(table(4))
    assert empty.shape == (0,)
    assert unknown.shape == (4,)
    assert np.all(np.isnan(unknown))


@every
def test_the_table_is_not_changed(metric: StrideMetric) -> None:
    given = table(2, metric.example[0])
    before = given.rows.tobytes()
    metric.compute(given)
    assert given.rows.tobytes() == before


@every
def test_it_says_what_it_is(metric: StrideMetric) -> None:
    assert metric.key in STRIDE_COLUMNS
    assert metric.label.strip()
    assert metric.definition.strip().endswith(".")
    assert metric.source in {source.key for source in evidence.SOURCES}
    assert metric.unit == unit_of(metric.key)


@every
def test_the_display_scale_belongs_to_the_units(metric: StrideMetric) -> None:
    assert metric.display_scale > 0.0
    assert metric.display_decimals >= 0
    expected = 1.0 if metric.unit == metric.display_unit else DISPLAY[metric.unit, metric.display_unit]
    assert metric.display_scale == pytest.approx(expected)


@every
@pytest.mark.parametrize("placement", ["foot", "shank"])
def test_its_uncertainty_is_a_size_or_unknown(metric: StrideMetric, placement: str) -> None:
    for clock_s in (0.0, 0.004):
        context = MetricContext(replace(INFO, placement=placement), 0.7, clock_s)
        for part in (metric.systematic_sd(context), metric.repeat_sd(context)):
            assert part is None or (math.isfinite(part) and part >= 0.0)


@pytest.mark.parametrize("key", ["step_time_s", "flight_time_s"])
def test_what_needs_both_feet_carries_the_error_of_their_clocks(key: str) -> None:
    metric = next(metric for metric in METRICS if metric.key == key)
    small, large = (metric.systematic_sd(MetricContext(INFO, 0.7, clock_s)) for clock_s in (0.0, 0.1))
    assert small is not None
    assert large is not None
    assert large == pytest.approx(math.hypot(small, 0.1))


def test_peak_acceleration_is_not_given_below_100_hz() -> None:
    metric = next(metric for metric in METRICS if metric.key == "peak_acc_m_s2")
    given = table(2, {"peak_acc_m_s2": 90.0})
    slow = StrideTable(given.rows, {"left": replace(INFO, rate_hz=99.0)})
    assert np.all(np.isnan(metric.compute(slow)))
    assert np.all(metric.compute(given) == 90.0)
    assert np.all(given.rows["peak_acc_m_s2"] == 90.0)


@every
def test_what_is_shown_without_uncertainty_or_smallest_change_says_why(metric: StrideMetric) -> None:
    context = MetricContext(INFO, 0.7, 0.0, contact_time_s=0.25, mean=1.0)
    parts = (metric.systematic_sd(context), metric.repeat_sd(context))
    assert not metric.in_summary or None not in parts or metric.unstated


@every
def test_only_what_can_be_compared_between_the_feet_is(metric: StrideMetric) -> None:
    assert not (metric.bilateral and metric.compare)
    assert metric.settling_sd is None or metric.settling_sd >= 0.0


def test_a_clipped_peak_is_a_bound_and_not_a_value() -> None:
    given = table(2, {"peak_acc_bound_m_s2": 157.0})
    metric = next(metric for metric in METRICS if metric.key == "peak_acc_m_s2")
    assert metric.bound is not None
    assert np.all(np.isnan(metric.compute(given)))
    assert np.all(metric.bound(given) == 157.0)
