"""Worked examples A to C of the dossier, and what must hold of any session against any baseline."""

from __future__ import annotations

import math
from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gaitpipe.rehab import load
from gaitpipe.rehab.log import LogEntry
from gaitpipe.rehab.words import LegMeans, Window

ON = date(2026, 5, 4)
TIGHT = 1e-4


def run(days_before: int, minutes: float | None = None, name: str | None = None, **more) -> LogEntry:
    return LogEntry(ON - timedelta(days_before), name, "run", run_min=minutes, **more)


def test_case_a_a_quicker_cadence(make_load, make_screen):
    today = make_screen("a", 172.0, 0.256, 0.256, 10.0)
    usual = make_screen("a0", 164.0, 0.264, 0.264, 11.0)
    found = make_load(today, usual, log=[run(0, 20.0, "a"), run(4, 15.0, "z")])
    assert found.peak_force_bw == pytest.approx(2.14044, rel=TIGHT)
    assert found.peak_force_baseline_bw == pytest.approx(2.17682, rel=TIGHT)
    assert (found.strike_term, found.strike_term_baseline) == (0.0, 0.0)
    assert found.psi == found.psi_technique == pytest.approx(98.328, rel=TIGHT)
    assert found.mdc_psi == pytest.approx(4.47, abs=0.005)
    assert found.psi_direction == "within error"
    assert found.step_weight == pytest.approx(0.90647, rel=TIGHT)
    assert found.load_steps == pytest.approx(1559.1, rel=TIGHT)
    assert found.reference_steps == pytest.approx(1230.0)
    assert found.session_ratio == pytest.approx(1.2676, rel=TIGHT)
    assert found.session_ratios[2.0, 0.1] == pytest.approx(1.3110, rel=TIGHT)
    assert found.session_ratios[8.0, 0.1] == pytest.approx(1.1849, rel=TIGHT)
    assert len(found.session_ratios) == 3, "the landing did not change: its weight plays no part"
    assert found.direction == "up"
    assert found.cadence_change_pct == pytest.approx(4.88, abs=0.005)


def test_case_b_forefoot_in_flat_shoes(make_load, make_screen):
    today = make_screen("b", 174.0, 0.232, 0.232, -2.0)
    usual = make_screen("b0", 170.0, 0.245, 0.245, 12.0)
    found = make_load(today, usual, log=[run(0, 40.0, "b"), run(4, 40.0, "z")])
    assert found.peak_force_bw == pytest.approx(2.33472, rel=TIGHT)
    assert found.peak_force_baseline_bw == pytest.approx(2.26285, rel=TIGHT)
    assert (found.strike_term, found.strike_term_baseline) == (1.0, 0.0)
    assert found.psi == pytest.approx(113.493, rel=TIGHT)
    assert found.mdc_psi == pytest.approx(7.34, abs=0.005)
    assert found.psi_direction == "up"
    assert found.step_weight == pytest.approx(1.57110, rel=TIGHT)
    assert found.load_steps == pytest.approx(5467.4, rel=TIGHT)
    assert found.reference_steps == pytest.approx(3400.0)
    assert found.session_ratio == pytest.approx(1.6081, rel=TIGHT)
    assert found.session_ratio_range == pytest.approx((1.1375, 5.3517), rel=TIGHT)
    assert found.direction == "up"


def test_case_c_a_quiet_index_and_a_spared_leg(make_load, make_screen):
    today = make_screen("c", 160.0, 0.262, 0.278, 14.0)
    usual = make_screen("c0", 160.0, 0.270, 0.272, 14.0)
    found = make_load(today, usual, log=[run(0, 8.0, "c")])
    assert found.peak_force_bw == pytest.approx(2.18166, rel=TIGHT)
    assert found.peak_force_baseline_bw == pytest.approx(2.17361, rel=TIGHT)
    assert found.psi == pytest.approx(100.37, rel=TIGHT)
    assert found.psi_direction == "within error"
    assert found.step_weight == pytest.approx(1.01115, rel=TIGHT)
    assert found.load_steps == pytest.approx(647.1, rel=TIGHT)
    assert found.asymmetry_pct == pytest.approx(-5.926, rel=TIGHT)
    assert found.asymmetry_baseline_pct == pytest.approx(-0.738, rel=TIGHT)
    assert found.asymmetry_change_pct == pytest.approx(-5.19, abs=0.005)
    assert found.session_ratio is None
    assert "no run of known length" in found.reference_note


