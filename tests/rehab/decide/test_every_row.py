"""Nothing that was logged is overlooked: later sessions, days of rest, swelling, painkillers, mornings to come."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from gaitpipe.rehab.log import LogEntry


def ids(found: Any) -> list[str]:
    return [rule.id for rule in found.rules]


def later(make: Any, stage: str = "S4", **changes: Any) -> Any:
    """Everything fine, the day of decision two days later, and a further session in between."""
    situation = make.fine(stage).at(make.ON + timedelta(days=3))
    row = replace(situation.judged, date=make.ON + timedelta(days=1), session_id="later", **changes)
    return situation.with_row(row)


@pytest.mark.rule("P1")
@pytest.mark.parametrize("kind", ["run", "plyometric", None])
def test_a_step_up_is_decided_with_the_last_run_of_the_log(make: Any, kind: str | None) -> None:
    found = later(make, kind=kind).decide()
    day = (make.ON + timedelta(days=1)).isoformat()
    assert found.decision == "INSUFFICIENT"
    assert found.missing[0] == f"A later session of {day} is in the log: decide with it."


@pytest.mark.rule("P1")
def test_strength_after_the_run_is_judged_along_and_stands_in_nobodys_way(make: Any) -> None:
    strength = {"kind": "strength", "level": None, "run_min": None}
    assert later(make, **strength).decide().decision == "PROGRESS"
    assert ids(later(make, **strength, pain_after=4.0).decide()) == ["H1"]


@pytest.mark.rule("H1", "H2", "H5", "H6", "R1")
@pytest.mark.parametrize(
    ("changes", "rule"),
    [
        ({"pain_during": None}, "H6"),
        ({"pain_am": None}, "H6"),
        ({"pain_after": 4.0}, "H1"),
        ({"pain_am": 3.0}, "H2"),
        ({"stiff_am_min": 11.0}, "H2"),
        ({"pain_during": 6.0}, "R1"),
    ],
)
def test_what_a_later_session_shows_counts(make: Any, changes: dict[str, Any], rule: str) -> None:
    assert rule in ids(later(make, **changes).decide())


@pytest.mark.rule("H5")
def test_a_later_session_that_came_too_early_holds(make: Any) -> None:
    situation = make.fine("S4").at(make.ON + timedelta(days=2))
    found = situation.with_row(replace(situation.judged, date=make.ON, session_id="later")).decide()
    assert ids(found) == ["H5"]


@pytest.mark.rule("R1", "H1", "H2", "H7")
@pytest.mark.parametrize("days", [1, 2])
@pytest.mark.parametrize(
    ("changes", "decision", "rule"),
    [
        ({"pain_am": 6.0}, "REGRESS", "R1"),
        ({"pain_during": 7.0}, "REGRESS", "R1"),
        ({"pain_after": 4.0}, "HOLD", "H1"),
        ({"pain_am": 3.0}, "HOLD", "H2"),
        ({"analgesic": True}, "HOLD", "H7"),
    ],
)
def test_a_day_of_rest_between_the_counted_sessions_counts(
    make: Any, days: int, changes: dict[str, Any], decision: str, rule: str
) -> None:
    day = make.TODAY - timedelta(days=days)
    rows = tuple(replace(row, **changes) if row.date == day else row for row in make.fine("S4").log)
    found = replace(make.fine("S4"), log=rows).decide()
    assert found.decision == decision
    assert rule in ids(found)


@pytest.mark.rule("R1")
def test_what_was_before_the_counted_sessions_is_not_held_against_them_again(make: Any) -> None:
    day = make.BEFORE - timedelta(days=2)
    rows = tuple(replace(row, pain_am=6.0) if row.date == day else row for row in make.fine("S4").log)
    assert replace(make.fine("S4"), log=rows).decide().decision == "PROGRESS"


@pytest.mark.rule("H7")
def test_a_painkiller_after_the_judged_morning_hides_nothing(make: Any) -> None:
    situation = make.fine("S4").at(make.ON + timedelta(days=3))
    taken = LogEntry(date=make.ON, kind="rest", analgesic=True)
    assert ids(situation.with_row(taken).decide()) == ["H7"]
    assert situation.with_row(replace(taken, date=make.ON + timedelta(days=1))).decide().decision == "PROGRESS"


@pytest.mark.rule("H1", "RF7")
def test_pain_in_daily_walking_holds_though_its_red_flag_is_off(make: Any) -> None:
    situation = make.fine("S4").planned(red_flags={"off": ["RF7"]})
    assert ids(situation.row(pain_daily=5.5).decide()) == ["H1"]
    assert situation.row(pain_daily=5.0).decide().decision == "PROGRESS"
    assert make.fine("S4").row(pain_daily=5.5).decide().decision == "REFER"


@pytest.mark.rule("H6")
@pytest.mark.parametrize("stage", ["S2", "S4", "S5"])
def test_a_morning_that_has_not_come_is_missing_whatever_is_entered(make: Any, stage: str) -> None:
    found = make.fine(stage).at(make.TODAY).decide()
    assert ids(found) == ["H6"]
    assert "has not come yet" in found.rules[0].text
    assert make.fine(stage).at(make.ON).decide().decision == "PROGRESS"


@pytest.mark.rule("RF5")
def test_a_red_flag_counts_on_the_day_it_was_entered(make: Any) -> None:
    assert make.fine("S4").at(make.TODAY).row(stiff_am_min=90.0).decide().decision == "REFER"


@pytest.mark.rule("P1", "RF3")
def test_after_a_swelling_the_red_flag_questions_are_answered_first(make: Any) -> None:
    unasked = make.fine("S4").row(swelling=True, red_flags=None)
    found = unasked.decide()
    assert (found.decision, len(found.missing)) == ("INSUFFICIENT", 1)
    assert "answer the red-flag questions" in found.missing[0]
    answered = unasked.with_row(LogEntry(date=make.TODAY, kind="rest", red_flags=()))
    assert answered.decide().decision == "PROGRESS"
    assert "Swelling was logged" in answered.decide().review


@pytest.mark.rule("P1")
def test_a_run_shorter_than_its_level_does_not_count(make: Any) -> None:
    assert make.fine("S4").row(run_min=18.0).row("before", run_min=18.0).decide().decision == "PROGRESS"
    found = make.fine("S4").row(run_min=17.9).decide()
    assert (found.decision, found.inputs["good_sessions"]) == ("INSUFFICIENT", 0)
    assert make.fine("S4").row("before", run_min=None).decide().decision == "PROGRESS"


@pytest.mark.rule("P1")
@pytest.mark.parametrize("kind", ["plyometric", "strength", "walk"])
def test_what_is_no_run_is_no_session_of_the_ladder(make: Any, kind: str) -> None:
    found = make.fine("S4").row("before", kind=kind).decide()
    assert found.decision == "INSUFFICIENT"
    assert found.inputs["good_sessions"] == 1


@pytest.mark.rule("P1")
@pytest.mark.parametrize(("gap", "decision"), [(0, "INSUFFICIENT"), (1, "INSUFFICIENT"), (2, "PROGRESS")])
def test_on_the_ladder_a_run_counts_every_second_day(make: Any, gap: int, decision: str) -> None:
    situation = make.fine("S4").row(rpe=1.0)
    found = situation.row("before", rpe=1.0, date=make.TODAY - timedelta(days=gap)).decide()
    assert found.decision == decision


@pytest.mark.rule("P1")
@pytest.mark.parametrize("stage", ["S1", "S2"])
def test_only_strength_leads_out_of_the_first_stages(make: Any, stage: str) -> None:
    situation = make.fine(stage)
    runs = replace(situation, log=tuple(row for row in situation.log if row.kind != "strength")).decide()
    assert (runs.decision, runs.inputs["good_sessions"]) == ("INSUFFICIENT", 0)


@pytest.mark.rule("S3")
def test_spring_is_left_only_after_hops(make: Any) -> None:
    situation = make.fine("S3")
    rows = tuple(row for row in situation.log if row.kind != "plyometric")
    found = replace(situation, log=rows).decide()
    assert found.decision == "INSUFFICIENT"
    assert [one.id for one in found.criteria if one.met is False] == ["spring_sessions"]


@pytest.mark.rule("S3", "H4")
@pytest.mark.parametrize(("days", "decision"), [(6, "HOLD"), (7, "PROGRESS")])
def test_of_hop_pain_the_worst_of_a_week_counts(make: Any, days: int, decision: str) -> None:
    tested = LogEntry(date=make.TESTED - timedelta(days=days), kind="test", hop_pain=5.0)
    assert make.fine("S3").with_row(tested).decide().decision == decision


@pytest.mark.parametrize("word", ["l4", " L4 "])
def test_a_level_is_meant_whatever_its_case(make: Any, word: str) -> None:
    assert make.fine("S4").row(level=word).row("before", level=word.lower()).decide().decision == "PROGRESS"


@pytest.mark.rule("RF8")
def test_the_age_of_a_child_cannot_be_switched_off(make: Any) -> None:
    child = make.fine("S4").planned(plan={"mode": "self", "age_years": 15.0}, red_flags={"off": ["RF8"]})
    assert child.decide().decision == "REFER"


@pytest.mark.rule("hazard-H7")
@pytest.mark.parametrize(("days", "due"), [(13, False), (14, True)])
def test_red_flags_that_were_not_asked_for_long_are_said_to_be_due(make: Any, days: int, due: bool) -> None:
    situation = make.fine("S5").planned(thresholds={"session_age_maximum_days": 28.0})
    found = situation.at(make.ON + timedelta(days=days)).decide()
    assert found.decision == "PROGRESS", "inside a stage they stand in nobody's way"
    assert bool(found.red_flags_due) is due
    never = make.fine("S4").every_row(red_flags=None).decide()
    assert "never asked" in never.red_flags_due
    assert "RF1 possible rupture" in never.red_flags_due


def test_a_baseline_of_unknown_day_is_said_and_counts(make: Any) -> None:
    situation = make.fine("S4").planned(baseline={"recorded": None})
    base = situation.baselines[0]
    found = replace(situation, baselines=(base | {"recording": base["recording"] | {"recorded_utc": None}},)).decide()
    assert found.decision == "PROGRESS"
    assert any("day of the baseline is not known" in text for text in found.cautions)
    assert make.fine("S4").decide().cautions == ()


def test_path_r_is_told_what_becomes_its_baseline(make: Any) -> None:
    situation = make.fine("S3", path="R").without_baseline().planned(baseline={"sessions": []})
    assert any("becomes the baseline" in text for text in situation.decide().missing)


def test_a_step_back_is_counted_once_though_its_row_is_seen_twice(make: Any) -> None:
    day = make.TODAY - timedelta(days=1)
    rows = tuple(replace(row, pain_am=6.0) if row.date == day else row for row in make.fine("S4").log)
    assert replace(make.fine("S4"), log=rows).decide().review == ""
    sore = make.fine("S4").row("before", pain_after=6.0).decide()
    assert (sore.decision, sore.review) == ("REGRESS", "")
