"""The course of the spring-mass runner: the body's way and the forces of both legs over a whole session.

Rules
-----
1. Steps alternate. A step draws its own stiffness and its own aim for the next flight; what the runner chooses is
   how the leg is put down (`springmass_body.choose_step`).
2. The aimed speed changes by at most `MAX_CHANGE_M_S` from step to step, and is low when a stop is near.
3. Standing, the first push-off and the last landing are written down, not simulated: the body goes smoothly from rest
   into its first flight, or from its last touch-down to rest, and the legs carry what that takes.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from gaitpipe.model import SIDES, STANDARD_GRAVITY_M_S2, FloatArray, Side
from gaitpipe.simulate.runner_config import RunnerConfig
from gaitpipe.simulate.springmass_body import (
    BODY_MASS_KG,
    CARRIED_KG,
    LIMB_MASS_KG,
    SLOWEST_M_S,
    Gait,
    choose_step,
    gait_at,
)

ComplexArray = NDArray[np.complex128]
GRID_S = 0.00025
LEAD_S, TRAIL_S = 7.0, 1.5
"""A session that starts or ends running is preceded or followed by this much, so that its ends are ordinary."""
MAX_CHANGE_M_S = 0.25
LAUNCH_S, HALT_S = 0.65, 0.80
STANDING_M = -0.115 + 0.985j
"""Where the mass stands against the ankles: shanks upright, knees slightly bent."""
ANKLE_BEHIND_M = 0.09
"""The leg's force goes to ground this far ahead of the ankle that lands."""


@dataclass(slots=True)
class Plan:
    """What the runner means to do with one foot: where the ankle is to stand, from when to when.

    `stands` marks standing, whose end (or beginning) lies outside of the session unless `terminal_s` is finite.
    """

    initial_s: float
    terminal_s: float
    ankle_m: float
    speed_m_s: float
    stands: bool = False


@dataclass(slots=True)
class Course:
    """`time_s` (n,), the mass's position and two derivatives `body` (3, n), and by side plans and force on the foot."""

    time_s: FloatArray
    body: ComplexArray
    push_n: dict[Side, ComplexArray]
    plans: dict[Side, list[Plan]] = field(default_factory=lambda: {side: [] for side in SIDES})

    def rows(self, start_s: float, end_s: float) -> slice:
        """Rows from `start_s` on, before `end_s`."""
        return slice(*(int(row) for row in np.searchsorted(self.time_s, [start_s, end_s])))


def build_course(config: RunnerConfig, generator: np.random.Generator) -> Course:
    """Run the body through all segments by the rules at the top of this file."""
    first, last = config.segments[0].kind == "stand", config.segments[-1].kind == "stand"
    start_s, end_s = (-1.0 if first else -LEAD_S - 1.0), config.duration_s + (1.0 if last else TRAIL_S)
    time_s: FloatArray = start_s + GRID_S * np.arange(round((end_s - start_s) / GRID_S), dtype=np.float64)
    zeros = np.zeros((3, len(time_s)), dtype=np.complex128)
    course = Course(time_s, zeros, {side: zeros[0].copy() for side in SIDES})
    for side in SIDES:
        course.plans[side].append(Plan(-np.inf, np.inf, 0.0, 0.0, stands=True))
    stood_s = start_s
    for begin_s, finish_s, aims in _blocks(config):
        _stand(course, stood_s, begin_s)
        stood_s = _run(course, config, generator, begin_s, finish_s, aims)
    _stand(course, stood_s, end_s)
    return course


def _blocks(config: RunnerConfig) -> Iterator[tuple[float, float, list[tuple[float, float]]]]:
    """From when to when there is running, and (until when, which speed) within."""
    start_s, begin_s, aims = 0.0, -LEAD_S, list[tuple[float, float]]()
    for segment in config.segments:
        end_s = start_s + segment.duration_s
        if segment.kind == "stand":
            if aims:
                yield begin_s, start_s, aims
            aims, begin_s = [], end_s
        else:
            aims.append((end_s, segment.speed_m_s))
        start_s = end_s
    if aims:
        yield begin_s, start_s + 2 * LEAD_S, aims


def _run(
    course: Course,
    config: RunnerConfig,
    generator: np.random.Generator,
    begin_s: float,
    finish_s: float,
    aims: list[tuple[float, float]],
) -> float:
    """Push off, run, come to rest; return when the body stands again."""
    gait = gait_at(config, SLOWEST_M_S)
    state = _launch(course, begin_s, gait)
    now_s, side, speed_m_s = begin_s + LAUNCH_S, SIDES[1], SLOWEST_M_S
    while True:
        wish = next((speed for until_s, speed in aims if now_s < until_s), aims[-1][1])
        left = (finish_s - HALT_S - now_s) / gait.step_s
        brake = SLOWEST_M_S + MAX_CHANGE_M_S * max(left - 1.5, 0.0)
        speed_m_s += float(np.clip(min(wish, brake) - speed_m_s, -MAX_CHANGE_M_S, MAX_CHANGE_M_S))
        gait = gait_at(config, speed_m_s)
        step = choose_step(config, side, state, gait, generator)
        landed_s = now_s + step.flight_s
        _fly(course, now_s, landed_s, state)
        point_m = state[0].real + state[1].real * step.flight_s - step.path[0, 1]
        plan = Plan(landed_s, landed_s + step.path[-1, 0], point_m - ANKLE_BEHIND_M, speed_m_s)
        course.plans[side].append(plan)
        if left < 1.0:
            return _halt(course, side, plan, point_m + complex(*step.path[0, 1:3]), complex(*step.path[0, 3:5]))
        _bounce(course, side, plan, point_m, step.path)
        now_s = plan.terminal_s
        state = (point_m + complex(*step.path[-1, 1:3]), complex(*step.path[-1, 3:5]))
        if now_s > course.time_s[-1] + 1.0:  # so that the last swings have somewhere to go
            return now_s
        side = SIDES[1 - SIDES.index(side)]


