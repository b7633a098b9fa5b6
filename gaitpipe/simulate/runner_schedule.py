"""When and where each foot touches the ground: the exact truth from which everything else is built.

Rules
-----
1. The body moves with a speed that is constant in each segment and changes smoothly: in 2.5 s (running) or 1.5 s
   (walking) after standing and in 1.5 s before standing, inside the moving segment; between walking and running in 2 s,
   inside the running segment; between two speeds of one gait in 1.2 s around the border.
2. Steps alternate. The step time follows from mode and speed at that moment, times a small variation whose mean over a
   segment is zero. Contact times follow from mode and speed, the side's asymmetry, and a variation whose mean over the
   segment and side is zero, so that the asked asymmetry is met exactly. While walking speed changes, the contact keeps
   its share of the true stride time instead.
3. A foot lands half the speed times its contact time ahead of the body, so at steady speed stride length is exactly
   speed times stride time.
4. A foot that stands before the first step or after the last one has one long contact; such a contact has no
   contact time and no toe-off in the truth.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np

from gaitpipe.errors import UsageError
from gaitpipe.model import SIDES, FloatArray, Side
from gaitpipe.simulate.runner_config import RunnerConfig, Segment, SegmentKind
from gaitpipe.simulate.runner_curves import PiecewiseQuintic, fit_quintic

# Contact time and step rate of running over speed: orientation values of the running literature, unverified.
RUN_SPEED_M_S = np.arange(2.0, 6.01, 0.5)
RUN_CONTACT_S = np.array([0.300, 0.270, 0.245, 0.225, 0.208, 0.192, 0.178, 0.166, 0.156])
RUN_STEP_RATE_HZ = np.array([2.55, 2.60, 2.67, 2.74, 2.82, 2.92, 3.03, 3.16, 3.30])

LEAD_S = 4.0
"""Gait goes on this long before and after a session that starts or ends moving, so that its ends are ordinary."""


@dataclass(frozen=True, slots=True)
class PushOff:
    """How a contact ends: like a contact of this gait, length and speed."""

    mode: SegmentKind
    contact_s: float
    speed_m_s: float


@dataclass(frozen=True, slots=True)
class Contact:
    """One contact of one foot. `push_off` differs from its beginning only if it stands in between.

    `position_m` is where the ankle stands over the flat foot. `terminal_s` is infinite for the last one. `stands` marks
    a contact that holds a part of standing; `first` the one that has no initial contact.
    """

    side: Side
    mode: SegmentKind
    initial_s: float
    terminal_s: float
    nominal_contact_s: float
    position_m: float
    speed_m_s: float
    push_off: PushOff
    stands: bool = False
    first: bool = False


@dataclass(frozen=True, slots=True)
class Schedule:
    """The travel of the body and the contacts of each side in order of time; the first one is the start."""

    travel: PiecewiseQuintic
    contacts: dict[Side, tuple[Contact, ...]]


@dataclass(frozen=True, slots=True)
class _Step:
    side: Side
    mode: SegmentKind
    segment: int
    initial_s: float
    speed_m_s: float
    contact_s: float
    period_s: float


def nominal_gait(config: RunnerConfig, segment: Segment, speed_m_s: float) -> tuple[float, float]:
    """Step and contact time of a part in s. Walking: own design, duty factor 0.67 to 0.60 between 0.8 and 2 m/s."""
    if segment.kind == "walk":
        step_s = 1.0 / (1.15 + 0.5 * speed_m_s)
        return step_s, 2 * step_s * float(np.clip(0.70 - 0.055 * speed_m_s, 0.58, 0.68))
    step_s = 1.0 / float(np.interp(speed_m_s, RUN_SPEED_M_S, RUN_STEP_RATE_HZ))
    contact_s = float(np.interp(speed_m_s, RUN_SPEED_M_S, RUN_CONTACT_S))
    cadence_spm = config.cadence_spm if segment.cadence_spm is None else segment.cadence_spm
    if cadence_spm is not None:
        contact_s *= (60.0 / cadence_spm) / step_s
        step_s = 60.0 / cadence_spm
    if segment.contact_time_s is not None or config.contact_time_s is not None:
        contact_s = float(segment.contact_time_s or config.contact_time_s or contact_s)
    if contact_s > 0.95 * step_s:
        raise UsageError(f"contact time {contact_s:.3f} s leaves no flight at a step time of {step_s:.3f} s")
    return step_s, contact_s


def body_travel(segments: tuple[Segment, ...]) -> PiecewiseQuintic:
    """Forward travel of the body, exact integral of the speed profile of rule 1."""
    times, speeds = [-2 * LEAD_S], [segments[0].speed_m_s]
    start_s = 0.0
    for before, after in pairwise(segments):
        start_s += before.duration_s
        if before.speed_m_s == after.speed_m_s:
            continue
        before_s, after_s = 0.45 * before.duration_s, 0.45 * after.duration_s
        if before.kind == "stand":
            ramp = (start_s, start_s + min(2.5 if after.kind == "run" else 1.5, after_s))
        elif after.kind == "stand":
            ramp = (start_s - min(1.5, before_s), start_s)
        elif before.kind == after.kind:
            ramp = (start_s - min(0.6, before_s), start_s + min(0.6, after_s))
        elif after.kind == "run":
            ramp = (start_s, start_s + min(2.0, after_s))
        else:
            ramp = (start_s - min(2.0, before_s), start_s)
        times += ramp
        speeds += [before.speed_m_s, after.speed_m_s]
    times.append(start_s + segments[-1].duration_s + 2 * LEAD_S)
    speeds.append(segments[-1].speed_m_s)
    knot_s, speed = np.array(times), np.array(speeds)
    travel = np.concatenate([[0.0], np.cumsum(np.diff(knot_s) * (speed[1:] + speed[:-1]) / 2)])
    travel -= np.interp(0.0, knot_s, travel)
    return fit_quintic(knot_s, travel, speed, np.zeros(len(knot_s)))


def build_schedule(config: RunnerConfig, generator: np.random.Generator) -> Schedule:
    """Lay out all contacts of a session by the rules at the top of this file."""
    travel = body_travel(config.segments)
    steps: list[_Step] = []
    blocks: list[list[_Step]] = []
    for first, last, start_s, end_s in _moving_blocks(config):
        block = _walk_through(config, travel, generator, first, last, start_s, end_s)
        blocks.append(block)
        steps += block
    noise = _contact_noise(config, steps, generator)
    contacts = {side: _contacts_of(config, travel, side, blocks, noise) for side in SIDES}
    return Schedule(travel, contacts)


def _moving_blocks(config: RunnerConfig) -> list[tuple[int, int, float, float]]:
    """Runs of moving segments: first and last index, start and end time, with a lead at open ends of the session."""
    blocks: list[tuple[int, int, float, float]] = []
    start_s = 0.0
    for index, segment in enumerate(config.segments):
        end_s = start_s + segment.duration_s
        if segment.kind != "stand":
            block_end_s = end_s + (LEAD_S if index == len(config.segments) - 1 else 0.0)
            if blocks and blocks[-1][1] == index - 1:
                blocks[-1] = (blocks[-1][0], index, blocks[-1][2], block_end_s)
            else:
                blocks.append((index, index, start_s - (LEAD_S if index == 0 else 0.0), block_end_s))
        start_s = end_s
    return blocks


def _walk_through(
    config: RunnerConfig,
    travel: PiecewiseQuintic,
    generator: np.random.Generator,
    first: int,
    last: int,
    start_s: float,
    end_s: float,
) -> list[_Step]:
    """All steps from standing to standing (or over the open end)."""
    ends_s = np.cumsum([segment.duration_s for segment in config.segments])
    steps: list[_Step] = []
    noise: dict[int, FloatArray] = {}
    used: dict[int, int] = {}
    time_s = start_s + 0.9
    side: Side = "right"
    while time_s < end_s - 0.15:
        index = int(np.clip(np.searchsorted(ends_s, time_s, side="right"), first, last))
        segment = config.segments[index]
        speed_m_s = float(travel.jet(np.array([time_s]))[1, 0])
        step_s, contact_s = nominal_gait(config, segment, speed_m_s)
        if index not in noise:
            count = round((segment.duration_s + 2 * LEAD_S) / step_s) + 8
            noise[index], used[index] = _step_noise(config, count, segment.duration_s / step_s, generator), 0
        wobble = 1.0 + float(noise[index][min(used[index], len(noise[index]) - 1)])
        used[index] += 1
        steps.append(_Step(side, segment.kind, index, time_s, speed_m_s, contact_s, 2 * step_s))
        time_s += step_s * wobble
        side = "left" if side == "right" else "right"
    return steps


def _step_noise(config: RunnerConfig, count: int, steps: float, generator: np.random.Generator) -> FloatArray:
    """Relative variation of step times. A stride is two steps, hence the sqrt 2; zero mean over the segment's steps."""
    white = generator.standard_normal(count)
    spectrum = np.fft.rfft(white)
    frequency = np.maximum(np.fft.rfftfreq(count), 1.0 / count)
    coloured = np.fft.irfft(spectrum * frequency ** (-config.stride_noise_exponent / 2), count)
    inside = max(2, min(count, int(steps)))
    coloured -= coloured[:inside].mean()
    coloured /= coloured[:inside].std()
    return np.asarray(np.clip(coloured, -3.5, 3.5) * config.stride_time_cv * np.sqrt(2))


