"""Sessions compared: what counts as a change, and why nothing can be said."""

from __future__ import annotations

import math

import numpy as np
import pytest

from gaitpipe.errors import RecordingError
from gaitpipe.rehab.session_changes import change_mdc, compared_sessions
from gaitpipe.rehab.session_figures import session_figures

CONTACT, LONGEST_REASON = "ground_contact_time_s", 80 - 47 - len("cannot be said: ")


@pytest.fixture
def changes(session_summary):
    """Compares two summaries and gives the changes by key and side."""

    def compare(one, other):
        sessions = [session_figures(content, f"{place}.json") for place, content in enumerate((one, other))]
        found = compared_sessions(sessions, 0)
        return {(figure.key, figure.side): figure.changes[1] for figure in found.figures}

    return compare


def test_equal_sessions_have_the_detectable_change_of_each() -> None:
    assert change_mdc(0.016, 0.016) == pytest.approx(0.016)


def test_unequal_sessions_have_the_root_mean_square_of_both() -> None:
    assert change_mdc(3.0, 4.0) == pytest.approx(math.sqrt((9.0 + 16.0) / 2.0))
    assert change_mdc(0.0, 4.0) == pytest.approx(4.0 / math.sqrt(2.0))


@pytest.mark.parametrize("pair", [(None, 1.0), (1.0, None), (None, None)])
def test_without_one_of_them_there_is_none(pair) -> None:
    assert change_mdc(*pair) is None


def test_without_a_change_one_in_twenty_is_beyond_it_whatever_the_two_sessions_are_like() -> None:
    random = np.random.default_rng(3)
    for one_s, other_s in ((1.0, 1.0), (0.2, 3.0), (2.0, 0.0)):
        own = [1.96 * math.sqrt(2.0) * s for s in (one_s, other_s)]
        seen = other_s * random.standard_normal(200_000) - one_s * random.standard_normal(200_000)
        beyond = float(np.mean(np.abs(seen) > change_mdc(*own)))
        assert beyond == pytest.approx(0.05, abs=0.003)


@pytest.mark.parametrize(
    ("right", "judgement"), [(0.267, "up"), (0.265, "none"), (0.250, "none"), (0.235, "none"), (0.233, "down")]
)
def test_a_change_counts_only_beyond_what_can_be_detected(session_summary, changes, right, judgement) -> None:
    found = changes(session_summary(), session_summary("run2", right=right))
    assert found[CONTACT, "right"].judgement == judgement
    assert found[CONTACT, "left"].judgement == "none"
    assert found[CONTACT, "right"].change == pytest.approx(right - 0.250)
    assert found[CONTACT, "right"].change_pct == pytest.approx(100.0 * (right - 0.250) / 0.250)


def test_a_change_as_large_as_what_can_be_detected_is_none(session_summary, changes) -> None:
    found = changes(session_summary(left=0.0, mdc=0.5), session_summary("b", 0.5, mdc=0.5))
    assert found[CONTACT, "left"].judgement == "none"


NOT_SAID = [
    ({"left": None}, "not given"),
    ({"mdc": None}, "error not known"),
    ({"n": 9}, "under 10 strides"),
    ({"mode": "walk"}, "other gait"),
    ({"sensor": {"placement": "shank"}}, "other placement"),
    ({"speed_m_s": 2.91}, "other speed"),
    ({"speed_m_s": None}, "speed not known"),
    ({"context": {"surface": "road"}}, "other surface"),
    ({"context": {"incline_pct": 4.0}}, "other incline"),
    ({"parameter_hash": "0" * 12}, "other parameters"),
    ({"software": {"name": "gaitpipe", "version": "0.0.9"}}, "other version"),
    ({"findings": [{"code": "dead_channel", "severity": "error"}]}, "errors in data"),
    ({"findings": [{"code": "maybe_swapped", "severity": "warning"}]}, "errors in data"),
    ({"recording": {"synthetic": True}}, "synthetic"),
]


@pytest.mark.parametrize(("change", "reason"), NOT_SAID)
def test_nothing_is_said_where_it_cannot_be_and_the_reason_is_given(session_summary, changes, change, reason) -> None:
    """A change of 100 ms would be real in every one of them."""
    other = session_summary("run2", **({"left": 0.350} | change))
    found = changes(session_summary(), other)[CONTACT, "left"]
    assert (found.judgement, found.reason) == ("unsaid", reason)
    back = changes(other, session_summary())[CONTACT, "left"]
    assert back.judgement == "unsaid"
    assert max(len(found.reason), len(back.reason)) <= LONGEST_REASON


