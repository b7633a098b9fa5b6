"""What was typed or forced during a recording has its consequence for the figures, live and later alike."""

from __future__ import annotations

import pytest

from gaitpipe import profile_store
from gaitpipe.app.fitness import unfit_reason
from gaitpipe.app.new_profile import NewProfile, profile_text
from gaitpipe.app.run_findings import run_findings
from gaitpipe.app.typed_speed import typed_speed_findings
from gaitpipe.model import AuxiliaryReading, RecordingEvent
from gaitpipe.protocol.profile import parse_profile


def speeds(*values):
    return [RecordingEvent(0, 0, "speed", None, "", value) for value in values]


def test_one_speed_stays_the_belt_speed():
    assert run_findings(3.0, speeds(), {}) == (3.0, [])
    assert run_findings(3.0, speeds(3.0, 2.95, None), {}) == (3.0, [])
    assert run_findings(None, speeds(2.0, 3.0), {}) == (None, [])


def test_changed_speed_is_no_belt_speed_for_the_whole_run():
    speed, (finding,) = run_findings(3.0, speeds(3.5, 3.5, 0.0), {})
    assert speed is None
    assert finding.code == "belt_speed_changed"
    assert "(3, then 3.5, 0 m/s)" in finding.message


def test_forced_recording_says_so_with_the_reason():
    speed, (finding,) = run_findings(3.0, [], {"forced": "at 20 Hz contacts cannot be seen"})
    assert (speed, finding.code, finding.severity) == (3.0, "forced", "warning")
    assert "at 20 Hz" in finding.message


OPEN_IMU = profile_store.load("open_imu")
UNFIT = '\n[[unfit]]\nreason = "its range of 2 g is passed in every step."\nonly_if = { acc_range_g = 2 }\n'


@pytest.mark.parametrize(("settings", "said"), [({"acc_range_g": 2}, "2 g is passed in every step"), ({}, None)])
def test_unfit_settings_of_a_profile_have_their_reason(settings, said):
    profile = parse_profile(OPEN_IMU.text + UNFIT + 'source = "test"\nconfidence = "memory"\n', "unfit")
    assert (unfit_reason(profile, profile.resolve_settings(settings)) or "").endswith(said or "")
    assert (unfit_reason(profile, profile.resolve_settings(settings)) is None) is (said is None)


def test_rates_below_40_hz_do_not_serve_also_where_the_profile_says_nothing():
    text = profile_text(NewProfile("board", "Board")).replace("allowed = [100, 200]", "allowed = [20, 100]")
    profile = parse_profile(text, "board")
    assert "at 20 Hz" in unfit_reason(profile, profile.resolve_settings({"rate_hz": 20}))
    assert unfit_reason(profile, profile.resolve_settings()) is None


def typed_at(*pairs):
    return [RecordingEvent(5 + round(time_s * 1e9), 0, "speed", None, "", speed) for time_s, speed in pairs]


def treadmill(speed_m_s, source="treadmill"):
    """A reading a second for two minutes; the belt stands from 100 s on."""
    return [
        AuxiliaryReading(source, time_s + 0.5, {"speed_m_s": speed_m_s(time_s) if time_s < 100 else 0.0})
        for time_s in range(120)
    ]


def steady(_time_s):
    return 3.0


def faster_from_60_s(time_s):
    return 3.0 if time_s < 62 else 3.6


@pytest.mark.parametrize(
    ("pairs", "belt", "said"),
    [
        ([(20.0, 12 / 3.6)], steady, ["typed at 0:20 3.33 m/s, treadmill 3.00 m/s"]),
        ([(20.0, 11 / 3.6)], steady, []),  # 1.9 %
        ([(20.0, 3.0), (60.0, 3.6)], faster_from_60_s, []),
        ([(20.0, 3.0), (60.0, 3.3)], faster_from_60_s, ["typed at 1:00 3.30 m/s, treadmill 3.60 m/s"]),
        ([(20.0, 4.0), (23.0, 3.0)], steady, []),  # too short to compare
        ([(97.0, 4.0)], steady, []),  # the belt stands
        ([(20.0, 0.0)], steady, ["typed at 0:20 0.00 m/s, treadmill 3.00 m/s"]),
    ],
)
def test_typed_speeds_that_the_treadmill_contradicts_are_told_with_both_numbers(pairs, belt, said):
    found = typed_speed_findings(None, typed_at(*pairs), treadmill(belt), 5)
    assert [finding.code for finding in found] == ["typed_speed_contradicted"] * bool(said)
    assert all(words in found[0].message for words in said)


def test_many_contradictions_are_one_finding_and_what_is_compared_elsewhere_is_none():
    many = typed_at(*((10.0 * k, 4.0) for k in range(9)))
    (finding,) = typed_speed_findings(None, many, treadmill(steady), 5)
    assert finding.message.count("typed at") == 3
    assert "and 6 more" in finding.message
    assert typed_speed_findings(4.0, many, treadmill(steady), 5) == []
    assert typed_speed_findings(None, many, treadmill(steady), None) == []
    assert typed_speed_findings(None, many, treadmill(steady, "foot_pod"), 5) == []
