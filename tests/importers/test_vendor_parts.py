"""What is peculiar to single text formats: modes, wraps, a file a sensor."""

from __future__ import annotations

import numpy as np
import pytest

from gaitpipe.errors import RecordingError
from gaitpipe.importers import ReadOptions, find_importer, read_head
from module_beside import module_beside

write = module_beside(__file__, "vendor_text")
reading = module_beside(__file__, "reading")
Samples, part, runner, edit = write.Samples, write.part, write.runner, write.edit
load, codes, assert_refused = reading.load, reading.codes, reading.assert_refused


# Movella DOT


def test_dot_counter_of_microseconds_goes_on_when_it_wraps(tmp_path):
    recording, [block] = load(write.movella_dot(tmp_path, runner(120.0)))
    assert block.time_s[0] == pytest.approx(write.DOT_START_US / 1e6)
    assert np.diff(block.time_s).max() < 0.009
    assert recording.sensors[0].device == "D1"


def test_dot_delta_modes_are_divided_by_the_output_interval(tmp_path):
    samples = runner(120.0)
    angle = np.linalg.norm(samples.gyr, axis=1, keepdims=True) / 120.0
    axis = samples.gyr / np.maximum(np.linalg.norm(samples.gyr, axis=1, keepdims=True), 1e-12)
    delta_q = np.hstack([np.cos(angle / 2), np.sin(angle / 2) * axis])
    delta_q[::2] *= -1.0  # the same change
    names = "dq_W,dq_X,dq_Y,dq_Z,dv[1],dv[2],dv[3],Status"
    values = np.column_stack([delta_q, samples.acc / 120.0, np.zeros(len(angle))])
    recording, [block] = load(write.movella_dot(tmp_path, samples, names, values))
    assert np.abs(block.acc_m_s2 - samples.acc).max() < 1e-4 * np.abs(samples.acc).max()
    assert np.abs(block.gyr_rad_s - samples.gyr).max() < 1e-3
    assert codes(recording) == ["columns_ignored"]


@pytest.mark.parametrize(
    ("names", "words"),
    [
        ("Euler_X,Euler_Y,Euler_Z", "orientation only"),
        ("Quat_W,Quat_X,Quat_Y,Quat_Z,Gyr_X,Gyr_Y,Gyr_Z", "orientation only"),
        ("Euler_X,Euler_Y,Euler_Z,FreeAcc_X,FreeAcc_Y,FreeAcc_Z,Status", "free acceleration only"),
        ("FreeAcc_X,FreeAcc_Y,FreeAcc_Z,Gyr_X,Gyr_Y,Gyr_Z", "free acceleration only"),
        ("Acc_X,Acc_Y,Acc_Z", "no rotation rate"),
    ],
)
def test_dot_modes_without_acceleration_and_rate_are_refused_with_the_right_mode(names, words, tmp_path):
    samples = runner(120.0)
    values = np.ones((len(samples.time_s), names.count(",") + 1))
    error = assert_refused(write.movella_dot(tmp_path, samples, names, values), words)
    assert "Rate quantities" in error.advice
    assert error.line == 12


def test_dot_counter_that_skips_more_than_the_times_is_told(tmp_path):
    path = write.movella_dot(tmp_path, runner(120.0))
    lines = path.read_text().splitlines()
    for number in range(1000, len(lines)):
        counter, rest = lines[number].split(",", 1)
        lines[number] = f"{int(counter) + 7},{rest}"
    path.write_text("\n".join(lines) + "\n")
    recording, _blocks = load(path)
    [finding] = [found for found in recording.findings if found.code == "counter_skips"]
    assert "skips 7 packets in 1 place" in finding.message


def test_dot_packets_that_are_lost_are_a_gap_and_no_skip(tmp_path):
    path = write.movella_dot(tmp_path, runner(120.0))
    lines = path.read_text().splitlines()
    path.write_text("\n".join(lines[:1000] + lines[1012:]) + "\n")
    recording, blocks = load(path)
    assert codes(recording) == ["time_gaps"]
    assert blocks[1].first_sample - len(blocks[0]) == 12


