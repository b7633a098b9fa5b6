"""The notifications of a device beside the feet -> readings in SI units.

Rules:

1. `receive` never raises, whatever the bytes: what cannot be read comes back as a `PacketFault` and is counted.
2. A reading has the time at which its last notification arrived. Such devices send no time of their own; what they say
   is older than that, by how much is not known.
3. The result depends on nothing but this device's notifications and link losses, in their order, with their host times.
"""

from __future__ import annotations

from collections.abc import Sequence

from gaitpipe.errors import LocalProtocolError
from gaitpipe.model import (
    AuxiliaryKind,
    AuxiliaryReading,
    DeviceStatus,
    FaultKind,
    PacketFault,
    ReadingValue,
    StreamQuality,
)
from gaitpipe.protocol.profile import Profile
from gaitpipe.protocol.readings import BY_UUID, READINGS, Reading, ReadingCodec, Unread, Values

BATTERY_PCT = "battery_pct"
AuxiliaryDecoded = AuxiliaryReading | PacketFault | DeviceStatus


class AuxiliaryDecoder:
    """Decodes the notifications of one device, in the order of their arrival; see the rules at the top.

    Attributes
    ----------
    quality : StreamQuality
        `packets` are notifications, `samples` readings; the same object throughout.

    Raises
    ------
    LocalProtocolError
        The profile is one of a motion sensor.
    """

    def __init__(self, profile: Profile) -> None:
        if profile.auxiliary is None:
            advice = "Use its sensor on the left or right."
            raise LocalProtocolError(f"{profile.name} is a motion sensor, no device beside the feet", advice)
        self.kind: AuxiliaryKind = profile.auxiliary
        self.quality = StreamQuality()
        self._profile = profile
        self._names = {rule.characteristic: rule.codec for rule in profile.readings}
        self._codecs: dict[str, ReadingCodec] = {
            key: READINGS[name].codec() for key, name in self._names.items() if name in READINGS
        }
        self._late_faults: list[AuxiliaryDecoded] = []

    def receive(self, characteristic: str, payload: bytes, host_time_s: float) -> list[AuxiliaryDecoded]:
        """Take one notification that arrived at `host_time_s` [s, session clock]."""
        kept, self._late_faults = self._late_faults, []
        return [*kept, *self._receive(characteristic, bytes(payload), host_time_s)]

    def _receive(self, characteristic: str, payload: bytes, host_time_s: float) -> list[AuxiliaryDecoded]:
        key = self._profile.key_of(characteristic)
        self.quality.packets += 1
        if key == self._profile.battery_characteristic:
            return self._battery(READINGS["battery_level"].codec().receive(payload), host_time_s)
        codec = self._codecs.get(key)
        if codec is None:
            return [self._fault(Unread(characteristic, FaultKind.CHARACTERISTIC), host_time_s)]
        read = codec.receive(payload)
        if read is None:
            return []
        if isinstance(read, Unread):
            return [self._fault(read, host_time_s)]
        self.quality.samples += 1
        return [AuxiliaryReading(self.kind, host_time_s, read, self._names[key])]

    def link_lost(self, host_time_s: float) -> None:
        """The connection broke: a reading of which a part is missing is given up."""
        self._late_faults += self._give_up(host_time_s)

    def flush(self) -> list[AuxiliaryDecoded]:
        """End of the stream."""
        kept, self._late_faults = self._late_faults, []
        return [*kept, *self._give_up(0.0)]

    def _give_up(self, host_time_s: float) -> list[AuxiliaryDecoded]:
        ends = [codec.end() for codec in self._codecs.values()]
        return [self._fault(end, host_time_s) for end in ends if end is not None]

    def _battery(self, read: Values | Unread | None, host_time_s: float) -> list[AuxiliaryDecoded]:
        level = None if read is None or isinstance(read, Unread) else read[BATTERY_PCT]
        if isinstance(level, (int, float)):
            self.quality.battery_pct = round(level)
            return [DeviceStatus(host_time_s, battery_pct=round(level))]
        return [self._fault(read, host_time_s)] if isinstance(read, Unread) else []

    def _fault(self, unread: Unread, host_time_s: float) -> PacketFault:
        self.quality.count_fault(unread.kind)
        return PacketFault(unread.kind, unread.detail, host_time_s)


def reading_at(profile: Profile, characteristic: str) -> Reading | None:
    """How a characteristic is read that carries no samples: as the profile says, or as its standard UUID says."""
    key = profile.key_of(characteristic)
    for rule in profile.readings:
        if rule.characteristic == key and rule.codec in READINGS:
            return READINGS[rule.codec]
    if key == profile.battery_characteristic:
        return READINGS["battery_level"]
    if any(packet.characteristic == key for packet in profile.packets):
        return None
    return BY_UUID.get(characteristic)


def decode_readings(reading: Reading, payloads: Sequence[bytes]) -> list[dict[str, ReadingValue] | PacketFault]:
    """Decode notifications of one characteristic, in order: the named fields of each reading, or a fault."""
    codec = reading.codec()
    rows: list[dict[str, ReadingValue] | PacketFault] = []
    for number, read in enumerate([*(codec.receive(bytes(payload)) for payload in payloads), codec.end()], start=1):
        if isinstance(read, Unread):
            where = f"payload {number} of {len(payloads)}: " if 1 < len(payloads) >= number else ""
            rows.append(PacketFault(read.kind, f"{where}{read.detail}", 0.0))
        elif read is not None:
            rows.append(dict(read))
    return rows