def _contact_noise(config: RunnerConfig, steps: list[_Step], generator: np.random.Generator) -> dict[float, float]:
    """Relative variation of contact time for each step (by its time), centred for each side and segment."""
    result: dict[float, float] = {}
    inside = (0.0, config.duration_s)
    for side in SIDES:
        for index in range(len(config.segments)):
            group = [step for step in steps if step.side == side and step.segment == index]
            values = np.clip(generator.standard_normal(len(group)), -3, 3) * config.contact_time_cv
            counted = np.array([inside[0] <= step.initial_s <= inside[1] for step in group], dtype=bool)
            if counted.sum() > 1:
                values -= values[counted].mean()
            result.update({step.initial_s: float(value) for step, value in zip(group, values, strict=True)})
    return result


def _contacts_of(
    config: RunnerConfig, travel: PiecewiseQuintic, side: Side, blocks: list[list[_Step]], noise: dict[float, float]
) -> tuple[Contact, ...]:
    sign = 1.0 if side == "left" else -1.0
    factor = 1.0 + sign * config.contact_time_asymmetry_pct / 200.0
    still = PushOff("stand", 0.3, 0.0)
    start = Contact(side, "stand", -np.inf, np.inf, 0.3, 0.0, 0.0, still, stands=True, first=True)
    contacts = [start]
    for block in blocks:
        own = [index for index, step in enumerate(block) if step.side == side]
        if not own:
            continue
        contacts[-1] = _leave_standing(contacts[-1], block[own[0]])
        for index in own:
            step = block[index]
            contact_s = _nominal_contact_s(block, index) * factor * (1.0 + noise[step.initial_s])
            after = block[index + 1] if index + 1 < len(block) else None
            if after is not None and step.mode == "walk" and after.mode == "run":
                contact_s = min(contact_s, 0.95 * (after.initial_s - step.initial_s))
            position_m = float(travel.jet(np.array([step.initial_s]))[0, 0]) + 0.5 * step.speed_m_s * step.contact_s
            ends = index == own[-1]
            contacts.append(
                Contact(
                    side,
                    step.mode,
                    step.initial_s,
                    np.inf if ends else step.initial_s + contact_s,
                    contact_s,
                    position_m,
                    step.speed_m_s,
                    PushOff(step.mode, contact_s, step.speed_m_s),
                    stands=ends,
                )
            )
    return tuple(contacts)


def _nominal_contact_s(block: list[_Step], index: int) -> float:
    """Contact time of a step without its variation (rule 2)."""
    step = block[index]
    if step.mode == "walk" and index + 2 < len(block):
        later = block[index + 2]
        if abs(later.speed_m_s - step.speed_m_s) > 0.02:
            return step.contact_s / step.period_s * (later.initial_s - step.initial_s)
    return step.contact_s


def _leave_standing(standing: Contact, step: _Step) -> Contact:
    """The standing contact ends one swing before the first step lands; it pushes off like a contact of that gait."""
    swing_s = max(step.period_s - step.contact_s, 0.36)
    push_off = PushOff(step.mode, step.contact_s, step.speed_m_s)
    return replace(standing, terminal_s=step.initial_s - swing_s, push_off=push_off)
