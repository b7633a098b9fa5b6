"""Torn, damaged and hostile files: every message that comes out is one that was written, or the file is refused."""

from __future__ import annotations

import random
import struct
import subprocess
import sys
import zlib

import pytest
import zstandard
from mcap.reader import make_reader
from mcap.writer import Writer

from gaitpipe.errors import RecordingError
from gaitpipe.recording import framing, layout
from gaitpipe.recording.reader import open_raw
from gaitpipe.recording.salvage import SalvageReport
from gaitpipe.recording.writer import RecordingWriter


def read(path):
    """Items and report, or None when the file is refused with advice."""
    try:
        raw = open_raw(path)
    except RecordingError as refused:
        error = refused
    else:
        return list(raw.items), raw.salvage
    assert str(path) in error.message
    assert error.advice
    return None


def is_subsequence(part, whole):
    remaining = iter(whole)
    return all(item in remaining for item in part)


@pytest.fixture
def damaged(tmp_path):
    path = tmp_path / "damaged.mcap"

    def save(content):
        path.write_bytes(content)
        return path

    return save


def chunk_index(path):
    with path.open("rb") as file:
        return make_reader(file).get_summary().chunk_indexes


def test_file_cut_at_every_byte_gives_a_prefix_or_is_refused(tmp_path, make, write, damaged):
    items = make(3, per_second=3)
    content = write(tmp_path / "a.mcap", items).read_bytes()
    chunk_ends = [index.chunk_start_offset + index.chunk_length for index in chunk_index(tmp_path / "a.mcap")]
    whole = 0
    for length in range(len(content)):
        result = read(damaged(content[:length]))
        if result is None:
            assert length < chunk_ends[0]
            continue
        got, salvage = result
        assert got == items[: len(got)]
        assert not salvage.closed_cleanly
        assert "recording_damaged" not in [finding.code for finding in salvage.findings()]
        assert len(got) > 0 or length < chunk_ends[0]
        whole += len(got) == len(items)
    assert whole > 0


def test_random_bit_flips_never_give_a_wrong_message(tmp_path, make, write, damaged):
    items = make(6)
    content = write(tmp_path / "a.mcap", items).read_bytes()
    rolls = random.Random(3)
    for _ in range(300):
        flipped = bytearray(content)
        flipped[rolls.randrange(len(content))] ^= 1 << rolls.randrange(8)
        result = read(damaged(flipped))
        assert result is not None  # everything needed stands twice in a closed file
        got, salvage = result
        assert is_subsequence(got, items)
        assert len(got) + salvage.messages_lost == len(items)
        assert len(got) >= len(items) - 25, "one flip costs one second"
        if len(got) < len(items):
            assert "recording_damaged" in [finding.code for finding in salvage.findings()]


def test_flips_in_a_torn_file_never_give_a_wrong_message(tmp_path, make, write, damaged):
    items = make(6)
    content = write(tmp_path / "a.mcap", items, close=False).read_bytes()
    rolls = random.Random(4)
    refused = 0
    for _ in range(200):
        flipped = bytearray(content)
        for _ in range(rolls.choice((1, 1, 3))):
            flipped[rolls.randrange(len(content))] ^= 1 << rolls.randrange(8)
        result = read(damaged(flipped))
        refused += result is None
        assert result is None or is_subsequence(result[0], items)
    assert refused < 100


def test_every_byte_of_a_record_header_may_be_wrong(tmp_path, make, write, damaged):
    items = make(6)
    path = write(tmp_path / "a.mcap", items)
    content = path.read_bytes()
    chunk = chunk_index(path)[2]
    for offset in range(9 + 40):
        for bit in range(8):
            flipped = bytearray(content)
            flipped[chunk.chunk_start_offset + offset] ^= 1 << bit
            got, salvage = read(damaged(flipped))
            assert is_subsequence(got, items)
            assert len(got) >= len(items) - 22
            assert len(got) + salvage.messages_lost == len(items)


@pytest.mark.parametrize("zeros", [1, 9, 100, 4096, 3_000_000])
def test_zero_filled_tail_loses_only_what_it_covers(tmp_path, make, write, damaged, zeros):
    items = make(6)
    content = write(tmp_path / "a.mcap", items, close=False).read_bytes()
    got, salvage = read(damaged(content[:-50] + bytes(50 + zeros)))
    assert got == items[: len(got)]
    assert len(got) >= len(items) - 45
    assert not salvage.closed_cleanly
    assert salvage.tail_bytes >= zeros


