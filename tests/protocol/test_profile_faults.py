"""A wrong profile file: every fault at once, with its key, its line and the word that was meant."""

from __future__ import annotations

import subprocess
import sys

import pytest

from gaitpipe import profile_store
from gaitpipe.errors import ProfileError
from gaitpipe.protocol.profile import parse_profile

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