def test_no_figure_of_case_c_is_a_force_of_one_leg(make_load, make_screen):
    """Negative control: 2.24828 and 2.11888 BW are what per-leg contact times give, and nobody may read them."""
    found = make_load(make_screen("c", 160.0, 0.262, 0.278, 14.0), make_screen("c0", 160.0, 0.270, 0.272, 14.0))
    figures = [one for name in found.__dataclass_fields__ if isinstance(one := getattr(found, name), float)]
    assert len(figures) > 10
    for wrong in (2.24828, 2.11888, 100.0 * 2.24828 / 2.18166):
        assert all(one != pytest.approx(wrong, rel=1e-5) for one in figures)


def test_sparing_a_leg_does_not_move_the_index(make_load, make_screen):
    usual = make_screen("c0", 160.0, 0.270, 0.270, 14.0)
    even, spared = make_screen("c", 160.0, 0.270, 0.270), make_screen("c", 160.0, 0.255, 0.285)
    assert make_load(spared, usual).psi == pytest.approx(make_load(even, usual).psi)
    assert make_load(spared, usual).asymmetry_pct == pytest.approx(100.0 * (0.255 - 0.285) / 0.270)


def test_asymmetry_is_injured_less_other_and_left_less_right_when_both_are(make_load, make_plan, make_screen):
    today, usual = make_screen("c", 160.0, 0.262, 0.278), make_screen("c0", 160.0, 0.270, 0.272)
    left, right, both = (make_load(today, usual, plan=make_plan(side)) for side in ("left", "right", "both"))
    assert left.asymmetry_pct == -right.asymmetry_pct == both.asymmetry_pct == pytest.approx(-5.926, rel=TIGHT)
    assert left.psi == right.psi == both.psi


contacts = st.floats(0.20, 0.33)
angles = st.floats(-12.0, 25.0)


@settings(derandomize=True, deadline=None, max_examples=40)
@given(contacts, contacts, angles, angles, st.floats(150.0, 190.0))
def test_swapping_the_sides_mirrors_the_result(make_load, make_plan, make_screen, left, right, one, other, cadence):
    usual, mirrored_usual = (
        make_screen("u", 165.0, 0.25, 0.27, (10.0, 3.0)),
        make_screen("u", 165.0, 0.27, 0.25, (3.0, 10.0)),
    )
    log = [run(0, 20.0, "s"), run(5, 25.0)]
    here = make_load(make_screen("s", cadence, left, right, (one, other)), usual, plan=make_plan("left"), log=log)
    there = make_load(
        make_screen("s", cadence, right, left, (other, one)), mirrored_usual, plan=make_plan("right"), log=log
    )
    assert here == there


def test_swapping_the_sides_when_both_are_injured_turns_the_asymmetry(make_load, make_plan, make_screen):
    usual = make_screen("u", 165.0, 0.26, 0.26)
    here = make_load(make_screen("s", 165.0, 0.25, 0.27), usual, plan=make_plan("both"))
    there = make_load(make_screen("s", 165.0, 0.27, 0.25), usual, plan=make_plan("both"))
    assert here.asymmetry_pct == -there.asymmetry_pct != 0.0
    assert here.psi == there.psi


@settings(derandomize=True, deadline=None, max_examples=30)
@given(contacts, contacts, st.floats(0.9, 1.1))
def test_contact_times_of_both_sessions_off_by_one_scale_leave_the_index(make_load, make_screen, now, before, scale):
    def psi(factor: float) -> float | None:
        today = make_screen("s", 165.0, now * factor, now * factor)
        return make_load(today, make_screen("u", 165.0, before * factor, before * factor)).psi

    assert psi(scale) == pytest.approx(psi(1.0), rel=1e-9)


