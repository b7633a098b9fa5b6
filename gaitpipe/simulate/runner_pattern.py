"""Knots of the segment angles through one contact and the swing after it.

Running: knots of an own planar prototype whose curves have the shape and size of published ones. Walking, roll, yaw and
the amplitude at low speed follow the usual shape of published curves; they are plausible, not measured. How fast a
heel striker's foot comes down at contact is measured: -240 to -335 deg/s on force-labelled trials at 2-5 m/s. The
heel-rise knot moves a little from stride to stride, and lies lower above 3.3 m/s where the knots would ask for an
impossible push-off. Angles in degrees and degrees per second here, radians everywhere else. Times of a knot are either
a fraction of the contact or a fraction of the following swing.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from gaitpipe.model import FloatArray, Side
from gaitpipe.simulate.runner_config import RunnerConfig, SegmentKind, Strike
from gaitpipe.simulate.runner_curves import ComplexArray, PiecewiseQuintic, fit_quintic
from gaitpipe.simulate.runner_schedule import Contact

HEEL_X_M, BALL_X_M, SOLE_Z_M = -0.055, 0.13, -0.09
"""Heel and ball of the foot against the ankle, foot axes."""

FREE = float("nan")


@dataclass(frozen=True, slots=True)
class Landing:
    """How a foot lands: angles and rates at contact, when it is flat, where it touches, how long the sole gives way."""

    pitch_deg: float
    pitch_rate_deg_s: float
    flat_fraction: float
    touch_x_m: float
    give_s: float
    pitch_before_extra_deg: float


RUN_LANDING: dict[Strike, Landing] = {
    "rearfoot": Landing(16, -240, 0.20, HEEL_X_M, 0.022, 7.5),
    "midfoot": Landing(3, -120, 0.08, 0.04, 0.028, 8.0),
    "forefoot": Landing(-8, -60, 0.22, BALL_X_M, 0.034, 6.0),
}
WALK_LANDING = Landing(20, -100, 0.13, HEEL_X_M, 0.022, 3.0)


def landing_of(mode: SegmentKind, strike: Strike) -> Landing:
    return RUN_LANDING[strike] if mode == "run" else WALK_LANDING


@dataclass(slots=True)
class _Knots:
    """Knots in the making: times in s, values in degrees."""

    time_s: list[float] = field(default_factory=list)
    value: list[float] = field(default_factory=list)
    rate: list[float] = field(default_factory=list)
    acceleration: list[float] = field(default_factory=list)

    def hold(self, time_s: float, value: float) -> None:
        """A knot where the curve pauses: no overshoot on either side."""
        self.add(time_s, value, 0.0, 0.0)

    def add(self, time_s: float, value: float, rate: float = 0.0, acceleration: float = FREE) -> None:
        self.time_s.append(time_s)
        self.value.append(value)
        self.rate.append(rate)
        self.acceleration.append(acceleration)

    def curve(self) -> PiecewiseQuintic:
        acceleration = np.deg2rad(self.acceleration)
        acceleration[[0, -1]] = 0.0
        return fit_quintic(np.array(self.time_s), np.deg2rad(self.value), np.deg2rad(self.rate), acceleration)


@dataclass(frozen=True, slots=True)
class LegPattern:
    """Angle curves of one leg in rad, and what differs from contact to contact.

    `push_off_s` is when the push-off movement passes its toe-off knot; `give_s` the time the sole gives way after
    contact, `touch_velocity_m_s` the complex (x + i z) velocity of the touching point at contact; all (contacts,).
    """

    foot_pitch: PiecewiseQuintic
    foot_roll: PiecewiseQuintic
    foot_yaw: PiecewiseQuintic
    shank_angle: PiecewiseQuintic
    shank_roll: PiecewiseQuintic
    shank_yaw: PiecewiseQuintic
    push_off_s: FloatArray
    give_s: FloatArray
    touch_velocity_m_s: ComplexArray


def build_pattern(
    config: RunnerConfig, side: Side, contacts: tuple[Contact, ...], generator: np.random.Generator
) -> LegPattern:
    """Draw the stride-to-stride variation and join the knots of all contacts into curves."""
    foot, shank = _Knots(), _Knots()
    turns = [_Knots() for _ in range(4)]
    draws = np.clip(generator.standard_normal((len(contacts), 13)), -2.5, 2.5)
    push_off_s = np.array([contact.terminal_s for contact in contacts]) + config.push_off_jitter_s * draws[:, 0]
    outward = 1.0 if side == "left" else -1.0  # toe-out turns the left foot to the left
    for index, contact in enumerate(contacts):
        following = contacts[index + 1] if index + 1 < len(contacts) else None
        row = draws[index]
        spread_deg = config.angle_sd_deg * row
        heel_rise_late_s = 3 * config.push_off_jitter_s * contact.push_off.contact_s * float(np.clip(row[12], -2, 2))
        _add_stance(config, contact, foot, shank, spread_deg, heel_rise_late_s, following is None)
        _add_turns(contact, turns, outward, row, following is None)
        if following is not None:
            swing_s = following.initial_s - contact.terminal_s
            _add_swing(config, contact, following, foot, shank, float(push_off_s[index]), swing_s, row, spread_deg)
            _add_swing_turns(contact.terminal_s, swing_s, turns, outward, row)
    run = np.array([contact.mode == "run" for contact in contacts])
    speed = np.array([contact.speed_m_s for contact in contacts])
    give_s = np.array([landing_of(contact.mode, config.strike).give_s for contact in contacts])
    sink = np.where(run, 0.9 * (0.8 + 0.07 * speed), 0.25 + 0.08 * speed) * (1 + 0.06 * draws[:, 9])
    forward = np.where(run, 0.6, 0.3) * (1 + 0.1 * draws[:, 10])
    roll, yaw, shank_roll, shank_yaw = (knots.curve() for knots in turns)
    return LegPattern(
        foot.curve(),
        roll,
        yaw,
        shank.curve(),
        shank_roll,
        shank_yaw,
        push_off_s,
        give_s * (1 + 0.05 * draws[:, 11]),
        forward - 1j * sink,
    )


def _amplitude(mode: SegmentKind, speed_m_s: float) -> float:
    """Share of the full movement at low speed, so that the first and last steps are small."""
    low, full_speed = (0.45, 2.0) if mode == "run" else (0.6, 1.1)
    return min(1.0, low + (1 - low) * speed_m_s / full_speed)


def _contact_knot(
    config: RunnerConfig, contact: Contact, swing_s: float, spread_deg: FloatArray
) -> tuple[float, float, float, float, float]:
    """Pitch, rate and acceleration of the foot, then angle and rate of the shank, at initial contact."""
    landing = landing_of(contact.mode, config.strike)
    pitch = landing.pitch_deg * _amplitude(contact.mode, contact.speed_m_s) + spread_deg[1]
    approach = (landing.pitch_rate_deg_s - 20) / (0.14 * min(swing_s, 0.5))
    if contact.mode == "run":
        return pitch, landing.pitch_rate_deg_s, approach, 8 + spread_deg[2], -150
    return pitch, landing.pitch_rate_deg_s, approach, 17 * _amplitude("walk", contact.speed_m_s) + spread_deg[2], -110


def _add_stance(
    config: RunnerConfig,
    contact: Contact,
    foot: _Knots,
    shank: _Knots,
    spread_deg: FloatArray,
    heel_rise_late_s: float,
    last: bool,
) -> None:
    landing = landing_of(contact.mode, config.strike)
    nominal_s, start_s, end_s = contact.nominal_contact_s, contact.initial_s, contact.terminal_s
    if contact.first:
        foot.add(end_s - 20_000.0 if np.isfinite(end_s) else -10.0, 0.0)
        shank.add(foot.time_s[0], 0.0)
        if last:  # stands all through the session
            foot.add(1e6, 0.0)
            shank.add(1e6, 0.0)
    else:
        pitch, rate, acceleration, angle, angle_rate = _contact_knot(config, contact, 0.45, spread_deg)
        foot.add(start_s, pitch, rate, acceleration)
        shank.add(start_s, angle, angle_rate)
        if contact.stands:
            foot.add(start_s + landing.flat_fraction * nominal_s, 0.0, 0.0, 0.0)
            shank.hold(start_s + 0.35, 0.0)
        else:
            foot.add(start_s + landing.flat_fraction * nominal_s, 0.0, -10)
            foot.add(start_s + (landing.flat_fraction + 0.10) * nominal_s, -0.5, -6)
        if last:
            foot.add(start_s + 1e6, 0.0)
            shank.add(start_s + 1e6, 0.0)
    if last:
        return
    push_off = contact.push_off
    nominal_s, gain = push_off.contact_s, _amplitude(push_off.mode, push_off.speed_m_s)
    if contact.stands:
        foot.hold(end_s - 0.62 * nominal_s, 0.0)
        shank.hold(end_s - 0.9 * nominal_s, 0.0)
    if push_off.mode == "run":
        rise_s = end_s - 0.48 * nominal_s + heel_rise_late_s
        fast = min(
            max(push_off.speed_m_s - 3.3, 0.0), 1.2
        )  # the heel is further up by mid-stance when contact is short
        foot.add(rise_s, (-3 - 3 * fast) * gain, (-120 - 60 * fast) * gain)
        shank.add(rise_s, (-15 + 0.5 * spread_deg[3]) * gain, -250 * gain)
    else:
        foot.add(end_s - 0.42 * nominal_s, -3 * gain, -45 * gain)
        foot.add(end_s - 0.16 * nominal_s, -27 * gain, -230 * gain)
        shank.add(end_s - 0.55 * nominal_s, (-4 + 0.5 * spread_deg[3]) * gain, -70 * gain)
        shank.add(end_s - 0.20 * nominal_s, (-26 + 0.5 * spread_deg[3]) * gain, -170 * gain)


def _add_swing(
    config: RunnerConfig,
    contact: Contact,
    following: Contact,
    foot: _Knots,
    shank: _Knots,
    push_off_s: float,
    swing_s: float,
    row: FloatArray,
    spread_deg: FloatArray,
) -> None:
    """Toe-off knot and the swing; angles at the end lead to the next contact's, whose spread is not known here."""
    v, end_s, mode = contact.push_off.speed_m_s, contact.terminal_s, contact.push_off.mode
    gain = _amplitude(mode, v)
    next_landing = landing_of(following.mode, config.strike)
    before = next_landing.pitch_deg * _amplitude(following.mode, following.speed_m_s)
    before += next_landing.pitch_before_extra_deg
    folded_s = end_s + config.push_off_jitter_s * row[2]  # the leg is folded a little early or late
    quick = (1 + 0.04 * row[4]) * min(1.0, 0.45 / swing_s) * gain
    if mode == "run":
        foot.add(push_off_s, -(52 + 3 * v) * gain + 0.6 * spread_deg[5], -(520 + 40 * v) * gain * (1 + 0.02 * row[6]))
        foot.add(folded_s + 0.22 * swing_s, -(88 + 6 * v) * gain + 1.5 * spread_deg[7])
        foot.add(end_s + 0.55 * swing_s, -25 * gain + spread_deg[8], (430 + 60 * v) * quick)
        shank.add(push_off_s, -(42 + 2 * v) * gain + spread_deg[5], -420 * gain * (1 + 0.04 * row[6]))
        shank.add(folded_s + 0.22 * swing_s, -(80 + 5 * v) * gain + 1.5 * spread_deg[7])
        shank.add(end_s + 0.55 * swing_s, -40 * gain + spread_deg[8], (520 + 70 * v) * quick)
    else:
        foot.add(push_off_s, -56 * gain + spread_deg[5], -230 * gain * (1 + 0.02 * row[6]))
        foot.add(end_s + 0.14 * swing_s, -66 * gain + spread_deg[7])
        foot.add(end_s + 0.50 * swing_s, -18 * gain + spread_deg[8], (250 + 60 * v) * quick)
        shank.add(push_off_s, -46 * gain + spread_deg[5], -170 * gain * (1 + 0.04 * row[6]))
        shank.add(folded_s + 0.17 * swing_s, -56 * gain + spread_deg[7])
        shank.add(end_s + 0.55 * swing_s, -18 * gain + spread_deg[8], (270 + 70 * v) * quick)
    foot.add(end_s + 0.86 * swing_s, before, 20)
    late = 8 + 9 if following.mode == "run" else 17 * _amplitude("walk", following.speed_m_s) + 7
    shank.add(end_s + 0.86 * swing_s, late, 0)


