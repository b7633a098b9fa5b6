"""The bytes of a gaitpipe recording: what stands in the MCAP file and how one message is encoded.

File
----
An MCAP file (https://mcap.dev) with zstd chunks of about one second; the header's profile is `gaitpipe`. In order:

1. Attachment `session.json`: the session start on both host clocks, the metadata, and for every sensor its side,
   placement, device label, settings, profile id and the SHA-256 of its profile text.
2. One attachment `profile-<first 16 hex digits of the SHA-256>.toml` a distinct profile: the profile text itself.
3. One Metadata record `gaitpipe` with the caller's metadata, a copy for other programs; the reader does not use it.
4. Chunks. Channel `/imu/<side>/<characteristic>` (schema `gaitpipe.RawNotification`) with metadata `side`, `placement`,
   `profile_id`, `profile_sha256`, `device`; channel `/<kind>/<characteristic>` for a device beside the feet; channel
   `/event` (schema `gaitpipe.RecordingEvent`, JSON).
5. After about ten seconds, between two chunks: the attachments of 1 and 2 again.
6. When the recording is closed: these attachments once more, attachment `end.json` (`items`: one more than the sequence
   number of the last message), then MCAP's own summary and footer.

Attachments and chunks carry a CRC-32 each, MCAP's other records do not: nothing that changes a sample stands elsewhere.
Attachments come first, so that a torn file still has them, and again, so that a damaged start does not cost the rest.

Message
-------
`log_time` and `publish_time` are host UTC in ns. `sequence` counts all messages of the file, events included, from 0:
a jump is a loss and tells its size. Data of `gaitpipe.RawNotification`, little-endian, version 1:

====== ==== ========= ==============================================================================================
offset size type      meaning
====== ==== ========= ==============================================================================================
0      1    uint8     version of this layout: 1
1      1    uint8     source: 0 left, 1 right, 2 treadmill, 3 foot pod, 4 heart rate
2      1    uint8     length n of the characteristic's text
3      1    uint8     reserved, 0
4      4    uint32    session tag: CRC-32 of the bytes of `session.json`
8      8    int64     host monotonic clock at receipt, ns
16     n    UTF-8     characteristic, as the source named it (a UUID)
16+n   rest bytes     the notification's payload as received
====== ==== ========= ==============================================================================================

A message says its source and characteristic itself, so it can be read although the channel's definition was lost. The
session tag keeps out chunks of another recording that a file system may leave in a torn tail.

Data of `gaitpipe.RecordingEvent`: a JSON object with `session` (the tag), `host_monotonic_ns`, `kind`, `side` (a source
of that list, such as `left`, or null), `text` and `value` (number or null).
"""

from __future__ import annotations

import hashlib
import json
import math
import struct
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from gaitpipe.model import (
    AUXILIARIES,
    SIDES,
    SOURCES,
    AuxiliarySetup,
    RawNotification,
    RecordingEvent,
    SensorSetup,
)

PROFILE = "gaitpipe"
NOTIFICATION_SCHEMA = "gaitpipe.RawNotification"
EVENT_SCHEMA = "gaitpipe.RecordingEvent"
SESSION_NAME = "session.json"
END_NAME = "end.json"
EVENT_TOPIC = "/event"
FORMAT_VERSION = 1

MAX_CHUNK_BYTES = 4 * 2**20
"""Largest uncompressed chunk and largest record that is written or read; a second of two sensors is about 10 kB."""
MAX_PAYLOAD_BYTES = 65_535
"""Largest payload of one notification; Bluetooth allows 512."""

_PREFIX = struct.Struct("<BBBBIq")


class LayoutError(ValueError):
    """Bytes that this layout does not allow."""


@dataclass(frozen=True, slots=True)
class SessionDescription:
    """What `session.json` and the attached profiles say about a recording."""

    setups: tuple[SensorSetup, ...]
    metadata: dict[str, str]
    session_start_monotonic_ns: int
    session_start_utc_ns: int
    auxiliaries: tuple[AuxiliarySetup, ...] = ()


