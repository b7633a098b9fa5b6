"""Running Speed and Cadence (Bluetooth RSC service 1814): what a foot pod sends about once a second.

Measurement (2A53): flags, speed, cadence, then as the flags say stride length and total distance. Values are smoothed
by the pod and carry no time. The cadence is given as it is sent: the service calls it rpm, and some pods count steps,
others strides. Which of the two it is shows only beside another measurement.

Sources: Bluetooth SIG XML (oesmith/gatt-xml) and Bluetooth RSC 1.0 in public code.
"""

from __future__ import annotations

from gaitpipe.protocol.readings.contract import Reading, Unread, Values, Whole
from gaitpipe.protocol.readings.fields import (
    Field,
    Group,
    code_of,
    names_of,
    number_of,
    read_groups,
    text_of,
    write_groups,
)
from gaitpipe.protocol.uuids import full_uuid

SPEED = Field("speed_m_s", 2, divisor=256)
CADENCE = Field("cadence_per_min", 1)
GROUPS = (
    Group(0, (Field("stride_length_m", 2, divisor=100),)),
    Group(1, (Field("distance_m", 4, divisor=10),)),
    Group(2, ()),
)
RUNNING_BIT = 2
HEAD_BYTES = 4

FEATURES = (
    "has_stride_length",
    "has_distance",
    "has_walking_or_running",
    "has_calibration",
    "has_several_locations",
)
LOCATIONS = {
    0: "other", 1: "top of shoe", 2: "in shoe", 3: "hip", 4: "front wheel", 5: "left crank", 6: "right crank",
    7: "left pedal", 8: "right pedal", 9: "front hub", 10: "rear dropout", 11: "chainstay", 12: "rear wheel",
    13: "rear hub", 14: "chest", 15: "spider", 16: "chain ring",
}  # fmt: skip


class RscMeasurement(Whole):
    """`speed_m_s`, `cadence_per_min` (as sent), `running`, `stride_length_m`, `distance_m`."""

    def receive(self, payload: bytes) -> Values | Unread | None:
        """One measurement."""
        if len(payload) < HEAD_BYTES:
            return Unread(f"running speed measurement of {len(payload)} bytes, at least {HEAD_BYTES} are needed")
        flags = payload[0]
        optional = read_groups(payload, HEAD_BYTES, flags, GROUPS)
        if isinstance(optional, Unread):
            return optional
        head = {SPEED.name: SPEED.read(payload[1:3]), CADENCE.name: CADENCE.read(payload[3:4])}
        return {**head, "running": bool(flags >> RUNNING_BIT & 1), **names_of(GROUPS), **optional}

    def write(self, values: Values) -> bytes:
        """The flags follow from the fields that are given."""
        flags, data = write_groups(values, GROUPS)
        flags |= bool(values.get("running")) << RUNNING_BIT
        head = [field.write(number_of(values, field.name)) for field in (SPEED, CADENCE)]
        return bytes([flags, *head[0], *head[1]]) + data


class RscFeature(Whole):
    """What a pod can do, one `has_...` each."""

    def receive(self, payload: bytes) -> Values | Unread | None:
        """Sixteen bits."""
        if len(payload) < 2:
            return Unread(f"foot pod features of {len(payload)} bytes, 2 are needed")
        bits = int.from_bytes(payload[:2], "little")
        return {name: bool(bits >> bit & 1) for bit, name in enumerate(FEATURES)}

    def write(self, values: Values) -> bytes:
        """Two bytes."""
        return sum(bool(values.get(name)) << bit for bit, name in enumerate(FEATURES)).to_bytes(2, "little")


class SensorLocation(Whole):
    """`location`, where the sensor is worn, in words."""

    def receive(self, payload: bytes) -> Values | Unread | None:
        """One code."""
        return {"location": text_of(LOCATIONS, payload[0])} if payload else Unread("empty sensor location")

    def write(self, values: Values) -> bytes:
        """One byte."""
        return bytes([code_of(LOCATIONS, values["location"])])


READINGS = (
    Reading("rsc_measurement", full_uuid("2a53"), RscMeasurement),
    Reading("rsc_feature", full_uuid("2a54"), RscFeature),
    Reading("sensor_location", full_uuid("2a5d"), SensorLocation),
)
