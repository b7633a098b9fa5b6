"""The words of a cue: what it says at a moment, what it puts into the recording, and all that it remembers."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

from gaitpipe.model import StrideUpdate

Judgement = Literal["waiting", "below", "in_band", "above"]
SoundName = Literal["low", "high", "click"]

NOT_YET = "no running yet"
WALKING = "walking"
NO_STEPS = "no good steps just now"
ONE_FOOT = "one foot is not seen"
CANNOT_TELL = "this sensor cannot tell running from walking"


@dataclass(frozen=True, slots=True)
class CueTone:
    """A sound and when it is due, in session time."""

    name: SoundName
    at_s: float


@dataclass(frozen=True, slots=True)
class CueSignal:
    """What to show at a moment. `value` and the band are in the metric's unit, None when not known.

    `off_pct` is how far the value is outside the band, in per cent of the baseline: negative below, 0 inside, None when
    it is not judged. `reason` says why it is not. `until_s` is when the present phase ends, None when it has no end.
    """

    phase: str
    feedback_on: bool
    judgement: Judgement
    value: float | None
    low: float | None
    high: float | None
    off_pct: float | None
    reason: str
    until_s: float | None


@dataclass(frozen=True, slots=True)
class Milestone:
    """A moment of the cue that belongs into the recording: `word` is one of before, start, part, end."""

    at_s: float
    word: Literal["before", "start", "part", "end"]
    text: str
    value: float | None = None


@dataclass(frozen=True, slots=True)
class Tally:
    """Judged steps, and those inside the band."""

    judged: int = 0
    inside: int = 0

    def plus(self, inside: bool) -> Tally:
        """The tally after one more judged step."""
        return Tally(self.judged + 1, self.inside + inside)


@dataclass(frozen=True, slots=True)
class CueMemory:
    """All that a cue knows. NaN: not known yet. `base_sum` and `base_count` are of left and right."""

    window: tuple[StrideUpdate, ...] = ()
    running_from_s: float = math.nan
    start_s: float = math.nan
    baseline: float = math.nan
    base_sum: tuple[float, float] = (0.0, 0.0)
    base_count: tuple[int, int] = (0, 0)
    base_speed_m_s: float | None = None
    speed_m_s: float | None = None
    judgement: Judgement = "waiting"
    reason: str = NOT_YET
    value: float = math.nan
    last_good_s: float = -math.inf
    last_tone_s: float = -math.inf
    last_tone: SoundName | None = None
    with_feedback: Tally = Tally()
    without: Tally = Tally()
