"""The walk-run ladder of stage S4: eight levels from six minutes of running to thirty, or the plan's own.

The levels are a choice of this project (rehab.md 3.6) and await a physiotherapist's sign-off; the growth rule they
keep to is `ladder_growth_*` of the evidence. Three times a week, every second day, easy pace, flat.
"""

from __future__ import annotations

import difflib
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from gaitpipe.errors import UsageError
from gaitpipe.evidence.types import Grade, Tag
from gaitpipe.rehab.plan import LadderLevel, Plan

LADDER_GRADE: Grade = "D"
LADDER_TAG: Tag = "engineering"
LADDER_SOURCE = "design"

DEFAULT_LADDER: tuple[LadderLevel, ...] = (
    LadderLevel(level="L1", sets=6, run_min=1.0, walk_min=2.0),
    LadderLevel(level="L2", sets=5, run_min=2.0, walk_min=2.0),
    LadderLevel(level="L3", sets=5, run_min=3.0, walk_min=2.0),
    LadderLevel(level="L4", sets=4, run_min=5.0, walk_min=1.0),
    LadderLevel(level="L5", sets=3, run_min=8.0, walk_min=1.0),
    LadderLevel(level="L6", sets=2, run_min=14.0, walk_min=1.0),
    LadderLevel(level="L7", sets=1, run_min=30.0, walk_min=0.0),
    LadderLevel(level="L8", sets=1, run_min=30.0, walk_min=0.0, strides=6, strides_s=15.0),
)
_ROUNDING_MIN = 1e-9


@dataclass(frozen=True, slots=True)
class GrowthLimits:
    """How much more running time [min] a step may ask for: a share, or so many minutes while the whole is short."""

    growth_pct: float
    growth_min: float
    until_min: float

    @classmethod
    def of(cls, plan: Plan) -> GrowthLimits:
        """The limits of this plan."""
        return cls(
            plan.value("ladder_growth_pct"), plan.value("ladder_growth_min"), plan.value("ladder_growth_until_min")
        )

    def allow(self, before_min: float, after_min: float) -> bool:
        """Whether running time may rise from `before_min` to `after_min` (rehab.md 3.6)."""
        if after_min <= before_min * (1.0 + self.growth_pct / 100.0) + _ROUNDING_MIN:
            return True
        return after_min <= min(before_min + self.growth_min, self.until_min) + _ROUNDING_MIN

    def longest_after(self, before_min: float) -> float:
        """The longest run [min] that may follow one of `before_min`."""
        by_minutes = min(before_min + self.growth_min, self.until_min)
        return max(before_min * (1.0 + self.growth_pct / 100.0), by_minutes)


def ladder(plan: Plan) -> tuple[LadderLevel, ...]:
    """The levels of this plan, easiest first: its own, or the default L1 to L8."""
    return tuple(plan.ladder) or DEFAULT_LADDER


def level_names(plan: Plan) -> tuple[str, ...]:
    """The names of the levels, easiest first."""
    return tuple(step.level for step in ladder(plan))


def level_of(plan: Plan, level: str) -> LadderLevel:
    """The level of this name.

    Raises
    ------
    UsageError
        The ladder has no such level; names the nearest one.
    """
    return ladder(plan)[_place(plan, level)]


def level_after(plan: Plan, level: str) -> str | None:
    """The next level; None after the last one. UsageError for a level that the ladder does not have."""
    names, place = level_names(plan), _place(plan, level)
    return names[place + 1] if place + 1 < len(names) else None


def level_before(plan: Plan, level: str) -> str | None:
    """The level before; None for the first one. UsageError for a level that the ladder does not have."""
    names, place = level_names(plan), _place(plan, level)
    return names[place - 1] if place > 0 else None


def running_minutes(plan: Plan, level: str) -> float:
    """Minutes of running of a level, without the strides at its end. UsageError for an unknown level."""
    return level_of(plan, level).running_min


def level_words(step: LadderLevel) -> str:
    """What a level asks for, such as `5 x (3 min run, 2 min walk)`."""
    if step.sets == 1:
        text = f"{step.run_min:g} min run without a break"
    elif step.walk_min > 0:
        text = f"{step.sets} x ({step.run_min:g} min run, {step.walk_min:g} min walk)"
    else:
        text = f"{step.sets} x {step.run_min:g} min run"
    return f"{text}, then {step.strides} x {step.strides_s:g} s a little faster" if step.strides else text


def steps_too_large(levels: Sequence[LadderLevel], limits: GrowthLimits) -> tuple[tuple[int, float], ...]:
    """The places in `levels` that grow more than `limits` allow, strides included, each with the longest run [min]."""
    return tuple(
        (place, limits.longest_after(before.total_min))
        for place, (before, after) in enumerate(pairwise(levels), start=1)
        if not limits.allow(before.total_min, after.total_min)
    )


def _place(plan: Plan, level: str) -> int:
    names = level_names(plan)
    if level in names:
        return names.index(level)
    near = difflib.get_close_matches(level, names, n=1, cutoff=0.5)
    hint = f" Did you mean '{near[0]}'?" if near else ""
    raise UsageError(f"the ladder has no level '{level}'.{hint}", f"Its levels are {', '.join(names)}.")
