"""Single notifications as rows for people and programs: what a sensor sent, without session, clock or losses."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from gaitpipe.model import FaultKind, FloatArray, PacketFault
from gaitpipe.protocol.carriers import carriers_of
from gaitpipe.protocol.packets import Packet, PacketFormat, Refusal, has_clock
from gaitpipe.protocol.profile import Profile
from gaitpipe.protocol.profile_parts import PacketLayout
from gaitpipe.protocol.quantities import QUANTITIES, SIGNAL_QUANTITIES


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
        of three, or None), and what else the packet carries. An answer to a command gives `text`, `ok` and
        `battery_pct`. A notification that cannot be decoded gives a `PacketFault` in its place.
    """
    carriers = carriers_of(profile, settings)
    carrier = carriers.get(profile.key_of(characteristic))
    if carrier is None:
        places = " or ".join(carriers)
        detail = f"{characteristic}: samples of {profile.name} with these settings come on {places}"
        return [PacketFault(FaultKind.CHARACTERISTIC, detail, 0.0)]
    rows: list[dict[str, Any] | PacketFault] = []
    for number, payload in enumerate([*payloads, None], start=1):
        unframed = carrier.framing.end(0.0) if payload is None else carrier.framing.receive(bytes(payload), 0.0)
        where = f"payload {number} of {len(payloads)}: " if payload is not None and len(payloads) > 1 else ""
        mode = "" if payload is None else _other_mode(profile, settings, characteristic, bytes(payload))
        rows.extend(replace(fault, detail=f"{where}{fault.detail}{mode}") for fault in unframed.faults)
        rows.extend({"text": item.text, "ok": item.ok, "battery_pct": item.battery_pct} for item in unframed.statuses)
        for data in unframed.packets:
            packet_format = carrier.format_of(data)
            packet = packet_format.read(data)
            if isinstance(packet, Refusal):
                rows.append(PacketFault(packet.kind, f"{where}{packet.detail}{mode}", 0.0))
            else:
                rows.extend(_rows(packet_format.layout, settings["rate_hz"], packet))
    return rows


def _other_mode(profile: Profile, settings: Mapping[str, float], characteristic: str, payload: bytes) -> str:
    """A hint at the settings whose packet has this header, where those of now do not have such a packet."""
    here = [item for item in profile.packets if item.characteristic == profile.key_of(characteristic)]
    active = profile.active_packets(settings)
    marked = [item for item in here if any(field.equals is not None for field in item.header)]
    claiming = [item for item in marked if PacketFormat(item, settings).claims(payload)]
    if not claiming or any(item in active for item in claiming):
        return ""
    row = claiming[0].only_if[0]
    wanted = [f"{name} = {values[0]:g}" for name, values in row.items() if settings[name] not in values]
    return f"; the header fits {' and '.join(wanted)}"


def _rows(layout: PacketLayout, rate_hz: float, packet: Packet) -> list[dict[str, Any]]:
    first_s = None
    if has_clock(layout) and packet.ticks is not None:
        before = len(packet) - 1 if layout.timestamp.meaning == "last_sample" else 0
        first_s = packet.ticks * layout.timestamp.tick_s - before / rate_hz
    named = {QUANTITIES[name].output: values for name, values in packet.values.items()}
    signals = [QUANTITIES[name].output for name in SIGNAL_QUANTITIES]
    keys = [*signals, *(name for name in named if name not in signals)]
    return [
        {"device_time_s": None if first_s is None else first_s + row / rate_hz}
        | {key: _plain(named[key][row]) if key in named else None for key in keys}
        for row in range(len(packet))
    ]


def _plain(values: FloatArray) -> list[float] | float:
    numbers: list[float] = values.tolist()
    return numbers[0] if len(numbers) == 1 else numbers
