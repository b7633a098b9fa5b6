"""The sine model of running (Morin 2005): peak force, vertical and leg stiffness from contact and flight time.

Vertical force on the body during contact is taken as half a sine. Its impulse must carry the body for the whole step,
so contact and step time give the peak; twice integrated it gives how far the centre of mass goes down. Everything is
per body mass, so no mass is needed.

Both legs enter: times are means of the left and the right. From one leg's contact time alone the leg that is spared
(shorter contact, same step) would seem to push harder. Running on the level only.

The sign trap: the published displacement is negative (downwards). As a positive length it is
F tc^2 / (m pi^2) minus g tc^2 / 8; adding the terms makes it several times too large.
"""

from __future__ import annotations

import numpy as np

from gaitpipe.model import STANDARD_GRAVITY_M_S2, FloatArray


def peak_force_bw(step_time_s: FloatArray, contact_time_s: FloatArray) -> FloatArray:
    """Peak vertical ground force in body weights, pi/2 step / contact = pi / (4 duty factor), shape (n,).

    Parameters
    ----------
    step_time_s, contact_time_s : array (n,)
        Means of both legs [s]; NaN gives NaN.
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray(0.5 * np.pi * np.asarray(step_time_s) / np.asarray(contact_time_s), dtype=np.float64)


def displacement_m(step_time_s: FloatArray, contact_time_s: FloatArray) -> FloatArray:
    """How far the centre of mass goes down during contact [m], positive, shape (n,)."""
    force_m_s2 = STANDARD_GRAVITY_M_S2 * peak_force_bw(step_time_s, contact_time_s)
    squared_s2 = np.asarray(contact_time_s) ** 2
    return np.asarray(force_m_s2 * squared_s2 / np.pi**2 - STANDARD_GRAVITY_M_S2 * squared_s2 / 8.0)


def vertical_stiffness_n_per_m_kg(step_time_s: FloatArray, contact_time_s: FloatArray) -> FloatArray:
    """Peak force over displacement, per body mass [N/(m kg)], shape (n,)."""
    force_m_s2 = STANDARD_GRAVITY_M_S2 * peak_force_bw(step_time_s, contact_time_s)
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray(force_m_s2 / displacement_m(step_time_s, contact_time_s))


def leg_stiffness_n_per_m_kg(
    step_time_s: FloatArray, contact_time_s: FloatArray, speed_m_s: FloatArray, leg_length_m: float
) -> FloatArray:
    """Peak force over the shortening of the leg, per body mass [N/(m kg)], shape (n,).

    The leg shortens by L - sqrt(L^2 - (v tc / 2)^2) because it stands at an angle when it touches down, and by the
    displacement. NaN where the foot would land further ahead than the leg is long.
    """
    half_m = 0.5 * np.asarray(speed_m_s) * np.asarray(contact_time_s)
    reach_m2 = np.where(half_m < leg_length_m, leg_length_m**2 - half_m**2, np.nan)
    shortening_m = leg_length_m - np.sqrt(reach_m2) + displacement_m(step_time_s, contact_time_s)
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray(STANDARD_GRAVITY_M_S2 * peak_force_bw(step_time_s, contact_time_s) / shortening_m)


def vertical_sensitivity(step_time_s: float, contact_time_s: float) -> float:
    """Relative change of vertical stiffness for a relative change of contact time, the step time staying as it is.

    About -0.8. (At a fixed flight time, as in the paper, it is about -2; an error of contact time is one of flight time
    too.)
    """
    rising = step_time_s * contact_time_s / (2.0 * np.pi)
    falling = contact_time_s**2 / 8.0
    return float(-1.0 - (rising - 2.0 * falling) / (rising - falling))


def leg_angle_share(step_time_s: float, contact_time_s: float, leg_stiffness: float) -> float:
    """Part of the leg's shortening that comes from its angle, 0 to 1; it goes with speed squared over leg length."""
    times = np.array([step_time_s]), np.array([contact_time_s])
    force_m_s2 = STANDARD_GRAVITY_M_S2 * float(peak_force_bw(*times)[0])
    return 1.0 - float(displacement_m(*times)[0]) * leg_stiffness / force_m_s2


def leg_sensitivity(step_time_s: float, contact_time_s: float, leg_stiffness: float) -> float:
    """The same of leg stiffness [N/(m kg)]: about -2, since what the angle shortens grows as contact time squared."""
    angle_share = leg_angle_share(step_time_s, contact_time_s, leg_stiffness)
    down_slope = -1.0 - vertical_sensitivity(step_time_s, contact_time_s)
    return -1.0 - 2.0 * angle_share - down_slope * (1.0 - angle_share)
