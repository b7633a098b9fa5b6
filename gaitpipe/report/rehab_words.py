"""The words of the rehab pages: what a decision means, why it fell, how sure the data are, and what limits it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date

from gaitpipe.evidence import unverified
from gaitpipe.rehab.words import STAGES, DecisionWord, FiredRule, Flag, InjuredSide, Stage
from gaitpipe.report.document import Tone
from gaitpipe.report.rehab_input import RehabInput
from gaitpipe.report.text import OWN_TEXT, foreign, number, with_unit

STAGE_NAME: dict[Stage, str] = {
    "S0": "Triage",
    "S1": "Settle",
    "S2": "Strength",
    "S3": "Spring",
    "S4": "Return to running",
    "S5": "Return to performance",
}
TONE: dict[DecisionWord, Tone] = {
    "REFER": "stop",
    "REGRESS": "back",
    "HOLD": "stay",
    "PROGRESS": "go",
    "INSUFFICIENT": "open",
}
WORD: dict[DecisionWord, str] = {
    "REFER": "See a clinician first",
    "REGRESS": "Step back",
    "HOLD": "Hold",
    "PROGRESS": "Progress",
    "INSUFFICIENT": "Not enough to decide",
}
MEANING: dict[DecisionWord, str] = {
    "REFER": "Something in your answers needs a clinician before any training.",
    "REGRESS": "The last step was too much for now. Go one step back; light loading goes on, this is not a rest.",
    "HOLD": "Stay at this step and repeat it. Do not add anything yet.",
    "PROGRESS": "This step went well. You may take the next one.",
    "INSUFFICIENT": "Something that the decision needs is missing. Stay at this step until it is there.",
}
LOCATION_WORD = {"midportion": "mid-portion", "insertional": "insertional"}
SIDE_WORD: dict[InjuredSide, str] = {"left": "left", "right": "right", "both": "both sides"}
PATH_WORD = {"R": "R: rebuild, no running until S4", "K": "K: keep running under pain monitoring"}
EMERGENCY = (
    "A sudden pop, snap or weakness; a calf that is swollen, warm or red; breathlessness; fever with a hot, red "
    "tendon: do not run and get medical help the same day."
)
MOST_REASONS = 3
RECOVERY_UNVERIFIED = "(recovery days: unverified)"
_RECOVERY_KEYS = ("recovery_light_days", "recovery_medium_days", "recovery_high_days")
PLAIN_FLAG = {
    "F1": "Your step rate was clearly lower than at your baseline.",
    "F2": "Each step loaded more than at your baseline, beyond measurement error.",
    "F3": "You landed further forward than at your baseline.",
    "F5": "Left and right leg were on the ground for different times.",
    "F7": "This run was a lot more than your largest of the last 30 days.",
    "F8": "The run was steep.",
    "F9": "The shoe has less heel drop than your usual one, or is a minimal shoe.",
}
FLAG_NAME = {
    "F1": "cadence",
    "F2": "per-step index",
    "F3": "strike",
    "F4": "overstride",
    "F5": "asymmetry",
    "F6": "drift",
    "F7": "session spike",
    "F8": "incline",
    "F9": "shoe",
    "F10": "surface",
    "F11": "data quality",
}
_ISO_DAY = re.compile(r"\b\d{4}-\d{2}-\d{2}\b")
_FLAGS_IN_ALL = 11
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")


def day_text(day: date | None) -> str:
    """A day as `22 Nov 2026`."""
    return "not known" if day is None else f"{day.day} {_MONTHS[day.month - 1]} {day.year}"


def weekday_text(day: date) -> str:
    """A day as `Sun 22 Nov`."""
    return f"{_WEEKDAYS[day.weekday()]}\u00a0{day.day}\u00a0{_MONTHS[day.month - 1]}"


def stage_text(stage: Stage, level: str | None) -> str:
    """Stage and level as `S4 Return to running, level L4`."""
    return f"{stage} {STAGE_NAME[stage]}" + (f", level {foreign(level)}" if level else "")


def sentence(text: str) -> str:
    """A foreign text as one sentence: capital first, full stop last."""
    text = minus_signs(foreign(text, OWN_TEXT))
    return text if not text else text[0].upper() + text[1:] + ("" if text[-1] in ".!?\u2026" else ".")


def next_step(rehab: RehabInput) -> str:
    """Where the next session stands, against today."""
    decision = rehab.decision
    here, there = (decision.stage_in, decision.level_in), (decision.stage_out, decision.level_out)
    place = stage_text(*there)
    if here == there:
        return f"{place}: again"
    forward = (STAGES.index(there[0]), there[1] or "") > (STAGES.index(here[0]), here[1] or "")
    return f"{place} ({'up' if forward else 'back'} from {here[1] or here[0]})"


def reasons(rehab: RehabInput) -> tuple[str, ...]:
    """The few reasons that matter most: the rules that decided, what is missing, then what else was seen."""
    decision = rehab.decision
    found = [_reason(rehab, rule) for rule in decision.rules]
    if decision.decision == "INSUFFICIENT":
        found += [brief(text) for text in decision.missing]
    found += [_reason(rehab, rule) for rule in decision.other_rules]
    said = index_sentence(rehab)
    found += [said] if said else []
    return tuple(dict.fromkeys(found))[:MOST_REASONS]


def _reason(rehab: RehabInput, rule: FiredRule) -> str:
    """A rule in a sentence, without its id; flags in the words of the runner."""
    ids = rule.inputs.get("flags", ()) if rule.id == "H3" else ()
    flags = [flag for flag in rehab.decision.flags if flag.id in ids]
    if not flags:
        return brief(rule.text)
    return " ".join(_plain_flag(rehab, flag) for flag in flags)


def _plain_flag(rehab: RehabInput, flag: Flag) -> str:
    if flag.id == "F5" and rehab.plan.tendon.side != "both" and flag.value is not None:
        return f"You spent {'less' if flag.value < 0 else 'more'} time on the sore leg than on the other."
    return PLAIN_FLAG.get(flag.id, brief(flag.text))


def brief(text: str) -> str:
    """The first clause of a text as a sentence, with days as people write them; the whole stands for the clinician."""
    return with_days(sentence(text.split("; ", maxsplit=1)[0]))


def with_days(text: str) -> str:
    """A text with its days, such as 2026-03-31, as people write them."""
    return _ISO_DAY.sub(lambda found: _shown_day(found.group()), text)


def _shown_day(text: str) -> str:
    try:
        return day_text(date.fromisoformat(text))
    except ValueError:
        return text


def unusable(rehab: RehabInput) -> str:
    """Why no figure of this session may be held beside the baseline: what F11 says, in sentences; empty when it may."""
    flag = next((flag for flag in rehab.decision.flags if flag.id == "F11"), None)
    return "" if flag is None or (flag.level == "none" and not flag.blocks) else with_days(sentence(flag.text))


def minus_signs(text: str) -> str:
    """A text with real minus signs before its numbers, and a zero without a sign."""
    text = re.sub(r"(?<![\w.\u2013-])-(?=\d)", "\u2212", text)
    return re.sub(r"[\u2212+](0(?:\.0+)?)(?!\.?\d)", r"\1", text)


def action_text(rehab: RehabInput) -> str:
    """What to do, with days as people write them; a day that rests on the recovery table says that it is unverified."""
    text = with_days(sentence(rehab.decision.action))
    return f"{text} {RECOVERY_UNVERIFIED}" if "not before" in text and recovery_unverified(rehab) else text


def recovery_unverified(rehab: RehabInput) -> bool:
    """Whether the days between sessions rest on memory: the plan sets none of them itself."""
    return any(unverified(key) and key not in rehab.plan.thresholds for key in _RECOVERY_KEYS)


def caution(rehab: RehabInput) -> str:
    """What the decision says of itself, such as that it looks back; empty when nothing."""
    return with_days(sentence(rehab.caution or str(rehab.decision.inputs.get("caution") or "")))


def index_sentence(rehab: RehabInput) -> str:
    """The per-step index in a sentence; empty when there is none."""
    load = rehab.decision.load
    if load is None or load.psi is None or load.mdc_psi is None or unusable(rehab):
        return ""
    value = f"The load index per step was {number(load.psi, 1)} % of your baseline"
    if load.psi_direction == "within error":
        return f"{value}: within measurement error (\u00b1{number(load.mdc_psi, 1)})."
    change = "higher" if load.psi > 100.0 else "lower"
    return f"{value}: {change} than your baseline, by more than measurement error (\u00b1{number(load.mdc_psi, 1)})."


def load_sentence(rehab: RehabInput) -> str:
    """The session load against the largest of 30 days, with its range; empty when there is none."""
    load = rehab.decision.load
    if load is None or load.session_ratio is None or unusable(rehab):
        return ""
    text = f"The session's load was {number(load.session_ratio, 2)} times the largest of the 30 days before"
    if load.session_ratio_range is not None:
        low, high = load.session_ratio_range
        text += f" (range over the models {number(low, 2)} to {number(high, 2)})"
    if load.direction == "no conclusion":
        return f"{text}. Direction depends on the model; no conclusion."
    return f"{text}."


def limitation(rehab: RehabInput) -> str:
    """What the index is not, with its smallest detectable change."""
    load = rehab.decision.load
    start = (
        "The index is an estimate from foot sensors compared with your own earlier run. It does not measure force in "
        "your tendon."
    )
    end = "Pain during, after and the next morning matters more than this number."
    if load is None or load.psi is None or load.mdc_psi is None or unusable(rehab):
        why = f" {unusable(rehab)}" if unusable(rehab) and rehab.session is not None else ""
        return f"No load index is given for this day.{why} {start} {end}"
    size = with_unit(number(load.mdc_psi, 1), "%")
    return f"{start} Differences smaller than about {size} cannot be told from measurement error. {end}"


def pain_rules(rehab: RehabInput) -> tuple[tuple[str, str], ...]:
    """The pain rules of this plan as pairs of a pain band and what it means."""
    low, high = rehab.plan.value("pain_progress_maximum"), rehab.plan.value("pain_hold_maximum")
    return (
        (f"0 to {low:g}", "fine, if it is gone next morning"),
        (f"above {low:g}, to {high:g}", "repeat the step, do not add"),
        (f"above {high:g}", "step back"),
    )


def confidence(rehab: RehabInput, plain: bool = False) -> tuple[str, str]:
    """How complete the data behind a decision are, as a word and why: not how likely the decision is right.

    `plain` for the runner: without the ids of flags.
    """
    decision = rehab.decision
    if decision.decided_by != "rules":
        return "clinician", sentence(decision.override_reason or "decided by the clinician")
    if decision.decision == "REFER":
        return "high", "A red flag needs no measurement."
    weak = _weaknesses(rehab, plain)
    return weak[0] if weak else ("high", "The log is complete and the sensors agree with the baseline's conditions.")


def _weaknesses(rehab: RehabInput, plain: bool) -> list[tuple[str, str]]:
    """What makes the data incomplete, the worst first."""
    decision, found = rehab.decision, []
    if "H6" in {rule.id for rule in (*decision.rules, *decision.other_rules)}:
        found.append(("low", "The pain log has a gap."))
    found += [("low", sentence(flag.text)) for flag in decision.flags if flag.id == "F11" and flag.blocks]
    if decision.decision == "INSUFFICIENT":
        found.append(("low", "Something is missing; see the reasons."))
    if rehab.session is None:
        found.append(("medium", "From the log alone, without sensors."))
    if decision.load is not None and decision.load.direction == "no conclusion":
        found.append(("medium", "The direction of the session load depends on the model."))
    unknown = [flag.id for flag in decision.flags if flag.level == "not assessed"]
    if unknown and rehab.session is not None:
        told = f"{len(unknown)} of {_FLAGS_IN_ALL} flags could not be assessed ({', '.join(unknown)})."
        found.append(("medium", _unseen(rehab, unknown) if plain else told))
    return found


def _unseen(rehab: RehabInput, unknown: Sequence[str]) -> str:
    """What was not assessed, for the runner."""
    place = None if rehab.session is None else rehab.session.placement
    if unknown == ["F4"] and place == "foot":
        return "Sensors on the feet cannot see everything."
    return "Not everything could be checked: " + ", ".join(FLAG_NAME.get(one, one) for one in unknown) + "."


def warning_signs(rehab: RehabInput) -> str:
    """The red flags in the runner's words."""
    asked = [entry for entry in rehab.log if entry.red_flags is not None and entry.date <= rehab.on]
    if not asked:
        return "not asked; tell your clinician of any"
    last = asked[-1]
    if not last.red_flags:
        return f"none reported on {day_text(last.date)}"
    return f"{len(last.red_flags)} reported on {day_text(last.date)}"


def red_flag_status(rehab: RehabInput) -> str:
    """What the log says of red flags: asked or not, and what was ticked last."""
    asked = [entry for entry in rehab.log if entry.red_flags is not None and entry.date <= rehab.on]
    if not asked:
        return "not asked in this log"
    ticked = [(entry.date, entry.red_flags) for entry in asked if entry.red_flags]
    if not ticked:
        return f"none ticked; last asked {day_text(asked[-1].date)}"
    last, ids = ticked[-1]
    return f"{', '.join(foreign(one) for one in ids or ())} ticked on {day_text(last)}"