def _fly(course: Course, start_s: float, end_s: float, state: tuple[complex, complex]) -> None:
    rows = course.rows(start_s, end_s)
    since_s = course.time_s[rows] - start_s
    fall = -1j * STANDARD_GRAVITY_M_S2
    course.body[0, rows] = state[0] + state[1] * since_s + fall * since_s**2 / 2
    course.body[1, rows], course.body[2, rows] = state[1] + fall * since_s, fall


def _bounce(course: Course, side: Side, plan: Plan, point_m: float, path: FloatArray) -> None:
    from scipy.interpolate import CubicHermiteSpline

    rows = course.rows(plan.initial_s, plan.terminal_s)
    since_s = course.time_s[rows] - plan.initial_s
    way, speed = path[:, 1] + 1j * path[:, 2], path[:, 3] + 1j * path[:, 4]
    pull = np.interp(since_s, path[:, 0], path[:, 5] + 1j * path[:, 6])
    course.body[0, rows] = point_m + CubicHermiteSpline(path[:, 0], way, speed)(since_s)
    course.body[1, rows] = np.interp(since_s, path[:, 0], speed)
    course.body[2, rows] = pull - 1j * STANDARD_GRAVITY_M_S2
    course.push_n[side][rows] = -CARRIED_KG * pull


def _stand(course: Course, start_s: float, end_s: float) -> None:
    """Stand still but for a slow sway of two millimetres."""
    rows = course.rows(start_s, end_s)
    at = course.time_s[rows]
    fade = smooth_step((at - start_s - 0.2) / 0.5) * smooth_step((end_s - 0.2 - at) / 0.5)
    w = 2 * np.pi * 0.31
    home = course.plans[SIDES[0]][-1].ankle_m + STANDING_M
    course.body[0, rows] = home + 0.002 * fade * np.sin(w * at)
    course.body[1, rows] = 0.002 * fade * w * np.cos(w * at)
    for side in SIDES:
        course.push_n[side][rows] = -0.5j * (BODY_MASS_KG - 2 * LIMB_MASS_KG) * STANDARD_GRAVITY_M_S2


def _launch(course: Course, begin_s: float, gait: Gait) -> tuple[complex, complex]:
    """From standing into the first flight off the left foot; returns position and velocity of the body then."""
    left, right = (course.plans[side][-1] for side in SIDES)
    left.terminal_s, right.terminal_s = begin_s + LAUNCH_S, begin_s + 0.4 * LAUNCH_S
    point_m = left.ankle_m + ANKLE_BEHIND_M
    end = point_m + complex(np.cos(gait.attack_rad), np.sin(gait.attack_rad))
    away = gait.flight_speed_m_s + 1j * gait.sink_m_s
    share = smooth_step((course.time_s - begin_s) / (0.4 * LAUNCH_S))
    _glide(course, begin_s, LAUNCH_S, (left.ankle_m + STANDING_M, 0, 0), (end, away, -1j * STANDARD_GRAVITY_M_S2))
    _carry(course, begin_s, begin_s + LAUNCH_S, SIDES[0], share)
    return end, away


def _halt(course: Course, side: Side, plan: Plan, body: complex, velocity: complex) -> float:
    """From the last touch-down to standing; the other foot comes beside the one that landed."""
    plan.terminal_s, plan.stands = np.inf, True
    other = SIDES[1 - SIDES.index(side)]
    beside_s = plan.initial_s + 0.44
    course.plans[other].append(Plan(beside_s, np.inf, plan.ankle_m, 0.0, stands=True))
    share = 1 - smooth_step((course.time_s - beside_s - 0.05) / (HALT_S - 0.49))
    start = (body, velocity, -1j * STANDARD_GRAVITY_M_S2)
    _glide(course, plan.initial_s, HALT_S, start, (plan.ankle_m + STANDING_M, 0, 0))
    _carry(course, plan.initial_s, plan.initial_s + HALT_S, side, share)
    return plan.initial_s + HALT_S


def _glide(
    course: Course,
    begin_s: float,
    length_s: float,
    start: tuple[complex, complex, complex],
    end: tuple[complex, complex, complex],
) -> None:
    """The body's way with given position, velocity and acceleration at both ends."""
    from scipy.interpolate import BPoly

    rows = course.rows(begin_s, begin_s + length_s)
    at = course.time_s[rows] - begin_s
    way = BPoly.from_derivatives([0.0, length_s], [list(start), list(end)])
    for order in range(3):
        course.body[order, rows] = way(at, nu=order)


def _carry(course: Course, begin_s: float, end_s: float, side: Side, share: FloatArray) -> None:
    """Both legs carry the body: `side` all of it where `share` is 1, half of it where it is 0."""
    rows = course.rows(begin_s, end_s)
    own = 0.5 + 0.5 * share[rows]
    mass = CARRIED_KG - LIMB_MASS_KG * (1 - share[rows])
    need = course.body[2, rows] + 1j * STANDARD_GRAVITY_M_S2
    need = mass * (need.real + 1j * np.maximum(need.imag, 0.0))
    course.push_n[side][rows] = -own * need
    course.push_n[SIDES[1 - SIDES.index(side)]][rows] = -(1 - own) * need


def smooth_step(part: FloatArray) -> FloatArray:
    """A step from 0 to 1 with two continuous derivatives."""
    x = np.clip(part, 0.0, 1.0)
    return np.asarray(x**3 * (10 - 15 * x + 6 * x * x))
