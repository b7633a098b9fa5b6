"""Writes a recording while it happens: every notification as it came, safe on disk within a second.

Rules:

1. The file is new; an existing one is never touched.
2. What is needed to decode (`session.json`, profiles) is on disk before the first notification.
3. A chunk is closed and forced to disk once a second of host monotonic time, told by the items themselves and, when
   none arrive, by `tick`. What is lost when everything stops is therefore less than the open second.
4. What is needed to decode is repeated after ten seconds, so that a damaged start of a torn file does not cost it all.
5. `close` closes the last chunk, repeats the description and writes MCAP's index.
6. After an error of the file system nothing more is written: what is on disk stays as it is, and can be salvaged.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from mcap.writer import CompressionType, Writer

from gaitpipe import __version__
from gaitpipe.errors import RecordingError
from gaitpipe.model import SIDES, AuxiliarySetup, RawNotification, RecordingEvent, SensorSetup, Source
from gaitpipe.recording import layout

FLUSH_INTERVAL_NS = 1_000_000_000
REPEAT_AFTER_FLUSHES = 10
SOFTWARE = f"gaitpipe {__version__}"
_sync_data: Callable[[int], None] = getattr(os, "fdatasync", os.fsync)  # macOS and Windows have fsync only


class RecordingWriter:
    """Context manager that writes one recording; see the rules at the top of this module.

    Parameters
    ----------
    path : Path
        The new file.
    setups : sequence of SensorSetup
        At most one sensor a side.
    metadata : mapping
        Text about the session (pseudonym, belt speed, calibration), kept as it is.
    session_start_monotonic_ns, session_start_utc_ns : int
        Time 0 of the session on both host clocks.
    auxiliaries : sequence of AuxiliarySetup
        Devices beside the feet, at most one of a kind.

    Raises
    ------
    RecordingError
        The file exists already or cannot be written (here and in `write`, `tick`, `close`).
    """

    def __init__(
        self,
        path: Path,
        setups: Sequence[SensorSetup],
        metadata: Mapping[str, str] | None = None,
        *,
        session_start_monotonic_ns: int,
        session_start_utc_ns: int,
        auxiliaries: Sequence[AuxiliarySetup] = (),
    ) -> None:
        self.path = Path(path)
        self._setups: dict[Source, SensorSetup | AuxiliarySetup] = {setup.side: setup for setup in setups}
        self._setups |= {setup.kind: setup for setup in auxiliaries}
        if len(self._setups) != len(setups) + len(auxiliaries):
            message = "two sensors for the same side, or two devices of the same kind"
            raise RecordingError(str(path), message, "Give one sensor for each side and one device of a kind.")
        text = {"software": SOFTWARE} | {str(key): str(value) for key, value in (metadata or {}).items()}
        description = layout.SessionDescription(
            tuple(setups), text, session_start_monotonic_ns, session_start_utc_ns, tuple(auxiliaries)
        )
        self._session = layout.encode_session(description)
        self._tag = layout.session_tag(self._session)
        self._utc_ns = session_start_utc_ns
        self._sequence = 0
        self._pending = 0
        self._flushes = 0
        self._flushed_ns = session_start_monotonic_ns
        self._channels: dict[tuple[Source | None, str], int] = {}
        self._failed: RecordingError | None = None
        self._closed = False
        self._bytes = 0
        self.notifications_written = 0
        with self._as_recording_error():
            self._file = open(self.path, "xb", opener=_private)  # noqa: SIM115 (Path.open has no opener)
        with self._as_recording_error():
            self._start(text)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @property
    def bytes_written(self) -> int:
        """Bytes of the file so far; the open second is not in it yet."""
        return self._bytes if self._file.closed else self._file.tell()

    def write(self, item: RawNotification | RecordingEvent, sequence: int | None = None) -> None:
        """Add one item; once a second this takes as long as the disk does (milliseconds, tens when it is busy).

        `sequence` is given only when a file is rewritten and its losses must stay visible.
        """
        if self._failed is not None:  # several parts write: each must say what really happened
            raise self._failed
        if self._closed:
            raise RecordingError(str(self.path), "the recording is closed", "Start a new recording.")
        data = layout.encode_item(item, self._tag)
        self._sequence = self._sequence if sequence is None else sequence
        with self._as_recording_error():
            channel = self._channel(item)
            self._writer.add_message(channel, item.host_utc_ns, data, item.host_utc_ns, self._sequence & 0xFFFFFFFF)
        self._sequence += 1
        self._pending += 1
        self.notifications_written += isinstance(item, RawNotification)
        self.tick(item.host_monotonic_ns)

    def tick(self, now_ns: int) -> None:
        """Say what time it is (host monotonic), so that a second without notifications is forced to disk too."""
        if (
            self._pending
            and self._failed is None
            and not self._closed
            and now_ns - self._flushed_ns >= FLUSH_INTERVAL_NS
        ):
            self._flush()
            self._flushed_ns = now_ns
            self._flushes += 1
            if self._flushes == REPEAT_AFTER_FLUSHES:
                with self._as_recording_error():
                    self._attach_description()

    def close(self) -> None:
        """Close the last chunk and write the index; calling it again does nothing."""
        if self._closed:
            return
        self._closed = True
        try:
            if self._failed is None:
                with self._as_recording_error():
                    self._finish()
        finally:
            with contextlib.suppress(OSError):
                self._bytes = self._file.tell()
                self._file.close()

    def _start(self, metadata: Mapping[str, str]) -> None:
        self._writer: Any = Writer(self._file, compression=CompressionType.ZSTD)
        self._writer.start(profile=layout.PROFILE, library=SOFTWARE)
        self._attach_description()
        self._writer.add_metadata(layout.PROFILE, dict(metadata))
        self._schemas = {
            name: self._writer.register_schema(name, "", b"")
            for name in (layout.NOTIFICATION_SCHEMA, layout.EVENT_SCHEMA)
        }
        self._flush()
        _sync_folder(self.path.parent)

    def _finish(self) -> None:
        self._writer.flush()
        self._attach_description()
        self._attach(layout.END_NAME, "application/json", layout.encode_end(self._sequence))
        self._writer.finish()
        self._flush()

    def _attach_description(self) -> None:
        self._attach(layout.SESSION_NAME, "application/json", self._session)
        texts = {layout.profile_sha256(setup.profile_text): setup.profile_text for setup in self._setups.values()}
        for sha256, text in texts.items():
            self._attach(layout.profile_name(sha256), "application/toml", text.encode())

    def _attach(self, name: str, media_type: str, data: bytes) -> None:
        if len(data) > layout.MAX_CHUNK_BYTES - 1024:
            raise RecordingError(str(self.path), f"{name} is too long ({len(data)} bytes)", "Shorten the metadata.")
        self._writer.add_attachment(self._utc_ns, self._utc_ns, name, media_type, data)

    def _channel(self, item: RawNotification | RecordingEvent) -> int:
        source, name = (item.source, item.characteristic) if isinstance(item, RawNotification) else (None, "")
        channel = self._channels.get((source, name))
        if channel is None:
            channel = self._channels[source, name] = self._register(source, name)
        return channel

    def _register(self, source: Source | None, characteristic: str) -> int:
        if source is None:
            return int(self._writer.register_channel(layout.EVENT_TOPIC, "json", self._schemas[layout.EVENT_SCHEMA]))
        about = {"side" if source in SIDES else "kind": str(source)}
        if setup := self._setups.get(source):
            about |= {"placement": setup.placement} if isinstance(setup, SensorSetup) else {}
            about |= {
                "profile_id": setup.profile_id,
                "profile_sha256": layout.profile_sha256(setup.profile_text),
                "device": setup.device,
            }
        schema = self._schemas[layout.NOTIFICATION_SCHEMA]
        topic = f"/imu/{source}" if source in SIDES else f"/{source}"
        return int(self._writer.register_channel(f"{topic}/{characteristic}", layout.PROFILE, schema, about))

    def _flush(self) -> None:
        with self._as_recording_error():
            self._writer.flush()
            self._file.flush()
            _sync_data(self._file.fileno())
        self._pending = 0

    @contextlib.contextmanager
    def _as_recording_error(self) -> Iterator[None]:
        try:
            yield
        except FileExistsError:
            message, advice = "this file exists already", "Give another name; recordings are never overwritten."
            self._failed = RecordingError(str(self.path), message, advice)
            raise self._failed from None
        except OSError as error:
            message = f"cannot write the recording: {error.strerror or error}"
            advice = "Check the folder, its permissions and the free space. What was written before is kept."
            self._failed = RecordingError(str(self.path), message, advice)
            raise self._failed from error


def _private(path: str, flags: int) -> int:
    """A recording speaks of a person's health: only its owner may read it."""
    return os.open(path, flags, 0o600)


def _sync_folder(folder: Path) -> None:
    """Make the new name itself last through a power cut; not every system can open a folder."""
    with contextlib.suppress(OSError):
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
