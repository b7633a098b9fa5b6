"""Treadmill Data (Bluetooth Fitness Machine service 1826, 2ACD).

Rules:

1. Sixteen flags, then the fields of the flags that are set, in the order of the bits. Bit 0 is the other way round: the
   speed is there when it is 0 ("no more data follows").
2. A machine that has more to say than one notification holds sends several: all but the last have bit 0 set and thus
   no speed. They wait for the part with the speed, and come out as one reading.
3. A part without a speed that brings a field which is waiting already belongs to the next reading: what waited is given
   up, which is a fault, since its speed was lost.
4. Numbers that a machine marks as not available are None.
5. Bit 13 is not in version 1.0 of the service; walking pads send a step count there.

Speed may be the speed that was set, or a ramp, not one that was measured. Incline may stay 0. Pace is in km/min as the
table of the service says.

Sources: Bluetooth SIG XML (oesmith/gatt-xml), dudanov/pyftms.
"""

from __future__ import annotations

from gaitpipe.model import FaultKind, ReadingValue
from gaitpipe.protocol.readings.contract import Reading, Unread, Values
from gaitpipe.protocol.readings.fields import Field, Group, names_of, read_groups, write_groups
from gaitpipe.protocol.uuids import full_uuid

MORE_DATA = 0x0001
FLAG_BYTES = 2
KCAL_J = 4184.0
DEGREE_RAD = 0.017453292519943295
NO_I16, NO_U16, NO_U8 = 0x7FFF, 0xFFFF, 0xFF


def _km_h(name: str) -> Field:
    return Field(name, 2, divisor=360)


def _pace(name: str) -> Field:
    """Read 0.1 km/min as a speed."""
    return Field(name, 1, numerator=100, divisor=60)


def _i16(name: str, numerator: float = 1.0, divisor: float = 1.0) -> Field:
    return Field(name, 2, numerator, divisor, signed=True, absent=NO_I16)


GROUPS = (
    Group(0, (_km_h("speed_m_s"),)),
    Group(1, (_km_h("average_speed_m_s"),)),
    Group(2, (Field("distance_m", 3),)),
    Group(3, (_i16("incline_pct", divisor=10), _i16("ramp_angle_rad", DEGREE_RAD, 10))),
    Group(4, (Field("elevation_gain_m", 2, divisor=10), Field("elevation_loss_m", 2, divisor=10))),
    Group(5, (_pace("pace_m_s"),)),
    Group(6, (_pace("average_pace_m_s"),)),
    Group(
        7,
        (
            Field("energy_j", 2, KCAL_J, absent=NO_U16),
            Field("energy_per_hour_j", 2, KCAL_J, absent=NO_U16),
            Field("energy_per_minute_j", 1, KCAL_J, absent=NO_U8),
        ),
    ),
    Group(8, (Field("heart_rate_bpm", 1),)),
    Group(9, (Field("metabolic_equivalent", 1, divisor=10),)),
    Group(10, (Field("elapsed_time_s", 2),)),
    Group(11, (Field("remaining_time_s", 2),)),
    Group(12, (_i16("belt_force_n"), _i16("power_w"))),
    Group(13, (Field("step_count", 3),)),
)
"""Bit 0 with its sense turned round: set where the speed is there."""


class TreadmillData:
    """See the module text; `parts` is for virtual treadmills with a small MTU."""

    def __init__(self) -> None:
        self._waiting: dict[str, ReadingValue] = {}

    def receive(self, payload: bytes) -> Values | Unread | None:
        """One notification."""
        if len(payload) < FLAG_BYTES:
            return Unread(f"treadmill data of {len(payload)} bytes, at least {FLAG_BYTES} are needed")
        flags = int.from_bytes(payload[:FLAG_BYTES], "little") ^ MORE_DATA
        values = read_groups(payload, FLAG_BYTES, flags, GROUPS)
        if isinstance(values, Unread):
            return values
        if not flags & MORE_DATA:
            lost = self.end() if self._waiting.keys() & values.keys() else None
            self._waiting |= values
            return lost
        waited, self._waiting = self._waiting, {}
        return {**names_of(GROUPS), **waited, **values}

    def end(self) -> Unread | None:
        """Give up what waits for a speed."""
        waited, self._waiting = self._waiting, {}
        if not waited:
            return None
        return Unread("the part with the speed is missing", FaultKind.INCOMPLETE)

    def write(self, values: Values) -> bytes:
        """One notification, however long; without a speed it is the first part of a longer reading."""
        flags, data = write_groups(values, GROUPS)
        return (flags ^ MORE_DATA).to_bytes(FLAG_BYTES, "little") + data

    def parts(self, values: Values, most_bytes: int) -> list[bytes]:
        """The notifications of a reading, none longer than `most_bytes`; the last one has the speed."""
        rows: list[dict[str, ReadingValue]] = [{}]
        given = [group for group in GROUPS if any(values.get(field.name) is not None for field in group.fields)]
        for group in sorted(given, key=lambda group: group.bit == 0):
            wanted = {field.name: values.get(field.name) for field in group.fields}
            if rows[-1] and len(self.write(rows[-1] | wanted)) > most_bytes:
                rows.append({})
            rows[-1] |= wanted
        return [self.write(row) for row in rows]


READING = Reading("ftms_treadmill_data", full_uuid("2acd"), TreadmillData)
