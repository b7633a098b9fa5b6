"""A new plan parses in every combination, changes nothing, and shows defaults that are valid when they count."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gaitpipe import evidence
from gaitpipe.rehab.exercises import default_exercises, exercises_for
from gaitpipe.rehab.ladder import DEFAULT_LADDER, ladder
from gaitpipe.rehab.plan_diff import changes_from_defaults
from gaitpipe.rehab.plan_template import PlanStart, plan_template
from gaitpipe.rehab.plan_text import parse_plan
from gaitpipe.rehab.toml_write import toml_value
from gaitpipe.rehab.words import STAGES

DAY = date(2026, 1, 5)
START = PlanStart("A01", "K", "left", "midportion", "S4", DAY, clinician="B. Sample", level="L4")
COMBINATIONS = list(product("RK", ("left", "right", "both"), ("midportion", "insertional"), STAGES, (True, False)))


@pytest.mark.parametrize(("path", "side", "location", "stage", "full"), COMBINATIONS)
def test_every_combination_gives_a_valid_plan_that_changes_nothing(path, side, location, stage, full):
    level = "L2" if stage == "S4" else None
    start = PlanStart("A01", path, side, location, stage, DAY, clinician="B. Sample", level=level, full=full)
    plan = parse_plan(plan_template(start), "new", DAY)
    assert (plan.plan.path, plan.tendon.side, plan.tendon.location) == (path, side, location)
    assert (plan.stage.stage, plan.stage.level, plan.stage.since) == (stage, level, DAY)
    assert changes_from_defaults(plan) == ()


def test_full_plan_holds_ladder_and_exercises_as_they_are_by_default():
    plan = parse_plan(plan_template(replace(START, full=True)), "new")
    assert tuple(plan.ladder) == DEFAULT_LADDER
    assert tuple(plan.exercise) == default_exercises("midportion")


@pytest.mark.parametrize("location", ["midportion", "insertional"])
def test_full_plan_means_the_same_as_one_that_leaves_the_defaults(location):
    start = replace(START, location=location)
    plain, full = (parse_plan(plan_template(replace(start, full=full)), "new") for full in (False, True))
    for stage in STAGES:
        assert exercises_for(plain, stage) == exercises_for(full, stage)
    assert ladder(plain) == ladder(full)


def test_what_was_given_is_in_the_plan():
    start = replace(
        START,
        pain_am=1.5, stiff_am_min=10.0, baseline_sessions=("one", "two"), baseline_recorded=DAY, age_years=41.0,
        baseline_surface="treadmill", shoe='Runner "2"', shoe_drop_mm=8.0, heel_raise_norm_reps=22,
        started=date(2025, 12, 1), since=date(2026, 1, 1),
    )  # fmt: skip
    plan = parse_plan(plan_template(start), "new", DAY)
    assert (plan.symptom_baseline.pain_am, plan.symptom_baseline.stiff_am_min) == (1.5, 10.0)
    assert (plan.baseline.sessions, plan.baseline.recorded) == (["one", "two"], DAY)
    assert (plan.baseline.surface, plan.baseline.shoe, plan.baseline.shoe_drop_mm) == ("treadmill", 'Runner "2"', 8.0)
    assert (plan.strength.heel_raise_norm_reps, plan.plan.age_years) == (22, 41.0)
    assert (plan.plan.started, plan.stage.since) == (date(2025, 12, 1), date(2026, 1, 1))


@pytest.mark.parametrize("location", ["midportion", "insertional"])
def test_every_shown_default_is_valid_when_it_counts(location):
    text = plan_template(replace(START, location=location))
    counted = re.sub(r"^#(?=[A-Za-z\[])", "", text, flags=re.MULTILINE)
    plan = parse_plan(counted, "counted", DAY)
    assert set(plan.thresholds) == {number.key for number in evidence.NUMBERS if number.setting}
    assert all(plan.thresholds[key] == evidence.value(key) for key in plan.thresholds)
    assert plan.phrases == {phrase.id: phrase.text for phrase in evidence.PHRASES}
    assert tuple(plan.ladder) == DEFAULT_LADDER
    assert set(plan.flags.off) == {f"F{number}" for number in range(1, 11)}
    assert plan.stage.override is not None
    assert plan.red_flags.cleared


def test_each_setting_shows_unit_range_grade_and_whether_it_is_verified():
    lines = plan_template(START).splitlines()
    for number in evidence.NUMBERS:
        if number.setting:
            line = next(text for text in lines if text.startswith(f"#{number.key} = "))
            assert f"{number.low:g} to {number.high:g}" in line
            assert f"grade {number.grade}" in line
            assert ("unverified" in line) is (number.tag == "memory")
            assert number.unit == "1" or f" {number.unit};" in line
            assert (" of 10;" in line) is ("pain" in number.key)


def test_template_promises_nothing():
    for line in plan_template(START).splitlines():
        assert not evidence.forbidden_in(line), line


@given(st.text(st.characters(exclude_categories=["Cs"])), st.floats(allow_nan=False, allow_infinity=False))
def test_texts_and_numbers_come_back_as_they_were(text, number):
    import tomllib

    written = f"a = {toml_value(text)}\nb = {toml_value(number)}\nc = {toml_value([text, 'x'])}\n"
    assert tomllib.loads(written) == {"a": text, "b": number, "c": [text, "x"]}


def test_what_toml_does_not_know_is_refused():
    with pytest.raises(TypeError, match="no TOML for dict"):
        toml_value({})
