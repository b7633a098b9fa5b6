"""The `achilles_load` block of `summary.json`: what the load index would take of this session.

One session alone has no index: it is relative to the athlete's own baseline (`gaitpipe decide --baseline`). The block
says so, and gives the means of both legs, so that nobody computes them per leg.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from gaitpipe.errors import RecordingError
from gaitpipe.evidence import value
from gaitpipe.model import SIDES
from gaitpipe.rehab.load import step_of, strike_term
from gaitpipe.rehab.screen import screen_of

NEEDS_BASELINE = (
    "The Achilles load index is relative: it needs a baseline session of the same athlete, by `gaitpipe decide` with a "
    "plan, a log and --baseline. These are this session's inputs to it: an estimate of ground force, not of force in "
    "the tendon."
)
NEEDS_BOTH_LEGS = "The Achilles load index needs contact times of both legs: one leg's alone would mislead."
NEEDS_RUNNING = "The Achilles load index is for running only; the figures are of walking."


def load_inputs(summary: Mapping[str, Any]) -> dict[str, Any]:
    """Return the block for the content of a `summary.json`; null for what is not known.

    Contact and step time and peak force are of both legs; the strike term is of each leg, for the injured one counts.
    """
    try:
        screen = screen_of(summary, "summary.json")
    except RecordingError:
        return _block(NEEDS_BOTH_LEGS, {})
    step = step_of(screen.left, screen.right, None)
    angles = {side: leg.foot_strike_angle_deg for side in SIDES if (leg := screen.leg(side)) is not None}
    terms = {side: None if angle is None else strike_term(angle) for side, angle in angles.items()}
    inputs: dict[str, Any] = {"strike_term": {side: terms.get(side) for side in SIDES}}
    if step is None or screen.mode != "run":
        return _block(NEEDS_BOTH_LEGS if step is None else NEEDS_RUNNING, inputs)
    low, high = value("duty_factor_sine_minimum"), value("duty_factor_sine_maximum")
    inputs |= {
        "contact_time_s": step.contact_time_s,
        "step_time_s": step.step_time_s,
        "duty_factor": step.duty_factor,
        "peak_force_bw": step.peak_force_bw if low < step.duty_factor < high else None,
    }
    return _block(NEEDS_BASELINE, inputs)


def _block(note: str, inputs: Mapping[str, Any]) -> dict[str, Any]:
    names = ("contact_time_s", "step_time_s", "duty_factor", "peak_force_bw")
    nothing = dict.fromkeys(names) | {"strike_term": dict.fromkeys(SIDES)}
    return {"value": None, "unit": "% of the baseline step", "note": note, "inputs": nothing | dict(inputs)}
