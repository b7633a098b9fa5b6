"""Where two findings pull in different directions: sentences that the report states when they apply (rehab.md 4.4)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from gaitpipe.rehab.comparable import Compared
from gaitpipe.rehab.plan import Plan
from gaitpipe.rehab.stages import STRENGTH_GATES
from gaitpipe.rehab.words import Criterion, Flag

CADENCE = (
    "Cadence is up: less force per step, but more steps per kilometre. A small helpful change per step, unclear per "
    "kilometre; use it if it feels comfortable and pain is not worse."
)
FOREFOOT = (
    "Landing further forward can look like less overstride, but it means more Achilles load. Switching to forefoot "
    "running is not advised with a sore Achilles."
)
FASTER = "Today was faster than the baseline: more load per step; per kilometre the direction depends on the model."
HEEL = "A higher heel eased symptoms in a trial, but what it does to Achilles load is mixed; wean off it later."
TREADMILL = "The treadmill is handy for a screen, but it loads the Achilles more than the road in one study."
FORCE = (
    "The ground force is lower than at the baseline. That is not good by itself: more push was protective in studies."
)
SYMMETRY = "Equal contact times do not mean that both tendons can take the same load."


def conflicts_of(
    plan: Plan, compared: Compared, flags: Sequence[Flag], criteria: Sequence[Criterion]
) -> tuple[str, ...]:
    """The sentences that apply to this session, in a fixed order; none without a recording that can be used."""
    if compared.session is None or compared.reasons:
        return ()
    return tuple(_applying(plan, compared, {flag.id: flag for flag in flags}, criteria))


def _applying(plan: Plan, compared: Compared, flags: dict[str, Flag], criteria: Sequence[Criterion]) -> Iterator[str]:
    load, today, usual = compared.technique, compared.today, compared.usual
    change, index = load.cadence_change_pct, load.psi_technique
    quicker = change is not None and change >= plan.value("cadence_change_conflict_pct")
    if quicker and index is not None and index < 100.0:
        yield CADENCE
    if flags["F3"].level in ("amber", "red"):
        yield FOREFOOT
    if _more(today.speed_m_s, usual.speed_m_s) > plan.value("load_speed_tolerance_m_s"):
        yield FASTER
    if _more(today.shoe_drop_mm, usual.shoe_drop_mm) >= plan.value("shoe_drop_change_mm"):
        yield HEEL
    if today.surface == "treadmill" and plan.stage.stage in ("S4", "S5"):
        yield TREADMILL
    force, before = load.peak_force_bw, load.peak_force_baseline_bw
    if force is not None and before and load.mdc_psi is not None and 100.0 * (1.0 - force / before) > load.mdc_psi:
        yield FORCE
    weak = any(one.id in STRENGTH_GATES and one.met is False for one in criteria)
    if flags["F5"].level == "none" and weak:
        yield SYMMETRY


def _more(today: float | None, usual: float | None) -> float:
    """By how much today's is larger; 0 when one of them is not known."""
    return 0.0 if today is None or usual is None else today - usual
