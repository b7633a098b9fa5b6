"""Conditions and payload parts of a profile's commands: one of several conditions, scaled numbers, and their faults."""

from __future__ import annotations

import struct

import pytest

from gaitpipe import profile_store
from gaitpipe.errors import ProfileError
from gaitpipe.protocol.handshake import PayloadPart, holds, render
from gaitpipe.protocol.profile import parse_profile

START = 'when = "start"\n'


def open_imu(old, new):
    text = profile_store.load("open_imu").text
    assert old in text
    return text.replace(old, new, 1)


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        ((), True),
        (({},), True),
        (({"rate_hz": (52.0, 104.0)},), True),
        (({"rate_hz": (208.0,)},), False),
        (({"rate_hz": (104.0,), "range": (8.0,)},), False),
        (({"rate_hz": (208.0,)}, {"range": (16.0,)}), True),
        (({"rate_hz": (208.0,)}, {"range": (8.0,)}), False),
    ],
)
def test_all_of_a_row_and_one_of_the_rows_must_hold(condition, expected):
    assert holds(condition, {"rate_hz": 104.0, "range": 16.0}) is expected


def test_command_belongs_to_either_of_two_conditions():
    text = open_imu(START, START + "only_if = [{ rate_hz = 416 }, { acc_range_g = [2, 4] }]\n")
    profile = parse_profile(text, "mine.toml")
    sent = [
        len(profile.start_commands(profile.resolve_settings(chosen)))
        for chosen in ({}, {"rate_hz": 416}, {"acc_range_g": 4}, {"acc_range_g": 8}, {"rate_hz": 416, "acc_range_g": 2})
    ]
    assert sent == [0, 1, 1, 0, 1]


def test_setting_is_sent_times_its_scale():
    part = PayloadPart("setting", text="range", type="f32", scale=1 / 32768)
    assert render((part,), {"range": 8.0}) == struct.pack("<f", 8 / 32768)
    milli = PayloadPart("setting", text="range", type="u16", scale=1000)
    assert render((milli,), {"range": 8.0}) == b"\x40\x1f"


@pytest.mark.parametrize(
    ("old", "new", "key", "words"),
    [
        (START, START + "only_if = [{ rat_hz = 416 }]\n", "command[0].only_if[0].rat_hz", "did you mean 'rate_hz'"),
        (START, START + "only_if = []\n", "command[0].only_if", "at least 1"),
        ('{ hex = "01" }', '{ hex = "01", scale = 2.0 }', "command[0].payload[0]", "scale belongs to a setting"),
    ],
)
def test_faults_of_conditions_and_scales_are_told_with_their_place(old, new, key, words):
    with pytest.raises(ProfileError) as caught:
        parse_profile(open_imu(old, new), "mine.toml")
    problems = {fault.key: fault.problem for fault in caught.value.faults}
    assert words in problems[key], problems
    assert all(fault.line for fault in caught.value.faults)
