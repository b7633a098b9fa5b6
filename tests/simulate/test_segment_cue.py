"""A part of a synthetic session with a cadence of its own: a cue."""

from __future__ import annotations

import numpy as np
import pytest

from gaitpipe.errors import UsageError
from gaitpipe.simulate import springmass
from gaitpipe.simulate.runner import RunnerConfig, Segment, simulate

CUE = Segment("run", 20.0, 2.78, cadence_spm=172.0, contact_time_s=0.256)
CONFIG = RunnerConfig(
    (Segment("run", 20.0, 2.78), CUE, Segment("run", 20.0, 2.78)), cadence_spm=164.0, contact_time_s=0.264, rate_hz=50.0
)


def test_cadence_and_contact_time_change_in_the_cued_part_only():
    truth = simulate(CONFIG).truth
    for start_s, cadence, contact_s in ((0.0, 164.0, 0.264), (20.0, 172.0, 0.256), (40.0, 164.0, 0.264)):
        inside = truth[(truth["ic_s"] > start_s + 1.5) & (truth["ic_s"] < start_s + 18.0)]
        assert 120.0 / np.nanmean(inside["stride_time_s"]) == pytest.approx(cadence, rel=0.004)
        assert np.nanmean(inside["ground_contact_time_s"]) == pytest.approx(contact_s, rel=0.01)


def test_a_cue_that_no_runner_follows_is_refused():
    with pytest.raises(UsageError, match="cadence of the part 'run'"):
        simulate(RunnerConfig((Segment("run", 20.0, 2.78, cadence_spm=400.0),)))


def test_the_spring_mass_runner_refuses_a_cue():
    with pytest.raises(UsageError, match="one cadence"):
        springmass.simulate(CONFIG)
