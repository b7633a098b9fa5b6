"""A simulated runner's samples, written in each layout, come back the same within its resolution, with the strides."""

from __future__ import annotations

import numpy as np
import pytest

from gaitpipe.app.analyze import analyze_input
from gaitpipe.app.inputs import SessionFiles, open_session
from gaitpipe.errors import RecordingError, UsageError
from gaitpipe.importers import ReadOptions, available, find_importer

G = 9.80665
HAS = {"apdm": "h5py", "parquet": "pyarrow"}


def layouts():
    """Writer of one sensor's file, resolution of time [s], acceleration [m/s^2] and rotation rate [rad/s]."""
    deg = np.deg2rad(1.0)
    return {
        "movesense_datalogger": (lambda w, p, s: w.movesense_datalogger(p, s), 1e-3, 1e-6, 1e-6),
        "movesense_imu9": (lambda w, p, s: w.movesense_datalogger(p, s, magnet=True), 1e-3, 1e-6, 1e-6),
        "movesense_showcase": (lambda w, p, s: w.movesense_showcase(p, s), 1e-3, 1e-6, 1e-6),
        "movesense_live": (lambda w, p, s: w.movesense_live(p, {"1746": s}), 1e-3, 1e-6, 1e-6),
        "cwa_ax6": (lambda w, p, s: w.cwa(p, s), 1e-4, 0.51 * G / 2048, 0.51 * 2000 * deg / 32768),
        "cwa_ax3": (lambda w, p, s: w.cwa(p, s, 0x32), 1e-4, 0.51 * G / 2048, None),
        "cwa_packed": (lambda w, p, s: w.cwa(p, s, 0x30), 1e-4, 8.6 * G / 256, None),
        "cwa_old_firmware": (lambda w, p, s: w.cwa(p, s, 0x32, fraction=False), 5e-3, 0.51 * G / 2048, None),
        "apdm_new": (lambda w, p, s: w.apdm_new(p, {"Left Foot": s}), 1e-6, 1e-12, 1e-12),
        "apdm_old": (lambda w, p, s: w.apdm_old(p, {"Left Foot": s}), 1e-6, 1e-12, 1e-12),
        "apdm_oldest": (lambda w, p, s: w.apdm_old(p, {"Left Foot": s}, as_data=True), 1e-6, 1e-12, 1e-12),
        "bids": (lambda w, p, s: w.bids(p.with_name("r_motion.tsv"), {"left_foot": s}), 1e-9, 1e-9, 1e-9),
        "parquet": (lambda w, p, s: w.parquet_single(p, s), 1e-12, 1e-12, 1e-12),
        "sensor_logger": (lambda w, p, s: w.sensor_logger(p, s), 1e-6, 1e-9, 0.8),
        "sensor_logger_iphone": (lambda w, p, s: w.sensor_logger(p, s, "ios"), 1e-6, 1e-9, 0.8),
        "sensor_logger_standard": (lambda w, p, s: w.sensor_logger(p, s, "ios", standard=True), 1e-6, 1e-9, 0.8),
    }


LAYOUTS = layouts()
UNLABELLED = [name for name in LAYOUTS if LAYOUTS[name][3] is not None and not name.startswith(("apdm", "bids"))]


def write(name, writers, path, stream):
    for prefix, module in HAS.items():
        if name.startswith(prefix):
            pytest.importorskip(module, reason=f"{module} is an extra; see the README")
    return LAYOUTS[name][0](writers, path, stream)


@pytest.mark.parametrize("name", LAYOUTS)
def test_samples_come_back_within_the_resolution_of_the_layout(name, writers, runner, tmp_path):
    stream = runner["left"]
    path = write(name, writers, tmp_path / "run.data", stream)
    file = find_importer(path).read(path, ReadOptions())
    (sensor,) = file.sensors
    _write, time_s, acc, gyr = LAYOUTS[name]
    count = len(sensor.time_s)
    assert count > len(stream.time_s) - 9  # a last batch that was not full
    times = sensor.time_s - sensor.time_s[0] + stream.time_s[0]
    assert np.abs(times - stream.time_s[:count]).max() <= time_s
    assert np.abs(sensor.acc_m_s2 - stream.acc[:count]).max() <= acc
    assert (sensor.gyr_rad_s is None) == (gyr is None)
    if gyr is not None:
        error = np.abs(sensor.gyr_rad_s - stream.gyr[:count])
        assert np.nanmax(error) <= gyr
        assert np.nanmedian(error) <= (0.005 if name.startswith("sensor_logger") else gyr)  # interpolated there
        assert np.isnan(error).any(axis=1).sum() <= 2
    assert len(file.sha256) == 64


@pytest.fixture(scope="module")
def truth(runner):
    """Strides of the same samples given directly."""
    return direct(runner)


def direct(runner):
    names = ["time_s", *(f"acc_{a}_m_s2" for a in "xyz"), *(f"gyr_{a}_rad_s" for a in "xyz")]
    tables = {
        side: dict(zip(names, np.column_stack([s.time_s, s.acc, s.gyr]).T, strict=True)) for side, s in runner.items()
    }
    files = SessionFiles(left=tables["left"], right=tables["right"], placement="foot")
    return analyze_input(open_session(files)).result.strides


