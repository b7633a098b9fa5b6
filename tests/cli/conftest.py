"""Synthetic input for the tests of the command line, made once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

from gaitpipe import cli, profile_store
from gaitpipe.app.simulate import SimulationRequest, write_simulation
from gaitpipe.simulate.runner import simulate
from gaitpipe.simulate.runner_config import RunnerConfig, Segment

HEADER = "time_s,acc_x_m_s2,acc_y_m_s2,acc_z_m_s2,gyr_x_rad_s,gyr_y_rad_s,gyr_z_rad_s"
COURSE = (Segment("stand", 5.0), Segment("run", 15.0, 3.0))


@dataclass(frozen=True)
class Called:
    """What a command line gave."""

    code: int
    out: str
    err: str


@pytest.fixture
def call(capsys: pytest.CaptureFixture[str]) -> Callable[..., Called]:
    """Run a command line in this process; it must never print a traceback."""

    def run(*arguments: object) -> Called:
        code = cli.run([str(argument) for argument in arguments])
        captured = capsys.readouterr()
        assert "Traceback" not in captured.err
        assert "unexpected" not in captured.err
        return Called(code, captured.out, captured.err)

    return run


@pytest.fixture(scope="session")
def recording(tmp_path_factory) -> Path:
    """A recording of 20 s with the truth beside it."""
    request = SimulationRequest(RunnerConfig(COURSE, surface="treadmill"), profile_store.load("open_imu"))
    return write_simulation(request, tmp_path_factory.mktemp("simulated"))[0]


@pytest.fixture(scope="session")
def shank_recording(tmp_path_factory) -> Path:
    request = SimulationRequest(RunnerConfig(COURSE, placement="shank"), profile_store.load("open_imu"))
    return write_simulation(request, tmp_path_factory.mktemp("shank"))[0]


@pytest.fixture(scope="session")
def samples() -> dict[str, np.ndarray]:
    """Samples of both feet, (n, 7) in the columns of the plain CSV file."""
    streams = simulate(RunnerConfig(COURSE)).sensors
    return {
        side: np.column_stack([stream.true_time_s, stream.acc_m_s2, stream.gyr_rad_s])
        for side, stream in streams.items()
    }


@pytest.fixture
def write_csv(tmp_path) -> Callable[..., Path]:
    def write(name: str, table: np.ndarray, header: str = HEADER) -> Path:
        path = tmp_path / name
        np.savetxt(path, table, fmt="%.6f", delimiter=",", header=header, comments="")
        return path

    return write
