"""The beats of a metronome as a function of time: a grid that is never shifted, only masked.

Beat k lies at `origin_s + k * 60 / cadence_spm`. Its phase is free: it is not tied to the runner's steps, who finds it
by himself. Since every beat comes from the one formula, asking in pieces gives the beats of the whole, and a pause of
the feedback does not move the beats after it.
"""

from __future__ import annotations

import math
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Metronome:
    """Beats at a cadence [steps/min, one beat a step] from `origin_s` on."""

    cadence_spm: float
    origin_s: float

    def beats(self, from_s: float, to_s: float) -> tuple[float, ...]:
        """Times of the beats in [from_s, to_s), none before the origin."""
        step_s = 60.0 / self.cadence_spm
        first, last = (math.floor((time_s - self.origin_s) / step_s) for time_s in (from_s, to_s))
        around = (self.origin_s + k * step_s for k in range(max(0, first - 1), max(0, last + 2)))
        return tuple(beat_s for beat_s in around if from_s <= beat_s < to_s)
