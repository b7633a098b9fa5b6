"""The words of load and rehab: what the pure functions of this part take and give.

Everything here is data. Missing is None, never 0; a thing that could not be judged says why in a sentence.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Literal, TypeAlias, get_args

from gaitpipe.model import Side

Stage = Literal["S0", "S1", "S2", "S3", "S4", "S5"]
STAGES: tuple[Stage, ...] = get_args(Stage)
Path = Literal["R", "K"]
"""R rebuild: no running until S4. K keep running: less of it, under pain monitoring, in S1 to S3 too."""
Location = Literal["midportion", "insertional"]
InjuredSide = Literal["left", "right", "both"]
Surface = Literal["treadmill", "road", "track", "grass", "trail", "sand"]
SURFACES: tuple[Surface, ...] = get_args(Surface)
DecisionWord = Literal["REFER", "REGRESS", "HOLD", "PROGRESS", "INSUFFICIENT"]
FlagLevel = Literal["none", "info", "amber", "red", "not assessed"]
Direction = Literal["up", "down", "within error", "no conclusion"]


@dataclass(frozen=True, slots=True)
class Context:
    """Where and in what a run was: what decides whether two runs may be compared. None: not known.

    `shoe` is the name the runner gave it, `incline_pct` the steepest part, `speed_m_s` the belt's, or the measured one.
    """

    surface: Surface | None = None
    shoe: str | None = None
    shoe_drop_mm: float | None = None
    shoe_minimal: bool | None = None
    incline_pct: float | None = None
    speed_m_s: float | None = None


@dataclass(frozen=True, slots=True)
class LegMeans:
    """Means over the good running strides of one leg; `strides` is how many they are."""

    strides: int
    contact_time_s: float | None
    stride_time_s: float | None
    foot_strike_angle_deg: float | None = None
    shank_angle_ic_deg: float | None = None


@dataclass(frozen=True, slots=True)
class Window:
    """Half a minute or so of a run (`load_window_s`): the means of each leg in it; a leg without strides is None."""

    start_s: float
    left: LegMeans | None
    right: LegMeans | None


@dataclass(frozen=True, slots=True)
class DriftFigure:
    """Change within the run of one quantity on one side, last part less first; in the unit of the quantity.

    `change_pct` is None for angles; `exceeds` says whether the change is larger than its smallest detectable one.
    """

    key: str
    side: Side
    change: float | None
    change_pct: float | None
    exceeds: bool | None
    note: str = ""


@dataclass(frozen=True, slots=True)
class GaitScreen:
    """What the rehab part takes of one analysed session: everything comes out of its `summary.json`.

    `mode` is the gait that the figures speak of. `errors` are the codes of findings that make figures unreliable,
    `cautions` those of the other warnings, `lost_share` the lost samples of the worse sensor. `day` is the UTC day
    of the recording, None when not known.
    """

    name: str
    day: date | None
    mode: Literal["run", "walk"]
    synthetic: bool
    context: Context
    placement: Literal["foot", "shank"] | None
    rate_hz: float | None
    left: LegMeans | None
    right: LegMeans | None
    windows: tuple[Window, ...]
    drift: tuple[DriftFigure, ...]
    errors: tuple[str, ...]
    lost_share: float
    clock_residual_s: float | None
    software_version: str
    parameter_hash: str
    input_sha256: str
    cautions: tuple[str, ...] = ()

    def leg(self, side: Side) -> LegMeans | None:
        """The means of one leg."""
        return self.left if side == "left" else self.right


@dataclass(frozen=True, slots=True)
class Gate:
    """A condition for a figure to be given: passed, or the reason why not; `passed` None: it could not be checked.

    `scope` is what a gate that is not passed takes away: the whole index, the comparison at the same speed
    (`psi_technique`), or nothing (it is only said).
    """

    id: str
    passed: bool | None
    reason: str
    scope: Literal["index", "technique", "note"] = "index"


@dataclass(frozen=True, slots=True)
class AchillesLoad:
    """The relative Achilles load index of a session against the athlete's own baseline (rehab.md 2.2).

    `psi` is the per-step index in % of the baseline step whatever the speed, `psi_technique` the same but only given
    at the baseline's speed; None with the reason in `gates`. `mdc_psi` is the smallest detectable change in points of
    the index, `mdc_load_pct` that of the session load. `load_steps` is the session's load in baseline-step equivalents
    (CLI), `reference_steps` the largest of the 30 days before (CLI_ref), `session_ratio` their quotient (SLR) and
    `session_ratio_range` the smallest and largest over the exponents and strike weights; `step_weights` and
    `session_ratios` give all of them, keyed (exponent, strike weight). `direction` is of the session ratio,
    `psi_direction` of the index. `asymmetry_pct` is 100 x (injured - other) / mean of contact time (left - right when
    both are injured): a behaviour marker, never part of the index. All figures are unrounded.
    """

    psi: float | None
    psi_technique: float | None
    psi_direction: Direction | None
    mdc_psi: float | None
    uncertainty_psi: float | None
    uncertainty_source: str
    peak_force_bw: float | None
    peak_force_baseline_bw: float | None
    strike_term: float | None
    strike_term_baseline: float | None
    step_weight: float | None
    mdc_load_pct: float | None
    load_steps: float | None
    load_steps_note: str
    reference_steps: float | None
    reference_note: str
    session_ratio: float | None
    session_ratio_range: tuple[float, float] | None
    step_weights: Mapping[tuple[float, float], float]
    session_ratios: Mapping[tuple[float, float], float]
    direction: Direction | None
    asymmetry_pct: float | None
    asymmetry_baseline_pct: float | None
    asymmetry_change_pct: float | None
    cadence_change_pct: float | None
    gates: tuple[Gate, ...]

    @property
    def reasons(self) -> tuple[str, ...]:
        """Why there is no index, in sentences; empty when there is one."""
        return tuple(gate.reason for gate in self.gates if gate.passed is False and gate.scope == "index")

    @property
    def technique_reasons(self) -> tuple[str, ...]:
        """Why there is no `psi_technique`, in sentences: no index at all, or another or an unknown speed."""
        speed = (gate for gate in self.gates if gate.passed is not True and gate.scope == "technique")
        return self.reasons + tuple(gate.reason for gate in speed)


@dataclass(frozen=True, slots=True)
class Flag:
    """One flag F1-F11 of a session; `blocks` when it stands in the way of PROGRESS at this stage.

    `value`, `baseline`, `amber`, `red` are in `unit`. `text` says in a sentence what was seen, or why it was not
    assessed.
    """

    id: str
    level: FlagLevel
    blocks: bool
    text: str
    unit: str = ""
    value: float | None = None
    baseline: float | None = None
    amber: float | None = None
    red: float | None = None


@dataclass(frozen=True, slots=True)
class FiredRule:
    """A rule that fired: its id, what it saw in a sentence, and the inputs and thresholds it compared."""

    id: str
    text: str
    inputs: Mapping[str, Any] = field(default_factory=dict)
    thresholds: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Criterion:
    """One criterion of leaving a stage: met, not met, or not known (None), with what was seen and what is asked."""

    id: str
    label: str
    met: bool | None
    seen: str
    asked: str


@dataclass(frozen=True, slots=True)
class Decision:
    """What the engine decided, and everything it rests on.

    `rules` fired at the level of the decision, `other_rules` fired but are outranked. `stage_out`/`level_out` is where
    the next session stands. `missing` says what stood in the way of PROGRESS when nothing else did (INSUFFICIENT).
    `advice` are at most three phrases, filled in, as (id, text). `decided_by` is "rules" or "clinician override".
    `review` says that a clinician should look even though no red flag fired (REFER-soft). `cautions` are said and stand
    in nobody's way; `red_flags_due` says that the red-flag questions are to be asked (empty: they were, lately).
    """

    decision: DecisionWord
    stage_in: Stage
    level_in: str | None
    stage_out: Stage
    level_out: str | None
    rules: tuple[FiredRule, ...]
    other_rules: tuple[FiredRule, ...]
    flags: tuple[Flag, ...]
    criteria: tuple[Criterion, ...]
    missing: tuple[str, ...]
    review: str
    action: str
    advice: tuple[tuple[str, str], ...]
    conflicts: tuple[str, ...]
    load: AchillesLoad | None
    inputs: Mapping[str, Any]
    thresholds: Mapping[str, float]
    decided_by: str
    override_reason: str
    decided_on: date
    parameter_hash: str
    cautions: tuple[str, ...] = ()
    red_flags_due: str = ""


Activity: TypeAlias = Literal["run", "strength", "light", "rest", "screen", "review"]


@dataclass(frozen=True, slots=True)
class PlannedDay:
    """One entry of the return plan: a day, what it is for, and the words for the runner.

    `daily_for` is how many days in a row it repeats from `day` on; 1 for an entry of one day.
    """

    day: date
    activity: Activity
    title: str
    text: str
    minutes: float | None = None
    level: str | None = None
    daily_for: int = 1


@dataclass(frozen=True, slots=True)
class ReturnPlan:
    """The next two weeks, and the checks up to week 12 and beyond; `notes` say what limits it."""

    start: date
    days: tuple[PlannedDay, ...]
    checks: tuple[PlannedDay, ...]
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class BlockFigure:
    """One metric before, under and after a cue (A-B-A), in the unit of `unit`.

    `difference` is cue less the mean of the two plain blocks; `low`, `high` its 95 % interval; `mdc` the smallest
    detectable change; `exceeds` whether the difference is larger. `returned` tells whether the wash-out came back to
    the first block.
    """

    key: str
    label: str
    unit: str
    before: float | None
    cue: float | None
    after: float | None
    difference: float | None
    low: float | None
    high: float | None
    mdc: float | None
    exceeds: bool | None
    returned: bool | None
    note: str = ""


@dataclass(frozen=True, slots=True)
class BeforeAfter:
    """The A-B-A comparison of one visit. `comfort` 0 (very awkward) to 10 (as usual), None when not asked."""

    cue: str
    figures: tuple[BlockFigure, ...]
    strides: tuple[int, int, int]
    comfort: float | None
    notes: tuple[str, ...]
