"""FIT files: a watch beside the motion sensors, and the few files that hold samples. All files here are synthetic."""

from __future__ import annotations

import json
import re

import numpy as np
import pytest

from gaitpipe import cli, importers
from gaitpipe.app.analyze import analyze_input
from gaitpipe.app.fit_compare import read_watch, with_watch
from gaitpipe.app.inputs import SessionFiles, open_session
from gaitpipe.errors import RecordingError
from gaitpipe.importers import ReadOptions
from gaitpipe.simulate.runner import simulate
from gaitpipe.simulate.runner_config import RunnerConfig, Segment

pytest.importorskip("fitdecode")
COURSE = (
    Segment("stand", 20.0),
    Segment("run", 70.0, 2.8, cadence_spm=160.0),
    Segment("stand", 15.0),
    Segment("run", 50.0, 3.4, cadence_spm=174.0),
)
CONTACT_BIAS_MS, CADENCE_BIAS_SPM = 22.0, 1.5


@pytest.fixture(scope="module")
def files(writers, tmp_path_factory):
    """Files of each foot of a run with a pause; they tell the time of day."""
    folder = tmp_path_factory.mktemp("fit")
    sensors = simulate(RunnerConfig(COURSE, rate_hz=200.0)).sensors
    streams = {side: writers.Stream(s.true_time_s, s.acc_m_s2, s.gyr_rad_s) for side, s in sensors.items()}
    return {side: writers.apdm_new(folder / f"{side}.h5", {f"{side} foot": s}) for side, s in streams.items()}


@pytest.fixture(scope="module")
def analysis(files):
    return analyze_input(open_session(SessionFiles(left=files["left"], right=files["right"])))


@pytest.fixture(scope="module")
def rows(analysis):
    """What a watch would tell each second: the figures of the sensors over six seconds, with known biases."""
    strides = analysis.result.strides
    out = []
    for second in range(155):
        near = strides[np.abs(strides["ic_s"] - second) < 3.0]
        if len(near) < 6 or np.abs(strides["ic_s"] - second).min() > 0.8:
            out.append((second, 0, None, None, 0.0))
            continue
        cadence, contact_s, speed_m_s, length_m = (
            float(np.nanmean(near[name]))
            for name in ("cadence_spm", "ground_contact_time_s", "speed_m_s", "stride_length_m")
        )
        contact_ms = 1000 * contact_s + CONTACT_BIAS_MS
        out.append((second, (cadence + CADENCE_BIAS_SPM) / 2, contact_ms, 500 * length_m, speed_m_s))
    return out


def watch_file(fit_writer, writers, path, rows, late_s=0.0, **options):
    start = writers.FIRST_UNIX_S + late_s
    return fit_writer.watch(path, [(start + second, *told) for second, *told in rows], **options)


def of(check, key):
    return next(one for one in check.quantities if one.key == key)


def assert_biases(check):
    contact, cadence = of(check, "ground_contact_time_s"), of(check, "cadence_spm")
    assert contact.windows >= 8
    assert 1000 * contact.difference == pytest.approx(CONTACT_BIAS_MS, abs=3.0)
    assert contact.low < contact.difference < contact.high
    assert cadence.difference == pytest.approx(CADENCE_BIAS_SPM, abs=0.5)
    assert of(check, "speed_m_s").watch == pytest.approx(of(check, "speed_m_s").sensors, abs=0.05)


def test_watch_with_the_time_of_day_stands_beside_the_sensors_with_its_bias(
    analysis, rows, fit_writer, writers, tmp_path
):
    path = watch_file(fit_writer, writers, tmp_path / "run.fit", rows)
    check = with_watch(analysis, read_watch(path)).result.cross_checks.watch
    assert (check.aligned_by, check.offset_s, check.records) == ("time of day", pytest.approx(0.0, abs=0.01), 155)
    assert_biases(check)


def test_watch_without_a_common_time_is_laid_by_its_cadence(analysis, rows, fit_writer, writers, tmp_path):
    path = watch_file(fit_writer, writers, tmp_path / "run.fit", rows[12:], late_s=1e6)
    check = with_watch(analysis, read_watch(path)).result.cross_checks.watch
    assert check.aligned_by == "cadence"
    assert check.offset_s == pytest.approx(12.0, abs=1.5)
    assert check.correlation > 0.9
    assert_biases(check)


def test_given_offset_goes_first(analysis, rows, fit_writer, writers, tmp_path):
    path = watch_file(fit_writer, writers, tmp_path / "run.fit", rows[30:], late_s=5e5)
    check = with_watch(analysis, read_watch(path), 30.0).result.cross_checks.watch
    assert (check.aligned_by, check.offset_s) == ("given", 30.0)
    assert of(check, "cadence_spm").difference == pytest.approx(CADENCE_BIAS_SPM, abs=0.5)


def test_steady_cadence_without_a_common_time_is_not_compared(analysis, fit_writer, writers, tmp_path):
    rows = [(second, 80.0, 250.0, None, None) for second in range(60)]
    path = watch_file(fit_writer, writers, tmp_path / "run.fit", rows, late_s=1e6)
    found = with_watch(analysis, read_watch(path)).result
    assert found.cross_checks.watch.aligned_by is None
    assert "not known" in found.cross_checks.watch.not_compared
    (finding,) = [one for one in found.findings if one.code == "watch_not_compared"]
    assert "--fit-offset" in finding.advice


