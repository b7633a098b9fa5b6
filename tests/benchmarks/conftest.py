"""A short made-up runner for the benchmark's own tests; no recording is needed."""

from __future__ import annotations

import numpy as np
import pytest

from benchmarks.accuracy import readers
from gaitpipe.model import Recording, SampleBlock, SensorInfo

RATE_HZ = 208.0


@pytest.fixture
def truth_of():
    def build(ic_s, start_s=0.0, end_s=10.0, excluded_s=(), contact_s=0.25, **columns):
        ic = np.array(ic_s, dtype=float)
        stride = np.append(np.diff(ic), np.nan)
        named = {name: np.asarray(values, dtype=float) for name, values in columns.items()}
        return readers.Truth(ic, ic + contact_s, stride, start_s, end_s, None, np.array(excluded_s), named)

    return build


@pytest.fixture
def case():
    """One sensor, 5 s of a wave, mounted as the segment stands."""
    time_s = np.arange(round(5 * RATE_HZ)) / RATE_HZ
    wave = np.column_stack([np.sin(2 * np.pi * f * time_s) for f in (1.0, 2.0, 3.0)])
    block = SampleBlock("right", "foot", 0, time_s, 9.8 + wave, 3.0 * wave, np.zeros(len(time_s), np.uint8))
    recording = Recording("made up", (SensorInfo("right", "foot", RATE_HZ),), [block])
    return readers.Case(
        "made_up", "trial", "foot", "run", "force", recording, subject="r1", speed_m_s=3.0,
        mounts={"right": np.array([1.0, 0.0, 0.0, 0.0])},
    )  # fmt: skip
