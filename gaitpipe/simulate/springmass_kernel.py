"""Equations of motion of the spring-mass runner, compiled: the body on its leg spring, and one foot under its forces.

Rules
-----
1. Body: a point mass on a massless spring leg. The force goes from the foot point to the mass, starts from zero at the
   rest length and ends at zero there. Muscles may add or take energy: the spring is a little stiffer while it
   lengthens than while it shortens, or the other way round.
2. Foot: a rigid foot that carries the mass of the lower limb at the ankle. On it act the leg's force, gravity, the
   swing muscles (a spring and damper that pull towards where the runner means to put the foot), the ankle's torque and
   the ground.
3. Ground: a heel and a ball, each round, with a sole that stiffens with depth, damps and never pulls. In the plane of
   the ground the sole shears like a spring until it slides. Nothing else knows of contact: a foot is on the ground
   when, and only when, this force is there.
4. Ankle: an Achilles spring that resists dorsiflexion as far as the muscle is active, and weak dorsiflexors.
5. Pronation: a damped spring that the vertical force bends.

Angles are in rad, positive counter-clockwise with x forward and z up: toes up, ankle ahead of the knee.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit

(
    HIP_X, HIP_Z, HIP_VX, HIP_VZ, LEG_X, LEG_Z, AIM_X, AIM_Z, AIM_VX, AIM_VZ, AIM_AX, AIM_AZ, SWING, ANKLE, ANKLE_RATE,
    CALF, SHIN, BODY_INPUTS,
) = range(18)  # fmt: skip
"""Columns of what acts on a foot: hip, force of the leg on the foot, aim of the swing, gains, ankle angle and calf."""

TOE_M, TOE_RAD = 0.015, 0.15
"""Toe region of leg and calf: a tendon is soft before it is stiff, so force neither begins nor ends with a kink."""
FOOT_STATES = 10
"""Ankle x and z, their velocities, pitch and rate, pronation and rate, shear of the sole at heel and ball."""


@njit(cache=True)
def pull_of_leg(x: Any, z: Any, vx: Any, vz: Any, stiffness: Any, gain: Any) -> Any:
    """Acceleration-free part: leg force over the mass, (x, z), for the mass at (x, z) from the foot point."""
    length = np.sqrt(x * x + z * z)
    rate = (x * vx + z * vz) / length
    give = max(1.0 - length, 0.0)
    force = stiffness * give * give / (give + TOE_M) * (1.0 + gain * np.tanh(rate / 0.2))
    return force * x / length, force * z / length


@njit(cache=True)
def stance(state: Any, stiffness: Any, gain: Any, weight: Any, step_s: Any, out: Any) -> Any:
    """Go through one stance from `state` (x, z, vx, vz from the foot point; lengths in rest lengths of the leg).

    `stiffness` is over the mass [1/s^2], `weight` what pulls down [rest lengths / s^2]. Writes rows of time, state and
    leg force over the mass into `out` (m, 7), the first at touch-down and the last at lift-off, and returns their
    number; 0 when the leg never got back to its rest length.
    """
    s = state.copy()
    work = np.empty((4, 4))
    time_s = 0.0
    for row in range(out.shape[0] - 1):
        fx, fz = pull_of_leg(s[0], s[1], s[2], s[3], stiffness, gain)
        out[row, 0] = time_s
        out[row, 1:5] = s
        out[row, 5], out[row, 6] = fx, fz
        h, new = step_s, s
        for attempt in range(8):
            for stage in range(4):
                part = 0.0 if stage == 0 else (1.0 if stage == 3 else 0.5)
                q = s + h * part * work[max(stage - 1, 0)]
                if stage == 0:
                    q = s
                fx, fz = pull_of_leg(q[0], q[1], q[2], q[3], stiffness, gain)
                work[stage, 0], work[stage, 1], work[stage, 2], work[stage, 3] = q[2], q[3], fx, fz - weight
            new = s + h / 6.0 * (work[0] + 2.0 * work[1] + 2.0 * work[2] + work[3])
            length = np.sqrt(new[0] ** 2 + new[1] ** 2)
            rate = (new[0] * new[2] + new[1] * new[3]) / length
            if attempt == 0 and (length < 1.0 or rate <= 0.0 or row < 2):
                break
            if abs(length - 1.0) < 1e-13:
                break
            h -= (length - 1.0) / rate  # the step that ends just at the rest length
        time_s += h
        s = new
        if h < step_s or s[1] < 0.3:
            if s[1] < 0.3:
                return 0
            out[row + 1, 0] = time_s
            out[row + 1, 1:5] = s
            out[row + 1, 5], out[row + 1, 6] = 0.0, 0.0
            return row + 2
    return 0


@njit(cache=True)
def shank(dx: Any, dz: Any, vx: Any, vz: Any, thigh_m: Any, shank_m: Any) -> Any:
    """Shank angle and its rate, when the hip is (dx, dz) from the ankle: the knee points forward."""
    r = min(np.sqrt(dx * dx + dz * dz), 0.999 * (thigh_m + shank_m))
    cosine = (r * r + shank_m * shank_m - thigh_m * thigh_m) / (2.0 * r * shank_m)
    beta = np.arccos(cosine)
    slope = 0.5 / shank_m - (shank_m * shank_m - thigh_m * thigh_m) / (2.0 * r * r * shank_m)
    turn = (dx * vz - dz * vx) / (r * r)
    stretch = (dx * vx + dz * vz) / r
    return np.arctan2(dz, dx) - beta - 0.5 * np.pi, turn + slope * stretch / np.sin(beta)


@njit(cache=True)
def forces(s: Any, u: Any, p: Any, rate: Any) -> Any:
    """Rate of change of the foot's state `s` under `u` into `rate`; returns the ground's force (x, z)."""
    (mass, inertia, gravity, heel_x, heel_z, heel_r, ball_x, ball_z, ball_r, hard, soft, damping, friction, shear,
     shear_damping, thigh_m, shank_m, calf, calf_c, slack, calf_damping,
     swing_w, swing_z, pitch_k, pitch_c, roll_w, roll_z, roll_gain,
     roll_rest) = p  # fmt: skip
    cosine, sine = np.cos(s[4]), np.sin(s[4])
    ground_x, ground_z, moment = 0.0, 0.0, 0.0
    for spot in range(2):
        cx, cz, radius, sole = (heel_x, heel_z, heel_r, hard) if spot == 0 else (ball_x, ball_z, ball_r, soft)
        rate[8 + spot] = -s[8 + spot] / 0.01  # a sole in the air springs back
        dx, dz = cosine * cx - sine * cz, sine * cx + cosine * cz - radius
        depth = -(s[1] + dz)
        if depth > 0.0:
            sink = -(s[3] + s[5] * dx)
            normal = max(0.0, sole * depth * np.sqrt(depth) * (1.0 + damping * sink))
            slide = s[2] - s[5] * dz
            most = max(friction * normal, 20.0)
            rate[8 + spot] = slide - abs(slide) * shear / most * s[8 + spot]
            grip = -(shear * s[8 + spot] + shear_damping * rate[8 + spot])
            grip = min(max(grip, -friction * normal), friction * normal)
            ground_x += grip
            ground_z += normal
            moment += dx * normal - dz * grip
    angle, turning = shank(u[HIP_X] - s[0], u[HIP_Z] - s[1], u[HIP_VX] - s[2], u[HIP_VZ] - s[3], thigh_m, shank_m)
    bent, bending = s[4] - angle, s[5] - turning
    stretch = max(0.0, bent - slack)
    torque = -u[CALF] * (calf * stretch * stretch / (stretch + TOE_RAD) + calf_c * bending) - calf_damping * bending
    torque += u[SHIN] * (pitch_k * (u[ANKLE] - bent) + pitch_c * (u[ANKLE_RATE] - bending))
    pull_x = u[AIM_AX] + swing_w * swing_w * (u[AIM_X] - s[0]) + 2 * swing_z * swing_w * (u[AIM_VX] - s[2])
    pull_z = u[AIM_AZ] + swing_w * swing_w * (u[AIM_Z] - s[1]) + 2 * swing_z * swing_w * (u[AIM_VZ] - s[3])
    rate[0], rate[1] = s[2], s[3]
    rate[2] = (ground_x + u[LEG_X]) / mass + u[SWING] * pull_x
    rate[3] = (ground_z + u[LEG_Z]) / mass - gravity + u[SWING] * (pull_z + gravity)
    rate[4] = s[5]
    rate[5] = (moment + torque) / inertia
    rate[6] = s[7]
    rate[7] = -roll_w * roll_w * (s[6] - roll_rest - roll_gain * ground_z) - 2 * roll_z * roll_w * s[7]
    return ground_x, ground_z


@njit(cache=True)
def run_foot(state: Any, inputs: Any, parameters: Any, grid_s: Any, parts: Any, out: Any) -> None:
    """Integrate a foot over all rows of `inputs` (n, BODY_INPUTS), `parts` Runge-Kutta steps a row.

    Writes into `out` (n, 2 * FOOT_STATES + 2): the state, its rate of change, and the ground's force (x, z).
    """
    s = state.copy()
    h = grid_s / parts
    p = parameters
    u = np.empty(inputs.shape[1])
    rates = np.empty((4, s.shape[0]))
    q = np.empty(s.shape[0])
    for row in range(inputs.shape[0]):
        fx, fz = forces(s, inputs[row], p, rates[0])
        out[row, :FOOT_STATES] = s
        out[row, FOOT_STATES : 2 * FOOT_STATES] = rates[0]
        out[row, 2 * FOOT_STATES], out[row, 2 * FOOT_STATES + 1] = fx, fz
        if row + 1 == inputs.shape[0]:
            break
        for part in range(parts):
            for stage in range(4):
                ahead = 0.0 if stage == 0 else (1.0 if stage == 3 else 0.5)
                share = (part + ahead) / parts
                for column in range(u.shape[0]):
                    u[column] = inputs[row, column] + share * (inputs[row + 1, column] - inputs[row, column])
                for index in range(s.shape[0]):
                    q[index] = s[index] if stage == 0 else s[index] + h * ahead * rates[stage - 1, index]
                forces(q, u, p, rates[stage])
            for index in range(s.shape[0]):
                s[index] += h / 6.0 * (rates[0, index] + 2 * rates[1, index] + 2 * rates[2, index] + rates[3, index])
