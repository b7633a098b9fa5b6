"""One growth rule for all decisions, breaks, the order of S5, and what the words of a planned day say."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gaitpipe.rehab.ladder import DEFAULT_LADDER, level_names, running_minutes
from gaitpipe.rehab.log import LogEntry
from gaitpipe.rehab.plan import Plan
from gaitpipe.rehab.recovery import earliest_next
from gaitpipe.rehab.return_plan import plain_words, return_plan
from gaitpipe.rehab.words import FiredRule
from module_beside import module_beside

words = module_beside(__file__, "conftest")
ON, plan_of, decision_of, run_on = words.ON, words.plan_of, words.decision_of, words.run_on
DAY = timedelta(days=1)
START = ON + DAY
LEVELS = [step.level for step in DEFAULT_LADDER]


def runs(found):
    return [day for day in found.days if day.activity == "run"]


def strength_tests(found):
    return [day for day in found.days if day.title == "Strength test"]


def minutes(found):
    return sum(day.minutes for day in runs(found))


def planned(word="HOLD", stage="S4", level="L4", log=(), plan=None, start=START, **more):
    return return_plan(plan or plan_of(), log, decision_of(word, stage, level, **more), start)


MINUTES = st.sampled_from([0.0, 6.0, 10.0, 15.0, 20.0, 24.0, 30.0, 45.0, 60.0])
LOGS = st.lists(
    st.builds(lambda back, minute, rpe: run_on(back, minute, rpe=rpe), st.integers(0, 40), MINUTES,
              st.sampled_from([None, 1.0, 3.0, 6.0])),
    max_size=14, unique_by=lambda entry: entry.date,
).map(lambda rows: tuple(sorted(rows, key=lambda entry: entry.date)))  # fmt: skip


@settings(max_examples=150, deadline=None, derandomize=True)
@given(log=LOGS, at=st.integers(1, 6), path=st.sampled_from("RK"))
def test_a_step_up_never_brings_less_running_than_staying_nor_staying_less_than_a_step_back(log, at, path):
    plan = plan_of(path)
    up = planned("PROGRESS", level=LEVELS[at + 1], log=log, plan=plan)
    stay = planned("HOLD", level=LEVELS[at], log=log, plan=plan)
    open_ = planned("INSUFFICIENT", level=LEVELS[at], log=log, plan=plan)
    back = planned("REGRESS", level=LEVELS[at - 1], log=log, plan=plan)
    assert minutes(up) >= minutes(stay) == minutes(open_) >= minutes(back)
    assert_week_is_kept(plan, log, stay, LEVELS[at])


def assert_week_is_kept(plan, log, stay, level):
    """HOLD: in any seven days at most 1.2 times what was done, or the level's own week."""
    done = sum(row.run_min or 0.0 for row in log if row.date >= START - 7 * DAY)
    most = max(1.2 * done, 3 * running_minutes(plan, level))
    for day in runs(stay):
        assert sum(one.minutes for one in runs(stay) if day.day - 7 * DAY < one.day <= day.day) <= most + 1e-6


def regular(usual, longer, place, per_week):
    """Three or two runs a week for some weeks, one of them longer."""
    days = [1, 3, 5, 8, 10, 12, 15, 17, 19] if per_week == 3 else [1, 4, 8, 11, 15]
    return tuple(run_on(back, usual + (longer if at == place else 0.0)) for at, back in enumerate(days))[::-1]


REGULAR = st.builds(
    regular,
    st.sampled_from([20.0, 30.0, 40.0]),
    st.sampled_from([0.0, 3.0, 10.0, 20.0]),
    st.integers(0, 4),
    st.sampled_from([2, 3]),
)


@settings(max_examples=60, deadline=None, derandomize=True)
@given(log=REGULAR)
def test_s5_keeps_the_same_order_of_the_words_and_its_weeks(log):
    found = {word: planned(word, "S5", None, log=log) for word in ("PROGRESS", "HOLD", "REGRESS")}
    assert minutes(found["PROGRESS"]) >= minutes(found["HOLD"]) >= minutes(found["REGRESS"])
    done = max(
        sum(row.run_min for row in log if START - 7 * back * DAY <= row.date < START - 7 * (back - 1) * DAY)
        for back in (1, 2)
    )
    for word, share in (("PROGRESS", 1.2), ("HOLD", 1.0)):
        for day in runs(found[word]):
            both = [(row.date, row.run_min) for row in log] + [(one.day, one.minutes) for one in runs(found[word])]
            assert sum(minute for on, minute in both if day.day - 7 * DAY < on <= day.day) <= share * done + 1e-6
    for day in runs(found["PROGRESS"]):
        others = [one.minutes for one in runs(found["PROGRESS"]) if 0 < abs((one.day - day.day).days) < 7]
        assert day.minutes <= max(running_minutes(plan_of(), "L7"), *(row.run_min for row in log), sum(others))


