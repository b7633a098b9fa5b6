"""The last contact of a recording in the stride table: a row of its own, and not a stride."""

from __future__ import annotations

import numpy as np
import pytest

from gaitpipe.model import Placement, SampleBlock, SensorInfo, SessionResult
from gaitpipe.session import Session
from gaitpipe.simulate.runner import RunnerConfig, Segment, simulate


def analysed(placement: Placement) -> SessionResult:
    """Thirty seconds of running of one foot; the recording ends in mid-air."""
    config = RunnerConfig(segments=(Segment("stand", 4.0), Segment("run", 26.0, 3.0)), placement=placement, seed=4)
    stream = simulate(config).sensors["left"]
    session = Session([SensorInfo("left", placement, stream.rate_hz)])
    session.feed(
        SampleBlock("left", placement, 0, stream.device_time_s, stream.acc_m_s2, stream.gyr_rad_s, stream.flags)
    )
    return session.finish()


@pytest.mark.parametrize("placement", ["foot", "shank"])
def test_the_last_row_has_a_contact_time_but_no_stride_time_and_counts_for_no_mean_of_it(placement: Placement) -> None:
    result = analysed(placement)
    strides = result.strides
    stride_time_s = strides["stride_time_s"]
    assert np.flatnonzero(np.isnan(stride_time_s)).tolist() == [len(strides) - 1]
    last = strides[-1]
    assert strides["ic_s"].max() == last["ic_s"]
    assert 0.1 < last["ground_contact_time_s"] < 0.4
    summary = {metric.key: metric.left for metric in result.metrics}
    times, contacts = summary["stride_time_s"], summary["ground_contact_time_s"]
    assert times is not None
    assert contacts is not None
    good = strides["quality"] == "ok"
    assert times.count == np.isfinite(stride_time_s[good]).sum()
    assert contacts.count == good.sum() == times.count + 1
    assert times.mean == pytest.approx(np.nanmean(stride_time_s[good]), rel=1e-9)
