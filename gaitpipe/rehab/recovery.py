"""How hard a session was, and when the next one of its class may follow (Silbernagel & Crossley, from memory).

Rules
  1. The class of a session is the worse of its pain (during, after) and its rated effort. While one of them is missing
     only "high" can be known: the other one may already make it so.
  2. Recovery counts between sessions that spring the tendon: runs and plyometrics, and entries without a kind. Strength
     and walking are the light loading of the days between.
  3. A session is too early when fewer days have passed than the class asks that both sessions reach: an easy run may
     follow a hard one, another hard one may not. The source may mean full days of rest between; the days are settings.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Literal

from gaitpipe.evidence import unverified, value
from gaitpipe.rehab.log import LogEntry
from gaitpipe.rehab.plan import Plan
from gaitpipe.rehab.sessions import springs
from gaitpipe.rehab.words import FiredRule

SessionClass = Literal["light", "medium", "high"]
CLASSES: tuple[SessionClass, ...] = ("light", "medium", "high")


def session_class(entry: LogEntry) -> SessionClass | None:
    """The class of a session; None while pain or effort that decide it are missing."""
    ranks = [_pain_rank(entry.pain_during), _pain_rank(entry.pain_after), _effort_rank(entry.rpe)]
    known = [rank for rank in ranks if rank is not None]
    if known and max(known) == 2:
        return "high"
    return CLASSES[max(known)] if len(known) == len(ranks) else None


def earliest_next(plan: Plan, entry: LogEntry) -> date | None:
    """First day on which a session of the same class may follow; None while the class is not known."""
    found = session_class(entry)
    return None if found is None else entry.date + timedelta(days=days_after(plan, found))


def days_after(plan: Plan, found: SessionClass) -> int:
    """Days to the next session of a class; a harder class never asks for fewer."""
    upto = CLASSES[: CLASSES.index(found) + 1]
    return int(max(plan.value(f"recovery_{one}_days") for one in upto))


def too_early(plan: Plan, until: Sequence[LogEntry]) -> tuple[FiredRule | None, str]:
    """Rule H5 for the last of the sessions `until`, and what could not be judged in a sentence (empty: nothing)."""
    entry = until[-1]
    if not springs(entry):
        return None, ""
    longest = timedelta(days=days_after(plan, "high"))
    open_text, found = "", None
    for before in until[:-1]:
        gap = entry.date - before.date
        if not springs(before) or gap >= longest:
            continue
        shared = _shared(before, entry)
        if shared is None:
            unknown = before if session_class(before) is None else entry
            open_text = f"effort or pain of {unknown.date.isoformat()} is missing, so recovery cannot be judged"
        elif gap.days < days_after(plan, shared):
            found = _early(plan, before, entry, shared)
    return found, open_text


def _shared(before: LogEntry, entry: LogEntry) -> SessionClass | None:
    classes = (session_class(before), session_class(entry))
    if "light" in classes:  # the pair is light, however hard the other one was
        return "light"
    known = [CLASSES.index(one) for one in classes if one is not None]
    return CLASSES[min(known)] if len(known) == 2 else None


def _early(plan: Plan, before: LogEntry, entry: LogEntry, shared: SessionClass) -> FiredRule:
    gap, asked = (entry.date - before.date).days, days_after(plan, shared)
    key = f"recovery_{shared}_days"
    mark = " (unverified)" if unverified(key) and key not in plan.thresholds else ""
    text = (
        f"{gap} {'day' if gap == 1 else 'days'} after the session of {before.date.isoformat()}; "
        f"a {shared} one asks for {asked}{mark}."
    )
    return FiredRule("H5", text, {"days": gap, "class": shared, "before": before.date.isoformat()}, {key: float(asked)})


def _pain_rank(pain: float | None) -> int | None:
    if pain is None:
        return None
    return (pain > value("class_light_pain_maximum")) + (pain > value("class_medium_pain_maximum"))


def _effort_rank(effort: float | None) -> int | None:
    if effort is None:
        return None
    return (effort > value("class_light_effort_maximum")) + (effort > value("class_medium_effort_maximum"))
