"""The cues that a recording holds, from its events or from `summary.json`: where plain running and cue begin and end.

`summary.json` has them under `cue`: one object a milestone with `time_s`, `text` and `value`, as in the recording.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from gaitpipe.app.cue import CUE_KIND
from gaitpipe.gait.cues.schedule import NO_FEEDBACK
from gaitpipe.model import RecordingEvent

Told = tuple[float, str, float | None]
"""Time of a milestone in the session, its text and its value."""


@dataclass(frozen=True, slots=True)
class RecordedCue:
    """One cue in the time of its session [s].

    Plain running from `before_s`, the cue from `start_s`; the last part with feedback ends at `feedback_end_s`, and
    plain running follows from `after_s`, None when the recording ended with the cue. `text` is what was asked for.
    """

    before_s: float
    start_s: float
    feedback_end_s: float
    after_s: float | None
    text: str


def told_cues(events: Iterable[RecordingEvent], start_monotonic_ns: int | None) -> list[Told]:
    """The milestones of cues among events; none when the start of the session is not known."""
    if start_monotonic_ns is None:
        return []
    return [
        ((event.host_monotonic_ns - start_monotonic_ns) / 1e9, event.text, event.value)
        for event in events
        if event.kind == CUE_KIND
    ]


def cues_of_events(events: Iterable[RecordingEvent], start_monotonic_ns: int | None) -> tuple[RecordedCue, ...]:
    """The cues that a recording's events tell of."""
    return cues_of(told_cues(events, start_monotonic_ns))


def cues_of_summary(content: Any) -> tuple[RecordedCue, ...]:
    """The cues under `cue` of a `summary.json`; none when it is absent or not what it should be."""
    told: list[Told] = []
    for item in content if isinstance(content, list) else ():
        if not isinstance(item, dict):
            continue
        time_s, text, value = item.get("time_s"), item.get("text"), item.get("value")
        if isinstance(time_s, int | float) and math.isfinite(time_s) and isinstance(text, str):
            told.append((float(time_s), text, float(value) if isinstance(value, int | float) else None))
    return cues_of(told)


def cues_of(told: Sequence[Told]) -> tuple[RecordedCue, ...]:
    """The cues that these milestones tell of, in order of time; one that never started is none."""
    found: list[RecordedCue] = []
    before_s: float | None = None
    start_s: float | None = None
    parts: list[tuple[float, float]] = []
    text = ""
    for time_s, line, value in sorted(told, key=lambda one: one[0]):
        word, _, rest = line.partition(": ")
        if word == "before":
            before_s = time_s
        elif word == "start":
            text, _, first = rest.rpartition("; ")
            start_s, parts = time_s, [(time_s, 0.0 if first == NO_FEEDBACK else 1.0)]
        elif word == "part":
            parts.append((time_s, 1.0 if value is None else value))
        elif word == "end" and start_s is not None:
            after_s = time_s if rest.startswith("plain running again") else None
            begun_s = start_s if before_s is None else before_s
            found.append(RecordedCue(begun_s, start_s, _feedback_end_s(parts, time_s), after_s, text))
            before_s = start_s = None
    return tuple(found)


def _feedback_end_s(parts: Sequence[tuple[float, float]], end_s: float) -> float:
    """When the last part with feedback ends."""
    ends_s = [*(time_s for time_s, _ in parts[1:]), end_s]
    with_feedback = [end for (_, share), end in zip(parts, ends_s, strict=True) if share > 0.0]
    return with_feedback[-1] if with_feedback else end_s
