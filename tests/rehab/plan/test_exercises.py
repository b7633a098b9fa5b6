"""Exercises: what each stage and location gets, and that strength, the soleus first, stays."""

from __future__ import annotations

import re

import pytest

from gaitpipe import evidence
from gaitpipe.rehab.exercises import (
    ALTERNATIVES,
    EXERCISES,
    HEAVY_SCHEME,
    STRENGTH_KINDS,
    alternatives,
    exercise_words,
    exercises_for,
    heavy_weeks,
    strength_per_week,
)

ALL = (*EXERCISES, *ALTERNATIVES)


def test_every_default_exercise_has_a_source_a_grade_and_words_that_may_be_said():
    for item in ALL:
        assert evidence.reference(item.source)
        assert item.grade is not None
        assert not evidence.forbidden_in(exercise_words(item))
    assert len({item.id for item in ALL}) == len(ALL)


def test_load_tiers_are_unverified_but_for_the_ones_that_were_read():
    assert {item.id for item in ALL if not item.tier_unverified} == {"seated_raise"}


@pytest.mark.parametrize("stage", ["S2", "S3", "S4", "S5"])
def test_heavy_work_with_the_knee_bent_is_there_from_stage_two_on(make, stage):
    heavy = [item for item in exercises_for(make(), stage) if item.kind == "slow heavy"]
    assert any(item.soleus for item in heavy)
    assert all("6 s" in item.tempo for item in heavy)


def test_strength_is_kept_while_running_returns_but_less_often(make):
    plan = make()
    assert strength_per_week(plan, "S2") == 3
    assert strength_per_week(plan, "S4") == strength_per_week(plan, "S5") == 2
    assert {item.per_week for item in exercises_for(plan, "S2")} == {3}
    assert {item.per_week for item in exercises_for(plan, "S4")} == {2}
    assert strength_per_week(make("[strength]\nper_week = 4\n"), "S4") == 4


def test_stages_follow_the_dossier(make):
    plan = make()
    kinds = {stage: {item.kind for item in exercises_for(plan, stage)} for stage in ("S0", "S1", "S2", "S3", "S4")}
    assert kinds["S0"] == set()
    assert kinds["S1"] == {"isometric", "raises", "eccentric"}
    assert kinds["S2"] == {"slow heavy"}
    assert kinds["S3"] == {"slow heavy", "rebounding", "hops", "drills"}
    assert kinds["S4"] == {"slow heavy"}


def test_no_spring_before_stage_three_and_two_leg_hops_before_one_leg(make):
    for stage in ("S0", "S1", "S2"):
        assert not {"rebounding", "hops", "drills"} & {item.kind for item in exercises_for(make(), stage)}
    order = [item.id for item in exercises_for(make(), "S3")]
    assert order.index("quick_rebound_raise") < order.index("two_leg_hop") < order.index("one_leg_hop")


def test_isometric_holds_are_a_start_without_a_promise():
    hold = next(item for item in EXERCISES if item.kind == "isometric")
    assert "30-45 s" in hold.dose
    assert "not promised" in hold.dose
    assert hold.stages == ["S1"]


def test_slow_heavy_programme_is_the_table_of_the_dossier():
    rows = [(row.first_week, row.last_week, row.sets, row.repetition_maximum) for row in HEAVY_SCHEME]
    assert rows == [(1, 1, 3, 15), (2, 3, 3, 12), (4, 5, 4, 10), (6, 8, 4, 8), (9, 12, 4, 6)]
    assert [row.repetition_maximum for row in HEAVY_SCHEME if row.unverified] == [8]
    assert [heavy_weeks(week).repetition_maximum for week in (1, 2, 5, 7, 12, 40)] == [15, 12, 10, 8, 6, 6]
    seated = next(item for item in EXERCISES if item.id == "heavy_seated_raise")
    assert "4 x 8RM (unverified)" in seated.dose


@pytest.mark.parametrize("stage", ["S1", "S2", "S3", "S4", "S5"])
def test_insertional_strength_never_goes_below_the_floor(make, stage):
    for item in exercises_for(make(location='location = "insertional"'), stage):
        assert item.to_floor_only or item.kind not in STRENGTH_KINDS
        assert not re.search(r"\bstep\b", item.name)


def test_alternatives_are_never_beside_the_heavy_programme_and_suit_the_location(make):
    ids = {item.id for stage in ("S1", "S2", "S3") for item in exercises_for(make(), stage)}
    assert not ids & {item.id for item in ALTERNATIVES}
    assert {item.id for item in alternatives("midportion")} == {"alfredson_straight", "alfredson_bent", "step_raise"}
    assert {item.id for item in alternatives("insertional")} == {"floor_drop_straight", "floor_drop_bent"}
    assert all(item.to_floor_only for item in alternatives("insertional"))


def test_own_table_of_a_plan_counts_but_for_the_other_location(make):
    own = (
        '[[exercise]]\nid = "{}"\nname = "Raise"\nkind = "slow heavy"\nstages = ["S3"]\ntier = 2\nknee = "bent"\n'
        'sets = 4\ndose = "6 repetitions"\nper_week = 3\nsource = "our clinic"\nlocations = ["{}"]\n'
    )
    plan = make(own.format("a", "midportion") + own.format("b", "insertional"))
    assert [item.id for item in exercises_for(plan, "S3")] == ["a"]
    assert exercises_for(plan, "S4") == ()
    assert exercise_words(plan.exercise[0]) == "Raise [soleus]: 4 x 6 repetitions; 3 x a week"


def test_running_drills_are_not_marked_as_work_for_the_soleus():
    assert not next(item for item in EXERCISES if item.kind == "drills").soleus
