"""Whether two sessions may be compared by the load index, and if not, why and what to do about it.

Rules
  1. A gate that fails takes away the whole index, or only the comparison at the same speed, or nothing: its `scope`.
  2. What is not known (surface, shoe, incline, rate) does not fail a gate; it is said (`passed` None). Speed alone must
     be known for the comparison at the same speed.
  3. Every session counts: today's and each of the baseline.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

from gaitpipe.evidence import value
from gaitpipe.rehab.load import Step
from gaitpipe.rehab.plan import Plan
from gaitpipe.rehab.words import Context, GaitScreen, Gate

EDGE = 1e-9
"""Limits are meant in decimals: 2.88 is 0.1 from 2.78."""


@dataclass(frozen=True, slots=True)
class Compared:
    """One session as the gates see it. `label` names it in a sentence, `step` is None without both legs."""

    label: str
    screen: GaitScreen
    context: Context
    step: Step | None
    day: date | None
    logged_speed_m_s: float | None = None


def load_gates(plan: Plan, session: Compared | None, baselines: Sequence[Compared], on: date) -> tuple[Gate, ...]:
    """All gates, in order; see the rules above.

    Parameters
    ----------
    on
        The day that counts as the session's where its own is not known.
    """
    found = [
        _there(
            "session",
            session is not None,
            "There is no recording of the session. Record a short easy treadmill run with both sensors.",
        )
    ]
    needed = "There is no baseline to compare with. Give the summary.json of an earlier run without trouble."
    found.append(_there("baseline", bool(baselines), needed))
    everyone = [*([session] if session is not None else []), *baselines]
    for name, scope, problem in _OF_EACH:
        if everyone:
            found.append(_worst(name, scope, [problem(one) for one in everyone]))
    if session is not None and baselines:
        found.append(_age(plan, session, baselines, on))
        found.append(_worst("placement", "index", [_placement(session, one) for one in baselines]))
        found.append(_worst("surface", "index", [_surface(session, one) for one in baselines]))
        found.append(_worst("shoe", "note", [_shoe(session, one) for one in baselines]))
        found.append(_worst("software", "note", [_software(session, one) for one in baselines]))
        found.append(_worst("speed", "technique", [_speed(plan, session, one) for one in baselines]))
        found.append(_worst("belt_speed", "technique", [_belt_speed(plan, one) for one in everyone]))
    return tuple(found)


Scope = Literal["index", "technique", "note"]
Verdict = tuple[bool | None, str]
PASSED: Verdict = (True, "")


def _there(name: str, there: bool, reason: str) -> Gate:
    return Gate(name, there, "" if there else reason)


def _worst(name: str, scope: Scope, verdicts: Sequence[Verdict]) -> Gate:
    """One gate of several sessions' verdicts: failed before not known before passed, with all reasons of that kind."""
    for kind in (False, None):
        reasons = [reason for passed, reason in verdicts if passed is kind]
        if reasons:
            return Gate(name, kind, " ".join(dict.fromkeys(reasons)), scope)
    return Gate(name, True, "", scope)


def _mode(one: Compared) -> Verdict:
    if one.screen.mode == "run":
        return PASSED
    return False, f"{one.label} is walking. The index is for running only: run for the test, or leave it out."


def _legs(one: Compared) -> Verdict:
    if one.step is not None:
        return PASSED
    return False, (
        f"{one.label} has no contact time of both legs. One leg alone would mislead: use a sensor on each side."
    )


def _duty_factor(one: Compared) -> Verdict:
    if one.step is None or one.screen.mode != "run":
        return PASSED
    low, high = value("duty_factor_sine_minimum"), value("duty_factor_sine_maximum")
    if low < one.step.duty_factor < high:
        return PASSED
    return False, (
        f"In {_inside(one.label)} contact takes {one.step.duty_factor:.2f} of the stride; the index needs {low:.2f} to "
        f"{high:.2f}. Check the units, and that it was running and not sprinting."
    )


def _strides(one: Compared) -> Verdict:
    least = int(value("load_least_strides"))
    legs = {"left": one.screen.left, "right": one.screen.right}
    few = [f"{leg.strides} {side}" for side, leg in legs.items() if leg is not None and leg.strides < least]
    if not few:
        return PASSED
    return False, (
        f"{one.label} has too few good strides ({', '.join(few)}); {least} a leg are needed. "
        "Record two minutes or more of steady running."
    )


def _errors(one: Compared) -> Verdict:
    if not one.screen.errors:
        return PASSED
    codes = ", ".join(code.replace("_", " ") for code in one.screen.errors)
    return False, f"{one.label} has errors in its data ({codes}). See its report, mend them and analyse it again."


def _rate(one: Compared) -> Verdict:
    if one.screen.rate_hz is None:
        return None, f"The sample rate of {_inside(one.label)} is not known."
    least = value("load_rate_minimum_hz")
    if one.screen.rate_hz >= least:
        return PASSED
    return False, f"{one.label} was recorded at {one.screen.rate_hz:g} Hz. Record at {least:g} Hz or more."


