"""What is read of a summary.json: the least that does, all that may be there, and the refusals."""

from __future__ import annotations

import json
from copy import deepcopy
from datetime import date
from typing import Any

import pytest

from gaitpipe.errors import RecordingError
from gaitpipe.rehab.screen import screen_of
from gaitpipe.rehab.words import Context, LegMeans

LEAST = {
    "metrics": {
        "cadence_spm": {"left": {"n": 70, "mean": 164.0}, "right": {"n": 70, "mean": 164.0}},
        "ground_contact_time_s": {"left": {"n": 70, "mean": 0.262}, "right": {"n": 69, "mean": 0.266}},
    }
}


def test_the_least_that_a_person_would_write_is_enough():
    screen = screen_of(LEAST, "clinic/baseline_may.json")
    assert screen.name == "baseline_may"
    assert screen.left == LegMeans(70, 0.262, 120.0 / 164.0)
    assert screen.right == LegMeans(69, 0.266, 120.0 / 164.0)
    assert screen.mode == "run"
    assert (screen.day, screen.placement, screen.rate_hz, screen.clock_residual_s) == (None,) * 4
    assert screen.context == Context()
    assert (screen.windows, screen.drift, screen.errors, screen.cautions) == ((),) * 4
    assert screen.lost_share == 0.0
    assert screen.synthetic is False


@pytest.mark.parametrize(("key", "value"), [("stride_time_s", 0.75), ("step_time_s", 0.375)])
def test_stride_or_step_time_stand_in_for_cadence(key, value):
    content = deepcopy(LEAST)
    content["metrics"][key] = {side: {"mean": value} for side in ("left", "right")}
    del content["metrics"]["cadence_spm"]
    assert screen_of(content).left.stride_time_s == pytest.approx(0.75)


def test_one_leg_is_read_as_one_leg():
    content = deepcopy(LEAST)
    content["metrics"]["ground_contact_time_s"]["right"] = None
    assert screen_of(content).right is None


def test_a_side_without_a_mean_has_none_and_not_zero():
    content = deepcopy(LEAST)
    content["metrics"]["ground_contact_time_s"]["left"] = {"n": 0, "mean": None}
    assert screen_of(content).left == LegMeans(0, None, 120.0 / 164.0)


def full() -> dict[str, Any]:
    leg = {"strides": 38, "contact_time_s": 0.262, "stride_time_s": 0.73, "foot_strike_angle_deg": 11.0}
    return deepcopy(LEAST) | {
        "software": {"name": "gaitpipe", "version": "0.1.0"},
        "parameter_hash": "p1",
        "input_sha256": "ab",
        "mode": "run",
        "recording": {"name": "tue", "recorded_utc": "2026-05-04T23:30:00Z", "synthetic": True, "belt_speed_m_s": 2.5},
        "context": {"surface": "road", "shoe": "Blue", "shoe_drop_mm": 8, "shoe_minimal": False, "incline_pct": 1},
        "sensors": {"left": {"placement": "foot", "rate_hz": 208}, "right": {"placement": "foot", "rate_hz": 104.0}},
        "windows": [{"start_s": 30.0, "left": leg, "right": None}],
        "drift": [{"key": "cadence_spm", "side": "left", "change": -3.0, "change_pct": -1.8, "exceeds": True}],
        "data_quality": {
            "left": {"samples": 900, "lost_samples": 100, "clock_residual_s": 0.001},
            "right": {"samples": 1000, "lost_samples": 0, "clock_residual_s": 0.004},
        },
        "findings": [
            {"code": "placement", "severity": "error"},
            {"code": "maybe_swapped", "severity": "warning"},
            {"code": "belt_speed", "severity": "warning"},
            {"code": "belt_speed", "severity": "warning"},
            {"code": "few_strides", "severity": "info"},
        ],
    }


def test_everything_that_may_be_there_is_read():
    screen = screen_of(full())
    assert (screen.name, screen.day, screen.synthetic) == ("tue", date(2026, 5, 4), True)
    assert screen.context == Context("road", "Blue", 8.0, False, 1.0, 2.5)
    assert (screen.placement, screen.rate_hz) == ("foot", 104.0)
    assert screen.windows[0].start_s == 30.0
    assert screen.windows[0].left == LegMeans(38, 0.262, 0.73, 11.0, None)
    assert screen.windows[0].right is None
    assert (screen.drift[0].key, screen.drift[0].change_pct, screen.drift[0].exceeds) == ("cadence_spm", -1.8, True)
    assert screen.errors == ("placement", "maybe_swapped"), "whose leg is it, is no small doubt (H1)"
    assert screen.cautions == ("belt_speed",)
    assert screen.lost_share == pytest.approx(0.1), "of the worse sensor"
    assert screen.clock_residual_s == 0.004
    assert (screen.software_version, screen.parameter_hash, screen.input_sha256) == ("0.1.0", "p1", "ab")


def test_sensors_on_different_places_are_on_no_one_place():
    content = full()
    content["sensors"]["right"]["placement"] = "shank"
    assert screen_of(content).placement is None


def test_a_belt_means_a_treadmill_unless_something_else_is_said():
    content = deepcopy(LEAST) | {"recording": {"belt_speed_m_s": 2.5}}
    assert screen_of(content).context == Context(surface="treadmill", speed_m_s=2.5)
    measured = deepcopy(LEAST)
    measured["metrics"]["speed_m_s"] = {"left": {"mean": 2.6}, "right": {"mean": 2.8}, "both": None}
    assert screen_of(measured).context == Context(speed_m_s=pytest.approx(2.7))


