"""The detector alone, warm, against scipy's filter doing only the filtering: python -m benchmarks.speed.detector

Target: on 720,000 samples (almost an hour at 208 Hz) at least 2 times the speed of `scipy.signal.sosfilt` applied with
the same filters to the same channels. The two take turns; the figure is the median of the ratios of neighbours, so that
a busy moment hits both. scipy gets its channels as contiguous arrays made beforehand; the detector gets a block as it
is, and finds the events too.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable

import numpy as np
from scipy.signal import sosfilt

from benchmarks.speed.common import RATE_HZ, Outcome, block, running, show, tiled
from gaitpipe.core.detector import Detector
from gaitpipe.core.params import coefficients, default_params
from gaitpipe.model import FloatArray, Placement

SAMPLES = 720_000
ROUNDS = 41
WARM_UP_ROUNDS = 3
TARGET = 2.0


def measure(samples: int = SAMPLES, rounds: int = ROUNDS) -> list[Outcome]:
    """Ratio for a foot and for a shank."""
    return [measure_placement(placement, samples, rounds) for placement in ("foot", "shank")]


def measure_placement(placement: Placement, samples: int, rounds: int) -> Outcome:
    """Alternate the two `rounds` times."""
    signals = tiled(running(0.0, 60.0, aligned=True, placement=placement)["left"], samples)
    whole = block(signals, "left", 0, placement)
    params = default_params(placement)
    rate, up = np.ascontiguousarray(-signals.gyr_rad_s[:, 1]), np.ascontiguousarray(signals.acc_m_s2[:, 2])
    gate, feature = sections(placement)

    def detect() -> float:
        detector = Detector(params, RATE_HZ)
        return timed(lambda: detector.push(whole))

    def filter_only() -> float:
        return timed(lambda: (sosfilt(gate, rate), sosfilt(feature, rate), sosfilt(feature, up)))

    events = len(Detector(params, RATE_HZ).push(whole))
    pairs = np.array([(detect(), filter_only()) for _ in range(WARM_UP_ROUNDS + rounds)])[WARM_UP_ROUNDS:]
    ratios = pairs[:, 1] / pairs[:, 0]
    low, ratio, high = np.percentile(ratios, (10, 50, 90))
    detector_s, scipy_s = np.median(pairs, axis=0)
    return Outcome(
        name=f"detector_{placement}",
        target=f"at least {TARGET:g} times scipy.signal.sosfilt",
        passed=bool(ratio >= TARGET),
        sentence=f"detector ({placement}) {ratio:.2f} times sosfilt (10-90 %: {low:.2f}-{high:.2f}), "
        f"{1e9 * detector_s / samples:.1f} against {1e9 * scipy_s / samples:.1f} ns a sample, {samples} samples, "
        f"{events} events, {rounds} rounds",
        figures={
            "ratio_median": round(float(ratio), 3),
            "ratio_p10": round(float(low), 3),
            "ratio_p90": round(float(high), 3),
            "detector_ns_per_sample": round(1e9 * float(detector_s) / samples, 2),
            "sosfilt_ns_per_sample": round(1e9 * float(scipy_s) / samples, 2),
            "samples": samples,
            "rounds": rounds,
        },
    )


def sections(placement: Placement) -> tuple[FloatArray, FloatArray]:
    """The detector's own filters as second-order sections of scipy: the gate (1, 6) and the feature filter (2, 6)."""
    row = coefficients(default_params(placement), RATE_HZ)[0]
    gate, low, high = (np.insert(row[name], 3, 1.0) for name in ("gate", "low", "high"))
    return gate[None, :], np.stack([low, high])


def timed(work: Callable[[], object]) -> float:
    """Seconds that one call takes."""
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


if __name__ == "__main__":
    sys.exit(show(measure))