def _rate_preferred(one: Compared) -> Verdict:
    better = value("load_rate_preferred_hz")
    if one.screen.rate_hz is None or one.screen.rate_hz >= better:
        return PASSED
    return False, f"{one.label} was recorded at {one.screen.rate_hz:g} Hz; {better:g} Hz or more is better."


def _incline(one: Compared) -> Verdict:
    incline_pct, most = one.context.incline_pct, value("load_incline_maximum_pct")
    if incline_pct is None:
        return None, f"The incline of {_inside(one.label)} is not known; it counts as flat."
    if abs(incline_pct) <= most + EDGE:
        return PASSED
    return False, f"{one.label} was run on a slope of {incline_pct:g} %. Run the test on the flat (up to {most:g} %)."


def _contradiction(one: Compared) -> Verdict:
    """Where log and recording differ the log counts, and it is said."""
    told = ((one.context.surface, one.screen.context.surface), (one.context.shoe, one.screen.context.shoe))
    differ = [f"{log} (recording: {recorded})" for log, recorded in told if recorded is not None and log != recorded]
    if not differ:
        return PASSED
    return False, f"The log says otherwise than the recording of {_inside(one.label)}, and counts: {', '.join(differ)}."


_OF_EACH: tuple[tuple[str, Scope, Callable[[Compared], Verdict]], ...] = (
    ("mode", "index", _mode),
    ("legs", "index", _legs),
    ("duty_factor", "index", _duty_factor),
    ("strides", "index", _strides),
    ("errors", "index", _errors),
    ("rate", "index", _rate),
    ("rate_preferred", "note", _rate_preferred),
    ("incline", "index", _incline),
    ("contradiction", "note", _contradiction),
)


def _age(plan: Plan, session: Compared, baselines: Sequence[Compared], on: date) -> Gate:
    days = [one.day for one in baselines if one.day is not None]
    if plan.baseline.recorded is not None and len(days) < len(baselines):
        days.append(plan.baseline.recorded)
    if not days:
        return Gate("baseline_age", None, "How old the baseline is, is not known.")
    age, most = ((session.day or on) - min(days)).days, plan.value("baseline_age_maximum_days")
    if age <= most:
        return Gate("baseline_age", True, "")
    reason = f"The baseline is {age} days old, more than {most:g}. Record a new one when the tendon is settled."
    return Gate("baseline_age", False, reason)


def _placement(session: Compared, one: Compared) -> Verdict:
    here, there = session.screen.placement, one.screen.placement
    if here is None or there is None or here == there:
        return PASSED
    return False, f"Sensors sat on the {here} today and on the {there} in {_inside(one.label)}. Use the same place."


def _surface(session: Compared, one: Compared) -> Verdict:
    here, there = session.context.surface, one.context.surface
    if here is None or there is None:
        label = session.label if here is None else one.label
        return None, f"The surface of {_inside(label)} is not known."
    if (here == "treadmill") == (there == "treadmill"):
        return PASSED
    return False, (
        f"Today was on {_surface_words(here)}, {_inside(one.label)} on {_surface_words(there)}: these are not "
        "comparable. Record a baseline on this surface."
    )


def _surface_words(surface: str) -> str:
    return {"treadmill": "a treadmill", "road": "the road"}.get(surface, surface)


def _shoe(session: Compared, one: Compared) -> Verdict:
    here, there = session.context.shoe, one.context.shoe
    if here is None or there is None:
        label = session.label if here is None else one.label
        return None, f"The shoe of {_inside(label)} is not known."
    if here.strip().casefold() == there.strip().casefold():
        return PASSED
    return False, f"The shoe is not that of {_inside(one.label)}: a part of any change may be the shoe's."


def _software(session: Compared, one: Compared) -> Verdict:
    here, there = session.screen.parameter_hash, one.screen.parameter_hash
    if not here or not there or here == there:
        return PASSED
    return False, f"{one.label} was analysed with other settings of the detector. Analyse both anew."


def _speed(plan: Plan, session: Compared, one: Compared) -> Verdict:
    here, there = session.context.speed_m_s, one.context.speed_m_s
    if here is None or there is None:
        label = session.label if here is None else one.label
        return None, f"The speed of {_inside(label)} is not known: technique is compared at the same speed only."
    if abs(here - there) <= plan.value("load_speed_tolerance_m_s") + EDGE:
        return PASSED
    return False, (
        f"Today was run at {here:.2f} m/s, {_inside(one.label)} at {there:.2f} m/s: technique is compared at the same "
        "speed only."
    )


def _belt_speed(plan: Plan, one: Compared) -> Verdict:
    if "belt_speed" in one.screen.cautions:
        return False, f"The belt speed given for {_inside(one.label)} does not fit the sensors. Check it."
    here, logged = one.screen.context.speed_m_s, one.logged_speed_m_s
    if here is None or logged is None or abs(here - logged) <= plan.value("load_speed_tolerance_m_s") + EDGE:
        return PASSED
    return False, (
        f"The log says {logged:.2f} m/s for {_inside(one.label)}, its recording {here:.2f} m/s. Check which is right."
    )


def _inside(label: str) -> str:
    """The label as it stands inside a sentence."""
    return label[:1].lower() + label[1:]
