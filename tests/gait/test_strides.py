"""From hand-made events to strides, each with its reasons."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from gaitpipe.core.kernel import (
    EVENT_CLIPPED,
    EVENT_DTYPE,
    EVENT_IC,
    EVENT_LOST,
    EVENT_RESTART,
    EVENT_SWING,
    EVENT_TC,
)
from gaitpipe.core.params import DetectorParams, default_params, initial_contact_bias_s
from gaitpipe.gait.strides import Stride, StrideBuilder

PLAIN = DetectorParams("shank")


def event(kind: int, time_s: float, flags: int = 0, **values: float) -> np.ndarray:
    row = np.zeros(1, EVENT_DTYPE)
    row["kind"], row["time_s"], row["flags"] = kind, time_s, flags
    for name in ("peak_acc_m_s2", "pitch_rad", "rate_rad_s"):
        row[name] = values.get(name, np.nan)
    return row


def contact(ic_s: float, contact_s: float | None = 0.25, **values: float) -> list[np.ndarray]:
    """The events of one cycle."""
    found = [event(EVENT_IC, ic_s, rate_rad_s=1.0, **values)]
    if contact_s is not None:
        found.append(event(EVENT_TC, ic_s + contact_s))
    return [*found, event(EVENT_SWING, ic_s + 0.5, rate_rad_s=10.0)]


def build(*events: np.ndarray, params: DetectorParams = PLAIN) -> tuple[list[Stride], dict[str, int]]:
    builder = StrideBuilder("left", params)
    strides = [stride for one in events for stride in builder.push(one)]
    whole = StrideBuilder("left", params).push(np.concatenate(events))
    assert repr(whole) == repr(strides)  # one push or many
    return strides, dict(builder.dropped)


def steady(
    count: int, contact_s: float | None = 0.25, start_s: float = 10.0, period_s: float = 0.7
) -> list[np.ndarray]:
    return [one for k in range(count) for one in contact(start_s + k * period_s, contact_s)]


def test_a_stride_is_given_out_when_the_next_contact_comes() -> None:
    builder = StrideBuilder("right", PLAIN)
    assert builder.push(np.concatenate(contact(1.0))) == []
    (stride,) = builder.push(event(EVENT_IC, 1.7))
    assert (stride.side, stride.number, stride.ic_s, stride.next_ic_s, stride.tc_s) == ("right", 1, 1.0, 1.7, 1.25)
    assert (stride.mode, stride.quality) == ("run", "ok")
    assert stride.stance_rate_ratio == pytest.approx(0.1)


def test_biases_are_taken_off_and_raw_times_kept() -> None:
    params = replace(PLAIN, ic_bias_s=0.02, tc_bias_s=-0.03)
    strides, _ = build(*steady(3), params=params)
    assert strides[0].ic_s == pytest.approx(10.0 - 0.02)
    assert strides[0].tc_s == pytest.approx(10.25 + 0.03)
    assert (strides[0].ic_raw_s, strides[0].tc_raw_s) == (10.0, 10.25)
    assert strides[0].next_ic_s == strides[1].ic_s


def test_the_bias_of_a_foot_follows_the_strike_angle_and_is_held_outside_the_fit() -> None:
    params = default_params("foot")
    low, high = params.ic_bias_lowest_rad, params.ic_bias_highest_rad
    at = [initial_contact_bias_s(params, angle) for angle in (low - 1.0, low, high, high + 1.0)]
    assert at[0] == at[1] < at[2] == at[3]
    assert max(abs(bias) for bias in at) <= 0.040
    assert initial_contact_bias_s(params, float("nan")) == params.ic_bias_s
    assert initial_contact_bias_s(params, params.ic_bias_pivot_rad) == pytest.approx(params.ic_bias_s)


def test_a_stride_without_push_off_is_kept_without_contact_time() -> None:
    strides, dropped = build(*contact(1.0), *contact(1.7, None), *contact(2.4), event(EVENT_IC, 3.1))
    assert [stride.quality for stride in strides] == ["ok", "no_terminal_contact", "ok"]
    assert np.isnan(strides[1].tc_s)
    assert dropped == {}


def test_a_lost_push_off_is_a_gap_and_its_time_is_not_given() -> None:
    lost = [event(EVENT_IC, 1.7, rate_rad_s=1.0), event(EVENT_TC, 1.95, EVENT_LOST), event(EVENT_SWING, 2.2)]
    strides, _ = build(*contact(1.0), *lost, event(EVENT_IC, 2.4))
    assert [stride.quality for stride in strides] == ["ok", "gap"]
    assert np.isnan(strides[1].tc_s)
    assert np.isnan(strides[1].tc_raw_s)


def test_a_lost_initial_contact_ends_one_stride_as_gap_and_drops_the_next() -> None:
    events = [*contact(1.0), event(EVENT_IC, 1.7, EVENT_LOST), event(EVENT_TC, 1.95), *contact(2.4)]
    strides, dropped = build(*events, event(EVENT_IC, 3.1))
    assert [(stride.ic_s, stride.quality) for stride in strides] == [(1.0, "gap"), (2.4, "ok")]
    assert dropped == {"gap": 1}


def test_a_restart_drops_the_open_stride_and_counts_it_once() -> None:
    restart = event(EVENT_RESTART, 2.0)
    strides, dropped = build(restart, *contact(1.0), *contact(1.7), restart, restart, *contact(9.0), *contact(9.7))
    assert [stride.ic_s for stride in strides] == [1.0, 9.0]
    assert dropped == {"gap": 1}


def test_a_pause_longer_than_any_stride_is_no_stride() -> None:
    strides, dropped = build(*steady(3), *steady(3, start_s=20.0))
    assert [stride.ic_s for stride in strides] == pytest.approx([10.0, 10.7, 20.0, 20.7])
    assert dropped == {"stride_time": 1}


def test_implausible_contact_times_are_excluded() -> None:
    strides, _ = build(*contact(1.0, 0.05), *contact(1.7, 0.25), event(EVENT_IC, 2.4))
    assert [stride.quality for stride in strides] == ["contact_time", "ok"]


def test_a_stride_far_from_the_median_is_a_transition() -> None:
    strides, _ = build(*steady(6), *contact(10.0 + 5 * 0.7 + 1.1), event(EVENT_IC, 10.0 + 6 * 0.7 + 1.1))
    assert [stride.quality for stride in strides] == ["ok"] * 5 + ["transition", "ok"]


def test_a_clipped_peak_is_not_given() -> None:
    clipped = event(EVENT_IC, 1.7, EVENT_CLIPPED, peak_acc_m_s2=150.0)
    strides, _ = build(*contact(1.0, peak_acc_m_s2=99.0), clipped, event(EVENT_TC, 1.95), event(EVENT_IC, 2.4))
    assert strides[0].peak_acc_m_s2 == 99.0
    assert np.isnan(strides[1].peak_acc_m_s2)


def test_walking_and_running_change_over_after_three_strides() -> None:
    walk, run = steady(6, 0.6, 10.0, 1.0), steady(8, 0.25, 16.0, 0.8)
    strides, _ = build(*walk, *run)
    modes = [stride.mode for stride in strides]
    assert modes[:6] == ["walk"] * 6
    assert modes[6:8] == ["walk"] * 2
    assert set(modes[8:]) == {"run"}


def test_a_duty_factor_within_the_hysteresis_changes_nothing() -> None:
    strides, _ = build(*steady(3, 0.30), *steady(9, 0.355, start_s=10.0 + 3 * 0.7))
    assert {stride.mode for stride in strides} == {"run"}


def test_contacts_that_are_known_are_told_for_the_other_foot() -> None:
    builder = StrideBuilder("left", PLAIN)
    builder.push(np.concatenate([*contact(1.0), event(EVENT_IC, 1.7, EVENT_LOST), *contact(2.4)]))
    assert builder.contacts_s == [1.0, 2.4]
    builder.push(np.zeros(0, EVENT_DTYPE))
    assert builder.contacts_s == []


def finished(*events: np.ndarray) -> tuple[StrideBuilder, list[Stride]]:
    """A builder that has seen the events and the end, and the rows of the end."""
    builder = StrideBuilder("left", PLAIN)
    builder.push(np.concatenate(events))
    return builder, builder.finish()


def test_the_last_contact_is_a_row_without_a_stride_time() -> None:
    builder, (last,) = finished(*steady(3))
    assert np.isnan(last.next_ic_s)
    assert (last.number, last.ic_s, last.tc_s) == (3, pytest.approx(11.4), pytest.approx(11.65))
    assert last.quality == "ok"
    assert builder.finish() == []  # once only


def test_a_last_contact_without_its_end_says_so() -> None:
    _, (last,) = finished(*steady(2), event(EVENT_IC, 11.4))
    assert (last.quality, np.isnan(last.next_ic_s), np.isnan(last.tc_s)) == ("no_terminal_contact", True, True)


def test_a_lost_last_contact_and_one_that_no_stride_led_to_are_no_rows() -> None:
    assert finished(*steady(2), event(EVENT_IC, 11.4, EVENT_LOST), event(EVENT_TC, 11.65))[1] == []
    assert finished(*contact(10.0))[1] == []
    assert finished(*steady(3), *contact(20.0))[1] == []
    assert StrideBuilder("left", PLAIN).finish() == []


def test_an_implausible_last_contact_says_so() -> None:
    _, (last,) = finished(*steady(3), *contact(12.1, 0.05))
    assert (last.quality, np.isnan(last.next_ic_s)) == ("contact_time", True)


def test_nothing_is_left_at_the_end_after_a_restart() -> None:
    builder, rows = finished(*steady(3), event(EVENT_RESTART, 13.0))
    assert rows == []
    assert dict(builder.dropped) == {"gap": 1}
