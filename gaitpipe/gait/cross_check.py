"""Treadmill, foot pod and heart rate beside what the motion sensors saw.

Rules:

1. Only readings that arrived while strides were counted say something of the gait. A reading has the time of its
   arrival; it is older by some seconds, which does not matter for medians of a steady run. A belt starts with the
   runner and tells it late: its first seconds of a stretch of gait do not count.
2. The treadmill's speed is the belt speed of the session when nobody typed one, and nine in ten of its readings are
   near their median. A speed that changed is no single number: it is said so, and not used. What a person typed goes
   first; where the two differ, both are said.
3. A treadmill's incline goes into the context when it is steady and not 0: many treadmills always say 0.
4. A foot pod's cadence is in steps or in strides, whichever fits the sensors' cadence. What fits neither is no cadence.
5. A heart rate without skin contact, or one that no heart has, does not count.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from gaitpipe.derived import CrossChecks, FootPodCheck, HeartRateCheck, TreadmillCheck
from gaitpipe.evidence import value
from gaitpipe.gait.lag import lag_s
from gaitpipe.gait.summary import counted_rows
from gaitpipe.gait.table import StrideTable
from gaitpipe.model import AuxiliaryKind, AuxiliaryReading, FloatArray

LEAST_READINGS = 5
STEADY_SHARE = 0.9
JOIN_S = 2.0
"""Counted strides no further apart than this are one stretch of gait."""
START_S = 3.0
"""So much of a stretch is the belt's start."""
RECENT_S = 6.0
"""The sensors' figure beside a reading: the median of the strides that began so long before it."""
BELT_M_S = (0.3, 12.0)
JUMP_WITHIN_S = 1.5

Readings = Sequence[AuxiliaryReading]
Devices = Mapping[AuxiliaryKind, Readings]


def cross_checks(table: StrideTable, devices: Devices, given_m_s: float | None) -> CrossChecks | None:
    """What the devices said beside the sensors; None without a device.

    Parameters
    ----------
    table
        Strides, speeds as the sensors measured them: without a belt speed.
    devices
        The readings of each device that was set up, in order; an empty list for one that said nothing.
    given_m_s
        Belt speed that a person typed.
    """
    if not devices:
        return None
    treadmill = _treadmill(table, devices["treadmill"], given_m_s) if "treadmill" in devices else None
    return CrossChecks(
        treadmill=treadmill,
        foot_pod=_foot_pod(table, devices["foot_pod"]) if "foot_pod" in devices else None,
        heart_rate=_heart_rate(table, devices["heart_rate"]) if "heart_rate" in devices else None,
    )


def _series(readings: Readings, name: str) -> tuple[FloatArray, FloatArray]:
    """Times (n,) and values (n,) of one field, where it is told."""
    told = [(one.time_s, number) for one in readings if isinstance(number := one.values.get(name), (int, float))]
    pairs = np.array(told, dtype=np.float64).reshape(-1, 2)
    return np.ascontiguousarray(pairs[:, 0]), np.ascontiguousarray(pairs[:, 1])


def stretches_s(table: StrideTable) -> FloatArray:
    """Begin and end of each stretch of counted strides [s], shape (n, 2)."""
    rows = counted_rows(table) if len(table.rows) else np.zeros(0, dtype=bool)
    starts_s, ends_s = table.column("ic_s")[rows], table.column("next_ic_s")[rows]
    spans: list[list[float]] = []
    for start_s, end_s in sorted(zip(starts_s.tolist(), ends_s.tolist(), strict=True)):
        if not np.isfinite(end_s):
            continue
        if spans and start_s - spans[-1][1] <= JOIN_S:
            spans[-1][1] = max(spans[-1][1], end_s)
        else:
            spans.append([start_s, end_s])
    return np.array(spans, dtype=np.float64).reshape(-1, 2)


def _in_gait(table: StrideTable, time_s: FloatArray, start_s: float = 0.0) -> NDArray[np.bool_]:
    """Mask of the times within stretches of gait, without the first `start_s` of each, shape (n,)."""
    inside = np.zeros(len(time_s), dtype=bool)
    for begin_s, end_s in stretches_s(table):
        inside |= (time_s >= begin_s + start_s) & (time_s <= end_s)
    return inside


