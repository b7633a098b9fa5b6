"""What the commands say of the figures that are derived from a whole session."""

from __future__ import annotations

import json

import numpy as np
import pytest

import gaitpipe
from gaitpipe.cli.table import metric_lines
from gaitpipe.evidence import value
from gaitpipe.exporters.strides_csv import read_strides_csv
from gaitpipe.model import STANDARD_GRAVITY_M_S2, MetricSummary, SideStatistic
from gaitpipe.simulate.runner import simulate
from gaitpipe.simulate.runner_config import RunnerConfig, Segment

COLUMNS = ("time_s", *(f"acc_{axis}_m_s2" for axis in "xyz"), *(f"gyr_{axis}_rad_s" for axis in "xyz"))


@pytest.fixture(scope="module")
def feet():
    """Eighty seconds of running of both feet, as columns; another seed is another draw of the same variability."""
    streams = simulate(RunnerConfig((Segment("stand", 5.0), Segment("run", 80.0, 3.0)), seed=4)).sensors
    return {
        side: dict(zip(COLUMNS, (one.true_time_s, *one.acc_m_s2.T, *one.gyr_rad_s.T), strict=True))
        for side, one in streams.items()
    }


@pytest.mark.parametrize("height", ["175", "1.0", "tall", "nan"])
def test_a_height_that_cannot_be_is_refused_before_anything_is_read(call, tmp_path, height):
    called = call("analyze", "x.mcap", "--out", tmp_path / "out", "--height-m", height)
    assert called.code == 2
    assert "--height-m" in called.err
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("command", ["analyze", "report"])
def test_the_height_goes_into_the_summary(call, recording, tmp_path, command):
    called = call(command, recording, "--out", tmp_path, "--height-m", "1.75", "--json", "-q")
    assert json.loads(called.out)["recording"]["height_m"] == 1.75


def test_the_summary_holds_variability_symmetry_and_drift(call, recording, tmp_path):
    """A recording of 20 s has too few strides for most of it, and says so."""
    printed = json.loads(call("analyze", recording, "--out", tmp_path, "--json", "-q").out)
    assert {(one["key"], one["side"]) for one in printed["drift"]} >= {
        (key, side) for key in ("cadence_spm", "ground_contact_time_s") for side in ("left", "right")
    }
    assert all(one["change"] is None and "needs" in one["note"] for one in printed["drift"])
    assert {one["key"] for one in printed["variability"]} == {"stride_time_s", "ground_contact_time_s"}
    assert all(one["cv_pct"] is None and "steady strides" in one["note"] for one in printed["variability"])
    contact = next(one for one in printed["symmetry"] if one["key"] == "ground_contact_time_s")
    assert contact["index_pct"] == pytest.approx(printed["metrics"]["ground_contact_time_s"]["asymmetry_pct"])
    assert contact["exceeds"] is False


def test_peak_force_stands_beside_both_feet_only(call, recording, tmp_path):
    printed = json.loads(call("analyze", recording, "--out", tmp_path, "--json", "-q").out)
    force, duty = printed["metrics"]["peak_force_bw"], printed["metrics"]["duty_factor"]["both"]["mean"]
    assert (force["left"], force["right"]) == (None, None)
    assert force["both"]["mean"] == pytest.approx(np.pi / (4.0 * duty), rel=0.01)
    assert force["both"]["uncertainty"] > value("sine_model_error") * force["both"]["mean"]
    rows = read_strides_csv(tmp_path / "strides.csv")
    known = np.isfinite(rows["peak_force_bw"])
    assert known.sum() > 20
    np.testing.assert_allclose(
        rows["flight_time_one_foot_s"], 0.5 * rows["stride_time_s"] - rows["ground_contact_time_s"], atol=2e-6
    )


def test_one_foot_has_a_flight_time_of_its_own_and_no_force(feet):
    result = gaitpipe.analyze(left=feet["left"], placement="foot").result
    metrics = {metric.key: metric for metric in result.metrics}
    assert metrics["flight_time_s"].left is None
    assert metrics["flight_time_one_foot_s"].left is not None
    assert metrics["peak_force_bw"].both is None
    assert "needs both sensors" in metrics["peak_force_bw"].note
    assert np.all(np.isnan(result.strides["peak_force_bw"]))
    assert (result.symmetry, len({one.side for one in result.drift})) == ((), 1)


def test_a_longer_run_tells_variability_and_drift_of_both_feet(feet):
    result = gaitpipe.analyze(**feet, placement="foot").result
    sequence = [one for one in result.variability if one.method == "sequence"]
    assert [one.side for one in sequence] == ["left", "right"]
    for one in sequence:
        # The simulated runner varies by 1.2 %.
        assert one.low_pct <= 1.2 <= one.high_pct
    cadence = [one for one in result.drift if one.key == "cadence_spm"]
    assert all(abs(one.change_pct) < 2.0 for one in cadence)


def test_a_clipping_sensor_never_makes_its_impacts_smaller(feet):
    """The same run through a sensor that ends at 4 g along each axis."""
    range_m_s2 = 4.0 * STANDARD_GRAVITY_M_S2
    whole = gaitpipe.analyze(left=feet["left"], placement="foot").result
    cut = dict(feet["left"])
    for axis in "xyz":
        cut[f"acc_{axis}_m_s2"] = np.clip(cut[f"acc_{axis}_m_s2"], -range_m_s2, range_m_s2)
    clipped = gaitpipe.analyze(left=cut, placement="foot").result
    true, seen = (
        next(metric for metric in one.metrics if metric.key == "peak_acc_m_s2").left for one in (whole, clipped)
    )
    if true.censored or not seen.censored:
        pytest.fail("the importer did not take the flat tops for clipping")
    peaks = whole.strides["peak_acc_m_s2"][whole.strides["quality"] == "ok"]
    told = seen.median if seen.median is not None else seen.median_above
    assert told <= 1.02 * np.nanmedian(peaks)
    assert np.isnan(seen.mean)
    bounds = clipped.strides["peak_acc_at_least_m_s2"]
    assert np.sum(np.isfinite(bounds)) >= seen.censored
    assert np.all(np.isnan(clipped.strides["peak_acc_m_s2"][np.isfinite(bounds)]))


@pytest.mark.parametrize(
    ("median", "above", "said"), [(117.6798, None, "median 12.0"), (None, 156.9064, "> 16.0"), (None, None, "-")]
)
def test_the_terminal_shows_the_median_of_clipped_peaks_or_a_bound(median, above, said):
    left = SideStatistic(40, np.nan, np.nan, None, None, 10, median, above)
    row = MetricSummary("peak_acc_m_s2", "Impact", "m/s^2", "g", 1 / 9.80665, 1, "", left, None, None, None)
    assert said in metric_lines([row])[1]
