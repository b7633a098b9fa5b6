"""What a plan changes, in words: against the defaults, or against another plan. The report prints it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from gaitpipe import evidence
from gaitpipe.rehab.exercises import default_exercises, exercise_words
from gaitpipe.rehab.ladder import ladder, level_words
from gaitpipe.rehab.plan import Exercise, LadderLevel, Plan, Table
from gaitpipe.rehab.plan_words import unit_words

NOT_SET = "not set"
_LABELS = {
    "plan.athlete": "athlete", "plan.mode": "mode", "plan.path": "path", "plan.clinician": "clinician",
    "plan.created": "plan written on", "plan.started": "programme began on", "plan.symptom_only": "symptoms alone",
    "plan.symptom_only_reason": "reason for symptoms alone", "plan.age_years": "age",
    "plan.clinician_only": "decisions with a clinician only", "tendon.side": "injured side",
    "tendon.location": "location", "stage.stage": "stage", "stage.level": "ladder level", "stage.since": "stage since",
    "symptom_baseline.pain_am": "usual morning pain", "symptom_baseline.stiff_am_min": "usual morning stiffness",
    "baseline.sessions": "baseline sessions", "baseline.recorded": "baseline recorded on",
    "baseline.surface": "baseline surface", "baseline.shoe": "baseline shoe",
    "baseline.shoe_drop_mm": "baseline shoe drop", "baseline.incline_pct": "baseline incline",
    "baseline.weekly_load_steps": "usual weekly load", "baseline.longest_run_min": "usual longest run",
    "load.test_retest_psi": "own test-retest of the index", "load.mdc_psi": "own smallest detectable change",
    "strength.per_week": "strength days a week", "strength.heel_raise_norm_reps": "norm of heel raises, lower limit",
}  # fmt: skip
_UNITS = {
    "plan.age_years": "years", "symptom_baseline.pain_am": "of 10", "symptom_baseline.stiff_am_min": "min",
    "baseline.shoe_drop_mm": "mm", "baseline.incline_pct": "%", "baseline.weekly_load_steps": "steps",
    "baseline.longest_run_min": "min", "load.mdc_psi": "points",
}  # fmt: skip
_FACTS = ("plan", "tendon", "stage", "symptom_baseline", "baseline", "load", "strength")
_OF_THE_RUNNER = ("plan", "tendon", "stage", "baseline")
"""Tables that say who and where: no plan is without them, so they are no change against the defaults."""
_CHANGES_RULES = ("plan.symptom_only", "plan.symptom_only_reason", "plan.clinician_only")


@dataclass(frozen=True, slots=True)
class Change:
    """One difference: its key in the file, what it is in words, before and after as people read them.

    `grade` and `unverified` speak of the evidence behind a number; empty and False for what is no number of it.
    """

    key: str
    label: str
    before: str
    after: str
    grade: str = ""
    unverified: bool = False

    def __str__(self) -> str:
        marks = [f"grade {self.grade}" if self.grade else "", "unverified" if self.unverified else ""]
        marked = ", ".join(mark for mark in marks if mark)
        return f"{self.label}: {self.before} -> {self.after}{f' ({marked})' if marked else ''}"


def changes_from_defaults(plan: Plan) -> tuple[Change, ...]:
    """What a plan changes against the evidence and the default tables; who the runner is, is no change."""
    plain = Plan(
        schema_version=1, plan=plan.plan, tendon=plan.tendon, stage=plan.stage.model_copy(update={"override": None})
    )
    found = [change for change in _all(plain, plan) if change.key.split(".")[0] not in _OF_THE_RUNNER]
    rules = [change for change in _facts(_without_rules(plain), plan) if change.key in _CHANGES_RULES]
    return (*rules, *_override(plain, plan), *found)


def changes_between(before: Plan, after: Plan) -> tuple[Change, ...]:
    """All differences of two plans."""
    return (*_override(before, after), *_all(before, after))


def _without_rules(plan: Plan) -> Plan:
    header = {"symptom_only": False, "symptom_only_reason": "", "clinician_only": False}
    return plan.model_copy(update={"plan": plan.plan.model_copy(update=header)})


def _all(before: Plan, after: Plan) -> Iterator[Change]:
    yield from _facts(before, after)
    yield from _thresholds(before, after)
    yield from _ladder(ladder(before), ladder(after))
    yield from _exercises(_table_of(before), _table_of(after))
    yield from _texts("flags.off", "flag {} off", before.flags.off, after.flags.off)
    yield from _texts("red_flags.extra", "own red flag {}", before.red_flags.extra, after.red_flags.extra)
    off = [dict.fromkeys(plan.red_flags.off, "off") for plan in (before, after)]
    yield from _texts("red_flags.off", "red flag {}", off[0], off[1], missing="on")
    yield from _texts("red_flags.cleared", "red flag {} cleared", _cleared(before), _cleared(after))
    usual = {phrase.id: phrase.text for phrase in evidence.PHRASES}
    yield from _texts("phrases", "words of {}", {**usual, **before.phrases}, {**usual, **after.phrases})


def _facts(before: Plan, after: Plan) -> Iterator[Change]:
    for name in _FACTS:
        old: Table = getattr(before, name)
        new: Table = getattr(after, name)
        for key in type(old).model_fields:
            place = f"{name}.{key}"
            if place not in _LABELS:
                continue
            values = [_shown(getattr(table, key), _UNITS.get(place, "")) for table in (old, new)]
            if values[0] != values[1]:
                yield Change(place, _LABELS[place], values[0], values[1])


def _shown(value: object, unit: str = "") -> str:
    """A value as people read it."""
    if value is None or value in ("", []):
        return NOT_SET
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        return ", ".join(_shown(item) for item in value)
    if isinstance(value, date):
        return value.isoformat()
    text = f"{value:g}" if isinstance(value, float) else str(value)
    return f"{text} {unit}".rstrip()


def _thresholds(before: Plan, after: Plan) -> Iterator[Change]:
    for number in evidence.NUMBERS:
        old, new = before.value(number.key), after.value(number.key)
        if old != new:
            unit = unit_words(number).strip()
            yield Change(
                f"thresholds.{number.key}",
                f"{number.key.replace('_', ' ')} ({number.note})",
                _shown(old, unit),
                _shown(new, unit),
                number.grade,
                number.tag == "memory",
            )


def _ladder(before: Sequence[LadderLevel], after: Sequence[LadderLevel]) -> Iterator[Change]:
    words = [{step.level: level_words(step) for step in steps} for steps in (before, after)]
    yield from _texts("ladder", "ladder {}", words[0], words[1], missing="not there")
    names = [[step.level for step in steps] for steps in (before, after)]
    if set(names[0]) == set(names[1]) and names[0] != names[1]:
        yield Change("ladder", "order of the ladder", ", ".join(names[0]), ", ".join(names[1]))


def _table_of(plan: Plan) -> tuple[Exercise, ...]:
    return tuple(plan.exercise) or default_exercises(plan.tendon.location)


def _exercises(before: Sequence[Exercise], after: Sequence[Exercise]) -> Iterator[Change]:
    words = [
        {item.id: f"{', '.join(item.stages)}; {exercise_words(item)}" for item in table} for table in (before, after)
    ]
    yield from _texts("exercise", "exercise {}", words[0], words[1], missing="not there")


def _override(before: Plan, after: Plan) -> Iterator[Change]:
    said = []
    for plan in (before, after):
        word = plan.stage.override
        level = f" {word.level}" if word is not None and word.level else ""
        said.append(
            NOT_SET if word is None else f"{word.stage}{level} by {word.clinician} on {word.decided}: {word.reason}"
        )
    if said[0] != said[1]:
        yield Change("stage.override", "clinician's override", said[0], said[1])


def _cleared(plan: Plan) -> dict[str, str]:
    told: dict[str, str] = {}
    for item in plan.red_flags.cleared:
        word = f"{item.assessed} by {item.clinician}: {item.reason}"
        told[item.id] = f"{told[item.id]}; {word}" if item.id in told else word
    return told


def _texts(
    key: str, label: str, before: Mapping[str, str], after: Mapping[str, str], missing: str = NOT_SET
) -> Iterator[Change]:
    for name in dict.fromkeys((*before, *after)):
        old, new = before.get(name, missing), after.get(name, missing)
        if old != new:
            yield Change(f"{key}.{name}", label.format(name), old, new)
