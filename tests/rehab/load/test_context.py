"""What a session was run in: the log first, then the recording, then the plan for its baseline."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from gaitpipe.rehab.context import context_of, day_of, entry_of
from gaitpipe.rehab.log import LogEntry
from gaitpipe.rehab.words import Context

DAY = date(2026, 5, 3)
ENTRY = LogEntry(DAY, "s", "run", surface="road", shoe="Blue", shoe_drop_mm=8.0, incline_pct=1.0, belt_speed_m_s=2.5)
ENTRY_BEFORE = LogEntry(date(2026, 5, 1), None, "run", pain_during=1.0)
RECORDED = Context("treadmill", "Red", 4.0, True, 0.0, 2.78)


@pytest.fixture
def screen(make_screen):
    return replace(make_screen("s"), context=RECORDED)


def test_the_log_wins_field_by_field(screen, make_plan):
    found = context_of(screen, [ENTRY], make_plan(), baseline=False)
    assert found == Context("road", "Blue", 8.0, None, 1.0, 2.5), "nothing of the recording's other shoe is taken"
    partly = replace(ENTRY, surface=None, shoe=None, shoe_drop_mm=None, incline_pct=None)
    assert context_of(screen, [partly], make_plan(), baseline=False) == replace(RECORDED, speed_m_s=2.5)


def test_an_entry_of_another_session_says_nothing(screen, make_plan):
    assert context_of(screen, [replace(ENTRY, session_id="t")], make_plan(), baseline=False) == RECORDED
    assert context_of(screen, [replace(ENTRY, session_id=None)], make_plan(), baseline=False) == RECORDED


def test_the_plan_fills_what_is_missing_of_a_baseline_only(screen, make_plan):
    plan = make_plan(baseline={"surface": "track", "shoe": "Green", "shoe_drop_mm": 10.0, "incline_pct": 0.0})
    blank = replace(screen, context=Context())
    assert context_of(blank, [], plan, baseline=True) == Context("track", "Green", 10.0, None, 0.0, None)
    assert context_of(blank, [], plan, baseline=False) == Context()
    assert context_of(screen, [], plan, baseline=True) == RECORDED
    no_drop = replace(screen, context=Context(shoe="Red"))
    assert context_of(no_drop, [], plan, baseline=True).shoe_drop_mm is None, "the plan's drop is of another shoe"


def test_without_a_session_nothing_is_known(make_plan):
    assert context_of(None, [ENTRY], make_plan(), baseline=False) == Context()
    assert entry_of(None, [ENTRY]) is None


def test_the_day_is_that_of_the_log_before_that_of_the_recording(screen):
    assert day_of(screen, [ENTRY]) == DAY
    assert day_of(screen, []) == screen.day == date(2026, 5, 4)


def test_a_session_without_a_name_belongs_to_no_entry(screen):
    assert entry_of(replace(screen, name=""), [replace(ENTRY, session_id="")]) is None


def test_a_run_of_the_day_that_was_logged_without_a_name_is_the_session_s(screen, make_plan):
    run = replace(ENTRY, date=screen.day, session_id=None)
    assert entry_of(screen, [ENTRY_BEFORE, run]) is run
    assert entry_of(screen, [replace(run, kind=None, run_min=20.0)]) is not None
    assert context_of(screen, [run], make_plan(), baseline=False).surface == "road"
    named = replace(ENTRY, session_id="s")
    assert entry_of(screen, [run, named]) is named, "the name goes before the day"


def test_a_run_without_a_name_is_nobody_s_when_it_could_be_another_s(screen):
    run = replace(ENTRY, date=screen.day, session_id=None)
    assert entry_of(screen, [replace(run, date=DAY)]) is None, "another day"
    assert entry_of(screen, [run, replace(run, pain_during=4.0)]) is None, "two runs"
    assert entry_of(screen, [run, replace(run, session_id="t")]) is None, "the day's other run has a name"
    assert entry_of(screen, [replace(run, session_id="t")]) is None, "another session's"
    assert entry_of(screen, [replace(run, kind="strength")]) is None, "no run"
    assert entry_of(replace(screen, day=None), [run]) is None, "a recording without a day"
    assert entry_of(screen, [run, replace(run, kind="strength")]) is run, "strength on the same day is no run"
