"""Speeds that were typed during a recording against those that the treadmill told at the time. Pure.

A typed speed holds from its line to the next one. The belt needs some seconds to get there, and a belt that stands says
nothing: both are left out. The median of what is left must be within the same share as a belt speed that was given.
"""

from __future__ import annotations

import math
import statistics
from collections.abc import Sequence
from itertools import pairwise

from gaitpipe.evidence import value
from gaitpipe.gait.cross_check import BELT_M_S, LEAST_READINGS
from gaitpipe.model import AuxiliaryReading, Finding, RecordingEvent
from gaitpipe.report.text import clock_time

SPEED_EVENT = "speed"
SETTLING_S = 5.0
MOST_TOLD = 3


def typed_speed_findings(
    belt_speed_m_s: float | None,
    events: Sequence[RecordingEvent],
    readings: Sequence[AuxiliaryReading],
    start_monotonic_ns: int | None,
) -> list[Finding]:
    """A warning when typed speeds contradict the treadmill.

    A typed speed that is the session's `belt_speed_m_s` is left out: that one is compared elsewhere. Without the start
    of the session the speeds have no time, and nothing is said.
    """
    if start_monotonic_ns is None:
        return []
    typed = sorted(
        ((event.host_monotonic_ns - start_monotonic_ns) / 1e9, event.value)
        for event in events
        if event.kind == SPEED_EVENT and event.value is not None
    )
    share = 0.01 * value("belt_speed_agreement_pct")
    wrong = []
    for (from_s, speed_m_s), (to_s, _) in pairwise([*typed, (math.inf, 0.0)]):
        told_m_s = _told_m_s(readings, from_s + SETTLING_S, to_s)
        own = belt_speed_m_s is not None and abs(speed_m_s / belt_speed_m_s - 1.0) <= share
        if told_m_s is not None and not own and abs(speed_m_s / told_m_s - 1.0) > share:
            wrong.append(f"typed at {clock_time(from_s)} {speed_m_s:.2f} m/s, treadmill {told_m_s:.2f} m/s")
    if not wrong:
        return []
    more = f"; and {len(wrong) - MOST_TOLD} more" if len(wrong) > MOST_TOLD else ""
    message = f"Speeds that were typed differ from the treadmill's: {'; '.join(wrong[:MOST_TOLD])}{more}."
    advice = "Typed speeds are not used for lengths. Check which is right: --belt-speed goes before the treadmill's."
    return [Finding("typed_speed_contradicted", "warning", message, advice)]


def _told_m_s(readings: Sequence[AuxiliaryReading], from_s: float, to_s: float) -> float | None:
    """Median of the treadmill's speeds of a moving belt [m/s]; None with too few of them."""
    told = [
        float(speed)
        for one in readings
        if one.source == "treadmill" and one.reading in ("", "ftms_treadmill_data") and from_s <= one.time_s < to_s
        if isinstance(speed := one.values.get("speed_m_s"), int | float) and speed >= BELT_M_S[0]
    ]
    return statistics.median(told) if len(told) >= LEAST_READINGS else None
