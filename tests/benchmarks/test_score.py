"""The figures of the benchmarks are right on cases small enough to check by hand."""

from __future__ import annotations

import numpy as np
import pytest

from benchmarks.accuracy import readers, run
from benchmarks.accuracy.cadence import verdict
from benchmarks.accuracy.score import match, score_cadence
from benchmarks.accuracy.spectrum import dominant_frequency, window_frequencies
from benchmarks.speed import common, detector, help_imports, long_recordings, memory
from gaitpipe.app.analyze import analyze_input
from gaitpipe.app.inputs import open_recording
from gaitpipe.core.params import default_params, smoothing_window
from gaitpipe.model import FLAG_ACC_CLIPPED, STRIDE_DTYPE, SensorInfo


def truth_of(ic_s, start_s=0.0, end_s=10.0, excluded_s=()):
    ic = np.array(ic_s)
    return readers.Truth(
        ic, ic + 0.25, np.append(np.diff(ic), np.nan), start_s, end_s, excluded_ic_s=np.array(excluded_s)
    )


def strides_of(ic_s):
    ic = np.array(ic_s)
    rows = np.zeros(len(ic) - 1, STRIDE_DTYPE)
    rows["ic_s"], rows["ic_raw_s"] = ic[:-1], ic[:-1] + 0.02
    rows["tc_s"] = rows["tc_raw_s"] = ic[:-1] + 0.26
    rows["stride_time_s"] = np.diff(ic)
    rows["cadence_spm"] = 120.0 / np.diff(ic)
    rows["quality"] = "ok"
    return rows


def test_each_contact_is_matched_once_and_the_nearest_pair_wins():
    found, true = match(np.array([1.00, 1.03, 2.2]), np.array([1.04, 2.0]), 0.05)
    assert found.tolist() == [1]
    assert true.tolist() == [0]


def test_cadence_is_compared_over_matched_strides_only():
    truth = truth_of([0.1, 1.0, 1.7, 2.5, 3.2])
    score = score_cadence(strides_of([0.3, 1.0, 1.7, 2.5]), 160.0, truth)
    assert score.matched.count == 2
    assert score.matched.cadence_spm == pytest.approx((120 / 0.7 + 120 / 0.8) / 2)
    assert score.matched.difference_spm == pytest.approx(0.0)
    assert score.truth_spm == pytest.approx(np.mean(120 / np.diff(truth.ic_s)))


def test_one_misplaced_contact_is_a_stray_and_fails_the_matched_but_not_the_paired_cadence():
    truth = truth_of([1.0, 1.7, 2.4, 3.1, 3.8])
    score = score_cadence(strides_of([1.0, 1.7, 2.5, 3.1, 3.8]), 0.0, truth)
    assert score.strays == 1
    assert verdict(score.matched.difference_spm, 1.0) == "fail"
    assert abs(score.paired.difference_spm) < abs(score.matched.difference_spm)


@pytest.mark.parametrize("stride_hz", [1.21, 1.37, 1.6])
def test_the_spectral_reference_finds_the_stride_and_not_its_harmonic(stride_hz):
    time_s = np.arange(4000) / 200.0
    phase = 2 * np.pi * stride_hz * time_s
    wave = np.cos(phase) + 1.5 * np.cos(2 * phase + 1.0) + 0.5 * np.cos(3 * phase)
    channels = np.outer(wave, [0.6, -0.7, 0.4])
    assert dominant_frequency(channels, 200.0, "run").frequency_hz == pytest.approx(stride_hz, abs=0.01)
    windows = window_frequencies(time_s, channels, 200.0, "run")
    assert len(windows) == 9
    assert [w.frequency_hz for w in windows] == pytest.approx([stride_hz] * 9, abs=0.005)


def test_a_row_with_a_missing_value_splits_the_block_and_counts_as_a_lost_sample():
    acc = np.zeros((6, 3))
    acc[2, 1] = np.nan
    acc[4, 0] = -78.0
    info = SensorInfo("left", "foot", 100.0, has_gyro=False, acc_range_m_s2=78.0)
    blocks = readers.block_of(info, np.arange(6) / 100.0, acc)
    assert [(b.first_sample, len(b)) for b in blocks] == [(0, 2), (3, 3)]
    assert blocks[1].flags.tolist() == [0, FLAG_ACC_CLIPPED, 0]


def test_without_the_recordings_the_script_says_so_and_leaves_with_its_own_code(tmp_path, capsys):
    assert run.main(["--data", str(tmp_path / "nowhere"), "--out", str(tmp_path)]) == run.EXIT_NO_DATA
    assert "not on this machine" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("placement", ["foot", "shank"])
def test_the_filters_given_to_scipy_are_those_of_the_detector(placement):
    gate = detector.gate_sections(placement)
    assert gate.shape == (1, 6)
    assert np.prod(gate[:, :3].sum(axis=1) / gate[:, 3:].sum(axis=1)) == pytest.approx(1.0)
    params = default_params(placement)
    impulse = np.zeros(201)
    impulse[100] = 1.0
    for corner_hz in (params.rate_hz, params.force_hz):
        window = smoothing_window(corner_hz, common.RATE_HZ)
        np.testing.assert_allclose(detector.smoothed(impulse, corner_hz)[100 : 100 + len(window)], window, atol=1e-12)


def test_help_of_the_tool_loads_no_heavy_library():
    loaded, text, code, _ = help_imports.help_of()
    assert (loaded, code) == (set(), 0)
    assert "analyze" in help_imports.commands(text)


def test_the_endless_course_goes_on_without_a_seam_and_keeps_its_length():
    course = memory.Course(common.running(memory.STAND_S, 40.0)["left"])
    edge = course._stand_samples
    before, after = course.samples(edge - 52, 52), course.samples(edge, 52)
    assert len(before) == len(after) == 52
    piece = len(course._piece)
    assert np.array_equal(course.samples(edge + piece, 10).gyr_rad_s, after.gyr_rad_s[:10])
    last = course.samples(edge + piece - 1, 2).gyr_rad_s
    usual = np.abs(np.diff(course._piece.gyr_rad_s, axis=0)).max()
    assert np.abs(last[1] - last[0]).max() <= 1.5 * usual


def test_size_of_rows_counts_a_shared_value_once():
    shared = "a text that two rows share"
    one, two = memory.deep_size([(shared, 1.5)]), memory.deep_size([(shared, 1.5), (shared, 2.5)])
    assert 0 < two - one < 200


def test_a_long_recording_decodes_whole_and_runs_without_a_break_where_it_repeats(tmp_path):
    minutes = 1.5  # the repeated piece is 20 to 25 s long
    long_recordings.write_long_recording(tmp_path / "long.mcap", minutes)
    opened = open_recording(tmp_path / "long.mcap")
    analysis = analyze_input(opened)
    for sensor in analysis.result.sensors:
        quality = sensor.quality
        assert quality.samples == round(60 * minutes * common.RATE_HZ) // 8 * 8
        assert (quality.lost_samples, quality.resets, dict(quality.faults)) == (0, 0, {})
    strides = analysis.result.strides
    assert set(strides["quality"]) == {"ok"}
    assert len(strides) > 200
    assert not [finding for finding in analysis.result.findings if finding.severity != "info"]
    steps_s = strides["step_time_s"][np.isfinite(strides["step_time_s"])]
    assert len(steps_s) > 200
    assert np.ptp(steps_s[-20:]) < 0.1
    assert steps_s[-20:].mean() == pytest.approx(steps_s[:20].mean(), abs=0.02)
