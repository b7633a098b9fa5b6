"""What heel raises and hops say about strength (rehab.md 3.5).

Rules
  1. The symmetry index is 100 x injured / other. It needs both legs, and one healthy leg: when both sides hurt it says
     nothing, and only the norm of age and sex counts.
  2. A difference of up to `heel_raise_noise_reps` is within the error of the test. It counts as equal, provided that
     the injured side reaches `heel_raise_floor_reps`.
  3. To leave S3: (index high enough, or rule 2) and the injured side not below the norm's lower limit; where no norm
     was entered the floor stands in for it.
  4. What was not tested is not known (None), never 0. A count below the lower limit fails whatever the other leg did.
  5. Hops are reported with their index; they do not gate by it, since symmetric jumps did not tell sore tendons from
     healthy ones.
"""

from __future__ import annotations

from gaitpipe import evidence
from gaitpipe.rehab.plan import Plan
from gaitpipe.rehab.words import Criterion

_LABEL = "Heel raises on one leg"


def lsi_pct(injured: float | None, other: float | None) -> float | None:
    """Limb symmetry index 100 x injured / other [%]; None when a side is not known or the other one did none."""
    if injured is None or other is None or other <= 0:
        return None
    return 100.0 * injured / other


def within_noise(injured: int, other: int) -> bool:
    """Whether two counts of heel raises differ by no more than the test itself does from day to day."""
    return abs(other - injured) <= evidence.value("heel_raise_noise_reps")


def least_reps(plan: Plan) -> float:
    """The lower limit of heel raises: the norm of age and sex if the plan has it, else the floor."""
    norm = plan.strength.heel_raise_norm_reps
    return float(norm) if norm is not None else plan.value("heel_raise_floor_reps")


def heel_raise_criterion(plan: Plan, injured: int | None, other: int | None) -> Criterion:
    """The heel-raise gate out of S3.

    Parameters
    ----------
    injured, other
        Counts of single-leg heel raises; in bilateral disease both legs are injured and their order does not matter.

    Returns
    -------
    Criterion
        Met None when the test is missing, or when both sides hurt and the plan names no norm.
    """
    if plan.tendon.side == "both":
        return _bilateral(plan, injured, other)
    least, floor = least_reps(plan), plan.value("heel_raise_floor_reps")
    asked_pct, noise = plan.value("heel_raise_lsi_pct"), evidence.value("heel_raise_noise_reps")
    limit = "norm" if plan.strength.heel_raise_norm_reps is not None else "floor, no norm entered"
    asked = (
        f"at least {asked_pct:g} % of the other side, or within {noise:g} of it with {floor:g} or more; "
        f"and at least {least:g} ({limit})"
    )

    def judged(met: bool | None, seen: str) -> Criterion:
        return Criterion("heel_raise_lsi", _LABEL, met, seen, asked)

    if injured is None:
        return judged(None, "not tested on the injured side")
    if injured < least:
        return judged(False, f"{_counts(injured, other)}: the injured side is below {least:g}")
    index = lsi_pct(injured, other)
    if index is None or other is None:
        return judged(None, f"{_counts(injured, other)}: no comparison with the other side")
    alike = within_noise(injured, other)
    apart = f"{abs(other - injured)} apart, {'within' if alike else 'more than'} the test's error of {noise:g}"
    return judged(
        index >= asked_pct or (alike and injured >= floor), f"{_counts(injured, other)}: {index:.1f} %, {apart}"
    )


def _bilateral(plan: Plan, injured: int | None, other: int | None) -> Criterion:
    norm = plan.strength.heel_raise_norm_reps
    known = [count for count in (injured, other) if count is not None]
    asked = f"both sides at least {norm} (norm)" if norm is not None else "a norm of age and sex in the plan"

    def judged(met: bool | None, seen: str) -> Criterion:
        return Criterion("heel_raise_norm", _LABEL, met, seen, asked)

    if not known:
        return judged(None, "not tested")
    seen = _counts(injured, other)
    if norm is None:
        return judged(None, f"{seen}: both sides hurt, so comparing them says nothing, and the plan names no norm")
    if min(known) < norm:
        return judged(False, f"{seen}: below {norm}")
    return judged(True if len(known) == 2 else None, seen if len(known) == 2 else f"{seen}: one side was not tested")


def stage1_heel_raise_criterion(plan: Plan, injured: int | None, other: int | None) -> Criterion:
    """The heel-raise gate out of S1: enough raises on the injured leg (on both, when both are injured)."""
    return _count_criterion(plan, "stage1_heel_raises_reps", injured, other)


def stage2_heel_raise_criterion(plan: Plan, injured: int | None, other: int | None) -> Criterion:
    """The heel-raise gate out of S2: enough raises, or a large enough share of the other side (not when both hurt)."""
    by_count = _count_criterion(plan, "stage2_heel_raises_reps", injured, other)
    if plan.tendon.side == "both":
        return by_count
    share = plan.value("stage2_heel_raise_lsi_pct")
    asked = f"{by_count.asked}, or {share:g} % of the other side"
    index = lsi_pct(injured, other)
    if injured is None or by_count.met:
        return Criterion("heel_raises", _LABEL, by_count.met, by_count.seen, asked)
    if index is None:
        return Criterion("heel_raises", _LABEL, None, f"{by_count.seen}: no comparison with the other side", asked)
    return Criterion("heel_raises", _LABEL, index >= share, f"{by_count.seen}: {index:.1f} %", asked)


def _count_criterion(plan: Plan, key: str, injured: int | None, other: int | None) -> Criterion:
    least = plan.value(key)
    counts = (injured, other) if plan.tendon.side == "both" else (injured,)
    asked = f"at least {least:g}{' on both sides' if len(counts) == 2 else ''}"
    known = [count for count in counts if count is not None]
    met: bool | None = None
    if any(count < least for count in known):
        met = False
    elif len(known) == len(counts):
        met = True
    return Criterion("heel_raises", _LABEL, met, _counts(injured, other) if known else "not tested", asked)


def hop_text(plan: Plan, injured: int | None, other: int | None) -> str:
    """One sentence about single-leg hops, for the report: it never gates a stage by itself."""
    index = None if plan.tendon.side == "both" else lsi_pct(injured, other)
    if injured is None and other is None:
        return "Single-leg hops: not tested."
    share = f", {index:.1f} % of the other side" if index is not None else ""
    return f"Single-leg hops: {_counts(injured, other)}{share}. Reported, not a gate by itself."


def _counts(injured: int | None, other: int | None) -> str:
    return f"{'not tested' if injured is None else injured} vs {'not tested' if other is None else other}"
