"""A profile that is valid and wrong is caught by physics: each fault has its own wrong number and its own advice.

The sensor is an invented board: its bytes are encoded with the right profile, and judged with a wrong one.
"""

from __future__ import annotations

import re

import numpy as np
import pytest

from gaitpipe.app.new_profile import NewProfile, profile_text
from gaitpipe.app.trial import judge
from gaitpipe.model import RawNotification, RecordingEvent
from gaitpipe.protocol.encoder import Encoder
from gaitpipe.protocol.profile import Profile, parse_profile

TEXT = profile_text(NewProfile("board", "Board"))
SECONDS = 8


def profile_of(*changes: tuple[str, str], text: str = TEXT) -> Profile:
    for old, new in changes:
        assert old in text
        text = text.replace(old, new, 1)
    return parse_profile(text, "board")


def sent(profile: Profile, lose: frozenset[int] = frozenset(), seed: int = 3, turn_deg: float = 0.0, **settings: float):
    """Notifications and events of a sensor that lies still, with noise and a bias of 1 deg/s."""
    resolved = profile.resolve_settings(settings)
    encoder, generator = Encoder(profile, resolved), np.random.default_rng(seed)
    rate_hz, count = resolved["rate_hz"], profile.samples_per_packet(resolved)
    up = np.array([3.0, -4.0, 8.438]) / np.linalg.norm([3.0, -4.0, 8.438]) * 9.80665
    items = [RecordingEvent(0, 0, "mtu", "left", "", 247.0), RecordingEvent(0, 0, "battery", "left", "", 80.0)]
    for number in range(round(SECONDS * rate_hz / count)):
        acc = up + generator.normal(0, 0.02, (count, 3))
        gyr = np.radians([1.0, -0.5, 0.3]) + generator.normal(0, 0.002, (count, 3))
        if 4.0 <= number * count / rate_hz < 6.0:
            gyr[:, 2] += np.radians(turn_deg) / 2.0
        host_ns = round(1e9 * ((number + 1) * count / rate_hz + generator.uniform(0, 0.01)))
        for characteristic, payload in encoder.encode(77.0 + number * count / rate_hz, acc, gyr):
            if number not in lose:
                items.append(RawNotification("left", characteristic, host_ns, host_ns, payload))
    return items


def lines_of(profile: Profile, items, **settings: float):
    return {line.name: line for line in judge(profile, profile.resolve_settings(settings), items)}


def test_right_profile_has_nothing_to_say_against_it():
    profile = profile_of()
    lines = lines_of(profile, sent(profile))
    assert {name: line.verdict for name, line in lines.items()} == dict.fromkeys(
        ("packets", "rate", "clock", "gravity", "rotation", "losses", "range", "MTU", "battery"), "ok"
    )
    assert "9.8" in lines["gravity"].text
    assert not any(line.advice for line in lines.values())


ACC = '{ quantity = "acc", type = "i16", unit = "g", scale = 3.0517578125e-05, scale_setting = "acc_range_g" }'
GYR = '    { quantity = "gyr", type = "i16", unit = "deg/s", scale = 0.07 },\n'


@pytest.mark.parametrize(
    ("change", "name", "advice"),
    [
        ((ACC, ACC.replace('"g"', '"m/s2"')), "gravity", 'unit = "g"'),
        ((ACC, ACC.replace('"g"', '"mg"')), "gravity", "values are g, not mg"),
        ((ACC, ACC.replace("3.0517578125e-05", "0.030517578125")), "gravity", "values are mg, not g"),
        ((ACC, ACC.replace("3.0517578125e-05", "2.992776e-04")), "gravity", "m/s2 already"),
        (("default = 16\n", "default = 8\n"), "gravity", "acc_range_g"),
        ((ACC, ACC.replace("i16", "u16")), "gravity", "type"),
        ((GYR, GYR.replace("deg/s", "rad/s")), "rotation", "unit (deg/s or rad/s)"),
        (("tick_s = 1e-6", "tick_s = 1e-3"), "clock", "One tick seems to be 1e-06 s"),
        (("default = 100\n", "default = 200\n"), "rate", "Check rate_hz"),
        ((GYR, ""), "rate", "every field of a sample"),
        (('    { name = "sequence", type = "u8" },\n    { name = "device_time", type = "u32" },\n',
          '    { name = "device_time", type = "u32" },\n    { name = "sequence", type = "u8" },\n'),
         "clock", "Check its place"),
        (('    { name = "sequence", type = "u8" },\n', '    { name = "sequence", type = "u16" },\n'),
         "packets", "profiles decode board"),
    ],
)  # fmt: skip
def test_each_fault_of_a_profile_has_its_own_advice(change, name, advice):
    lines = lines_of(profile_of(change), sent(profile_of()))
    assert lines[name].verdict == "wrong", lines
    assert advice.lower() in lines[name].advice.lower(), lines[name]


def test_advised_command_names_the_profile_as_it_was_given():
    wrong = profile_of(('    { name = "sequence", type = "u8" },\n', '    { name = "sequence", type = "u16" },\n'))
    packets = judge(wrong, wrong.resolve_settings({}), sent(profile_of()), "boards/new.toml")[0]
    assert "gaitpipe profiles decode boards/new.toml --characteristic" in packets.advice


def test_a_turn_by_hand_shows_the_scale_of_the_gyroscope():
    profile = profile_of()
    (turned,) = re.findall(
        r"turned by about (\d+) deg", lines_of(profile, sent(profile, turn_deg=90.0))["rotation"].text
    )
    assert abs(int(turned) - 90) <= 2
    half = profile_of(("scale = 0.07", "scale = 0.035"))
    assert "turned by about 45 deg" in lines_of(half, sent(profile, turn_deg=90.0))["rotation"].text


def test_lost_packets_are_counted_and_do_not_change_the_rate():
    profile = profile_of()
    lines = lines_of(profile, sent(profile, lose=frozenset(range(40, 60))))
    assert lines["rate"].verdict == "ok"
    assert lines["losses"].verdict == "look"
    assert lines["losses"].text.startswith("80 of 800 ")


@pytest.mark.parametrize("parts", [{"has_clock": False}, {"has_clock": False, "has_counter": False}])
def test_sensor_without_a_clock_is_judged_by_the_rest(parts):
    profile = parse_profile(profile_text(NewProfile("board", "Board", **parts)), "board")
    lines = lines_of(profile, sent(profile))
    assert lines["clock"].verdict == lines["gravity"].verdict == lines["rate"].verdict == "ok"
    assert "none" in lines["clock"].text
    assert lines["losses"].verdict == ("ok" if parts.get("has_counter", True) else "look")


def test_separate_gyroscope_packets_are_judged_together():
    profile = parse_profile(profile_text(NewProfile("board", "Board", separate_gyro=True)), "board")
    lines = lines_of(profile, sent(profile))
    assert {line.verdict for line in lines.values()} == {"ok"}


def test_silence_and_small_packets_are_told():
    profile = profile_of()
    lines = lines_of(profile, [RecordingEvent(0, 0, "mtu", "left", "", 23.0)])
    assert lines["packets"].verdict == "wrong"
    assert "start command" in lines["packets"].advice
    assert lines["MTU"].verdict == lines["battery"].verdict == "look"


def test_random_bytes_are_told_and_never_raise():
    profile = profile_of()
    generator = np.random.default_rng(5)
    [data] = profile.data_characteristics(profile.resolve_settings())
    items = [
        RawNotification("left", data, number * 40_000_000, 0, generator.bytes(generator.integers(0, 80)))
        for number in range(200)
    ]
    assert lines_of(profile, items)["packets"].verdict in ("look", "wrong")
