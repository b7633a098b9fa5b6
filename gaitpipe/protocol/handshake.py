"""Commands and the device's answers to them, as data: which bytes, on which characteristic, at which moment.

A payload is a row of parts: fixed bytes, a text with settings in braces, or a setting as a binary number. That is all
that the handshakes of the known sensors need; a device that calculates its answers gets a codec instead.
"""

from __future__ import annotations

import re
import struct
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

STRUCT_CODES = {
    "u8": "B", "i8": "b", "u16": "H", "i16": "h", "u32": "I", "i32": "i", "u64": "Q", "i64": "q", "f32": "f",
}  # fmt: skip
"""Number types of a profile and their `struct` letters; all are little-endian."""

Condition = Sequence[Mapping[str, tuple[float, ...]]]
"""Settings and the values of which each must have one; of several such rows one must hold; without any: always."""

_SETTING_IN_TEXT = re.compile(r"\{(\w+)\}")


@dataclass(frozen=True, slots=True)
class PayloadPart:
    """`kind` bytes: `data` as it is. text: ASCII `text` with {settings}. setting: the value of `text` as `type`.

    `codes` are what the device calls the values of the setting; without it the value x `scale` is sent.
    """

    kind: Literal["bytes", "text", "setting"]
    data: bytes = b""
    text: str = ""
    type: str = "u8"
    codes: Mapping[float, int] | None = None
    scale: float = 1.0


@dataclass(frozen=True, slots=True)
class ReplyRule:
    """One notification that the device sends as an answer."""

    characteristic: str
    payload: tuple[PayloadPart, ...]


@dataclass(frozen=True, slots=True)
class CommandRule:
    """One command: its bytes, how the device recognises it, what it answers and what that does to the stream."""

    when: Literal["start", "stop", "info"]
    characteristic: str
    with_response: bool
    payload: tuple[PayloadPart, ...]
    recognised_by: bytes
    replies: tuple[ReplyRule, ...] = ()
    refusals: tuple[ReplyRule, ...] = ()
    streaming: bool | None = None
    only_if: Condition = ()
    pause_after_s: float = 0.0


@dataclass(frozen=True, slots=True)
class Command:
    """Bytes to write to a sensor; `pause_after_s` is what it needs before the next ones."""

    characteristic: str
    payload: bytes
    with_response: bool
    pause_after_s: float = 0.0


@dataclass(frozen=True, slots=True)
class DeviceReply:
    """What a device does after a command: notifications, and whether it streams from now on (None: as before)."""

    notifications: tuple[tuple[str, bytes], ...] = ()
    streaming: bool | None = None


def holds(condition: Condition, settings: Mapping[str, float]) -> bool:
    """Whether these settings fulfil a condition."""
    return not condition or any(all(settings[name] in values for name, values in row.items()) for row in condition)


def render(parts: Sequence[PayloadPart], settings: Mapping[str, float]) -> bytes:
    """The bytes of a payload for these settings."""
    return b"".join(_render_part(part, settings) for part in parts)


def _render_part(part: PayloadPart, settings: Mapping[str, float]) -> bytes:
    if part.kind == "bytes":
        return part.data
    if part.kind == "text":
        return _SETTING_IN_TEXT.sub(lambda found: f"{settings[found.group(1)]:g}", part.text).encode("ascii")
    value = settings[part.text] * part.scale
    if part.codes is not None:
        value = part.codes[settings[part.text]]
    number = value if part.type == "f32" else round(value)
    return struct.pack("<" + STRUCT_CODES[part.type], number)


def settings_named_in_text(text: object) -> list[str]:
    """Names of the settings in the braces of a text; nothing when it is no text."""
    return _SETTING_IN_TEXT.findall(text) if isinstance(text, str) else []


def reply_of(
    rules: Sequence[CommandRule], characteristic: str, payload: bytes, settings: Mapping[str, float]
) -> DeviceReply:
    """What a device with these rules and settings does when `payload` is written to `characteristic`.

    A command that is recognised by its first bytes but does not fit the settings is refused: the stream stays as it is.
    """
    for rule in rules:
        if not holds(rule.only_if, settings):
            continue
        if rule.characteristic == characteristic and payload.startswith(rule.recognised_by):
            accepted = payload == render(rule.payload, settings)
            chosen = rule.replies if accepted else rule.refusals
            notifications = tuple((reply.characteristic, render(reply.payload, settings)) for reply in chosen)
            return DeviceReply(notifications, rule.streaming if accepted else None)
    return DeviceReply()
