"""Readings of devices beside the feet and of standard services: bytes of one characteristic -> named fields in SI.

A reading codec is a module here with `READING`; it is named by `[[reading]]` of a profile, or found by the UUID of a
standard characteristic. Codecs never raise, whatever the bytes are.
"""

from __future__ import annotations

from gaitpipe.protocol.readings.battery import READING as BATTERY
from gaitpipe.protocol.readings.contract import Reading, ReadingCodec, Unread

READINGS: dict[str, Reading] = {reading.name: reading for reading in (BATTERY,)}
BY_UUID: dict[str, Reading] = {reading.uuid: reading for reading in READINGS.values()}

__all__ = ["BY_UUID", "READINGS", "Reading", "ReadingCodec", "Unread"]
