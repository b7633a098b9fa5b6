"""A foot of the spring-mass runner: what the runner means to do with it, and what then happens.

Rules
-----
1. What acts on the foot is known beforehand: hip and leg force from the course, and the runner's intentions below. What
   the foot does, and when and how hard it touches the ground, comes from integrating its forces
   (`springmass_kernel.run_foot`); nothing is put right afterwards.
2. Swing: the runner aims at a leg that turns forward about the hip while it shortens and lengthens again, so that the
   foot meets the ground where and when the body's leg spring begins, still sinking and a little forward. The swing
   muscles take over around the end of the leg's force, early or late by chance, and let go at landing.
3. Strike is an intention, too: the angle of the foot at landing, and when the calf becomes active.
4. The shank follows from hip and ankle by the length of thigh and shank; the foot lags behind by the ankle's torque.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from gaitpipe.model import STANDARD_GRAVITY_M_S2, FloatArray, Side
from gaitpipe.simulate.runner_config import RunnerConfig
from gaitpipe.simulate.springmass_body import LIMB_MASS_KG
from gaitpipe.simulate.springmass_course import GRID_S, ComplexArray, Course, Plan, smooth_step

HIP_UNDER_MASS_M = 0.046
THIGH_M, SHANK_M = 0.44, 0.43
HEEL, BALL = (-0.035, -0.055, 0.035), (0.13, -0.05, 0.04)
"""Middle (x, z from the ankle) and radius of the round heel and ball; a flat foot has its ankle 0.09 m up."""
LONGEST_M, KNEE_SOFT_M = 0.985 * (THIGH_M + SHANK_M), 0.008
"""Nobody stretches the knee fully: how long a leg is aimed at, and how softly that limit is met."""
PARTS = 5

FOOT = (
    LIMB_MASS_KG, 0.02, STANDARD_GRAVITY_M_S2, *HEEL, *BALL,
    9e5, 4e5,     # heel and ball: N / m^1.5, so that 1000 N sink them by 11 and 18 mm: the forefoot bends
    1.5,          # damping of the sole: s / m
    1.1, 6e4, 150.0,  # friction, stiffness of the sole in shear [N/m] and its damping [N s/m]
    THIGH_M, SHANK_M,
    340.0, 0.5, -0.25, 0.05,  # active calf: Nm/rad, Nm s/rad, where slack [rad]; damping of the ankle [Nm s/rad]
    35.0, 0.9,    # swing muscles: natural frequency [rad/s] and damping ratio
    98.0, 2.8,    # ankle in swing: Nm/rad, Nm s/rad
    65.0, 0.8, 0.21 / 1600.0, -0.10,  # pronation: rad/s, damping ratio, rad/N, rest [rad]
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Strike:
    """Pitch of the foot at landing; from when to when after it the calf takes over, and the muscles of swing let go."""

    pitch_deg: float
    calf_s: tuple[float, float]
    shin_s: tuple[float, float]


STRIKES = {
    "rearfoot": Strike(16.0, (0.03, 0.11), (0.03, 0.09)),
    "midfoot": Strike(3.0, (0.03, 0.12), (0.0, 0.05)),
    "forefoot": Strike(-8.0, (-0.02, 0.11), (0.0, 0.05)),
}
POINTED_RAD = -0.35
"""Angle of the ankle in early swing."""
CALF_STANDING = 0.2
SHIN_IN_STANCE, SHIN_IN_PUSH = 0.15, 0.02
"""Shares of the swing's ankle stiffness that stay in stance and in the push-off."""


@dataclass(frozen=True, slots=True)
class FootMotion:
    """Integrated motion on the course's grid: jets (3, n) of ankle [m], pitch, shank and pronation [rad]; force [N]."""

    side: Side
    time_s: FloatArray
    plans: tuple[Plan, ...]
    ankle: ComplexArray
    pitch: FloatArray
    shank: FloatArray
    pronation: FloatArray
    force_n: ComplexArray


def run_foot(config: RunnerConfig, course: Course, side: Side, generator: np.random.Generator) -> FootMotion:
    """Integrate one foot over the whole course."""
    from gaitpipe.simulate import springmass_kernel as kernel

    inputs = _inputs(config, course, side, generator)
    out = np.empty((len(course.time_s), 2 * kernel.FOOT_STATES + 2))
    start = np.array([course.plans[side][0].ankle_m, 0.083, 0.0, 0.0, 0.0, 0.0, FOOT[-1], 0.0, 0.0, 0.0])
    kernel.run_foot(start, inputs, FOOT, GRID_S, PARTS, out)
    state, rate, ground = np.split(out.T, [kernel.FOOT_STATES, 2 * kernel.FOOT_STATES])
    ankle = np.stack([state[0] + 1j * state[1], state[2] + 1j * state[3], rate[2] + 1j * rate[3]])
    pitch = np.stack([state[4], state[5], rate[5]])
    pronation = np.stack([state[6], state[7], rate[7]])
    hip = course.body.copy()
    hip[0] -= 1j * HIP_UNDER_MASS_M
    plans = tuple(course.plans[side])
    force_n = ground[0] + 1j * ground[1]
    return FootMotion(side, course.time_s, plans, ankle, pitch, shank_jet(hip - ankle), pronation, force_n)