def _treadmill(table: StrideTable, readings: Readings, given_m_s: float | None) -> TreadmillCheck:
    readings = [one for one in readings if one.reading in ("", "ftms_treadmill_data")]
    time_s, speed_m_s = _series(readings, "speed_m_s")
    inside = _in_gait(table, time_s, START_S)
    count = int(inside.sum())
    check: dict[str, float | bool | str | None] = {"given_m_s": given_m_s, "jumps": _jumps(time_s, speed_m_s)}
    if count >= LEAST_READINGS:
        seen = speed_m_s[inside]
        middle, steady = float(np.median(seen)), _steady(seen, 0.01 * value("belt_speed_agreement_pct"))
        reason = _unused(middle, steady, given_m_s)
        check |= {"speed_m_s": middle, "low_m_s": float(seen.min()), "high_m_s": float(seen.max()), "steady": steady}
        check |= {"used": not reason, "unused_because": reason, "sensors_m_s": _median(_sensors(table, _SPEED))}
        check["lag_s"] = _lag(table, _SPEED, time_s[inside], seen)
    else:
        check["unused_because"] = "it said too little while there was gait"
    return TreadmillCheck(len(readings), count, **{**check, **_incline(table, readings)})  # type: ignore[arg-type]


def _unused(middle_m_s: float, steady: bool, given_m_s: float | None) -> str:
    """Why a treadmill's speed is not the belt speed; empty when it is."""
    if given_m_s is not None:
        return "a belt speed was given"
    if not BELT_M_S[0] <= middle_m_s <= BELT_M_S[1]:
        return f"no belt speed is {middle_m_s:.2f} m/s"
    return "" if steady else "it changed"


def _incline(table: StrideTable, readings: Readings) -> dict[str, float | bool | None]:
    time_s, incline_pct = _series(readings, "incline_pct")
    seen = incline_pct[_in_gait(table, time_s, START_S)]
    if len(seen) < LEAST_READINGS:
        return {}
    middle = float(np.median(seen))
    near = np.abs(seen - middle) <= value("incline_agreement_pct")
    steady = bool(np.mean(near) >= STEADY_SHARE)
    return {"incline_pct": middle, "incline_steady": steady, "incline_usable": steady and middle != 0.0}


def _steady(values: FloatArray, share: float) -> bool:
    middle = float(np.median(values))
    return bool(np.mean(np.abs(values - middle) <= share * abs(middle)) >= STEADY_SHARE)


def _jumps(time_s: FloatArray, speed_m_s: FloatArray) -> bool:
    """Whether the speed ever changes faster than a belt can."""
    quick = np.diff(time_s) <= JUMP_WITHIN_S
    return bool(np.any(quick & (np.abs(np.diff(speed_m_s)) > value("belt_speed_jump_m_s"))))


def _foot_pod(table: StrideTable, readings: Readings) -> FootPodCheck:
    readings = [one for one in readings if one.reading in ("", "rsc_measurement")]
    time_s, sent = _series(readings, "cadence_per_min")
    inside = _in_gait(table, time_s)
    if int(inside.sum()) < LEAST_READINGS:
        return FootPodCheck(len(readings), int(inside.sum()))
    beside = _beside(table, _CADENCE, time_s[inside])
    counts, factor = _convention(beside, sent[inside])
    middle = float(np.median(sent[inside]))
    speed_time_s, speed_m_s = _series(readings, "speed_m_s")
    return FootPodCheck(
        readings=len(readings),
        readings_in_gait=int(inside.sum()),
        cadence_as_sent_per_min=middle,
        counts=counts,
        cadence_spm=None if counts is None else middle * factor,
        sensors_cadence_spm=_median(beside),
        speed_m_s=_median(speed_m_s[_in_gait(table, speed_time_s)]),
        sensors_m_s=_median(_sensors(table, _SPEED)),
        lag_s=_lag(table, _CADENCE, time_s, sent, standing=True),
    )


