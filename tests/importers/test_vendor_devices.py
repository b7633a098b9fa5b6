"""What is peculiar to single text formats: several devices, clocks that are written, two accelerometers."""

from __future__ import annotations

import numpy as np
import pytest

from gaitpipe.errors import RecordingError, UsageError
from gaitpipe.importers import ReadOptions, find_importer, read_head
from gaitpipe.importers._clock_text import seconds_of
from module_beside import module_beside

write = module_beside(__file__, "vendor_text")
reading = module_beside(__file__, "reading")
Samples, part, runner, edit = write.Samples, write.part, write.runner, write.edit
load, codes, assert_refused = reading.load, reading.codes, reading.assert_refused


# WitMotion


def test_witmotion_devices_of_one_file_are_sensors(tmp_path):
    left, right = runner(), part(runner(), 100, 4000)
    rows = write.witmotion_rows(left, "WT901(aa)", chip=True) + write.witmotion_rows(right, "WT901(bb)", chip=True)
    rows.sort()
    path = write.save(tmp_path / "both.txt", [write.WIT_ENGLISH, *rows, "\t" * 9])
    with pytest.raises(UsageError, match="which of its 2 sensors"):
        load(path)
    recording, [block] = load(path, label="WT901(bb)")
    assert len(block) == 3900
    assert block.time_s[0] == pytest.approx(right.time_s[0], abs=1e-3)
    assert recording.metadata["clock_zone"] == "unknown"


@pytest.mark.parametrize("encoding", ["utf-8-sig", "gb2312", "utf-16"])
def test_witmotion_in_chinese_with_commas_is_read(encoding, tmp_path):
    header = "时间,设备名称,片上时间(),加速度X(g),加速度Y(g),加速度Z(g),角速度X(°/s),角速度Y(°/s),角速度Z(°/s),角度X(°)"
    rows = [row.replace("\t", ",") for row in write.witmotion_rows(runner(), "左脚", chip=True)]
    recording, [block] = load(write.save(tmp_path / "a.csv", [header, *rows], encoding))
    assert recording.sensors[0].device == "左脚"
    assert np.abs(block.acc_m_s2 - runner().acc).max() < 0.005


def test_witmotion_names_with_blanks_before_units_are_read(tmp_path):
    path = edit(
        write.witmotion(tmp_path, runner()), lambda text: text.replace("(g)", " (g)").replace("(°/s)", " (°/s)")
    )
    assert load(path)[0].sensors[0].has_gyro


def test_witmotion_arrivals_in_bursts_are_spread_evenly_and_told(tmp_path):
    samples = runner()
    arrival = np.ceil(samples.time_s / 0.03) * 0.03 + np.random.default_rng(0).uniform(0, 0.008, len(samples.time_s))
    arrival = np.maximum.accumulate(arrival)
    path = write.save(tmp_path / "a.txt", [write.WIT_ENGLISH, *write.witmotion_rows(samples, "WT", arrival_s=arrival)])
    recording, [block] = load(path)
    assert codes(recording) == ["times_of_arrival"]
    assert recording.sensors[0].rate_hz == pytest.approx(208.0, rel=1e-3)
    assert np.abs(np.diff(block.time_s) - 1 / 208).max() < 1e-4


def test_witmotion_silence_is_a_gap_of_its_length(tmp_path):
    samples = runner()
    kept = np.r_[0:2000, 2208 : len(samples.time_s)]
    arrival = (np.ceil(samples.time_s / 0.03) * 0.03)[kept]
    some = Samples(samples.time_s[kept], samples.acc[kept], samples.gyr[kept])
    path = write.save(tmp_path / "a.txt", [write.WIT_ENGLISH, *write.witmotion_rows(some, "WT", arrival_s=arrival)])
    recording, blocks = load(path)
    assert set(codes(recording)) == {"times_of_arrival", "time_gaps"}
    assert blocks[1].first_sample - len(blocks[0]) == pytest.approx(208, abs=4)


def test_witmotion_losses_all_along_are_refused(tmp_path):
    samples = runner()
    kept = np.flatnonzero((np.arange(len(samples.time_s)) < 3000) | (np.arange(len(samples.time_s)) % 3 > 0))
    arrival = (np.ceil(samples.time_s / 0.03) * 0.03)[kept]
    some = Samples(samples.time_s[kept], samples.acc[kept], samples.gyr[kept])
    path = write.save(tmp_path / "a.txt", [write.WIT_ENGLISH, *write.witmotion_rows(some, "WT", arrival_s=arrival)])
    assert_refused(path, "samples were lost")


def test_witmotion_row_without_a_device_in_a_file_of_several_is_told(tmp_path):
    rows = write.witmotion_rows(runner(), "a", chip=True) + write.witmotion_rows(runner(), "b", chip=True)
    path = write.save(tmp_path / "a.txt", [write.WIT_ENGLISH, *rows[:20], "\t" * 9, *rows[20:]])
    recording, _blocks = load(path, label="a")
    [finding] = [found for found in recording.findings if found.code == "rows_without_device"]
    assert "1 row without a device, first in line 22" in finding.message