def test_offset_without_gait_in_the_records_says_so(analysis, rows, fit_writer, writers, tmp_path):
    path = watch_file(fit_writer, writers, tmp_path / "run.fit", rows)
    check = with_watch(analysis, read_watch(path), 5000.0).result.cross_checks.watch
    assert check.not_compared == "no gait of the recording falls into its records"


def test_developer_fields_are_left_out_and_counted(rows, fit_writer, writers, tmp_path):
    path = watch_file(fit_writer, writers, tmp_path / "run.fit", rows, developer=True)
    assert read_watch(path).file.developer_fields == 155


def test_watch_without_running_dynamics_says_so(fit_writer, tmp_path, writers):
    rows = [(writers.FIRST_UNIX_S + second, None, None, None, None) for second in range(20)]
    with pytest.raises(RecordingError, match="no cadence, contact time, step length or speed") as caught:
        read_watch(fit_writer.watch(tmp_path / "run.fit", rows))
    assert "running dynamics" in caught.value.advice


def test_damaged_watch_file_is_refused_wherever_it_is_cut(rows, fit_writer, writers, tmp_path):
    content = watch_file(fit_writer, writers, tmp_path / "run.fit", rows).read_bytes()
    path = tmp_path / "cut.fit"
    rolls = np.random.default_rng(5)
    for length in rolls.integers(0, len(content), 30):
        path.write_bytes(content[:length])
        with pytest.raises(RecordingError) as caught:
            read_watch(path)
        assert caught.value.advice
    for place in rolls.integers(0, len(content), 30):
        damaged = bytearray(content)
        damaged[place] ^= 0x10
        path.write_bytes(damaged)
        with pytest.raises(RecordingError):
            read_watch(path)


def test_watch_file_given_as_a_recording_is_refused_with_the_option_for_it(rows, fit_writer, writers, tmp_path):
    path = watch_file(fit_writer, writers, tmp_path / "run.fit", rows)
    with pytest.raises(RecordingError, match="without samples of motion") as caught:
        open_session(SessionFiles(left=path, placement="foot"))
    assert "--compare-fit" in caught.value.advice


def test_calibrated_samples_in_a_fit_file_are_read_as_experimental(runner, fit_writer, writers, tmp_path):
    stream = runner["left"]
    rows = (writers.FIRST_UNIX_S + stream.time_s).tolist()
    path = fit_writer.raw_samples(tmp_path / "a.fit", rows, stream.acc / 9.80665, np.rad2deg(stream.gyr))
    file = importers.find_importer(path).read(path, ReadOptions())
    (sensor,) = file.sensors
    count = len(sensor.time_s)
    assert count > len(stream.time_s) - 20
    assert np.abs(sensor.time_s - sensor.time_s[0] - stream.time_s[:count] + stream.time_s[0]).max() < 2.1e-3
    assert np.abs(sensor.acc_m_s2 - stream.acc[:count]).max() < 1e-4
    assert np.abs(sensor.gyr_rad_s - stream.gyr[:count]).max() < 1e-4
    assert [finding.code for finding in file.findings] == ["import_experimental"]


def test_uncalibrated_counts_in_a_fit_file_are_refused(runner, fit_writer, writers, tmp_path):
    stream = runner["left"].cut(slice(0, 400))
    rows = (writers.FIRST_UNIX_S + stream.time_s).tolist()
    path = fit_writer.raw_samples(tmp_path / "a.fit", rows, stream.acc, stream.gyr, calibrated=False)
    with pytest.raises(RecordingError, match="counts without calibration"):
        importers.find_importer(path).read(path, ReadOptions())


def test_command_writes_the_watch_into_summary_and_report(files, rows, fit_writer, writers, tmp_path, capsys):
    path = watch_file(fit_writer, writers, tmp_path / "run.fit", rows, developer=True)
    out = tmp_path / "out"
    arguments = ["analyze", "--left", files["left"], "--right", files["right"], "--compare-fit", path, "--out", out]
    assert cli.run([str(argument) for argument in arguments]) == 0
    watch = json.loads((out / "summary.json").read_text())["watch"]
    assert watch["file"] == "run.fit"
    assert watch["aligned_by"] == "time of day"
    assert {one["key"] for one in watch["quantities"]} == {
        "cadence_spm", "ground_contact_time_s", "step_length_m", "speed_m_s"
    }  # fmt: skip
    page = (out / "report.html").read_text()
    found = re.search(r'<section[^>]*id="watch".*?</section>', page, re.DOTALL)
    said = " ".join(re.sub(r"<[^>]+>", " ", found.group(0)).split()).replace("\u00a0", " ")
    for words in (
        "Ground contact time",
        "Limits of agreement",
        "A watch is no truth",
        "by the time of day",
        "155 values",
    ):
        assert words in said, words
    assert 'id="cross_checks"' not in page


def test_command_refuses_an_offset_without_a_file(files, tmp_path, capsys):
    arguments = ["analyze", "--left", str(files["left"]), "--fit-offset", "3", "--out", str(tmp_path / "out")]
    assert cli.run(arguments) == 2
    assert "--compare-fit" in capsys.readouterr().err
