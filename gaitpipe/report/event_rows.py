"""Which events a report shows, and how: what a person did is always told, a poor radio is told in a few words.

Rules:

1. Marks, notes and speeds that were typed, and the parts of a cue, are shown one by one, whatever else happened.
2. Up to 40 other events are shown one by one too. Of more, those of the link are folded into one row a device: how
   often it was away, for how long in all, the longest time, and the first few times. Away is from a lost or silent
   link until the sensor streams again.
3. Other kinds that repeat themselves are then one row a kind and device: how often, and the first text.
4. The numbers in the drawings and in the table count the events that are shown one by one, in order of time.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from gaitpipe.model import RecordingEvent, Source
from gaitpipe.report.document import ReportInput
from gaitpipe.report.text import clock_time, count, duration, foreign

PERSON_KINDS = frozenset({"mark", "note", "speed", "cue"})
LINK_KINDS = frozenset({"connected", "disconnected", "reconnecting", "stalled", "streaming"})
MOST_OTHERS = 40
FOLDED_FROM = 6
FIRST_TIMES = 3

Dated = tuple[float | None, RecordingEvent]
"""Session time [s], None where the start of the session is not known, and the event."""


@dataclass(frozen=True, slots=True)
class Folded:
    """Many events of one kind and device, in words; `time_s` is that of the first."""

    time_s: float | None
    kind: str
    source: Source | None
    words: str


def shown_events(report: ReportInput) -> tuple[tuple[Dated, ...], tuple[Folded, ...]]:
    """The events to show one by one, in order, and what stands for the others."""
    events: list[Dated] = list(report.dated_events()) or [(None, event) for event in report.events]
    others = [pair for pair in events if pair[1].kind not in PERSON_KINDS]
    if len(others) <= MOST_OTHERS:
        return tuple(events), ()
    groups: dict[tuple[str, Source | None], list[Dated]] = {}
    for pair in others:
        kind = "link" if pair[1].kind in LINK_KINDS else pair[1].kind
        groups.setdefault((kind, pair[1].source), []).append(pair)
    large = {key: pairs for key, pairs in groups.items() if len(pairs) >= FOLDED_FROM}
    hidden = {id(event) for pairs in large.values() for _, event in pairs}
    folded = [_folded(kind, source, pairs) for (kind, source), pairs in large.items()]
    return tuple(pair for pair in events if id(pair[1]) not in hidden), tuple(folded)


def _folded(kind: str, source: Source | None, pairs: Sequence[Dated]) -> Folded:
    if kind == "link":
        return Folded(pairs[0][0], kind, source, away_words(pairs))
    text = next((foreign(event.text) for _, event in pairs if event.text), "")
    return Folded(pairs[0][0], kind, source, count(len(pairs), "time") + (f"; first: {text}" if text else ""))


def away_words(pairs: Sequence[Dated]) -> str:
    """How often a device was away and for how long, from the events of its link in order of time."""
    spans, open_ended = _away(pairs)
    if not spans:
        return f"{count(len(pairs), 'event')} of the link, never away"
    lengths_s = [length_s for _, length_s in spans if length_s is not None]
    parts = [count(len(spans), "time") + " away"]
    if lengths_s:
        parts += [f"{duration(sum(lengths_s))} in all", f"longest {duration(max(lengths_s))}"]
    if open_ended:
        parts.append("not back from the last")
    words = ", ".join(parts)
    starts_s = [start_s for start_s, _ in spans if start_s is not None]
    if starts_s:
        more = ", ..." if len(starts_s) > FIRST_TIMES else ""
        words += f"; at {', '.join(clock_time(start_s) for start_s in starts_s[:FIRST_TIMES])}{more}"
    return words


def _away(pairs: Iterable[Dated]) -> tuple[list[tuple[float | None, float | None]], bool]:
    """Start [s] and length [s] of each time away, None where not known; and whether the last one did not end."""
    pairs = list(pairs)
    back = "streaming" if any(event.kind == "streaming" for _, event in pairs) else "connected"
    spans: list[tuple[float | None, float | None]] = []
    begun: Dated | None = None
    for time_s, event in pairs:
        if begun is None and event.kind in ("disconnected", "stalled"):
            begun = (time_s, event)
        elif begun is not None and event.kind == back:
            spans.append((begun[0], (event.host_monotonic_ns - begun[1].host_monotonic_ns) * 1e-9))
            begun = None
    if begun is not None:
        spans.append((begun[0], None))
    return spans, begun is not None
