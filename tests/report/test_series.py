"""Series over time: good running strides, running median, pauses."""

from __future__ import annotations

import numpy as np

from gaitpipe.model import STRIDE_DTYPE
from gaitpipe.report.series import Span, side_series, spans, time_origin_s, value_limits


def line_of(times_s, side="left", mode="run", contact_s=0.25):
    rows = np.zeros(len(times_s), STRIDE_DTYPE)
    rows["side"], rows["mode"], rows["quality"] = side, mode, "ok"
    rows["ic_s"], rows["stride_time_s"], rows["ground_contact_time_s"] = times_s, 0.7, contact_s
    return rows


def test_walking_and_bad_strides_are_not_in_the_series():
    rows = line_of(np.arange(0, 7, 0.7))
    rows["mode"][0], rows["quality"][1] = "walk", "gap"
    series = side_series(rows, "left", "ground_contact_time_s", 1e3)
    assert series is not None
    assert series.value.size == rows.size - 2
    assert np.allclose(series.value, 250.0)


def test_a_side_without_values_has_no_series():
    rows = line_of(np.arange(0, 7, 0.7), contact_s=np.nan)
    assert side_series(rows, "left", "ground_contact_time_s", 1e3) is None
    assert side_series(rows, "right", "stride_time_s", 1.0) is None


def test_the_running_median_does_not_look_across_a_break():
    before, after = line_of(np.arange(0, 28, 0.7)), line_of(np.arange(60, 88, 0.7), contact_s=0.30)
    series = side_series(np.concatenate([before, after]), "left", "ground_contact_time_s", 1e3)
    assert series is not None
    assert series.breaks == (before.size,)
    assert np.allclose(series.median[: before.size], 250.0)
    assert np.allclose(series.median[before.size :], 300.0)


def test_a_hole_of_both_feet_is_one_span_and_of_one_foot_names_it():
    left = line_of(np.concatenate([np.arange(0, 10, 0.7), np.arange(30, 40, 0.7)]))
    right = line_of(np.concatenate([np.arange(0.35, 10, 0.7), np.arange(30.35, 40, 0.7)]), "right")
    (both,) = spans(np.concatenate([left, right]))
    assert both.kind == "none"
    assert both.side is None
    steady = line_of(np.arange(0.35, 40, 0.7), "right")
    (one,) = spans(np.concatenate([left, steady]))
    assert one.side == "left"


def test_walking_ends_where_running_begins_and_a_single_walking_stride_is_no_change():
    rows = line_of(np.arange(0, 14, 0.7))
    rows["mode"][:5] = "walk"
    rows["mode"][12] = "walk"
    assert spans(rows) == (Span(0.0, float(rows["ic_s"][5]), "walk"),)


def test_walking_only_is_one_span_to_the_last_stride():
    rows = line_of(np.arange(0, 14, 0.7), mode="walk")
    assert spans(rows) == (Span(0.0, float(rows["ic_s"][-1]), "walk"),)


def test_axis_limits_leave_outliers_out_and_keep_a_least_span():
    rows = line_of(np.arange(0, 700, 0.7))
    rows["ground_contact_time_s"][3] = 0.9
    series = side_series(rows, "left", "ground_contact_time_s", 1e3)
    assert series is not None
    low, high = value_limits((series,), 60.0)
    assert high - low >= 60.0
    assert low < 250.0 < high < 400.0


def test_times_that_count_from_long_ago_are_drawn_from_the_first_stride(build):
    assert time_origin_s(build.strides(seconds=30.0)) == 0.0
    assert time_origin_s(line_of(1.7e9 + np.arange(0, 7, 0.7))) == 1.7e9


def test_a_walking_session_draws_its_walking_strides_and_spans_its_running():
    rows = line_of(np.arange(0, 14, 0.7), mode="walk")
    rows["mode"][:5] = "run"
    series = side_series(rows, "left", "ground_contact_time_s", 1e3, "walk")
    assert series is not None
    assert series.value.size == rows.size - 5
    assert spans(rows, "walk") == (Span(0.0, float(rows["ic_s"][5]), "run"),)
