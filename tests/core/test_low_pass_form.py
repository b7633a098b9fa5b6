"""The kernel saves multiplications where b1 = 2 b0 and b2 = b0 exactly: the design of the gate must keep it so."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.signal import sosfilt, sosfilt_zi

from gaitpipe.core import kernel
from gaitpipe.core.params import MAXIMUM_RATE_HZ, MINIMUM_RATE_HZ, coefficients, default_params
from gaitpipe.model import Placement

GATE = coefficients(default_params("foot"), 208.0)[0]["gate"]
SECTIONS = np.insert(GATE, 3, 1.0)[None, :]


@pytest.mark.parametrize("placement", ["foot", "shank"])
def test_the_gate_at_every_rate_has_both_zeros_at_half_the_rate(placement: Placement) -> None:
    params = default_params(placement)
    for rate_hz in [*np.arange(MINIMUM_RATE_HZ, MAXIMUM_RATE_HZ, 3.7), MAXIMUM_RATE_HZ]:
        b0, b1, b2 = coefficients(params, float(rate_hz))[0]["gate"][:3]
        assert b1 == 2.0 * b0, rate_hz
        assert b2 == b0, rate_hz


def test_the_short_section_equals_scipy_to_the_last_bit() -> None:
    signal = np.random.default_rng(5).normal(0.0, 20.0, 400)
    taps, z0, z1, found = kernel.as_taps(GATE), 0.0, 0.0, []
    for x in signal:
        y, z0, z1 = kernel.low_pass(taps, taps[0] * x, z0, z1)
        found.append(y)
    assert np.array_equal(found, sosfilt(SECTIONS, signal))


def test_a_settled_section_gives_the_constant_it_was_settled_on() -> None:
    taps = kernel.as_taps(GATE)
    memory = kernel.settled(taps, -7.5)
    np.testing.assert_allclose(memory, -7.5 * sosfilt_zi(SECTIONS)[0], rtol=0, atol=1e-12)
    assert kernel.low_pass(taps, taps[0] * -7.5, *memory)[0] == pytest.approx(-7.5, abs=1e-12)