@pytest.mark.parametrize("name", UNLABELLED)
def test_strides_are_those_of_the_samples_given_directly(name, writers, runner, truth, tmp_path):
    paths = {}
    for side, stream in runner.items():
        (tmp_path / side).mkdir()
        paths[side] = write(name, writers, tmp_path / side / "run.data", stream)
    files = SessionFiles(left=paths["left"], right=paths["right"], placement="foot")
    strides = analyze_input(open_session(files)).result.strides
    assert_same_strides(strides, truth, 2.0 * LAYOUTS[name][1] + 1e-3)


def assert_same_strides(strides, truth, within_s):
    assert len(strides) == len(truth) > 30
    start_s = strides["ic_s"][0] - truth["ic_s"][0]
    for column in ("ic_s", "tc_s"):
        assert np.nanmax(np.abs(strides[column] - truth[column] - start_s)) <= within_s
    assert (np.isfinite(strides["tc_s"]) == np.isfinite(truth["tc_s"])).all()


BOTH = {
    "apdm_new": lambda w, p, s: w.apdm_new(p, {"Lumbar": s["left"], "Left Foot": s["left"], "Right Foot": s["right"]}),
    "apdm_old": lambda w, p, s: w.apdm_old(p, {"Right Foot": s["right"], "Left Foot": s["left"]}),
    "bids": lambda w, p, s: w.bids(p.with_name("r_motion.tsv"), {"leftFoot": s["left"], "rightFoot": s["right"]}),
    "parquet_wide": lambda w, p, s: w.parquet_wide(p, {"left_foot": s["left"], "right_foot": s["right"]}),
    "parquet_sides": lambda w, p, s: w.parquet_sides(p, {("R", "foot"): s["right"], ("L", "foot"): s["left"]}),
}


@pytest.mark.parametrize("name", BOTH)
def test_one_file_with_both_feet_says_its_sides_and_gives_the_strides(name, writers, runner, truth, tmp_path):
    pytest.importorskip({"apdm": "h5py", "parq": "pyarrow"}.get(name[:4], "json"))
    if name in ("bids", "parquet_wide"):  # one table has one time for both: as if the right sensor had that time
        rows = slice(0, min(len(stream.time_s) for stream in runner.values()))
        time_s = runner["left"].time_s[rows]
        runner = {side: writers.Stream(time_s, s.acc[rows], s.gyr[rows]) for side, s in runner.items()}
        truth = direct(runner)
    path = BOTH[name](writers, tmp_path / "both.data", runner)
    strides = analyze_input(open_session(SessionFiles(recording=path))).result.strides
    assert_same_strides(strides, truth, 1e-4)


def test_feet_and_shanks_in_one_file_are_told_apart_by_the_placement(writers, runner, truth, tmp_path):
    pytest.importorskip("pyarrow")
    still = {
        side: writers.Stream(s.time_s, np.tile([0, 0, G], (len(s.time_s), 1)), 0 * s.gyr) for side, s in runner.items()
    }
    streams = {(side[0].upper(), "foot"): s for side, s in runner.items()}
    streams |= {(side[0].upper(), "shank"): s for side, s in still.items()}
    path = writers.parquet_sides(tmp_path / "four.parquet", streams)
    with pytest.raises(UsageError, match="of the foot and of the shank") as caught:
        open_session(SessionFiles(recording=path))
    assert "--placement" in caught.value.advice
    strides = analyze_input(open_session(SessionFiles(recording=path, placement="foot"))).result.strides
    assert_same_strides(strides, truth, 2e-3)


def test_unlabelled_sensors_of_one_file_are_chosen_by_name(writers, runner, truth, tmp_path):
    path = writers.movesense_live(tmp_path / "live.json", {"1111": runner["left"], "2222": runner["right"]})
    with pytest.raises(UsageError, match="'1111', '2222'"):
        open_session(SessionFiles(recording=path, placement="foot"))
    files = SessionFiles(recording=path, placement="foot", left_sensor="1111", right_sensor="2222")
    assert_same_strides(analyze_input(open_session(files)).result.strides, truth, 3e-3)


def test_every_importer_of_this_kind_is_found():
    names = {"movesense_json", "sensor_logger", "axivity_cwa", "apdm_hdf5", "bids_motion", "parquet"}
    assert names <= {importer.name for importer in available()}


def test_wrong_side_of_a_labelled_file_is_refused(writers, runner, tmp_path):
    path = writers.bids(tmp_path / "r_motion.tsv", {"left_foot": runner["left"]})
    with pytest.raises(UsageError, match="of the left side, not the right"):
        open_session(SessionFiles(right=path))
    with pytest.raises(RecordingError, match="only describes the data") as caught:
        find_importer(path, "bids_motion").read(tmp_path / "r_channels.tsv", ReadOptions())
    assert caught.value.advice == "Give r_motion.tsv instead."
