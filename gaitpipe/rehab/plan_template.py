"""A new plan file that explains itself: every key in plain words, every number with its range, grade and source.

A line that begins with `#` and a blank explains. A line that begins with `#` and a key shows a default: without the
`#` it counts. So a plan holds only what differs from the evidence, and says what else could.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from gaitpipe.rehab.ladder import DEFAULT_LADDER
from gaitpipe.rehab.plan import SCHEMA_VERSION
from gaitpipe.rehab.plan_template_tables import (
    exercise_lines,
    flag_lines,
    ladder_lines,
    phrase_lines,
    red_flag_lines,
    threshold_lines,
)
from gaitpipe.rehab.toml_write import explain, toml_value
from gaitpipe.rehab.words import InjuredSide, Location, Path, Stage, Surface


@dataclass(frozen=True, slots=True)
class PlanStart:
    """What a new plan begins with; None where it is not known yet. `full` writes ladder and exercises to be edited."""

    athlete: str
    path: Path
    side: InjuredSide
    location: Location
    stage: Stage
    created: date
    mode: str = "clinic"
    clinician: str = ""
    level: str | None = None
    since: date | None = None
    started: date | None = None
    age_years: float | None = None
    pain_am: float | None = None
    stiff_am_min: float | None = None
    baseline_sessions: tuple[str, ...] = ()
    baseline_recorded: date | None = None
    baseline_surface: Surface | None = None
    shoe: str | None = None
    shoe_drop_mm: float | None = None
    heel_raise_norm_reps: int | None = None
    full: bool = False


def plan_template(start: PlanStart) -> str:
    """The text of a new plan file."""
    parts = [
        _opening(),
        _header(start),
        _tendon(start),
        _stage(start),
        _symptoms(start),
        _baseline(start),
        _load(),
        _strength(start),
        threshold_lines(),
        flag_lines(),
        red_flag_lines(start.created),
        phrase_lines(),
        ladder_lines(DEFAULT_LADDER, live=start.full),
        exercise_lines(start.location, live=start.full),
    ]
    return "\n\n".join("\n".join(lines) for lines in parts) + "\n"


def _setting(key: str, value: object, example: object = "") -> str:
    """A line that counts when the value is known, else a line that shows how it would look."""
    return f"{key} = {toml_value(value)}" if value is not None else f"#{key} = {toml_value(example)}"


def _opening() -> Iterator[str]:
    yield from explain(
        "Plan of rehab for one runner. Agreed between runner and clinician; gaitpipe only does what it says. "
        "Research and education software, not a medical device.",
        "'#' and a blank: an explanation. '#' and a key: a default or an example; take the '#' away to make it count. "
        "`gaitpipe plan check FILE` says what is wrong, `gaitpipe plan diff FILE` what differs from the defaults.",
        "Fixed, whatever a plan says: red flags RF1 to RF4, the order of the rules, that a missing morning never "
        "gives progress, that sensors can hold progress back but never create it.",
    )
    yield f"schema_version = {SCHEMA_VERSION}"


def _header(start: PlanStart) -> Iterator[str]:
    yield "[plan]"
    yield from explain("A pseudonym. No name, no e-mail address, no date of birth: keep who it is elsewhere.")
    yield _setting("athlete", start.athlete)
    yield from explain(
        "clinic: a clinician stands for the stages. self: metrics, log and red flags; stages only if a clinician is "
        "named below."
    )
    yield _setting("mode", start.mode)
    yield _setting("clinician", start.clinician or None, "name, profession")
    yield from explain(
        "R rebuild: no running until stage S4. K keep running: less of it, under pain monitoring, in S1 to S3 too."
    )
    yield _setting("path", start.path)
    yield _setting("created", start.created)
    yield from explain("First day of the programme; progress is judged after twelve weeks at the earliest.")
    yield _setting("started", start.started or start.since or start.created)
    yield from explain("Years; adults only without a clinician.")
    yield _setting("age_years", start.age_years, 40)
    yield from explain(
        "Pregnancy, or an operation on or injection into the tendon lately: true keeps decisions with a clinician."
    )
    yield "#clinician_only = true"
    yield from explain("Clinic only: decide by symptoms alone, the sensors do not count. Needs the reason.")
    yield "#symptom_only = true"
    yield '#symptom_only_reason = "why the sensors are left out"'


def _tendon(start: PlanStart) -> Iterator[str]:
    yield "[tendon]"
    yield from explain("left, right or both. With both, the sides are not compared; a norm counts (see [strength]).")
    yield _setting("side", start.side)
    yield from explain(
        "midportion: 2 to 6 cm above the heel bone. insertional: at the heel bone; the heel stays above the floor in "
        "exercises, no calf stretching over a step, hills come late."
    )
    yield _setting("location", start.location)


def _stage(start: PlanStart) -> Iterator[str]:
    yield "[stage]"
    yield from explain(
        "S0 triage, S1 settle, S2 strength (slow, heavy, soleus), S3 spring (hops, drills), S4 return to running "
        "(walk-run ladder), S5 return to performance. No stage is skipped without a clinician's reason."
    )
    yield _setting("stage", start.stage)
    yield from explain("Only S4: where on the ladder.")
    yield _setting("level", start.level, DEFAULT_LADDER[0].level)
    yield from explain("Since when in this stage; its minimum time counts from here.")
    yield _setting("since", start.since or start.created)
    yield from explain("A clinician's word against the rules: printed with every decision.")
    yield "#[stage.override]"
    yield f"#stage = {toml_value(start.stage)}"
    if start.stage == "S4":
        yield f"#level = {toml_value(start.level or DEFAULT_LADDER[0].level)}"
    yield '#reason = "why"'
    yield '#clinician = "name, profession"'
    yield f"#decided = {toml_value(start.created)}"


def _symptoms(start: PlanStart) -> Iterator[str]:
    yield "[symptom_baseline]"
    yield from explain(
        "The usual morning: pain 0-10 at the first steps, stiffness in minutes. Left out: the own median of the last "
        "seven days counts. Fix it only where those days are not usual."
    )
    yield _setting("pain_am", start.pain_am, 1)
    yield _setting("stiff_am_min", start.stiff_am_min, 5)


def _baseline(start: PlanStart) -> Iterator[str]:
    yield "[baseline]"
    yield from explain(
        "Sessions that today's is compared with (their names in summary.json): same speed, same surface, same shoe. "
        "Three or more give the clinic's own measurement error."
    )
    yield f"sessions = {toml_value(list(start.baseline_sessions))}"
    yield _setting("recorded", start.baseline_recorded, start.created)
    yield from explain("treadmill, road, track, grass, trail or sand. Treadmill and road are not comparable.")
    yield _setting("surface", start.baseline_surface, "treadmill")
    yield _setting("shoe", start.shoe, "maker and model")
    yield from explain("Heel-to-toe drop in mm: a lower shoe is noticed.")
    yield _setting("shoe_drop_mm", start.shoe_drop_mm, 10)
    yield from explain("Steepest part in %.")
    yield "#incline_pct = 0"
    yield from explain(
        "Usual week before the injury (or the best stable one) in baseline steps of one leg, and longest run in min."
    )
    yield "#weekly_load_steps = 10000"
    yield "#longest_run_min = 60"


def _load() -> Iterator[str]:
    yield "[load]"
    yield from explain(
        "The clinic's own test-retest in place of the default error: the index (PSI) of at least three repeats in % of "
        "their mean, or the smallest detectable change in points."
    )
    yield "#test_retest_psi = [99.1, 100.4, 100.5]"
    yield "#mdc_psi = 7.3"


def _strength(start: PlanStart) -> Iterator[str]:
    yield "[strength]"
    yield from explain(
        "Days of slow heavy calf work a week, the soleus (knee bent) included. Left out: as in [thresholds]. "
        "Strength goes on in all stages; stretching does not stand in for it."
    )
    yield "#per_week = 3"
    yield from explain(
        "Single-leg heel raises: lower limit of the norm for age and sex. Needed when both sides are injured."
    )
    yield _setting("heel_raise_norm_reps", start.heel_raise_norm_reps, 20)
