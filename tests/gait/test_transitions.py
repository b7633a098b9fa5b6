"""Strides unlike those around them are starts, stops and changes of gait, not steady strides."""

from __future__ import annotations

import numpy as np
import pytest

from gaitpipe.gait.table import ROW_DTYPE
from gaitpipe.gait.transitions import mark_transitions


def rows_of(times_s: list[float], side: str = "left", start_s: float = 0.0) -> np.ndarray:
    """Strides of one foot, one after the other."""
    rows = np.zeros(len(times_s), ROW_DTYPE)
    ends = start_s + np.cumsum(times_s)
    rows["side"], rows["quality"] = side, "ok"
    rows["ic_s"], rows["next_ic_s"] = ends - times_s, ends
    return rows


def test_a_slow_first_stride_is_a_start() -> None:
    rows = rows_of([0.9, 0.7, 0.71, 0.7, 0.69])
    mark_transitions(rows)
    assert rows["quality"].tolist() == ["transition", "ok", "ok", "ok", "ok"]


@pytest.mark.parametrize("late_s", [0.1, -0.1])
def test_a_contact_at_the_wrong_time_is_no_transition_and_leaves_the_mean(late_s: float) -> None:
    rows = rows_of([0.7, 0.69, 0.71, 0.7 + late_s, 0.7 - late_s, 0.7, 0.69])
    mark_transitions(rows)
    assert set(rows["quality"]) == {"ok"}


def test_two_slow_strides_at_the_start_are_both_left_out() -> None:
    rows = rows_of([1.0, 0.85, 0.7, 0.71, 0.7, 0.69, 0.7])
    mark_transitions(rows)
    assert rows["quality"].tolist() == ["transition"] * 2 + ["ok"] * 5


def test_a_change_from_walking_to_running_leaves_out_the_strides_at_the_border() -> None:
    rows = rows_of([1.08, 1.07, 1.08, 1.09, 0.77, 0.76, 0.75, 0.76])
    mark_transitions(rows)
    assert rows["quality"].tolist() == ["ok"] * 3 + ["transition"] * 2 + ["ok"] * 3


def test_steady_strides_and_a_slow_change_of_pace_stay() -> None:
    rows = rows_of(list(np.linspace(0.80, 0.66, 25)))
    mark_transitions(rows)
    assert set(rows["quality"]) == {"ok"}


def test_a_pause_separates_bouts_of_different_pace() -> None:
    rows = np.concatenate([rows_of([0.7] * 6), rows_of([1.1] * 6, start_s=20.0)])
    mark_transitions(rows)
    assert set(rows["quality"]) == {"ok"}


def test_the_other_foot_and_other_reasons_are_left_alone() -> None:
    left, right = rows_of([0.9, 0.7, 0.7, 0.7, 0.7]), rows_of([0.9] * 5, "right")
    left["quality"][0] = "gap"
    rows = np.concatenate([left, right])
    mark_transitions(rows)
    assert rows["quality"].tolist() == ["gap"] + ["ok"] * 9


@pytest.mark.parametrize("count", [0, 1, 3])
def test_too_few_strides_are_not_judged(count: int) -> None:
    rows = rows_of([0.9, 0.5, 0.7][:count])
    mark_transitions(rows)
    assert set(rows["quality"]) <= {"ok"}


def test_the_last_contact_without_a_stride_time_is_left_alone() -> None:
    rows = rows_of([0.7] * 6)
    rows["next_ic_s"][-1] = np.nan
    mark_transitions(rows)
    assert set(rows["quality"]) == {"ok"}
