"""The exercises of each stage: default tables with dose, tempo, load tier and source, or the plan's own.

Rules
  1. Strength comes first and stays: the heavy work of S2 goes on through S3, S4 and S5, less often while running
     returns. Later stages add, they do not replace.
  2. The soleus, the deep calf muscle, works with the knee bent. An unloaded seated raise barely loads the tendon
     (0.5 body weights), so from S2 on bent-knee work is heavy.
  3. Isometric holds are a choice to start with: they open no gate, and less pain from them is not promised.
  4. Insertional: the heel never goes below the floor under load (compression); drops over a step are left out.
  5. Alternatives (`ALTERNATIVES`) stand in place of the slow heavy programme of S2, never beside it.
  6. Load tiers are from memory but for the lowest and the highest; the doses of hops and drills, which the programmes
     leave open, are a choice of this project.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from gaitpipe.rehab.plan import Exercise, Plan
from gaitpipe.rehab.words import Location, Stage

STRENGTH_KINDS = ("isometric", "raises", "slow heavy", "eccentric")
"""Kinds that make a strength day; the others are spring: rebounding, hops, drills."""
HEAVY_KINDS = ("slow heavy", "eccentric")
_RUNNING_STAGES: tuple[Stage, ...] = ("S4", "S5")


@dataclass(frozen=True, slots=True)
class HeavyWeeks:
    """One row of the slow heavy programme: weeks of it, sets, and the load as the most repetitions one can do."""

    first_week: int
    last_week: int
    sets: int
    repetition_maximum: int
    unverified: bool = False


HEAVY_SCHEME: tuple[HeavyWeeks, ...] = (
    HeavyWeeks(1, 1, 3, 15),
    HeavyWeeks(2, 3, 3, 12),
    HeavyWeeks(4, 5, 4, 10),
    HeavyWeeks(6, 8, 4, 8, unverified=True),
    HeavyWeeks(9, 12, 4, 6),
)
"""Beyer 2015 as its table is shown elsewhere; the 8-repetition row is from memory."""


def heavy_weeks(week: int) -> HeavyWeeks:
    """The row of the slow heavy programme for a week from 1; beyond the last week its last row goes on."""
    return next((row for row in HEAVY_SCHEME if week <= row.last_week), HEAVY_SCHEME[-1])


def heavy_words(row: HeavyWeeks) -> str:
    """A row in words, such as `weeks 2-3: 3 x 12RM`."""
    weeks = f"week {row.first_week}" if row.first_week == row.last_week else f"weeks {row.first_week}-{row.last_week}"
    return f"{weeks}: {row.sets} x {row.repetition_maximum}RM{' (unverified)' if row.unverified else ''}"


HEAVY_NOTE = "RM: 15RM is a load that allows 15 repetitions and no more."
_HEAVY_DOSE = f"{', '.join(heavy_words(row) for row in HEAVY_SCHEME)}; 2-3 min between sets"
_FROM_S2: list[Stage] = ["S2", "S3", "S4", "S5"]
_ALFREDSON = "15 repetitions, for 12 weeks; lower slowly on the sore leg, rise with the other"

EXERCISES: tuple[Exercise, ...] = (
    Exercise(
        id="isometric_hold", name="Heel raise hold, both legs then one, knee straight and bent", kind="isometric",
        stages=["S1"], tier=1, knee="both", sets=4,
        dose="30-45 s hold (up to 5); a choice to start with, no gate, and less pain is not promised",
        per_week=7, grade="D", tier_unverified=True, source="design",
    ),
    Exercise(
        id="two_leg_raise", name="Two-leg heel raise, standing", kind="raises", stages=["S1"], tier=1,
        knee="straight", sets=3, dose="10-15 repetitions", per_week=7, grade="C", tier_unverified=True,
        source="silbernagel2020",
    ),
    Exercise(
        id="one_leg_raise", name="One-leg heel raise, standing", kind="raises", stages=["S1"], tier=2,
        knee="straight", sets=3, dose="10 repetitions", per_week=7, grade="C", tier_unverified=True,
        source="silbernagel2020",
    ),
    Exercise(
        id="seated_raise", name="Seated heel raise, no load", kind="raises", stages=["S1"], tier=1, knee="bent",
        sets=3, dose="10 repetitions; barely loads the tendon, so heavy bent-knee work follows in S2", per_week=7,
        grade="C", source="silbernagel2020",
    ),
    Exercise(
        id="eccentric_floor", name="Slow lowering on one leg, to the floor", kind="eccentric", stages=["S1"], tier=2,
        knee="straight", sets=3, dose="10 repetitions; rise on both legs, lower on the sore one", per_week=7,
        to_floor_only=True, grade="C", tier_unverified=True, source="silbernagel2020",
    ),
    Exercise(
        id="heavy_seated_raise", name="Heavy seated heel raise, knee bent", kind="slow heavy", stages=_FROM_S2,
        tier=2, knee="bent", sets=3, dose=_HEAVY_DOSE, tempo="6 s a repetition", per_week=3, grade="B",
        tier_unverified=True, source="beyer2015_table",
    ),
    Exercise(
        id="heavy_standing_raise", name="Heavy standing heel raise, knee straight", kind="slow heavy",
        stages=_FROM_S2, tier=2, knee="straight", sets=3, dose=_HEAVY_DOSE, tempo="6 s a repetition", per_week=3,
        grade="B", unverified=True, tier_unverified=True, source="beyer2015_table",
    ),
    Exercise(
        id="heavy_press_raise", name="Heavy heel raise in the leg press, knee straight", kind="slow heavy",
        stages=_FROM_S2, tier=2, knee="straight", sets=3, dose=_HEAVY_DOSE, tempo="6 s a repetition", per_week=3,
        grade="B", unverified=True, tier_unverified=True, source="beyer2015_table",
    ),
    Exercise(
        id="quick_rebound_raise", name="Quick rebounding heel raise", kind="rebounding", stages=["S3"], tier=3,
        knee="straight", sets=3, dose="20 repetitions", tempo="quick", per_week=2, grade="C",
        tier_unverified=True, source="silbernagel2020",
    ),
    Exercise(
        id="two_leg_hop", name="Two-leg hops on the spot", kind="hops", stages=["S3"], tier=3, knee="straight",
        sets=3, dose="10 hops to start with (choice of this project); before one-leg hops",
        tempo="quick", per_week=2, grade="D", tier_unverified=True, source="silbernagel2020",
    ),
    Exercise(
        id="one_leg_hop", name="One-leg hops on the spot", kind="hops", stages=["S3", "S5"], tier=4,
        knee="straight", sets=3, tempo="quick", per_week=2, grade="D", tier_unverified=True, source="silbernagel2020",
        dose="10 hops to start with (choice of this project); late in S3, once two-leg hops are easy",
    ),
    Exercise(
        id="running_drills", name="Running drills: marching, skipping, high knees", kind="drills", stages=["S3"],
        tier=3, knee="straight", sets=3, dose="20 m each to start with (choice of this project)",
        per_week=2, grade="D", tier_unverified=True, source="silbernagel2020",
    ),
)  # fmt: skip

ALTERNATIVES: tuple[Exercise, ...] = (
    Exercise(
        id="alfredson_straight", name="Heel drop over a step, knee straight", kind="eccentric", stages=["S2"], tier=2,
        knee="straight", sets=3, dose=_ALFREDSON, tempo="slow", per_week=14, locations=["midportion"], grade="B",
        tier_unverified=True, source="praet2019",
    ),
    Exercise(
        id="alfredson_bent", name="Heel drop over a step, knee bent", kind="eccentric", stages=["S2"], tier=2,
        knee="bent", sets=3, dose=_ALFREDSON, tempo="slow", per_week=14, locations=["midportion"], grade="B",
        tier_unverified=True, source="praet2019",
    ),
    Exercise(
        id="floor_drop_straight", name="Slow lowering to the floor, knee straight", kind="eccentric", stages=["S2"],
        tier=2, knee="straight", sets=3, dose=_ALFREDSON, tempo="slow", per_week=14, to_floor_only=True,
        locations=["insertional"], grade="C", tier_unverified=True, source="jonsson2008",
    ),
    Exercise(
        id="floor_drop_bent", name="Slow lowering to the floor, knee bent", kind="eccentric", stages=["S2"], tier=2,
        knee="bent", sets=3, dose=_ALFREDSON, tempo="slow", per_week=14, to_floor_only=True,
        locations=["insertional"], grade="C", tier_unverified=True, source="jonsson2008",
    ),
    Exercise(
        id="step_raise", name="Heel raise on a step", kind="raises", stages=["S2"], tier=2, knee="straight", sets=3,
        dose="15 repetitions", per_week=7, locations=["midportion"], grade="C", tier_unverified=True,
        source="silbernagel2020",
    ),
)  # fmt: skip
"""In place of the slow heavy programme: eccentric drops, or raises on a step. None was clearly better."""


def default_exercises(location: Location) -> tuple[Exercise, ...]:
    """The default table for this location; insertional: every strength exercise to the floor only."""
    return _suited(EXERCISES, location)


def alternatives(location: Location) -> tuple[Exercise, ...]:
    """What may stand in place of the slow heavy programme, for this location."""
    return _suited(ALTERNATIVES, location)


def _suited(table: Sequence[Exercise], location: Location) -> tuple[Exercise, ...]:
    chosen = [exercise for exercise in table if location in exercise.locations]
    if location == "midportion":
        return tuple(chosen)
    return tuple(
        item.model_copy(update={"to_floor_only": True}) if item.kind in STRENGTH_KINDS else item for item in chosen
    )


def exercises_for(plan: Plan, stage: Stage) -> tuple[Exercise, ...]:
    """The exercises of a stage: the plan's own table where it has one, else the default, for the plan's location.

    Slow heavy work comes as often as `strength_per_week` says, whatever its own `per_week`: less often while running
    returns. For the rest a plan's own table is taken as it stands, but for exercises of the other location.
    """
    if plan.exercise:
        table = tuple(item for item in plan.exercise if plan.tendon.location in item.locations)
    else:
        table = default_exercises(plan.tendon.location)
    per_week = strength_per_week(plan, stage)
    return tuple(
        item.model_copy(update={"per_week": per_week}) if item.kind == "slow heavy" else item
        for item in table
        if stage in item.stages
    )


def strength_per_week(plan: Plan, stage: Stage) -> int:
    """Days of slow heavy work a week: the plan's own number, else that of the evidence, lower while running returns."""
    if plan.strength.per_week is not None:
        return plan.strength.per_week
    return round(plan.value("strength_per_week_running" if stage in _RUNNING_STAGES else "strength_per_week"))


def dose_words(item: Exercise) -> str:
    """Sets and dose, such as `3 x 10 repetitions`; the slow heavy programme tells its sets week by week."""
    return item.dose if item.dose == _HEAVY_DOSE else f"{item.sets} x {item.dose}"


def exercise_words(item: Exercise) -> str:
    """One exercise in a line: name, sets and dose, tempo, how often, and what is to be known about it."""
    often = "daily" if item.per_week == 7 else "twice a day" if item.per_week == 14 else f"{item.per_week} x a week"
    parts = [dose_words(item), item.tempo, often]
    marks = [
        "soleus" if item.soleus else "",
        "heel not below the floor" if item.to_floor_only else "",
        "choice unverified" if item.unverified else "",
    ]
    marked = ", ".join(mark for mark in marks if mark)
    return f"{item.name}{f' [{marked}]' if marked else ''}: {'; '.join(part for part in parts if part)}"
