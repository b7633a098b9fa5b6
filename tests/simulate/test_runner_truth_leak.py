"""Toe-off must not be written into the signals.

A synthetic signal with a corner at the true event makes any detector look perfect. A detector without any sense, the
largest change of acceleration near the event, must therefore fail at toe-off: its times must scatter by 2 ms or more.
The same detector does find rearfoot contact, where the onset is physical, so this test can fail.
"""

from __future__ import annotations

import numpy as np
import pytest

from gaitpipe.simulate.runner import RunnerConfig, Segment, SimulatedSession, simulate

WINDOW_S = 0.06


def largest_jerk_errors_s(session: SimulatedSession, event: str, side: str) -> np.ndarray:
    stream = session.sensors[side]
    jerk = np.linalg.norm(np.diff(stream.acc_m_s2, axis=0), axis=1)
    time_s = (stream.true_time_s[1:] + stream.true_time_s[:-1]) / 2
    own = session.truth[(session.truth["side"] == side) & (session.truth["ic_s"] > 9)]
    errors = []
    for event_s in own[event][np.isfinite(own[event])]:
        if event_s + WINDOW_S < time_s[-1]:
            near = np.flatnonzero(np.abs(time_s - event_s) <= WINDOW_S)
            errors.append(time_s[near[np.argmax(jerk[near])]] - event_s)
    assert len(errors) > 20
    return np.array(errors)


def session_of(strike: str, speed_m_s: float, placement: str, ideal: bool, rate_hz: float) -> SimulatedSession:
    segments = (Segment("stand", 5.0), Segment("run", 25.0, speed_m_s))
    return simulate(
        RunnerConfig(segments=segments, strike=strike, placement=placement, ideal=ideal, rate_hz=rate_hz, seed=1)
    )


@pytest.mark.parametrize("rate_hz", [208.0, 1000.0])
@pytest.mark.parametrize("ideal", [False, True])
@pytest.mark.parametrize("placement", ["foot", "shank"])
@pytest.mark.parametrize("strike", ["rearfoot", "midfoot", "forefoot"])
def test_a_trivial_jerk_detector_does_not_find_toe_off(
    strike: str, placement: str, ideal: bool, rate_hz: float
) -> None:
    for speed_m_s in (2.5, 3.3, 4.2, 5.0) if rate_hz < 500 else (3.3, 5.0):
        session = session_of(strike, speed_m_s, placement, ideal, rate_hz)
        for side in ("left", "right"):
            assert largest_jerk_errors_s(session, "tc_s", side).std() >= 0.002, (speed_m_s, side)


@pytest.mark.parametrize("ideal", [False, True])
def test_the_same_detector_finds_rearfoot_contact(ideal: bool) -> None:
    for speed_m_s in (3.5, 5.0):
        session = session_of("rearfoot", speed_m_s, "foot", ideal, 208.0)
        spread = [largest_jerk_errors_s(session, "ic_s", side).std() for side in ("left", "right")]
        assert min(spread) < 0.002