@pytest.mark.parametrize("close", [True, False])
def test_destroyed_start_does_not_cost_the_rest(make, write, damaged, tmp_path, close):
    items = make(15)
    content = write(tmp_path / "a.mcap", items, close=close).read_bytes()
    got, salvage = read(damaged(bytes(3000) + content[3000:]))
    assert is_subsequence(got, items)
    assert len(got) >= len(items) - 80
    assert salvage.messages_lost > 0
    assert salvage.lost_s == pytest.approx(got[0].host_monotonic_ns / 1e9 - 5.0)


def test_hole_in_the_middle_is_told_with_its_length(tmp_path, make, write, damaged):
    items = make(10)
    path = write(tmp_path / "a.mcap", items)
    content = bytearray(path.read_bytes())
    index = chunk_index(path)
    start, end = index[3].chunk_start_offset + 4, index[6].chunk_start_offset + 4
    content[start:end] = bytes(end - start)
    got, salvage = read(damaged(content))
    assert is_subsequence(got, items)
    assert salvage.messages_lost == len(items) - len(got)
    assert 3.5 <= salvage.lost_s <= 4.5
    assert salvage.findings()[0].severity == "warning"
    assert "left out" in salvage.findings()[0].advice


def test_lost_last_chunk_of_a_closed_file_is_told(tmp_path, make, write, damaged):
    items = make(5)
    path = write(tmp_path / "a.mcap", items)
    content = bytearray(path.read_bytes())
    content[chunk_index(path)[-1].chunk_start_offset] = 0x07
    got, salvage = read(damaged(content))
    assert salvage.messages_lost == len(items) - len(got) > 0


def test_chunks_of_another_recording_in_the_tail_are_left_out(tmp_path, make, write, damaged):
    items = make(3)
    content = write(tmp_path / "a.mcap", items, close=False).read_bytes()
    with_other_tag = tmp_path / "other.mcap"
    other = [*make(9)]
    with RecordingWriter(with_other_tag, (), session_start_monotonic_ns=0, session_start_utc_ns=0) as writer:
        for item in other:
            writer.write(item)
    got, salvage = read(damaged(content + with_other_tag.read_bytes()[-9000:]))
    assert got == items[: len(got)]
    assert salvage.chunks_bad > 0


def test_repeated_chunk_is_not_read_twice(tmp_path, make, write, damaged):
    items = make(4)
    path = write(tmp_path / "a.mcap", items)
    content = path.read_bytes()
    chunk = chunk_index(path)[1]
    end = chunk.chunk_start_offset + chunk.chunk_length
    got, _salvage = read(damaged(content[:end] + content[chunk.chunk_start_offset : end] + content[end:]))
    assert got == items


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "empty"),
        (b"time_s,acc_x_m_s2\n0,1\n", "not a gaitpipe recording"),
        (bytes(100_000), "not a gaitpipe recording"),
        (framing.MAGIC, "missing or damaged"),
        (framing.MAGIC[:3], "missing or damaged"),
        (framing.MAGIC + b"\x06" * 5000, "missing or damaged"),
    ],
)
def test_file_that_is_no_recording_is_refused_with_advice(damaged, content, words):
    with pytest.raises(RecordingError, match=words) as caught:
        open_raw(damaged(content))
    assert caught.value.advice


def test_mcap_of_another_program_is_refused_by_name(tmp_path):
    path = tmp_path / "other.mcap"
    with path.open("wb") as file:
        writer = Writer(file)
        writer.start(profile="ros2")
        channel = writer.register_channel("/chatter", "json", 0)
        writer.add_message(channel, 1, b"{}", 1)
        writer.finish()
    with pytest.raises(RecordingError, match="another program"):
        open_raw(path)


def test_missing_file_and_folder_are_refused_with_advice(tmp_path):
    for path in (tmp_path / "none.mcap", tmp_path):
        with pytest.raises(RecordingError, match="cannot be read") as caught:
            open_raw(path)
        assert caught.value.advice


def test_recording_without_a_message_says_so(tmp_path, make, write):
    raw = open_raw(write(tmp_path / "a.mcap", []))
    assert list(raw.items) == []
    assert [(finding.code, finding.severity) for finding in raw.salvage.findings()] == [("recording_empty", "error")]


