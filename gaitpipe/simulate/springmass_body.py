"""The body of the spring-mass runner: a point mass that bounces from leg to leg.

Rules
-----
1. Running is flight, stance, flight: a ballistic arc, then a spring leg (`springmass_kernel.stance`). For each speed
   the periodic gait is found in which the leg's stiffness and the step time are those asked for; flight speed, angle of
   attack and contact time follow. Stiffness does not depend on speed, as it hardly does in people; only below
   `SOFT_BELOW_M_S`, where such a leg has no flight, the contact time is held and the leg is stiffer.
2. Each step has a stiffness of its own. The runner chooses the angle at which the leg is put down, how much energy it
   gives and, reluctantly, how firm it is: what brings the step to the flight aimed at.
3. The mass on the leg is the body without the lower limb that stands.

Lengths are metres and equal rest lengths of the leg, since that is 1 m. Complex numbers are x + i z.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np

from gaitpipe.errors import UsageError
from gaitpipe.model import STANDARD_GRAVITY_M_S2, FloatArray, Side
from gaitpipe.simulate.runner_config import RunnerConfig

BODY_MASS_KG = 70.0
LIMB_MASS_KG = 0.08 * BODY_MASS_KG
"""Shank and foot: the share of the lower limb in the two-mass model of running force."""
CARRIED_KG = BODY_MASS_KG - LIMB_MASS_KG
LEG_STIFFNESS_N_M = 11_500.0
STEP_S = 0.0005
LONGEST_STANCE_ROWS = 1600
SLOWEST_M_S = 0.75
SPEED_GRID_M_S = 0.25
SOFT_BELOW_M_S = 2.0
STIFFNESS_EXPONENT = -1.6
"""How stiffness must change for a change of contact time, about; what comes out is in the truth."""
NUDGE = 1e-4
NUDGES = NUDGE * np.eye(3)
DAMPING = (0.1, 0.02, 0.02)
MISS = 0.6
"""Of `_aim`: a flight this far off is still caught by the next step. Not every flight can be reached in one step."""
CADENCE_SPEED_M_S = (0.0, 2.0, 2.8, 3.3, 4.0, 5.0, 6.0, 7.0)
CADENCE_SPM = (148.0, 153.0, 161.0, 166.0, 171.5, 181.5, 191.0, 202.0)
"""Middle of the usual cadence at each speed; orientation values of the running literature, unverified."""


@dataclass(frozen=True, slots=True)
class Gait:
    """A periodic gait: flight speed and sinking speed at touch-down, angle of attack, contact and flight time."""

    speed_m_s: float
    flight_speed_m_s: float
    sink_m_s: float
    attack_rad: float
    stiffness_n_m: float
    contact_s: float
    step_s: float


@dataclass(frozen=True, slots=True)
class Step:
    """A flight and the stance after it; `path` (m, 7) is what `springmass_kernel.stance` writes."""

    flight_s: float
    path: FloatArray


def _stance(
    x: float, z: float, vx: float, vz: float, stiffness_n_m: float, gain: float, load: float = 0.0
) -> FloatArray:
    from gaitpipe.simulate.springmass_kernel import stance

    out = np.empty((LONGEST_STANCE_ROWS, 7))
    rows = stance(np.array([x, z, vx, vz]), stiffness_n_m / CARRIED_KG, gain, STANDARD_GRAVITY_M_S2 + load, STEP_S, out)
    return out[:rows]


@cache
def periodic_gait(speed_m_s: float, step_s: float, contact_s: float | None = None) -> Gait:
    """Find the gait of this mean speed and step time; with `contact_s`, the stiffness that gives it, too.

    Raises
    ------
    UsageError
        No such gait exists for this leg.
    """
    from scipy.optimize import fsolve

    def unpack(unknown: FloatArray) -> tuple[FloatArray, float, float, float, float]:
        flight_m_s, attack, sink = unknown[0] * max(speed_m_s, 0.3), unknown[1], unknown[2]
        stiffness = unknown[3] * LEG_STIFFNESS_N_M if contact_s is not None else LEG_STIFFNESS_N_M
        path = _stance(-np.cos(attack), np.sin(attack), flight_m_s, -sink, stiffness, 0.0)
        return path, flight_m_s, attack, sink, stiffness

    def residual(unknown: FloatArray) -> list[float]:
        path, flight_m_s, _, sink, _ = unpack(unknown)
        if not len(path):
            return [10.0] * len(unknown)
        flight_s = 2 * sink / STANDARD_GRAVITY_M_S2
        way_m = path[-1, 1] - path[0, 1] + flight_m_s * flight_s
        errors = [path[-1, 3] - flight_m_s, 10 * (path[-1, 0] + flight_s - step_s), way_m - speed_m_s * step_s]
        return errors if contact_s is None else [*errors, 10 * (path[-1, 0] - contact_s)]

    guess_contact_s = contact_s or float(np.interp(speed_m_s, (0, 2, 3.3, 6), (0.30, 0.29, 0.25, 0.17)))
    attack = np.arccos(min(0.6, speed_m_s * guess_contact_s / 2))
    guess = [1.02, attack, 0.5 * STANDARD_GRAVITY_M_S2 * max(step_s - guess_contact_s, 0.03)]
    found, _, flag, _ = fsolve(residual, [*guess, 1.0] if contact_s is not None else guess, full_output=True, xtol=1e-9)
    path, flight_m_s, attack, sink, stiffness = unpack(found)
    if flag != 1 or not len(path) or sink < 0.02:
        what = f"{speed_m_s:g} m/s at {60 / step_s:.0f} steps/min"
        raise UsageError(
            f"the spring-mass runner finds no gait with flight for {what}", "Try another speed or cadence."
        )
    return Gait(speed_m_s, flight_m_s, sink, attack, stiffness, float(path[-1, 0]), step_s)


def gait_at(config: RunnerConfig, speed_m_s: float) -> Gait:
    """Return the periodic gait at this speed, interpolated between speeds 0.25 m/s apart."""
    below = np.floor(speed_m_s / SPEED_GRID_M_S) * SPEED_GRID_M_S
    share = (speed_m_s - below) / SPEED_GRID_M_S
    gaits = [_gait_on_grid(config, round(below + shift, 3)) for shift in (0.0, SPEED_GRID_M_S)]
    if share < 1e-9:
        return gaits[0]
    values = [(1 - share) * getattr(gaits[0], name) + share * getattr(gaits[1], name) for name in Gait.__slots__]
    return Gait(*values)


def _gait_on_grid(config: RunnerConfig, speed_m_s: float) -> Gait:
    step_s = _step_time_s(config, speed_m_s)
    contact_s = config.contact_time_s
    if contact_s is None and speed_m_s < SOFT_BELOW_M_S:
        contact_s = periodic_gait(SOFT_BELOW_M_S, _step_time_s(config, SOFT_BELOW_M_S)).contact_s
    return periodic_gait(speed_m_s, step_s, contact_s)


def _step_time_s(config: RunnerConfig, speed_m_s: float) -> float:
    return 60.0 / (config.cadence_spm or float(np.interp(speed_m_s, CADENCE_SPEED_M_S, CADENCE_SPM)))


def choose_step(
    config: RunnerConfig, side: Side, state: tuple[complex, complex], gait: Gait, generator: np.random.Generator
) -> Step:
    """Choose angle of attack, energy and firmness so that the step ends in the flight aimed at.

    `state` is position and velocity of the body when it takes off.

    Raises
    ------
    UsageError
        No angle of attack does it.
    """
    draws = np.clip(generator.standard_normal(2), -2.5, 2.5)
    sign = 1.0 if side == "left" else -1.0
    asked = (1 + config.contact_time_cv * draws[0]) * (1 + sign * config.contact_time_asymmetry_pct / 200.0)
    stiffness_n_m = gait.stiffness_n_m * asked**STIFFNESS_EXPONENT
    flight_change_s = 0.8 * config.stride_time_cv * draws[1] * gait.step_s  # other causes add to it
    sink_m_s = max(gait.sink_m_s + 0.5 * STANDARD_GRAVITY_M_S2 * flight_change_s, 0.1)
    aim = _aim(np.sin(gait.attack_rad), gait.flight_speed_m_s, sink_m_s)
    choice = np.array([gait.attack_rad, 0.0, 1.0])
    step = _step(state, choice, stiffness_n_m)
    for _ in range(15):
        miss = _away(step) - aim
        if np.abs(miss).max() < 1e-4:
            break
        slopes = np.array([(_away(_step(state, choice + d, stiffness_n_m)) - aim - miss) / NUDGE for d in NUDGES])
        change = -np.linalg.solve(slopes @ slopes.T + np.diag(DAMPING), slopes @ miss)
        change /= max(1.0, *np.abs(change) / (0.08, 0.2, 0.1))
        for _ in range(6):  # a shorter change, as long as it does not get nearer
            tried = _step(state, choice + change, stiffness_n_m)
            if np.linalg.norm(_away(tried) - aim) < np.linalg.norm(miss):
                step, choice = tried, choice + change
                break
            change /= 2
        else:
            break
    if np.abs(_away(step) - aim).max() > MISS:
        raise UsageError(
            f"the spring-mass runner stumbles at {gait.speed_m_s:.1f} m/s", "Ask for less variation or another speed."
        )
    return step


def _step(state: tuple[complex, complex], choice: FloatArray, stiffness_n_m: float) -> Step:
    attack, gain, firmness = choice
    body, velocity = state
    drop = body.imag - np.sin(attack)
    reach = velocity.imag**2 + 2 * STANDARD_GRAVITY_M_S2 * drop
    flight_s = float(velocity.imag + np.sqrt(max(reach, 0.0))) / STANDARD_GRAVITY_M_S2
    sinking = velocity.imag - STANDARD_GRAVITY_M_S2 * flight_s
    path = _stance(-np.cos(attack), np.sin(attack), velocity.real, sinking, firmness * stiffness_n_m, gain)
    return Step(flight_s, path)


def _away(step: Step) -> FloatArray:
    """What is aimed at, as this step would reach it; far off when the runner falls."""
    return _aim(*step.path[-1, 2:5]) if len(step.path) else np.array([-5.0, -5.0])


def _aim(height_m: float, forward_m_s: float, upward_m_s: float) -> FloatArray:
    """Two numbers that say all of a flight: its speed, and the height of its top (x 5, to weigh alike)."""
    top_m = height_m + upward_m_s * abs(upward_m_s) / (2 * STANDARD_GRAVITY_M_S2)
    return np.array([forward_m_s, 5 * top_m])
