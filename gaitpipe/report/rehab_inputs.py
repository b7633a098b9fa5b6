"""The inputs and limits of a decision in words: what the log row said, what was usual, and what each rule compared."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from gaitpipe.evidence import TAG_WORD, unverified
from gaitpipe.rehab.words import FiredRule
from gaitpipe.report.rehab_input import RehabInput
from gaitpipe.report.rehab_words import minus_signs, with_days
from gaitpipe.report.text import OWN_TEXT, foreign, number

_KEY_WORDS = {
    "pain_am_usual": "usual pain next morning", "stiff_am_min_usual": "usual morning stiffness, min",
    "usual_from": "usual values from", "good_sessions": "sessions in a row that count",
    "good_sessions_needed": "sessions asked for", "earliest_next": "next session of this effort not before",
    "longest_run_before_min": "longest run of 30 days before, min", "context": "conditions today",
    "context_baseline": "conditions of the baseline", "engine_decision": "the rules alone say",
    "engine_out": "and put the next session at", "entry": "session in the log", "session": "gait screen",
    "baselines": "baseline sessions", "ok_sessions_to_progress": "sessions in a row asked for",
    "pain_progress_maximum": "pain to go on, at most", "pain_hold_maximum": "pain to stay, at most",
    "morning_pain_rise_progress": "rise of morning pain to go on, below", "pain_am": "pain next morning",
    "morning_pain_rise_hold": "rise of morning pain to stay", "stiff_am_min": "stiffness next morning, min",
    "stiffness_rise_hold_min": "rise of morning stiffness to stay, min", "rpe": "effort", "analgesic": "painkiller",
    "settle_maximum_h": "hours to settle, at most", "run_min": "running, min", "belt_speed_m_s": "belt speed, m/s",
    "speed_m_s": "speed, m/s", "incline_pct": "incline, %", "shoe_drop_mm": "drop of the shoe, mm",
    "shoe_minimal": "minimal shoe", "session_id": "recording", "heel_raise_lsi": "heel raises on one leg",
    "settled_48h": "settled in 48 h", "distance_km": "distance, km", "stage_since": "in this stage since",
    "session_class": "class of the session",
}  # fmt: skip
_UNVERIFIED_INPUTS = ("session_class", "earliest_next")
_LEFT_OUT = ("caution", "date", "athlete", "mode", "clinician", "path", "side", "location", "synthetic")
"""These stand in the header."""


def key_words(key: str) -> str:
    """The name of an input or a threshold as people say it."""
    return _KEY_WORDS.get(key) or foreign(str(key)).replace("_", " ")


def value_text(value: Any) -> str:
    """A value for people: a missing one is named so."""
    if value is None:
        return "missing"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return number(value, 0 if value == int(value) else 2 if abs(value) < 1000 else 1)
    if isinstance(value, list | tuple):
        return ", ".join(value_text(one) for one in value) or "none"
    if isinstance(value, Mapping):
        known = {key: one for key, one in value.items() if one is not None}
        return "; ".join(f"{key_words(str(key))} {value_text(one)}" for key, one in known.items())
    return with_days(minus_signs(foreign(str(value), OWN_TEXT)))


def inputs_in_words(rehab: RehabInput) -> tuple[tuple[str, str], ...]:
    """Pairs of an input's name and its value; what the header says is left out, what rests on memory says so."""
    found = []
    for key, value in rehab.decision.inputs.items():
        if key in _LEFT_OUT or value in (None, "", [], ()):
            continue
        mark = f", {TAG_WORD['memory']}" if key in _UNVERIFIED_INPUTS else ""
        name = key_words(key)
        found.append((name[:1].upper() + name[1:], value_text(value) + mark))
    return tuple(found)


def thresholds_of(rehab: RehabInput, rule: FiredRule) -> str:
    """What a rule compared with: its thresholds, the limits of the flags behind H3, what the criteria behind H4 ask."""
    parts = [f"{key_words(key)}{_mark(key)}: {value_text(float(value))}" for key, value in rule.thresholds.items()]
    if rule.id == "H3":
        ids = rule.inputs.get("flags", ())
        for flag in (one for one in rehab.decision.flags if one.id in ids):
            limits = [(word, limit) for word, limit in (("amber", flag.amber), ("red", flag.red)) if limit is not None]
            words = ", ".join(f"{word} {value_text(float(limit))}" for word, limit in limits)
            parts += [f"{flag.id}: {words} {foreign(flag.unit)}".strip()] if words else []
    if rule.id == "H4":
        parts += [
            f"{foreign(one.label)}: {foreign(one.asked, OWN_TEXT)}"
            for one in rehab.decision.criteria
            if one.id in rule.inputs and one.met is not True
        ]
    return "; ".join(parts)


def _mark(key: str) -> str:
    try:
        return f", {TAG_WORD['memory']}" if unverified(key) else ""
    except KeyError:
        return ""
