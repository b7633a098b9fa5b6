"""What was said about a run while it was recorded, and what follows from it for its figures. Pure.

Live, at replay and in batch this is asked at the end, of the same events and metadata.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from gaitpipe.model import Finding, RecordingEvent

FORCED_KEY = "forced"
"""Metadata: why the recording should not have been made; it was forced."""
SPEED_EVENT = "speed"
SAME_SPEED_SHARE = 0.03


def run_findings(
    belt_speed_m_s: float | None, events: Sequence[RecordingEvent], metadata: Mapping[str, str]
) -> tuple[float | None, list[Finding]]:
    """Return the one belt speed [m/s] that holds for the whole run, None where there is none, and findings."""
    found = []
    if reason := metadata.get(FORCED_KEY):
        message = f"This recording was forced although its sensor does not serve: {reason}."
        found.append(
            Finding("forced", "warning", message, "Do not rely on its figures. Use another sensor or setting.")
        )
    told = [event.value for event in events if event.kind == SPEED_EVENT and event.value is not None]
    changes = [] if belt_speed_m_s is None else [speed for speed in told if _differs(speed, belt_speed_m_s)]
    if belt_speed_m_s is None or not changes:
        return belt_speed_m_s, found
    speeds = ", ".join(f"{speed:.3g}" for speed in dict.fromkeys(changes))
    message = (
        f"The speed was changed during the recording ({belt_speed_m_s:.3g}, then {speeds} m/s): no belt speed is used, "
        "and lengths and speeds are the sensors' own."
    )
    found.append(Finding("belt_speed_changed", "info", message, "One speed in one recording gives the surest lengths."))
    return None, found


def _differs(speed_m_s: float, belt_speed_m_s: float) -> bool:
    return abs(speed_m_s - belt_speed_m_s) > SAME_SPEED_SHARE * belt_speed_m_s
