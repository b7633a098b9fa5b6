"""The return plan as a calendar file (iCalendar, RFC 5545): all-day entries that any calendar takes.

Rules
  1. Calendars are shared: titles are short and name neither a diagnosis nor the athlete; entries are private and do not
     block time. What to do stands in the description, in the words of the plan.
  2. An entry keeps its UID from one export to the next (day, kind, title and a fingerprint of the pseudonym), so that
     importing a new plan replaces days rather than doubling them. The stamp is given: the same input, the same bytes.
  3. A plan without any entry (a red flag, say) gives one that says that nothing is planned: a calendar file needs an
     entry, and the reason belongs in the report, not in a calendar.
"""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from gaitpipe.rehab.words import PlannedDay, ReturnPlan

if TYPE_CHECKING:
    from icalendar import Event

PRODUCT = "-//gaitpipe//return plan//EN"
NAME = "Training plan"
LONGEST_TITLE = 60
_UID_LENGTH = 24
_DISEASE = re.compile(
    r"achill|tend[io]|insertion|mid-?portion|patholog|rehab|injur|patient|diagnos|ruptur|arthr|symptom|clinic|pain",
    re.I,
)
"""Beginnings of words that tell of a disease to whoever sees the calendar."""


def calendar_text(plan_of_days: ReturnPlan, athlete: str, stamp: datetime) -> str:
    r"""The text of an `.ics` file, with `\r\n` line ends and lines of at most 75 octets.

    Parameters
    ----------
    plan_of_days
        The return plan.
    athlete
        The pseudonym; only a fingerprint of it goes into the UIDs.
    stamp
        When the file was made; without a time zone it is taken as UTC.
    """
    from icalendar import Calendar

    calendar = Calendar()
    calendar.add("prodid", PRODUCT)
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    calendar.add("method", "PUBLISH")
    calendar.add("x-wr-calname", NAME)
    seen: Counter[str] = Counter()
    at = (stamp if stamp.tzinfo else stamp.replace(tzinfo=UTC)).astimezone(UTC).replace(microsecond=0)
    entries = (*plan_of_days.days, *plan_of_days.checks) or (_nothing(plan_of_days),)
    for day in entries:
        uid = _uid(day, athlete)
        seen[uid] += 1
        calendar.add_component(_event(day, f"{uid}-{seen[uid]}" if seen[uid] > 1 else uid, at))
    return str(calendar.to_ical(), "utf-8")


def _nothing(plan_of_days: ReturnPlan) -> PlannedDay:
    return PlannedDay(plan_of_days.start, "review", "Nothing planned", "Read the report first.")


def _event(day: PlannedDay, uid: str, at: datetime) -> Event:
    from icalendar import Event

    event = Event()
    event.add("uid", f"{uid}@gaitpipe")
    event.add("dtstamp", at)
    event.add("dtstart", day.day)
    event.add("dtend", day.day + timedelta(days=1))  # the day after: DTEND is not part of the entry
    event.add("summary", _title(day.title))
    if day.text:
        event.add("description", _clean(day.text))
    if day.daily_for > 1:
        event.add("rrule", {"freq": "daily", "count": day.daily_for})
    event.add("class", "PRIVATE")
    event.add("transp", "TRANSPARENT")
    return event


def _uid(day: PlannedDay, athlete: str) -> str:
    """The same for the same kind of entry on the same day, whatever its words."""
    words = "\x00".join((athlete, day.day.isoformat(), day.activity, day.title.split(",")[0]))
    return hashlib.sha256(words.encode("utf-8", "surrogatepass")).hexdigest()[:_UID_LENGTH]


def _title(title: str) -> str:
    """The title without words of a disease, which a level's own name may hold; never empty."""
    words = [word for word in _clean(title).split() if not _DISEASE.search(word)]
    return " ".join(words).strip(" ,:;-")[:LONGEST_TITLE] or "Training"


def _clean(text: str) -> str:
    """Text without control characters, which no calendar may hold."""
    return " ".join("".join(letter if letter.isprintable() else " " for letter in text).split())
