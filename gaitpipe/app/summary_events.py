"""`events` of `summary.json`: what a person typed during the recording and the parts of a cue."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from gaitpipe.gait.cues.plan import METRICS
from gaitpipe.model import RecordingEvent
from gaitpipe.report.event_rows import PERSON_KINDS


def summary_events(events: Iterable[RecordingEvent], start_monotonic_ns: int | None) -> list[dict[str, Any]]:
    """One object an event in order of time: `time_s`, `kind`, `text`, `value` and the `unit` of the value.

    `time_s` is null when the start of the session is not known, `unit` where there is no value or it is not known.
    """
    chosen = sorted((event for event in events if event.kind in PERSON_KINDS), key=lambda one: one.host_monotonic_ns)
    return [
        {
            "time_s": None if start_monotonic_ns is None else (event.host_monotonic_ns - start_monotonic_ns) / 1e9,
            "kind": event.kind,
            "text": event.text,
            "value": event.value,
            "unit": None if event.value is None else _unit(event),
        }
        for event in chosen
    ]


def _unit(event: RecordingEvent) -> str | None:
    """A speed is in m/s. A cue starts with the middle of its band; a part of it has its share of feedback, 0 to 1."""
    if event.kind == "speed":
        return "m/s"
    word, _, rest = event.text.partition(": ")
    if word == "part":
        return "1"
    cued = next((metric for metric in METRICS.values() if word == "start" and rest.startswith(metric.label)), None)
    return None if cued is None else "steps/min" if cued is METRICS["cadence"] else "s"
