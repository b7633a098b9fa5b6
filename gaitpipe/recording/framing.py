"""Walks the records of an MCAP file that may be torn or damaged anywhere, in bounded memory.

Rules:

1. A record is believed only when its lengths agree with each other: its own length, the lengths inside, the file's end.
   (Most MCAP records have no checksum; a flipped bit in a length must not throw the walk off the rails.)
2. Where a record is not believed, the walk looks, from the next byte on, for the next believed start of a chunk, of an
   attachment or of the end of the data, and reports the bytes between as damage.
3. No record above `layout.MAX_CHUNK_BYTES` is believed, so a hostile length allocates nothing.
4. Records of the summary are believed only after the end of the data; they hold nothing that is read here.

The walk gives records; whether a chunk's content is right is decided by its CRC, in `chunk_messages`.
"""

from __future__ import annotations

import re
import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

import zstandard
from mcap.opcode import Opcode

from gaitpipe.recording.layout import MAX_CHUNK_BYTES

MAGIC = b"\x89MCAP0\r\n"
_HEAD_BYTES = 9
_FOOTER_BYTES = 20
_WINDOW_BYTES = 2**20

# A record below 16 MiB has a length whose upper five bytes are zero.
_START = re.compile(
    rb"\x06.{3}\x00{5}.{28}\x04\x00{3}zstd"  # chunk
    rb"|\x09.{3}\x00{5}.{16}.\x00{3}[a-z]"  # attachment
    rb"|\x0f\x04\x00{7}",  # end of the data
    re.DOTALL,
)
_START_BYTES = 64
_FIXED_BYTES: dict[int, int] = {Opcode.DATA_END: 4, Opcode.FOOTER: _FOOTER_BYTES}
_SUMMARY = frozenset(
    {
        Opcode.SCHEMA,
        Opcode.CHANNEL,
        Opcode.STATISTICS,
        Opcode.CHUNK_INDEX,
        Opcode.ATTACHMENT_INDEX,
        Opcode.METADATA_INDEX,
        Opcode.SUMMARY_OFFSET,
    }
)


@dataclass(frozen=True, slots=True)
class Record:
    """One believed record: its opcode, where it starts, and the bytes after its length."""

    opcode: int
    offset: int
    body: bytes


@dataclass(frozen=True, slots=True)
class Damage:
    """Bytes that belong to no believed record."""

    offset: int
    length: int


@dataclass(frozen=True, slots=True)
class Message:
    """One message of a chunk."""

    sequence: int
    log_time_ns: int
    data: bytes


def has_footer(file: BinaryIO, size: int) -> bool:
    """True when the file ends as a closed MCAP file does."""
    length = _HEAD_BYTES + _FOOTER_BYTES + len(MAGIC)
    if size < len(MAGIC) + length:
        return False
    file.seek(size - length)
    tail = file.read(length)
    return tail[:_HEAD_BYTES] == struct.pack("<BQ", Opcode.FOOTER, _FOOTER_BYTES) and tail.endswith(MAGIC)


def walk(file: BinaryIO, size: int) -> Iterator[Record | Damage]:
    """All believed records of the file in order, and the damage between them."""
    file.seek(0)
    position = len(MAGIC) if file.read(len(MAGIC)) == MAGIC else 0
    if position == 0:
        position = _next_start(file, 0, size)
        yield Damage(0, position)
    in_summary = False
    while position < size:
        record = _record_at(file, position, size, in_summary)
        if record is None:
            start = _next_start(file, position + 1, size)
            yield Damage(position, start - position)
            position = start
            continue
        yield record
        if record.opcode == Opcode.FOOTER:
            return
        in_summary |= record.opcode == Opcode.DATA_END
        position += _HEAD_BYTES + len(record.body)


def _record_at(file: BinaryIO, position: int, size: int, in_summary: bool) -> Record | None:
    file.seek(position)
    head = file.read(_HEAD_BYTES)
    if len(head) < _HEAD_BYTES:
        return None
    opcode, length = struct.unpack("<BQ", head)
    if length > MAX_CHUNK_BYTES or position + _HEAD_BYTES + length > size:
        return None
    body = file.read(length)
    if len(body) != length or not _believed(opcode, body, in_summary):
        return None
    return Record(opcode, position, body)


