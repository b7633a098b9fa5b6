"""A virtual treadmill, foot pod and heart rate sensor that follow the synthetic runner. Once a second, as real ones.

What they say is made up from the runner's own truth, with the habits of such devices: the treadmill tells the speed of
its belt; the pod smooths, is late and may count strides; the heart follows the effort slowly. The heart rate is no
model of a person.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gaitpipe.errors import UsageError
from gaitpipe.model import AuxiliaryKind, FloatArray, ReadingValue
from gaitpipe.protocol.profile import Profile
from gaitpipe.protocol.readings import READINGS
from gaitpipe.protocol.readings.treadmill import TreadmillData
from gaitpipe.simulate.runner import SimulatedSession
from gaitpipe.simulate.runner_schedule import body_travel
from gaitpipe.simulate.stream import TimedNotifications

PERIOD_S = 1.0
PHASE_S: Mapping[AuxiliaryKind, float] = {"treadmill": 0.31, "foot_pod": 0.57, "heart_rate": 0.83}
"""Devices do not speak at the same moment."""
LEADING: Mapping[AuxiliaryKind, str] = {
    "treadmill": "ftms_treadmill_data",
    "foot_pod": "rsc_measurement",
    "heart_rate": "heart_rate_measurement",
}
REST_BPM, PER_M_S_BPM, HEART_S = 70.0, 30.0, 40.0

Row = Mapping[str, ReadingValue]


@dataclass(frozen=True, slots=True)
class DeviceHabits:
    """How a device speaks of the truth.

    `smoothing_s` is the window of a pod's mean, `delay_s` what comes on top. `counts_strides` halves its cadence.
    `speed_factor` is by how much treadmill or pod are off; `incline_pct` what the treadmill says of its incline.
    `most_bytes`: longer treadmill messages come in parts.
    """

    smoothing_s: float = 3.0
    delay_s: float = 1.0
    counts_strides: bool = False
    speed_factor: float = 1.0
    incline_pct: float = 0.0
    most_bytes: int = 244


class ReadingStream(TimedNotifications):
    """The notifications of a device, and what it answers when a characteristic is read (`reads`)."""

    def __init__(self, notifications: Sequence[tuple[float, str, bytes]], reads: Mapping[str, bytes]) -> None:
        super().__init__(notifications)
        self.reads = reads


def device_stream(profile: Profile, session: SimulatedSession, habits: DeviceHabits | None = None) -> ReadingStream:
    """Return what a device of this profile says during a synthetic session.

    Raises
    ------
    UsageError
        The profile is one of a motion sensor.
    """
    kind, habits = profile.auxiliary, habits or DeviceHabits()
    if kind is None:
        raise UsageError(f"{profile.name} is a motion sensor", "Virtual sensors of the feet are made of samples.")
    times_s = np.arange(PHASE_S[kind], session.config.duration_s, PERIOD_S)
    rows = _ROWS[kind](session, habits, times_s)
    leading = next(rule for rule in profile.readings if rule.codec == LEADING[kind])
    codec = READINGS[leading.codec].codec()
    notifications: list[tuple[float, str, bytes]] = []
    for time_s, row in zip(times_s.tolist(), rows, strict=True):
        parts = codec.parts(row, habits.most_bytes) if isinstance(codec, TreadmillData) else [codec.write(row)]
        notifications += [(time_s, leading.characteristic, part) for part in parts]
    return ReadingStream(notifications, _reads(profile))


def belt_speed_m_s(session: SimulatedSession, times_s: FloatArray) -> FloatArray:
    """Return the speed of the runner's body against the ground, or of the belt under it, shape (n,)."""
    return np.asarray(body_travel(session.config.segments).jet(times_s)[1], dtype=np.float64)


def _treadmill(session: SimulatedSession, habits: DeviceHabits, times_s: FloatArray) -> list[Row]:
    speed_m_s = habits.speed_factor * np.maximum(belt_speed_m_s(session, times_s), 0.0)
    distance_m = np.cumsum(speed_m_s) * PERIOD_S
    ramp_rad = math.atan(0.01 * habits.incline_pct)
    return [
        {
            "speed_m_s": speed,
            "distance_m": distance,
            "incline_pct": habits.incline_pct,
            "ramp_angle_rad": ramp_rad,
            "elapsed_time_s": float(math.floor(time_s)),
        }
        for time_s, speed, distance in zip(times_s.tolist(), speed_m_s.tolist(), distance_m.tolist(), strict=True)
    ]


