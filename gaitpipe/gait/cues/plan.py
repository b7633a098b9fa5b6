"""What a cue asks for: one figure, a band beside the runner's own baseline, how it is told, and when.

Rules
  1. One figure at a time: cadence, or ground contact time.
  2. The band is in per cent of the baseline. Its limits and its least width stand in `evidence`; a plan outside them is
     refused with the reason. They are limits of this project: no study says where a change begins to do harm.
  3. The baseline is a number (of an earlier run, or typed), or it is measured in the plain running before the cue.
  4. A metronome beats each step at the middle of the band, so it is for cadence alone.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from typing import Literal

from gaitpipe.errors import UsageError
from gaitpipe.evidence import value
from gaitpipe.gait.cues.schedule import Schedule

CueMetric = Literal["cadence", "contact"]
CueSound = Literal["metronome", "tone", "none"]

_NUMBER = r"([+-]?\d{1,3}(?:[.,]\d+)?)"
_BAND = re.compile(rf"\s*{_NUMBER}\s*%?\s*(?:\.\.+|to|\u2026)\s*{_NUMBER}\s*%?\s*")
BAND_ADVICE = "Write both ends in per cent of the baseline, such as 5..10% (quicker) or -3..3% (as usual)."
OURS = "It is a limit of this project: where a change begins to do harm was not studied."


@dataclass(frozen=True, slots=True)
class Metric:
    """A figure that can be cued; `scale` turns its SI unit (or 1/min) into what people read.

    `below` and `above` are what to ask of a runner who is below or above the band.
    """

    key: str
    label: str
    unit: str
    scale: float
    below: str
    above: str
    lowest: float
    highest: float

    def shown(self, size: float) -> str:
        """A value with its unit, as people read it."""
        return f"{self.scale * size:.0f} {self.unit}"


METRICS: dict[CueMetric, Metric] = {
    "cadence": Metric("cadence_spm", "cadence", "steps/min", 1.0, "quicker steps", "slower steps", 100.0, 260.0),
    "contact": Metric(
        "ground_contact_time_s", "ground contact time", "ms", 1e3, "longer contact", "shorter contact", 0.1, 0.5
    ),
}
"""`lowest` and `highest` are what running is: a baseline outside is a wrong unit or walking."""


@dataclass(frozen=True, slots=True)
class Band:
    """The target, in per cent of the baseline: `low_pct` below `high_pct`, both with their sign."""

    low_pct: float
    high_pct: float

    def __str__(self) -> str:
        return f"{self.low_pct:+g}..{self.high_pct:+g} %"


@dataclass(frozen=True, slots=True)
class CuePlan:
    """One cue; build it with `make_plan`, which refuses what cannot be.

    `baseline` is in the metric's unit (1/min or s), None: measured in the plain running before the cue, of `before_s`.
    `baseline_speed_m_s` is the speed it was measured at, None when not known. `sides` is how many sensors there are.
    """

    metric: CueMetric
    band: Band
    schedule: Schedule
    sound: CueSound
    before_s: float
    sides: int = 2
    baseline: float | None = None
    baseline_speed_m_s: float | None = None

    @property
    def of(self) -> Metric:
        """The figure that is cued."""
        return METRICS[self.metric]

    def target(self, baseline: float) -> tuple[float, float]:
        """The ends of the band in the metric's unit, for a baseline."""
        return baseline * (1.0 + self.band.low_pct / 100.0), baseline * (1.0 + self.band.high_pct / 100.0)

    def in_words(self, baseline: float) -> str:
        """The target in a line: figure, band in its unit, band in per cent, baseline."""
        low, high = (self.of.scale * end for end in self.target(baseline))
        return f"{self.of.label} {low:.0f}-{high:.0f} {self.of.unit} ({self.band} of {self.of.shown(baseline)})"


def usual_band(metric: CueMetric) -> Band:
    """The band that is taken when none is given.

    Raises
    ------
    UsageError
        There is none for this metric.
    """
    if metric != "cadence":
        message = "there is no usual band for ground contact time"
        raise UsageError(message, f"Add --band. {BAND_ADVICE}")
    return Band(value("cue_cadence_low_pct"), value("cue_cadence_high_pct"))


def parse_band(text: str) -> Band:
    """Read `5..10%`, `+5..+10 %`, `-3 to 3%`.

    Raises
    ------
    UsageError
        It is no band.
    """
    found = _BAND.fullmatch(text)
    if found is None:
        raise UsageError(f"'{text}' is no band", BAND_ADVICE)
    low_pct, high_pct = (float(end.replace(",", ".")) for end in found.groups())
    if low_pct >= high_pct:
        raise UsageError(f"the band {text} does not go from low to high", BAND_ADVICE)
    return Band(low_pct, high_pct)


def make_plan(
    metric: CueMetric,
    band: Band,
    schedule: Schedule,
    sound: CueSound,
    before_s: float,
    *,
    sides: int = 2,
    baseline: float | None = None,
    baseline_speed_m_s: float | None = None,
) -> CuePlan:
    """Build a plan of what a runner may be asked for; parameters as the fields of `CuePlan`.

    Raises
    ------
    UsageError
        A band beyond the limits or too narrow, a metronome for contact time, or a baseline that is no running.
    """
    lowest, highest, width = _limits(metric)
    of = METRICS[metric]
    if band.low_pct < lowest or band.high_pct > highest:
        message = f"a cue on {of.label} may ask for {lowest:+g} to {highest:+g} % of the baseline, not {band}"
        raise UsageError(message, f"Choose a band inside. {OURS}")
    if band.high_pct - band.low_pct < width:
        message = f"the band {band} is too narrow for {of.label}: ordinary steps leave it"
        raise UsageError(message, f"Make it {width:g} % wide or wider.")
    if sound == "metronome" and metric != "cadence":
        raise UsageError("a metronome sets the cadence, not the contact time", "Use --cue-sound tone.")
    if baseline is not None and not (math.isfinite(baseline) and of.lowest <= baseline <= of.highest):
        limits = f"{of.scale * of.lowest:g} to {of.scale * of.highest:g} {of.unit}"
        message = f"a baseline of {of.scale * baseline:g} {of.unit} is no {of.label} of running ({limits})"
        raise UsageError(message, "Cadence counts the steps of both feet in a minute; contact time is in ms.")
    return CuePlan(metric, band, schedule, sound, before_s, sides, baseline, baseline_speed_m_s)


def _limits(metric: CueMetric) -> tuple[float, float, float]:
    """Lowest and highest change that may be asked for, and the least width of the band, in per cent."""
    if metric == "cadence":
        return value("cue_cadence_lowest_pct"), value("cadence_cue_highest_pct"), value("cue_cadence_width_pct")
    limit_pct = value("cue_contact_limit_pct")
    return -limit_pct, limit_pct, value("cue_contact_width_pct")
