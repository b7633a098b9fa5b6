"""Battery Level (Bluetooth Battery Service 1.0): one byte, 0 to 100 %; vendors' own may have more after it."""

from __future__ import annotations

from gaitpipe.model import FaultKind
from gaitpipe.protocol.readings.contract import Reading, Unread, Values, Whole
from gaitpipe.protocol.uuids import full_uuid


class BatteryLevel(Whole):
    """See the module text."""

    def receive(self, payload: bytes) -> Values | Unread | None:
        """`battery_pct`."""
        if not payload:
            return Unread("empty battery level")
        if payload[0] > 100:
            return Unread(f"battery at {payload[0]} %", FaultKind.VALUE)
        return {"battery_pct": payload[0]}

    def write(self, values: Values) -> bytes:
        """One byte."""
        level = values["battery_pct"]
        return bytes([int(level) if isinstance(level, (int, float)) else 0])


READING = Reading("battery_level", full_uuid("2a19"), BatteryLevel)
