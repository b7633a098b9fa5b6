"""Heart Rate Measurement (Bluetooth Heart Rate service 180D, 2A37).

Flags, heart rate in one byte or two, then as the flags say the energy expended and the RR intervals since the last
measurement, in 1/1024 s. A strap without skin contact may send 0 beats per minute: the value is given as it is sent.

Sources: Bluetooth SIG XML (oesmith/gatt-xml) and Bluetooth HRS 1.0 in public code.
"""

from __future__ import annotations

from gaitpipe.protocol.readings.contract import Reading, Unread, Values, Whole
from gaitpipe.protocol.readings.fields import number_of
from gaitpipe.protocol.uuids import full_uuid

WIDE, CONTACT, CONTACT_KNOWN, ENERGY, RR = 0x01, 0x02, 0x04, 0x08, 0x10
RESERVED = 0xE0
TICKS_PER_S = 1024
J_PER_UNIT = 1000


class HeartRateMeasurement(Whole):
    """`heart_rate_bpm`, `contact` (skin contact; None: not told), `energy_j` (total), `rr_interval_s` (a list)."""

    def receive(self, payload: bytes) -> Values | Unread | None:
        """One measurement."""
        if not payload:
            return Unread("empty heart rate measurement")
        flags, place = payload[0], 1
        rate_bytes = 2 if flags & WIDE else 1
        energy_bytes = 2 if flags & ENERGY else 0
        if len(payload) < place + rate_bytes + energy_bytes:
            return Unread(f"heart rate measurement of {len(payload)} bytes, its flags say more")
        rate_bpm = int.from_bytes(payload[place : place + rate_bytes], "little")
        place += rate_bytes
        energy = int.from_bytes(payload[place : place + energy_bytes], "little")
        rest = payload[place + energy_bytes :]
        if flags & RR and (not rest or len(rest) % 2):
            return Unread(f"{len(rest)} bytes of RR intervals, two each are needed")
        if not flags & RR and any(rest) and not flags & RESERVED:
            return Unread(f"{len(rest)} bytes more than the flags say")
        ticks = [int.from_bytes(rest[row : row + 2], "little") for row in range(0, len(rest), 2)]
        return {
            "heart_rate_bpm": rate_bpm,
            "contact": bool(flags & CONTACT) if flags & CONTACT_KNOWN else None,
            "energy_j": float(energy * J_PER_UNIT) if flags & ENERGY else None,
            "rr_interval_s": tuple(tick / TICKS_PER_S for tick in ticks) if flags & RR else None,
        }

    def write(self, values: Values) -> bytes:
        """The flags follow from the fields that are given."""
        rate_bpm = min(max(round(number_of(values, "heart_rate_bpm") or 0), 0), 0xFFFF)
        contact, energy_j, intervals = values.get("contact"), number_of(values, "energy_j"), values.get("rr_interval_s")
        flags = WIDE if rate_bpm > 0xFF else 0
        if contact is not None:
            flags |= CONTACT_KNOWN | (CONTACT if contact else 0)
        data = rate_bpm.to_bytes(2 if flags & WIDE else 1, "little")
        if energy_j is not None:
            flags |= ENERGY
            data += min(round(energy_j / J_PER_UNIT), 0xFFFF).to_bytes(2, "little")
        if isinstance(intervals, tuple) and intervals:
            flags |= RR
            data += b"".join(min(round(one * TICKS_PER_S), 0xFFFF).to_bytes(2, "little") for one in intervals)
        return bytes([flags]) + data


READING = Reading("heart_rate_measurement", full_uuid("2a37"), HeartRateMeasurement)