def profile_sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def profile_name(sha256: str) -> str:
    """Name of the attachment that holds the profile text with this SHA-256."""
    return f"profile-{sha256[:16]}.toml"


def encode_session(description: SessionDescription) -> bytes:
    """The bytes of `session.json`; equal descriptions give equal bytes."""
    content = {
        "format_version": FORMAT_VERSION,
        "session_start_monotonic_ns": description.session_start_monotonic_ns,
        "session_start_utc_ns": description.session_start_utc_ns,
        "metadata": description.metadata,
        "sensors": [
            {
                "side": setup.side,
                "placement": setup.placement,
                "device": setup.device,
                "profile_id": setup.profile_id,
                "profile_sha256": profile_sha256(setup.profile_text),
                "settings": dict(setup.settings),
            }
            for setup in description.setups
        ],
    }
    if description.auxiliaries:
        content["auxiliaries"] = [
            {
                "kind": setup.kind,
                "device": setup.device,
                "profile_id": setup.profile_id,
                "profile_sha256": profile_sha256(setup.profile_text),
                "settings": dict(setup.settings),
            }
            for setup in description.auxiliaries
        ]
    return json.dumps(content, sort_keys=True, ensure_ascii=False, allow_nan=False, indent=1).encode()


def named_profiles(session: bytes) -> tuple[str, ...]:
    """SHA-256 of each profile that a `session.json` needs.

    Raises
    ------
    LayoutError
        The text is no session description, or one of a newer format.
    """
    content = _json_object(session)
    if content.get("format_version") != FORMAT_VERSION:
        raise LayoutError(f"format version {content.get('format_version')!r}, this program reads {FORMAT_VERSION}")
    sensors, auxiliaries = content.get("sensors"), content.get("auxiliaries", [])
    if not isinstance(sensors, list) or not isinstance(auxiliaries, list):
        raise LayoutError("no list of sensors")
    if not all(isinstance(sensor, dict) for sensor in (*sensors, *auxiliaries)):
        raise LayoutError("no list of sensors")
    return tuple(dict.fromkeys(str(sensor.get("profile_sha256")) for sensor in (*sensors, *auxiliaries)))


def decode_session(session: bytes, profile_texts: Mapping[str, str]) -> SessionDescription:
    """The description in `session.json`, with the profile texts put in by their SHA-256.

    Raises
    ------
    LayoutError
        A field is missing or of the wrong type.
    """
    content = _json_object(session)
    try:
        setups = tuple(_decode_setup(sensor, profile_texts) for sensor in content["sensors"])
        auxiliaries = tuple(_decode_auxiliary(one, profile_texts) for one in content.get("auxiliaries", []))
        metadata = {str(key): str(value) for key, value in content["metadata"].items()}
        start_ns, utc_ns = int(content["session_start_monotonic_ns"]), int(content["session_start_utc_ns"])
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise LayoutError(f"{SESSION_NAME}: {error!r}") from None
    return SessionDescription(setups, metadata, start_ns, utc_ns, auxiliaries)


def _decode_setup(sensor: Mapping[str, Any], profile_texts: Mapping[str, str]) -> SensorSetup:
    if sensor["side"] not in SIDES or sensor["placement"] not in ("foot", "shank"):
        raise ValueError(f"side {sensor['side']!r}, placement {sensor['placement']!r}")
    return SensorSetup(
        side=sensor["side"],
        placement=sensor["placement"],
        profile_id=str(sensor["profile_id"]),
        profile_text=profile_texts[sensor["profile_sha256"]],
        settings=_decode_settings(sensor),
        device=str(sensor["device"]),
    )


def _decode_auxiliary(device: Mapping[str, Any], profile_texts: Mapping[str, str]) -> AuxiliarySetup:
    if device["kind"] not in AUXILIARIES:
        raise ValueError(f"a device of the kind {device['kind']!r}")
    return AuxiliarySetup(
        kind=device["kind"],
        profile_id=str(device["profile_id"]),
        profile_text=profile_texts[device["profile_sha256"]],
        settings=_decode_settings(device),
        device=str(device["device"]),
    )


