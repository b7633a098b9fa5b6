"""Reads a recording, whole, torn or damaged, and never gives a wrong message.

Rules:

1. Only what a CRC covers is used: attachments and chunks. A chunk with any fault is left out as a whole.
2. Messages come in the order of their sequence number; a chunk that goes back (a stale copy) is left out.
3. A missing footer is the normal end of a program that was killed; it is stated, not refused.
4. Without `session.json` and the profiles nothing can be decoded: then, and only then, the file is refused.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

from mcap.opcode import Opcode

from gaitpipe.errors import RecordingError
from gaitpipe.model import AuxiliarySetup, RawNotification, RecordingEvent, SensorSetup
from gaitpipe.recording import framing, layout
from gaitpipe.recording.salvage import SalvageReport
from gaitpipe.recording.writer import RecordingWriter

RECOVERED_KEY = "recovered"
MAX_ATTACHMENTS = 64
"""A recording has about five; a hostile file shall not fill the memory with more."""

Item = RawNotification | RecordingEvent


@dataclass(frozen=True, slots=True)
class RawRecording:
    """A recording before decoding. `items` may be read once; `salvage` is complete after that."""

    setups: tuple[SensorSetup, ...]
    metadata: dict[str, str]
    session_start_monotonic_ns: int
    session_start_utc_ns: int
    items: Iterator[Item]
    salvage: SalvageReport
    auxiliaries: tuple[AuxiliarySetup, ...] = ()


@dataclass(slots=True)
class _Description:
    """Attachments found so far: the first sound copy of each counts."""

    session: bytes = b""
    contents: dict[str, bytes] = field(default_factory=dict)
    profile_ids: tuple[str, ...] = ()

    def add(self, name: str, data: bytes) -> None:
        if len(self.contents) < MAX_ATTACHMENTS:
            self.contents.setdefault(name, data)
        if name == layout.SESSION_NAME and not self.session:
            self.session = data
            self.profile_ids = layout.named_profiles(data)

    @property
    def complete(self) -> bool:
        return bool(self.session) and not self.missing_profiles()

    def missing_profiles(self) -> list[str]:
        return [sha256 for sha256 in self.profile_ids if sha256 not in self.profile_texts()]

    def profile_texts(self) -> dict[str, str]:
        texts: dict[str, str] = {}
        for sha256 in self.profile_ids:
            text = str(self.contents.get(layout.profile_name(sha256), b""), "utf-8", "replace")
            if layout.profile_sha256(text) == sha256:
                texts[sha256] = text
        return texts


@dataclass(frozen=True, slots=True)
class _Opened:
    """A recording whose description was read, and what is needed to read its items."""

    path: Path
    session: layout.SessionDescription
    tag: int
    salvage: SalvageReport


def open_raw(path: Path | str) -> RawRecording:
    """Open a recording and read what it says about its sensors; the items follow lazily.

    Raises
    ------
    RecordingError
        The file cannot be read, is empty, is not a gaitpipe recording, or its description is lost.
    """
    opened = _read_start(Path(path))
    return RawRecording(
        setups=opened.session.setups,
        metadata=opened.session.metadata,
        session_start_monotonic_ns=opened.session.session_start_monotonic_ns,
        session_start_utc_ns=opened.session.session_start_utc_ns,
        items=(item for _sequence, item in _numbered_items(opened)),
        salvage=opened.salvage,
        auxiliaries=opened.session.auxiliaries,
    )


def recover(path: Path | str, out_path: Path | str) -> SalvageReport:
    """Write all that can be read of a torn recording to `out_path` as a closed, indexed recording.

    The original is kept. The new file appears under its name only when it is complete, on disk and read back with the
    same number of messages; losses stay visible in it.

    Raises
    ------
    RecordingError
        `path` cannot be read, or `out_path` exists or cannot be written.
    """
    opened, out_path = _read_start(Path(path)), Path(out_path)
    if out_path.exists():
        raise RecordingError(str(out_path), "this file exists already", "Give another name; nothing was changed.")
    temporary = out_path.with_name(f".{out_path.name}.{os.getpid()}.tmp")
    try:
        _rewrite(opened, temporary)
        copy = open_raw(temporary)
        read_back = sum(1 for _ in copy.items)
        if read_back != opened.salvage.messages_read or not copy.salvage.closed_cleanly:
            raise RecordingError(str(out_path), "the copy does not read back", "Check the disk; the original is kept.")
        temporary.replace(out_path)
    except OSError as error:
        raise RecordingError(str(out_path), f"cannot write: {error.strerror}", "The original is kept.") from error
    finally:
        temporary.unlink(missing_ok=True)
    return opened.salvage


def _rewrite(opened: _Opened, temporary: Path) -> None:
    session = opened.session
    note = {} if opened.salvage.closed_cleanly else {RECOVERED_KEY: "closed afterwards"}
    writer = RecordingWriter(
        temporary,
        session.setups,
        session.metadata | note,
        session_start_monotonic_ns=session.session_start_monotonic_ns,
        session_start_utc_ns=session.session_start_utc_ns,
        auxiliaries=session.auxiliaries,
    )
    with writer:
        for sequence, item in _numbered_items(opened):
            writer.write(item, sequence)


def _read_start(path: Path) -> _Opened:
    with _open(path) as file:
        size = os.fstat(file.fileno()).st_size
        description = _read_description(path, file, size)
        salvage = SalvageReport(closed_cleanly=framing.has_footer(file, size))
    try:
        session = layout.decode_session(description.session, description.profile_texts())
    except layout.LayoutError as error:
        raise _unusable(path, str(error)) from None
    salvage.recovered = RECOVERED_KEY in session.metadata
    return _Opened(path, session, layout.session_tag(description.session), salvage)


@contextlib.contextmanager
def _open(path: Path) -> Iterator[BinaryIO]:
    """Open the file; an error of the system, now or while reading, names the file and what to do."""
    if path.exists() and not path.is_file():
        raise RecordingError(str(path), "cannot be read: it is no file", "Give a file: not a folder, nor a pipe.")
    try:
        with path.open("rb") as file:
            yield file
    except OSError as error:
        advice = "Check the name." if isinstance(error, FileNotFoundError) else "Check the file and its permissions."
        raise RecordingError(str(path), f"cannot be read: {error.strerror or error}", advice) from error


def _read_description(path: Path, file: BinaryIO, size: int) -> _Description:
    """The first sound copy of everything that decoding needs; it stands at the start, and again at the end."""
    if size == 0:
        raise RecordingError(str(path), "the file is empty", "It was made but nothing was recorded; record again.")
    found = _Description()
    header = b""
    try:
        for record in framing.walk(file, size):
            if isinstance(record, framing.Damage):
                continue
            if record.opcode == Opcode.HEADER:
                header = record.body
            elif record.opcode == Opcode.ATTACHMENT and (named := framing.attachment(record.body)):
                found.add(*named)
                if found.complete:
                    return found
    except layout.LayoutError as error:
        raise _unusable(path, str(error)) from None
    raise _no_description(path, file, header, found)


def _no_description(path: Path, file: BinaryIO, header: bytes, found: _Description) -> RecordingError:
    file.seek(0)
    begins_as_mcap = framing.MAGIC.startswith(file.read(len(framing.MAGIC)))
    if not begins_as_mcap and not found.contents:
        advice = (
            "Give a recording made by gaitpipe (.mcap). CSV files of samples: "
            "`gaitpipe analyze --left FILE --right FILE --placement foot`."
        )
        return RecordingError(str(path), "this is not a gaitpipe recording", advice)
    if header and layout.PROFILE.encode() not in header:
        advice = "gaitpipe reads MCAP files that it recorded itself."
        return RecordingError(str(path), "this MCAP file was made by another program", advice)
    return _unusable(path, "the description of its sensors is missing or damaged")


def _unusable(path: Path, problem: str) -> RecordingError:
    advice = "The file is cut near its start or damaged there, and cannot be decoded. Look for an intact copy."
    return RecordingError(str(path), problem, advice)


def _numbered_items(opened: _Opened) -> Iterator[tuple[int, Item]]:
    """All sound items with their sequence numbers; fills `salvage` on the way."""
    salvage = opened.salvage
    expected, last_ns = 0, opened.session.session_start_monotonic_ns
    bad_since_item, damage_at_end, promised = 0, 0, 0
    with _open(opened.path) as file:
        for record in framing.walk(file, os.fstat(file.fileno()).st_size):
            damage_at_end = record.length if isinstance(record, framing.Damage) else 0
            salvage.bytes_skipped += damage_at_end
            if isinstance(record, framing.Damage):
                continue
            promised = max(promised, _promised_items(record))
            if record.opcode != Opcode.CHUNK:
                continue
            items = _chunk_items(record.body, opened.tag, expected)
            if items is None:
                salvage.chunks_bad += 1
                bad_since_item += 1
                continue
            salvage.chunks_read += 1
            for sequence, item in items:
                if sequence > expected:
                    salvage.lost_s += max(0, item.host_monotonic_ns - last_ns) / 1e9
                    salvage.messages_lost += sequence - expected
                salvage.messages_read += 1
                expected, last_ns, bad_since_item = sequence + 1, item.host_monotonic_ns, 0
                yield sequence, item
    if not salvage.closed_cleanly:  # what stands behind the last whole record of a killed program is no damage
        salvage.tail_bytes = damage_at_end
        salvage.bytes_skipped -= damage_at_end
    salvage.messages_lost += max(0, promised - expected)
    salvage.lost_s += 1.0 * bad_since_item


def _promised_items(record: framing.Record) -> int:
    """How many items `end.json` says that the recording has; 0 for any other record."""
    named = framing.attachment(record.body) if record.opcode == Opcode.ATTACHMENT else None
    if named is None or named[0] != layout.END_NAME:
        return 0
    return layout.end_items(named[1]) or 0


def _chunk_items(body: bytes, tag: int, expected: int) -> list[tuple[int, Item]] | None:
    """The items of a chunk; None when one of them is not what this recording would hold next or later."""
    messages = framing.chunk_messages(body)
    if messages is None:
        return None
    items: list[tuple[int, Item]] = []
    for message in messages:
        if message.sequence < expected:
            return None
        try:
            items.append((message.sequence, layout.decode_item(message.data, message.log_time_ns, tag)))
        except layout.LayoutError:
            return None
        expected = message.sequence + 1
    return items
