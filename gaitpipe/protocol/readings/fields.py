"""Binary fields of the standard services: integers in little-endian order, one after another, some of them optional.

A `Group` is what one flag stands for: one field or several. The walker never reads beyond the end: a payload that is
shorter than its flags say is a fault. Longer is a fault too, unless the rest is zeros (machines send padded frames) or
flags are set that nobody here knows: what belongs to those comes last and is passed over.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from gaitpipe.model import ReadingValue
from gaitpipe.protocol.readings.contract import Unread, Values


@dataclass(frozen=True, slots=True)
class Field:
    """One integer of `size` bytes; SI value = raw * `numerator` / `divisor`, None where raw is `absent`."""

    name: str
    size: int
    numerator: float = 1.0
    divisor: float = 1.0
    signed: bool = False
    absent: int | None = None

    def read(self, data: bytes) -> float | None:
        """The value of these bytes."""
        raw = int.from_bytes(data, "little", signed=self.signed)
        return None if raw == self.absent else raw * self.numerator / self.divisor

    def write(self, value: float | None) -> bytes:
        """The bytes of a value; it saturates where the integer ends."""
        if value is None:
            raw = self.absent or 0
        else:
            low = -(1 << (8 * self.size - 1)) if self.signed else 0
            high = low + (1 << (8 * self.size)) - 1
            raw = min(max(round(value * self.divisor / self.numerator), low), high)
        return raw.to_bytes(self.size, "little", signed=self.signed)


@dataclass(frozen=True, slots=True)
class Group:
    """The fields that come together when bit `bit` of the flags is set."""

    bit: int
    fields: tuple[Field, ...]


def read_groups(payload: bytes, start: int, flags: int, groups: Sequence[Group]) -> dict[str, ReadingValue] | Unread:
    """The fields that the flags name, from byte `start` on; only those."""
    values: dict[str, ReadingValue] = {}
    place = start
    for group in groups:
        if flags >> group.bit & 1:
            for field in group.fields:
                if place + field.size > len(payload):
                    return Unread(f"{len(payload)} bytes, but the flags say that {field.name} follows")
                values[field.name] = field.read(payload[place : place + field.size])
                place += field.size
    known = sum(1 << bit for bit in {group.bit for group in groups})
    if any(payload[place:]) and not flags & ~known:
        return Unread(f"{len(payload) - place} bytes more than the flags say")
    return values


def write_groups(values: Values, groups: Sequence[Group]) -> tuple[int, bytes]:
    """The flags and bytes of the groups of which a value is given."""
    flags, data = 0, b""
    for group in groups:
        if any(values.get(field.name) is not None for field in group.fields):
            flags |= 1 << group.bit
            data += b"".join(field.write(number_of(values, field.name)) for field in group.fields)
    return flags, data


def names_of(groups: Sequence[Group]) -> dict[str, ReadingValue]:
    """All fields of these groups, not told."""
    return {field.name: None for group in groups for field in group.fields}


def number_of(values: Values, name: str) -> float | None:
    """A value as a number; None when it is not given or no number."""
    value = values.get(name)
    return float(value) if isinstance(value, (int, float)) else None


def text_of(codes: Mapping[int, str], code: int) -> str:
    """The words of a code; a code that nobody here knows stays a number."""
    return codes.get(code, f"code {code}")


def code_of(codes: Mapping[int, str], text: object) -> int:
    """The code of these words; of `code 77` it is 77.

    Raises
    ------
    KeyError
        There are no such words.
    """
    if isinstance(text, str) and text.startswith("code ") and text[5:].isdecimal():
        return int(text[5:])
    return {words: code for code, words in codes.items()}[str(text)]