def _decode_settings(device: Mapping[str, Any]) -> dict[str, float]:
    settings = {str(key): value for key, value in device["settings"].items()}
    if not all(isinstance(value, int | float) and math.isfinite(value) for value in settings.values()):
        raise ValueError("settings must be finite numbers")
    return settings


def session_tag(session: bytes) -> int:
    return zlib.crc32(session)


def encode_item(item: RawNotification | RecordingEvent, tag: int) -> bytes:
    """Data of one message, see the top of this module.

    Raises
    ------
    LayoutError
        The item does not fit into the layout (a payload above 65535 bytes, a value that is not finite).
    """
    if isinstance(item, RecordingEvent):
        return _encode_event(item, tag)
    characteristic = item.characteristic.encode()
    if len(characteristic) > 255 or len(item.payload) > MAX_PAYLOAD_BYTES:
        raise LayoutError(f"{len(characteristic)} bytes of characteristic, {len(item.payload)} bytes of payload")
    prefix = _PREFIX.pack(
        FORMAT_VERSION, SOURCES.index(item.source), len(characteristic), 0, tag, item.host_monotonic_ns
    )
    return prefix + characteristic + item.payload


def decode_item(data: bytes, utc_ns: int, tag: int) -> RawNotification | RecordingEvent:
    """The item of one message; `utc_ns` is the message's `log_time`.

    Raises
    ------
    LayoutError
        Not a message of this layout, or one of another session.
    """
    if data[:1] == b"{":
        return _decode_event(data, utc_ns, tag)
    if len(data) < _PREFIX.size:
        raise LayoutError("message too short")
    version, source, length, _reserved, message_tag, monotonic_ns = _PREFIX.unpack_from(data)
    start = _PREFIX.size + length
    if version != FORMAT_VERSION or source >= len(SOURCES) or message_tag != tag or start > len(data):
        raise LayoutError("not a message of this recording")
    try:
        characteristic = str(data[_PREFIX.size : start], "utf-8")
    except UnicodeDecodeError as error:
        raise LayoutError(str(error)) from None
    return RawNotification(SOURCES[source], characteristic, monotonic_ns, utc_ns, data[start:])


def end_items(data: bytes) -> int | None:
    """Number of messages that `end.json` promises; None when it does not say."""
    try:
        items = _json_object(data).get("items")
    except LayoutError:
        return None
    return items if isinstance(items, int) and items >= 0 else None


def encode_end(items: int) -> bytes:
    return json.dumps({"items": items}).encode()


def _encode_event(event: RecordingEvent, tag: int) -> bytes:
    content = {
        "session": tag,
        "host_monotonic_ns": event.host_monotonic_ns,
        "kind": event.kind,
        "side": event.source,
        "text": event.text,
        "value": event.value,
    }
    try:
        return json.dumps(content, allow_nan=False).encode()
    except ValueError as error:
        raise LayoutError(str(error)) from None


def _decode_event(data: bytes, utc_ns: int, tag: int) -> RecordingEvent:
    content = _json_object(data)
    source, value, monotonic_ns = content.get("side"), content.get("value"), content.get("host_monotonic_ns")
    kind, text = content.get("kind"), content.get("text", "")
    sound = (
        content.get("session") == tag
        and isinstance(monotonic_ns, int)
        and isinstance(kind, str)
        and isinstance(text, str)
        and (source is None or source in SOURCES)
        and (value is None or isinstance(value, int | float))
    )
    if not sound:
        raise LayoutError("not an event of this recording")
    return RecordingEvent(int(str(monotonic_ns)), utc_ns, str(kind), source, text, value)


def _json_object(data: bytes) -> dict[str, Any]:
    try:
        content = json.loads(data)
    except (ValueError, RecursionError) as error:
        raise LayoutError(f"not JSON: {error}") from None
    if not isinstance(content, dict):
        raise LayoutError("not a JSON object")
    return content
