"""Decoded MCAP exports: every message against its own schema, times in Unix time, the numbers unchanged."""

from __future__ import annotations

import json

import numpy as np
import pytest
from mcap.reader import make_reader

from gaitpipe.app.export import export_input
from gaitpipe.app.inputs import open_recording
from gaitpipe.exporters.formats import find_exporter
from gaitpipe.model import RecordingEvent

MCAP = find_exporter("mcap")


def messages(path):
    """(topic, log_time, content) of all messages in the order of log time, each checked against its schema."""
    jsonschema = pytest.importorskip("jsonschema")
    found, validators = [], {}
    with path.open("rb") as file:
        for schema, channel, message in make_reader(file, validate_crcs=True).iter_messages():
            assert schema.encoding == "jsonschema"
            assert channel.message_encoding == "json"
            if schema.id not in validators:
                content = json.loads(schema.data)
                jsonschema.Draft202012Validator.check_schema(content)
                validators[schema.id] = jsonschema.Draft202012Validator(content)
            content = json.loads(message.data, parse_constant=lambda name: pytest.fail(f"{name} is no JSON"))
            validators[schema.id].validate(content)
            found.append((channel.topic, message.log_time, content))
    return found


def test_every_sample_and_stride_is_a_message_that_its_schema_allows(recording, exported, tmp_path):
    made = exported("mcap")
    found = messages(made.files[0])
    start_ns = open_recording(recording).session_start_utc_ns
    for side in ("left", "right"):
        blocks = [block for block in open_recording(recording).recording if block.side == side]
        imu = [(log_time, content) for topic, log_time, content in found if topic == f"/{side}/imu"]
        time_s = np.concatenate([block.time_s for block in blocks])
        assert [content["time_s"] for _, content in imu] == time_s.tolist()
        acc = [[content["acc_m_s2"][axis] for axis in "xyz"] for _, content in imu]
        np.testing.assert_array_equal(acc, np.concatenate([block.acc_m_s2 for block in blocks]))
        gyr = [[content["gyr_rad_s"][axis] for axis in "xyz"] for _, content in imu]
        np.testing.assert_array_equal(gyr, np.concatenate([block.gyr_rad_s for block in blocks]))
        assert [log_time for log_time, _ in imu] == [start_ns + round(one * 1e9) for one in time_s.tolist()]
        strides = [content for topic, _, content in found if topic == f"/{side}/stride"]
        rows = made.analysis.result.strides
        assert [one["ic_s"] for one in strides] == rows["ic_s"][rows["side"] == side].tolist()
        assert all("leg_stiffness_n_per_m_kg" not in one for one in strides)  # NaN is left out


def test_without_gyroscope_there_are_no_rates(input_of, tmp_path):
    [path] = export_input(input_of(("left",), gyro=False), MCAP, tmp_path / "out").files
    found = messages(path)
    assert len(found) == 1248
    assert all("gyr_rad_s" not in content for _, _, content in found)


def test_flags_are_told_only_where_they_stand(input_of, tmp_path):
    [path] = export_input(input_of(("left",), gap=slice(300, 340)), MCAP, tmp_path / "out").files
    found = [content for topic, _, content in messages(path) if topic == "/left/imu"]
    assert [content["sample"] for content in found if content.get("gap_before")] == [340]
    assert not any("acc_clipped" in content for content in found)


def test_events_stand_at_their_time_whatever_their_text(input_of, tmp_path):
    opened = input_of()
    opened.recording.events = [
        RecordingEvent(10**9, 0, "note", "left", '"\\ \ud800 =1', None),
        RecordingEvent(2 * 10**9, 0, "speed", None, "", float("nan")),
    ]
    [path] = export_input(opened, MCAP, tmp_path / "out").files
    events = [(log_time, content) for topic, log_time, content in messages(path) if topic == "/event"]
    assert events == [
        (opened.session_start_utc_ns + 10**9, {"time_s": 1.0, "kind": "note", "source": "left", "text": '"\\ ? =1'}),
        (opened.session_start_utc_ns + 2 * 10**9, {"time_s": 2.0, "kind": "speed"}),
    ]


@pytest.mark.parametrize(("shift_s", "origin_s"), [(0.0, 0), (-5.0, 3605)])
def test_unknown_start_gives_times_from_1970_and_says_so(shift_s, origin_s, input_of, tmp_path):
    opened = input_of(("left",))
    opened = type(opened)(opened.recording, session_start_monotonic_ns=0)
    for block in opened.recording.blocks:
        block.time_s[:] += shift_s
    [path] = export_input(opened, MCAP, tmp_path / "out").files
    first = messages(path)[0]
    assert first[1] == round((origin_s + shift_s) * 1e9)
    with path.open("rb") as file:
        [metadata] = make_reader(file).iter_metadata()
    assert metadata.metadata["start_utc"] == "null"
    assert metadata.metadata["session_time_0_log_time_ns"] == str(origin_s * 10**9)
