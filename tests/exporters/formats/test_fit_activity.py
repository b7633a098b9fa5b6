"""FIT exports: valid by a strict validator, read back by another maker's reader with what the strides say."""

from __future__ import annotations

import math
from dataclasses import replace
from datetime import UTC, datetime
from itertools import pairwise

import numpy as np
import pytest

from gaitpipe.app.export import export_input
from gaitpipe.app.inputs import open_recording
from gaitpipe.errors import UsageError
from gaitpipe.exporters.formats import ExportChoices, find_exporter
from gaitpipe.exporters.formats._fit_seconds import seconds
from gaitpipe.model import STRIDE_DTYPE

pytest.importorskip("fit_tool")
FIT = find_exporter("fit")


def make_strides(count: int = 10, *, right: bool = True) -> np.ndarray:
    """Strides of 0.8 s from 0 s on; left contact 0.25 s, right 0.27 s, later by half a stride."""
    rows = np.zeros(count * (2 if right else 1), STRIDE_DTYPE)
    for name in STRIDE_DTYPE.names:
        if STRIDE_DTYPE[name].kind == "f":
            rows[name] = math.nan
    for number in range(len(rows)):
        side = number // count
        rows[number]["side"] = ("left", "right")[side]
        rows[number]["ic_s"] = 0.8 * (number % count) + 0.4 * side
    rows["quality"], rows["mode"] = "ok", "run"
    rows["stride_time_s"], rows["stride_length_m"], rows["speed_m_s"] = 0.8, 2.4, 3.0
    rows["ground_contact_time_s"] = np.where(rows["side"] == "left", 0.25, 0.27)
    return rows


def garmin(path):
    """What Garmin's own reader makes of a file, after its check of header and checksums."""
    sdk = pytest.importorskip("garmin_fit_sdk")
    decoder = sdk.Decoder(sdk.Stream.from_file(str(path)))
    assert decoder.is_fit()
    assert decoder.check_integrity()
    content, errors = sdk.Decoder(sdk.Stream.from_file(str(path))).read()
    assert not errors
    return content


def test_file_is_valid_as_an_activity(exported):
    from fit_tool.fit_file import FitFile
    from fit_tool.validation import STRICT_LEVELS, validate_fit_file

    [path] = exported("fit").files
    report = validate_fit_file(FitFile.from_file(str(path)), levels=STRICT_LEVELS)
    assert not report.errors
    assert not report.warnings


def test_another_reader_finds_the_figures_of_the_strides(exported):
    made = exported("fit")
    content = garmin(made.files[0])
    strides = made.analysis.result.strides
    good = strides[(strides["quality"] == "ok") & (strides["ic_s"] < 14.0)]
    records = content["record_mesgs"]
    assert len(records) == 20
    steps = [one["timestamp"] for one in records]
    assert all((later - before).total_seconds() == 1 for before, later in pairwise(steps))
    running = records[8:14]
    cadence_spm = 2 * np.mean([one["cadence"] + one["fractional_cadence"] for one in running])
    assert cadence_spm == pytest.approx(np.nanmean(good["cadence_spm"]), rel=0.02)
    assert np.mean([one["stance_time"] for one in running]) == pytest.approx(
        1000 * np.nanmean(good["ground_contact_time_s"]), rel=0.05
    )
    assert np.mean([one["step_length"] for one in running]) == pytest.approx(
        500 * np.nanmean(good["stride_length_m"]), rel=0.05
    )
    assert all(48 < one["stance_time_balance"] < 52 for one in running)
    [session] = content["session_mesgs"]
    assert session["sport"] == "running"
    assert session["sub_sport"] == "generic"
    assert session["total_timer_time"] == 20.0
    assert session["total_distance"] == pytest.approx(records[-1]["distance"])
    assert session["total_distance"] == pytest.approx(42.0, rel=0.05)  # 15 s at 3 m/s, from a standing start
    [lap] = content["lap_mesgs"]
    for one in (lap, session):
        assert one["total_distance"] == session["total_distance"]
        assert one["total_moving_time"] == pytest.approx(14.5, abs=0.5)
        assert one["enhanced_avg_speed"] == pytest.approx(one["total_distance"] / one["total_moving_time"], rel=0.01)
    gained = np.diff([one["distance"] for one in records[8:18]])
    assert gained == pytest.approx([one["enhanced_speed"] for one in records[9:18]], abs=0.02)


def test_run_on_a_belt_is_a_treadmill_run_of_its_speed(recording, tmp_path):
    made = export_input(open_recording(recording), FIT, tmp_path / "out", belt_speed_m_s=3.0)
    [session] = garmin(made.files[0])["session_mesgs"]
    assert session["sub_sport"] == "treadmill"
    assert session["enhanced_avg_speed"] == pytest.approx(3.0, abs=0.001)
    assert session["total_distance"] == pytest.approx(3.0 * session["total_moving_time"], abs=0.02)


