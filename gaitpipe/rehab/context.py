"""Where and in what a session was run, from all that is known of it; and which entry of the log is the session's."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields, replace
from datetime import date

from gaitpipe.rehab.log import LogEntry
from gaitpipe.rehab.plan import Plan
from gaitpipe.rehab.words import Context, GaitScreen


def entry_of(screen: GaitScreen | None, log: Sequence[LogEntry]) -> LogEntry | None:
    """The log's entry of a session; None without one.

    It is the row whose `session_id` is the screen's name. Where no row has that name, it is the only run of the
    recording's own day, if that row has no `session_id`: a painful run must not be lost for want of a name.
    """
    if screen is None or not screen.name:
        return None
    named = next((entry for entry in reversed(log) if entry.session_id == screen.name), None)
    if named is not None or screen.day is None:
        return named
    runs = [entry for entry in log if entry.date == screen.day and _may_be_a_run(entry)]
    return runs[0] if len(runs) == 1 and runs[0].session_id is None else None


def _may_be_a_run(entry: LogEntry) -> bool:
    """Whether a row tells of a run; one without a kind does when it names a session or says how it went."""
    told = (entry.session_id, entry.run_min, entry.distance_km, entry.pain_during, entry.pain_after, entry.rpe)
    return entry.kind == "run" or (entry.kind is None and any(value is not None for value in told))


def context_of(screen: GaitScreen | None, log: Sequence[LogEntry], plan: Plan, baseline: bool) -> Context:
    """What is known of a session's surface, shoe, incline and speed.

    For each of them: the log's entry of the session first, then what the recording says, then, for baseline sessions,
    the plan's baseline. Missing everywhere is None.
    """
    found = Context() if screen is None else screen.context
    entry = entry_of(screen, log)
    if entry is not None:
        found = _merged(_of_entry(entry), found)
    return _merged(found, _of_plan(plan)) if baseline else found


def day_of(screen: GaitScreen, log: Sequence[LogEntry]) -> date | None:
    """The session's day: the log's first, then that of the recording."""
    entry = entry_of(screen, log)
    return screen.day if entry is None else entry.date


def _of_entry(entry: LogEntry) -> Context:
    return Context(
        surface=entry.surface,
        shoe=entry.shoe,
        shoe_drop_mm=entry.shoe_drop_mm,
        shoe_minimal=entry.shoe_minimal,
        incline_pct=entry.incline_pct,
        speed_m_s=entry.belt_speed_m_s,
    )


def _of_plan(plan: Plan) -> Context:
    usual = plan.baseline
    return Context(
        surface=usual.surface, shoe=usual.shoe, shoe_drop_mm=usual.shoe_drop_mm, incline_pct=usual.incline_pct
    )


def _merged(first: Context, second: Context) -> Context:
    """The first's values, the second's where the first has none; of another shoe than the first's nothing is taken."""
    if first.shoe is not None and second.shoe is not None and first.shoe != second.shoe:
        second = replace(second, shoe_drop_mm=None, shoe_minimal=None)
    missing = {one.name: getattr(second, one.name) for one in fields(Context) if getattr(first, one.name) is None}
    return replace(first, **missing)
