"""The detector alone, warm, against scipy doing only the same filtering: python -m benchmarks.speed.detector

Target: on 720,000 samples (almost an hour at 208 Hz) for a foot at least 2 times the speed of scipy, which filters the
same channels in the same way and finds nothing, and for a shank not slower: `signal.sosfilt` with the swing gate on the
rate, and `ndimage.gaussian_filter1d` with the same widths, cut at 3 sigma, on the rate and the longitudinal force, for
a foot also on the forward force. A shank needs one filter and two light smoothings, so that little is left to be faster
than: half of the detector's time there goes into looking for contacts. (The detector smooths each gait cycle once its
swing is known; scipy smooths it all.) The two take turns; the figure is the median of the ratios of neighbours, so that
a busy moment hits both. scipy gets its channels as contiguous arrays made beforehand; the detector gets a block as it
is, and finds the events too.
"""

from __future__ import annotations

import math
import sys
import time
from collections.abc import Callable

import numpy as np
from scipy.ndimage import gaussian_filter1d
from scipy.signal import sosfilt

from benchmarks.speed.common import RATE_HZ, Outcome, block, running, show, tiled
from gaitpipe.core.detector import Detector
from gaitpipe.core.params import coefficients, default_params
from gaitpipe.model import FloatArray, Placement

SAMPLES = 720_000
ROUNDS = 41
WARM_UP_ROUNDS = 3
TARGETS: dict[Placement, float] = {"foot": 2.0, "shank": 1.0}


def measure(samples: int = SAMPLES, rounds: int = ROUNDS) -> list[Outcome]:
    """Ratio for a foot and for a shank."""
    return [measure_placement(placement, samples, rounds) for placement in ("foot", "shank")]


def measure_placement(placement: Placement, samples: int, rounds: int) -> Outcome:
    """Alternate the two `rounds` times."""
    signals = tiled(running(0.0, 60.0, aligned=True, placement=placement)["left"], samples)
    whole = block(signals, "left", 0, placement)
    params = default_params(placement)
    rate = np.ascontiguousarray(-signals.gyr_rad_s[:, 1])
    forces = [np.ascontiguousarray(signals.acc_m_s2[:, axis]) for axis in ((0, 2) if placement == "foot" else (2,))]
    gate = gate_sections(placement)

    def detect() -> float:
        detector = Detector(params, RATE_HZ)
        return timed(lambda: detector.push(whole))

    def filter_only() -> float:
        return timed(
            lambda: (
                sosfilt(gate, rate),
                smoothed(rate, params.rate_hz),
                *(smoothed(force, params.force_hz) for force in forces),
            )
        )

    events = len(Detector(params, RATE_HZ).push(whole))
    pairs = np.array([(detect(), filter_only()) for _ in range(WARM_UP_ROUNDS + rounds)])[WARM_UP_ROUNDS:]
    ratios = pairs[:, 1] / pairs[:, 0]
    low, ratio, high = np.percentile(ratios, (10, 50, 90))
    detector_s, scipy_s = np.median(pairs, axis=0)
    return Outcome(
        name=f"detector_{placement}",
        target=f"at least {TARGETS[placement]:g} times scipy, filtering only",
        passed=bool(ratio >= TARGETS[placement]),
        sentence=f"detector ({placement}) {ratio:.2f} times scipy (10-90 %: {low:.2f}-{high:.2f}), "
        f"{1e9 * detector_s / samples:.1f} against {1e9 * scipy_s / samples:.1f} ns a sample, {samples} samples, "
        f"{events} events, {rounds} rounds",
        figures={
            "ratio_median": round(float(ratio), 3),
            "ratio_p10": round(float(low), 3),
            "ratio_p90": round(float(high), 3),
            "detector_ns_per_sample": round(1e9 * float(detector_s) / samples, 2),
            "scipy_ns_per_sample": round(1e9 * float(scipy_s) / samples, 2),
            "samples": samples,
            "rounds": rounds,
        },
    )


def gate_sections(placement: Placement) -> FloatArray:
    """The detector's own swing gate as a second-order section of scipy, shape (1, 6)."""
    gate = coefficients(default_params(placement), RATE_HZ)[0]["gate"]
    return np.asarray(np.insert(gate, 3, 1.0)[None, :], dtype=np.float64)


def smoothed(signal: FloatArray, corner_hz: float) -> FloatArray:
    """The detector's own smoothing by scipy: a Gaussian 3 dB down at `corner_hz`, cut at 3 sigma."""
    sigma = math.sqrt(math.log(2.0)) / (2.0 * math.pi * corner_hz) * RATE_HZ
    return np.asarray(gaussian_filter1d(signal, sigma, radius=int(3.0 * sigma)))


def timed(work: Callable[[], object]) -> float:
    """Seconds that one call takes."""
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


if __name__ == "__main__":
    sys.exit(show(measure))
