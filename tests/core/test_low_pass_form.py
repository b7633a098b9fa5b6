"""The kernel saves multiplications where b1 = 2 b0 and b2 = b0 exactly: the design of the filters must keep it so."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.signal import sosfilt

from gaitpipe.core import kernel
from gaitpipe.core.params import MAXIMUM_RATE_HZ, MINIMUM_RATE_HZ, coefficients, default_params


@pytest.mark.parametrize("placement", ["foot", "shank"])
def test_every_section_at_every_rate_has_both_zeros_at_half_the_rate_and_the_second_no_gain(placement):
    params = default_params(placement)
    for rate_hz in [*np.arange(MINIMUM_RATE_HZ, MAXIMUM_RATE_HZ, 3.7), MAXIMUM_RATE_HZ]:
        row = coefficients(params, float(rate_hz))[0]
        for name in ("gate", "low", "high"):
            b0, b1, b2 = row[name][:3]
            assert b1 == 2.0 * b0, (name, rate_hz)
            assert b2 == b0, (name, rate_hz)
        assert row["high"][0] == 1.0


def test_the_short_section_equals_scipy_to_the_last_bit():
    row = coefficients(default_params("foot"), 208.0)[0]
    sos = np.insert(row["low"], 3, 1.0)[None, :]
    signal = np.random.default_rng(5).normal(0.0, 20.0, 400)
    taps, z0, z1, found = kernel.as_taps(row["low"]), 0.0, 0.0, []
    for x in signal:
        y, z0, z1 = kernel.low_pass(taps, taps[0] * x, z0, z1)
        found.append(y)
    assert np.array_equal(found, sosfilt(sos, signal))
