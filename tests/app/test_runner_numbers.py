"""Numbers of a synthetic runner that are none, or beyond what runners do."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest

from gaitpipe.errors import UsageError
from gaitpipe.simulate.runner_config import LIMITS, RunnerConfig, Segment, check_config
from gaitpipe.simulate.sensor_error import SensorErrorConfig


@pytest.mark.parametrize("key", LIMITS)
@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf])
def test_a_number_that_is_none_is_refused_with_its_meaning_and_range(key, value):
    meaning, low, high, _unit = LIMITS[key]
    with pytest.raises(UsageError, match=meaning) as caught:
        check_config(replace(RunnerConfig(), **{key: value}))
    assert caught.value.advice.startswith(f"Allowed: {low:g} to {high:g}")


@pytest.mark.parametrize("segment", [Segment("run", math.nan, 3.0), Segment("run", 50.0, math.nan)])
def test_a_part_of_the_session_without_length_or_speed_is_refused(segment):
    with pytest.raises(UsageError, match="of the part 'run' cannot be nan"):
        check_config(RunnerConfig((segment,)))


@pytest.mark.parametrize("errors", [{"scale_sd": math.nan}, {"mount_damping": (0.1, math.inf)}, {"acc_range_g": -1.0}])
def test_sensor_errors_that_are_no_sizes_are_refused(errors):
    with pytest.raises(UsageError, match="sensor error"):
        check_config(RunnerConfig(sensor_error=SensorErrorConfig(**errors)))


def test_every_number_of_a_runner_has_its_limits():
    texts = {"segments", "placement", "strike", "surface", "mount", "ideal", "sensor_error"}
    assert set(LIMITS) == set(RunnerConfig.__dataclass_fields__) - texts
    check_config(RunnerConfig())
