"""A decision in words: what it means, and what to do next."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from gaitpipe import evidence
from gaitpipe.rehab.ladder import level_names, level_of, level_words
from gaitpipe.rehab.plan import Plan
from gaitpipe.rehab.recovery import earliest_next
from gaitpipe.rehab.red_flags import action_of
from gaitpipe.rehab.sessions import Place
from gaitpipe.rehab.stages import STAGE_5_ORDER
from gaitpipe.rehab.words import DecisionWord, FiredRule, Stage

STAGE_NAMES: dict[Stage, str] = {
    "S0": "triage",
    "S1": "settle",
    "S2": "strength",
    "S3": "spring",
    "S4": "return to running",
    "S5": "return to performance",
}
MEANING: dict[DecisionWord, str] = {
    "REFER": "Stop here. A clinician has to look first.",
    "REGRESS": "One step back, with light loading.",
    "HOLD": "Repeat the same level.",
    "PROGRESS": "Go on to the next step.",
    "INSUFFICIENT": "Not enough for a step up yet. Stay where you are.",
}


def position_words(stage: Stage, level: str | None) -> str:
    """A place in the plan in words: `S4 (return to running), level L5`."""
    return f"{stage} ({STAGE_NAMES[stage]}){f', level {level}' if level else ''}"


def action_words(
    plan: Plan,
    place: Place,
    word: DecisionWord,
    rules: Sequence[FiredRule],
    out: tuple[Stage, str | None],
    missing: Sequence[str],
    on: date,
) -> str:
    """What to do next, in a few sentences."""
    if word == "REFER":
        return " ".join(dict.fromkeys(action_of(plan, rule.id) for rule in rules))
    stage, level = out
    words = []
    if word == "REGRESS":
        rest = plan.value("regress_no_high_class_days")
        same = out == (plan.stage.stage, plan.stage.level)
        words = [f"{'Do less, and stay in' if same else 'Go back to'} {position_words(*out)}."]
        words.append(f"Light loading goes on: this is not rest. Nothing hard for {rest:g} days.")
    elif word == "PROGRESS":
        words = [f"Go on: {position_words(*out)}."]
    else:
        words = [f"Stay in {position_words(*out)}."]
        words += dict.fromkeys(text for rule in rules if (text := _action(rule)))
        if not rules and missing:
            words.append(f"Needed: {missing[0]}")
    if level is not None and level in level_names(plan) and word != "INSUFFICIENT":
        words.append(f"{level}: {level_words(level_of(plan, level))}.")
    if stage == "S5" and word == "PROGRESS":
        words.append(
            f"One thing at a time, in this order: {', '.join(STAGE_5_ORDER)}. Agree on it with your clinician."
        )
    return " ".join([*words, *([] if word == "REGRESS" else _next_day(plan, place, on))])


def _action(rule: FiredRule) -> str:
    known = {one.id: one.action for one in evidence.RULES}
    return known.get(rule.id, "")


def _next_day(plan: Plan, place: Place, on: date) -> list[str]:
    entry = place.entry
    day = None if entry is None or entry.kind in ("strength", "walk") else earliest_next(plan, entry)
    return [] if day is None or day < on else [f"Next session of this effort: not before {day.isoformat()}."]
