"""The median with clipped values against hand-made cases and against a truth that was clipped on purpose."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gaitpipe.gait.censoring import censored_median

NAN = np.nan


def median(values: list[float], bounds: list[float]):
    return censored_median(np.array(values, float), np.array(bounds, float))


def test_without_clipping_it_is_the_median() -> None:
    assert median([3.0, 1.0, 2.0], [NAN] * 3).median == 2.0
    assert median([4.0, 1.0, 2.0, 3.0], [NAN] * 4).median == 2.5


def test_kaplan_and_meier_by_hand() -> None:
    """At risk 6, 5, (4 censored), 3, 2: survival 5/6, 4/6, 4/9, so the median is 4."""
    found = median([1.0, 2.0, NAN, 4.0, 5.0, 6.0], [NAN, NAN, 3.0, NAN, NAN, NAN])
    assert (found.count, found.censored, found.median) == (6, 1, 4.0)


def test_leaving_clipped_strides_out_would_be_too_small_and_this_is_not() -> None:
    true = np.random.default_rng(1).normal(150.0, 30.0, 4001)
    limit = np.quantile(true, 0.65)
    values = np.where(true < limit, true, NAN)
    found = censored_median(values, np.where(true < limit, NAN, limit))
    assert found is not None
    assert np.nanmedian(values) < np.median(true) - 10.0
    assert found.median == pytest.approx(np.median(true))
    assert found.censored / found.count == pytest.approx(0.35, abs=0.01)


def test_with_more_than_half_clipped_only_a_bound_is_given() -> None:
    found = median([100.0, NAN, NAN, NAN], [NAN, 157.0, 158.0, 160.0])
    assert found.median is None
    assert found.above == 157.5
    assert median([NAN, NAN], [157.0, 160.0]).median is None


def test_nothing_known_gives_nothing() -> None:
    assert median([], []) is None
    assert median([NAN], [NAN]) is None
    assert median([NAN, 5.0], [NAN, 9.0]).median == 5.0  # a bound beside a value is not one


@settings(max_examples=60, deadline=None, derandomize=True)
@given(st.lists(st.floats(1.0, 100.0), min_size=1, max_size=40), st.floats(1.0, 100.0))
def test_the_bound_is_never_above_the_true_median(true: list[float], limit: float) -> None:
    values = np.array(true)
    found = censored_median(np.where(values < limit, values, NAN), np.where(values < limit, NAN, limit))
    assert found is not None
    assert found.above <= np.median(values) + 1e-9
    if found.median is not None and found.censored < found.count / 2:
        assert found.median == pytest.approx(np.median(values), abs=1e-9) or found.censored > 0