def _convention(
    beside_spm: FloatArray, sent: FloatArray
) -> tuple[Literal["steps", "strides", "steps twice"] | None, float]:
    """What a pod counts, and steps per count: by the median of the sensors' steps over what was sent."""
    known = np.isfinite(beside_spm) & (sent > 0)
    if int(known.sum()) < LEAST_READINGS:
        return None, 1.0
    ratio = float(np.median(beside_spm[known] / sent[known]))
    conventions: tuple[tuple[Literal["steps", "strides", "steps twice"], float], ...] = (
        ("steps", 1.0),
        ("strides", 2.0),
        ("steps twice", 0.5),
    )
    for counts, factor in conventions:
        if abs(ratio / factor - 1.0) <= 0.01 * value("pod_cadence_agreement_pct"):
            return counts, factor
    return None, 1.0


def _heart_rate(table: StrideTable, readings: Readings) -> HeartRateCheck:
    readings = [one for one in readings if one.reading in ("", "heart_rate_measurement")]
    worn = [one for one in readings if one.values.get("contact") is not False]
    time_s, rate_bpm = _series(worn, "heart_rate_bpm")
    alive = (rate_bpm >= value("heart_rate_minimum_bpm")) & (rate_bpm <= value("heart_rate_maximum_bpm"))
    inside = alive & _in_gait(table, time_s)
    return HeartRateCheck(
        readings=len(readings),
        readings_in_gait=int(inside.sum()),
        left_out=len(readings) - int(alive.sum()),
        mean_bpm=float(np.mean(rate_bpm[inside])) if int(inside.sum()) >= LEAST_READINGS else None,
        highest_bpm=float(np.max(rate_bpm[alive])) if alive.any() else None,
    )


_SPEED, _CADENCE = "speed", "cadence"


def _sensors(table: StrideTable, quantity: str) -> FloatArray:
    """A quantity of the counted strides as the motion sensors measured it, shape (n,); in order of their contacts."""
    rows = counted_rows(table)
    if quantity == _SPEED:
        return table.column("reckoned_speed_m_s")[rows]
    return np.asarray(120.0 / (table.column("next_ic_s")[rows] - table.column("ic_s")[rows]), dtype=np.float64)


def _beside(table: StrideTable, quantity: str, time_s: FloatArray) -> FloatArray:
    """The sensors' median of a quantity just before each of these times, shape (n,); NaN where there was no stride."""
    starts_s, values = table.column("ic_s")[counted_rows(table)], _sensors(table, quantity)
    out = np.full(len(time_s), np.nan)
    for row, moment_s in enumerate(time_s):
        recent = values[(starts_s > moment_s - RECENT_S) & (starts_s <= moment_s)]
        recent = recent[np.isfinite(recent)]
        if len(recent):
            out[row] = np.median(recent)
    return out


def _lag(
    table: StrideTable, quantity: str, time_s: FloatArray, values: FloatArray, *, standing: bool = False
) -> float | None:
    """Delay of a device behind the sensors [s]. With `standing`, no strides mean 0; else only gait is compared."""
    starts_s, sensed = table.column("ic_s")[counted_rows(table)], _sensors(table, quantity)
    known = np.isfinite(sensed)
    starts_s, sensed = starts_s[known], sensed[known]
    if not len(starts_s) or not len(time_s):
        return None
    if standing:
        edges = stretches_s(table)
        quiet_s = np.concatenate(
            [[time_s[0] - 20.0], *(([a - 0.01], [b + 0.01]) for a, b in edges), [time_s[-1] + 1.0]], axis=None
        )
        starts_s, sensed = np.concatenate([starts_s, quiet_s]), np.concatenate([sensed, np.zeros(len(quiet_s))])
    order = np.argsort(starts_s, kind="stable")
    return lag_s(starts_s[order], sensed[order], time_s, values)


def _median(values: FloatArray) -> float | None:
    known = values[np.isfinite(values)]
    return float(np.median(known)) if len(known) else None
