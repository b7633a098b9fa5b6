"""Readings of devices beside the feet and of standard services: bytes of one characteristic -> named fields in SI.

A reading codec is a module here with `READING` or `READINGS`; it is named by `[[reading]]` of a profile, or found by
the UUID of a standard characteristic. Codecs never raise, whatever the bytes are.
"""

from __future__ import annotations

from gaitpipe.protocol.readings import battery, device_information, heart_rate, machine, running_speed, treadmill
from gaitpipe.protocol.readings.contract import Reading, ReadingCodec, Unread, Values

READINGS: dict[str, Reading] = {
    reading.name: reading
    for reading in (
        battery.READING,
        heart_rate.READING,
        treadmill.READING,
        *machine.READINGS,
        *running_speed.READINGS,
        *device_information.READINGS,
    )
}
BY_UUID: dict[str, Reading] = {reading.uuid: reading for reading in READINGS.values()}

__all__ = ["BY_UUID", "READINGS", "Reading", "ReadingCodec", "Unread", "Values"]
