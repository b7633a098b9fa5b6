"""The flags of a session, F1 to F11: what the sensors and the log show against the athlete's own baseline.

Rules
  1. F1 (cadence), F2 (index), F3 (landing), F4 (overstride), F5 (asymmetry) are compared with baselines at the same
     speed; F6 is the change within the run. F7 to F10 come from the log too (`flags_context`).
  2. A flag that lacks an input is "not assessed" and says why: never "none".
  3. What blocks going on: F1, F2, F3, F9 red (F3 and F9 up to S4), F5 red, and F2 and F5 amber in S3 and S4 (there a
     session asks for an index of at most 100 and the smallest detectable change); F7 in S5, and in S4 when the run grew
     by more than the ladder allows; F8 red in S4; F4, F6, F10 never.
  4. A blocking flag that could not be assessed blocks as well when the comparison is only half there (known of the
     baseline, not of today), or, for F1, F2 and F5, whenever the stage needs a recording. It withholds, no rule fires.
  5. F11 says that the recording cannot be used; F1 to F6 are then not assessed and block nothing, F11 does.
  6. A flag that the plan switches off is still shown, and blocks nothing. F11 cannot be switched off: that is what
     symptom-only mode is for.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from gaitpipe.evidence import unverified
from gaitpipe.gait.strike import STRIKE_CLASSES, strike_class
from gaitpipe.model import Side
from gaitpipe.rehab.comparable import SCREEN_STAGES, Compared
from gaitpipe.rehab.flags_context import context_flags
from gaitpipe.rehab.plan import Plan
from gaitpipe.rehab.sessions import Place
from gaitpipe.rehab.words import Flag, FlagLevel, GaitScreen, LegMeans

SENSOR_FLAGS = ("F1", "F2", "F3", "F4", "F5", "F6")
BLOCKS_RED = {
    "F1": ("S0", "S1", "S2", "S3", "S4", "S5"),
    "F2": ("S0", "S1", "S2", "S3", "S4", "S5"),
    "F3": ("S1", "S2", "S3", "S4"),
    "F5": ("S0", "S1", "S2", "S3", "S4", "S5"),
    "F8": ("S4",),
    "F9": ("S1", "S2", "S3", "S4"),
}
"""Stages in which a red flag blocks; F7 decides by itself."""
BLOCKS_AMBER = {"F2": ("S3", "S4"), "F5": ("S3", "S4")}
EDGE = 1e-9
"""Limits are meant in decimals; the last bit of a difference is not."""


def flags_of(plan: Plan, place: Place, compared: Compared) -> tuple[Flag, ...]:
    """All flags F1 to F11, in order, with what they block at the plan's stage."""
    usable = compared.session is not None and not compared.reasons
    found = sensor_flags(plan, compared) if usable else _unused(compared)
    found = [*found, *context_flags(plan, place, compared), _quality_flag(plan, compared)]
    return tuple(_blocking(plan, compared, flag) for flag in found)


def sensor_flags(plan: Plan, compared: Compared) -> list[Flag]:
    """F1 to F6 of a recording that can be used."""
    return [
        _cadence(plan, compared),
        _index(plan, compared),
        _strike(plan, compared),
        _overstride(plan, compared),
        _asymmetry(plan, compared),
        _drift(plan, compared.session) if compared.session is not None else _missing("F6", "no recording"),
    ]


def counted(flag: Flag) -> bool:
    """Whether a flag stands in the way as seen, not because it could not be assessed."""
    return flag.blocks and flag.level in ("amber", "red")


def _blocking(plan: Plan, compared: Compared, flag: Flag) -> Flag:
    if flag.id in ("F7", "F11"):
        blocks = flag.blocks
    elif flag.level == "not assessed":
        blocks = flag.blocks or (flag.id in ("F1", "F2", "F5") and _screen_counts(plan, compared))
    elif flag.level == "red":
        blocks = plan.stage.stage in BLOCKS_RED.get(flag.id, ())
    else:
        blocks = flag.level == "amber" and plan.stage.stage in BLOCKS_AMBER.get(flag.id, ())
    reason = plan.flags.off.get(flag.id)
    if reason is not None and flag.id != "F11":
        return replace(flag, blocks=False, text=f"{flag.text} Switched off in the plan: {reason}")
    return replace(flag, blocks=blocks)


