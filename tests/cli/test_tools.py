"""`simulate`, `profiles` and `doctor`."""

from __future__ import annotations

import json
import shlex

import numpy as np
import pytest

from gaitpipe import profile_store
from gaitpipe.protocol.encoder import Encoder
from gaitpipe.recording.decode import read_recording


def test_simulate_gives_the_same_bytes_for_the_same_seed(call, tmp_path):
    for name, seed in (("a", 3), ("b", 3), ("c", 4)):
        assert call("simulate", "--out", tmp_path / name, "--seconds", "12", "--seed", seed).code == 0
    for file in ("session.mcap", "truth.csv"):
        assert (tmp_path / "a" / file).read_bytes() == (tmp_path / "b" / file).read_bytes()
        assert (tmp_path / "a" / file).read_bytes() != (tmp_path / "c" / file).read_bytes()


def test_simulate_never_overwrites_a_recording(call, recording):
    before = recording.read_bytes()
    called = call("simulate", "--out", recording.parent)
    assert called.code == 1
    assert "exists already" in called.err
    assert recording.read_bytes() == before


@pytest.mark.parametrize("profile", ["movella_dot", "movesense_imu6"])
def test_simulate_with_other_sensors_a_gap_and_a_lost_link(call, tmp_path, profile):
    arguments = ["--profile", profile, "--seconds", "14", "--gap", "left:8:11", "--json"]
    called = call("simulate", "--out", tmp_path, *arguments)
    assert called.code == 0
    recording = read_recording(json.loads(called.out)["recording"])
    for _ in recording:
        pass
    assert recording.quality["left"].lost_samples > 2.5 * recording.sensors[0].rate_hz
    assert recording.quality["right"].lost_samples == 0
    kinds = [event.kind for event in recording.events if event.source == "left"]
    assert kinds == ["connected", "battery", "streaming", "disconnected", "streaming"]


def test_profiles_list_and_show_name_what_is_shipped(call):
    rows = json.loads(call("profiles", "list", "--json").out)
    assert {"open_imu", "movella_dot", "movesense_imu6"} <= {row["id"] for row in rows}
    called = call("profiles", "show", "open_imu")
    assert called.code == 0
    assert "rate_hz = 208 (allowed: 52, 104, 208, 416)" in called.out
    assert "clock of the first sample, ticks of 1 us, 32 bits, counts packets; on data (f69b0003" in called.out
    assert "unfit_for_gait" not in called.out


def test_profiles_list_and_show_name_modes_and_what_a_sensor_is_not_good_enough_for(call):
    lines = {line.split()[0]: line for line in call("profiles", "list").out.splitlines()}
    assert "found as movesense_imu6, not for gait as it stands" in lines["movesense_gyro"]
    assert "not for gait" not in lines["movella_dot"]
    remarks = {row["id"]: row["remark"] for row in json.loads(call("profiles", "list", "--json").out)}
    assert (remarks["ti_sensortag"], remarks["open_imu"]) == ("not for gait as it stands", "")
    shown = call("profiles", "show", "movella_dot").out
    assert "  with payload_id = 4: euler f32; 1 sample a packet; clock of the first sample, ticks of 1 us" in shown
    assert "  with payload_id = 18, 19: delta quantities are sums" in shown
    assert "  always: it sends ten samples a second" in call("profiles", "show", "ti_sensortag").out
    assert "no clock, no counter; on data (0000ffe4" in call("profiles", "show", "witmotion_ble").out


def test_profiles_decode_prints_answers_between_samples(call):
    answer, sample = "5571640088010000000000000000000000000000", "55617702A8FE92FE060230FECDFFF8F053FCABC4"
    place = "0000ffe4-0000-1000-8000-00805f9a34fb"
    called = call("profiles", "decode", "witmotion_ble", "--characteristic", place, answer, sample)
    rows = [json.loads(line) for line in called.out.splitlines()]
    assert rows[0] == {"text": "battery at 3.92 V", "ok": True, "battery_pct": 75}
    assert rows[1]["acc_m_s2"] == pytest.approx([3.0215, -1.6472, -1.7526], abs=1e-4)


