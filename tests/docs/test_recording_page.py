"""The page `docs/recording.md` says what the program does: keys, options, messages. Its picture loads nothing."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from gaitpipe.app.typed import read_line
from gaitpipe.cli.record import record
from gaitpipe.recording.writer import FLUSH_INTERVAL_NS

REPOSITORY = Path(__file__).resolve().parents[2]
PAGE = (REPOSITORY / "docs" / "recording.md").read_text("utf-8")
SOURCES = "\n".join(path.read_text("utf-8") for path in sorted((REPOSITORY / "gaitpipe").rglob("*.py")))


@pytest.mark.parametrize(
    ("typed", "kind"),
    [
        ("m", "mark"),
        ("left calf tight", "note"),
        ("m begin of the cue", "note"),
        ("s 10.5", "speed"),
        ("s 3.0m/s", "speed"),
        ("s 6.5mph", "speed"),
        ("?", "help"),
        ("q", "stop"),
    ],
)
def test_keys_of_the_page_do_what_it_says(typed, kind):
    assert f"`{typed}`" in PAGE
    assert read_line(typed).kind == kind


def test_options_of_the_page_exist():
    options = set(re.findall(r"(?<![\w-])--[a-z][a-z-]+", PAGE)) - {"--out"}
    known = {name for parameter in record.params for name in parameter.opts}
    assert len(options) > 10
    assert options <= known


@pytest.mark.parametrize(
    "said",
    [
        "no clear tap came", "link lost", "reconnecting", "no data", "weak signal", "need an ATT MTU of",
        "Bluetooth is switched off", "cannot write the recording", "The live figures stopped",
        "does not serve for gait", "Sides as last time", "the computer slept for", "may end at any time",
    ],
)  # fmt: skip
def test_messages_of_the_page_are_those_of_the_program(said):
    assert said in PAGE
    assert said in SOURCES


def test_what_a_crash_costs_is_two_seconds_at_most():
    assert "at most the last two seconds are lost" in PAGE
    assert FLUSH_INTERVAL_NS == 1_000_000_000


def test_picture_says_that_it_is_synthetic_and_loads_nothing():
    svg = (REPOSITORY / "docs" / "recording.svg").read_text("utf-8").replace("&#160;", " ")
    assert "synthetic runner, virtual radio" in svg
    assert re.findall(r"https?://[^\s\"]+", svg) == ["http://www.w3.org/2000/svg"]
    for shown in ("Cadence", "Ground contact", "Battery", "Lost samples", "mark", "speed: 3.00 m/s"):
        assert shown in svg
