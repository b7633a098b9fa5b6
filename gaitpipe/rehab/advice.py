"""Which advices are given, at most three, each from the phrase bank with its numbers filled in.

Rules
  1. After REFER none. In the order of `ORDER`: what changes a habit comes first, then pain, then what to keep up.
  2. A2 landing (F3), A3 shoe (F9), A6 pain (R1 to R3, H1, H2), A7 less time on the sore side (F5), A9 strength (H4),
     A4 hills and sand (F8, F10), A5 treadmill and road (F10), A10 the next run (F7 in S5), A1 cadence (F1, F4).
  3. A8, that a change is within error, only when there is nothing else to say.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from gaitpipe import evidence
from gaitpipe.rehab import load as load_index
from gaitpipe.rehab.comparable import Compared
from gaitpipe.rehab.exercises import strength_per_week
from gaitpipe.rehab.plan import Plan
from gaitpipe.rehab.words import FiredRule, Flag

MOST = 3
ORDER = ("A2", "A3", "A6", "A7", "A9", "A4", "A5", "A10", "A1")
RUNNING_STAGES = ("S4", "S5")


def advice_of(
    plan: Plan,
    fired: Sequence[FiredRule],
    flags: Sequence[Flag],
    compared: Compared,
    longest_min: float | None,
) -> tuple[tuple[str, str], ...]:
    """At most three advices as (id, text); see the rules above.

    Parameters
    ----------
    longest_min
        Longest run [min] that the next one is held against, the session's own included.
    """
    values = _values(plan, compared, longest_min)
    called = _called(plan, {rule.id for rule in fired}, {flag.id: flag for flag in flags}, compared, values)
    found = [phrase_id for phrase_id in ORDER if phrase_id in called]
    if not found and compared.load.psi_direction == "within error" and not compared.reasons:
        found = ["A8"]
    return tuple((phrase_id, phrase_text(plan, phrase_id, values)) for phrase_id in found[:MOST])


def phrase_text(plan: Plan, phrase_id: str, values: Mapping[str, object]) -> str:
    """A phrase with its numbers: the clinician's words where the plan has them, those of the bank else."""
    return evidence.fill(plan.phrases.get(phrase_id, evidence.phrase(phrase_id).text), plan.value, **values)


def _called(
    plan: Plan, rules: set[str], flags: Mapping[str, Flag], compared: Compared, values: Mapping[str, object]
) -> set[str]:
    raised = {flag_id for flag_id, flag in flags.items() if flag.level in ("amber", "red")}
    asymmetry = compared.technique.asymmetry_pct
    spared = "F5" in raised and plan.tendon.side != "both" and asymmetry is not None and asymmetry < 0
    surfaces = (compared.today.surface, compared.usual.surface)
    switched = None not in surfaces and (surfaces[0] == "treadmill") != (surfaces[1] == "treadmill")
    calls = {
        "A1": bool(raised & {"F1", "F4"}) and plan.stage.stage in RUNNING_STAGES and "cadence" in values,
        "A2": "F3" in raised,
        "A3": "F9" in raised,
        "A4": "F8" in raised or ("F10" in raised and surfaces[0] in ("sand", "trail")),
        "A5": switched,
        "A6": bool(rules & {"R1", "R2", "R3", "H1", "H2"}),
        "A7": spared,
        "A9": "H4" in rules,
        "A10": "F7" in raised and plan.stage.stage == "S5" and "longest" in values,
    }
    return {phrase_id for phrase_id, called in calls.items() if called}


def _values(plan: Plan, compared: Compared, longest_min: float | None) -> dict[str, object]:
    values: dict[str, object] = {"per_week": strength_per_week(plan, plan.stage.stage)}
    session = compared.session
    cadence = None if session is None else load_index.cadence_spm(session.left, session.right)
    if cadence is not None:
        quicker = min(plan.value("cadence_cue_pct"), plan.value("cadence_cue_highest_pct"))
        values["cadence"] = f"{cadence * (1.0 + quicker / 100.0):.0f}"
    if longest_min is not None:
        values["longest"] = f"{longest_min:g} min"
        values["limit"] = f"{longest_min * plan.value('spike_amber_ratio'):.0f} min"
    return values
