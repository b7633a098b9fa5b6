"""Every number about the body, with unit, plausible range, evidence grade, tag and source: one place, printed by the report.

`tag` says how the number was come by: "read" (source read), "memory" (from memory of the literature, shown as
unverified), "engineering" (a choice of this project), "derived" (measured or computed here; the note says on what).
Grades: A trials in people with the condition, B direct laboratory studies, C indirect, D expert opinion or engineering.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Tag = Literal["read", "memory", "engineering", "derived"]
Grade = Literal["A", "B", "C", "D"]


@dataclass(frozen=True, slots=True)
class Source:
    """Where a number comes from."""

    key: str
    reference: str


@dataclass(frozen=True, slots=True)
class Number:
    """One number about the body or about how well the sensors see it."""

    key: str
    value: float
    unit: str
    low: float
    high: float
    grade: Grade
    tag: Tag
    source: str
    note: str


SOURCES: tuple[Source, ...] = (
    Source("design", "gaitpipe engineering choice, documented in docs/architecture.md"),
    Source(
        "hamner2013",
        "Hamner SR, Delp SL (2013) J Biomech 46:780-787: treadmill running, optical markers and force plates; the sensor "
        "signals are computed from the markers",
    ),
    Source(
        "altman2012",
        "Altman AR, Davis IS (2012) Gait Posture 35:298-300: strike index and foot strike angle",
    ),
)

NUMBERS: tuple[Number, ...] = (
    Number("stride_time_minimum_s", 0.40, "s", 0.35, 0.50, "D", "engineering", "design", "150 strides/min per foot"),
    Number("stride_time_maximum_s", 1.60, "s", 1.40, 2.00, "D", "engineering", "design", "slow walking"),
    Number("contact_time_minimum_s", 0.09, "s", 0.08, 0.12, "D", "engineering", "design", "below that a sprint at best"),
    Number("contact_time_maximum_run_s", 0.45, "s", 0.40, 0.50, "D", "engineering", "design", "slow jogging"),
    Number("foot_ic_bias_s", 0.0, "s", -0.04, 0.04, "C", "derived", "hamner2013", ""),
    Number("foot_tc_bias_s", 0.0, "s", -0.04, 0.04, "C", "derived", "hamner2013", ""),
    Number("shank_ic_bias_s", 0.0, "s", -0.04, 0.04, "C", "derived", "hamner2013", ""),
    Number("shank_tc_bias_s", 0.0, "s", -0.04, 0.08, "C", "derived", "hamner2013", ""),
    Number("duty_factor_walk", 0.50, "1", 0.50, 0.50, "D", "engineering", "design", "no flight phase: walking, by definition"),
    Number("duty_factor_hysteresis", 0.02, "1", 0.01, 0.04, "D", "engineering", "design", "both ways, over three strides"),
)  # fmt: skip

_BY_KEY = {number.key: number for number in NUMBERS}


def number(key: str) -> Number:
    """The entry of a key; KeyError names an unknown one."""
    return _BY_KEY[key]


def value(key: str) -> float:
    """The value of a key, in its SI unit."""
    return _BY_KEY[key].value


def reference(key: str) -> str:
    """The full reference of a source key."""
    return next(source.reference for source in SOURCES if source.key == key)