def shank_jet(leg: ComplexArray) -> FloatArray:
    """Angle of the shank and its two derivatives, (3, n), from the way from ankle to hip (3, n): knee forward."""
    d, d1, d2 = leg
    r = np.minimum(np.abs(d), 0.999 * (THIGH_M + SHANK_M))
    along, across = (np.conj(d) * d1) / r, (np.conj(d) * d2) / r
    r1, turn1 = along.real, along.imag / r
    r2, turn2 = across.real + r * turn1**2, (across.imag - 2 * r1 * turn1) / r
    extra = SHANK_M**2 - THIGH_M**2
    cosine = (r * r + extra) / (2 * r * SHANK_M)
    slope, bow = 0.5 / SHANK_M - extra / (2 * r * r * SHANK_M), extra / (r**3 * SHANK_M)
    sine = np.sqrt(1 - cosine**2)
    knee1 = -slope * r1 / sine
    knee2 = -(slope * r2 + bow * r1**2 + cosine * knee1**2) / sine
    return np.stack([np.angle(d) - np.arccos(cosine) - np.pi / 2, turn1 - knee1, turn2 - knee2])


def _inputs(config: RunnerConfig, course: Course, side: Side, generator: np.random.Generator) -> FloatArray:
    from gaitpipe.simulate import springmass_kernel as k

    inputs = np.zeros((len(course.time_s), k.BODY_INPUTS))
    hip = course.body - np.array([[1j * HIP_UNDER_MASS_M], [0], [0]])
    inputs[:, k.HIP_X], inputs[:, k.HIP_Z] = hip[0].real, hip[0].imag
    inputs[:, k.HIP_VX], inputs[:, k.HIP_VZ] = hip[1].real, hip[1].imag
    inputs[:, k.LEG_X], inputs[:, k.LEG_Z] = course.push_n[side].real, course.push_n[side].imag
    muscles = _Muscles(*(_Ramp(course.time_s, level) for level in (0.0, CALF_STANDING, SHIN_IN_STANCE)))
    for before, after in pairwise(course.plans[side]):
        draws = np.clip(generator.standard_normal(8), -2.5, 2.5)
        share = min(1.0, after.speed_m_s / 2.0)
        pitch_rad = float(np.deg2rad(share * (STRIKES[config.strike].pitch_deg + config.angle_sd_deg * draws[0])))
        late_s = 3 * config.push_off_jitter_s * draws[1]
        rows = course.rows(before.terminal_s - 0.10, after.initial_s + 0.05)
        if rows.stop - rows.start < 2:
            break  # beyond the simulated time
        aim, shank_rad = _aim(course.time_s[rows], hip[:, rows], before, after, pitch_rad, draws)
        for column, order in ((k.AIM_X, 0), (k.AIM_VX, 1), (k.AIM_AX, 2)):
            inputs[rows, column], inputs[rows, column + 1] = aim[order].real, aim[order].imag
        quick = min(1.0, 4.0 / max(before.speed_m_s, 1.0))  # the faster, the sooner the leg must follow the body
        take = smooth_step((course.time_s[rows] - (before.terminal_s + late_s - 0.03)) / (0.16 * quick))
        inputs[rows, k.SWING] = take * (1 - smooth_step((course.time_s[rows] - after.initial_s + 0.012) / 0.03))
        muscles.swing(before, after, late_s, pitch_rad - shank_rad, STRIKES[config.strike])
    for column, ramp in ((k.ANKLE, muscles.ankle), (k.CALF, muscles.calf), (k.SHIN, muscles.shin)):
        inputs[:, column] = ramp.values
    inputs[:, k.ANKLE_RATE] = np.gradient(muscles.ankle.values, GRID_S)
    return inputs