def test_dot_clocks_that_were_not_synchronised_are_told(tmp_path):
    path = edit(write.movella_dot(tmp_path, runner(120.0)), lambda text: text.replace(":,Synced", ":,Not synced"))
    assert "not_synchronised" in codes(load(path)[0])


def test_dot_recording_export_without_preamble_lines_is_read(tmp_path):
    path = edit(
        write.movella_dot(tmp_path, runner(120.0)),
        lambda text: "\n".join(line for line in text.split("\n") if not line.startswith(("Sync", "Output", "Filter"))),
    )
    assert codes(load(path)[0]) == []


def test_dot_time_in_other_ticks_is_refused(tmp_path):
    samples = runner(120.0)
    path = write.movella_dot(tmp_path, Samples(samples.time_s / 100.0, samples.acc, samples.gyr))
    assert "--columns" in assert_refused(path, "not a DOT's microseconds").advice


def test_mt_manager_export_is_not_taken_for_a_dots(tmp_path):
    path = edit(write.movella_dot(tmp_path, runner(120.0)), lambda text: "// Start Time: Unknown\n" + text)
    assert not find_importer(path, "movella_dot").sniff(read_head(path), path)
    assert_refused(path, "MT Manager", name="movella_dot")


# MetaBase and other programs with a file a sensor


@pytest.mark.parametrize(
    ("writer", "device"), [(write.metabase, "CCA00625B61F"), (write.polar_sensor_logger, "Polar Sense B0123456")]
)
def test_sensor_is_called_by_the_number_in_the_name_of_its_file(writer, device, tmp_path):
    path = writer(tmp_path, runner())
    assert load(path)[0].sensors[0].device == device
    for file in list(path.parent.iterdir()):
        file.rename(file.with_name(file.name.replace("CCA00625B61F", "left").replace("B0123456", "left")))
    renamed = next(file for file in path.parent.iterdir() if "acc" in file.name.lower())
    assert load(renamed)[0].sensors[0].device == renamed.name


def test_gyroscope_of_another_rate_and_start_is_put_onto_the_accelerometers_times(tmp_path):
    samples = runner()
    slow = Samples(samples.time_s[::2] + 0.1, None, np.column_stack([np.sin(samples.time_s[::2] + 0.1)] * 3))
    recording, [block] = load(write.metabase(tmp_path, samples, slow, rates="104.000"))
    joined = next(found for found in recording.findings if found.code == "streams_joined")
    assert (joined.severity, "104 samples a second" in joined.message) == ("warning", True)
    assert "rows_lost" not in codes(recording)
    shorter = next(found for found in recording.findings if found.code == "gyroscope_shorter")
    assert shorter.severity == "info"  # before the gyroscope began
    assert recording.quality["left"].lost_samples == 0
    time_s = block.time_s
    assert time_s[0] == pytest.approx(0.1, abs=0.006)
    assert np.abs(block.gyr_rad_s[:, 0] - np.sin(time_s)).max() < 2e-3


def test_gyroscope_that_ended_long_before_the_accelerometer_is_warned_of(tmp_path):
    samples = runner()
    short = Samples(*(values[:-1400] for values in (samples.time_s, samples.acc, samples.gyr)))
    recording, [block] = load(write.metabase(tmp_path, samples, short))
    shorter = next(found for found in recording.findings if found.code == "gyroscope_shorter")
    assert shorter.severity == "warning"
    assert "1400 rows (6.7" in shorter.message
    assert block.time_s[-1] == pytest.approx(short.time_s[-1], abs=0.006)


def test_rotation_rate_is_never_made_up_across_a_gap(tmp_path):
    samples = runner()
    with_gap = Samples(
        *(np.delete(values, np.s_[2000:2100], axis=0) for values in (samples.time_s, samples.acc, samples.gyr))
    )
    recording, blocks = load(write.metabase(tmp_path, samples, with_gap))
    assert [block.first_sample for block in blocks] == [0, blocks[1].first_sample]
    assert blocks[1].first_sample - len(blocks[0]) in range(99, 103)
    assert recording.quality["left"].lost_samples in range(99, 103)


