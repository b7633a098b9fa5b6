"""The return plan: never beyond the decision, recovery and growth kept, and what stands on which day."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gaitpipe.errors import UsageError
from gaitpipe.evidence import value
from gaitpipe.rehab.ladder import DEFAULT_LADDER, level_names, running_minutes
from gaitpipe.rehab.log import LogEntry
from gaitpipe.rehab.recovery import days_after, session_class
from gaitpipe.rehab.return_plan import return_plan
from gaitpipe.rehab.return_runs import is_hard, minutes_of
from gaitpipe.rehab.words import STAGES, FiredRule
from module_beside import module_beside

words = module_beside(__file__, "conftest")
ON, plan_of, decision_of, run_on = words.ON, words.plan_of, words.decision_of, words.run_on
START = ON + timedelta(days=1)
DAY = timedelta(days=1)
FORBIDDEN = ("diagnos", "safe", "healed", "your risk is", "tendon strain", "you must", "tendinitis", "tendinopathy")


def runs(found):
    return [day for day in found.days if day.activity == "run"]


def hard(found):
    return [day for day in found.days if day.activity == "run" or day.title == "Hops and drills"]


def strength(found):
    return [day for day in found.days if day.title == "Heavy calf work"]


def planned(word="HOLD", stage="S4", level="L4", log=(), start=START, plan=None, **more):
    return return_plan(plan or plan_of(), log, decision_of(word, stage, level, **more), start)


def test_refer_gives_the_wording_of_the_red_flag_and_nothing_else():
    rules = (FiredRule("RF1", "Possible rupture: ticked in the log on 2026-11-22."),)
    found = planned("REFER", rules=rules, action="See a clinician.")
    assert (found.days, found.checks) == ((), ())
    assert len(found.notes) == 1
    assert "Possible rupture" in found.notes[0]
    assert "do not run" in found.notes[0]


def test_refer_without_a_rule_says_what_to_do():
    assert planned("REFER", action="See a clinician.").notes == ("See a clinician.",)


def test_self_mode_without_a_clinician_has_checks_and_no_days():
    plan = plan_of(plan={"athlete": "a", "mode": "self", "path": "R"})
    found = planned("INSUFFICIENT", plan=plan)
    assert found.days == ()
    assert found.checks
    assert "clinician" in found.notes[0]


def test_progress_holds_the_new_level_for_all_days():
    log = [run_on(9), run_on(7), run_on(5), run_on(2), run_on(0)]
    found = planned("PROGRESS", level="L5", log=log)
    assert {day.level for day in runs(found)} == {"L5"}
    assert {day.minutes for day in runs(found)} == {24.0}
    assert "3 x (8 min run, 1 min walk)" in runs(found)[0].text
    assert any("new decision" in note for note in found.notes)


def test_the_first_run_waits_for_the_recovery_days_of_a_medium_and_of_a_hard_session():
    assert runs(planned(log=[run_on(0)]))[0].day == ON + 2 * DAY
    assert runs(planned(log=[run_on(0, rpe=6.0)]))[0].day == ON + 3 * DAY
    assert runs(planned(log=[run_on(0, rpe=None)]))[0].day == ON + 3 * DAY  # not known: the careful reading
    assert runs(planned(log=[run_on(5)]))[0].day == START


def test_after_a_hard_session_the_next_ones_keep_three_days():
    days = [day.day for day in runs(planned(log=[run_on(0, rpe=6.0)]))]
    assert all((b - a).days >= 3 for a, b in pairwise(days))


def test_a_plan_with_longer_recovery_is_kept_to():
    plan = plan_of(thresholds={"recovery_medium_days": 4.0})
    days = [day.day for day in runs(planned(log=[run_on(0)], plan=plan))]
    assert days[0] == ON + 4 * DAY
    assert all((b - a).days >= 4 for a, b in pairwise(days))


def test_three_runs_in_any_seven_days_with_those_of_the_log():
    log = [run_on(4), run_on(2), run_on(0)]
    taken = [entry.date for entry in log] + [day.day for day in runs(planned(log=log))]
    for day in taken:
        assert sum(day - 7 * DAY < other <= day for other in taken) <= 3


def test_a_step_up_fits_three_times_into_the_week_and_no_more():
    log = [run_on(13, 24.0), run_on(11, 24.0), run_on(6, 24.0), run_on(3, 24.0), run_on(1, 24.0)]
    found = planned("PROGRESS", level="L6", log=log)  # 72 min in the last seven days: up to 86.4
    assert {day.minutes for day in runs(found)} == {28.0}
    assert sum(day.minutes for day in runs(found)[:3]) == 84.0


def test_a_run_far_above_the_others_counts_as_several_of_the_week():
    found = planned(level="L4", log=[run_on(12, 20.0), run_on(3, 90.0)])
    assert runs(found)[0].day == ON + 4 * DAY  # the 90 min have left the seven days
    assert "in seven days are the most" in runs(found)[0].text


def test_a_level_too_far_above_the_longest_run_gives_way_unless_a_clinician_decided():
    log = [run_on(3, 10.0)]
    found = planned(level="L5", log=log)
    assert {day.level for day in runs(found)} == {"L3"}
    assert any("10 min" in note for note in found.notes)
    own = planned(level="L5", log=log, decided_by="clinician override")
    assert "L5" in {day.level for day in runs(own)}
    assert not any("10 min." in note for note in own.notes)


def test_minutes_that_nobody_wrote_down_are_those_of_the_level():
    assert minutes_of(plan_of(), run_on(1, None, level="L4")) == 20.0
    assert minutes_of(plan_of(), run_on(1, None)) is None
    assert minutes_of(plan_of(), LogEntry(ON, kind="strength", level="L4")) is None


def test_a_step_back_brings_light_loading_for_three_days_and_no_plain_rest():
    found = planned("REGRESS", level="L3", log=[run_on(0)])
    until = ON + 3 * DAY
    early = [day for day in found.days if day.day < until]
    assert [day.activity for day in early] == ["light"] * 2
    assert runs(found)[0].day >= until
    assert strength(found)[0].day >= until
    assert until.isoformat() in found.notes[0]
    assert "rest" not in {day.activity for day in found.days}


def test_hold_repeats_and_insufficient_says_what_is_needed():
    assert "Nothing is added" in planned("HOLD").notes[0]
    found = planned("INSUFFICIENT", missing=("one more OK session at L4",))
    assert "Needed: one more OK session at L4" in found.notes


def test_every_day_has_something_and_nothing_lies_outside_the_two_weeks():
    found = planned(log=[run_on(1)])
    assert {day.day for day in found.days} == {START + place * DAY for place in range(14)}
    assert list(found.days) == sorted(found.days, key=lambda day: day.day)


@pytest.mark.parametrize("stage", ["S2", "S3", "S4", "S5"])
def test_strength_keeps_its_number_a_week_two_days_apart_and_names_the_soleus(stage):
    found = planned(stage=stage, level="L4" if stage == "S4" else None)
    days = [day.day for day in strength(found)]
    per_week = value("strength_per_week" if stage in ("S2", "S3") else "strength_per_week_running")
    assert sum(day < START + 7 * DAY for day in days) == per_week
    assert len(days) == 2 * per_week
    assert all((b - a).days >= 2 for a, b in pairwise(days))
    assert all("soleus" in day.text for day in strength(found))


def test_strength_stands_on_a_free_day_before_a_free_day_else_after_the_run():
    found = planned(log=[run_on(1)])
    run_days = {day.day for day in runs(found)}
    for day in strength(found):
        assert day.day in run_days or day.day + DAY not in run_days
        assert day.text.startswith("After the run") == (day.day in run_days)


def test_the_plan_s_own_number_of_strength_days_counts():
    assert len(strength(planned(plan=plan_of(strength={"per_week": 3})))) == 6
    assert len(strength(planned(plan=plan_of(strength={"per_week": 7})))) == 14


def test_insertional_stays_on_the_floor_and_flat():
    found = planned(plan=plan_of(location="insertional"))
    assert all("floor" in day.text for day in strength(found))
    assert any("no hills" in note for note in found.notes)


@pytest.mark.parametrize("stage", ["S1", "S2", "S3"])
def test_path_k_runs_short_and_easy_before_s4_and_path_r_does_not(stage):
    log = [run_on(4, 30.0)]
    found = planned(stage=stage, level=None, log=log, plan=plan_of("K"))
    most = value(f"schedule_keep_running_{stage.lower()}_min")
    assert runs(found)
    assert all(day.minutes <= most for day in runs(found))
    assert runs(planned(stage=stage, level=None, log=log)) == []


def test_path_k_adds_minutes_only_after_a_step_up():
    log = [run_on(4, 8.0)]
    held = planned("HOLD", "S3", None, log=log, plan=plan_of("K"))
    grown = planned("PROGRESS", "S3", None, log=log, plan=plan_of("K"))
    assert {day.minutes for day in runs(held)} == {8.0}
    assert {day.minutes for day in runs(grown)} == {13.0}


def test_hops_stand_before_the_heavy_work_of_their_day():
    found = planned(stage="S3", level=None, plan=plan_of("K"))
    both = [day.title for day in found.days if day.day == hard(found)[0].day]
    assert both == ["Hops and drills", "Heavy calf work"]


def test_path_k_without_a_known_run_begins_with_the_first_level_s_minutes():
    assert {day.minutes for day in runs(planned(stage="S2", level=None, plan=plan_of("K")))} == {6.0}


def test_s3_has_hops_two_days_a_week_and_by_turns_with_runs_on_path_k():
    found = planned(stage="S3", level=None)
    assert sum(day.day < START + 7 * DAY for day in hard(found)) == 2
    both = hard(planned(stage="S3", level=None, log=[run_on(5, 10.0)], plan=plan_of("K")))
    assert [day.activity for day in both][:4] == ["strength", "run", "strength", "run"]
    assert all((b.day - a.day).days >= 2 for a, b in pairwise(both))


def test_s1_has_its_calf_work_every_day():
    assert sum(day.title == "Calf work" for day in planned(stage="S1", level=None).days) == 14


def test_s0_waits_for_a_stage():
    found = planned(stage="S0", level=None, plan=plan_of("K"))
    assert found.days == ()
    assert found.checks


def test_s5_changes_one_thing_the_next_run_is_at_most_a_tenth_longer_than_the_longest():
    log = [
        run_on(back, minutes) for back, minutes in ((20, 30.0), (12, 35.0), (9, 30.0), (5, 40.0), (3, 30.0), (1, 30.0))
    ]
    found = runs(planned("PROGRESS", "S5", None, log=log))
    assert found[0].minutes == 44.0
    assert [day.minutes for day in found[:5]] == [44.0, 30.0, 30.0, 44.0, 30.0]  # at most half of a week, once in it
    assert all(day.minutes <= 40.0 for day in runs(planned("HOLD", "S5", None, log=log)))
    assert all(day.minutes < 30.0 for day in runs(planned("REGRESS", "S5", None, log=log)))


def test_a_run_of_31_days_ago_does_not_count_as_the_longest():
    log = [run_on(31, 90.0), *(run_on(back, 30.0) for back in (12, 10, 8, 5, 3, 1))]
    assert runs(planned("PROGRESS", "S5", None, log=log))[0].minutes == 33.0


def test_a_level_that_the_ladder_does_not_have_is_refused():
    with pytest.raises(UsageError, match="L9"):
        planned(level="L9")


def test_mornings_reviews_and_questionnaires_have_their_dates():
    found = planned().checks
    began = date(2026, 10, 1)
    morning = next(day for day in found if day.title.startswith("Morning"))
    assert (morning.day, morning.daily_for) == (START, 14)
    assert [day.day for day in found if day.title == "Weekly review"] == [START + 7 * DAY, START + 14 * DAY]
    assert [day.day for day in found if day.title.startswith("Questionnaire")] == [began + 84 * DAY, began + 168 * DAY]


def test_once_week_24_has_passed_the_next_questionnaire_comes_after_another_twelve():
    plan = plan_of(plan={"athlete": "a", "mode": "clinic", "path": "R", "started": START - 200 * DAY})
    due = [day for day in planned(plan=plan).checks if day.title.startswith("Questionnaire")]
    assert [(day.day, day.title) for day in due] == [(START + 52 * DAY, "Questionnaire, week 36")]


def test_reviews_go_on_to_week_12_of_a_young_programme():
    plan = plan_of(plan={"athlete": "a", "mode": "clinic", "path": "R", "started": START})
    reviews = [day.day for day in planned(plan=plan).checks if day.title == "Review"]
    assert reviews == [START + weeks * 7 * DAY for weeks in (4, 6, 8, 10)]


def test_heel_raises_are_counted_two_weeks_after_the_last_time_on_an_easy_day():
    log = [LogEntry(ON - 5 * DAY, kind="test", heel_raises_injured=20, heel_raises_other=25), run_on(1)]
    found = planned(log=log)
    (test,) = [day for day in found.days if day.activity == "screen"]
    assert test.day >= ON + 9 * DAY
    assert test.day not in {day.day for day in hard(found)}
    assert "hops" in test.text
    assert "hops" not in next(d for d in planned(stage="S2", level=None).days if d.activity == "screen").text


@pytest.mark.parametrize("word", ["PROGRESS", "HOLD", "REGRESS", "INSUFFICIENT"])
@pytest.mark.parametrize("stage", STAGES)
def test_no_forbidden_word_and_no_diagnosis_stands_in_the_plan(word, stage):
    found = planned(word, stage, "L4" if stage == "S4" else None, plan=plan_of("K", "insertional"))
    texts = [*found.notes, *(f"{day.title} {day.text}" for day in (*found.days, *found.checks))]
    assert not [text for text in texts for bad in FORBIDDEN if bad in text.casefold()]
    assert not [day.title for day in found.days if "achilles" in day.title.casefold()]


LEVELS = [step.level for step in DEFAULT_LADDER]
SESSIONS = st.builds(
    lambda back, minutes, pain, rpe, kind: LogEntry(
        ON - timedelta(days=back),
        f"s{back}",
        kind,
        pain,
        pain,
        1.0,
        5.0,
        rpe,
        run_min=minutes if kind != "plyometric" else None,
    ),
    st.integers(0, 40),
    st.sampled_from([None, 6.0, 10.0, 15.0, 20.0, 24.0, 30.0, 45.0]),
    st.sampled_from([None, 0.0, 2.0, 3.0, 5.0, 7.0]),
    st.sampled_from([None, 1.0, 3.0, 6.0]),
    st.sampled_from(["run", "plyometric", None]),
)
LOGS = st.lists(SESSIONS, max_size=14, unique_by=lambda entry: entry.date).map(
    lambda rows: tuple(sorted(rows, key=lambda entry: entry.date))
)
WORDS = st.sampled_from(["PROGRESS", "HOLD", "REGRESS", "INSUFFICIENT"])


@settings(max_examples=100, deadline=None, derandomize=True)
@given(log=LOGS, word=WORDS, stage=st.sampled_from(STAGES), level=st.sampled_from(LEVELS), path=st.sampled_from("RK"),
       later=st.integers(0, 3))  # fmt: skip
def test_recovery_growth_path_and_level_hold_for_any_log(log, word, stage, level, path, later):
    plan, start = plan_of(path), ON + later * DAY
    decision = decision_of(word, stage, level if stage == "S4" else None)
    found = return_plan(plan, log, decision, start)
    assert found == return_plan(plan, log, decision, start)
    assert start <= found.start <= start + DAY
    assert all(found.start <= day.day < found.start + 14 * DAY for day in found.days)
    if path == "R" and stage < "S4":
        assert not runs(found)
    assert_recovery_is_kept(plan, log, found, decision)
    for day in runs(found):
        if stage == "S4":
            assert level_names(plan).index(day.level) <= level_names(plan).index(level)
            assert day.minutes == running_minutes(plan, day.level)
    if stage == "S4":
        assert_growth_is_kept(plan, log, found, found.start)


def assert_recovery_is_kept(plan, log, found, decision):
    planned_days = [day.day for day in hard(found)]
    assert all((b - a).days >= days_after(plan, "medium") for a, b in pairwise(planned_days))
    for entry in log:
        if is_hard(entry):
            asked = max(2, days_after(plan, session_class(entry) or "high"))
            assert all((day - entry.date).days >= asked for day in planned_days)
    if decision.decision == "REGRESS":
        assert all((day - ON).days >= 3 for day in planned_days)
        assert all((day.day - ON).days >= 3 for day in strength(found))


def assert_growth_is_kept(plan, log, found, start):
    """Any seven planned days hold at most 1.2 times what was done, or a week at the level last completed; S4 only."""
    minutes = [minutes_of(plan, entry) or 0.0 for entry in log]
    recent = [m for entry, m in zip(log, minutes, strict=True) if entry.date >= start - 30 * DAY]
    if max(recent, default=0.0) == 0.0:
        return
    done = sum(m for entry, m in zip(log, minutes, strict=True) if entry.date >= start - 7 * DAY)
    completed = max((running_minutes(plan, name) for name in LEVELS if running_minutes(plan, name) <= max(recent)),
                    default=max(recent))  # fmt: skip
    limit = 1.2 * max(done, 3 * completed)
    for day in runs(found):
        week = [one.minutes for one in runs(found) if day.day - 7 * DAY < one.day <= day.day]
        assert len(week) <= 3
        assert sum(week) <= max(limit, 60.0) + 1e-6


@settings(max_examples=40, deadline=None, derandomize=True)
@given(log=LOGS, stage=st.sampled_from(STAGES))
def test_refer_is_empty_for_any_log(log, stage):
    found = planned("REFER", stage, None, log, rules=(FiredRule("RF3", "Possible clot: ticked."),))
    assert (found.days, found.checks) == ((), ())


@settings(max_examples=60, deadline=None, derandomize=True)
@given(log=LOGS, level=st.sampled_from(LEVELS))
def test_forgetting_the_effort_of_a_session_never_brings_a_run_forward(log, level):
    from dataclasses import replace

    full, blank = planned(level=level, log=log), planned(level=level, log=[replace(e, rpe=None) for e in log])
    assert [d.day for d in runs(blank)][:1] >= [d.day for d in runs(full)][:1]


def test_a_day_that_has_its_session_already_is_not_planned_again():
    assert planned(log=[run_on(0)], start=ON).start == START
    assert planned(log=[run_on(1)], start=ON).start == ON
    assert planned(log=[LogEntry(ON, kind="rest", pain_am=1.0)], start=ON).start == ON


def test_without_a_run_in_the_log_s5_begins_at_the_ladder_s_end_and_not_at_a_run_before_the_injury():
    plan = plan_of(baseline={"longest_run_min": 90.0})
    first = runs(planned("PROGRESS", "S5", None, plan=plan))
    assert {day.minutes for day in first} == {30.0}
    short = plan_of(baseline={"longest_run_min": 20.0})
    assert runs(planned("HOLD", "S5", None, plan=short))[0].minutes == 20.0
