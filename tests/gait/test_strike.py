"""Strike class and its probability."""

from __future__ import annotations

import math

import numpy as np
import pytest

from gaitpipe.gait.strike import STRIKE_CLASSES, class_probability, strike_class, thresholds_deg

LOW, HIGH = thresholds_deg()


def classes(*angles_deg: float, mode: str = "run") -> list[str]:
    return list(strike_class(np.array(angles_deg), np.array([mode] * len(angles_deg))))


def test_classes_change_at_the_thresholds() -> None:
    assert (LOW, HIGH) == (-1.6, 8.0)
    assert classes(-10.0, LOW - 0.01, LOW, 3.0, HIGH, HIGH + 0.01, 25.0) == [
        "forefoot", "forefoot", "midfoot", "midfoot", "midfoot", "rearfoot", "rearfoot",
    ]  # fmt: skip
    assert set(classes(-10.0, 3.0, 25.0)) == set(STRIKE_CLASSES)


def test_no_angle_and_walking_have_no_class() -> None:
    assert classes(math.nan) == [""]
    assert classes(25.0, mode="walk") == [""]


@pytest.mark.parametrize("sd_deg", [1.0, 4.0])
def test_probability_is_one_half_at_a_far_threshold_and_grows_away_from_it(sd_deg: float) -> None:
    assert class_probability(HIGH + 1e-9, sd_deg) == pytest.approx(0.5, abs=1e-6)
    assert class_probability(HIGH + sd_deg, sd_deg) == pytest.approx(0.8413447, abs=1e-6)
    assert class_probability(LOW - 2.0 * sd_deg, sd_deg) == pytest.approx(0.9772499, abs=1e-6)
    assert math.isnan(class_probability(math.nan, sd_deg))


def test_probability_is_that_of_the_class_given() -> None:
    """The three classes' probabilities of one angle add up to one."""
    generator = np.random.default_rng(3)
    for angle in (-4.0, 2.0, 9.0):
        drawn = strike_class(generator.normal(angle, 3.0, 40_000), np.full(40_000, "run"))
        share = np.mean(drawn == classes(angle)[0])
        assert class_probability(angle, 3.0) == pytest.approx(share, abs=0.01)