def test_profiles_check_names_every_fault_with_its_line(call, tmp_path):
    good = profile_store.shipped_folder() / "open_imu.toml"
    bad = tmp_path / "bad.toml"
    bad.write_text(good.read_text().replace("placements", "placement").replace("default = 208", 'default = "208"'))
    called = call("profiles", "check", good, bad)
    assert called.code == 2
    assert f"{good}: ok" in called.out
    assert "placement" in called.err
    assert called.err.count("line ") >= 2


def test_profiles_decode_prints_one_json_object_a_sample(call):
    profile = profile_store.load("open_imu")
    settings = profile.resolve_settings({"rate_hz": 104})
    acc, gyr = np.tile([0.0, 0.0, 9.80665], (4, 1)), np.tile([0.1, -0.2, 0.3], (4, 1))
    [(uuid, payload)] = Encoder(profile, settings).encode(1.5, acc, gyr)
    called = call("profiles", "decode", "open_imu", "--characteristic", uuid, payload.hex(), "--set", "rate_hz=104")
    assert called.code == 0
    rows = [json.loads(line) for line in called.out.splitlines()]
    assert [row["device_time_s"] for row in rows] == pytest.approx([1.5 + index / 104 for index in range(4)])
    assert rows[0]["acc_m_s2"] == pytest.approx([0.0, 0.0, 9.80665], abs=0.01)
    assert rows[3]["gyr_rad_s"] == pytest.approx([0.1, -0.2, 0.3], abs=0.002)
    assert rows[0]["mag_ut"] is None


@pytest.mark.parametrize(
    ("characteristic", "payload", "code", "expected"),
    [
        ("f69b0003-1bdd-4133-9b7f-ffd2d644d4a6", "0102", 1, "wrong length"),
        ("2a00", "64", 1, "unknown characteristic"),
        ("2a37", "64", 1, "wrong length"),
        ("2a19", "65", 1, "battery at 101 %"),
        ("f69b0003-1bdd-4133-9b7f-ffd2d644d4a6", "xyz", 2, "not hexadecimal"),
        ("nonsense", "00", 2, "not a UUID"),
    ],
)
def test_profiles_decode_says_what_is_wrong(call, characteristic, payload, code, expected):
    called = call("profiles", "decode", "open_imu", "--characteristic", characteristic, payload)
    assert called.code == code
    assert expected in called.err
    assert called.out == ""


def decoded(call, profile: str, characteristic: str, *payloads: str) -> list[dict]:
    called = call("profiles", "decode", profile, "--characteristic", characteristic, *payloads)
    assert called.code == 0, called.err
    return [json.loads(line) for line in called.out.splitlines()]


def test_profiles_decode_reads_standard_services_with_any_profile(call):
    (treadmill,) = decoded(call, "treadmill_ftms", "2acd", "0C04E803E803000A0039003C00")
    assert treadmill["speed_m_s"] == pytest.approx(10 / 3.6)
    assert (treadmill["distance_m"], treadmill["incline_pct"], treadmill["elapsed_time_s"]) == (1000.0, 1.0, 60.0)
    assert treadmill["heart_rate_bpm"] is None
    for profile in ("open_imu", "heart_rate"):
        (pod,) = decoded(call, profile, "2A53", "00 00 03 AA")
        assert (pod["speed_m_s"], pod["cadence_per_min"], pod["stride_length_m"]) == (3.0, 170.0, None)
        (beat,) = decoded(call, profile, "2a37", "163C0004")
        assert beat == {"heart_rate_bpm": 60, "contact": True, "energy_j": None, "rr_interval_s": [1.0]}
        assert decoded(call, profile, "2a19", "57", "56") == [{"battery_pct": 87}, {"battery_pct": 86}]
        assert decoded(call, profile, "2a29", "41636d65") == [{"manufacturer": "Acme"}]


