"""What several formats say of a session, its sensors and its events, in the same words."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from gaitpipe.exporters.formats._contract import ExportSession, TimedEvent
from gaitpipe.model import SensorInfo, Side, StreamQuality

EVENT_COLUMNS = ("time_s", "kind", "source", "text", "value")


def session_facts(session: ExportSession) -> dict[str, Any]:
    """What is known of the session: where it comes from and when it began."""
    return {
        "software": session.software,
        "input_sha256": session.input_sha256 or None,
        "start_utc": session.start_utc_text,
        "facts": dict(sorted(session.facts.items())),
    }


def sensor_facts(info: SensorInfo, quality: Mapping[Side, StreamQuality] | None = None) -> dict[str, Any]:
    """What is known of a sensor; with its counts once the samples were read. None where not known."""
    found: dict[str, Any] = {
        "device": info.device,
        "profile_id": info.profile_id,
        "placement": info.placement,
        "rate_hz": info.rate_hz,
        "has_gyro": info.has_gyro,
        "clock": info.clock,
        "acc_range_m_s2": info.acc_range_m_s2,
        "gyr_range_rad_s": info.gyr_range_rad_s,
    }
    counts = (quality or {}).get(info.side)
    if counts is not None:
        found |= {
            "samples": counts.samples,
            "lost_samples": counts.lost_samples,
            "gaps": counts.gaps,
            "measured_rate_hz": _finite(counts.measured_rate_hz),
            "acc_clipped_samples": counts.acc_clipped_samples,
            "gyr_clipped_samples": counts.gyr_clipped_samples,
        }
    return found


def event_rows(events: Sequence[TimedEvent]) -> list[tuple[Any, ...]]:
    """Rows of EVENT_COLUMNS; None where an event has no source, text or value."""
    return [
        (event.time_s, event.kind, event.source or None, event.text or None, _finite(event.value)) for event in events
    ]


def _finite(value: float | None) -> float | None:
    return value if value is not None and math.isfinite(value) else None