def _add_turns(contact: Contact, turns: list[_Knots], outward: float, row: FloatArray, last: bool) -> None:
    """Out of plane in stance: lands inverted, pronates by about 11 deg within 60 ms; the shank turns inwards with it.

    `turns` are foot roll, foot yaw, shank roll and shank yaw. All knots are pauses, and none lies near toe-off.
    """
    rest = (0.0, 5 * outward, 0.0, 0.0)
    if contact.first:
        early_s = contact.terminal_s - 20_000.0 if np.isfinite(contact.terminal_s) else -10.0
        _hold_all(turns, early_s, rest)
    else:
        size = 1.0 if contact.mode == "run" else 0.6
        inverted = -outward * (5.5 + 0.7 * row[3]) * size  # inversion drops the outer edge
        toe_out = (6 + row[4]) * outward
        landed = (inverted, toe_out, -2 * outward * size, 3 * outward * size)
        _hold_all(turns, contact.initial_s, landed)
        if not contact.stands:
            pronated = inverted + outward * (11 + 1.2 * row[7]) * size
            settled = (pronated, toe_out, -outward * size, -4 * outward * size)
            _hold_all(turns, contact.initial_s + 0.06, settled)
            _hold_all(turns, contact.initial_s + 0.5 * contact.nominal_contact_s, settled)
    if contact.stands:
        if not contact.first:
            _hold_all(turns, contact.initial_s + 0.3, rest)
        _hold_all(turns, 1e6 if last else contact.terminal_s - 0.5 * contact.push_off.contact_s, rest)


def _hold_all(turns: list[_Knots], time_s: float, values: tuple[float, ...]) -> None:
    for knots, value in zip(turns, values, strict=True):
        knots.hold(time_s, value)


def _add_swing_turns(end_s: float, swing_s: float, turns: list[_Knots], outward: float, row: FloatArray) -> None:
    """Out of plane in swing."""
    roll, yaw, shank_roll, shank_yaw = turns
    roll.hold(end_s + 0.25 * swing_s, -outward * (7 + row[9]))
    roll.hold(end_s + 0.65 * swing_s, -outward * (3 + row[10]))
    yaw.hold(end_s + 0.25 * swing_s, (10 + row[11]) * outward)
    yaw.hold(end_s + 0.65 * swing_s, (3 + row[8]) * outward)
    shank_roll.hold(end_s + 0.35 * swing_s, 3 * outward)
    shank_yaw.hold(end_s + 0.30 * swing_s, (6 + row[11]) * outward)