@pytest.mark.parametrize(
    "written",
    [
        ("2026-10-02T23:59:59.5", "2026-10-03T00:00:00", "", "2026-10-03T00:00:00.250"),
        ("2026/10/02 23:59:59:500", "2026/10/3 0:00:00:0", "null", "2026/10/3 0:00:00:250"),
        ("10/2/2026 23:59:59.500", "10/3/2026 0:00:00", "", "10/3/2026 0:00:00.25"),
        ("23:59:59,500", "0:00:00,000", "", "0:00:00,250"),
    ],
)
def test_written_times_become_seconds_over_midnight(written, tmp_path):
    seconds, origin_s = seconds_of(np.array(written, dtype=object), "time", tmp_path, 2)
    assert seconds - seconds[0] == pytest.approx([0.0, 0.5, np.nan, 0.75], nan_ok=True)
    assert (origin_s is None) == (len(written[0]) < 14)


def test_written_time_that_is_none_is_refused_with_its_line(tmp_path):
    words = np.array(["2026-10-02 10:00:00.000", "2026-10-02 10:00:00.010", "soon"], dtype=object)
    with pytest.raises(RecordingError, match="'soon' is not a date") as caught:
        seconds_of(words, "time", tmp_path, 5)
    assert caught.value.line == 7


# Shimmer


@pytest.mark.parametrize(("clip", "chosen"), [(20.0, "wide-range"), (1e9, "low-noise")])
def test_shimmer_accelerometer_that_reaches_further_is_used(clip, chosen, tmp_path):
    samples = runner()
    near = Samples(samples.time_s, np.clip(samples.acc, -clip, clip), samples.gyr)
    columns = write.shimmer_columns(near, "S1", "LN")[:4] + write.shimmer_columns(samples, "S1", "WR")[1:]
    recording, [block] = load(write.save_shimmer(tmp_path / "a.csv", columns))
    [finding] = recording.findings
    assert finding.code == "accelerometer_chosen"
    assert f"the {chosen} accelerometer was used" in finding.message
    assert np.abs(block.acc_m_s2 - samples.acc).max() < 1e-9


def test_shimmer_devices_of_one_file_are_sensors_with_times_of_their_own(tmp_path):
    first, second = runner(), Samples(runner().time_s + 0.002, runner().acc[::-1], runner().gyr)
    columns = write.shimmer_columns(first, "Left_5F42") + write.shimmer_columns(second, "Right_60F7")
    path = write.save_shimmer(tmp_path / "a.csv", columns, ";")
    recording, [block] = load(path, label="Right_60F7")
    assert (block.acc_m_s2 == second.acc).all()
    assert float(recording.metadata["clock_origin_unix_s"]) == pytest.approx(write.START_S + 0.002)


def test_shimmer_raw_columns_are_refused(tmp_path):
    path = edit(write.shimmer(tmp_path, runner()), lambda text: text.replace("_CAL", "_RAW"))
    assert "calibrated" in assert_refused(path, "no calibrated accelerometer").advice


def test_shimmer_written_dates_are_read(tmp_path):
    samples = runner()
    columns = write.shimmer_columns(samples, "S1")
    dates = [row.split("\t")[0].replace("-", "/").replace("T", " ") for row in write.witmotion_rows(samples, "")]
    columns[0] = ("S1_Timestamp_FormattedUnix_CAL", "yyyy/mm/dd hh:mm:ss.000", "{}", dates)
    recording, [block] = load(write.save_shimmer(tmp_path / "a.csv", columns))
    assert np.abs(block.time_s - samples.time_s).max() <= 1e-3
    assert recording.metadata["clock_zone"] == "unknown"


def test_shimmer_without_units_asks_for_them(tmp_path):
    path = edit(
        write.shimmer(tmp_path, runner()),
        lambda text: "\n".join(line for line in text.split("\n") if not line.startswith("ms")),
    )
    assert "--acc-unit" in assert_refused(path, "unit of the acceleration").advice
    assert load(path, options=ReadOptions("m/s2", "deg/s"))[0].findings == []


# Blue Trident


def test_blue_trident_high_g_file_is_mentioned_and_not_read(tmp_path):
    low = write.blue_trident(tmp_path, runner())
    high = low.with_name(low.name.replace("lowg", "highg"))
    high.write_text("\n".join(line.rsplit(",", 3)[0] for line in low.read_text().splitlines()) + "\n")
    recording, _blocks = load(low)
    assert "high_g_not_used" in codes(recording)
    assert find_importer(high).is_companion(read_head(high), high)
    assert low.name in assert_refused(high, "only the high-g").advice
    low.unlink()
    recording, _blocks = load(high)
    assert not recording.sensors[0].has_gyro
    assert not find_importer(high).is_companion(read_head(high), high)


def test_blue_trident_magnetometer_is_a_companion(tmp_path):
    path = write.save(
        tmp_path / "a_mag.csv", ["unix_timestamp_microsec,time_s,mx_microT,my_microT,mz_microT", "1,0,1,2,3"]
    )
    assert find_importer(path).is_companion(read_head(path), path)
    assert_refused(path, "only the magnetometer")
