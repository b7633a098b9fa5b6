"""Blocks of strides made from a few numbers."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

Block = dict[str, np.ndarray]


def _follow(generator: np.random.Generator, count: int, sd: float, memory: float) -> np.ndarray:
    """Values about zero, each taking `memory` of the one before."""
    white = generator.standard_normal(count + 50) * sd * np.sqrt(1.0 - memory**2)
    out = np.zeros(count + 50)
    for place in range(1, count + 50):
        out[place] = memory * out[place - 1] + white[place]
    return out[50:]


@pytest.fixture
def make_block() -> Callable[..., Block]:
    """Strides of both legs; `contact_s` left and right, spread as stride to stride, neighbours alike by `memory`."""

    def make(
        cadence_spm: float = 164.0,
        contact_s: tuple[float, float] = (0.264, 0.264),
        angle_deg: float = 11.0,
        strides: int = 150,
        *,
        seed: int = 1,
        spread: float = 1.0,
        memory: float = 0.4,
        speed_m_s: float = 2.78,
        sides: tuple[str, ...] = ("left", "right"),
        start_s: float = 0.0,
    ) -> Block:
        generator = np.random.default_rng(seed)
        parts: list[Block] = []
        for side, mean_s in zip(("left", "right"), contact_s, strict=True):
            if side not in sides:
                continue
            stride_s = 120.0 / cadence_spm * (1.0 + _follow(generator, strides, 0.012 * spread, memory))
            contact = mean_s * (1.0 + _follow(generator, strides, 0.022 * spread, memory))
            parts.append(
                {
                    "side": np.full(strides, side),
                    "ic_s": start_s + np.cumsum(stride_s) - stride_s,
                    "stride_time_s": stride_s,
                    "cadence_spm": 120.0 / stride_s,
                    "ground_contact_time_s": contact,
                    "duty_factor": contact / stride_s,
                    "foot_strike_angle_deg": angle_deg + _follow(generator, strides, 1.5 * spread, memory),
                    "landing_distance_m": 0.5 * speed_m_s * contact,
                    "speed_m_s": np.full(strides, speed_m_s),
                    "mode": np.full(strides, "run"),
                    "quality": np.full(strides, "ok"),
                }
            )
        return {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}

    return make