def test_newer_format_is_refused(tmp_path, make, write, damaged):
    path = write(tmp_path / "a.mcap", make(1))
    file_version = b'"format_version": 1'
    content = path.read_bytes()
    position = content.index(file_version)
    start = content.rindex(b"\x09", 0, position - 40)
    body_length = struct.unpack_from("<Q", content, start + 1)[0]
    body = bytearray(content[start + 9 : start + 9 + body_length].replace(file_version, b'"format_version": 9'))
    body[-4:] = struct.pack("<I", zlib.crc32(body[:-4]))
    with pytest.raises(RecordingError, match="format version 9"):
        open_raw(damaged(content[: start + 9] + body + content[start + 9 + body_length :]))


def chunk_record(content, claimed_size):
    data = zstandard.ZstdCompressor().compress(content)
    body = struct.pack("<QQQI", 0, 0, claimed_size, zlib.crc32(content)) + b"\x04\0\0\0zstd"
    body += struct.pack("<Q", len(data)) + data
    return struct.pack("<BQ", 6, len(body)) + body


@pytest.mark.parametrize("claimed_size", [2**62, 2**30, 100])
def test_chunk_that_would_fill_the_memory_is_left_out(tmp_path, make, write, damaged, claimed_size):
    items = make(3)
    content = write(tmp_path / "a.mcap", items, close=False).read_bytes()
    bomb = chunk_record(bytes(2**27), claimed_size)  # 128 MiB of zeros in about 4 kB
    path = damaged(content + bomb)
    script = (
        "import sys, resource; from gaitpipe.recording.reader import open_raw;"
        "before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss; raw = open_raw(sys.argv[1]); list(raw.items);"
        "grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before; print(raw.salvage.chunks_bad, grown)"
    )
    output = subprocess.run(
        [sys.executable, "-c", script, path], check=True, capture_output=True, text=True, timeout=60
    )
    bad, grown_kib = map(int, output.stdout.split())
    assert bad == 1
    assert grown_kib < 32_000


def test_lying_message_lengths_inside_a_sound_chunk_are_refused():
    for content in (b"\x05" + struct.pack("<Q", 2**60), b"\x05" + struct.pack("<Q", 3) + b"abc", b"\x05\0"):
        body = chunk_record(content, len(content))[9:]
        assert framing.chunk_messages(body) is None


def test_hostile_description_is_refused():
    for text in (b"[" * 100_000, b"{}", b'{"format_version": 1, "sensors": 3}', b"\xff"):
        with pytest.raises(layout.LayoutError):
            layout.named_profiles(text)
    half = b'{"format_version": 1, "sensors": [{"side": "middle"}], "metadata": {}}'
    with pytest.raises(layout.LayoutError):
        layout.decode_session(half, {})


def test_full_disk_stops_the_recording_and_keeps_what_was_written(tmp_path, make):
    path = tmp_path / "a.mcap"
    script = """
import resource, sys
sys.path.insert(0, sys.argv[2])
from conftest import make_items, write_file
from gaitpipe.errors import RecordingError
from pathlib import Path
resource.setrlimit(resource.RLIMIT_FSIZE, (6000, 6000))
try:
    write_file(Path(sys.argv[1]), make_items(20))
except RecordingError as error:
    print(error.message, error.advice)
"""
    folder = str(__file__).rsplit("/", 1)[0]
    output = subprocess.run(
        [sys.executable, "-c", script, path, folder], check=True, capture_output=True, text=True, timeout=60
    )
    assert "cannot write the recording" in output.stdout
    assert "free space" in output.stdout
    items = make(20)
    got, salvage = read(path)
    assert got == items[: len(got)]
    assert len(got) > 20
    assert not salvage.closed_cleanly


def test_a_file_without_its_end_is_told_truly_and_counts_have_their_number(make, write, tmp_path):
    content = write(tmp_path / "a.mcap", make(5)).read_bytes()
    (tmp_path / "cut.mcap").write_bytes(content[: 2 * len(content) // 3])
    raw = open_raw(tmp_path / "cut.mcap")
    assert len(list(raw.items)) > 0
    [finding] = [item for item in raw.salvage.findings() if item.code == "recording_not_closed"]
    assert finding.message.startswith("The file ends without its closing part")
    assert "After a crash at most the last two seconds are missing; of a cut copy, more" in finding.advice
    one = SalvageReport(closed_cleanly=True, chunks_bad=1, bytes_skipped=1, messages_lost=1, messages_read=1)
    [finding] = one.findings()
    assert "1 part with a wrong checksum, 1 unreadable byte, 1 notification known to be lost" in finding.message