def test_strides_that_are_not_good_and_the_last_contact_count_for_the_distance():
    strides = make_strides(20)
    strides["quality"][3:9] = "lost_samples"
    strides["speed_m_s"][3:9] = math.nan
    strides["stride_time_s"][[19, 39]] = math.nan
    found = list(seconds(strides, 0.0, 20.0))
    # from 0 s (the file's begin) to half a stride after the last contact, at 15.6 s
    assert found[-1].distance_m == pytest.approx(3.0 * 16.0)
    assert sum(one.moving_s for one in found) == pytest.approx(16.0)
    assert found[17].moving_s == 0.0
    assert math.isnan(found[17].speed_m_s)


def test_standing_between_two_bouts_adds_no_distance_and_unknown_speed_is_carried_only_so_far():
    first, second = make_strides(10), make_strides(10)
    second["ic_s"] += 30.0
    found = list(seconds(np.concatenate([first, second]), 0.0, 40.0))
    assert found[29].distance_m - found[8].distance_m == pytest.approx(3.0 * 0.4)  # half a stride before the second
    assert found[-1].distance_m == pytest.approx(3.0 * (8.4 + 0.4 + 8.4))
    long = make_strides(100)
    long["speed_m_s"][long["ic_s"] > 4.0] = math.nan
    found = list(seconds(long, 0.0, 80.0))
    assert found[-1].distance_m == pytest.approx(3.0 * 14.4, abs=0.4)


def test_standing_at_the_start_has_no_cadence_rather_than_zero(exported):
    records = garmin(exported("fit").files[0])["record_mesgs"]
    assert all("cadence" not in one and "stance_time" not in one for one in records[:4])
    assert all(one["distance"] == 0.0 for one in records[:4])


def test_seconds_say_what_the_strides_at_them_say():
    found = list(seconds(make_strides(), 0.0, 8.0))
    assert [one.time_s for one in found] == [0, 1, 2, 3, 4, 5, 6, 7]
    middle = found[3]
    assert middle.cadence_rpm == pytest.approx(75.0)
    assert middle.stance_time_s == pytest.approx(0.26)
    assert middle.stance_pct == pytest.approx(32.5)
    assert middle.stance_balance_pct == pytest.approx(100 * 0.25 / 0.52)
    assert middle.step_length_m == pytest.approx(1.2)
    assert [one.distance_m for one in found] == pytest.approx([3, 6, 9, 12, 15, 18, 21, 24])


def test_one_foot_has_no_balance_and_a_session_without_speed_no_distance():
    strides = make_strides(right=False)
    strides["speed_m_s"] = math.nan
    found = list(seconds(strides, 0.0, 8.0))
    assert all(math.isnan(one.stance_balance_pct) and math.isnan(one.distance_m) for one in found)
    assert found[3].cadence_rpm == pytest.approx(75.0)


def test_strides_that_are_not_good_are_not_told():
    strides = make_strides()
    strides["quality"] = "lost_samples"
    assert all(math.isnan(one.cadence_rpm) for one in seconds(strides, 0.0, 8.0))


def test_times_are_those_of_the_recording(input_of, tmp_path):
    opened = input_of()
    content = garmin(export_input(opened, FIT, tmp_path / "out").files[0])
    assert content["session_mesgs"][0]["start_time"] == datetime(2026, 3, 2, 9, 0, 0, tzinfo=UTC)


def test_file_without_a_date_is_refused_before_it_is_read_and_takes_a_given_one(input_of, tmp_path):
    opened = replace(input_of(), session_start_utc_ns=None)
    with pytest.raises(UsageError) as caught:
        export_input(opened, FIT, tmp_path / "out")
    assert "--start" in caught.value.advice
    assert not list(tmp_path.iterdir())
    opened = replace(input_of(), session_start_utc_ns=None)
    for block in opened.recording.blocks:
        block.time_s[:] += 1000.0
    first = round(datetime(2026, 3, 2, 9, 30, tzinfo=UTC).timestamp()) * 10**9
    content = garmin(export_input(opened, FIT, tmp_path / "out", ExportChoices(start_utc_ns=first)).files[0])
    assert content["session_mesgs"][0]["start_time"] == datetime(2026, 3, 2, 9, 30, tzinfo=UTC)


@pytest.mark.parametrize("year", [1980, 2150])
def test_date_that_fit_cannot_hold_is_refused(year, input_of, tmp_path):
    start_ns = round(datetime(year, 1, 1, tzinfo=UTC).timestamp()) * 10**9
    with pytest.raises(UsageError, match="before 1990 or after 2099"):
        export_input(replace(input_of(), session_start_utc_ns=start_ns), FIT, tmp_path / "out")
