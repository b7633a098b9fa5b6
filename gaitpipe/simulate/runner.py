"""A planar synthetic runner with exact truth: two feet, any placement, rate and strike, seeded.

It exists to prove correctness, latency and invariance. It says nothing about accuracy on people: its kinematics follow
one simple model, and real runners differ in ways it does not know.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gaitpipe.model import SIDES, ByteArray, FloatArray, Placement, Side
from gaitpipe.simulate.runner_config import RunnerConfig, Segment, Strike, check_config
from gaitpipe.simulate.runner_kinematics import Leg
from gaitpipe.simulate.runner_pattern import build_pattern
from gaitpipe.simulate.runner_schedule import Schedule, build_schedule
from gaitpipe.simulate.sensor_error import NO_ERROR, SensorErrorConfig, measure, plan_sampling
from gaitpipe.simulate.truth import TRUTH_DTYPE

__all__ = [
    "RunnerConfig",
    "Segment",
    "SensorErrorConfig",
    "SimulatedSession",
    "SimulatedStream",
    "Strike",
    "build_legs",
    "simulate",
]

CHUNK = 100_000


@dataclass(frozen=True, slots=True)
class SimulatedStream:
    """What one sensor gave. `true_time_s` and `device_time_s` (n,), `acc_m_s2` and `gyr_rad_s` (n, 3) in sensor axes.

    `device_time_s` is the same instants by the sensor's own clock. `mount` (3, 3) turns sensor axes into segment axes.
    `filter_delay_s` is the delay of the device's filter; the times already speak of the motion unless the error
    config says otherwise.
    """

    side: Side
    placement: Placement
    rate_hz: float
    true_time_s: FloatArray
    device_time_s: FloatArray
    acc_m_s2: FloatArray
    gyr_rad_s: FloatArray
    flags: ByteArray
    mount: FloatArray
    filter_delay_s: float


@dataclass(frozen=True, slots=True)
class SimulatedSession:
    """Both sensors and the truth (`truth.TRUTH_DTYPE`), which is in true time."""

    config: RunnerConfig
    sensors: dict[Side, SimulatedStream]
    truth: NDArray[np.void]


def simulate(config: RunnerConfig) -> SimulatedSession:
    """Run the synthetic runner.

    Raises
    ------
    UsageError
        The config asks for something no runner does.
    """
    check_config(config)
    legs = build_legs(config)
    streams = {}
    for index, side in enumerate(SIDES):
        generator = np.random.default_rng([config.seed, 10 + index])
        streams[side] = _sense(config, legs[side], generator)
    return SimulatedSession(config, streams, _truth(config, legs))


def build_legs(config: RunnerConfig) -> dict[Side, Leg]:
    """Both legs of the runner, whose exact motion can be asked at any time."""
    schedule: Schedule = build_schedule(config, np.random.default_rng([config.seed, 0]))
    legs = {}
    for index, side in enumerate(SIDES):
        generator = np.random.default_rng([config.seed, 1 + index])
        pattern = build_pattern(config, side, schedule.contacts[side], generator)
        sway_phase = generator.uniform(0, 2 * np.pi, 3)
        legs[side] = Leg(config, side, schedule.contacts[side], pattern, schedule.travel, sway_phase)
    return legs


def _sense(config: RunnerConfig, leg: Leg, generator: np.random.Generator) -> SimulatedStream:
    mount = _random_rotation(generator) if config.mount == "random" else np.eye(3)
    errors = NO_ERROR if config.ideal else config.sensor_error
    plan = plan_sampling(config.rate_hz, config.duration_s, errors, generator)
    exact_acc, exact_gyr = np.empty((2, len(plan.internal_time_s), 3))
    for start in range(0, len(exact_acc), CHUNK):  # keeps the working memory of long sessions small
        piece = slice(start, start + CHUNK)
        motion = leg.motion(plan.internal_time_s[piece], config.placement)
        exact_acc[piece], exact_gyr[piece] = motion.specific_force_m_s2 @ mount, motion.rate_rad_s @ mount
    acc, gyr, flags = measure(exact_acc, exact_gyr, plan, errors, generator)
    return SimulatedStream(
        leg.side,
        config.placement,
        config.rate_hz,
        plan.true_time_s,
        plan.device_time_s,
        acc,
        gyr,
        flags,
        mount,
        plan.filter_delay_s,
    )


def _random_rotation(generator: np.random.Generator) -> FloatArray:
    """Uniformly distributed rotation matrix from a normalised quaternion."""
    w, x, y, z = (q := generator.standard_normal(4)) / np.linalg.norm(q)
    return np.array(
        [
            [1 - 2 * (y * y + z * z), 2 * (x * y - w * z), 2 * (x * z + w * y)],
            [2 * (x * y + w * z), 1 - 2 * (x * x + z * z), 2 * (y * z - w * x)],
            [2 * (x * z - w * y), 2 * (y * z + w * x), 1 - 2 * (x * x + y * y)],
        ]
    )


def _truth(config: RunnerConfig, legs: dict[Side, Leg]) -> NDArray[np.void]:
    rows = [row for side in SIDES for row in _side_rows(config, legs[side], legs[_other(side)])]
    table = np.array(rows, dtype=TRUTH_DTYPE)
    return table[np.argsort(table["ic_s"], kind="stable")]


def _other(side: Side) -> Side:
    return "right" if side == "left" else "left"


def _side_rows(config: RunnerConfig, leg: Leg, other: Leg) -> list[tuple[object, ...]]:
    """Truth of one side. Values that need an event after the session's end are undefined (NaN)."""
    end_s, nan = config.duration_s, float("nan")
    other_ics = np.array([contact.initial_s for contact in other.contacts])
    rows: list[tuple[object, ...]] = []
    for contact, following in zip(leg.contacts, [*leg.contacts[1:], None], strict=True):
        if contact.first or not 0 <= contact.initial_s < end_s:
            continue
        ic_s = contact.initial_s
        tc_s = nan if contact.stands or contact.terminal_s >= end_s else contact.terminal_s
        steady = following is not None and not contact.stands and following.initial_s < end_s
        stride_s = following.initial_s - ic_s if following is not None and steady else nan
        length_m = following.position_m - contact.position_m if following is not None and steady else nan
        later = other_ics[other_ics > ic_s]
        known = len(later) > 0 and later[0] < end_s and not contact.stands
        step_s = float(later[0]) - ic_s if known else nan
        contact_s = tc_s - ic_s
        at_contact = np.array([ic_s])
        pitch_deg = float(np.rad2deg(leg.pattern.foot_pitch.jet(at_contact)[0, 0]))
        shank_deg = float(np.rad2deg(leg.pattern.shank_angle.jet(at_contact)[0, 0]))
        rows.append(
            (
                leg.side, len(rows), ic_s, tc_s, stride_s, step_s, contact_s, stride_s - contact_s,
                step_s - contact_s if contact.mode == "run" else nan, contact_s / stride_s, 120.0 / stride_s,
                pitch_deg, shank_deg, length_m, length_m / stride_s, contact.mode,
            )
        )  # fmt: skip
    return rows