@pytest.mark.parametrize(
    ("change", "mode"),
    [
        ({"mode": "walk"}, "walk"),
        ({"findings": [{"code": "no_running", "severity": "warning"}]}, "walk"),
        ({"mode": None}, "run"),
    ],
)
def test_the_gait_is_stated_or_told_from_the_findings(change, mode):
    assert screen_of(deepcopy(LEAST) | change).mode == mode


def test_without_a_word_on_it_long_contacts_are_walking():
    content = deepcopy(LEAST)
    for side in ("left", "right"):
        content["metrics"]["ground_contact_time_s"][side]["mean"] = 0.66
        content["metrics"]["cadence_spm"][side]["mean"] = 112.0
    assert screen_of(content).mode == "walk"


def test_a_simulated_recording_has_no_day_of_its_own():
    stamped = {"name": "session", "recorded_utc": "2026-01-01T00:00:00Z"}
    assert screen_of(deepcopy(LEAST) | {"recording": stamped | {"synthetic": True}}).day is None
    assert screen_of(deepcopy(LEAST) | {"recording": stamped}).day == date(2026, 1, 1)


BROKEN = [
    ([], "the file: a list where an object belongs"),
    ("text", "the file: the text 'text' where an object belongs"),
    ({}, "metrics: is missing"),
    ({"metrics": []}, "metrics: a list where an object belongs"),
    ({"metrics": {"cadence_spm": {}}}, "metrics.ground_contact_time_s: is missing for both sides"),
    ("metrics.ground_contact_time_s.left", [1], "metrics.ground_contact_time_s.left: a list"),
    ("metrics.ground_contact_time_s.left.mean", "NaN", "left.mean: the text 'NaN' where a number belongs"),
    ("metrics.ground_contact_time_s.left.mean", float("nan"), "left.mean: nan is not a contact time in seconds"),
    ("metrics.ground_contact_time_s.left.mean", float("inf"), "left.mean: a number this large is not"),
    ("metrics.ground_contact_time_s.left.mean", 10**400, "left.mean: a number this large is not"),
    ("metrics.ground_contact_time_s.left.mean", 262.0, "left.mean: 262 is not a contact time in seconds"),
    ("metrics.ground_contact_time_s.left.mean", -0.2, "left.mean: -0.2 is not a contact time"),
    ("metrics.ground_contact_time_s.left.mean", True, "left.mean: true where a number belongs"),
    ("metrics.ground_contact_time_s.left.n", None, "left.n: is missing"),
    ("metrics.ground_contact_time_s.left.n", 70.5, "left.n: 70.5 is not a whole number"),
    ("metrics.ground_contact_time_s.left.n", -1, "left.n: -1 is not a count"),
    ("metrics.cadence_spm.right.mean", 2.87, "metrics.cadence_spm.right.mean: 2.87 is not a cadence"),
    (
        "metrics.foot_strike_angle_deg",
        {"left": {"mean": 1200}},
        "foot_strike_angle_deg.left.mean: 1200 is not an angle",
    ),
    ("metrics.shank_angle_ic_deg", "steep", "metrics.shank_angle_ic_deg: the text 'steep'"),
    ("recording.recorded_utc", "yesterday", "recording.recorded_utc: 'yesterday' is no date"),
    ("recording.recorded_utc", 20260504, "recording.recorded_utc: the number 2.02605e+07 where text belongs"),
    ("recording.belt_speed_m_s", 30.0, "recording.belt_speed_m_s: 30 is not a speed in m/s"),
    ("recording.synthetic", "yes", "recording.synthetic: the text 'yes' where true or false belongs"),
    ("context.surface", "lava", "context.surface: 'lava' is not one of treadmill"),
    ("context.shoe", 7, "context.shoe: the number 7 where text belongs"),
    ("context.incline_pct", "flat", "context.incline_pct: the text 'flat'"),
    ("mode", "hop", "mode: 'hop' is not one of run, walk"),
    ("sensors.left.placement", "head", "sensors.left.placement: 'head' is not one of foot, shank"),
    ("sensors.left.rate_hz", 0, "sensors.left.rate_hz: 0 is not a rate"),
    ("windows", {"a": 1}, "windows: an object where a list belongs"),
    ("windows", "none", "windows: the text 'none' where a list belongs"),
    ("windows", [3], "windows[0]: the number 3 where an object belongs"),
    ("windows", [{"left": None}], "windows[0].start_s: is missing"),
    ("windows", [{"start_s": 0, "left": {}}], "windows[0].left.strides: is missing"),
    ("drift", [{"key": "cadence_spm"}], "drift[0].side: is missing"),
    ("drift", [{"side": "left"}], "drift[0].key: is missing"),
    ("findings", [{"code": 5}], "findings[0].code: the number 5"),
    ("findings", [{"code": "x", "severity": "bad"}], "findings[0].severity: 'bad'"),
    ("data_quality", {"left": {"samples": "many"}}, "data_quality.left.samples: the text 'many'"),
]


def broken(case: tuple[Any, ...]) -> tuple[Any, str]:
    if len(case) == 2:
        return case
    place, value, words = case
    content = full()
    *path, last = place.split(".")
    inside = content
    for key in path:
        inside = inside[key]
    inside[last] = value
    return content, words


@pytest.mark.parametrize("case", BROKEN, ids=[case[-1][:50] for case in BROKEN])
def test_what_is_not_a_summary_is_refused_with_file_and_key(case):
    content, words = broken(case)
    with pytest.raises(RecordingError) as raised:
        screen_of(content, "clinic/may.json")
    assert "clinic/may.json: " in raised.value.message
    assert words in raised.value.message
    assert raised.value.advice


def test_what_json_makes_of_a_bare_nan_is_refused():
    text = json.dumps(LEAST).replace("0.262", "NaN")
    with pytest.raises(RecordingError, match=r"left\.mean: nan"):
        screen_of(json.loads(text), "hand.json")
