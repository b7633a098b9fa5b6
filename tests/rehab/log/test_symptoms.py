"""The usual morning, weekly medians and stable mornings, with few entries and with many."""

from __future__ import annotations

from datetime import timedelta

import pytest

from gaitpipe.rehab import symptoms
from gaitpipe.rehab.log import LogEntry


def test_the_usual_morning_is_the_median_of_the_days_before_and_not_of_the_day_itself(plan, mornings, today):
    rows = mornings([9, 9, 1, 2, 3, 2, 2, 3, 2])
    judged = LogEntry(today, pain_am=10.0, stiff_am_min=90.0)
    pain, stiff, where = symptoms.symptom_baseline(plan, (*rows, judged), judged)
    assert (pain, stiff) == (2.0, 5.0)
    assert "9 mornings" in where


@pytest.mark.parametrize("bad_days", [3, 4, 7, 14, 20])
def test_bad_weeks_do_not_become_the_usual_morning(plan, mornings, today, bad_days):
    rows = mornings([1] * (28 - bad_days) + [5] * bad_days, [10.0] * (28 - bad_days) + [40.0] * bad_days)
    assert symptoms.symptom_baseline(plan, rows, LogEntry(today))[:2] == (1.0, 10.0)


def test_mornings_of_more_than_four_weeks_ago_are_not_looked_at(plan, mornings, today):
    assert symptoms.symptom_baseline(plan, mornings([0] * 7 + [2] * 28), LogEntry(today))[0] == 2.0


@pytest.mark.parametrize("left_out", range(3))
def test_leaving_a_row_out_does_not_make_worse_mornings_the_usual_ones(plan, mornings, today, left_out):
    rows = mornings([1, 1, 1] + [3] * 7)
    assert symptoms.mornings_stable(plan, rows, today, 7) is False
    assert symptoms.mornings_stable(plan, rows[:left_out] + rows[left_out + 1 :], today, 7) is not True


def test_fewer_than_three_mornings_give_no_usual_morning_and_say_so(plan, mornings, today):
    pain, stiff, where = symptoms.symptom_baseline(plan, mornings([1, None, 1]), LogEntry(today))
    assert (pain, stiff) == (None, 5.0)
    assert "2 mornings" in where
    assert "3 are needed" in where


def test_what_the_plan_fixes_comes_first_each_for_itself(plan_with, mornings, today):
    rows = mornings([4, 4, 4])
    pain, stiff, where = symptoms.symptom_baseline(plan_with(pain_am=1.0), rows, LogEntry(today))
    assert (pain, stiff) == (1.0, 5.0)
    assert "fixed in the plan" in where
    assert "median" in where


def test_a_day_with_two_rows_has_one_morning_the_worst(plan, today):
    days = [today - timedelta(days=back) for back in (3, 2, 1)]
    rows = [LogEntry(day, session, pain_am=pain) for day in days for session, pain in (("a", 1.0), ("b", None))]
    assert symptoms.symptom_baseline(plan, rows, LogEntry(today))[0] == 1.0
    assert symptoms.weekly_medians(rows, today)[-1].mornings_pain == 3


def test_weeks_end_on_the_day_of_looking_and_a_week_with_two_mornings_has_no_median(mornings, today):
    weeks = symptoms.weekly_medians(mornings([2, 2, 5, 5, 5, 5, 5, 5]), today, 2)
    assert [week.last for week in weeks] == [today - timedelta(days=7), today]
    assert [week.pain_am for week in weeks] == [None, 5.0]
    assert [week.mornings_pain for week in weeks] == [2, 6]


@pytest.mark.parametrize(
    ("pains", "stiffs", "rising"),
    [
        ([1] * 7 + [2] * 7 + [3] * 6, None, True),
        ([1] * 7 + [2] * 7 + [2] * 6, None, False),
        ([1] * 20, [5.0] * 7 + [15.0] * 7 + [25.0] * 6, True),
        ([1] * 14 + [2] * 6, [5.0] * 7 + [15.0] * 13, True),  # stiffness one week, pain the next
        ([3] * 7 + [2] * 7 + [1] * 6, None, False),
        ([None] * 7 + [2] * 7 + [3] * 6, [None] * 7 + [5.0] * 13, None),
        ([None] * 7 + [2] * 7 + [2] * 6, None, False),
    ],
)
def test_a_rise_counts_two_weeks_running(plan, mornings, today, pains, stiffs, rising):
    found = symptoms.weekly_rise(plan, mornings(pains, stiffs), today)
    assert found.rising is rising
    assert len(found.weeks) == 3


@pytest.mark.parametrize(
    ("pains", "stable"),
    [
        ([1] * 14, True),
        ([1] * 13 + [2], True),
        ([1] * 13 + [3], False),
        ([4] * 7 + [3, 3, 2, 2, 1, 1, 1], True),  # getting better is stable
        ([1] * 7 + [1, 1, 1, 1, 1, 1, None], None),
        ([1] * 2, None),
        ([], None),
        ([1, 1, 1, 2, 2, 2, 3], False),  # no week before: the first three mornings count, and it gets worse
        ([3, 3, 3, 2, 2, 1, 1], True),
    ],
)
def test_mornings_of_a_week_are_stable_unstable_or_not_known(plan, mornings, today, pains, stable):
    assert symptoms.mornings_stable(plan, mornings(pains), today, 7) is stable


def test_one_stiff_morning_is_not_stable(plan, mornings, today):
    rows = mornings([1] * 14, [10.0] * 13 + [16.0])
    assert symptoms.mornings_stable(plan, rows, today, 7) is False
    assert symptoms.mornings_stable(plan, mornings([1] * 14, [10.0] * 13 + [15.0]), today, 7) is True


def test_every_week_of_two_needs_its_mornings(plan_with, mornings, today):
    plan = plan_with(pain_am=1.0, stiff_am_min=5.0)
    assert symptoms.mornings_stable(plan, mornings([1] * 14), today, 14) is True
    assert symptoms.mornings_stable(plan, mornings([1] * 7), today, 14) is None


@pytest.mark.parametrize("bad", range(7))
def test_blanking_a_bad_morning_never_makes_the_mornings_stable(plan_with, mornings, today, bad):
    plan = plan_with(pain_am=1.0, stiff_am_min=5.0)
    pains = [1.0] * 7
    pains[bad] = 6.0
    assert symptoms.mornings_stable(plan, mornings(pains), today, 7) is False
    blanked = [None if place == bad else pain for place, pain in enumerate(pains)]
    assert symptoms.mornings_stable(plan, mornings(blanked), today, 7) is None


def test_the_morning_of_today_s_session_has_not_come_and_is_not_missing(plan, mornings, today):
    rows = (*mornings([1] * 14), LogEntry(today, kind="run"))
    assert symptoms.mornings_stable(plan, rows, today, 7) is True


def test_the_day_with_the_bad_morning_is_named(plan, mornings, today):
    found = symptoms.mornings(plan, mornings([1] * 13 + [5]), today, 7)
    assert str(today - timedelta(days=1)) in found.text
