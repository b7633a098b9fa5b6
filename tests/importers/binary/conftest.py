"""A simulated runner's samples at 200 Hz, and the writers of other programs' layouts."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

import pytest

from gaitpipe.simulate.runner import simulate
from gaitpipe.simulate.runner_config import RunnerConfig, Segment


def load_beside(file: str) -> ModuleType:
    """A module of this folder; loaded by its path, because test folders are no packages."""
    name = f"gaitpipe_test_{file.removesuffix('.py')}"
    if name not in sys.modules:
        spec = importlib.util.spec_from_file_location(name, Path(__file__).with_name(file))
        assert spec is not None
        assert spec.loader is not None
        sys.modules[name] = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(sys.modules[name])
    return sys.modules[name]


@pytest.fixture(scope="session")
def writers() -> ModuleType:
    return load_beside("writers.py")


@pytest.fixture(scope="session")
def fit_writer() -> ModuleType:
    return load_beside("fit_writer.py")


@pytest.fixture(scope="session")
def runner(writers) -> dict:
    """Both feet of a simulated runner: 5 s standing, 16 s running at 3 m/s."""
    course = (Segment("stand", 5.0), Segment("run", 16.0, 3.0))
    sensors = simulate(RunnerConfig(course, rate_hz=200.0)).sensors
    # The stream's own true times drift by parts per million against the nominal rate, as every sensor's do.
    return {side: writers.Stream(s.true_time_s, s.acc_m_s2, s.gyr_rad_s) for side, s in sensors.items()}