def _believed(opcode: int, body: bytes, in_summary: bool) -> bool:
    """True when the lengths inside the record add up to its own length."""
    if opcode in _SUMMARY:
        return in_summary
    if opcode in _FIXED_BYTES:
        return len(body) == _FIXED_BYTES[opcode] and (in_summary or opcode == Opcode.DATA_END)
    try:
        return _end_by_inner_lengths(opcode, body) == len(body)
    except struct.error:
        return False


def _end_by_inner_lengths(opcode: int, body: bytes) -> int:
    """Where the record must end if the lengths inside are right; -1 for an opcode that is not known."""
    match opcode:
        case Opcode.CHUNK:
            return _skip_data(body, _skip_text(body, 28))
        case Opcode.MESSAGE_INDEX:
            return _skip_text(body, 2)
        case Opcode.ATTACHMENT:
            return _skip_data(body, _skip_text(body, _skip_text(body, 16))) + 4
        case Opcode.HEADER | Opcode.METADATA:
            return _skip_text(body, _skip_text(body, 0))
        case _:
            return -1


def _skip_text(body: bytes, offset: int) -> int:
    return offset + 4 + int(struct.unpack_from("<I", body, offset)[0])


def _skip_data(body: bytes, offset: int) -> int:
    return offset + 8 + int(struct.unpack_from("<Q", body, offset)[0])


def _next_start(file: BinaryIO, position: int, size: int) -> int:
    """Place of the next believed chunk, attachment or end of data at or after `position`; `size` when there is none."""
    while position < size:
        file.seek(position)
        window = file.read(_WINDOW_BYTES + _START_BYTES)
        if not window:
            return size
        match = _START.search(window)
        while match is not None and match.start() < _WINDOW_BYTES:
            if _record_at(file, position + match.start(), size, in_summary=False) is not None:
                return position + match.start()
            match = _START.search(window, match.start() + 1)
        position += _WINDOW_BYTES
    return size


def attachment(body: bytes) -> tuple[str, bytes] | None:
    """Name and content of an attachment; None when its CRC does not fit."""
    name_end = _skip_text(body, 16)
    data_start = _skip_text(body, name_end) + 8
    (crc,) = struct.unpack_from("<I", body, len(body) - 4)
    if zlib.crc32(body[:-4]) != crc:
        return None
    return str(body[20:name_end], "utf-8", "replace"), body[data_start:-4]


def chunk_messages(body: bytes) -> list[Message] | None:
    """The messages of a chunk; None when anything about it is wrong: then not one of them is used."""
    size, crc = struct.unpack_from("<QI", body, 16)
    compression_end = _skip_text(body, 28)
    if body[32:compression_end] != b"zstd" or size > MAX_CHUNK_BYTES:
        return None
    content = _decompress(body[compression_end + 8 :], size)
    if content is None or len(content) != size or zlib.crc32(content) != crc:
        return None
    return _split(content)


def _decompress(data: bytes, size: int) -> bytes | None:
    """The content of a zstd frame that says itself that it is `size` bytes long: nothing larger is ever allocated."""
    try:
        if zstandard.frame_content_size(data) != size:
            return None
        return zstandard.ZstdDecompressor(max_window_size=2 * MAX_CHUNK_BYTES).decompress(data, max_output_size=size)
    except zstandard.ZstdError:
        return None


def _split(content: bytes) -> list[Message] | None:
    messages: list[Message] = []
    position = 0
    while position < len(content):
        if position + _HEAD_BYTES > len(content):
            return None
        opcode, length = struct.unpack_from("<BQ", content, position)
        start = position + _HEAD_BYTES
        position = start + length
        if position > len(content):
            return None
        if opcode == Opcode.MESSAGE:
            if length < 22:
                return None
            _channel, sequence, log_time_ns, _published_ns = struct.unpack_from("<HIQQ", content, start)
            messages.append(Message(sequence, log_time_ns, content[start + 22 : position]))
    return messages
