"""A second synthetic runner, driven by forces: what the first one, made of curves, cannot share its mistakes with.

The body bounces on a spring leg, a foot with the mass of the lower limb is integrated under the leg's force, its own
muscles and a ground that pushes back, and *contact is where the ground's force is*. No time of contact is put in: the
truth is read off the force, as a force plate would.

It can show that the pipeline works on signals nobody shaped by hand: every contact found once, cadence, invariance,
and how far the events' features lie from force events under other mechanics than those of the first runner. It cannot
say how accurate the pipeline is on people. Not modelled: the trunk and arms, a knee that gives way on its own, soft
tissue but for the sensor's, a toe joint, real muscles, slopes and turns; pronation and toe-out turn the sensors but do
not act on the contact. Walking is not simulated. Body and foot do not fully talk to each other: the foot feels the
body's leg, the body does not feel the landing foot. Starts and stops are written down, but contacts in them are forces.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gaitpipe.errors import UsageError
from gaitpipe.model import SIDES, STANDARD_GRAVITY_M_S2, FloatArray, Placement, Side
from gaitpipe.simulate.runner import SimulatedSession, SimulatedStream
from gaitpipe.simulate.runner_config import RunnerConfig, check_config
from gaitpipe.simulate.sensor_error import NO_ERROR, measure, plan_sampling
from gaitpipe.simulate.springmass_course import Plan, build_course
from gaitpipe.simulate.springmass_foot import BALL, FootMotion, run_foot
from gaitpipe.simulate.truth import TRUTH_DTYPE

INSTEP_M, SHIN_M = (0.07, 0.0, -0.02), (0.015, 0.0, 0.14)
"""Where the sensors sit, from the ankle in segment axes."""
TOE_OUT_RAD = 0.10
YAW_OF_PRONATION = {"foot": 0.15, "shank": -0.40}
ROLL_OF_PRONATION = {"foot": 1.0, "shank": 0.15}
ONE_CONTACT_S = 0.05
"""Forces that belong to a planned contact begin and end this close to it; a foot may bounce when it lands."""
CHUNK = 50_000


@dataclass(frozen=True, slots=True)
class SpringMassSession(SimulatedSession):
    """Both sensors, the truth, and what it was read off: vertical force [N] by side at `force_time_s` (n,)."""

    force_time_s: FloatArray
    vertical_force_n: dict[Side, FloatArray]
    force_threshold_n: float


def simulate(
    config: RunnerConfig, force_threshold_n: float = 0.0, feet: dict[Side, FootMotion] | None = None
) -> SpringMassSession:
    """Run the spring-mass runner.

    Contact is where the vertical force is above `force_threshold_n`; 20 and 50 N are what laboratories use.
    `contact_time_asymmetry_pct`, `contact_time_cv` and `stride_time_cv` are aimed at by the stiffness and flight of
    single steps; what came out is in the truth. `feet`, when given, is what `build_feet` made of a config that differs
    in the sensors only: most of the work is saved. `push_off_jitter_s` is a third of the spread of when the
    swing begins.

    Raises
    ------
    UsageError
        The config asks for something no runner does, or not this one: walking, slopes, coloured noise.
    """
    motions = build_feet(config) if feet is None else feet
    streams = {}
    for index, side in enumerate(SIDES):
        generator = np.random.default_rng([config.seed, 30 + index])
        streams[side] = _sense(config, motions[side], generator)
    force_n = {side: np.ascontiguousarray(motions[side].force_n.imag) for side in SIDES}
    truth = _truth(config, motions, force_threshold_n)
    return SpringMassSession(config, streams, truth, motions["left"].time_s, force_n, force_threshold_n)


def build_feet(config: RunnerConfig) -> dict[Side, FootMotion]:
    """Integrate body and feet; see `simulate`."""
    check_config(config)
    if any(segment.kind == "walk" for segment in config.segments):
        raise UsageError("the spring-mass runner does not walk", "Use the kinematic runner for walking.")
    if any(part.cadence_spm is not None or part.contact_time_s is not None for part in config.segments):
        raise UsageError("the spring-mass runner has one cadence", "Use the kinematic runner for a change of cadence.")
    if config.slope_deg or config.stride_noise_exponent:
        raise UsageError("the spring-mass runner knows level ground and white variation only")
    course = build_course(config, np.random.default_rng([config.seed, 20]))
    return {
        side: run_foot(config, course, side, np.random.default_rng([config.seed, 21 + index]))
        for index, side in enumerate(SIDES)
    }


def contacts(motion: FootMotion, force_threshold_n: float = 0.0) -> list[tuple[Plan, float, float]]:
    """Each planned contact after the first with its initial and terminal contact by force [s]."""
    force_n = motion.force_n.imag
    on = force_n > force_threshold_n
    change = np.flatnonzero(on[1:] != on[:-1])
    before, after = force_n[change], force_n[change + 1]
    at_s = motion.time_s[change] + np.diff(motion.time_s[:2])[0] * (force_threshold_n - before) / (after - before)
    initial_s, terminal_s = at_s[on[change + 1]], at_s[~on[change + 1]]
    found = []
    for plan in motion.plans[1:]:
        starts = initial_s[np.abs(initial_s - plan.initial_s) < ONE_CONTACT_S]
        if not len(starts):
            continue  # begins after the simulated time
        ends = terminal_s[np.abs(terminal_s - plan.terminal_s) < ONE_CONTACT_S]
        found.append((plan, float(starts[0]), float(ends[-1]) if len(ends) else np.inf))
    return found


def sensor_motion(
    motion: FootMotion, time_s: FloatArray, placement: Placement
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Position in the world [m], specific force and rate of rotation in segment axes, each (n, 3), at `time_s` (n,)."""
    from scipy.spatial.transform import Rotation

    def at(jet: NDArray[Any]) -> NDArray[Any]:
        return np.stack([np.interp(time_s, motion.time_s, row) for row in jet])

    outward = 1.0 if motion.side == "left" else -1.0
    ankle, pronation = at(motion.ankle), at(motion.pronation) * outward
    pitch = at(motion.pitch if placement == "foot" else motion.shank)
    yaw, roll = YAW_OF_PRONATION[placement] * pronation, ROLL_OF_PRONATION[placement] * pronation
    if placement == "foot":
        yaw[0] += outward * TOE_OUT_RAD
    lever = np.array(INSTEP_M if placement == "foot" else SHIN_M)
    turn = Rotation.from_euler("ZYX", np.stack([yaw[0], -pitch[0], roll[0]], axis=1))  # toes up turns z towards x
    up = np.broadcast_to([0.0, 0.0, 1.0], (len(time_s), 3))
    across = np.stack([-np.sin(yaw[0]), np.cos(yaw[0]), np.zeros(len(time_s))], axis=1)
    ahead = turn.apply([1.0, 0.0, 0.0])
    about_up, about_across, about_ahead = yaw[1, :, None] * up, -pitch[1, :, None] * across, roll[1, :, None] * ahead
    rate = about_up + about_across + about_ahead
    change = yaw[2, :, None] * up - pitch[2, :, None] * across + roll[2, :, None] * ahead
    change += np.cross(about_up, about_across) + np.cross(about_up + about_across, about_ahead)
    arm = turn.apply(lever)
    zero = np.zeros(len(time_s))
    force = np.stack([ankle[2].real, zero, ankle[2].imag + STANDARD_GRAVITY_M_S2], axis=1)
    force += np.cross(change, arm) + np.cross(rate, np.cross(rate, arm))
    position = np.stack([ankle[0].real, zero, ankle[0].imag], axis=1) + arm
    return position, turn.inv().apply(force), turn.inv().apply(rate)


