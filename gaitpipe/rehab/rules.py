"""The rules of a decision: R1 to R3 (step back), H1 to H7 (stay), P1 (go on). Each says what it saw, in a sentence.

Rules
  1. R1, H1 and H2 look at every row, days of rest too, from the first session that a step up would rest on: pain in
     between counts, calm in between takes nothing back. Later sessions are looked at by H5 and H6 as well. H7 looks
     from that first session to the morning after the last one.
  2. R2 asks for two mornings worse than usual among the last three sessions, or one session that had not settled after
     48 h. R3 looks at the weekly medians up to the last entry.
  3. H1 is pain above the limit of progress and up to that of holding: decimals have no gap. Pain in daily walking, half
     an hour of walking or hops above that of holding is H1 too, whatever the plan says of RF7.
  4. H3 needs a flag that was seen; a flag that could not be assessed fires nothing but withholds P1.
  5. H6: no entry for the session given, or one of its four pain fields missing. Missing is never 0.
  6. H7 fires on a painkiller that was said; when it is not said P1 is withheld.
  7. P1 needs all of: nothing else fired, enough good sessions in a row, the judged one at the level, not too old,
     and the last run of the log, every criterion of the stage where the step leaves it, no flag in the way, no stage
     left out, red flags asked where the stage ends and after a swelling, every morning of the days of rest in between.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from gaitpipe.rehab.flags import counted
from gaitpipe.rehab.log import LogEntry
from gaitpipe.rehab.plan import Plan
from gaitpipe.rehab.recovery import too_early
from gaitpipe.rehab.red_flags import was_asked
from gaitpipe.rehab.sessions import Place, is_session
from gaitpipe.rehab.stages import STRENGTH_GATES, Streak, counted_from, leaves_stage, skipped, where
from gaitpipe.rehab.symptoms import symptom_baseline, weekly_rise
from gaitpipe.rehab.words import Criterion, FiredRule, Flag

FILL_IN = "fill in"
PAIN_FIELDS = ("pain_during", "pain_after", "pain_am", "stiff_am_min")
_FIELD_WORDS = {
    "pain_during": "pain during",
    "pain_after": "pain after",
    "pain_am": "pain next morning",
    "stiff_am_min": "stiffness next morning",
}
_OTHER_PAIN = {"pain_daily": "daily walking", "pain_walk_30min": "30 minutes of walking", "hop_pain": "hops"}


@dataclass(frozen=True, slots=True)
class Facts:
    """What the rules look at. `session_name` is the recording's name where one was given.

    `early` are the days, not yet over, that hold a morning already: it may be that of the day before.
    """

    plan: Plan
    place: Place
    on: date
    session_name: str | None
    flags: tuple[Flag, ...]
    criteria: tuple[Criterion, ...]
    streak: Streak
    early: tuple[date, ...] = ()


def regress_rules(facts: Facts) -> tuple[FiredRule, ...]:
    """R1 to R3 as far as they fired."""
    return _fired(facts, (_r1, _r2, _r3))


def hold_rules(facts: Facts) -> tuple[FiredRule, ...]:
    """H1 to H7 as far as they fired."""
    return _fired(facts, (_h1, _h2, _h3, _h4, _h5, _h6, _h7))


def progress(facts: Facts) -> tuple[FiredRule | None, tuple[str, ...]]:
    """P1, or None and what it lacks in sentences."""
    missing = tuple(dict.fromkeys(_lacking(facts)))
    if missing:
        return None, missing
    found, plan = facts.streak, facts.plan
    text = f"{found.count} {'session' if found.count == 1 else 'sessions'} in a row at {where(plan)} that count."
    keys = (
        "ok_sessions_to_progress", "pain_progress_maximum", "morning_pain_rise_progress", "stiffness_rise_hold_min",
    )  # fmt: skip
    inputs = {"sessions": found.count, "at": where(plan)}
    return FiredRule("P1", text, inputs, {key: plan.value(key) for key in keys}), ()


def steps_back(plan: Plan, place: Place) -> tuple[date, ...]:
    """Days of the last `regress_review_days` on which R1, R2 or R3 fired, each session judged by itself."""
    if place.entry is None:
        return ()
    first = place.entry.date - timedelta(days=int(plan.value("regress_review_days")))
    found = [
        entry.date
        for at, entry in enumerate(place.sessions)
        if first <= entry.date and _regress_at(plan, place.rows, place.sessions[: at + 1])
    ]
    return tuple(dict.fromkeys(found))


def _regress_at(plan: Plan, rows: Sequence[LogEntry], until: Sequence[LogEntry]) -> bool:
    entry = until[-1]
    known = [row for row in rows if row.date <= entry.date]
    rose = weekly_rise(plan, known, entry.date).rising
    return _too_much(plan, entry) is not None or _not_settled(plan, rows, until) is not None or rose is True


def speaks_against(facts: Facts, since: date) -> bool:
    """Whether what was logged on the day `since` or later takes a clinician's override back.

    R1, R2 or R3 on such a row, or a judged session whose morning is missing.
    """
    place = facts.place
    if any(_too_much(facts.plan, row) is not None for row in place.rows if row.date >= since):
        return True
    if any(rule.inputs["date"] >= since.isoformat() for rule in regress_rules(facts)):
        return True
    entry = place.entry
    return entry is not None and (entry.pain_am is None or entry.stiff_am_min is None)


def _fired(facts: Facts, rules: Sequence[Callable[[Facts], FiredRule | None]]) -> tuple[FiredRule, ...]:
    return tuple(found for rule in rules if (found := rule(facts)) is not None)


def _looked_at(facts: Facts) -> tuple[LogEntry, ...]:
    """Everything from the first session that a step up would rest on."""
    entry = facts.place.entry
    first = counted_from(facts.plan, facts.place.until)
    if entry is None or first is None:
        return ()
    return tuple(row for row in facts.place.rows if row.date >= min(first, entry.date))


def _judged_along(facts: Facts) -> tuple[LogEntry, ...]:
    """The judged session and those after it."""
    return () if facts.place.entry is None else facts.place.sessions[facts.place.index :]


def _upto(facts: Facts) -> Iterator[tuple[LogEntry, ...]]:
    """The sessions up to the judged one, then up to each of those after it."""
    place = facts.place
    for at in range(place.index, len(place.sessions) if place.entry is not None else place.index):
        yield place.sessions[: at + 1]


def _too_much(plan: Plan, entry: LogEntry) -> FiredRule | None:
    limit = plan.value("pain_hold_maximum")
    seen = {
        name: value
        for name in ("pain_during", "pain_after", "pain_am")
        if (value := getattr(entry, name)) is not None and value > limit
    }
    if not seen:
        return None
    words = ", ".join(f"{_FIELD_WORDS[name]} {value:g}" for name, value in seen.items())
    text = f"{entry.date.isoformat()}: {words}, above {limit:g} of 10."
    return FiredRule("R1", text, {"date": entry.date.isoformat()} | seen, {"pain_hold_maximum": limit})


def _r1(facts: Facts) -> FiredRule | None:
    found = [one for row in _looked_at(facts) if (one := _too_much(facts.plan, row)) is not None]
    return found[0] if found else None


def _rise(plan: Plan, rows: Sequence[LogEntry], entry: LogEntry) -> float | None:
    pain0, _, _ = symptom_baseline(plan, rows, entry)
    return None if pain0 is None or entry.pain_am is None else entry.pain_am - pain0


def _not_settled(plan: Plan, rows: Sequence[LogEntry], until: Sequence[LogEntry]) -> FiredRule | None:
    entry, limit, hours = until[-1], plan.value("morning_pain_rise_hold"), plan.value("settle_maximum_h")
    if entry.settled_48h is False:
        text = f"Pain of {entry.date.isoformat()} had not settled after {hours:g} h."
        seen = {"date": entry.date.isoformat(), "settled_48h": False}
        return FiredRule("R2", text, seen, {"settle_maximum_h": hours})
    last = until[-3:]
    worse = [row.date.isoformat() for row in last if (rise := _rise(plan, rows, row)) is not None and rise >= limit]
    if len(worse) < 2:
        return None
    text = f"The mornings after {' and '.join(worse)} hurt {limit:g} or more above usual: {len(worse)} of 3 sessions."
    inputs = {"date": entry.date.isoformat(), "worse_mornings": worse}
    return FiredRule("R2", text, inputs, {"morning_pain_rise_hold": limit})


def _r2(facts: Facts) -> FiredRule | None:
    place = facts.place
    for row in _looked_at(facts):
        if row.settled_48h is False and not is_session(row):
            return _not_settled(facts.plan, place.rows, (row,))
    for at in range(max(place.index, 0), len(place.sessions) if place.entry is not None else 0):
        found = _not_settled(facts.plan, place.rows, place.sessions[: at + 1])
        if found is not None:
            return found
    return None


def _r3(facts: Facts) -> FiredRule | None:
    """Up to the last entry, not to the day of asking: a log that ends early must not hide what it holds."""
    if not facts.place.rows:
        return None
    last = min(facts.on, facts.place.rows[-1].date)
    found = weekly_rise(facts.plan, facts.place.rows, last)
    if not found.rising:
        return None
    weeks = [{"first": week.first.isoformat(), "pain_am": week.pain_am, "stiff_am_min": week.stiff_am_min}
             for week in found.weeks]  # fmt: skip
    keys = ("weekly_pain_rise_regress", "weekly_stiffness_rise_regress_min")
    text = f"Mornings got worse two weeks running. {found.text}"
    return FiredRule(
        "R3", text, {"date": last.isoformat(), "weeks": weeks}, {key: facts.plan.value(key) for key in keys}
    )


def _h1(facts: Facts) -> FiredRule | None:
    low, high = facts.plan.value("pain_progress_maximum"), facts.plan.value("pain_hold_maximum")
    for entry in _looked_at(facts):
        seen = {
            name: value
            for name in ("pain_during", "pain_after")
            if (value := getattr(entry, name)) is not None and low < value <= high
        }
        thresholds = {"pain_progress_maximum": low, "pain_hold_maximum": high}
        if seen:
            words = ", ".join(f"{_FIELD_WORDS[name]} {value:g}" for name, value in seen.items())
            text = f"{entry.date.isoformat()}: {words} of 10, above {low:g} and up to {high:g}."
            return FiredRule("H1", text, seen, thresholds)
        for name, where_felt in _OTHER_PAIN.items():
            pain = getattr(entry, name)
            if pain is not None and pain > high:
                text = f"{entry.date.isoformat()}: pain {pain:g} of 10 in {where_felt}, above {high:g}."
                return FiredRule("H1", text, {name: pain}, thresholds)
    return None


def _h2(facts: Facts) -> FiredRule | None:
    plan, rows = facts.plan, facts.place.rows
    limit, stiff_limit = plan.value("morning_pain_rise_hold"), plan.value("stiffness_rise_hold_min")
    for entry in _looked_at(facts):
        _, stiff0, source = symptom_baseline(plan, rows, entry)
        rise = _rise(plan, rows, entry)
        stiff = None if stiff0 is None or entry.stiff_am_min is None else entry.stiff_am_min - stiff0
        if (rise is not None and rise >= limit) or (stiff is not None and stiff > stiff_limit):
            seen = [
                f"pain {rise:+g}" if rise is not None else "",
                f"stiffness {stiff:+g} min" if stiff is not None else "",
            ]
            words = " and ".join(word for word in seen if word)
            text = f"The morning after {entry.date.isoformat()}: {words} against the usual one ({source})."
            thresholds = {"morning_pain_rise_hold": limit, "stiffness_rise_hold_min": stiff_limit}
            return FiredRule("H2", text, {"pain_am_rise": rise, "stiffness_rise_min": stiff}, thresholds)
    return None


def _h3(facts: Facts) -> FiredRule | None:
    found = [flag for flag in facts.flags if counted(flag) and flag.id != "F11"]
    if not found:
        return None
    text = " ".join(f"{flag.id} {flag.level}: {flag.text}" for flag in found)
    return FiredRule("H3", text, {"flags": [flag.id for flag in found]})


def _h4(facts: Facts) -> FiredRule | None:
    found = [one for one in facts.criteria if one.id in STRENGTH_GATES and one.met is False]
    if not found:
        return None
    text = " ".join(f"{one.label}: {one.seen}; asked: {one.asked}." for one in found)
    return FiredRule("H4", text, {one.id: one.seen for one in found})


def _h5(facts: Facts) -> FiredRule | None:
    return next((found for upto in _upto(facts) if (found := too_early(facts.plan, upto)[0]) is not None), None)


def _h6(facts: Facts) -> FiredRule | None:
    entry = facts.place.entry
    if entry is None:
        if facts.session_name is None:
            return None
        text = (
            f"The log has no entry for the session {facts.session_name}: log it, with its session id and the morning."
        )
        return FiredRule("H6", text, {"session": facts.session_name})
    for row in _judged_along(facts):
        lacking = [name for name in PAIN_FIELDS if getattr(row, name) is None]
        if lacking:
            words = ", ".join(_FIELD_WORDS[name] for name in lacking)
            late = " That morning has not come yet: decide on the day after." if row.date >= facts.on else ""
            return FiredRule("H6", f"Missing for {row.date.isoformat()}: {words}.{late}", {"missing": lacking})
    return None


def _h7(facts: Facts) -> FiredRule | None:
    hours = facts.plan.value("analgesic_window_h")
    rows, along = _looked_at(facts), _judged_along(facts)
    for entry in rows:
        if entry.analgesic and entry.date <= along[-1].date + timedelta(days=1):
            text = f"A painkiller within {hours:g} h of {entry.date.isoformat()}: it hides what the rules look at."
            return FiredRule("H7", text, {"analgesic": True}, {"analgesic_window_h": hours})
    return None


def _lacking(facts: Facts) -> Iterator[str]:
    """Everything that P1 lacks, in sentences."""
    plan, place, found = facts.plan, facts.place, facts.streak
    if place.entry is None:
        yield "The log holds no session to judge."
        return
    if place.newer is not None:
        yield f"A later session of {place.newer.date.isoformat()} is in the log: decide with it."
    if not found.complete:
        yield _sessions_open(plan, found)
    if plan.stage.stage == "S4" and plan.stage.level is None:
        yield "The plan names no level of the ladder."
    if leaves_stage(plan):
        yield from _criteria_open(facts)
    for flag in facts.flags:
        if flag.blocks and (flag.level == "not assessed" or flag.id == "F11"):
            yield f"{flag.id}: {flag.text}"
    recovery = next((text for upto in _upto(facts) if (text := too_early(plan, upto)[1])), "")
    for text in (recovery, skipped(plan, place.rows)):
        if text:
            yield f"{text[0].upper()}{text[1:]}."
    yield from _weeks_open(facts)
    yield from _age_open(facts)
    yield from _swelling_open(facts)
    yield from _mornings_open(facts)


def _mornings_open(facts: Facts) -> Iterator[str]:
    """Days of rest in between whose morning was left out, and mornings written to a day that is not over."""
    entry = facts.place.entry
    for row in _looked_at(facts):
        between = row.kind == "rest" and entry is not None and row.date < entry.date
        if between and (row.pain_am is None or row.stiff_am_min is None):
            yield f"Fill in the morning after {row.date.isoformat()}, a day of rest in between."
    for day in facts.early:
        yield f"{day.isoformat()} holds a morning that has not come yet: does it belong to the day before?"


def _swelling_open(facts: Facts) -> Iterator[str]:
    swollen = [row.date for row in _looked_at(facts) if row.swelling]
    if swollen and not was_asked(facts.place.rows, swollen[-1]):
        yield f"Swelling was logged on {swollen[-1].isoformat()}: answer the red-flag questions."


def _sessions_open(plan: Plan, found: Streak) -> str:
    more, why = found.needed - found.count, found.broken_by
    if why.startswith(FILL_IN):
        return f"{why[0].upper()}{why[1:]}: without it that session does not count."
    return f"{more} more good {'session' if more == 1 else 'sessions'} at {where(plan)}{f': {why}' if why else ''}."


def _criteria_open(facts: Facts) -> Iterator[str]:
    for one in facts.criteria:
        if one.met is not True and one.id != "ok_sessions":
            yield f"{one.label}: {one.seen}; asked: {one.asked}."
    entry = facts.place.entry
    if entry is not None and not was_asked(facts.place.rows, entry.date):
        yield "The red-flag questions of this session were not answered; they are asked before a stage ends."


def _weeks_open(facts: Facts) -> Iterator[str]:
    """A week that R3 cannot judge because mornings of sessions were left out; before the log begins nothing is."""
    rows, last = facts.place.rows, min(facts.on, facts.place.rows[-1].date)
    if weekly_rise(facts.plan, rows, last).rising is not None:
        return
    first = last - timedelta(days=21)
    lacking = [
        row
        for row in rows
        if first < row.date and is_session(row) and (row.pain_am is None or row.stiff_am_min is None)
    ]
    if lacking:
        days = ", ".join(row.date.isoformat() for row in lacking[-3:])
        yield f"The weeks cannot be compared (R3): the next morning is missing for {days}."


def _age_open(facts: Facts) -> Iterator[str]:
    entry, most = facts.place.entry, facts.plan.value("session_age_maximum_days")
    age = 0 if entry is None else (facts.on - entry.date).days
    if age > most:
        yield f"The last session is {age} days old: start again lower, as the calendar says, and log a new one."