def test_three_runs_a_week_at_the_next_level_fit_every_step_of_the_ladder():
    for before, after in pairwise(LEVELS):
        log = [run_on(back, running_minutes(plan_of(), before)) for back in (12, 10, 8, 5, 3, 1)]
        up, stay = planned("PROGRESS", level=after, log=log), planned("HOLD", level=before, log=log)
        assert [day.level for day in runs(up)] == [after] * 6
        assert [day.day for day in runs(up)] == [day.day for day in runs(stay)]


def test_a_break_of_more_than_two_weeks_starts_lower_for_each_two_weeks_begun_and_says_so():
    for days, lower in ((14, 0), (15, 2), (28, 2), (29, 3), (43, 4)):
        log = [run_on(days - 1, 24.0, level="L5")]
        found = planned(level="L5", log=log)
        assert runs(found)[0].level == LEVELS[4 - lower], days
        told = [note for note in found.notes if "No run for" in note]
        assert bool(told) == bool(lower)
    assert runs(planned(level="L2", log=[run_on(200, 10.0, level="L2")]))[0].level == "L1"


def test_after_a_break_two_runs_give_one_level_back():
    old = run_on(40, 24.0, level="L5")
    since = [run_on(back, 10.0, level="L2") for back in (6, 4)]
    assert runs(planned(level="L5", log=[old, run_on(4, 10.0, level="L2")]))[0].level == "L2"
    assert runs(planned(level="L5", log=[old, *since]))[0].level == "L3"
    stage = {"stage": "S4", "level": "L5", "since": ON - 10 * DAY}
    # the stage was set after the break: the longest run of the log alone counts
    assert runs(planned(level="L3", log=[old, *since], plan=plan_of(stage=stage)))[0].level == "L3"


def test_a_break_takes_s5_back_to_the_ladder():
    found = planned("INSUFFICIENT", "S5", None, log=[run_on(20, 40.0), run_on(18, 40.0)])
    assert {day.level for day in runs(found)} == {"L7"}
    assert any("No run for 19 days" in note for note in found.notes)


@pytest.mark.parametrize("log", [(), (run_on(60, 30.0),), (run_on(60, 30.0), LogEntry(ON, kind="strength"))])
@pytest.mark.parametrize(("stage", "level"), [("S4", "L6"), ("S5", None)])
def test_no_longest_run_of_30_days_is_quoted_where_there_is_none(log, stage, level):
    for longest in (None, 12.0):
        plan = plan_of(baseline={} if longest is None else {"longest_run_min": longest})
        found = planned("PROGRESS", stage, level, log=log, plan=plan)
        assert not [text for text in (*found.notes, *(day.text for day in found.days)) if "30 days" in text]


def test_the_first_run_stands_on_the_day_that_the_page_tells_or_says_why_not():
    for log in ([run_on(0)], [run_on(0, rpe=1.0, pain_during=1.0, pain_after=1.0)], [run_on(0, rpe=6.0)],
                [run_on(0, rpe=None)], [run_on(6), run_on(3), run_on(0)], [run_on(4), run_on(2), run_on(0)],
                [run_on(0, kind="plyometric", run_min=None)]):  # fmt: skip
        first, told = runs(planned(log=log))[0], earliest_next(plan_of(), log[-1])
        assert first.day == max(START, told or START) or "Not sooner: " in first.text


def test_after_a_step_back_the_first_hard_day_says_what_it_depends_on():
    for stage, level in (("S4", "L3"), ("S3", None)):
        found = planned("REGRESS", stage, level, log=[run_on(0, 20.0)])
        hard = [day for day in found.days if day.activity == "run" or day.title == "Hops and drills"]
        assert hard[0].text.endswith("Only if the morning is as usual.")
        assert not hard[1].text.endswith("Only if the morning is as usual.")


