"""Device Information (Bluetooth service 180A): texts in UTF-8, each in a characteristic of its own."""

from __future__ import annotations

from functools import partial

from gaitpipe.model import FaultKind
from gaitpipe.protocol.readings.contract import Reading, Unread, Values, Whole
from gaitpipe.protocol.uuids import full_uuid

TEXTS = {
    "manufacturer": "2a29",
    "model": "2a24",
    "serial_number": "2a25",
    "firmware": "2a26",
    "hardware": "2a27",
    "software": "2a28",
}


class DeviceText(Whole):
    """One text under the name of its characteristic; zero bytes at its end are cut off."""

    def __init__(self, name: str) -> None:
        self._name = name

    def receive(self, payload: bytes) -> Values | Unread | None:
        """The text; an empty one is None."""
        try:
            text = payload.rstrip(b"\0").decode("utf-8")
        except UnicodeDecodeError:
            return Unread(f"{self._name} is not UTF-8 text", FaultKind.VALUE)
        return {self._name: text or None}

    def write(self, values: Values) -> bytes:
        """UTF-8."""
        return str(values.get(self._name) or "").encode()


READINGS = tuple(Reading(f"{name}_text", full_uuid(uuid), partial(DeviceText, name)) for name, uuid in TEXTS.items())