@dataclass(slots=True)
class _Muscles:
    """Angle that the ankle is held at [rad], activity of the calf, and how firmly the ankle is held (1 in swing)."""

    ankle: _Ramp
    calf: _Ramp
    shin: _Ramp

    def swing(self, before: Plan, after: Plan, late_s: float, landing_rad: float, strike: Strike) -> None:
        """Let go, point the foot, lift it, land. Short contacts have everything in less time."""
        leave_s, land_s = before.terminal_s, after.initial_s
        swing_s = land_s - leave_s
        was, will = (min(1.0, (plan.terminal_s - plan.initial_s) / 0.25) for plan in (before, after))
        if before.stands:
            self.calf.to(1.0, leave_s - 0.35, leave_s - 0.15)
        self.ankle.to(POINTED_RAD, leave_s - 0.10 * was, leave_s)
        self.shin.to(SHIN_IN_PUSH, leave_s - 0.14 * was, leave_s - 0.07 * was)
        self.calf.to(0.0, leave_s - 0.06 * was + late_s, leave_s + 0.04 * was + late_s)
        self.shin.to(1.0, leave_s + late_s - 0.02, leave_s + late_s + 0.18)
        self.ankle.to(landing_rad, leave_s + 0.3 * swing_s, leave_s + 0.8 * swing_s)
        self.shin.to(SHIN_IN_STANCE, land_s + strike.shin_s[0] * will, land_s + strike.shin_s[1] * will)
        if after.stands:
            self.calf.to(CALF_STANDING, land_s + 0.4, land_s + 0.7)
            self.ankle.to(0.0, land_s, land_s + 0.3)
        else:
            activity = max(1.0, 0.4 + 0.6 * after.speed_m_s / 3.3)
            self.calf.to(activity, land_s + strike.calf_s[0] * will, land_s + strike.calf_s[1] * will)


class _Ramp:
    """A value that goes smoothly from one level to the next."""

    def __init__(self, time_s: FloatArray, level: float) -> None:
        self.time_s, self.level, self.values = time_s, level, np.full(len(time_s), level)

    def to(self, level: float, begin_s: float, end_s: float) -> None:
        """Go to `level` between the two times."""
        first = int(np.searchsorted(self.time_s, begin_s))
        self.values[first:] += (level - self.level) * smooth_step((self.time_s[first:] - begin_s) / (end_s - begin_s))
        self.level = level


def _aim(
    time_s: FloatArray, hip: ComplexArray, before: Plan, after: Plan, pitch_rad: float, draws: FloatArray
) -> tuple[ComplexArray, float]:
    """Where the ankle is meant to be in swing, jet (3, n), and the shank's angle meant at landing.

    Leg angle and length about the hip go from those at leaving to those at landing; the length has a dip.
    """
    from scipy.interpolate import BPoly

    swing_s = after.initial_s - before.terminal_s
    at = [int(np.clip(np.searchsorted(time_s, t), 0, len(time_s) - 1)) for t in (before.terminal_s, after.initial_s)]
    v = max(before.speed_m_s, after.speed_m_s, 1.2)
    push = min(1.0, v / 2.0)
    leave = before.ankle_m + 0.20 * push + 1j * (0.10 + 0.08 * push)
    leave_speed = (0.5 + 1.0 * push) + 1j * (0.4 + 0.7 * push)
    height_m = max(radius - (np.sin(pitch_rad) * x + np.cos(pitch_rad) * z) for x, z, radius in (HEEL, BALL))
    land = after.ankle_m + 0.008 * draws[2] + 1j * (height_m + 0.0015 * draws[3])
    sinking = (0.35 + 0.45 * min(1.0, after.speed_m_s / 2.0) + 0.05 * after.speed_m_s) * (1 + 0.06 * draws[4])
    land_speed = 0.33 * min(after.speed_m_s, 4.5) * (1 + 0.15 * draws[5]) - 1j * sinking
    ends = []
    for row, point, speed in ((at[0], leave, leave_speed), (at[1], land, land_speed)):
        leg, rate = point - hip[0, row], speed - hip[1, row]
        turn = rate / leg
        ends.append(([np.angle(leg), turn.imag, 0.0], [abs(leg), turn.real * abs(leg), 0.0]))
    part = np.clip(time_s - before.terminal_s, 0.0, swing_s)
    over = time_s - before.terminal_s - part
    polar = []
    for index in range(2):
        curve = BPoly.from_derivatives([0.0, swing_s], [ends[0][index], ends[1][index]])
        polar.append(curve(part) + over * curve(part, nu=1))
    u = part / swing_s
    fold = (0.36 + 0.035 * v) * push * (1 + 0.05 * draws[6])
    length_m = polar[1] - KNEE_SOFT_M * np.logaddexp(0.0, (polar[1] - LONGEST_M) / KNEE_SOFT_M)
    aim = hip[0] + (length_m - fold * (4 * u * (1 - u)) ** 3) * np.exp(1j * polar[0])
    jet = np.stack([aim, (first := np.gradient(aim, GRID_S)), np.gradient(first, GRID_S)])
    leg = hip[0, at[1]] - land
    return jet, float(shank_jet(np.array([[leg], [0], [0]]))[0, 0])
