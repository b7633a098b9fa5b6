"""The plan of one athlete: where they stand in rehab, what was agreed, and which numbers a clinician has changed.

One TOML file (`schema_version = 1`). Everything about numbers is in `gaitpipe.evidence`; the plan holds only what
differs, inside the range that the evidence gives. Strict: no unknown key, no text where a number belongs.
"""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from gaitpipe import evidence
from gaitpipe.evidence.types import Grade
from gaitpipe.rehab.words import InjuredSide, Location, Path, Stage, Surface

SCHEMA_VERSION = 1
RED_FLAG_IDS = tuple(f"RF{number}" for number in range(1, 9))
FIXED_RED_FLAGS = RED_FLAG_IDS[:4]
"""Rupture, fluoroquinolone, clot, infection: no plan may switch them off."""
FLAG_IDS = tuple(f"F{number}" for number in range(1, 12))
DATA_QUALITY_FLAG = "F11"
Text = Annotated[str, Field(min_length=1)]
Pain = Annotated[float, Field(ge=0, le=10, allow_inf_nan=False)]
NotNegative = Annotated[float, Field(ge=0, allow_inf_nan=False)]


def is_name(text: str) -> bool:
    """Whether a text can name a clinician: two letters or digits or more, a letter among them; a dash names nobody."""
    return sum(letter.isalnum() for letter in text) >= 2 and any(letter.isalpha() for letter in text)


class Table(BaseModel):
    """A table of the file: strict, and closed to unknown keys."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class Header(Table):
    """Whose plan, in which mode. `athlete` is a pseudonym. Without a clinician's plan there is no stage decision."""

    athlete: Text
    mode: Literal["clinic", "self"]
    path: Path
    clinician: str = ""
    created: date | None = None
    started: date | None = None
    symptom_only: bool = False
    symptom_only_reason: str = ""
    age_years: Annotated[float, Field(ge=0, le=120)] | None = None
    clinician_only: bool = False


class Tendon(Table):
    side: InjuredSide
    location: Location


class Override(Table):
    """A clinician's word against the engine's: the decision it stands for, since when, and why."""

    stage: Stage
    level: str | None = None
    reason: Text
    clinician: Text
    decided: date


class StageTable(Table):
    stage: Stage
    level: str | None = None
    since: date | None = None
    override: Override | None = None


class SymptomBaseline(Table):
    """Usual morning, fixed by hand; without it the own median of the last seven days counts."""

    pain_am: Pain | None = None
    stiff_am_min: NotNegative | None = None


class Baseline(Table):
    """The sessions that today's is compared with, and what they were run in (the log's entry of a session wins)."""

    sessions: list[Text] = []
    recorded: date | None = None
    surface: Surface | None = None
    shoe: str | None = None
    shoe_drop_mm: NotNegative | None = None
    incline_pct: float | None = None
    weekly_load_steps: NotNegative | None = None
    longest_run_min: NotNegative | None = None


class LoadTable(Table):
    """The clinic's own test-retest: PSI of repeated sessions in % of their mean, in place of the default errors."""

    test_retest_psi: list[float] = []
    mdc_psi: NotNegative | None = None


class LadderLevel(Table):
    """`sets` times `run_min` with `walk_min` between; `strides` are short faster runs of `strides_s` at the end."""

    level: Text
    sets: Annotated[int, Field(ge=1, le=60)]
    run_min: Annotated[float, Field(gt=0, le=300, allow_inf_nan=False)]
    walk_min: NotNegative
    strides: Annotated[int, Field(ge=0, le=60)] = 0
    strides_s: Annotated[float, Field(ge=0, le=120, allow_inf_nan=False)] = 0.0

    @property
    def running_min(self) -> float:
        """Minutes of running in all, without the strides."""
        return self.sets * self.run_min

    @property
    def total_min(self) -> float:
        """Minutes of running in all, the strides too: what the growth rule looks at."""
        return self.running_min + self.strides * self.strides_s / 60.0


class Exercise(Table):
    """One exercise: what, in which stages, how much, how slowly, how often, and what that rests on.

    `tier` is the tendon load class 1 (low) to 4 (high), `knee` which calf muscle it asks for, `to_floor_only` that the
    heel stays at or above the floor, `locations` whom it suits. `unverified` says that dose or choice is from memory,
    `tier_unverified` that the tier is. `source` is a key of the evidence, or the clinic's own words.
    """

    id: Text
    name: Text
    kind: Literal["isometric", "raises", "slow heavy", "eccentric", "rebounding", "hops", "drills"]
    stages: list[Stage]
    tier: Annotated[int, Field(ge=1, le=4)]
    knee: Literal["straight", "bent", "both"]
    sets: Annotated[int, Field(ge=1, le=20)]
    dose: Text
    tempo: str = ""
    per_week: Annotated[int, Field(ge=1, le=14)]
    to_floor_only: bool = False
    locations: list[Location] = ["midportion", "insertional"]
    grade: Grade | None = None
    unverified: bool = False
    tier_unverified: bool = False
    source: Text

    @property
    def soleus(self) -> bool:
        """Whether it trains the soleus, the deep calf muscle: strength work with the knee bent."""
        return self.knee in ("bent", "both") and self.kind not in ("rebounding", "hops", "drills")


class Strength(Table):
    per_week: Annotated[int, Field(ge=1, le=7)] | None = None
    heel_raise_norm_reps: Annotated[int, Field(ge=1, le=100)] | None = None


class Flags(Table):
    """Flags that a clinician has switched off, each with a reason."""

    off: dict[str, Text] = {}


class Cleared(Table):
    """A clinician has assessed a red flag that was ticked on or before this day."""

    id: Text
    assessed: date
    reason: Text
    clinician: Text


class RedFlags(Table):
    """Further red flags of the clinic, those switched off (never RF1 to RF4), and those a clinician has cleared."""

    extra: dict[str, Text] = {}
    off: list[str] = []
    cleared: list[Cleared] = []


class Plan(Table):
    schema_version: Literal[1]
    plan: Header
    tendon: Tendon
    stage: StageTable
    symptom_baseline: SymptomBaseline = SymptomBaseline()
    baseline: Baseline = Baseline()
    load: LoadTable = LoadTable()
    thresholds: dict[str, float] = {}
    ladder: list[LadderLevel] = []
    exercise: list[Exercise] = []
    strength: Strength = Strength()
    flags: Flags = Flags()
    red_flags: RedFlags = RedFlags()
    phrases: dict[str, Text] = {}

    def value(self, key: str) -> float:
        """The threshold of this plan: its own where it sets one, that of the evidence otherwise."""
        return self.thresholds.get(key, evidence.value(key))
