"""The decision: from plan, log, today's recording and the baselines to one word, with everything that it rests on.

Rules, the first that applies
  1. A red flag is active: REFER. Nothing else is advised, whatever the sensors or the pain say.
  2. Self mode without a clinician in the plan: INSUFFICIENT, with that reason. A stage is a clinician's matter.
  3. R1, R2 or R3 fires: REGRESS, one level or stage back; light loading goes on.
  4. One of H1 to H7 fires: HOLD, the same level again.
  5. P1 has all it needs: PROGRESS, one level or stage up.
  6. Else INSUFFICIENT: stay, and `missing` says what is needed.
Rules that fired below the level of the decision are kept in `other_rules`.

A clinician's override (`plan.stage.override`) stands from its day until a later session is logged, or until something
is logged on its day or later that would step back, and not while the judged session's morning is missing. It goes
before the engine's word, which is kept beside it (`inputs["engine_decision"]`), but never before REFER. Where the two
words differ the engine's rules are among `other_rules`, and what it missed in `inputs["engine_missing"]`.

Nothing here reads a clock: the day is given. The same inputs give the same decision.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import date
from typing import Any

from gaitpipe import evidence
from gaitpipe.errors import UsageError
from gaitpipe.rehab.advice import advice_of
from gaitpipe.rehab.comparable import Compared, compare
from gaitpipe.rehab.conflicts import conflicts_of
from gaitpipe.rehab.decision_words import action_words, position_words
from gaitpipe.rehab.flags import flags_of
from gaitpipe.rehab.flags_context import longest_run_before
from gaitpipe.rehab.identity import parameter_hash
from gaitpipe.rehab.ladder import level_names
from gaitpipe.rehab.log import LogEntry
from gaitpipe.rehab.plan import Override, Plan, is_name
from gaitpipe.rehab.recovery import earliest_next, session_class
from gaitpipe.rehab.red_flags import active_red_flags, asking_of
from gaitpipe.rehab.review import review_of
from gaitpipe.rehab.rules import Facts, hold_rules, progress, regress_rules, speaks_against
from gaitpipe.rehab.sessions import is_run, is_session, known_by, place_of
from gaitpipe.rehab.stages import stage_criteria, step_down, step_up, streak
from gaitpipe.rehab.symptoms import symptom_baseline
from gaitpipe.rehab.words import STAGES, Decision, DecisionWord, FiredRule, GaitScreen, Stage

Position = tuple[Stage, str | None]
RULES_DECIDED, CLINICIAN_DECIDED = "rules", "clinician override"


@dataclass(frozen=True, slots=True)
class _Verdict:
    """The engine's own word: rules at its level, those outranked, and what was missing."""

    word: DecisionWord
    rules: tuple[FiredRule, ...]
    others: tuple[FiredRule, ...]
    missing: tuple[str, ...]
    out: Position


def decide(
    plan: Plan,
    log: Sequence[LogEntry],
    session: GaitScreen | None,
    baselines: Sequence[GaitScreen],
    on: date,
    red_flags: Sequence[str] = (),
) -> Decision:
    """Decide where the next session stands; see the rules above.

    Parameters
    ----------
    log
        Entries of any order, none later than `on`.
    session
        Today's recording, None without one; its name is the `session_id` of its entry.
    baselines
        The athlete's own baseline recordings.
    on
        The day of the decision.
    red_flags
        Ids of red flags that were ticked today, outside the log.

    Raises
    ------
    UsageError
        The log holds an entry after `on`.
    """
    late = [entry.date for entry in log if entry.date > on]
    if late:
        message = f"the log has an entry of {max(late).isoformat()}, after the day of the decision {on.isoformat()}"
        raise UsageError(message, "Mend the date in the log, or give a later --date.")
    refer = active_red_flags(plan, sorted(log, key=lambda row: row.date), on, red_flags)
    place = place_of(known_by(log, on, level_names(plan)), session)
    compared = compare(plan, place, session, baselines, on)
    facts = Facts(
        plan=plan,
        place=place,
        on=on,
        session_name=None if session is None else session.name,
        flags=flags_of(plan, place, compared),
        criteria=stage_criteria(plan, place.rows, on, place.until),
        streak=streak(plan, place.rows, place.until),
        early=tuple(row.date for row in log if row.date >= on and not is_session(row) and row.pain_am is not None),
    )
    return _decision(facts, compared, _verdict(facts, refer), on)


def _verdict(facts: Facts, refer: tuple[FiredRule, ...]) -> _Verdict:
    plan = facts.plan
    here: Position = plan.stage.stage, plan.stage.level
    regress, hold = regress_rules(facts), hold_rules(facts)
    if refer:
        return _Verdict("REFER", refer, (*regress, *hold, *_outranked(facts, (*regress, *hold))), (), here)
    if plan.plan.mode == "self" and not is_name(plan.plan.clinician):
        reason = "The plan names no clinician: in self mode there is no decision about the stage without one."
        return _Verdict("INSUFFICIENT", (), (), (reason,), here)
    if regress:
        return _Verdict("REGRESS", regress, (*hold, *_outranked(facts, hold)), (), step_down(plan))
    passed, missing = progress(facts)
    if hold:
        return _Verdict("HOLD", hold, (), missing, here)
    if passed:
        return _Verdict("PROGRESS", (passed,), (), (), step_up(plan))
    return _Verdict("INSUFFICIENT", (), (), missing, here)


def _outranked(facts: Facts, between: Sequence[FiredRule]) -> tuple[FiredRule, ...]:
    """P1 where all it asks for is there and only the deciding level outranks it."""
    passed, _ = progress(facts)
    return (passed,) if passed and not between else ()