def test_profiles_decode_joins_a_treadmill_reading_in_two_parts_and_tells_a_missing_one(call):
    (joined,) = decoded(call, "treadmill_ftms", "2acd", "0500E80300", "0000E803")
    assert joined["speed_m_s"] == pytest.approx(10 / 3.6)
    assert joined["distance_m"] == 1000.0
    called = call("profiles", "decode", "treadmill_ftms", "--characteristic", "2acd", "0500E80300")
    assert called.code == 1
    assert "speed is missing" in called.err


def test_profiles_of_devices_beside_the_feet_are_listed_shown_and_checked(call):
    rows = {row["id"]: row for row in json.loads(call("profiles", "list", "--json").out)}
    assert rows["treadmill_ftms"]["auxiliary"] == "treadmill"
    assert rows["open_imu"]["auxiliary"] is None
    assert "cross-check" in call("profiles", "list").out
    shown = call("profiles", "show", "treadmill_ftms")
    assert shown.code == 0
    assert "nothing is ever written" in shown.out
    assert call("profiles", "check", *[name for name in rows if rows[name]["auxiliary"]]).code == 0


def test_doctor_is_content_without_bluetooth(call, tmp_path):
    called = call("doctor", "--json", "--out", tmp_path)
    checks = {check["name"]: check for check in json.loads(called.out)}
    assert called.code == 0
    assert {"python", "packages", "profiles", "disk", "clock", "bluetooth", "compiled code"} <= set(checks)
    assert all(check["advice"] for check in checks.values() if check["verdict"] != "ok")
    assert checks["bluetooth"]["verdict"] in ("ok", "warn")
    assert "open_imu" in call("doctor").out


def test_the_spring_mass_runner_is_written_and_analysed_through_the_same_door(call, tmp_path):
    made = call("simulate", "--out", tmp_path, "--seconds", "14", "--model", "spring-mass", "--force-threshold", "20")
    assert made.code == 0
    header, *rows = (tmp_path / "truth.csv").read_text("utf-8").splitlines()
    assert header.startswith("side,stride,ic_s,tc_s")
    assert len(rows) > 15
    assert call("analyze", tmp_path / "session.mcap", "--out", tmp_path / "out").code == 0
    refused = call("simulate", "--out", tmp_path / "no", "--force-threshold", "20")
    assert refused.code == 2
    assert "spring-mass" in refused.err


def test_simulate_gives_a_recording_its_name_and_its_day(call, tmp_path):
    for name, day in (("base_1", "2026-02-03"), ("run-2", "2026-03-04")):
        made = call("simulate", "--out", tmp_path, "--name", name, "--date", day, "--seconds", 12)
        assert made.code == 0, made.err
        assert call("analyze", tmp_path / f"{name}.mcap", "--out", tmp_path / name).code == 0
        recorded = json.loads((tmp_path / name / "summary.json").read_text("utf-8"))["recording"]
        assert (recorded["name"], recorded["recorded_utc"][:10]) == (name, day)
        assert (tmp_path / f"{name}.truth.csv").is_file(), "one recording's truth does not replace another's"


@pytest.mark.parametrize(
    ("option", "value"),
    [
        *(("--name", name) for name in ("a/b", ".hidden", "a b", "", "-x", "x" * 61)),
        *(("--date", day) for day in ("3.2.2026", "2999-01-01")),
    ],
)
def test_simulate_refuses_what_is_no_name_or_no_day(call, tmp_path, option, value):
    assert call("simulate", "--out", tmp_path / "new", f"{option}={value}").code == 2
    assert not (tmp_path / "new").exists()


def test_the_next_step_of_simulate_can_be_pasted(call, tmp_path):
    folder = tmp_path / "my runs"
    made = call("simulate", "--out", folder, "--seconds", 12)
    hint = next(line for line in made.err.splitlines() if line.startswith("Next:"))
    assert shlex.split(hint.removeprefix("Next:"))[2] == str(folder / "session.mcap")
