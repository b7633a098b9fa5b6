"""Each condition of a comparison: what fails it, what is said, and what it takes away."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from gaitpipe.rehab.log import LogEntry

ON = date(2026, 5, 4)


def gate(found, name):
    return next(gate for gate in found.gates if gate.id == name)


def sensors(rate_hz: float = 208.0, placement: str = "foot") -> dict:
    return {"sensors": {side: {"placement": placement, "rate_hz": rate_hz} for side in ("left", "right")}}


FULL = sensors() | {
    "context": {"surface": "treadmill", "shoe": "Blue", "shoe_drop_mm": 8.0, "incline_pct": 0.0, "speed_m_s": 2.78},
    "parameter_hash": "p1",
}


def test_two_sessions_that_fit_pass_every_gate(make_load, make_screen):
    found = make_load(make_screen("s", **FULL), make_screen("u", **FULL))
    assert {one.passed for one in found.gates} == {True}
    assert found.reasons == found.technique_reasons == ()
    assert found.psi is not None
    assert found.psi_technique == found.psi


def walking(screen):
    return replace(screen, mode="walk")


def one_leg(screen):
    return replace(screen, right=None)


def few(screen):
    return replace(screen, left=replace(screen.left, strides=59))


def sprint(screen):
    legs = {side: replace(screen.leg(side), contact_time_s=0.12) for side in ("left", "right")}
    return replace(screen, **legs)


def long_contact(screen):
    legs = {side: replace(screen.leg(side), contact_time_s=0.37) for side in ("left", "right")}
    return replace(screen, **legs)


def with_errors(screen):
    return replace(screen, errors=("placement",))


def slow_rate(screen):
    return replace(screen, rate_hz=99.0)


def hill(screen):
    return replace(screen, context=replace(screen.context, incline_pct=2.5))


def downhill(screen):
    return replace(screen, context=replace(screen.context, incline_pct=-3.0))


FAILURES = [
    (walking, "mode", "running only"),
    (one_leg, "legs", "a sensor on each side"),
    (few, "strides", "59 left"),
    (sprint, "duty_factor", "0.20 to 0.50"),
    (long_contact, "duty_factor", "Check the units"),
    (with_errors, "errors", "placement"),
    (slow_rate, "rate", "99 Hz"),
    (hill, "incline", "slope of 2.5 %"),
    (downhill, "incline", "slope of -3 %"),
]


@pytest.mark.parametrize("which", ["today", "the baseline"])
@pytest.mark.parametrize(("spoil", "name", "words"), FAILURES, ids=[one[0].__name__ for one in FAILURES])
def test_a_session_that_does_not_serve_leaves_no_index_and_says_why(make_load, make_screen, spoil, name, words, which):
    today, usual = make_screen("s", **FULL), make_screen("u", **FULL)
    today, usual = (spoil(today), usual) if which == "today" else (today, spoil(usual))
    found = make_load(today, usual)
    failed = gate(found, name)
    assert failed.passed is False
    assert failed.scope == "index"
    assert words in failed.reason
    assert ("today's session" if which == "today" else "the baseline session u") in failed.reason.lower()
    assert failed.reason in found.reasons
    figures = (found.psi, found.psi_technique, found.load_steps, found.session_ratio, found.mdc_psi, found.direction)
    assert figures == (None,) * 6


def test_sixty_strides_a_hundred_hertz_and_two_per_cent_are_enough(make_load, make_screen):
    edge = FULL | sensors(100.0) | {"context": FULL["context"] | {"incline_pct": 2.0}}
    found = make_load(make_screen("s", strides=60, **edge), make_screen("u", **FULL))
    assert found.psi is not None
    preferred = gate(found, "rate_preferred")
    assert (preferred.passed, preferred.scope) == (False, "note")


@pytest.mark.parametrize(
    ("here", "there", "passed"),
    [
        ("treadmill", "road", False),
        ("trail", "treadmill", False),
        ("road", "track", True),
        (None, "road", None),
        ("road", None, None),
    ],
)
def test_treadmill_and_ground_are_not_compared(make_load, make_screen, here, there, passed):
    today, usual = (
        make_screen("s", speed_m_s=None, context={"surface": here}),
        make_screen("u", speed_m_s=None, context={"surface": there}),
    )
    found = make_load(today, usual)
    assert gate(found, "surface").passed is passed
    assert (found.psi is None) == (passed is False)
    if passed is not True:
        assert gate(found, "surface").reason


def test_another_shoe_is_said_and_does_not_take_the_index_away(make_load, make_screen):
    other = FULL | {"context": FULL["context"] | {"shoe": "Red"}}
    found = make_load(make_screen("s", **other), make_screen("u", **FULL))
    assert gate(found, "shoe").passed is False
    assert "shoe" in gate(found, "shoe").reason
    assert found.psi is not None
    same = FULL | {"context": FULL["context"] | {"shoe": " blue"}}
    assert gate(make_load(make_screen("s", **same), make_screen("u", **FULL)), "shoe").passed is True


def test_sensors_on_another_place_are_not_compared(make_load, make_screen):
    found = make_load(make_screen("s", **FULL | sensors(placement="shank")), make_screen("u", **FULL))
    assert gate(found, "placement").passed is False
    assert found.psi is None


def test_other_settings_of_the_detector_are_said(make_load, make_screen):
    found = make_load(make_screen("s", **FULL | {"parameter_hash": "p2"}), make_screen("u", **FULL))
    assert gate(found, "software").passed is False
    assert found.psi is not None


@pytest.mark.parametrize(("speed", "same"), [(2.78, True), (2.88, True), (2.68, True), (2.89, False), (None, None)])
def test_technique_is_compared_at_the_same_speed_only(make_load, make_screen, speed, same):
    found = make_load(make_screen("s", speed_m_s=speed), make_screen("u", speed_m_s=2.78))
    assert gate(found, "speed").passed is same
    assert found.psi is not None, "load is compared at any speed"
    assert (found.psi_technique is None) == (same is not True)
    assert bool(found.technique_reasons) == (same is not True)
    assert found.reasons == ()


def test_every_baseline_session_must_be_at_the_speed(make_load, make_screen):
    usual = [make_screen("u1", speed_m_s=2.78), make_screen("u2", speed_m_s=3.3)]
    found = make_load(make_screen("s", speed_m_s=2.78), *usual)
    assert gate(found, "speed").passed is False
    assert "u2" in gate(found, "speed").reason


def test_a_belt_speed_that_cannot_be_leaves_no_comparison_of_technique(make_load, make_screen):
    """H5: typed wrong."""
    warned = {"findings": [{"code": "belt_speed", "severity": "warning"}]}
    found = make_load(make_screen("s", **warned), make_screen("u"))
    assert gate(found, "belt_speed").passed is False
    assert found.psi_technique is None
    logged = [LogEntry(ON, "s", "run", belt_speed_m_s=3.0)]
    contradicts = make_load(make_screen("s", speed_m_s=2.78), make_screen("u", speed_m_s=3.0), log=logged)
    assert gate(contradicts, "belt_speed").passed is False
    assert "3.00" in gate(contradicts, "belt_speed").reason
    assert "2.78" in gate(contradicts, "belt_speed").reason
    assert contradicts.psi_technique is None


def test_a_log_that_says_otherwise_than_the_recording_counts_and_is_told(make_load, make_screen):
    logged = [LogEntry(ON, "s", "run", surface="road", shoe="Red")]
    found = make_load(make_screen("s", **FULL), make_screen("u", **FULL), log=logged)
    told = gate(found, "contradiction")
    assert (told.passed, told.scope) == (False, "note")
    assert "road (recording: treadmill), Red (recording: Blue)" in told.reason
    assert gate(found, "surface").passed is False


def test_a_stale_baseline_is_refused(make_load, make_plan, make_screen):
    today, usual = make_screen("s"), make_screen("u")
    old = replace(usual, day=ON - timedelta(181))
    found = make_load(today, old)
    assert gate(found, "baseline_age").passed is False
    assert "181 days old" in gate(found, "baseline_age").reason
    assert found.psi is None
    assert make_load(today, replace(usual, day=ON - timedelta(180))).psi is not None
    patient = make_plan(thresholds={"baseline_age_maximum_days": 365.0})
    assert make_load(today, old, plan=patient).psi is not None


def test_the_age_of_a_baseline_comes_from_log_recording_or_plan(make_load, make_plan, make_screen):
    today, undated = make_screen("s"), replace(make_screen("u"), day=None)
    assert gate(make_load(today, undated), "baseline_age").passed is None
    noted = make_plan(baseline={"recorded": ON - timedelta(300)})
    assert gate(make_load(today, undated, plan=noted), "baseline_age").passed is False
    logged = [LogEntry(ON - timedelta(200), "u", "run")]
    assert gate(make_load(today, make_screen("u"), log=logged), "baseline_age").passed is False


def test_what_is_not_known_is_said_and_does_not_fail(make_load, make_screen):
    found = make_load(make_screen("s", speed_m_s=None), make_screen("u", speed_m_s=None))
    unknown = {one.id for one in found.gates if one.passed is None}
    assert unknown == {"rate", "incline", "surface", "shoe", "speed"}
    assert all(one.reason for one in found.gates if one.passed is not True)
    assert found.psi is not None


def test_walking_gives_no_asymmetry_of_running(make_load, make_screen):
    """H6: walking counted as running."""
    found = make_load(walking(make_screen("s", 110.0, 0.62, 0.66)), make_screen("u"))
    assert (found.psi, found.peak_force_bw, found.asymmetry_pct, found.cadence_change_pct) == (None,) * 4
