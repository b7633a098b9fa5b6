"""The quantile in plain Python against numpy's."""

import numpy as np
import pytest

from gaitpipe.protocol.few_numbers import quantile_of_sorted


@pytest.mark.parametrize("share", [0.0, 0.1, 0.25, 0.5, 0.9, 1.0])
def test_is_numpys_quantile_to_the_last_bit(share: float) -> None:
    generator = np.random.default_rng(7)
    for count in range(1, 80):
        numbers = np.sort(100.0 + generator.normal(size=count) * 10.0 ** generator.uniform(-5.0, 3.0))
        assert quantile_of_sorted(numbers, share) == np.quantile(numbers, share)
        assert quantile_of_sorted(numbers.tolist(), share) == np.quantile(numbers, share)
