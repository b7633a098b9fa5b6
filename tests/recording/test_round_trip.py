from __future__ import annotations

import stat

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from mcap.reader import make_reader

from gaitpipe.errors import RecordingError
from gaitpipe.model import RawNotification, RecordingEvent
from gaitpipe.recording import layout
from gaitpipe.recording.reader import open_raw, recover
from gaitpipe.recording.writer import RecordingWriter


def test_items_come_back_equal_and_in_order(tmp_path, make, write, setups):
    items = make(5)
    raw = open_raw(write(tmp_path / "a.mcap", items))
    assert list(raw.items) == items
    assert raw.setups == setups
    assert raw.metadata["belt_speed_m_s"] == "3.0"
    assert raw.metadata["software"].startswith("gaitpipe ")
    assert (raw.session_start_monotonic_ns, raw.session_start_utc_ns) == (5_000_000_000, 1_800_000_000_000_000_000)
    assert raw.salvage.findings() == []
    assert raw.salvage.closed_cleanly
    assert raw.salvage.messages_read == len(items)


def test_equal_input_gives_an_equal_file(tmp_path, make, write):
    first, second = write(tmp_path / "a.mcap", make(3)), write(tmp_path / "b.mcap", make(3))
    assert first.read_bytes() == second.read_bytes()


def test_another_mcap_reader_finds_channels_attachments_and_metadata(tmp_path, make, write, setups):
    items = make(3)
    path = write(tmp_path / "a.mcap", items)
    with path.open("rb") as file:
        reader = make_reader(file, validate_crcs=True)
        summary = reader.get_summary()
        assert reader.get_header().profile == "gaitpipe"
        assert sum(1 for _ in reader.iter_messages()) == len(items) == summary.statistics.message_count
        topics = {channel.topic: channel for channel in summary.channels.values()}
        assert set(topics) == {f"/imu/{side}/{items[0].characteristic}" for side in ("left", "right")} | {"/event"}
        left = topics[f"/imu/left/{items[0].characteristic}"].metadata
        sha256 = layout.profile_sha256(setups[0].profile_text)
        assert (left["side"], left["placement"], left["device"]) == ("left", "foot", "Open 12")
        assert (left["profile_id"], left["profile_sha256"]) == ("open_imu", sha256)
        attached = {attachment.name: attachment.data for attachment in reader.iter_attachments()}
        assert attached[layout.profile_name(sha256)].decode() == setups[0].profile_text
        assert next(reader.iter_metadata()).metadata["belt_speed_m_s"] == "3.0"


def test_chunks_are_about_one_second_long(tmp_path, make, write):
    with write(tmp_path / "a.mcap", make(10)).open("rb") as file:
        indexes = make_reader(file).get_summary().chunk_indexes
    assert 9 <= len(indexes) <= 11
    assert max(index.message_end_time - index.message_start_time for index in indexes) <= 1.05e9


def test_tick_puts_the_last_second_on_disk_when_nothing_arrives(tmp_path, make):
    items = make(0.5)
    path = tmp_path / "a.mcap"
    writer = RecordingWriter(path, (), session_start_monotonic_ns=5_000_000_000, session_start_utc_ns=1)
    for item in items:
        writer.write(item)
    assert list(open_raw(path).items) == []
    writer.tick(5_999_999_999)
    assert list(open_raw(path).items) == []
    writer.tick(6_000_000_000)
    assert list(open_raw(path).items) == items
    assert writer.bytes_written == path.stat().st_size
    assert writer.notifications_written == sum(isinstance(item, RawNotification) for item in items)
    writer.close()
    assert writer.bytes_written == path.stat().st_size


@settings(max_examples=50, deadline=None)
@given(
    characteristic=st.text(max_size=60).filter(lambda text: len(text.encode("utf-8", "replace")) < 256),
    monotonic_ns=st.integers(-(2**63), 2**63 - 1),
    payload=st.binary(max_size=600),
    side=st.sampled_from(["left", "right"]),
)
def test_any_notification_survives_encoding(characteristic, monotonic_ns, payload, side):
    item = RawNotification(side, characteristic, monotonic_ns, 17, payload)
    assert layout.decode_item(layout.encode_item(item, 99), 17, 99) == item


@pytest.mark.parametrize("side", ["left", "right", None])
@pytest.mark.parametrize("value", [None, 0.1, -3.0])
def test_any_event_survives_encoding(side, value):
    event = RecordingEvent(-5, 17, "speed", side, 'quote " and\nline', value)
    assert layout.decode_item(layout.encode_item(event, 99), 17, 99) == event


def test_message_of_another_session_is_refused(make):
    with pytest.raises(layout.LayoutError):
        layout.decode_item(layout.encode_item(make(1)[0], 1), 0, 2)


@given(data=st.binary(max_size=60))
@settings(max_examples=200, deadline=None)
def test_random_message_bytes_are_refused_not_decoded(data):
    with pytest.raises(layout.LayoutError):
        layout.decode_item(data, 0, 0x12345678)


def test_event_value_that_is_not_finite_is_refused_before_it_is_written():
    with pytest.raises(layout.LayoutError):
        layout.encode_item(RecordingEvent(0, 0, "speed", value=float("nan")), 1)


def test_existing_file_is_never_touched(tmp_path, make, write):
    path = tmp_path / "a.mcap"
    path.write_text("mine")
    with pytest.raises(RecordingError, match="exists already") as caught:
        write(path, make(1))
    assert caught.value.advice
    assert path.read_text() == "mine"


def test_two_sensors_of_one_side_are_refused(tmp_path, setups):
    with pytest.raises(RecordingError, match="same side"):
        RecordingWriter(
            tmp_path / "a.mcap", (setups[0], setups[0]), session_start_monotonic_ns=0, session_start_utc_ns=0
        )


def test_folder_that_is_missing_gives_advice(tmp_path, make, write):
    with pytest.raises(RecordingError, match="cannot write") as caught:
        write(tmp_path / "none" / "a.mcap", make(1))
    assert "folder" in caught.value.advice


def test_recording_is_readable_by_its_owner_only(tmp_path, make, write):
    path = write(tmp_path / "a.mcap", make(1))
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_recover_closes_a_torn_file_and_keeps_the_original(tmp_path, make, write):
    torn = write(tmp_path / "torn.mcap", make(5), close=False)
    before = torn.read_bytes()
    report = recover(torn, tmp_path / "new.mcap")
    assert torn.read_bytes() == before
    assert sorted(path.name for path in tmp_path.iterdir()) == ["new.mcap", "torn.mcap"]
    raw = open_raw(tmp_path / "new.mcap")
    assert list(raw.items) == list(open_raw(torn).items)
    assert raw.salvage.closed_cleanly
    assert not report.closed_cleanly
    assert [finding.code for finding in raw.salvage.findings()] == ["recording_recovered"]


def test_recover_keeps_losses_visible(tmp_path, make, write):
    path = write(tmp_path / "a.mcap", make(6))
    with path.open("rb") as file:
        chunk = make_reader(file).get_summary().chunk_indexes[2]
    content = bytearray(path.read_bytes())
    content[chunk.chunk_start_offset + 80] ^= 1
    path.write_bytes(content)
    original = open_raw(path)
    kept = list(original.items)
    recover(path, tmp_path / "b.mcap")
    copy = open_raw(tmp_path / "b.mcap")
    assert list(copy.items) == kept
    assert copy.salvage.messages_lost == original.salvage.messages_lost > 0


def test_recover_does_not_overwrite(tmp_path, make, write):
    path = write(tmp_path / "a.mcap", make(1))
    with pytest.raises(RecordingError, match="exists already"):
        recover(path, path)
