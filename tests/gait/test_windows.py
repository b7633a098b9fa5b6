"""Windows of a fixed number of samples, whatever the blocks."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from gaitpipe.gait.accelerometer import stride_time_of
from gaitpipe.gait.windows import Windows
from gaitpipe.model import SampleBlock


def block(start: int, stop: int) -> SampleBlock:
    values = np.arange(start, stop, dtype=np.float64)
    three = np.stack([values, values, values], axis=1)
    return SampleBlock("left", "foot", start, values, three, -three, np.zeros(stop - start, np.uint8))


@settings(max_examples=50, deadline=None, derandomize=True)
@given(sizes=st.lists(st.integers(0, 40), max_size=30), samples=st.integers(1, 25))
def test_any_blocks_give_the_same_windows(sizes: list[int], samples: int) -> None:
    windows, found, start = Windows(samples), [], 0
    for size in sizes:
        found += [(acc.copy(), gyr.copy()) for acc, gyr in windows.push(block(start, start + size))]
        start += size
    assert len(found) == start // samples
    for k, (acc, gyr) in enumerate(found):
        expected = np.arange(k * samples, (k + 1) * samples)
        assert np.array_equal(acc[:, 2], expected)
        assert np.array_equal(gyr[:, 0], -expected)


def test_the_stride_time_of_a_repeating_signal_is_its_period() -> None:
    rate_hz = 104.0
    time_s = np.arange(round(4 * rate_hz)) / rate_hz
    for period_s in (0.61, 0.703, 1.1):
        norm = 10.0 + sum(np.cos(2 * np.pi * k * time_s / period_s + k) * 6.0 / k for k in range(1, 6))
        assert abs(stride_time_of(norm, rate_hz) - period_s) < 0.004  # type: ignore[operator]


def test_no_gait_has_no_stride_time() -> None:
    generator = np.random.default_rng(2)
    assert stride_time_of(np.full(400, 9.81), 100.0) is None
    assert stride_time_of(9.81 + 0.5 * generator.standard_normal(400), 100.0) is None
    assert stride_time_of(30.0 + 8.0 * generator.standard_normal(400), 100.0) is None
