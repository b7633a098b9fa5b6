"""Tables of one's own: what is typed of their columns, and their units."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from gaitpipe.errors import UsageError
from gaitpipe.importers import ReadOptions, column_names
from gaitpipe.importers._units import ACC_FACTORS, GYR_FACTORS, TIME_FACTORS, unit_in_name
from module_beside import module_beside

write = module_beside(__file__, "vendor_text")
reading = module_beside(__file__, "reading")
runner = write.runner
load, assert_refused = reading.load, reading.assert_refused


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("time=t", "names no acceleration"),
        ("acc=a,b", "acc needs three columns"),
        ("acc=a,b,c gyr=d,,e", "gyr needs three columns"),
        ("acc=a,b,c acceleration=d,e,f", "'acceleration=d,e,f' is not one of"),
        ("acc=a,b,c acc=d,e,f", "names acc twice"),
        ("acc=a,b,c time=t time_ms=t", "names the time twice"),
        ("acc=a,b,a", "names a twice"),
        ("acc=a,b,c time='t", "not closed"),
        ("a,b,c", "not one of"),
    ],
)
def test_columns_that_cannot_be_meant_are_refused_with_an_example(typed, words):
    with pytest.raises(UsageError, match=words) as caught:
        column_names(typed)
    assert "time=t_s acc=ax,ay,az gyr=gx,gy,gz" in caught.value.advice


def table(folder, header, samples, time):
    columns = [("{:.6f}", axis) for axis in (*samples.acc.T, *np.degrees(samples.gyr).T)]
    return write.save(folder / "t.csv", ["made by me", header, *write.rows_of([("{}", time), *columns])])


@pytest.mark.parametrize(
    ("time_name", "key", "factor"),
    [("t", "time", 1.0), ("t_ms", "time", 1e3), ("stamp", "time_us", 1e6), ("elapsed (s)", "time", 1.0)],
)
def test_units_are_read_from_names_and_keys(time_name, key, factor, tmp_path):
    samples = runner()
    header = f"{time_name},ax_m/s2,ay_m/s2,az_m/s2,gx [deg/s],gy [deg/s],gz [deg/s]"
    path = table(tmp_path, header, samples, samples.time_s * factor)
    typed = f'{key}="{time_name}" acc=ax_m/s2,ay_m/s2,az_m/s2 "gyr=gx [deg/s],gy [deg/s],gz [deg/s]"'
    _recording, [block] = load(path, options=ReadOptions(columns=column_names(typed)))
    assert np.abs(block.time_s - samples.time_s).max() < 1e-6
    assert np.abs(block.gyr_rad_s - samples.gyr).max() < 1e-6


@pytest.mark.parametrize(("unit", "factor"), [("ms", 1e3), ("us", 1e6), ("ns", 1e9), ("s", 1.0)])
def test_unit_of_the_time_stands_behind_its_column(unit, factor, tmp_path):
    samples = runner()
    path = table(tmp_path, "t,x_g,y_g,z_g,d,e,f", samples, samples.time_s * factor)
    options = ReadOptions(columns=column_names(f"time=t:{unit} acc=x_g,y_g,z_g"))
    _recording, [block] = load(path, options=options)
    assert np.abs(block.time_s - samples.time_s).max() < 1e-6


def test_column_whose_own_name_ends_like_a_unit_is_written_with_another_one(tmp_path):
    assert column_names("time=t:ms:ms acc=a,b,c").time == "t:ms"
    assert column_names("time=t:x acc=a,b,c").time == "t:x"


def test_time_in_milliseconds_without_a_unit_is_answered_with_how_to_say_it(tmp_path):
    path = table(tmp_path, "t,x_g,y_g,z_g,d,e,f", runner(), runner().time_s * 1e3)
    error = assert_refused(
        path, "looks like milliseconds", options=ReadOptions(columns=column_names("time=t acc=x_g,y_g,z_g"))
    )
    assert "time=NAME:ms" in error.advice


def moments(samples, form):
    start = datetime(2026, 10, 25, 0, 59, 57, tzinfo=UTC)
    return [form(start + timedelta(seconds=float(value))) for value in samples.time_s]


BERLIN = ZoneInfo("Europe/Berlin")
"""Summer time ends there three seconds after the first sample."""


@pytest.mark.parametrize(
    ("form", "zone_known"),
    [
        (lambda at: at.isoformat().replace("+00:00", "Z"), True),  # no fraction where it is zero
        (lambda at: at.isoformat(), True),
        (lambda at: at.astimezone(BERLIN).isoformat(), True),
        (lambda at: f"{at.replace(tzinfo=None).isoformat(sep=' ', timespec='microseconds')}000", False),
        (lambda at: f"{at:%d.%m.%Y %H:%M:%S.%f}", False),
    ],
)
def test_dates_and_times_are_read_as_the_time(form, zone_known, tmp_path):
    samples = runner()
    path = table(tmp_path, "t,x_g,y_g,z_g,d,e,f", samples, moments(samples, form))
    recording, [block] = load(path, options=ReadOptions(columns=column_names("time=t acc=x_g,y_g,z_g")))
    assert np.abs(block.time_s - samples.time_s).max() < 2e-6
    start = datetime(2026, 10, 25, 0, 59, 57, tzinfo=UTC).timestamp()
    assert float(recording.metadata["clock_origin_unix_s"]) == start
    assert (recording.metadata.get("clock_zone") != "unknown") is zone_known


def test_dates_are_not_given_a_unit_and_say_all_or_none_their_zone(tmp_path):
    samples = runner()
    times = moments(samples, lambda at: at.isoformat())
    path = table(tmp_path, "t,x_g,y_g,z_g,d,e,f", samples, times)
    error = assert_refused(path, "not ms", options=ReadOptions(columns=column_names("time=t:ms acc=x_g,y_g,z_g")))
    assert "time=t." in error.advice
    times[7] = times[7].removesuffix("+00:00")
    path = table(tmp_path, "t,x_g,y_g,z_g,d,e,f", samples, times)
    columns = column_names("time=t acc=x_g,y_g,z_g")
    assert assert_refused(path, "some do not", options=ReadOptions(columns=columns)).line == 10


def test_plain_csv_takes_dates_and_times(tmp_path):
    samples = runner()
    header = "time_s,acc_x_m_s2,acc_y_m_s2,acc_z_m_s2,gyr_x_rad_s,gyr_y_rad_s,gyr_z_rad_s"
    columns = [("{}", moments(samples, lambda at: at.isoformat())), *[("{:.6f}", one) for one in samples.acc.T]]
    rows = write.rows_of([*columns, *[("{:.6f}", one) for one in samples.gyr.T]])
    recording, [block] = load(write.save(tmp_path / "plain.csv", [header, *rows]))
    assert np.abs(block.time_s - samples.time_s).max() < 2e-6
    assert "clock_origin_unix_s" in recording.metadata


@pytest.mark.parametrize("unit", ["ns", "us", "ms"])
@pytest.mark.parametrize(("name", "zone"), [("time", None), ("taken_at", "UTC"), ("time_s", None)])
@pytest.mark.parametrize("named", [False, True])
def test_time_stamps_of_parquet_need_no_unit(unit, name, zone, named, tmp_path):
    pa, pq = pytest.importorskip("pyarrow"), pytest.importorskip("pyarrow.parquet")
    samples = runner()
    ticks = np.rint(samples.time_s * {"ns": 1e9, "us": 1e6, "ms": 1e3}[unit]).astype(np.int64)
    start = int(write.START_S) * {"ns": 10**9, "us": 10**6, "ms": 1000}[unit]
    columns = {name: pa.array(start + ticks, pa.timestamp(unit, zone))}
    columns |= {f"acc_{axis}_m_s2": samples.acc[:, place] for place, axis in enumerate("xyz")}
    path = tmp_path / "stamps.parquet"
    pq.write_table(pa.table(columns), path)
    typed = f"time={name} acc=acc_x_m_s2,acc_y_m_s2,acc_z_m_s2"
    options = ReadOptions(columns=column_names(typed)) if named else ReadOptions()
    recording, [block] = load(path, options=options)
    assert np.abs(block.time_s - ticks / {"ns": 1e9, "us": 1e6, "ms": 1e3}[unit]).max() < 1e-6
    assert float(recording.metadata["clock_origin_unix_s"]) == int(write.START_S)
    assert (recording.metadata.get("clock_zone") == "unknown") is (zone is None)


def test_durations_and_seconds_of_parquet_are_read_whatever_they_are_called(tmp_path):
    pa, pq = pytest.importorskip("pyarrow"), pytest.importorskip("pyarrow.parquet")
    samples = runner()
    axes = {f"acc_{axis}_m_s2": samples.acc[:, place] for place, axis in enumerate("xyz")}
    elapsed = pa.array(np.rint(samples.time_s * 1e6).astype(np.int64), pa.duration("us"))
    for number, time in enumerate(({"elapsed": elapsed}, {"time": samples.time_s})):
        path = tmp_path / f"{number}.parquet"
        pq.write_table(pa.table({**time, **axes}), path)
        recording, [block] = load(path)
        assert np.abs(block.time_s - samples.time_s).max() < 1e-6
        assert "clock_origin_unix_s" not in recording.metadata


def test_units_that_no_name_says_are_asked_for(tmp_path):
    path = table(tmp_path, "t,a,b,c,d,e,f", runner(), runner().time_s)
    columns = column_names("time=t acc=a,b,c gyr=d,e,f")
    assert "--acc-unit" in assert_refused(path, "unit of the acceleration", options=ReadOptions(columns=columns)).advice
    options = ReadOptions("m/s2", columns=columns)
    assert "--gyr-unit" in assert_refused(path, "unit of the rotation rate", options=options).advice


def test_table_without_times_needs_the_rate(tmp_path):
    path = table(tmp_path, "t,x_g,y_g,z_g,d,e,f", runner(), runner().time_s)
    columns = column_names("acc=x_g,y_g,z_g")
    assert "--rate" in assert_refused(path, "no column of the time", options=ReadOptions(columns=columns)).advice
    recording, _blocks = load(path, options=ReadOptions(rate_hz=208.0, columns=columns))
    assert recording.sensors[0].rate_hz == 208.0


def test_mistyped_column_is_answered_with_the_right_one(tmp_path):
    path = table(tmp_path, "t,x_g,y_g,z_g,d,e,f", runner(), runner().time_s)
    error = assert_refused(path, "no column z_", options=ReadOptions(columns=column_names("time=t acc=x_g,y_g,z_")))
    assert "Did you mean 'z_g' for z_?" in error.advice
    assert error.line == 2


def test_unix_times_are_counted_from_the_first_and_told(tmp_path):
    samples = runner()
    time = [f"{(write.START_S + value) * 1000:.3f}" for value in samples.time_s]
    path = table(tmp_path, "t_ms,x_g,y_g,z_g,d,e,f", samples, time)
    recording, [block] = load(path, options=ReadOptions(columns=column_names("time=t_ms acc=x_g,y_g,z_g")))
    assert float(recording.metadata["clock_origin_unix_s"]) == write.START_S
    assert block.time_s[0] == 0.0


@pytest.mark.parametrize(
    ("name", "factors", "unit"),
    [
        ("AccX(g)", ACC_FACTORS, "g"),
        ("X [mg]", ACC_FACTORS, "mg"),
        ("ax_m/s/s", ACC_FACTORS, "m/s2"),
        ("acc_x_m_s2", ACC_FACTORS, "m/s2"),
        ("X: (m/s^2)", ACC_FACTORS, "m/s2"),
        ("a (m/(s^2))", ACC_FACTORS, "m/s2"),
        ("Acc m/s²", ACC_FACTORS, "m/s2"),
        ("ax", ACC_FACTORS, None),
        ("X [G]", ACC_FACTORS, None),
        ("g", ACC_FACTORS, None),
        ("AsX(°/s)", GYR_FACTORS, "deg/s"),
        ("gyr_x_rad_s", GYR_FACTORS, "rad/s"),
        ("wx_dps", GYR_FACTORS, "deg/s"),
        ("X: (degree per second)", GYR_FACTORS, "deg/s"),
        ("Z [mdps]", GYR_FACTORS, "mdeg/s"),
        ("t_ms", TIME_FACTORS, "ms"),
        ("unix_timestamp_microsec", TIME_FACTORS, "us"),
        ("time", TIME_FACTORS, None),
        ("sensor timestamp [ns]", TIME_FACTORS, "ns"),
    ],
)
def test_units_in_names(name, factors, unit):
    assert unit_in_name(name, factors) == unit