def _screen_counts(plan: Plan, compared: Compared) -> bool:
    """Whether F1, F2 and F5 must be known: where a recording is needed and can be used. Else F11 blocks."""
    return plan.stage.stage in SCREEN_STAGES and not compared.reasons and compared.session is not None


def _quality_flag(plan: Plan, compared: Compared) -> Flag:
    if not compared.needed:
        return Flag("F11", "none", False, "This stage needs no recording, and there is none.")
    if not compared.reasons:
        return Flag("F11", "none", False, "The recording and its baseline can be used.")
    text = " ".join(compared.reasons)
    if plan.plan.symptom_only:
        return Flag("F11", "info", False, f"{text} Symptom-only mode: {plan.plan.symptom_only_reason}")
    return Flag("F11", "red", True, text)


def _unused(compared: Compared) -> list[Flag]:
    reason = "there is no recording" if compared.session is None else "the recording cannot be used (F11)"
    return [_missing(flag_id, reason) for flag_id in SENSOR_FLAGS]


def _missing(flag_id: str, reason: str, blocks: bool = False) -> Flag:
    return Flag(flag_id, "not assessed", blocks, f"Not assessed: {reason}.")


def _cadence(plan: Plan, compared: Compared) -> Flag:
    change = compared.technique.cadence_change_pct
    reasons = _speed_reasons(compared)
    if change is None or reasons:
        return _missing("F1", reasons or "cadence is not known")
    amber, red = -plan.value("cadence_amber_pct"), -plan.value("cadence_red_pct")
    level = _level(change <= amber + EDGE, change <= red + EDGE)
    return Flag("F1", level, False, f"Cadence {change:+.1f} % against the baseline.", "%", change, 0.0, amber, red)


def _index(plan: Plan, compared: Compared) -> Flag:
    load = compared.technique
    if load.psi_technique is None or load.mdc_psi is None:
        reasons = (*load.technique_reasons, *load.reasons)
        return _missing("F2", (reasons[0] if reasons else "there is no index").rstrip("."))
    change, mdc, limit = load.psi_technique - 100.0, load.mdc_psi, plan.value("index_red_pct")
    level = _level(change > mdc, change > mdc and change > limit + EDGE)
    text = f"Load index {load.psi_technique:.1f} % of the baseline step, smallest detectable change {mdc:.1f}."
    return Flag("F2", level, False, text, "%", load.psi_technique, 100.0, 100.0 + mdc, 100.0 + max(mdc, limit))


def _strike(plan: Plan, compared: Compared) -> Flag:
    pairs = _pairs(plan, compared, "foot_strike_angle_deg")
    today, usual = _injured_mean(pairs, 0), _injured_mean(pairs, 1)
    if today is None or usual is None:
        half = usual is not None
        return _missing("F3", "the strike angle is not known" + (" today" if half else ""), blocks=half)
    change, amber = today - usual, -plan.value("strike_amber_deg")
    nearer = STRIKE_CLASSES.index(_class(today)) < STRIKE_CLASSES.index(_class(usual))
    beyond_error = change <= -plan.value("load_strike_margin_deg") + EDGE
    level: FlagLevel = _level(change <= amber + EDGE, nearer and beyond_error)
    mark = " (limits of the classes unverified)" if unverified("foot_strike_rearfoot_deg") else ""
    text = (
        f"Strike angle {today:.1f} deg, {change:+.1f} against the baseline: {_class(usual)} to {_class(today)}{mark}."
    )
    if _class(today) == _class(usual):
        text = f"Strike angle {today:.1f} deg ({_class(today)}), {change:+.1f} against the baseline."
    elif nearer and not beyond_error:
        level, text = "info", f"{text} The step over the limit is within measurement error."
    return Flag("F3", level, False, text, "deg", today, usual, usual + amber, None)


