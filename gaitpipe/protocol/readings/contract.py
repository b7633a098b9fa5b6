"""What a reading codec is."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Protocol

Values = Mapping[str, float | str | bool | None]


@dataclass(frozen=True, slots=True)
class Unread:
    """Why a notification cannot be read."""

    detail: str


class ReadingCodec(Protocol):
    """Reads the notifications of one characteristic in their order; may join a reading that comes in two."""

    def receive(self, payload: bytes) -> Values | Unread | None:
        """Named fields in SI units, a fault, or None while the rest of a reading is still to come."""

    def write(self, values: Values) -> bytes:
        """The bytes of a reading; fields that are not given are left out."""


@dataclass(frozen=True, slots=True)
class Reading:
    """One kind of reading: its name in profiles, the UUID of its standard characteristic, and a fresh codec."""

    name: str
    uuid: str
    codec: Callable[[], ReadingCodec]
