"""The notifications of one sensor -> SampleBlocks in SI units and session time.

Rules of this state machine:

1. `receive` never raises, whatever the bytes: what cannot be used comes back as a `PacketFault` and is counted.
2. A notification passes four stages: framing (joins split packets), packet (bytes to SI), continuity (index, losses,
   restarts) and timebase (device clock to session clock). Each has its rules at the top of its file.
3. A sensor may send several kinds of packets, on one characteristic (told apart by the constants of their headers) or
   on several. The kind with the accelerations leads: it is counted and timed. Angular velocities in packets of their
   own are joined to it (`gyro_join.py`).
4. Blocks leave in the order of their packets, each with the index of its first sample among all samples that the sensor
   made. They are held back for about the first 2 s of an epoch, until its clock is locked; `flush` ends the waiting.
5. What a sensor did not send before the recording ended, because it was away, is lost too (`end`).
6. An answer to a command may tell settings of the stream (a scale): they hold for the packets that come after it.
7. The result depends on nothing but this sensor's notifications and link losses, in their order, with their host times.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from gaitpipe.model import (
    FLAG_ACC_CLIPPED,
    FLAG_GAP_BEFORE,
    FLAG_GYR_CLIPPED,
    DeviceStatus,
    FaultKind,
    PacketFault,
    Placement,
    SampleBlock,
    SensorInfo,
    Side,
    StreamQuality,
)
from gaitpipe.protocol.carriers import Carrier, carriers_of
from gaitpipe.protocol.codecs import codec_named
from gaitpipe.protocol.codecs.framing import Unframed
from gaitpipe.protocol.continuity import Step, Verdict
from gaitpipe.protocol.gyro_join import GyroJoin, JoinedSamples
from gaitpipe.protocol.packets import Packet, PacketFormat, Refusal, has_clock, range_si
from gaitpipe.protocol.profile import Profile
from gaitpipe.protocol.profile_parts import PacketLayout
from gaitpipe.protocol.sample_stream import SampleStream, TimedPacket

Decoded = SampleBlock | PacketFault | DeviceStatus

SILENT_AT_LEAST_S = 2.0
"""Sensors are stopped one after the other: a shorter silence at the end is no loss."""


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

    Raises
    ------
    LocalProtocolError
        The profile sends no samples with these settings.
    """

    def __init__(self, profile: Profile, side: Side, placement: Placement, settings: Mapping[str, float]) -> None:
        leading = profile.leading_packet(settings)
        rate_hz = settings["rate_hz"]
        self.quality = StreamQuality()
        self._profile = profile
        self._settings = dict(settings)
        self._battery = profile.battery_characteristic
        self._carriers = carriers_of(profile, settings)
        self._known = frozenset([*self._carriers, *profile.notify_characteristics])
        self._leading = leading
        following = _following(profile, leading, settings)
        self._streams = {
            id(item): SampleStream(item, rate_hz, device_times=bool(following)) for item in (leading, *following)
        }
        self._join = GyroJoin(rate_hz) if following else None
        self.info = self._describe(side, placement, rate_hz, (leading, *following))
        self._last_host_s = self._last_data_s = 0.0
        self._link_was_lost = False
        self._late_faults: list[Decoded] = []

    def _describe(
        self, side: Side, placement: Placement, rate_hz: float, layouts: Sequence[PacketLayout]
    ) -> SensorInfo:
        def end_of(quantity: str) -> float | None:
            ends = (range_si(item, self._settings, quantity) for item in layouts)
            return next((end for end in ends if end is not None), None)

        return SensorInfo(
            side=side,
            placement=placement,
            rate_hz=rate_hz,
            has_gyro=self._profile.sends("gyr", self._settings),
            device=self._profile.name,
            profile_id=self._profile.id,
            clock="device" if has_clock(self._leading) else "arrival",
            acc_range_m_s2=end_of("acc"),
            gyr_range_rad_s=end_of("gyr"),
        )

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
        key = characteristic if characteristic in self._known else self._profile.key_of(characteristic)
        carrier = self._carriers.get(key)
        if carrier is not None:
            self._last_data_s = host_time_s
            self.quality.packets += 1
            return self._unframed(carrier, carrier.framing.receive(bytes(payload), host_time_s), host_time_s)
        if key == self._battery:
            return [self._battery_status(payload, host_time_s)]
        if self._profile.status is not None and key == self._profile.status.characteristic:
            return [self._device_status(payload, host_time_s)]
        if key in self._profile.notify_characteristics:
            return self._answer(payload, host_time_s)
        return [self._fault(FaultKind.CHARACTERISTIC, characteristic, host_time_s)]

    def _answer(self, payload: bytes, host_time_s: float) -> list[Decoded]:
        """An answer to a command, or a kind of packet that these settings do not ask for."""
        read = codec_named(self._leading.codec).answer
        if read is None:
            return []
        answer = read(bytes(payload), host_time_s)
        told = {name: value for name, value in answer.settings.items() if name in self._settings}
        if told:
            self._settings.update(told)
            for carrier in self._carriers.values():
                carrier.configure(self._settings)
        return [] if answer.status is None else [answer.status]

    def flush(self) -> list[Decoded]:
        """End of the stream: gives up unfinished packets and releases all blocks that are held back."""
        decoded, self._late_faults = self._late_faults, []
        decoded += self._give_up_unfinished(self._last_host_s)
        for key, stream in self._streams.items():
            decoded += self._blocks(key, stream.flush())
        if self._join is not None:
            decoded += self._joined(self._join.flush())
            self.quality.samples -= self._join.left_out
            self._join.left_out = 0
        self.quality.clock_residual_s = self._streams[id(self._leading)].timebase.uncertainty_s
        return decoded

    def end(self, host_time_s: float) -> list[Decoded]:
        """Flush, and count what is missing between the last packet and the end of the recording at `host_time_s`."""
        decoded = self.flush()
        silent_s = host_time_s - self._last_data_s
        if self.quality.samples and silent_s > SILENT_AT_LEAST_S:
            period_s = self._streams[id(self._leading)].timebase.period_s
            self._count_gap(round(silent_s / period_s), period_s)
            self.quality.silent_from_s = self._last_data_s
        return decoded

    def link_lost(self, host_time_s: float) -> None:
        """The connection broke at `host_time_s`: the device may have restarted.

        A packet that waited for its second part is given up; its fault comes with the next `receive` or `flush`.
        """
        self._late_faults.extend(self._give_up_unfinished(host_time_s))
        for stream in self._streams.values():
            stream.link_lost()
        self._link_was_lost = self.quality.samples > 0

    def _give_up_unfinished(self, host_time_s: float) -> list[Decoded]:
        return [
            item
            for carrier in self._carriers.values()
            for item in self._unframed(carrier, carrier.framing.end(host_time_s), host_time_s)
        ]

    def _unframed(self, carrier: Carrier, unframed: Unframed, host_time_s: float) -> list[Decoded]:
        decoded: list[Decoded] = []
        for fault in unframed.faults:
            self.quality.count_fault(fault.kind)
            decoded.append(fault)
        for status in unframed.statuses:
            if status.battery_pct is not None:
                self.quality.battery_pct = status.battery_pct
            decoded.append(status)
        for data in unframed.packets:
            decoded.extend(self._packet(carrier.format_of(data), data, host_time_s))
        return decoded

    def _packet(self, packet_format: PacketFormat, data: bytes, host_time_s: float) -> list[Decoded]:
        packet = packet_format.read(data)
        if isinstance(packet, Refusal):
            return [self._fault(packet.kind, packet.detail, host_time_s)]
        key = id(packet_format.layout)
        stream = self._streams.get(key)
        if stream is None:  # a quantity that gait does not need
            return []
        period_s = stream.timebase.period_s
        step = stream.judge(packet, host_time_s)
        if step.verdict is Verdict.DUPLICATE:
            return [self._fault(FaultKind.DUPLICATE, f"stamp {packet.sequence} {packet.ticks}", host_time_s)]
        if step.verdict is Verdict.LATE:
            return [self._fault(FaultKind.TIME_BACKWARDS, f"stamp {packet.sequence} {packet.ticks}", host_time_s)]
        self._count(step, packet, period_s, leads=packet_format.layout is self._leading)
        blocks = self._blocks(key, stream.take(step, packet, host_time_s))
        if packet_format.layout is self._leading:
            self.quality.measured_rate_hz = stream.timebase.measured_rate_hz
            self.quality.clock_residual_s = stream.timebase.uncertainty_s
        return blocks

    def _count(self, step: Step, packet: Packet, period_s: float, *, leads: bool) -> None:
        quality = self.quality
        if any(packet.flags.tobytes()):
            quality.acc_clipped_samples += int(np.count_nonzero(packet.flags & FLAG_ACC_CLIPPED))
            quality.gyr_clipped_samples += int(np.count_nonzero(packet.flags & FLAG_GYR_CLIPPED))
        if not leads:
            return
        quality.samples += len(packet)
        quality.resets += int(step.restarted or self._link_was_lost)
        self._link_was_lost = False
        if step.lost_samples:
            self._count_gap(step.lost_samples, period_s)
            packet.flags[0] |= FLAG_GAP_BEFORE

    def _count_gap(self, lost_samples: int, period_s: float) -> None:
        self.quality.lost_samples += lost_samples
        self.quality.gaps += 1
        self.quality.gap_s += lost_samples * period_s

    def _blocks(self, key: int, released: Sequence[TimedPacket]) -> list[Decoded]:
        leads = key == id(self._leading)
        if self._join is None:
            return [self._block(timed) for timed in released]
        if leads:
            return self._joined(self._join.lead(*released) if released else [])
        return self._joined([joined for timed in released for joined in self._join.follow(timed)])

    def _block(self, timed: TimedPacket) -> SampleBlock:
        packet = timed.packet
        acc, gyr = np.ascontiguousarray(packet.three("acc")), np.ascontiguousarray(packet.three("gyr"))
        return SampleBlock(
            self.info.side, self.info.placement, timed.first_sample, timed.time_s, acc, gyr, packet.flags
        )

    def _joined(self, parts: Sequence[JoinedSamples]) -> list[Decoded]:
        blocks: list[Decoded] = []
        for part in parts:
            if part.lost_before:
                self._count_gap(part.lost_before, self._streams[id(self._leading)].timebase.period_s)
                self.quality.samples -= part.lost_before
                part.flags[0] |= FLAG_GAP_BEFORE
            acc, gyr = np.ascontiguousarray(part.acc_m_s2), np.ascontiguousarray(part.gyr_rad_s)
            blocks.append(
                SampleBlock(self.info.side, self.info.placement, part.first_sample, part.time_s, acc, gyr, part.flags)
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


def _following(profile: Profile, leading: PacketLayout, settings: Mapping[str, float]) -> tuple[PacketLayout, ...]:
    """The packets with the angular velocities, where the leading ones do not hold them."""
    if leading.holds_quantity("gyr") or not leading.holds_quantity("acc"):
        return ()
    return tuple(item for item in profile.active_packets(settings) if item.holds_quantity("gyr"))[:1]
