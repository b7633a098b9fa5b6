"""Parameters in physical units and the record that the kernel reads."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from scipy.signal import bessel, freqz_sos

from gaitpipe.core import kernel
from gaitpipe.core.params import (
    coefficients,
    default_params,
    group_delay_samples,
    parameter_hash,
    smoothing_window,
)
from gaitpipe.errors import AnalysisError
from gaitpipe.model import FLAG_ACC_CLIPPED, FLAG_GAP_BEFORE, FLAG_GYR_CLIPPED, Placement


@pytest.mark.parametrize("rate_hz", [39.9, 0.0, -1.0, 801.0, np.nan])
def test_a_rate_outside_the_limits_is_refused_with_advice(rate_hz: float) -> None:
    with pytest.raises(AnalysisError, match="outside 40 to 800 Hz") as caught:
        coefficients(default_params("foot"), rate_hz)
    assert caught.value.advice


RATES_HZ = pytest.mark.parametrize("rate_hz", [40.0, 52.0, 104.0, 208.0, 416.0, 800.0])
CORNERS = [(placement, name) for placement in ("foot", "shank") for name in ("rate_hz", "force_hz")]


@RATES_HZ
@pytest.mark.parametrize("placement", ["foot", "shank"])
def test_the_ring_holds_the_longest_cycle_its_smoothing_and_a_slow_end_of_the_swing(
    placement: Placement, rate_hz: float
) -> None:
    row = coefficients(default_params(placement), rate_hz)[0]
    reach = max(np.flatnonzero(row["rate_window"])[-1], np.flatnonzero(row["force_window"])[-1])
    assert row["cycle_maximum"] + row["gate_lag"] + reach + 0.5 * rate_hz < kernel.RING_SAMPLES


def test_group_delay_is_the_slope_of_the_phase_at_zero() -> None:
    sections = bessel(4, 25.0, fs=208.0, norm="mag", output="sos")
    small = 1e-4
    _, response = freqz_sos(sections, worN=[small])
    assert group_delay_samples(sections) == pytest.approx(-np.angle(response[0]) / small, rel=1e-6)


def both_halves(window: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Places and weights of the whole window."""
    return np.arange(1 - len(window), len(window)), np.concatenate([window[:0:-1], window])


@RATES_HZ
@pytest.mark.parametrize(("placement", "name"), CORNERS)
def test_a_smoothing_window_sums_to_one_falls_from_its_middle_and_is_cut_at_three_sigma(
    placement: Placement, name: str, rate_hz: float
) -> None:
    corner_hz = getattr(default_params(placement), name)
    window = smoothing_window(corner_hz, rate_hz)
    assert window.shape == (kernel.TAPS,)
    assert window[0] + 2.0 * window[1:].sum() == pytest.approx(1.0, abs=1e-15)
    inside = np.flatnonzero(window)
    assert inside.tolist() == list(range(len(inside)))
    assert np.all(np.diff(window[inside]) < 0.0)
    sigma = rate_hz * 0.13251 / corner_hz  # sqrt(ln 2) / (2 pi) = 0.13251
    assert inside[-1] <= 3.0 * sigma * 1.001
    assert inside[-1] + 1 > 3.0 * sigma * 0.999
    assert len(inside) < kernel.TAPS


@pytest.mark.parametrize("rate_hz", [208.0, 416.0, 800.0])
@pytest.mark.parametrize(("placement", "name"), CORNERS)
def test_the_gain_of_a_smoothing_window_is_3_db_down_at_its_corner(
    placement: Placement, name: str, rate_hz: float
) -> None:
    corner_hz = getattr(default_params(placement), name)
    places, weights = both_halves(smoothing_window(corner_hz, rate_hz))
    gain = np.sum(weights * np.cos(2.0 * np.pi * corner_hz / rate_hz * places))
    assert 20.0 * np.log10(gain) == pytest.approx(-3.01, abs=0.2)  # cutting the tails costs a little


@pytest.mark.parametrize(("rate_hz", "gain_db"), [(52.0, 0.0), (104.0, -1.9)])
def test_at_a_low_rate_the_smoothing_of_the_rate_is_weaker_than_its_corner_says(rate_hz: float, gain_db: float) -> None:
    """Half a sample wide, the window is cut to its next neighbours, or to nothing: the sensor itself smooths more."""
    places, weights = both_halves(smoothing_window(30.0, rate_hz))
    gain = np.sum(weights * np.cos(2.0 * np.pi * 30.0 / rate_hz * places))
    assert 20.0 * np.log10(gain) == pytest.approx(gain_db, abs=0.1)


@pytest.mark.parametrize("place", [0, 3, 40, 2030, 5000])
def test_smoothing_on_the_ring_is_symmetric_and_cut_at_what_is_known(place: int) -> None:
    """An impulse comes out as the window; a constant stays itself, also beside samples that are not known."""
    window = smoothing_window(14.0, 208.0)
    _, weights = both_halves(window)
    reach = kernel.TAPS - 1
    ring = np.zeros((kernel.RING_SAMPLES, kernel.RING_COLUMNS))
    centre = place + reach
    ring[centre & kernel.MASK, kernel.UP] = 1.0
    everything = (centre - 2 * reach, centre + 2 * reach)
    found = kernel.smoothed(ring, kernel.UP, centre - reach, 2 * reach + 1, everything, window)
    np.testing.assert_allclose(found, weights, rtol=0, atol=1e-15)
    assert found.tobytes() == found[::-1].tobytes()
    ring[:, kernel.UP] = 1e9  # never to be read
    for sample in range(place, place + 12):
        ring[sample & kernel.MASK, kernel.UP] = -2.5
    found = kernel.smoothed(ring, kernel.UP, place, 12, (place, place + 11), window)
    np.testing.assert_allclose(found, -2.5, rtol=0, atol=1e-12)


def test_the_hash_changes_with_any_number() -> None:
    params = default_params("foot")
    assert parameter_hash(params) == parameter_hash(default_params("foot"))
    others = {parameter_hash(replace(params, gate_hz=6.1)), parameter_hash(replace(params, tc_bias_s=0.0))}
    assert len({parameter_hash(params), parameter_hash(default_params("shank")), *others}) == 4


def test_the_clip_flag_of_the_kernel_is_that_of_the_model() -> None:
    assert kernel.ACC_CLIPPED == FLAG_ACC_CLIPPED
    assert not kernel.FLAG_BRIDGED & (FLAG_ACC_CLIPPED | FLAG_GYR_CLIPPED | FLAG_GAP_BEFORE)
