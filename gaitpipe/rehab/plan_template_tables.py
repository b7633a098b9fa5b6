"""The parts of a new plan file that are long tables: thresholds, flags, red flags, phrases, ladder, exercises."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date

from gaitpipe import evidence
from gaitpipe.rehab.exercises import alternatives, default_exercises
from gaitpipe.rehab.ladder import LADDER_GRADE, LADDER_TAG, level_words
from gaitpipe.rehab.plan import FIXED_RED_FLAGS, FLAG_IDS, RED_FLAG_IDS, Exercise, LadderLevel
from gaitpipe.rehab.plan_words import unit_words
from gaitpipe.rehab.toml_write import explain, toml_value
from gaitpipe.rehab.words import Location

_GROUPS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("Load index: sensors against the own baseline", ("load_", "index_", "baseline_")),
    (
        "Pain, stiffness and recovery",
        (
            "pain_", "morning_", "stiffness_", "weekly_pain", "weekly_stiffness", "settle_", "analgesic_", "ok_",
            "regress_", "recovery_",
        ),
    ),
    ("Stages and their goals", ("stage", "heel_raise_", "programme_")),
    ("Ladder and strength days", ("ladder_", "strength_")),
    (
        "Flags of the gait screen (amber, red)",
        ("cadence_", "strike_", "overstride_", "asymmetry_", "drift_", "spike_", "incline_", "shoe_"),
    ),
    ("Weekly load in % of the usual week, by path and stage: shown, not a rule", ("weekly_load_",)),
)  # fmt: skip
_LADDER_KEYS = ("level", "sets", "run_min", "walk_min", "strides", "strides_s")
_EXERCISE_KEYS = (
    "id", "name", "kind", "stages", "tier", "knee", "sets", "dose", "tempo", "per_week", "to_floor_only", "locations",
    "grade", "unverified", "tier_unverified", "source",
)  # fmt: skip


def threshold_lines() -> Iterator[str]:
    """All settings, in groups, each with range, unit, grade and where it comes from."""
    yield "[thresholds]"
    yield from explain(
        "Each line: the default, its range and unit, grade (A trials in people with the condition ... D opinion or "
        "choice), where it comes from, what it is. A clinician may change it inside the range. 'unverified': from "
        "memory, to be checked before relying on it."
    )
    rest = [number for number in evidence.NUMBERS if number.setting]
    for title, prefixes in (*_GROUPS, ("Others", ("",))):
        group = [number for number in rest if number.key.startswith(prefixes)]
        rest = [number for number in rest if number not in group]
        if group:
            yield from explain(title + ":")
            yield from (_threshold_line(number) for number in group)


def _threshold_line(number: evidence.Number) -> str:
    unit = unit_words(number)
    told = (
        f"{number.low:g} to {number.high:g}{unit}; grade {number.grade}, {evidence.TAG_WORD[number.tag]}; {number.note}"
    )
    return f"#{number.key} = {number.value:g}  # {told}"


def flag_lines() -> Iterator[str]:
    """The flags, to be switched off one by one with a reason."""
    yield "[flags.off]"
    yield from explain("A flag switched off needs its reason; it is shown in every report. F11 (poor data) stays on.")
    for name in FLAG_IDS[:-1]:
        yield f'#{name} = "why it is off"  # {evidence.rule(name).title}'


def red_flag_lines(day: date) -> Iterator[str]:
    """The red flags: what may be added, switched off, and how one is cleared."""
    yield "[red_flags]"
    fixed = ", ".join(f"{name} {evidence.rule(name).title.lower()}" for name in FIXED_RED_FLAGS)
    others = ", ".join(
        f"{name} {evidence.rule(name).title.lower()}" for name in RED_FLAG_IDS if name not in FIXED_RED_FLAGS
    )
    yield from explain(f"Always asked: {fixed}.", f"May be switched off: {others}.")
    yield '#off = ["RF6"]'
    yield from explain("Further ones of the clinic: an id of your own, and the question.")
    yield "#[red_flags.extra]"
    yield '#RF9 = "question to the runner"'
    yield from explain("A red flag stays until a clinician has assessed it, on the day it was ticked or later.")
    yield "#[[red_flags.cleared]]"
    yield '#id = "RF5"'
    yield f"#assessed = {toml_value(day)}"
    yield '#reason = "what was found"'
    yield '#clinician = "name, profession"'


def phrase_lines() -> Iterator[str]:
    """The advices and when they are given, to be worded anew or in another language."""
    yield "[phrases]"
    yield from explain(
        "Own words for an advice, in any language. {names} in braces are filled in; words that promise are refused."
    )
    for phrase in evidence.PHRASES:
        yield from explain(f"{phrase.id}: {phrase.when}")
        yield f"#{phrase.id} = {toml_value(phrase.text)}"


def ladder_lines(levels: Sequence[LadderLevel], *, live: bool) -> Iterator[str]:
    """The walk-run ladder."""
    mark = "" if live else "#"
    yield from explain(
        f"The walk-run ladder of S4 (grade {LADDER_GRADE}, {evidence.TAG_WORD[LADDER_TAG]}): three times a week, every "
        "second day, easy, flat; two OK sessions lead on. To change it, set all levels. Running time may "
        f"grow by {evidence.value('ladder_growth_pct'):g} %, or by {evidence.value('ladder_growth_min'):g} min up to "
        f"{evidence.value('ladder_growth_until_min'):g} min in all."
    )
    for step in levels:
        yield from explain(f"{step.level}: {level_words(step)}; {step.running_min:g} min of running")
        yield f"{mark}[[ladder]]"
        yield from (f"{mark}{key} = {toml_value(getattr(step, key))}" for key in _LADDER_KEYS)


def exercise_lines(location: Location, *, live: bool) -> Iterator[str]:
    """The exercises for this location, and what may stand in place of the slow heavy programme."""
    mark = "" if live else "#"
    yield from explain(
        "The exercises. To change them, set the whole table: it then stands in place of the default one. Heavy work "
        "with the knee bent (soleus) belongs into S2 to S5; [strength] says how often slow "
        "heavy work comes. tier: tendon load 1 (low) to 4 (high)."
    )
    for exercise in default_exercises(location):
        yield from _exercise(exercise, mark)
    yield from explain("In place of the slow heavy programme of S2, never beside it:")
    for exercise in alternatives(location):
        yield from _exercise(exercise, "#")


def _exercise(exercise: Exercise, mark: str) -> Iterator[str]:
    yield f"{mark}[[exercise]]"
    for key in _EXERCISE_KEYS:
        value = getattr(exercise, key)
        if value is not None and value != "":
            yield f"{mark}{key} = {toml_value(value)}"