def test_an_unknown_landing_is_said_and_leaves_the_strike_term_out(make_load, make_screen):
    usual = make_screen("u", 165.0, 0.26, 0.26, 12.0)
    unknown = make_load(make_screen("s", 165.0, 0.26, 0.26, None), usual)
    assert unknown.psi == pytest.approx(100.0)
    assert unknown.strike_term is None
    assert unknown.mdc_psi == pytest.approx(7.3, abs=0.05)
    gate = next(gate for gate in unknown.gates if gate.id == "strike")
    assert gate.passed is None
    assert "not known today" in gate.reason
    assert "forefoot would not be seen" in gate.reason
    forefoot = make_load(make_screen("s", 165.0, 0.26, 0.26, -5.0), usual)
    assert forefoot.psi == pytest.approx(110.0)


def test_not_a_number_is_missing_and_never_a_quiet_figure(make_load, make_screen):
    """H12: hand-made screens may hold NaN although the reader of summaries refuses it."""
    today, usual = make_screen("s"), make_screen("u")
    assert today.left is not None
    blank_contact = replace(today, left=replace(today.left, contact_time_s=math.nan))
    found = make_load(blank_contact, usual)
    assert found.psi is None
    assert found.asymmetry_pct is None
    assert any("both legs" in reason for reason in found.reasons)
    blank_angle = make_load(replace(today, left=replace(today.left, foot_strike_angle_deg=math.nan)), usual)
    assert blank_angle.strike_term is None
    assert next(gate for gate in blank_angle.gates if gate.id == "strike").passed is None


# Session load: windows, minutes, reference.


def windows_of(screen, weights: list[float], strides: int = 40) -> tuple[Window, ...]:
    """Windows whose contact times are those of the session times a factor."""
    leg = screen.left
    legs = [replace(leg, strides=strides, contact_time_s=leg.contact_time_s * one) for one in weights]
    return tuple(Window(30.0 * index, one, one) for index, one in enumerate(legs))


def test_windows_are_summed_and_scaled_to_the_minutes_of_the_log(make_load, make_screen):
    usual = make_screen("u")
    today = make_screen("s", 170.0, 0.26, 0.26)
    today = replace(today, windows=windows_of(today, [0.99, 1.0, 1.01]))
    found = make_load(today, usual, log=[run(0, 10.0, "s"), run(3, 10.0)])
    assert "3 windows, scaled up to the log's 10 minutes" in found.load_steps_note
    weights = [
        load.weight_of(load.Step(60.0 / 170.0, 0.26 * one, 12.0), load.Step(60.0 / 164.0, 0.264, 12.0), (4.0, 0.1))
        for one in (0.99, 1.0, 1.01)
    ]
    assert found.load_steps == pytest.approx(850.0 * sum(weights) / 3.0)
    shorter = make_load(today, usual, log=[run(0, 1.0, "s")])
    assert shorter.load_steps == pytest.approx(200.0 * sum(weights) / 3.0), "what was recorded was run"
    assert "scaled" not in shorter.load_steps_note
    assert "the log says less (1 min)" in shorter.load_steps_note
    assert "good steps only" in make_load(today, usual).load_steps_note


def test_windows_that_do_not_agree_with_the_means_are_left_out_and_it_is_said(make_load, make_screen):
    today = make_screen("s")
    odd = replace(today, windows=windows_of(today, [0.90, 0.92]))
    found = make_load(odd, make_screen("u"))
    assert "do not agree" in found.load_steps_note
    assert found.load_steps == pytest.approx(200.0)


def test_windows_of_one_leg_only_do_not_count(make_load, make_screen):
    today = make_screen("s")
    halves = tuple(replace(window, right=None) for window in windows_of(today, [1.0, 1.0]))
    assert "good steps as recorded" in make_load(replace(today, windows=halves), make_screen("u")).load_steps_note


def test_a_window_without_a_landing_angle_takes_that_of_the_session(make_load, make_screen):
    today = make_screen("s", angle_deg=-5.0)
    blank = tuple(
        Window(one.start_s, *(replace(leg, foot_strike_angle_deg=None) for leg in (one.left, one.right)))
        for one in windows_of(today, [1.0, 1.0])
    )
    found = make_load(replace(today, windows=blank), make_screen("u"))
    assert "2 windows" in found.load_steps_note
    assert found.load_steps == pytest.approx(200.0 * 1.1**4)


