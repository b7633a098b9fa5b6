"""The calendar file: read back by the library, and held against the rules of RFC 5545."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from icalendar import Calendar

from gaitpipe.app.calendar import write_calendar
from gaitpipe.errors import UsageError
from gaitpipe.exporters.icalendar import calendar_text
from gaitpipe.rehab.words import PlannedDay, ReturnPlan

STAMP = datetime(2026, 11, 22, 9, 30, tzinfo=UTC)
START = date(2026, 11, 23)
PLAN = ReturnPlan(
    START,
    (
        PlannedDay(START, "run", "Run, level L5", "3 x (8 min run, 1 min walk); easy, flat. " * 4, 24.0, "L5"),
        PlannedDay(START, "strength", "Heavy calf work", "After the run. Größe, naïve: ünïcödé " * 5),
        PlannedDay(START + timedelta(days=1), "light", "Easy day", "A walk."),
    ),
    (PlannedDay(START, "review", "Morning entry, every day", "First steps.", daily_for=14),),
    ("A note of tendinopathy.",),
)


def events(text):
    return Calendar.from_ical(text).walk("VEVENT")


def test_what_is_read_back_is_the_plan():
    found = events(calendar_text(PLAN, "A01", STAMP))
    days = (*PLAN.days, *PLAN.checks)
    assert [(str(e["summary"]), e.decoded("dtstart")) for e in found] == [(day.title, day.day) for day in days]
    assert [str(e["description"]) for e in found] == [" ".join(day.text.split()) for day in days]
    assert all(e.decoded("dtend") - e.decoded("dtstart") == timedelta(days=1) for e in found)
    assert all(type(e.decoded("dtstart")) is date for e in found)
    assert all(e.decoded("dtstamp") == STAMP for e in found)
    assert [e.get("rrule") and e["rrule"]["count"] for e in found] == [None, None, None, [14]]


def test_entries_are_private_and_leave_the_time_free():
    found = events(calendar_text(PLAN, "A01", STAMP))
    assert {(str(e["class"]), str(e["transp"])) for e in found} == {("PRIVATE", "TRANSPARENT")}


def test_lines_end_with_cr_lf_and_have_75_octets_at_most():
    data = calendar_text(PLAN, "A01", STAMP).encode()
    assert data.endswith(b"END:VCALENDAR\r\n")
    assert data.count(b"\n") == data.count(b"\r\n") == data.count(b"\r")
    assert max(len(line) for line in data.split(b"\r\n")) <= 75
    assert any(line.startswith(b" ") for line in data.split(b"\r\n"))  # so something was folded at all


def test_the_same_plan_gives_the_same_bytes_and_ids_stay_when_words_and_levels_change():
    text = calendar_text(PLAN, "A01", STAMP)
    assert calendar_text(PLAN, "A01", STAMP) == text
    days = (PlannedDay(START, "run", "Run, level L4", "other words", 20.0, "L4"), *PLAN.days[1:])
    other = calendar_text(ReturnPlan(START, days, PLAN.checks, ()), "A01", STAMP + timedelta(days=1))
    ids = [[str(e["uid"]) for e in events(one)] for one in (text, other)]
    assert ids[0] == ids[1]
    assert len(set(ids[0])) == len(ids[0])


def test_another_athlete_has_other_ids_and_nobody_is_named():
    one, other = (calendar_text(PLAN, name, STAMP) for name in ("Secretname", "B"))
    assert {str(e["uid"]) for e in events(one)}.isdisjoint({str(e["uid"]) for e in events(other)})
    assert "secretname" not in one.casefold()


def test_two_entries_that_look_alike_keep_two_ids():
    day = PlannedDay(START, "light", "Easy day", "A walk.")
    found = events(calendar_text(ReturnPlan(START, (day, day), (), ()), "a", STAMP))
    assert len({str(e["uid"]) for e in found}) == 2


def test_no_note_and_no_diagnosis_leaves_the_report():
    assert "tendinopathy" not in calendar_text(PLAN, "a", STAMP)


def test_a_plan_without_days_says_so_and_not_why():
    text = calendar_text(ReturnPlan(START, (), (), ("Possible rupture: urgent.",)), "a", STAMP)
    (event,) = events(text)
    assert (str(event["summary"]), event.decoded("dtstart")) == ("Nothing planned", START)
    assert "rupture" not in text


@pytest.mark.parametrize("stamp", [STAMP.replace(tzinfo=None), STAMP.astimezone(timezone(timedelta(hours=5)))])
def test_a_stamp_is_written_in_utc(stamp):
    assert "DTSTAMP:20261122T093000Z" in calendar_text(PLAN, "a", stamp)


def test_control_characters_and_separators_do_no_harm():
    day = PlannedDay(START, "run", "Run\r\nX-EVIL:1", "a,b;c\\d\x00\x07\ne")
    (event,) = events(calendar_text(ReturnPlan(START, (day,), (), ()), "a", STAMP))
    assert str(event["summary"]) == "Run X-EVIL:1"
    assert str(event["description"]) == "a,b;c\\d e"
    assert "X-EVIL" not in event


def test_the_file_holds_the_text_as_it_is(tmp_path):
    write_calendar(PLAN, "A01", tmp_path / "plan.ics", STAMP)
    assert (tmp_path / "plan.ics").read_bytes() == calendar_text(PLAN, "A01", STAMP).encode()


@pytest.mark.parametrize(
    ("title", "shown"),
    [
        ("Run, level Achilles 2", "Run, level 2"),
        ("Tendinopathy", "Training"),
        ("Run, level Sehne/tendon", "Run, level Sehne/tendon"[:10]),
        ("Run, level Extend", "Run, level Extend"),
    ],
)
def test_a_title_holds_no_word_of_a_disease(title, shown):
    plan = ReturnPlan(START, (PlannedDay(START, "run", title, "Text."),), (), ())
    (event,) = events(calendar_text(plan, "A01", STAMP))
    assert str(event["summary"]) == shown


@pytest.mark.parametrize("before", [b"", b"schema_version = 1\n", b"date,pain_am\n", b"\xff\xfe\x00"])
def test_a_file_that_is_no_calendar_is_not_written_over(tmp_path, before):
    path = tmp_path / "plan.ics"
    path.write_bytes(before)
    with pytest.raises(UsageError, match="no calendar") as caught:
        write_calendar(PLAN, "A01", path, STAMP)
    assert caught.value.exit_code == 2
    assert "name of its own" in caught.value.advice
    assert path.read_bytes() == before


def test_an_earlier_calendar_is_written_over_but_not_when_it_is_an_input(tmp_path):
    path = tmp_path / "plan.ics"
    write_calendar(PLAN, "A01", path, STAMP)
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes())
    write_calendar(PLAN, "B02", path, STAMP)
    (tmp_path / "link.ics").symlink_to(path)
    with pytest.raises(UsageError, match="one of the inputs"):
        write_calendar(PLAN, "A01", tmp_path / "link.ics", STAMP, [path])


def test_a_folder_is_no_target(tmp_path):
    with pytest.raises(UsageError, match="no calendar"):
        write_calendar(PLAN, "A01", tmp_path, STAMP)