def _overstride(plan: Plan, compared: Compared) -> Flag:
    pairs = _pairs(plan, compared, "shank_angle_ic_deg")
    today, usual = _injured_mean(pairs, 0), _injured_mean(pairs, 1)
    if today is None:
        return _missing("F4", "the shank angle needs sensors on the shanks")
    amber, red = plan.value("overstride_amber_deg"), plan.value("overstride_red_deg")
    if usual is None and today <= red:
        return _missing("F4", "the shank angle of the baseline is not known")
    grown = usual is not None and today - usual >= plan.value("overstride_change_deg") - EDGE
    level = _level(today > amber and grown, today > red)
    text = f"Shank angle at contact {today:.1f} deg{'' if usual is None else f', baseline {usual:.1f}'}."
    return Flag("F4", level, False, text, "deg", today, usual, amber, red)


def _asymmetry(plan: Plan, compared: Compared) -> Flag:
    load = compared.technique
    figure, change = load.asymmetry_pct, load.asymmetry_change_pct
    if figure is None:
        return _missing("F5", "contact time of a leg is missing")
    amber, red = plan.value("asymmetry_amber_pct"), plan.value("asymmetry_red_pct")
    if change is None and abs(figure) < red - EDGE:
        return _missing("F5", "the asymmetry of the baseline is not known")
    moved = change is not None and abs(change) >= plan.value("asymmetry_change_pct") - EDGE
    level = _level(abs(figure) >= amber - EDGE and moved, abs(figure) >= red - EDGE)
    legs = "left less right" if plan.tendon.side == "both" else "injured less other"
    points = "" if change is None else f", {change:+.1f} points against the baseline"
    text = f"Contact time {figure:+.1f} % ({legs}){points}."
    return Flag("F5", level, False, text, "%", figure, load.asymmetry_baseline_pct, amber, red)


def _drift(plan: Plan, session: GaitScreen) -> Flag:
    """The worst of contact time up, cadence down and strike angle down; a change within error is none."""
    limits = {
        "ground_contact_time_s": plan.value("drift_contact_pct"),
        "cadence_spm": -plan.value("drift_cadence_pct"),
        "foot_strike_angle_deg": -plan.value("drift_strike_deg"),
    }
    known: list[tuple[float, str]] = []
    for figure in session.drift:
        change = figure.change if figure.key == "foot_strike_angle_deg" else figure.change_pct
        if figure.key not in limits or change is None:
            continue
        share = change / limits[figure.key] if figure.exceeds is not False else 0.0
        unit = "deg" if figure.key == "foot_strike_angle_deg" else "%"
        name = figure.key.rsplit("_", 1)[0].replace("_", " ")
        known.append((share, f"{name} of the {figure.side} leg {change:+.1f} {unit} within the run"))
    if not known:
        return _missing("F6", "the run is too short, or its summary holds no drift")
    share, text = max(known)
    factor = plan.value("drift_red_factor")
    level = _level(share >= 1.0 - EDGE, share >= factor - EDGE)
    return Flag("F6", level, False, f"{text[0].upper()}{text[1:]}.", "of the limit", max(share, 0.0), 0.0, 1.0, factor)


def _speed_reasons(compared: Compared) -> str:
    return " ".join(compared.technique.technique_reasons).rstrip(".")


def _level(amber: bool, red: bool) -> FlagLevel:
    return "red" if red else "amber" if amber else "none"


def _class(angle_deg: float) -> str:
    return str(strike_class(np.array([angle_deg]), np.array(["run"]))[0])


def _pairs(plan: Plan, compared: Compared, name: str) -> list[tuple[float | None, float | None]]:
    """Today's value and the mean of the baselines, of each injured leg."""
    sides: Sequence[Side] = ("left", "right") if plan.tendon.side == "both" else (plan.tendon.side,)
    today = compared.session
    return [
        (None if today is None else _of_leg(today.leg(side), name), _mean_of(compared.baselines, side, name))
        for side in sides
    ]


def _mean_of(baselines: Sequence[GaitScreen], side: Side, name: str) -> float | None:
    values = [value for one in baselines if (value := _of_leg(one.leg(side), name)) is not None]
    return sum(values) / len(values) if values else None


def _of_leg(leg: LegMeans | None, name: str) -> float | None:
    value = None if leg is None else getattr(leg, name)
    return None if value is None or not np.isfinite(value) else float(value)


def _injured_mean(pairs: Sequence[tuple[float | None, float | None]], place: int) -> float | None:
    values = [pair[place] for pair in pairs]
    known = [value for value in values if value is not None]
    return sum(known) / len(known) if known and len(known) == len(values) else None