def test_deciding_again_on_the_same_painful_session_does_not_begin_the_quiet_days_anew():
    log = [run_on(0, 20.0, pain_after=6.0)]
    rules = (FiredRule("R1", "Pain after 6."),)
    for later in range(1, 7):
        on = ON + later * DAY
        found = planned("REGRESS", level="L3", log=log, start=on, decided_on=on, rules=rules)
        assert runs(found)[0].day == max(on, ON + 4 * DAY)


def test_the_last_level_does_not_contradict_itself():
    log = [run_on(back, 30.0) for back in (5, 3, 1)]
    text = runs(planned(level="L8", log=log))[0].text
    assert text.startswith("30 min easy and flat, then 6 x 15 s a little faster.")
    assert "Easy pace" not in text


def test_path_r_in_s3_records_once_a_week_once_hops_are_quiet():
    hops = run_on(2, None, kind="plyometric")
    quiet = replace(hops, hop_pain=1.0)
    stage = {"stage": "S3", "since": ON - 5 * DAY}
    found = planned(stage="S3", level=None, log=[quiet], plan=plan_of(stage=stage))
    screens = [day for day in found.days if day.title == "Treadmill screen"]
    assert len(screens) == 2
    assert (screens[1].day - screens[0].day).days >= 7
    assert screens[0].minutes == 3.0
    assert "Record it; the first quiet one becomes the baseline." in screens[0].text
    assert sum(day.title == "Hops and drills" for day in found.days) == 2
    assert not runs(found)


@pytest.mark.parametrize(
    ("pain", "since", "screens"),
    [(3.0, 30, False), (None, 5, True), (None, 14, True), (2.0, 1, True), (None, 0, False)],
)
def test_a_recording_in_s3_waits_for_quiet_hops_or_two_weeks(pain, since, screens):
    log = [run_on(2, None, kind="plyometric", hop_pain=pain)]
    plan = plan_of(stage={"stage": "S3", "since": ON - since * DAY})
    found = [
        day.day for day in planned(stage="S3", level=None, log=log, plan=plan).days if day.title == "Treadmill screen"
    ]
    assert bool(found) == screens
    assert pain is not None or not found or found[0] >= ON + (14 - since) * DAY


def test_no_gait_screen_hides_in_a_strength_test():
    for stage in ("S1", "S2", "S3", "S4"):
        found = planned(stage=stage, level="L4" if stage == "S4" else None, log=[run_on(3)])
        assert all("gait" not in day.text for day in strength_tests(found))


def test_by_turns_looks_at_the_last_hard_day_of_the_log():
    plan = plan_of("K", stage={"stage": "S3", "since": ON - 9 * DAY})
    for kind, following in (("plyometric", "Easy run"), ("run", "Hops and drills")):
        log = [run_on(9, 10.0), run_on(1, 10.0 if kind == "run" else None, kind=kind)]
        hard = [day.title for day in planned(stage="S3", level=None, log=log, plan=plan).days
                if day.title in ("Easy run", "Hops and drills")]  # fmt: skip
        assert hard[0] == following
        assert hard[0] != hard[1]


def test_strength_tests_wait_for_the_second_week_of_s1_and_say_when_to_stop():
    stage = {"stage": "S1", "since": ON}
    (test,) = strength_tests(planned(stage="S1", level=None, plan=plan_of(stage=stage)))
    assert test.day >= ON + 7 * DAY
    assert "up to 10 raises on the sore leg; stop when pain goes above 3" in test.text
    (later,) = strength_tests(planned(log=[run_on(3)]))
    assert "until it tires, stop when pain goes above 3" in later.text


def test_strength_tests_wait_after_a_step_back_and_are_not_on_the_first_day_unless_overdue():
    (test,) = strength_tests(planned("REGRESS", level="L3", log=[run_on(0)]))
    assert test.day >= ON + 7 * DAY
    (painful,) = strength_tests(planned("INSUFFICIENT", log=[run_on(1, pain_am=6.0)]))
    assert painful.day >= ON + 7 * DAY
    stage = {"stage": "S2", "since": ON}
    (fresh,) = strength_tests(planned(stage="S2", level=None, plan=plan_of(stage=stage)))
    assert fresh.day > START
    old = [LogEntry(ON - 14 * DAY, kind="test", heel_raises_injured=20, heel_raises_other=25)]
    stage = {"stage": "S2", "since": ON - 20 * DAY}
    (due,) = strength_tests(planned(stage="S2", level=None, log=old, plan=plan_of(stage=stage)))
    assert due.day >= START


