"""What a plan may not say, beyond the form of its tables: checked on the raw values, so that all faults show at once.

Rules
  1. A number may be changed only if it is a setting, and only inside the range that the evidence gives.
  2. RF1 to RF4 cannot be switched off, no own red flag may take a built-in id, and F11 (poor data) cannot be off.
  3. Own words may use the known ids and placeholders, and none of the forbidden words.
  4. Only S4 stands on the ladder. A ladder never grows faster than the growth rule's widest limits: that would loosen
     the rule by another way. (Faster than the plan's own tighter limits is a finding: the engine holds there.)
  5. Clinic mode names its clinician; a dash is no name. Deciding by symptoms alone needs clinic mode and a reason.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from gaitpipe import evidence
from gaitpipe.protocol.schema_tables import Found, meant, table, tables
from gaitpipe.protocol.toml_lines import Location
from gaitpipe.rehab.ladder import DEFAULT_LADDER, GrowthLimits
from gaitpipe.rehab.plan import (
    DATA_QUALITY_FLAG,
    FIXED_RED_FLAGS,
    FLAG_IDS,
    RED_FLAG_IDS,
    SCHEMA_VERSION,
    Plan,
    is_name,
)
from gaitpipe.rehab.plan_words import forbidden_faults, phrase_faults, unit_words
from gaitpipe.rehab.words import STAGES

SETTINGS = {number.key: number for number in evidence.NUMBERS if number.setting}
_ID = re.compile(r"[A-Za-z][A-Za-z0-9_.-]*")
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+")
_WHOLE = ("_reps", "_days", "_count", "_per_week", "_weeks", "ok_sessions_to_progress")
_ORDERED = (
    ("pain_progress_maximum", "pain_hold_maximum"),
    ("morning_pain_rise_progress", "morning_pain_rise_hold"),
    ("cadence_amber_pct", "cadence_red_pct"),
    ("overstride_amber_deg", "overstride_red_deg"),
    ("asymmetry_amber_pct", "asymmetry_red_pct"),
    ("spike_amber_ratio", "spike_red_ratio"),
    ("incline_amber_pct", "incline_red_pct"),
    ("incline_insertional_pct", "incline_amber_pct"),
    *(
        (f"weekly_load_{path}_{stage.lower()}_low_pct", f"weekly_load_{path}_{stage.lower()}_high_pct")
        for path in "rk"
        for stage in STAGES
    ),
)
"""Keys whose first must not be above the second."""


def cross_faults(raw: Mapping[str, Any]) -> Found:
    """All faults between and inside the tables that their form does not show, each with its place."""
    yield from _not_numbers(raw, ())
    yield from _header_faults(raw)
    yield from _stage_faults(raw)
    yield from _threshold_faults(table(raw, "thresholds"))
    yield from _load_faults(raw)
    yield from _strength_faults(raw)
    yield from _ladder_faults(raw)
    yield from _exercise_faults(raw)
    yield from _flag_faults(raw)
    yield from _red_flag_faults(raw)
    yield from phrase_faults(table(raw, "phrases"))
    yield from forbidden_faults(raw)


def date_faults(plan: Plan, on: date) -> Found:
    """What the plan says has been done, but on a day after `on`."""
    done: list[tuple[Location, date | None]] = [
        (("baseline", "recorded"), plan.baseline.recorded),
        (("plan", "started"), plan.plan.started),
        (("stage", "since"), plan.stage.since),
    ]
    if plan.stage.override is not None:
        done.append((("stage", "override", "decided"), plan.stage.override.decided))
    done += [
        (("red_flags", "cleared", row, "assessed"), item.assessed) for row, item in enumerate(plan.red_flags.cleared)
    ]
    for place, day in done:
        if day is not None and day > on:
            yield place, f"{day.isoformat()} lies in the future (as of {on.isoformat()})"


def _number(value: Any) -> float | None:
    """The value as a finite number; None for anything else."""
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return None
    try:
        return float(value) if math.isfinite(value) else None
    except OverflowError:
        return None


def _not_numbers(value: Any, place: Location) -> Iterator[tuple[Location, str]]:
    """Every `nan` and `inf`, which TOML allows, and every text of nothing but spaces."""
    if isinstance(value, Mapping):
        for key, inner in value.items():
            yield from _not_numbers(inner, (*place, key))
    elif isinstance(value, list):
        for row, inner in enumerate(value):
            yield from _not_numbers(inner, (*place, row))
    elif isinstance(value, str) and value and not value.strip():
        yield place, "holds nothing but spaces"
    elif isinstance(value, (int, float)) and not isinstance(value, bool) and _number(value) is None:
        yield place, f"{str(value)[:12]} is no number to reckon with"


def athlete_problem(athlete: str) -> str:
    """What is wrong with a pseudonym; empty when nothing is."""
    if _EMAIL.fullmatch(athlete.strip()):
        return "looks like an e-mail address; names and addresses do not belong here: write a pseudonym, such as A01"
    if any(not letter.isprintable() or letter in "/\\" for letter in athlete):
        return "holds a character that cannot be part of a file name; write a pseudonym, such as A01"
    return ""


def _header_faults(raw: Mapping[str, Any]) -> Found:
    header = table(raw, "plan")
    version = raw.get("schema_version", SCHEMA_VERSION)
    if type(version) is not int:  # True and 1.0 equal 1, and pydantic lets them through
        yield ("schema_version",), f"must be the number {SCHEMA_VERSION}"
    athlete, mode = header.get("athlete"), header.get("mode")
    if isinstance(athlete, str) and athlete_problem(athlete):
        yield ("plan", "athlete"), athlete_problem(athlete)
    clinician = header.get("clinician")
    if mode == "clinic" and not clinician:
        yield ("plan", "clinician"), "missing: clinic mode decides stages, and a clinician stands for them"
    elif isinstance(clinician, str) and clinician.strip() and not is_name(clinician):
        yield ("plan", "clinician"), "is no name: at least two letters, such as initials"
    if header.get("symptom_only") is True:
        if mode == "self":
            yield ("plan", "symptom_only"), "deciding without sensors is for clinic mode"
        if not header.get("symptom_only_reason"):
            yield ("plan", "symptom_only_reason"), "missing: why are the sensors left out of the decision?"


def _ladder_names(raw: Mapping[str, Any]) -> list[str]:
    own = [row.get("level") for _, row in tables(raw, "ladder")]
    return [name for name in own if isinstance(name, str)] if own else [step.level for step in DEFAULT_LADDER]


def _stage_faults(raw: Mapping[str, Any]) -> Found:
    path, names = table(raw, "plan").get("path"), _ladder_names(raw)
    places: list[tuple[Location, Mapping[str, Any]]] = [(("stage",), table(raw, "stage"))]
    if table(table(raw, "stage"), "override"):
        places.append((("stage", "override"), table(table(raw, "stage"), "override")))
    for place, values in places:
        stage, level = values.get("stage"), values.get("level")
        if stage not in STAGES:
            continue
        where: Location = (*place, "level")
        if stage == "S4" and level is None:
            yield where, f"missing: S4 stands on the ladder; its levels are {', '.join(names)}"
        elif stage == "S4" and isinstance(level, str) and level not in names:
            yield where, f"the ladder has no level '{level}'; its levels are {', '.join(names)}{meant(level, names)}"
        elif stage != "S4" and level is not None and path == "R" and stage < "S4":
            yield where, f"path R means no running before S4, so {stage} takes no level"
        elif stage != "S4" and level is not None:
            yield where, f"only S4 stands on the ladder; {stage} takes no level"


def _threshold_faults(thresholds: Mapping[str, Any]) -> Found:
    known = {number.key for number in evidence.NUMBERS}
    for key, value in thresholds.items():
        place: Location = ("thresholds", key)
        if key not in SETTINGS:
            fixed = f"'{key}' is fixed: it is no setting of a plan"
            yield place, fixed if key in known else f"there is no threshold '{key}'{meant(key, list(SETTINGS))}"
            continue
        number, own = SETTINGS[key], _number(value)
        if own is None:
            continue
        if not number.low <= own <= number.high:
            yield place, f"{own:g} is outside {range_words(number)}"
        elif key.endswith(_WHOLE) and own != round(own):
            yield place, f"{own:g} must be a whole number"
    yield from _order_faults(thresholds)


def range_words(number: evidence.Number) -> str:
    """The range, default and grade of a setting, and who may change it."""
    unit = unit_words(number)
    return (
        f"{number.low:g} to {number.high:g}{unit} (default {number.value:g}{unit}; grade {number.grade}, "
        f"{evidence.TAG_WORD[number.tag]}). Only a clinician may change it, and only inside this range"
    )


def _order_faults(thresholds: Mapping[str, Any]) -> Found:
    for lower, upper in _ORDERED:
        if lower not in thresholds and upper not in thresholds:
            continue
        low = _number(thresholds.get(lower, evidence.value(lower)))
        high = _number(thresholds.get(upper, evidence.value(upper)))
        if low is not None and high is not None and low > high:
            set_here = lower if lower in thresholds else upper
            yield ("thresholds", set_here), f"{lower} ({low:g}) must not be above {upper} ({high:g})"


def _load_faults(raw: Mapping[str, Any]) -> Found:
    own, widest = _number(table(raw, "load").get("mdc_psi")), SETTINGS["index_red_pct"].high
    if own == 0:
        yield ("load", "mdc_psi"), "0 would call every difference a real one; leave it out to use the default"
    elif own is not None and own > widest:
        yield ("load", "mdc_psi"), f"{own:g} would silence flag F2: at most {widest:g} points. Measure again instead"


def _strength_faults(raw: Mapping[str, Any]) -> Found:
    key = "stage1_heel_raises_reps"
    norm = _number(table(raw, "strength").get("heel_raise_norm_reps"))
    least = _number(table(raw, "thresholds").get(key, evidence.value(key)))
    if norm is not None and least is not None and norm < least:
        yield ("strength", "heel_raise_norm_reps"), f"{norm:g} is less than the {least:g} that lead out of S1"


def _ladder_faults(raw: Mapping[str, Any]) -> Found:
    seen: list[str] = []
    before: float | None = None
    limits = GrowthLimits(*(SETTINGS[f"ladder_growth_{end}"].high for end in ("pct", "min", "until_min")))
    for row, step in tables(raw, "ladder"):
        level = step.get("level")
        if isinstance(level, str):
            yield from (((("ladder", row, "level")), problem) for problem in _level_problems(level, seen))
            seen.append(level)
        sets, run_min = _number(step.get("sets")), _number(step.get("run_min"))
        strides = (_number(step.get("strides", 0)) or 0.0) * (_number(step.get("strides_s", 0)) or 0.0) / 60.0
        after = None if sets is None or run_min is None else sets * run_min + strides
        if before is not None and after is not None and not limits.allow(before, after):
            yield (
                ("ladder", row, "run_min"),
                (
                    f"{after:g} min of running after {before:g}: at most {limits.longest_after(before):g} "
                    f"(+{limits.growth_pct:g} %, or +{limits.growth_min:g} min up to {limits.until_min:g} min in all)"
                ),
            )
        before = after


def _level_problems(level: str, seen: list[str]) -> Iterator[str]:
    if level in seen:
        yield f"level '{level}' is there twice"
    if level in STAGES:
        yield f"'{level}' is the name of a stage"
    elif not _ID.fullmatch(level):
        yield "a level is a letter, then letters, digits, '_', '.' or '-', such as L4"


def _exercise_faults(raw: Mapping[str, Any]) -> Found:
    seen: list[str] = []
    for row, exercise in tables(raw, "exercise"):
        name = exercise.get("id")
        if isinstance(name, str):
            if name in seen:
                yield ("exercise", row, "id"), f"exercise '{name}' is there twice"
            seen.append(name)
        for key in ("stages", "locations"):
            if exercise.get(key) == []:
                yield ("exercise", row, key), "must name at least one"


def _flag_faults(raw: Mapping[str, Any]) -> Found:
    for flag in table(table(raw, "flags"), "off"):
        place: Location = ("flags", "off", flag)
        if flag == DATA_QUALITY_FLAG:
            yield place, "F11 (poor data) cannot be off; to decide without sensors a clinic sets plan.symptom_only"
        elif flag not in FLAG_IDS:
            yield place, f"there is no flag '{flag}'{meant(flag, FLAG_IDS)}; flags are F1 to F10"


def _red_flag_faults(raw: Mapping[str, Any]) -> Found:
    red_flags = table(raw, "red_flags")
    extra = list(table(red_flags, "extra"))
    for name in extra:
        if name.upper() in RED_FLAG_IDS:
            yield ("red_flags", "extra", name), f"{name.upper()} is built in and cannot be worded anew; take another id"
        elif name.upper() in (*FLAG_IDS, *STAGES) or not _ID.fullmatch(name):
            yield ("red_flags", "extra", name), "an id is a letter, then letters, digits, '_', '.' or '-', such as RF9"
    off = red_flags.get("off")
    for row, name in enumerate(off if isinstance(off, list) else []):
        place: Location = ("red_flags", "off", row)
        if not isinstance(name, str):
            continue
        if name.strip().upper() in FIXED_RED_FLAGS:
            yield place, f"{name} cannot be switched off: RF1 to RF4 (rupture, antibiotic, clot, infection) always ask"
        elif name not in RED_FLAG_IDS:
            yield place, f"there is no red flag '{name}'{meant(name, RED_FLAG_IDS)}; RF5 to RF8 may be off"
    for row, item in tables(red_flags, "cleared"):
        cleared = item.get("id")
        if isinstance(cleared, str) and cleared not in (*RED_FLAG_IDS, *extra):
            yield ("red_flags", "cleared", row, "id"), f"there is no red flag '{cleared}'{meant(cleared, RED_FLAG_IDS)}"
