"""Templates of device profiles: every variant is valid, works, and is explained."""

from __future__ import annotations

import itertools
import re

import numpy as np
import pytest

from gaitpipe import profile_store
from gaitpipe.app.new_profile import FILL_IN, NewProfile, profile_text, unfilled
from gaitpipe.errors import UsageError
from gaitpipe.model import SampleBlock
from gaitpipe.protocol.decoder import Decoder
from gaitpipe.protocol.encoder import Encoder
from gaitpipe.protocol.profile import parse_profile

PARTS = ("separate_gyro", "has_gyro", "has_clock", "has_counter", "has_commands")
VARIANTS = [
    dict(zip(PARTS, chosen, strict=True))
    for chosen in itertools.product((False, True), repeat=len(PARTS))
    if not (chosen[0] and not chosen[1])
]
each_variant = pytest.mark.parametrize("parts", VARIANTS, ids=lambda parts: "-".join(k for k, v in parts.items() if v))


def template(parts, profile_id="my_board"):
    return profile_text(NewProfile(profile_id, "My board", **parts))


@each_variant
def test_every_variant_is_valid_and_its_packets_come_back(parts):
    profile = parse_profile(template(parts), "template")
    settings = profile.resolve_settings()
    assert profile.has_gyro is parts["has_gyro"]
    assert bool(profile.start_commands(settings)) is parts["has_commands"]
    encoder, decoder = Encoder(profile, settings), Decoder(profile, "left", "foot", settings)
    count, rate_hz = profile.samples_per_packet(settings), settings["rate_hz"]
    generator = np.random.default_rng(1)
    acc, gyr = generator.uniform(-90, 90, (300, count, 3)), generator.uniform(-20, 20, (300, count, 3))
    blocks = []
    for number in range(300):
        time_s = number * count / rate_hz
        for characteristic, payload in encoder.encode(50.0 + time_s, acc[number], gyr[number]):
            blocks += decoder.receive(characteristic, payload, time_s + 0.01)
    blocks += decoder.flush()
    assert all(isinstance(block, SampleBlock) for block in blocks)
    assert decoder.quality.lost_samples == 0
    decoded = np.concatenate([block.acc_m_s2 for block in blocks])
    first = blocks[0].first_sample
    np.testing.assert_allclose(decoded, acc.reshape(-1, 3)[first : first + len(decoded)], atol=0.005)
    assert len(decoded) > 1100
    measured = np.concatenate([block.gyr_rad_s for block in blocks])
    assert np.all(np.isfinite(measured)) if parts["has_gyro"] else np.all(np.isnan(measured))


@each_variant
def test_each_comment_names_the_key_that_follows_and_every_key_is_explained(parts):
    lines = template(parts).splitlines()
    body = lines[lines.index("") :]  # after the two lines about the whole file
    explained, used = set(), set()
    for number, line in enumerate(body):
        before = body[number - 1] if number else ""
        if line.startswith("#") and not before.startswith("#"):
            named = re.match(r"# (\[*[\w.]+\]*): ", line)
            assert named, line
            following = next(text for text in body[number:] if not text.startswith("#"))
            assert following == named[1] or following.startswith(f"{named[1]} ="), (line, following)
            explained.add(named[1])
        elif found := re.match(r"(\[+[\w.]+\]+)$|(\w+) =", line):
            used.add(found[1] or found[2])
    assert used <= explained | {"[[command]]"}
    assert ("[[command]]" in explained) is parts["has_commands"]
    assert max(map(len, lines)) <= 120


@pytest.mark.parametrize("like", [item.id for item in profile_store.available()])
def test_copy_of_any_profile_is_valid_and_its_facts_are_marked_as_not_checked(like):
    original = profile_store.load(like)
    copy = parse_profile(profile_text(NewProfile("my_copy", "Mine", original)), "copy")
    assert (copy.id, copy.name, copy.variant_of) == ("my_copy", "Mine", None)
    assert copy.packets == original.packets
    assert copy.commands == original.commands
    stated = [fact for fact in copy.facts if not fact.text]
    assert all(fact.confidence == "memory" and fact.source.startswith(FILL_IN) for fact in stated)
    assert unfilled(copy) >= len(stated)


@pytest.mark.parametrize(
    ("wanted", "said"),
    [
        (NewProfile("My Board", "x"), "no id"),
        (NewProfile("1st", "x"), "no id"),
        (NewProfile("board", 'say "x"'), "one line"),
        (NewProfile("board", " "), "one line"),
        (NewProfile("board", "a\nb"), "one line"),
        (NewProfile("board", "x", separate_gyro=True, has_gyro=False), "not there"),
        (NewProfile("board", "x", profile_store.load("open_imu"), has_clock=False), "--like"),
    ],
)
def test_what_cannot_be_made_is_refused(wanted, said):
    with pytest.raises(UsageError, match=said):
        profile_text(wanted)


def test_a_template_that_was_filled_in_has_nothing_left_to_fill_in():
    text = template(VARIANTS[-1])
    assert unfilled(parse_profile(text, "f")) > 5
    assert unfilled(parse_profile(text.replace(FILL_IN, "datasheet"), "f")) == 0