def _decision(facts: Facts, compared: Compared, own: _Verdict, on: date) -> Decision:
    plan, place, override = facts.plan, facts.place, None if own.word == "REFER" else _override(facts, on)
    word, out = own.word, own.out
    if override is not None:
        out = override.stage, override.level
        word = _word_of(plan, out)
    silent = own.word == "REFER"
    agreed = word == own.word
    rules, missing = (own.rules, own.missing) if agreed else ((), ())
    fired = (*own.rules, *own.others)
    regress = tuple(rule for rule in fired if rule.id in ("R1", "R2", "R3"))
    decides = silent or own.word != "INSUFFICIENT" or is_name(plan.plan.clinician) or plan.plan.mode == "clinic"
    return Decision(
        decision=word,
        stage_in=plan.stage.stage,
        level_in=plan.stage.level,
        stage_out=out[0],
        level_out=out[1],
        rules=rules,
        other_rules=own.others if agreed else fired,
        flags=facts.flags,
        criteria=() if silent else facts.criteria,
        missing=missing,
        review="" if silent else _review(facts, regress, decides),
        action=action_words(plan, place, word, rules, out, missing, on),
        advice=() if silent or not decides else advice_of(plan, fired, facts.flags, compared, _longest(facts)),
        conflicts=() if silent else conflicts_of(plan, compared, facts.flags, facts.criteria),
        load=compared.load,
        inputs=_inputs(facts, compared, own, on),
        thresholds=_thresholds(plan),
        decided_by=RULES_DECIDED if override is None else CLINICIAN_DECIDED,
        override_reason="" if override is None else f"{override.reason} ({override.clinician}, {override.decided})",
        decided_on=on,
        parameter_hash=parameter_hash(plan),
        cautions=() if silent else compared.cautions,
        red_flags_due="" if silent else asking_of(plan, place.rows, on).text,
    )


def _review(facts: Facts, regress: Sequence[FiredRule], decides: bool) -> str:
    found = review_of(facts.plan, facts.place, facts.on, regress or (() if decides else regress_rules(facts)))
    if decides or not regress_rules(facts):
        return found
    return f"{found} What was logged is too much for going on as planned: have a clinician look.".strip()


def _override(facts: Facts, on: date) -> Override | None:
    """The clinician's override while it stands."""
    found = facts.plan.stage.override
    if found is None or found.decided > on:
        return None
    if (on - found.decided).days > facts.plan.value("session_age_maximum_days"):
        return None
    later = any(is_session(row) and row.date > found.decided for row in facts.place.rows)
    return None if later or speaks_against(facts, found.decided) else found


def _word_of(plan: Plan, out: Position) -> DecisionWord:
    here = _rank(plan, (plan.stage.stage, plan.stage.level))
    there = _rank(plan, out)
    return "PROGRESS" if there > here else "REGRESS" if there < here else "HOLD"


def _rank(plan: Plan, position: Position) -> tuple[int, int]:
    stage, level = position
    names = level_names(plan)
    return STAGES.index(stage), names.index(level) if level in names else 0


def _longest(facts: Facts) -> float | None:
    """Longest run [min] of the log's last 30 days, with today's when it went well; the plan's own is none of them."""
    before = longest_run_before(facts.plan, facts.place) if any(is_run(row) for row in facts.place.before) else None
    own = None if facts.place.entry is None else facts.place.entry.run_min
    pain_fine = own is not None and facts.streak.count > 0
    known = [minutes for minutes in (before, own if pain_fine else None) if minutes is not None]
    return max(known) if known else None


def _inputs(facts: Facts, compared: Compared, own: _Verdict, on: date) -> dict[str, Any]:
    plan, entry = facts.plan, facts.place.entry
    usual = symptom_baseline(plan, facts.place.rows, entry) if entry is not None else (None, None, "no session")
    nearest = None if entry is None else earliest_next(plan, entry)
    asked = asking_of(plan, facts.place.rows, on).last
    return {
        "date": on.isoformat(),
        "athlete": plan.plan.athlete,
        "mode": plan.plan.mode,
        "clinician": plan.plan.clinician,
        "path": plan.plan.path,
        "side": plan.tendon.side,
        "location": plan.tendon.location,
        "stage_since": None if plan.stage.since is None else plan.stage.since.isoformat(),
        "session": facts.session_name,
        "baselines": [one.name for one in compared.baselines],
        "synthetic": bool(compared.session is not None and compared.session.synthetic),
        "entry": None if entry is None else _plain(entry),
        "pain_am_usual": usual[0],
        "stiff_am_min_usual": usual[1],
        "usual_from": usual[2],
        "good_sessions": facts.streak.count,
        "good_sessions_needed": facts.streak.needed,
        "session_class": None if entry is None else session_class(entry),
        "earliest_next": None if nearest is None else nearest.isoformat(),
        "longest_run_before_min": longest_run_before(plan, facts.place),
        "context": _plain(compared.today),
        "context_baseline": _plain(compared.usual),
        "engine_decision": own.word,
        "engine_out": position_words(*own.out),
        "engine_missing": list(own.missing),
        "red_flags_last_asked": None if asked is None else asked.isoformat(),
    }


def _plain(item: Any) -> dict[str, Any]:
    values = {field.name: getattr(item, field.name) for field in fields(item)}
    return {name: value.isoformat() if isinstance(value, date) else value for name, value in values.items()}


def _thresholds(plan: Plan) -> dict[str, float]:
    """Every number that a rule names, and those of the index, as this plan sets them."""
    keys = {key for rule in evidence.RULES for key in rule.numbers}
    keys |= {number.key for number in evidence.NUMBERS if number.setting}
    return {key: plan.value(key) for key in sorted(keys)}
