"""What a reading codec is."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Protocol

from gaitpipe.model import FaultKind, ReadingValue

Values = Mapping[str, ReadingValue]


@dataclass(frozen=True, slots=True)
class Unread:
    """Why a notification cannot be read."""

    detail: str
    kind: FaultKind = FaultKind.LENGTH


class ReadingCodec(Protocol):
    """Reads the notifications of one characteristic in their order; may join a reading that comes in two."""

    def receive(self, payload: bytes) -> Values | Unread | None:
        """Named fields in SI units, a fault, or None while the rest of a reading is still to come.

        All fields that the codec knows are there; None where this device does not send one or says that it has none.
        """

    def write(self, values: Values) -> bytes:
        """The bytes of a reading; fields that are not given, or None, are left out."""

    def end(self) -> Unread | None:
        """End of the stream or of the link: a reading of which a part is missing is given up."""


class Whole:
    """Base of the codecs whose readings come in one notification each."""

    def end(self) -> Unread | None:
        """Nothing is ever unfinished."""
        return None


@dataclass(frozen=True, slots=True)
class Reading:
    """One kind of reading: its name in profiles, the UUID of its standard characteristic, and a fresh codec."""

    name: str
    uuid: str
    codec: Callable[[], ReadingCodec]
