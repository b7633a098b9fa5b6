"""Movement of foot and shank between and during contacts, with exact first and second derivatives.

Planar vectors are complex numbers x + i z, so a turn by an angle is a product. Rules:

1. Stance: the foot rolls over a point of the sole that moves from where it touched to the ball and, late, towards the
   toes. The ankle follows from the foot's pitch alone. After contact the touching point still moves and comes to
   rest with a raised cosine (shoe and heel pad): deceleration starts from zero exactly at initial contact.
2. Swing: the ankle leaves with position, velocity, acceleration and jerk of the stance and arrives with position,
   velocity and acceleration of the next stance at contact, plus a bump for heel recovery. Leaving therefore makes no
   mark in the accelerations; and it is locked to the push-off movement, which varies by a few milliseconds against
   the end of contact. A mark at toe-off would let any detector find it: a false triumph.
3. Roll and yaw turn the foot about a point of the sole and the shank about the ankle.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from gaitpipe.model import STANDARD_GRAVITY_M_S2, FloatArray, Placement, Side
from gaitpipe.simulate.runner_config import RunnerConfig
from gaitpipe.simulate.runner_curves import (
    ComplexArray,
    PiecewiseQuintic,
    product_jet,
    quintic_between,
    rotation_jet,
    step_jet,
)
from gaitpipe.simulate.runner_pattern import BALL_X_M, SOLE_Z_M, LegPattern, landing_of
from gaitpipe.simulate.runner_schedule import Contact

INSTEP_M = (0.075, 0.0, -0.025)
SHANK_SENSOR_M = (0.0, 0.0, 0.12)
SOLE_TURN_M = 0.04 + 1j * SOLE_Z_M
"""Point of the sole about which the foot rolls and yaws, foot axes."""
TOE_ROLL_M = 0.11
BUMP_TOP = 4 / 9
"""Where in the swing the bump u^4 (1 - u)^5 is highest, and how high."""
BUMP_SIZE = BUMP_TOP**4 * (1 - BUMP_TOP) ** 5


@dataclass(frozen=True, slots=True)
class SegmentMotion:
    """Motion of one sensor in segment axes at given times: all (n, 3) but the angle.

    `angle_rad` is foot pitch or shank angle. Position, velocity and acceleration are in the world (x forward, y left,
    z up, resting with the ground or, on a treadmill, with the room); `specific_force_m_s2` and `rate_rad_s` are what
    a perfect sensor in segment axes reads.
    """

    angle_rad: FloatArray
    position_m: FloatArray
    specific_force_m_s2: FloatArray
    rate_rad_s: FloatArray
    rate_change_rad_s2: FloatArray


class Leg:
    """One leg of the runner; `motion` answers at any time."""

    def __init__(
        self,
        config: RunnerConfig,
        side: Side,
        contacts: tuple[Contact, ...],
        pattern: LegPattern,
        travel: PiecewiseQuintic,
        sway_phase: FloatArray,
    ) -> None:
        self.config, self.side, self.contacts, self.pattern, self.travel = config, side, contacts, pattern, travel
        self._sway_phase = sway_phase
        self._initial_s = np.array([contact.initial_s for contact in contacts])
        self._leave_s = pattern.push_off_s
        self._nominal_s = np.array([contact.nominal_contact_s for contact in contacts])
        self._push_off_s = np.array([contact.push_off.contact_s for contact in contacts])
        self._position_m = np.array([contact.position_m for contact in contacts])
        landings = [landing_of(contact.mode, config.strike) for contact in contacts]
        self._flat_s = np.array([landing.flat_fraction for landing in landings]) * self._nominal_s
        self._touch_x_m = np.array([landing.touch_x_m for landing in landings])
        run = np.array([contact.push_off.mode == "run" for contact in contacts])
        speed = np.array([contact.push_off.speed_m_s for contact in contacts])
        self._top_m = np.where(run, 0.22 + 0.05 * speed, 0.15 + 0.03 * speed)
        self._fit_swings()

    def _fit_swings(self) -> None:
        """Swing k goes from toe-off of contact k to contact k + 1."""
        count = len(self.contacts)
        self._swing_s = self._initial_s[1:] - self._leave_s[:-1]
        if np.any(self._swing_s < 0.08):
            raise ValueError("a swing of the synthetic runner is shorter than 0.08 s")
        start = self._stance(np.arange(count - 1), self._leave_s[:-1])
        end = self._stance(np.arange(1, count), self._initial_s[1:])
        self._swing = quintic_between(start, end, self._swing_s)
        self._extra_jerk = start[3] * self._swing_s**3 / 6 - self._swing[3]
        height = sum(self._swing[n].imag * BUMP_TOP**n for n in range(6))
        self._lift_m = np.maximum(self._top_m[:-1] - height, 0.0)

    def _stance(self, contact: np.ndarray, time_s: FloatArray) -> ComplexArray:
        """Ankle in stance of `contact` (n,) at `time_s` (n,): jet (4, n)."""
        turn = rotation_jet(self.pattern.foot_pitch.jet(time_s))
        rolled = _sole_point_jet(
            time_s,
            self._initial_s[contact] + self._flat_s[contact],
            self._touch_x_m[contact],
            self._nominal_s[contact],
            self._leave_s[contact],
            self._push_off_s[contact],
        )
        away = -turn
        away[0] += 1.0
        ankle = _leibniz(rolled, away) - 1j * SOLE_Z_M * turn
        ankle[0] += self._position_m[contact]
        return np.asarray(ankle + self._give(contact, time_s))

    def _give(self, contact: np.ndarray, time_s: FloatArray) -> ComplexArray:
        """Way of the touching point until the sole has given way; zero before contact and afterwards."""
        since_s = time_s - self._initial_s[contact]
        give_s, velocity = self.pattern.give_s[contact], self.pattern.touch_velocity_m_s[contact]
        active = (since_s >= 0) & (since_s < give_s)
        w = np.pi / give_s
        x = w * np.where(active, since_s, 0.0)
        result = np.stack(
            [
                (x / w - give_s) / 2 + np.sin(x) / (2 * w),
                (1 + np.cos(x)) / 2,
                -w * np.sin(x) / 2,
                -(w**2) * np.cos(x) / 2,
            ]
        )
        return np.asarray(np.where(active, result * velocity, 0.0))

    def ankle(self, time_s: FloatArray) -> ComplexArray:
        """Ankle at `time_s` (n,): jet (3, n) over the ground (belt)."""
        contact = np.searchsorted(self._initial_s, time_s, side="right") - 1
        swinging = time_s > self._leave_s[contact]
        result = np.empty((3, len(time_s)), dtype=np.complex128)
        if np.any(~swinging):
            result[:, ~swinging] = self._stance(contact[~swinging], time_s[~swinging])[:3]
        if np.any(swinging):
            result[:, swinging] = self._in_swing(contact[swinging], time_s[swinging])
        return result

    def _in_swing(self, swing: np.ndarray, time_s: FloatArray) -> ComplexArray:
        h = self._swing_s[swing]
        u = (time_s - self._leave_s[swing]) / h
        v = 1 - u
        c = self._swing[:, swing]
        value = sum(c[n] * u**n for n in range(6))
        first = sum(n * c[n] * u ** (n - 1) for n in range(1, 6))
        second = sum(n * (n - 1) * c[n] * u ** (n - 2) for n in range(2, 6))
        # u^m (1 - u)^n: the bump, and what the quintic's jerk lacks at the start, which fades within some 60 ms
        for size, m, n in ((1j * self._lift_m[swing] / BUMP_SIZE, 4, 5), (self._extra_jerk[swing], 3, 9)):
            value = value + size * u**m * v**n
            first = first + size * u ** (m - 1) * v ** (n - 1) * (m * v - n * u)
            curvature = m * (m - 1) * v**2 - 2 * m * n * u * v + n * (n - 1) * u**2
            second = second + size * u ** (m - 2) * v ** (n - 2) * curvature
        return np.stack([value, first / h, second / h**2])

    def _sway(self, time_s: FloatArray) -> FloatArray:
        """Quiet standing: slow sway of a few tenths of a degree, faded in and out; jet (3, n) in rad."""
        total = np.zeros((3, len(time_s)))
        wave = np.zeros((3, len(time_s)))
        for frequency_hz, size_deg, phase in zip((0.23, 0.41, 0.9), (0.22, 0.12, 0.04), self._sway_phase, strict=True):
            w = 2 * np.pi * frequency_hz
            x, size = w * time_s + phase, np.deg2rad(size_deg)
            wave += np.stack([size * np.sin(x), size * w * np.cos(x), -size * w**2 * np.sin(x)])
        for contact in self.contacts:
            if contact.stands:
                begin = np.asarray(max(contact.initial_s + 0.5, -1e3))
                end = np.asarray(min(contact.terminal_s - 1.0, 1e9))
                fade = np.asarray(0.5)
                total += product_jet(step_jet(time_s, begin, fade) - step_jet(time_s, end, fade), wave)
        return total

    def motion(self, time_s: FloatArray, placement: Placement) -> SegmentMotion:
        """Exact motion of the sensor of this leg at `time_s` (n,) in session time."""
        ankle = self.ankle(time_s)
        pattern = self.pattern
        if placement == "foot":
            pitch, roll, yaw = (
                curve.jet(time_s) for curve in (pattern.foot_pitch, pattern.foot_roll, pattern.foot_yaw)
            )
            roll[:3] += 0.2 * self._sway(time_s)
            base = ankle + SOLE_TURN_M * rotation_jet(pitch)[:3]
            lever = np.array(INSTEP_M) - np.array([SOLE_TURN_M.real, 0.0, SOLE_TURN_M.imag])
        else:
            curves = (pattern.shank_angle, pattern.shank_roll, pattern.shank_yaw)
            pitch, roll, yaw = (curve.jet(time_s) for curve in curves)
            pitch[:3] += self._sway(time_s)
            base, lever = ankle, np.array(SHANK_SENSOR_M)
        if self.config.surface == "treadmill":
            base = base - self.travel.jet(time_s)[:3]
        return _rigid_motion(base, pitch, roll, yaw, lever, self.config.slope_deg)


def _sole_point_jet(
    time_s: FloatArray,
    flat_s: FloatArray,
    touch_x_m: FloatArray,
    contact_s: FloatArray,
    leave_s: FloatArray,
    push_off_contact_s: FloatArray,
) -> FloatArray:
    """Where along the sole (foot axes, m) the foot rolls: touch point, ball, then towards the toes; jet (4, n)."""
    flat_s, leave_s = np.maximum(flat_s, -1e6), np.minimum(leave_s, 1e9)
    to_ball = step_jet(time_s, flat_s, 0.12 * contact_s)
    to_toes = step_jet(time_s, leave_s - 0.35 * push_off_contact_s, 0.9 * push_off_contact_s)
    result = (BALL_X_M - touch_x_m) * to_ball + TOE_ROLL_M * to_toes
    result[0] += touch_x_m
    return np.asarray(result)


def _leibniz(first: FloatArray, second: ComplexArray) -> ComplexArray:
    """Jet (4, n) of a product."""
    return np.stack(
        [
            first[0] * second[0],
            first[1] * second[0] + first[0] * second[1],
            first[2] * second[0] + 2 * first[1] * second[1] + first[0] * second[2],
            first[3] * second[0] + 3 * first[2] * second[1] + 3 * first[1] * second[2] + first[0] * second[3],
        ]
    )


def _rigid_motion(
    base: ComplexArray, pitch: FloatArray, roll: FloatArray, yaw: FloatArray, lever: FloatArray, slope_deg: float
) -> SegmentMotion:
    """Sensor on a rigid segment turned by yaw, then pitch, then roll, at `lever` from a point moving in the plane.

    Toes-up pitch is a negative turn about y (left), hence the minus signs of `p`.
    """
    p, p1, p2 = -pitch[0], -pitch[1], -pitch[2]
    r1, r2, y1, y2 = roll[1], roll[2], yaw[1], yaw[2]
    sp, cp, sr, cr = np.sin(p), np.cos(p), np.sin(roll[0]), np.cos(roll[0])
    rate = np.stack([r1 - y1 * sp, p1 * cr + y1 * sr * cp, -p1 * sr + y1 * cr * cp], axis=1)
    change = np.stack(
        [
            r2 - y2 * sp - y1 * p1 * cp,
            p2 * cr - p1 * r1 * sr + y2 * sr * cp + y1 * r1 * cr * cp - y1 * p1 * sr * sp,
            -p2 * sr - p1 * r1 * cr + y2 * cr * cp - y1 * r1 * sr * cp - y1 * p1 * cr * sp,
        ],
        axis=1,
    )
    sy, cy = np.sin(yaw[0]), np.cos(yaw[0])
    zero = np.zeros_like(sp)
    x_axis = np.stack([cy * cp, sy * cp, -sp], axis=1)
    y_axis = np.stack([cy * sp * sr - sy * cr, sy * sp * sr + cy * cr, cp * sr], axis=1)
    z_axis = np.stack([cy * sp * cr + sy * sr, sy * sp * cr - cy * sr, cp * cr], axis=1)
    gravity = STANDARD_GRAVITY_M_S2 * np.array([np.sin(np.deg2rad(slope_deg)), 0.0, np.cos(np.deg2rad(slope_deg))])
    force = np.stack([base[2].real, zero, base[2].imag], axis=1) + gravity
    in_segment = np.stack([np.einsum("ij,ij->i", axis, force) for axis in (x_axis, y_axis, z_axis)], axis=1)
    in_segment += np.cross(change, lever) + np.cross(rate, np.cross(rate, lever))
    position = np.stack([base[0].real, zero, base[0].imag], axis=1)
    position += x_axis * lever[0] + y_axis * lever[1] + z_axis * lever[2]
    return SegmentMotion(pitch[0], position, in_segment, rate, change)
