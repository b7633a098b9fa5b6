"""When feedback is on during a cue: parts of a length, each with the share of the time that feedback is on.

Rules
  1. A schedule is a row of parts. Time is counted from the start of the cue; after the last part there is no feedback.
  2. Inside a part feedback is on for the first `share` of each cycle and off for the rest: 0.5 with a cycle of 60 s is
     30 s on, 30 s off. Cycles are counted from the start of their part.
  3. `faded` is all the time, half of the time, none: the runner takes over. `constant` never ends.
  4. Written out: `60 on, 30 off, 4:00 half, 2min 25%`. `on` is 100 %, `half` 50 %, `off` 0 %.

That feedback is faded at all follows studies that fade over sessions (`evidence`); fading within one session, and the
lengths, are choices of this project.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from itertools import accumulate

from gaitpipe.errors import UsageError
from gaitpipe.evidence import value

SHORTEST_PART_S = 5.0
LONGEST_PART_S = 4 * 3600.0
MOST_PARTS = 60
EXAMPLE = "Write faded, constant, or parts such as '60 on, 30 off, 4:00 half' (seconds or minutes:seconds)."
NO_FEEDBACK = "no feedback"
_WORDS = {"on": 1.0, "half": 0.5, "off": 0.0}
_PART = re.compile(
    r"(?:(?P<min>\d{1,3}):(?P<s>[0-5]\d)|(?P<n>\d{1,5}(?:\.\d+)?)\s*(?P<unit>s|sec|min)?)\s+"
    r"(?:(?P<word>on|half|off)|(?P<pct>\d{1,3})\s*%)",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Part:
    """Feedback is on for `share` (0 to 1) of each cycle, for `duration_s` (infinite: to the end of the session)."""

    duration_s: float
    share: float

    @property
    def name(self) -> str:
        """The part in a word or two: `feedback on`, `feedback 50 %`, `no feedback`."""
        if self.share >= 1.0:
            return "feedback on"
        return NO_FEEDBACK if self.share <= 0.0 else f"feedback {100 * self.share:.0f} %"


@dataclass(frozen=True, slots=True)
class Schedule:
    """The parts of a cue in their order; `cycle_s` is a cycle of the parts that are neither all nor nothing."""

    parts: tuple[Part, ...]
    cycle_s: float

    @property
    def duration_s(self) -> float:
        """Length of the whole cue; infinite when it has no end of its own."""
        return sum(part.duration_s for part in self.parts)

    @property
    def starts_s(self) -> tuple[float, ...]:
        """When each part starts, counted from the start of the cue."""
        return tuple(accumulate((part.duration_s for part in self.parts[:-1]), initial=0.0))

    def part_at(self, since_start_s: float) -> int:
        """Index of the part at a time since the start; -1 before it, `len(parts)` after the last one."""
        if since_start_s < 0.0:
            return -1
        ends_s = accumulate(part.duration_s for part in self.parts)
        return next((k for k, end_s in enumerate(ends_s) if since_start_s < end_s), len(self.parts))

    def feedback_on(self, since_start_s: float) -> bool:
        """Whether feedback is on at a time since the start of the cue."""
        place = self.part_at(since_start_s)
        if not 0 <= place < len(self.parts):
            return False
        inside_s = math.fmod(since_start_s - self.starts_s[place], self.cycle_s)
        return inside_s < self.parts[place].share * self.cycle_s


def faded() -> Schedule:
    """All the time, half of the time, none."""
    parts = Part(value("cue_full_s"), 1.0), Part(value("cue_half_s"), 0.5), Part(value("cue_off_s"), 0.0)
    return Schedule(parts, value("cue_cycle_s"))


def constant() -> Schedule:
    """All the time, to the end of the session."""
    return Schedule((Part(math.inf, 1.0),), value("cue_cycle_s"))


def parse_schedule(text: str) -> Schedule:
    """Read a schedule: `faded`, `constant`, or its parts.

    Raises
    ------
    UsageError
        It cannot be read, a part is too short or too long, or feedback is never on.
    """
    word = text.strip().lower()
    if word in ("faded", "constant"):
        return faded() if word == "faded" else constant()
    if not word:
        raise UsageError("the cue schedule is empty", EXAMPLE)
    pieces = [piece.strip() for piece in text.split(",")]
    if len(pieces) > MOST_PARTS:
        raise UsageError(f"{len(pieces)} parts of a cue are too many", f"Give at most {MOST_PARTS}. {EXAMPLE}")
    parts = tuple(_part(piece) for piece in pieces)
    if not any(part.share > 0.0 for part in parts):
        raise UsageError(f"feedback is never on in '{text}'", EXAMPLE)
    return Schedule(parts, value("cue_cycle_s"))


def _part(text: str) -> Part:
    found = _PART.fullmatch(text)
    if found is None:
        raise UsageError(f"'{text}' is no part of a cue schedule", EXAMPLE)
    if found["min"] is not None:
        duration_s = 60.0 * int(found["min"]) + int(found["s"])
    else:
        duration_s = float(found["n"]) * (60.0 if (found["unit"] or "s").lower() == "min" else 1.0)
    share = _WORDS[found["word"].lower()] if found["word"] else int(found["pct"]) / 100.0
    if share > 1.0:
        raise UsageError(f"'{text}': feedback cannot be on for more than 100 % of the time", EXAMPLE)
    if not SHORTEST_PART_S <= duration_s <= LONGEST_PART_S:
        limits = f"{SHORTEST_PART_S:g} s to {LONGEST_PART_S / 3600.0:g} h"
        raise UsageError(f"'{text}' is too short or too long for a part of a cue ({limits})", EXAMPLE)
    return Part(duration_s, share)
