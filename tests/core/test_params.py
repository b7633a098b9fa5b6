"""Parameters in physical units and the record that the kernel reads."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from scipy.signal import bessel, freqz_sos

from gaitpipe.core import kernel
from gaitpipe.core.params import coefficients, default_params, group_delay_samples, parameter_hash
from gaitpipe.errors import AnalysisError
from gaitpipe.model import FLAG_ACC_CLIPPED, FLAG_GAP_BEFORE, FLAG_GYR_CLIPPED


@pytest.mark.parametrize("rate_hz", [39.9, 0.0, -1.0, 801.0, np.nan])
def test_a_rate_outside_the_limits_is_refused_with_advice(rate_hz: float) -> None:
    with pytest.raises(AnalysisError, match="outside 40 to 800 Hz") as caught:
        coefficients(default_params("foot"), rate_hz)
    assert caught.value.advice


@pytest.mark.parametrize("rate_hz", [40.0, 104.0, 800.0])
def test_the_ring_holds_the_longest_cycle_and_all_delays(rate_hz: float) -> None:
    row = coefficients(default_params("foot"), rate_hz)[0]
    reach = row["cycle_maximum"] + row["gate_lag"] + 2 * row["feature_lag"] + 0.5 * rate_hz
    assert reach < kernel.RING_SAMPLES


def test_group_delay_is_the_slope_of_the_phase_at_zero() -> None:
    sections = bessel(4, 25.0, fs=208.0, norm="mag", output="sos")
    small = 1e-4
    _, response = freqz_sos(sections, worN=[small])
    assert group_delay_samples(sections) == pytest.approx(-np.angle(response[0]) / small, rel=1e-6)


def test_the_hash_changes_with_any_number() -> None:
    params = default_params("foot")
    assert parameter_hash(params) == parameter_hash(default_params("foot"))
    others = {parameter_hash(replace(params, gate_hz=6.1)), parameter_hash(replace(params, tc_bias_s=0.0))}
    assert len({parameter_hash(params), parameter_hash(default_params("shank")), *others}) == 4


def test_the_clip_flag_of_the_kernel_is_that_of_the_model() -> None:
    assert kernel.ACC_CLIPPED == FLAG_ACC_CLIPPED
    assert not kernel.FLAG_BRIDGED & (FLAG_ACC_CLIPPED | FLAG_GYR_CLIPPED | FLAG_GAP_BEFORE)