def test_without_log_and_windows_the_recorded_steps_count(make_load, make_screen):
    found = make_load(make_screen("s", strides=480), make_screen("u"))
    assert found.load_steps == pytest.approx(480.0)
    assert "log gives no minutes" in found.load_steps_note


def test_the_reference_is_the_largest_of_thirty_days_before_and_never_the_session_itself(make_load, make_screen):
    today, usual = make_screen("s"), make_screen("u")
    log = [
        run(31, 90.0, "too long ago"),
        run(30, 20.0, "just inside"),
        run(6, 500.0, "known load", load_steps=1700.0),
        run(2, 15.0),
        run(1, None, "of unknown length"),
        LogEntry(ON - timedelta(3), "walk", "walk", run_min=300.0),
        run(0, 60.0, "s", load_steps=9999.0),
        run(0, 60.0, "the same day"),
    ]
    found = make_load(today, usual, log=log)
    assert found.reference_steps == pytest.approx(1700.0)
    assert "2026-04-28" in found.reference_note
    without = make_load(today, usual, log=[entry for entry in log if entry.load_steps is None])
    assert without.reference_steps == pytest.approx(82.0 * 20.0)
    assert "20 minutes at the baseline's cadence" in without.reference_note


def test_the_plans_longest_run_stands_in_unless_it_is_older_than_these_days(make_load, make_plan, make_screen):
    today, usual = make_screen("s"), make_screen("u")
    recent = make_plan(baseline={"longest_run_min": 30.0, "recorded": ON - timedelta(20)})
    assert make_load(today, usual, plan=recent).reference_steps == pytest.approx(82.0 * 30.0)
    assert make_load(today, usual, plan=recent, log=[run(5, 10.0)]).reference_steps == pytest.approx(820.0)
    undated = make_load(today, usual, plan=make_plan(baseline={"longest_run_min": 30.0}))
    assert undated.reference_steps == pytest.approx(82.0 * 30.0)
    assert "does not name" in undated.reference_note
    old = make_plan(baseline={"longest_run_min": 30.0, "recorded": ON - timedelta(40)})
    found = make_load(today, usual, plan=old)
    assert found.reference_steps is None
    assert found.session_ratio is None
    assert found.direction is None


def test_the_baseline_is_the_mean_of_its_sessions(make_load, make_screen):
    usual = [make_screen(f"u{index}", 165.0, contact, contact) for index, contact in enumerate((0.25, 0.26, 0.27))]
    found = make_load(make_screen("s", 165.0, 0.26, 0.26), *usual)
    assert found.psi == pytest.approx(100.0)
    assert "3 baseline sessions" in found.uncertainty_source


def test_the_same_recording_given_twice_is_one_baseline(make_load, make_screen):
    one = make_screen("u", input_sha256="ab12")
    copies = [one, replace(one, name="copy"), replace(one, name="copy of the copy")]
    found = make_load(make_screen("s"), *copies)
    assert found.uncertainty_source.startswith("default errors")


def test_without_a_baseline_there_is_no_index_but_what_stands_alone(make_load, make_screen):
    found = make_load(make_screen("s", 160.0, 0.262, 0.278))
    assert (found.psi, found.load_steps, found.mdc_psi, found.direction) == (None,) * 4
    assert found.peak_force_bw == pytest.approx(2.18166, rel=TIGHT)
    assert found.asymmetry_pct == pytest.approx(-5.926, rel=TIGHT)
    assert found.asymmetry_change_pct is None
    assert any("no baseline" in reason for reason in found.reasons)


def test_without_a_session_there_is_nothing_but_the_reason(make_load, make_screen):
    found = make_load(None, make_screen("u"))
    assert found.psi is None
    assert found.peak_force_bw is None
    assert any("no recording" in reason for reason in found.reasons)


def test_a_leg_without_strides_has_no_step():
    leg = LegMeans(100, 0.25, None)
    assert load.step_of(leg, leg, None) is None
    assert load.step_of(leg, LegMeans(100, 0.25, 0.7), None) is not None, "one leg's strides tell the cadence of both"