def _foot_pod(session: SimulatedSession, habits: DeviceHabits, times_s: FloatArray) -> list[Row]:
    truth = session.truth
    rows: list[Row] = []
    distance_m = 0.0
    for time_s in times_s.tolist():
        until_s = time_s - habits.delay_s
        share, recent = _recent(truth, until_s, habits.smoothing_s)
        cadence_spm = share * float(np.mean(recent["cadence_spm"])) if len(recent) else 0.0
        speed_m_s = share * habits.speed_factor * float(np.mean(recent["speed_m_s"])) if len(recent) else 0.0
        distance_m += speed_m_s * PERIOD_S
        running = bool(len(recent)) and str(recent["mode"][-1]) == "run"
        per_min = cadence_spm / 2.0 if habits.counts_strides else cadence_spm
        rows.append({"speed_m_s": speed_m_s, "cadence_per_min": per_min, "running": running, "distance_m": distance_m})
    return rows


def _recent(truth: NDArray[np.void], until_s: float, window_s: float) -> tuple[float, NDArray[np.void]]:
    """Strides that lie in the window before a moment, and the share of the window that was gait."""
    whole = truth[np.isfinite(truth["stride_time_s"]) & np.isfinite(truth["speed_m_s"])]
    ends_s = whole["ic_s"] + whole["stride_time_s"]
    inside = whole[(ends_s > until_s - window_s) & (whole["ic_s"] <= until_s)]
    if not len(inside):
        return 0.0, inside
    begin_s = max(float(inside["ic_s"].min()), until_s - window_s)
    end_s = min(float((inside["ic_s"] + inside["stride_time_s"]).max()), until_s)
    return max(0.0, end_s - begin_s) / window_s, inside


def _heart_rate(session: SimulatedSession, _habits: DeviceHabits, times_s: FloatArray) -> list[Row]:
    speed_m_s = np.maximum(belt_speed_m_s(session, times_s), 0.0)
    rows: list[Row] = []
    rate_bpm, beat_s = REST_BPM, 0.0
    for time_s, speed in zip(times_s.tolist(), speed_m_s.tolist(), strict=True):
        rate_bpm += (REST_BPM + PER_M_S_BPM * speed - rate_bpm) * PERIOD_S / HEART_S
        intervals: list[float] = []
        while beat_s + 60.0 / rate_bpm <= time_s:
            intervals.append(60.0 / rate_bpm)
            beat_s += 60.0 / rate_bpm
        rows.append({"heart_rate_bpm": rate_bpm, "contact": True, "rr_interval_s": tuple(intervals)})
    return rows


_ROWS: Mapping[AuxiliaryKind, Callable[[SimulatedSession, DeviceHabits, FloatArray], list[Row]]] = {
    "treadmill": _treadmill,
    "foot_pod": _foot_pod,
    "heart_rate": _heart_rate,
}

_ANSWERS: Mapping[str, Row] = {
    "ftms_feature": {"has_distance": True, "has_incline": True, "has_elapsed_time": True},
    "ftms_speed_range": {"speed_minimum_m_s": 1 / 3.6, "speed_maximum_m_s": 20 / 3.6, "speed_step_m_s": 0.1 / 3.6},
    "ftms_incline_range": {"incline_minimum_pct": 0.0, "incline_maximum_pct": 15.0, "incline_step_pct": 0.5},
    "training_status": {"training_status": "manual mode"},
    "rsc_feature": {"has_distance": True, "has_walking_or_running": True},
    "sensor_location": {"location": "top of shoe"},
}


def _reads(profile: Profile) -> dict[str, bytes]:
    return {
        rule.characteristic: READINGS[rule.codec].codec().write(_ANSWERS[rule.codec])
        for rule in profile.readings
        if rule.codec in _ANSWERS
    }
