"""The notifications of one sensor -> SampleBlocks in SI units and session time.

Rules of this state machine:

1. `receive` never raises, whatever the bytes: what cannot be used comes back as a `PacketFault` and is counted.
2. A notification passes four stages: framing (joins split packets), packet (bytes to SI), continuity (index, losses,
   restarts) and timebase (device clock to session clock). Each has its rules at the top of its file.
3. Blocks leave in the order of their packets, each with the index of its first sample among all samples that the sensor
   made. They are held back for about the first 2 s of an epoch, until its clock is locked; `flush` ends the waiting.
4. The result depends on nothing but this sensor's notifications and link losses, in their order, with their host times.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from gaitpipe.model import (
    FLAG_ACC_CLIPPED,
    FLAG_GAP_BEFORE,
    FLAG_GYR_CLIPPED,
    DeviceStatus,
    FaultKind,
    FloatArray,
    PacketFault,
    Placement,
    SampleBlock,
    SensorInfo,
    Side,
    StreamQuality,
)
from gaitpipe.protocol.codecs import framing_named
from gaitpipe.protocol.codecs.framing import Unframed
from gaitpipe.protocol.continuity import Continuity, Step, Verdict
from gaitpipe.protocol.packets import Packet, PacketFormat, Refusal, has_clock, range_si
from gaitpipe.protocol.profile import Profile
from gaitpipe.protocol.timebase import Timebase
from gaitpipe.protocol.uuids import full_uuid

Decoded = SampleBlock | PacketFault | DeviceStatus


class Decoder:
    """Decodes the notifications of one sensor, in the order of their arrival.

    Parameters
    ----------
    profile : Profile
    side, placement
        Where the sensor is worn; they go into every block.
    settings : mapping
        From `profile.resolve_settings`.

    Attributes
    ----------
    info : SensorInfo
    quality : StreamQuality
        Running counts; the same object throughout.
    """

    def __init__(self, profile: Profile, side: Side, placement: Placement, settings: Mapping[str, float]) -> None:
        layout = profile.packet
        clocked = has_clock(layout)
        rate_hz = settings["rate_hz"]
        self.quality = StreamQuality()
        self.info = SensorInfo(
            side=side,
            placement=placement,
            rate_hz=rate_hz,
            has_gyro=profile.has_gyro,
            device=profile.name,
            profile_id=profile.id,
            clock="device" if clocked else "arrival",
            acc_range_m_s2=range_si(profile, settings, "acc"),
            gyr_range_rad_s=range_si(profile, settings, "gyr"),
        )
        self._profile = profile
        self._battery = profile.battery_characteristic
        self._format = PacketFormat(profile, settings)
        self._framing = framing_named(layout.codec)
        self._continuity = Continuity(layout)
        self._timebase = Timebase(rate_hz, layout.timestamp.tick_s if clocked else None)
        self._held: deque[tuple[Step, Packet]] = deque()
        self._last_host_s = 0.0
        self._link_was_lost = False
        self._late_faults: list[Decoded] = []

    def receive(self, characteristic: str, payload: bytes, host_time_s: float) -> list[Decoded]:
        """Take one notification that arrived at `host_time_s` [s, session clock].

        Returns
        -------
        list
            What is known now, in order: blocks (perhaps of earlier notifications), faults, words of the device.
        """
        self._last_host_s = host_time_s
        kept, self._late_faults = self._late_faults, []
        return [*kept, *self._receive(characteristic, payload, host_time_s)]

    def _receive(self, characteristic: str, payload: bytes, host_time_s: float) -> list[Decoded]:
        uuid = full_uuid(characteristic)
        if uuid == self._profile.packet.characteristic:
            self.quality.packets += 1
            return self._unframed(self._framing.receive(bytes(payload), host_time_s), host_time_s)
        if uuid == self._battery:
            return [self._battery_status(payload, host_time_s)]
        if self._profile.status is not None and uuid == self._profile.status.characteristic:
            return [self._device_status(payload, host_time_s)]
        return [self._fault(FaultKind.CHARACTERISTIC, characteristic, host_time_s)]

    def flush(self) -> list[Decoded]:
        """End of the stream: gives up unfinished packets and releases all blocks that are held back."""
        kept, self._late_faults = self._late_faults, []
        faults = self._unframed(self._framing.end(self._last_host_s), self._last_host_s)
        blocks = self._blocks(self._timebase.flush())
        self.quality.clock_residual_s = self._timebase.uncertainty_s
        return [*kept, *faults, *blocks]

    def link_lost(self, host_time_s: float) -> None:
        """The connection broke at `host_time_s`: the device may have restarted.

        A packet that waited for its second part is given up; its fault comes with the next `receive` or `flush`.
        """
        self._late_faults.extend(self._unframed(self._framing.end(host_time_s), host_time_s))
        self._continuity.link_lost()
        self._link_was_lost = self.quality.samples > 0

    def _unframed(self, unframed: Unframed, host_time_s: float) -> list[Decoded]:
        decoded: list[Decoded] = []
        for fault in unframed.faults:
            self.quality.count_fault(fault.kind)
            decoded.append(fault)
        decoded.extend(unframed.statuses)
        for data in unframed.packets:
            decoded.extend(self._packet(data, host_time_s))
        return decoded

    def _packet(self, data: bytes, host_time_s: float) -> list[Decoded]:
        packet = self._format.read(data)
        if isinstance(packet, Refusal):
            return [self._fault(packet.kind, packet.detail, host_time_s)]
        period_s = self._timebase.period_s
        step = self._continuity.judge(packet.ticks, packet.sequence, len(packet), host_time_s, period_s)
        if step.verdict is Verdict.DUPLICATE:
            return [self._fault(FaultKind.DUPLICATE, f"stamp {packet.sequence} {packet.ticks}", host_time_s)]
        if step.verdict is Verdict.LATE:
            return [self._fault(FaultKind.TIME_BACKWARDS, f"stamp {packet.sequence} {packet.ticks}", host_time_s)]
        released = self._timebase.restart() if step.restarted else []
        blocks = self._blocks(released)
        self._count(step, packet, period_s)
        self._held.append((step, packet))
        released = self._timebase.push(
            step.first_sample, len(packet), step.first_device_s, host_time_s, new_phase=step.new_phase
        )
        blocks.extend(self._blocks(released))
        self.quality.measured_rate_hz = self._timebase.measured_rate_hz
        self.quality.clock_residual_s = self._timebase.uncertainty_s
        return blocks

    def _count(self, step: Step, packet: Packet, period_s: float) -> None:
        quality = self.quality
        quality.samples += len(packet)
        quality.resets += int(step.restarted or self._link_was_lost)
        self._link_was_lost = False
        quality.acc_clipped_samples += int(np.count_nonzero(packet.flags & FLAG_ACC_CLIPPED))
        quality.gyr_clipped_samples += int(np.count_nonzero(packet.flags & FLAG_GYR_CLIPPED))
        if step.lost_samples:
            quality.lost_samples += step.lost_samples
            quality.gaps += 1
            quality.gap_s += step.lost_samples * period_s
            packet.flags[0] |= FLAG_GAP_BEFORE

    def _blocks(self, released: Sequence[FloatArray]) -> list[Decoded]:
        blocks: list[Decoded] = []
        for time_s in released:
            step, packet = self._held.popleft()
            acc, gyr = np.ascontiguousarray(packet.acc_m_s2), np.ascontiguousarray(packet.gyr_rad_s)
            blocks.append(
                SampleBlock(self.info.side, self.info.placement, step.first_sample, time_s, acc, gyr, packet.flags)
            )
        return blocks

    def _fault(self, kind: FaultKind, detail: str, host_time_s: float) -> PacketFault:
        self.quality.count_fault(kind)
        return PacketFault(kind, detail, host_time_s)

    def _battery_status(self, payload: bytes, host_time_s: float) -> DeviceStatus | PacketFault:
        if not payload:
            return self._fault(FaultKind.LENGTH, "empty battery level", host_time_s)
        if payload[0] > 100:
            return self._fault(FaultKind.VALUE, f"battery at {payload[0]} %", host_time_s)
        self.quality.battery_pct = payload[0]
        return DeviceStatus(host_time_s, battery_pct=payload[0])

    def _device_status(self, payload: bytes, host_time_s: float) -> DeviceStatus | PacketFault:
        rule = self._profile.status
        if rule is None or len(payload) <= rule.byte:
            return self._fault(FaultKind.LENGTH, f"device status of {len(payload)} bytes", host_time_s)
        code = payload[rule.byte]
        return DeviceStatus(host_time_s, text=rule.texts.get(code, f"status {code}"), ok=code in rule.ok)


def decode_samples(
    profile: Profile, settings: Mapping[str, float], characteristic: str, payloads: Sequence[bytes]
) -> list[dict[str, Any] | PacketFault]:
    """Decode single notifications as they are: device time, no session, no counting of losses.

    Parameters
    ----------
    characteristic : str
        UUID that the notifications came from.
    payloads : sequence of bytes
        One notification each, in order; the parts of a split packet one after the other.

    Returns
    -------
    list
        One dict a sample: `device_time_s` (None when the sensor sends none), `acc_m_s2`, `gyr_rad_s`, `mag_ut` (lists
        of three, or None). A notification that cannot be decoded gives a `PacketFault` in its place.
    """
    if full_uuid(characteristic) != profile.packet.characteristic:
        detail = f"{characteristic}: samples of {profile.name} come on {profile.packet.characteristic}"
        return [PacketFault(FaultKind.CHARACTERISTIC, detail, 0.0)]
    framing = framing_named(profile.packet.codec)
    packet_format = PacketFormat(profile, settings)
    rows: list[dict[str, Any] | PacketFault] = []
    for unframed in [*(framing.receive(bytes(payload), 0.0) for payload in payloads), framing.end(0.0)]:
        rows.extend(unframed.faults)
        for data in unframed.packets:
            packet = packet_format.read(data)
            if isinstance(packet, Refusal):
                rows.append(PacketFault(packet.kind, packet.detail, 0.0))
            else:
                rows.extend(_rows(profile, settings["rate_hz"], packet))
    return rows


def _rows(profile: Profile, rate_hz: float, packet: Packet) -> list[dict[str, Any]]:
    timestamp = profile.packet.timestamp
    first_s = None
    if has_clock(profile.packet) and packet.ticks is not None:
        before = len(packet) - 1 if timestamp.meaning == "last_sample" else 0
        first_s = packet.ticks * timestamp.tick_s - before / rate_hz
    return [
        {
            "device_time_s": None if first_s is None else first_s + row / rate_hz,
            "acc_m_s2": packet.acc_m_s2[row].tolist(),
            "gyr_rad_s": packet.gyr_rad_s[row].tolist() if profile.has_gyro else None,
            "mag_ut": packet.mag_ut[row].tolist() if packet.mag_ut is not None else None,
        }
        for row in range(len(packet))
    ]