def test_notes_hold_no_ids_of_rules_and_no_words_of_a_command():
    missing = ("F11: The recording of the session s30 was not given: use --session.",
               "The weeks cannot be compared (R3): the next morning is missing.")  # fmt: skip
    found = planned("INSUFFICIENT", missing=missing, review="A warm calf needs urgent care (RF3).")
    assert "Needed: The recording of the session s30 was not given." in found.notes
    assert "Needed: The weeks cannot be compared: the next morning is missing." in found.notes
    assert "A warm calf needs urgent care." in found.notes
    assert plain_words("L4: 4 x 5 min") == "L4: 4 x 5 min"


def test_in_s5_a_third_run_comes_first_then_a_longer_one_of_at_most_half_the_week():
    twice = [run_on(back, 30.0) for back in (12, 9, 5, 2)]
    found = runs(planned("PROGRESS", "S5", None, log=twice))
    assert {day.minutes for day in found} == {30.0, 12.0}  # 72 min, 1.2 times 60
    assert "change nothing else" in next(day for day in found if day.minutes == 12.0).text
    thrice = [run_on(back, 30.0) for back in (12, 10, 8, 5, 3, 1)]
    assert max(day.minutes for day in runs(planned("PROGRESS", "S5", None, log=thrice))) == 33.0
    long = [run_on(back, 60.0 if back in (13, 6) else 30.0) for back in (13, 11, 9, 6, 4, 2)]
    grown = planned("PROGRESS", "S5", None, log=long)
    assert sorted({day.minutes for day in runs(grown)}) == [33.0, 60.0]
    assert any("the usual ones grow" in note for note in grown.notes)


def test_in_s5_the_long_run_ends_at_the_one_from_before_the_injury():
    log = [run_on(back, 40.0 if back in (13, 6) else 30.0) for back in (13, 11, 9, 6, 4, 2)]
    found = planned("PROGRESS", "S5", None, log=log, plan=plan_of(baseline={"longest_run_min": 42.0}))
    assert max(day.minutes for day in runs(found)) == 40.0
    assert any("Days in a row, speed and hills come next" in note for note in found.notes)


def test_the_ladder_of_a_plan_is_kept_to():
    plan = Plan.model_validate({**plan_of().model_dump(), "ladder": [
        {"level": "A", "sets": 1, "run_min": 10.0, "walk_min": 0.0},
        {"level": "B", "sets": 1, "run_min": 15.0, "walk_min": 0.0, "strides": 4, "strides_s": 10.0},
    ], "stage": {"stage": "S4", "level": "B"}})  # fmt: skip
    found = planned("PROGRESS", level="B", log=[run_on(3, 10.0), run_on(1, 10.0)], plan=plan)
    assert {day.level for day in runs(found)} == {"B"} <= set(level_names(plan))


def test_hops_come_before_the_first_recording_in_s3():
    log = [LogEntry(ON - 3 * DAY, kind="test", hop_pain=0.0), LogEntry(ON - DAY, kind="strength")]
    plan = plan_of(stage={"stage": "S3", "since": ON})
    titles = [day.title for day in planned(stage="S3", level=None, log=log, plan=plan).days
              if day.title in ("Hops and drills", "Treadmill screen")]  # fmt: skip
    assert titles[:2] == ["Hops and drills", "Treadmill screen"]


def test_a_test_due_on_the_first_day_comes_on_the_next_and_an_overdue_one_at_once():
    plan = plan_of(stage={"stage": "S1", "since": ON - 40 * DAY})
    for back, day in ((14, START + DAY), (15, START)):
        log = [LogEntry(START - back * DAY, kind="test", heel_raises_injured=5, heel_raises_other=9)]
        (test,) = strength_tests(planned(stage="S1", level=None, log=log, plan=plan))
        assert test.day == day


def test_a_level_that_does_not_fit_three_times_into_the_week_gives_way():
    found = planned("PROGRESS", level="L7", log=[run_on(5, 25.0), run_on(2, 25.0)])  # 30 is a fifth above 25
    assert {day.level for day in runs(found)} == {"L6"}  # 3 x 30 is more than 1.2 x 3 x 24