def _sense(config: RunnerConfig, motion: FootMotion, generator: np.random.Generator) -> SimulatedStream:
    from scipy.spatial.transform import Rotation

    mount = Rotation.random(random_state=generator).as_matrix() if config.mount == "random" else np.eye(3)
    errors = NO_ERROR if config.ideal else config.sensor_error
    plan = plan_sampling(config.rate_hz, config.duration_s, errors, generator)
    exact_acc, exact_gyr = np.empty((2, len(plan.internal_time_s), 3))
    for start in range(0, len(exact_acc), CHUNK):
        piece = slice(start, start + CHUNK)
        _, force, rate = sensor_motion(motion, plan.internal_time_s[piece], config.placement)
        exact_acc[piece], exact_gyr[piece] = force @ mount, rate @ mount
    acc, gyr, flags = measure(exact_acc, exact_gyr, plan, errors, generator)
    return SimulatedStream(
        motion.side, config.placement, config.rate_hz, plan.true_time_s, plan.device_time_s, acc, gyr, flags, mount,
        plan.filter_delay_s,
    )  # fmt: skip


def _truth(config: RunnerConfig, motions: dict[Side, FootMotion], threshold_n: float) -> NDArray[np.void]:
    found = {side: contacts(motions[side], threshold_n) for side in SIDES}
    rows = []
    for side in SIDES:
        other = SIDES[1 - SIDES.index(side)]
        other_ics = np.array([initial_s for plan, initial_s, _ in found[other] if plan.initial_s < np.inf])
        rows += _side_rows(config.duration_s, motions[side], found[side], other_ics)
    table = np.array(rows, dtype=TRUTH_DTYPE)
    return table[np.argsort(table["ic_s"], kind="stable")]


def _side_rows(
    end_s: float, motion: FootMotion, found: list[tuple[Plan, float, float]], other_ics: FloatArray
) -> list[tuple[object, ...]]:
    """Truth of one side; what needs an event after the session's end, or standing, is undefined (NaN)."""
    nan = float("nan")
    rows: list[tuple[object, ...]] = []
    for (plan, ic_s, terminal_s), following in zip(found, [*found[1:], None], strict=True):
        if not 0 <= ic_s < end_s:
            continue
        tc_s = terminal_s if terminal_s < end_s and not plan.stands else nan
        next_ic_s = following[1] if following is not None and following[1] < end_s and not plan.stands else nan
        ends_s = following[2] if following is not None else nan
        place_m = _ball_m(motion, (ic_s + tc_s) / 2)
        next_m = _ball_m(motion, (next_ic_s + (ends_s if np.isfinite(ends_s) else next_ic_s + 0.2)) / 2)
        later = other_ics[other_ics > ic_s]
        step_s = float(later[0]) - ic_s if len(later) and later[0] < end_s and not plan.stands else nan
        stride_s, contact_s = next_ic_s - ic_s, tc_s - ic_s
        pitch_deg, shank_deg = (
            float(np.rad2deg(np.interp(ic_s, motion.time_s, jet[0]))) for jet in (motion.pitch, motion.shank)
        )
        rows.append(
            (
                motion.side, len(rows), ic_s, tc_s, stride_s, step_s, contact_s, stride_s - contact_s,
                step_s - contact_s, contact_s / stride_s, 120.0 / stride_s, pitch_deg, shank_deg,
                next_m - place_m, (next_m - place_m) / stride_s, "run",
            )
        )  # fmt: skip
    return rows


def _ball_m(motion: FootMotion, time_s: float) -> float:
    """Where the ball of the foot is along the way."""
    if not np.isfinite(time_s):
        return float("nan")
    ankle, pitch = (np.interp(time_s, motion.time_s, jet[0]) for jet in (motion.ankle, motion.pitch))
    return float((ankle + np.exp(1j * pitch) * complex(*BALL[:2])).real)
