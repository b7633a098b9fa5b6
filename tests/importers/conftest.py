"""A plain CSV file of a running foot, and ways to spoil it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

HEADER = "time_s,acc_x_m_s2,acc_y_m_s2,acc_z_m_s2,gyr_x_rad_s,gyr_y_rad_s,gyr_z_rad_s"


def make_samples(seconds: float = 10.0, rate_hz: float = 208.0) -> np.ndarray:
    """Samples (n, 7) in the order of HEADER; smooth, no value twice."""
    time_s = np.arange(round(seconds * rate_hz)) / rate_hz
    waves = [np.sin((3 + axis) * time_s + axis) * (20 if axis < 3 else 8) for axis in range(6)]
    waves[2] = waves[2] + 9.81
    return np.column_stack([time_s, *waves])


def to_lines(samples: np.ndarray) -> list[str]:
    return [",".join("" if np.isnan(value) else repr(float(value)) for value in row) for row in samples]


@pytest.fixture
def samples() -> np.ndarray:
    return make_samples()


@pytest.fixture
def save(tmp_path: Path) -> Callable[..., Path]:
    def save_file(samples_or_text: np.ndarray | str, header: str = HEADER, name: str = "run.csv") -> Path:
        path = tmp_path / name
        if isinstance(samples_or_text, str):
            path.write_text(samples_or_text)
        else:
            path.write_text("\n".join([header, *to_lines(samples_or_text)]) + "\n")
        return path

    return save_file
