"""Tables of one's own: what is typed of their columns, and their units."""

from __future__ import annotations

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
