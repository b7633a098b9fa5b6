"""What leaves each stage, and where up and down lead."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from gaitpipe.rehab.log import LogEntry
from gaitpipe.rehab.stages import stage_criteria, weekly_band

TEST_FIELDS = ("heel_raises_injured", "heel_raises_other", "hops_injured", "hops_other", "hop_pain")


def checked(situation: Any, **changes: Any) -> Any:
    """The row of the strength test, changed."""
    log = tuple(replace(row, **changes) if row.kind == "test" else row for row in situation.log)
    return replace(situation, log=log)


@pytest.mark.rule("S0", "S1", "S2", "S3", "S4", "S5")
@pytest.mark.parametrize(
    ("stage", "level", "out"),
    [
        ("S0", None, ("S1", None)),
        ("S1", None, ("S2", None)),
        ("S2", None, ("S3", None)),
        ("S3", None, ("S4", "L1")),
        *[("S4", f"L{number}", ("S4", f"L{number + 1}")) for number in range(1, 8)],
        ("S4", "L8", ("S5", None)),
        ("S5", None, ("S5", None)),
    ],
)
def test_everything_fine_goes_one_step_up(
    make: Any, stage: str, level: str | None, out: tuple[str, str | None]
) -> None:
    found = make.fine(stage, level).decide()
    assert found.decision == "PROGRESS", found.missing
    assert (found.stage_out, found.level_out) == out


@pytest.mark.rule("R1")
@pytest.mark.parametrize(
    ("stage", "level", "out"),
    [
        ("S0", None, ("S0", None)),
        ("S1", None, ("S1", None)),
        ("S2", None, ("S1", None)),
        ("S3", None, ("S2", None)),
        ("S4", "L1", ("S3", None)),
        *[("S4", f"L{number}", ("S4", f"L{number - 1}")) for number in range(2, 9)],
        ("S5", None, ("S4", "L7")),
    ],
)
def test_too_much_pain_goes_one_step_down(
    make: Any, stage: str, level: str | None, out: tuple[str, str | None]
) -> None:
    found = make.fine(stage, level).row(pain_during=6.0).decide()
    assert found.decision == "REGRESS"
    assert (found.stage_out, found.level_out) == out
    assert "not rest" in found.action


HOLDS = [
    ("S1", {"heel_raises_injured": 9}),
    ("S2", {"heel_raises_injured": 15, "heel_raises_other": 28}),
    ("S3", {"heel_raises_injured": 21, "heel_raises_other": 28}),
    ("S3", {"heel_raises_injured": 19, "heel_raises_other": 19}),
    ("S3", {"hops_injured": 9}),
    ("S3", {"hop_pain": 2.5}),
]


@pytest.mark.rule("H4", "S1", "S2", "S3")
@pytest.mark.parametrize(("stage", "changes"), HOLDS)
def test_a_strength_or_hop_goal_that_was_tested_and_missed_holds(
    make: Any, stage: str, changes: dict[str, Any]
) -> None:
    found = checked(make.fine(stage), **changes).decide()
    assert [rule.id for rule in found.rules] == ["H4"]
    assert found.stage_out == stage


@pytest.mark.rule("S1", "S2", "S3")
@pytest.mark.parametrize(("stage", "changes"), HOLDS)
def test_a_test_that_is_missing_is_not_a_pass(make: Any, stage: str, changes: dict[str, Any]) -> None:
    blank = dict.fromkeys(TEST_FIELDS)
    found = checked(make.fine(stage), **blank).decide()
    assert found.decision == "INSUFFICIENT"
    assert any("not tested" in text for text in found.missing)


OPEN = [
    ("S1", {"pain_daily": 4.0}, "daily life"),
    ("S1", {"pain_daily": None}, "daily life"),
    ("S3", {"pain_walk_30min": 3.0}, "walking"),
    ("S3", {"pain_walk_30min": None}, "walking"),
]


@pytest.mark.rule("S1", "S3")
@pytest.mark.parametrize(("stage", "changes", "word"), OPEN)
def test_another_goal_that_is_not_met_or_not_known_withholds(
    make: Any, stage: str, changes: dict[str, Any], word: str
) -> None:
    found = checked(make.fine(stage), **changes).decide()
    assert found.decision == "INSUFFICIENT"
    assert any(word in text for text in found.missing)


@pytest.mark.rule("S1", "S2", "S3", "S4")
@pytest.mark.parametrize(
    ("stage", "level", "days"), [("S1", None, 7), ("S2", None, 14), ("S3", None, 14), ("S4", "L8", 28)]
)
def test_the_least_time_in_a_stage_is_a_floor(make: Any, stage: str, level: str | None, days: int) -> None:
    situation = make.fine(stage, level)
    enough = situation.planned(stage={"since": situation.on - timedelta(days=days)})
    short = situation.planned(stage={"since": situation.on - timedelta(days=days - 1)})
    assert enough.decide().decision == "PROGRESS"
    assert short.decide().decision == "INSUFFICIENT"
    assert any("Time in the stage" in text for text in short.decide().missing)


@pytest.mark.rule("S4")
def test_the_least_time_does_not_stop_a_step_on_the_ladder(make: Any) -> None:
    situation = make.fine("S4")
    assert situation.planned(stage={"since": situation.on - timedelta(days=5)}).decide().decision == "PROGRESS"


@pytest.mark.parametrize("stage", ["S1", "S2", "S3"])
def test_without_the_day_since_when_nothing_is_known_of_the_stage(make: Any, stage: str) -> None:
    assert make.fine(stage).planned(stage={"since": None}).decide().decision == "INSUFFICIENT"


@pytest.mark.rule("S1", "S3")
@pytest.mark.parametrize("stage", ["S1", "S3"])
def test_a_worse_morning_lately_leaves_the_mornings_unstable(make: Any, stage: str) -> None:
    situation = make.fine(stage)
    day = situation.on - timedelta(days=6)
    log = tuple(replace(row, stiff_am_min=25.0) if row.date == day else row for row in situation.log)
    found = replace(situation, log=log).decide()
    assert found.decision == "INSUFFICIENT"
    assert any("mornings" in text for text in found.missing)


@pytest.mark.rule("S2")
@pytest.mark.parametrize(("pain", "decision"), [(0.0, "PROGRESS"), (1.0, "INSUFFICIENT")])
def test_an_insertional_tendon_leaves_strength_only_when_free_of_pain(make: Any, pain: float, decision: str) -> None:
    situation = checked(make.fine("S2", location="insertional"), pain_daily=pain)
    assert situation.decide().decision == decision
    assert checked(make.fine("S2"), pain_daily=pain).decide().decision == "PROGRESS"


@pytest.mark.rule("S2")
def test_strength_is_enough_by_count_or_by_share_of_the_other_side(make: Any) -> None:
    share = checked(make.fine("S2"), heel_raises_injured=17, heel_raises_other=20)
    count = checked(make.fine("S2"), heel_raises_injured=20, heel_raises_other=40)
    assert [share.decide().decision, count.decide().decision] == ["PROGRESS", "PROGRESS"]


def test_an_old_test_is_not_known_any_more(make: Any) -> None:
    situation = checked(make.fine("S3"), **dict.fromkeys(TEST_FIELDS))
    old = LogEntry(
        date=situation.on - timedelta(days=50), kind="test", heel_raises_injured=30, heel_raises_other=30,
        hops_injured=20, hops_other=20, hop_pain=0.0,
    )  # fmt: skip
    assert situation.with_row(old).decide().decision == "INSUFFICIENT"


@pytest.mark.rule("S0", "S3")
@pytest.mark.parametrize("stage", ["S0", "S1", "S2", "S3"])
def test_a_stage_ends_only_when_the_red_flags_were_asked(make: Any, stage: str) -> None:
    situation = make.fine(stage)
    assert situation.every_row(red_flags=None).decide().decision == "INSUFFICIENT"


def test_a_session_at_another_level_does_not_count(make: Any) -> None:
    found = make.fine("S4").row("before", level="L3").decide()
    assert found.decision == "INSUFFICIENT"
    assert "was at L3" in found.missing[0]


def test_a_run_in_s4_without_its_level_is_not_counted(make: Any) -> None:
    assert make.fine("S4").row(level=None).decide().decision == "INSUFFICIENT"


def test_a_session_before_the_stage_began_does_not_count(make: Any) -> None:
    situation = make.fine("S5")
    since = situation.planned(stage={"since": make.TODAY})
    assert since.decide().decision == "INSUFFICIENT"


def test_a_stage_left_out_without_a_reason_is_insufficient(make: Any) -> None:
    situation = make.fine("S3").row("before", level="S1").row(level="S1")
    found = situation.planned(stage={"since": make.TODAY}).decide()
    assert found.decision == "INSUFFICIENT"
    assert any("left out only by a clinician's override" in text for text in found.missing)


def test_a_stage_left_out_with_a_clinicians_reason_is_not_held_against(make: Any) -> None:
    override = {"stage": "S3", "reason": "tested in the clinic", "clinician": "PT", "decided": make.BEFORE}
    situation = make.fine("S3").row("before", level="S1").row(level="S1")
    found = situation.planned(stage={"since": make.TODAY, "override": override}).decide()
    assert not any("left out" in text for text in found.missing)


def test_path_k_may_run_on_the_ladder_at_any_time(make: Any) -> None:
    assert make.fine("S4", path="K").decide().decision == "PROGRESS"


def test_both_sides_injured_are_judged_by_the_norm_alone(make: Any) -> None:
    without = make.fine("S3", side="both")
    assert without.decide().decision == "INSUFFICIENT"
    assert without.planned(strength={"heel_raise_norm_reps": 20}).decide().decision == "PROGRESS"


@pytest.mark.parametrize(
    ("path", "stage", "band"), [("K", "S2", (10, 40)), ("R", "S2", (0, 0)), ("R", "S5", (70, 110))]
)
def test_the_weekly_band_is_that_of_stage_and_path(make: Any, path: str, stage: str, band: tuple[int, int]) -> None:
    assert weekly_band(make.fine(stage, path=path).plan) == band


@pytest.mark.parametrize("stage", ["S0", "S1", "S2", "S3", "S4", "S5"])
def test_criteria_say_what_was_seen_and_what_is_asked(make: Any, stage: str) -> None:
    situation = make.fine(stage)
    found = stage_criteria(situation.plan, situation.log, situation.on)
    assert found[0].id == "ok_sessions"
    assert all(one.label and one.seen and one.asked for one in found)


def test_an_old_last_session_is_no_ground_for_going_on_without_a_recording(make: Any) -> None:
    situation = make.fine("S2").unmeasured().every_row(session_id=None)
    assert situation.at(make.TODAY + timedelta(days=15)).decide().decision != "PROGRESS"
    assert situation.decide().decision == "PROGRESS"


@pytest.mark.rule("P1")
@pytest.mark.parametrize(("days", "decision"), [(14, "PROGRESS"), (15, "INSUFFICIENT"), (40, "INSUFFICIENT")])
def test_an_old_last_session_is_no_ground_for_going_on_with_a_recording_either(
    make: Any, days: int, decision: str
) -> None:
    found = make.fine("S4").at(make.TODAY + timedelta(days=days)).decide()
    assert found.decision == decision
    assert any("start again lower" in text for text in found.missing) == (decision == "INSUFFICIENT")
