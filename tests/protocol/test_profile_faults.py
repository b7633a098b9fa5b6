"""A wrong profile file: every fault at once, with its key, its line and the word that was meant."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from gaitpipe import profile_store
from gaitpipe.errors import ProfileError
from gaitpipe.model import PacketFault
from gaitpipe.protocol.profile import parse_profile
from gaitpipe.protocol.sample_rows import decode_samples

GOOD = profile_store.load("open_imu").text


def faults_of(text):
    with pytest.raises(ProfileError) as caught:
        parse_profile(text, "mine.toml")
    assert caught.value.exit_code == 2
    assert "mine.toml" in caught.value.message
    return {fault.key: fault for fault in caught.value.faults}


def changed(*pairs):
    text = GOOD
    for old, new in pairs:
        assert old in text
        text = text.replace(old, new, 1)
    return text


def line_with(text, part):
    return next(number for number, line in enumerate(text.splitlines(), start=1) if part in line)


def test_all_faults_come_at_once_with_line_and_suggestion():
    text = changed(
        ("default = 208", 'default = "208"'),
        ('type = "i16", unit = "g"', 'type = "i61", unit = "g"'),
        ('recognised_by = "02"', 'recognized_by = "02"'),
        ('role = "data"\norder', 'role = "dta"\norder'),
        ("allowed = [250", "alowed = [250"),
        ("mount_hint", "mount_hnt"),
        ('scale_setting = "acc_range_g"', 'scale_setting = "acc_rang_g"'),
        ('uuid = "180f"', 'uuid = "18"'),
        ('{ setting = "rate_hz"', '{ setting = "rate"'),
        ('source = "Bluetooth SIG battery service"\n', ""),
    )
    faults = faults_of(text)
    expected = {
        "settings.rate_hz.default": ('"208"', "valid number"),
        "packet.field[0].type": ("i61", "did you mean 'i16'"),
        "command[1].recognized_by": ("recognized_by", "did you mean 'recognised_by'"),
        "packet.role": ('"dta"', "did you mean 'data'"),
        "settings.gyr_range_dps.alowed": ("alowed", "did you mean 'allowed'"),
        "mount_hnt": ("mount_hnt", "did you mean 'mount_hint'"),
        "packet.field[0].scale_setting": ("acc_rang_g", "did you mean 'acc_range_g'"),
        "service[1].uuid": ('"18"', "not a Bluetooth UUID"),
        "command[0].payload[1].setting": ('setting = "rate"', "did you mean 'rate_hz'"),
    }
    for key, (place, words) in expected.items():
        assert faults[key].line == line_with(text, place), key
        assert words in faults[key].problem, key
    assert faults["service[1].source"].problem == "missing"
    assert faults["mount_hint"].problem == "missing"
    lines = [fault.line or 0 for fault in faults.values()]
    assert lines == sorted(lines)


@pytest.mark.parametrize(
    ("pairs", "key", "words"),
    [
        ([("default = 208", "default = 209")], "settings.rate_hz", "not among the allowed"),
        ([('confidence = "own design"', 'confidence = "sure"')], "recognition.confidence", "not allowed"),
        ([('name = "device_time"', 'name = "devicetime"')], "packet.header[3].name", "did you mean 'device_time'"),
        ([('name = "device_time"', 'name = "reserved"')], "packet.timestamp.meaning", "no field named 'device_time'"),
        ([("tick_s = 1e-6\n", "")], "packet.timestamp.tick_s", "missing"),
        ([('sequence_counts = "packets"\n', "")], "packet.sequence_counts", "belong together"),
        ([('"208" = 8, ', "")], "packet.samples_per_packet", "no count for the rate(s) 208"),
        ([('crc = "crc16', 'codec = "movesens_gsp"\ncrc = "crc16')], "packet.codec", "did you mean 'movesense_gsp'"),
        ([('unit = "g"', 'unit = "deg/s"')], "packet.field[0].unit", "unit of acc"),
        ([('quantity = "gyr"', 'quantity = "acc"')], "packet.field", "appears twice"),
        ([('hex = "01"', 'hex = "0g"')], "command[0].payload[0].hex", "hexadecimal"),
        ([('role = "data"\nproperties', 'role = "command"\nproperties')], "packet.role", "no characteristic"),
        ([("schema_version = 1", "schema_version = 2")], "schema_version", "allowed: 1"),
        ([("schema_version = 1", "schema_version = 1\nrate_hz = 3")], "rate_hz", "unknown key"),
    ],
)
def test_each_kind_of_fault_names_its_key(pairs, key, words):
    with pytest.raises(ProfileError) as caught:
        parse_profile(changed(*pairs), "mine.toml")
    named = [fault for fault in caught.value.faults if fault.key == key]
    assert any(words in fault.problem for fault in named)
    assert all(fault.line is not None for fault in named)


def test_syntax_error_gives_its_line():
    (fault,) = faults_of("id = 'x'\nname = \n").values()
    assert fault.line == 2
    assert "TOML syntax" in fault.problem


@pytest.mark.parametrize(
    "text",
    [
        "",
        "packet = 3\nservice = 'x'\nsettings = [1]\ncommand = {a = 1}",
        "[[packet]]\nheader = [1]",
        "[settings]\nrate_hz=1",
    ],
)
def test_files_of_another_shape_are_faults_not_tracebacks(text):
    assert len(faults_of(text)) > 3


def test_loading_the_profile_module_does_not_load_pydantic():
    code = "import sys, gaitpipe.protocol.profile, gaitpipe.profile_store; print('pydantic' in sys.modules)"
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert result.stdout.strip() == "False"


def test_every_fact_of_a_profile_has_source_and_confidence(any_profile):
    assert any_profile.facts
    for fact in any_profile.facts:
        assert fact.source
        assert fact.confidence in ("verified", "single-source", "memory", "own design")


@pytest.mark.parametrize("value", ["[" * 500 + "]" * 500, "{" + ".".join(["a"] * 3000) + " = 1}", "9" * 5000])
def test_nesting_or_digits_without_end_are_one_fault_of_that_file(value, tmp_path):
    (tmp_path / "deep.toml").write_text(f"z = {value}\n")
    profiles, problems = profile_store.load_all([tmp_path])
    assert len(profiles) == len(profile_store.available())
    (problem,) = problems
    assert len(problem.faults) == 1
    assert "deep.toml" in problem.message


@pytest.mark.parametrize(
    ("pairs", "key", "words"),
    [
        ([('name = "version", type = "u8", equals = 1', 'name = "version", type = "u8", equals = 300')],
         "packet.header[0].equals", "300 does not fit the type u8 (0 to 255)"),
        ([("default = 208", "default = 0"), ("allowed = [52", "allowed = [0, 52")], "settings.rate_hz", "no sampling"),
        ([("default = 208", "default = -1"), ("allowed = [52", "allowed = [-1")], "settings.rate_hz", "no sampling"),
        ([('{ setting = "rate_hz", type = "u16"', '{ setting = "rate_hz", type = "u8"')],
         "command[0].payload[1].type", "rate_hz = 416: 416 does not fit the type u8"),
        ([('scale = 3.0517578125e-05', 'scale = 0')], "packet.field[0].scale", "scale of 0"),
        ([('"208" = 8', '"208" = 1001')], "packet.samples_per_packet.208", "less than or equal to 1000"),
        ([('id = "open_imu"', f'id = "{"a" * 65}"')], "id", "at most 64"),
        ([('name = "flags"', 'name = "sequence"')], "packet.header", "'sequence' is there 2 times"),
        ([('role = "data"\nproperties = ["notify"]', 'role = "data"\nproperties = ["read"]')],
         "packet.role", "neither notify nor indicate"),
        ([('role = "command"\nproperties = ["write', 'role = "command"\nproperties = ["read')],
         "command[0].role", "to have 'write"),
        ([('name = "Open IMU"', 'name = "Open\\u001bIMU"')], "name", "control character '\\x1b'"),
    ],
)  # fmt: skip
def test_what_would_fail_on_the_air_is_a_fault_of_the_file(pairs, key, words):
    fault = faults_of(changed(*pairs))[key]
    assert words in fault.problem
    assert fault.line is not None


def test_two_packets_that_nobody_can_tell_apart_are_a_fault_that_says_how_to_mend_it():
    text = profile_store.load("polar_verity_sense").text
    twins = text.replace("equals = 5", "equals = 2")
    assert twins != text
    fault = faults_of(twins)["packet[1]"]
    assert "cannot be told from packet[0]" in fault.problem
    assert 'name = "marker"' in fault.problem


def test_a_uuid_twice_in_a_service_is_a_fault():
    text = profile_store.load("open_imu").text
    twice = text.replace('role = "data"\nproperties', 'role = "spare"\nproperties', 1)
    uuid = re.search(r'uuid = "(.*)"\nrole = "spare"', twice).group(1)
    added = f'[[service.characteristic]]\nuuid = "{uuid}"\nrole = "data"\nproperties = ["notify"]\n\n'
    assert (
        "twice in the service"
        in faults_of(twice.replace('[[service]]\nuuid = "180f"', added + '[[service]]\nuuid = "180f"'))[
            "service[0].characteristic[2].uuid"
        ].problem
    )


def test_a_wrong_type_is_said_once_though_a_number_or_a_table_would_do():
    text = re.sub(r"samples_per_packet = .*", 'samples_per_packet = "many"', GOOD)
    with pytest.raises(ProfileError) as caught:
        parse_profile(text, "mine.toml")
    assert [fault.key for fault in caught.value.faults] == ["packet.samples_per_packet"]


def test_a_byte_order_mark_is_passed_over(tmp_path):
    file = tmp_path / "mine.toml"
    file.write_bytes(b"\xef\xbb\xbf" + GOOD.encode())
    assert profile_store.load_file(file).text == GOOD
    assert parse_profile("\ufeff" + GOOD, "mine.toml").id == "open_imu"


def test_folders_pipes_and_other_encodings_get_advice_that_fits(tmp_path):
    (tmp_path / "utf16.toml").write_bytes(GOOD.encode("utf-16"))
    os.mkfifo(tmp_path / "pipe.toml")
    (tmp_path / "folder.toml").mkdir()
    advice = {Path(problem.file).name: problem.advice for problem in profile_store.load_all([tmp_path])[1]}
    assert "Save the file as UTF-8" in advice["utf16.toml"]
    assert "Copy the text" in advice["pipe.toml"]
    assert "--profile-dir" in advice["folder.toml"]


def test_a_copy_of_a_shipped_profile_is_known_and_the_shipped_file_itself_is_not_a_copy(tmp_path):
    copy = tmp_path / "copy.toml"
    copy.write_text(GOOD)
    shipped = profile_store.shipped_file("open_imu", copy)
    assert shipped is not None
    assert profile_store.shipped_file("open_imu", shipped) is None
    assert profile_store.shipped_file("my_imu", copy) is None


def test_a_bad_payload_is_numbered_and_the_mode_that_its_header_fits_is_named():
    profile = profile_store.load("metamotion_s")
    settings = profile.resolve_settings()
    data = profile.packet.characteristic
    packed, single = bytes.fromhex("0305") + bytes(18), bytes.fromhex("0304") + bytes(6)
    rows = decode_samples(profile, settings | {"samples_per_notification": 3}, data, [packed, single])
    (fault,) = [row for row in rows if isinstance(row, PacketFault)]
    assert fault.detail.startswith("payload 2 of 2: ")
    assert fault.detail.endswith("the header fits samples_per_notification = 1")