@pytest.mark.parametrize(
    "change",
    [
        {"speed_m_s": 2.9},
        {"context": {"shoe": "Racer"}},
        {"context": {"shoe": None}},
        {"context": {"incline_pct": 2.0}},
        {"context": {"surface": None}},
        {"sensor": {"profile_id": "other", "rate_hz": 104.0}},
        {"recording": {"height_m": 1.8}},
    ],
)
def test_a_small_or_unknown_difference_is_no_obstacle(session_summary, changes, change) -> None:
    found = changes(session_summary(), session_summary("run2", left=0.350, **change))
    assert found[CONTACT, "left"].judgement == "up"


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"context": {"shoe": "Racer"}}, "a part of any change may be the shoe's"),
        ({"context": {"shoe": None}}, "The shoe of this session is not known"),
        ({"context": {"incline_pct": None}}, "The incline of this session is not known"),
        ({"sensor": {"rate_hz": 104.0}}, "a part of any change may be the sensor's"),
        ({"speed_m_s": 3.0}, "The speed was 3.00 m/s, in the reference 2.80 m/s"),
        ({"parameter_hash": "0" * 12}, "Analyse both again"),
        ({"recording": {"height_m": 1.6}}, "Is it the same person?"),
    ],
)
def test_every_difference_is_told_in_a_sentence(session_summary, change, words) -> None:
    pair = [session_summary(recording={"height_m": 1.9}), session_summary("run2", **change)]
    found = compared_sessions([session_figures(one, "x") for one in pair], 0)
    assert found.conditions[0] == ()
    assert any(words in one.text for one in found.conditions[1])


def test_speed_itself_is_judged_at_another_speed(session_summary, changes) -> None:
    found = changes(session_summary(), session_summary("run2", speed_m_s=3.2))
    assert found["speed_m_s", "left"].judgement == "up"
    assert found["peak_force_bw", "both"].reason == "other speed"


def test_a_model_of_level_running_is_not_judged_on_a_slope_that_is_the_same(session_summary, changes) -> None:
    steep = {"context": {"incline_pct": 5.0}}
    found = changes(session_summary(**steep), session_summary("run2", 0.280, **steep))
    assert found["peak_force_bw", "both"].reason == "not level"
    assert found[CONTACT, "left"].judgement == "up"


def test_a_peak_that_was_cut_off_has_no_change(session_summary, changes) -> None:
    other = session_summary("run2")
    other["metrics"]["peak_acc_m_s2"]["left"] |= {"mean": None, "sd": None, "censored": 40, "median_above": 150.0}
    assert changes(session_summary(), other)["peak_acc_m_s2", "left"].reason == "cut off here"
    assert changes(other, session_summary())["peak_acc_m_s2", "left"].reason == "reference cut off"


def test_a_missing_side_is_said_and_the_other_is_judged(session_summary) -> None:
    one = session_summary("run2", left=0.280, right=None)
    del one["sensors"]["right"]
    found = compared_sessions([session_figures(session_summary(), "a"), session_figures(one, "b")], 0)
    assert [condition.code for condition in found.conditions[1]] == ["no_right"]
    words = {figure.side: figure.changes[1] for figure in found.figures if figure.key == CONTACT}
    assert (words["left"].judgement, words["right"].reason) == ("up", "not given")


def test_both_legs_are_shown_only_where_no_leg_is(session_summary) -> None:
    found = compared_sessions([session_figures(session_summary(name), name) for name in "ab"], 0)
    assert {(one.key, one.side) for one in found.shown() if one.side == "both"} == {("peak_force_bw", "both")}
    assert (CONTACT, "both") in {(one.key, one.side) for one in found.figures}


def test_the_reference_may_stand_anywhere(session_summary) -> None:
    sessions = [session_figures(session_summary(f"r{place}", 0.25 + 0.02 * place), "x") for place in range(3)]
    found = compared_sessions(sessions, 1)
    contact = next(figure for figure in found.figures if (figure.key, figure.side) == (CONTACT, "left"))
    assert contact.changes[1] is None
    assert [one.judgement for one in contact.changes if one is not None] == ["down", "up"]


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"schema_version": None}, "schema_version: is missing; is this a summary.json"),
        ({"schema_version": 0}, "older than what this gaitpipe knows"),
        ({"schema_version": 7}, "newer than this gaitpipe knows"),
        ({"kind": "sessions"}, "this is a comparison"),
        ({"sensors": None}, "sensors: is missing"),
        ({"metrics": []}, "a list where an object belongs"),
        ({"metrics": {CONTACT: {"left": {"mean": 0.25}}}}, "how many strides"),
        ({"metrics": {CONTACT: {"left": {"n": 3, "mean": float("nan")}}}}, "left.mean"),
        ({"metrics": {CONTACT: {"left": {"n": 3, "mean": 0.2, "mdc": -1.0}}}}, "left.mdc"),
        ({"sensor": {"placement": "wrist"}}, "'wrist' is not one of foot, shank"),
    ],
)
def test_what_is_no_summary_is_refused_with_file_and_key(session_summary, change, words) -> None:
    with pytest.raises(RecordingError, match=r"some\.json") as caught:
        session_figures(session_summary(**change), "some.json")
    assert words in caught.value.message
