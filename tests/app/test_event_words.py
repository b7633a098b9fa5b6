"""What a person is told of a link's story."""

from __future__ import annotations

from gaitpipe.app.event_words import EventWords
from gaitpipe.model import RecordingEvent


def told(*events: tuple[str, str | None, str]) -> list[str | None]:
    words = EventWords()
    return [words.of(RecordingEvent(0, 0, kind, source, text)) for kind, source, text in events]


def test_sensor_that_was_lost_is_said_to_be_back():
    story = ["connected", "streaming", "disconnected", "reconnecting", "connected", "streaming"]
    assert told(*((kind, "left", "") for kind in story)) == [
        None,
        None,
        "left: link lost",
        "left: reconnecting",
        None,
        "left: back, streaming again",
    ]


def test_device_that_was_never_there_is_listened_for_and_not_reconnecting():
    assert told(
        ("reconnecting", "foot_pod", "not heard yet, it is listened for"),
        ("connected", "foot_pod", ""),
        ("streaming", "foot_pod", ""),
    ) == ["foot pod: not heard yet, it is listened for", None, "foot pod: heard, streaming"]


def test_sensor_that_was_lost_before_its_first_data_is_reconnecting():
    lines = told(("connected", "left", ""), ("disconnected", "left", "link lost"), ("reconnecting", "left", "looking"))
    assert lines[-1] == "left: reconnecting"


def test_advice_is_told_in_its_own_words_and_devices_by_theirs():
    assert told(("advice", "heart_rate", "Charge it."), ("resumed", None, "slept"), ("battery", "left", "")) == [
        "heart rate sensor: Charge it.",
        "slept",
        None,
    ]