def test_accelerometer_alone_is_read_and_told(tmp_path):
    recording, [block] = load(write.metabase(tmp_path, runner(), part(runner(), 0, 0)))
    assert not recording.sensors[0].has_gyro
    assert codes(recording) == ["companion_missing"]
    assert len(block) == len(runner().time_s)


def test_two_files_that_may_be_the_gyroscopes_are_refused(tmp_path):
    path = write.metabase(tmp_path, runner(), rates="100.000")
    [other] = find_importer(path).companions(path)
    other.with_name(other.name.replace("100.000", "50.000")).write_bytes(other.read_bytes())
    assert_refused(path, "several files beside it")


def test_gyroscope_of_another_session_is_refused(tmp_path):
    path = write.metabase(tmp_path, runner())
    [other] = find_importer(path).companions(path)
    edit(other, lambda text: text.replace("\n178", "\n188"))
    with pytest.raises(RecordingError, match="nothing in common") as caught:
        load(path)
    assert str(other) in caught.value.message


@pytest.mark.parametrize("name", ["metabase", "movesense_csv", "polar_sensor_logger"])
def test_gyroscopes_file_is_a_companion_and_names_the_file_to_give(name, tmp_path):
    path = write.FORMATS[name].write(tmp_path, runner())
    importer = find_importer(path)
    [other] = importer.companions(path)
    assert importer.is_companion(read_head(other), other)
    assert not importer.is_companion(read_head(path), path)
    assert path.name in assert_refused(other, "only the gyroscope").advice
    both = load(path)[0].input_sha256
    other.write_bytes(b"".join(other.read_bytes().splitlines(keepends=True)[:-1]))
    assert load(path)[0].input_sha256 != both


# Movesense


def test_movesense_samples_that_share_a_packets_time_are_spread(tmp_path):
    samples = runner()
    packets = Samples(np.repeat(samples.time_s[::8], 8)[: len(samples.time_s)], samples.acc, samples.gyr)
    recording, [block] = load(write.movesense_csv(tmp_path, packets))
    assert np.abs(block.time_s - block.time_s[0] - samples.time_s).max() < 0.002
    assert recording.sensors[0].rate_hz == pytest.approx(208.0, rel=1e-3)
    assert "import_experimental" in codes(recording)


def test_movesense_without_units_asks_for_them(tmp_path):
    path = write.movesense_csv(tmp_path, runner())
    next(tmp_path.glob("*Angular*")).unlink()
    edit(path, lambda text: text.replace("Timestamp (ms),X: (m/s^2),Y: (m/s^2),Z: (m/s^2)", "timestamp,x,y,z"))
    assert "--acc-unit" in assert_refused(path, "does not say the unit").advice
    assert load(path, options=ReadOptions("m/s2"))[0].sensors[0].rate_hz == pytest.approx(208.0, rel=1e-3)


# Polar Sensor Logger


def test_polar_clock_that_was_not_set_gives_no_day(tmp_path):
    recording, _blocks = load(write.polar_sensor_logger(tmp_path, runner(), set_clock=False))
    assert "sensor_clock_not_set" in codes(recording)
    assert "clock_origin_unix_s" not in recording.metadata
    recording, _blocks = load(write.polar_sensor_logger(tmp_path, runner()))
    assert float(recording.metadata["clock_origin_unix_s"]) == pytest.approx(write.START_S)


def test_polar_magnetometer_is_no_accelerometer(tmp_path):
    path = write.polar_sensor_logger(tmp_path, runner())
    edit(path, lambda text: text.replace("[mg]", "[G]"))
    assert find_importer(path).is_companion(read_head(path), path)
    assert_refused(path, "only the gyroscope or magnetometer")
