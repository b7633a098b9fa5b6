"""A simulated runner's samples at 200 Hz, and the writers of other programs' layouts."""

from __future__ import annotations

from types import ModuleType

import pytest

from gaitpipe.simulate.runner import simulate
from gaitpipe.simulate.runner_config import RunnerConfig, Segment
from module_beside import module_beside


@pytest.fixture(scope="session")
def writers() -> ModuleType:
    return module_beside(__file__, "writers")


@pytest.fixture(scope="session")
def fit_writer() -> ModuleType:
    return module_beside(__file__, "fit_writer")


@pytest.fixture(scope="session")
def runner(writers) -> dict:
    """Both feet of a simulated runner: 5 s standing, 16 s running at 3 m/s."""
    course = (Segment("stand", 5.0), Segment("run", 16.0, 3.0))
    sensors = simulate(RunnerConfig(course, rate_hz=200.0)).sensors
    # The stream's own true times drift by parts per million against the nominal rate, as every sensor's do.
    return {side: writers.Stream(s.true_time_s, s.acc_m_s2, s.gyr_rad_s) for side, s in sensors.items()}
