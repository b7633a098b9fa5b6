"""What ten seconds of a sensor that lies still say about its profile: rate, gravity, zero rotation, clock, losses.

A profile can be valid and wrong. Physics tells: at rest the specific force is 9.8 m/s^2 whatever the axes, nothing
turns, and the device's clock goes as fast as the computer's. Each fault in a profile (unit, range, type, order, tick)
has its own wrong number, and the advice is read off that number. Pure: no radio, no clock.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from gaitpipe.model import (
    STANDARD_GRAVITY_M_S2,
    FloatArray,
    PacketFault,
    RawNotification,
    RecordingEvent,
    SampleBlock,
    StreamQuality,
)
from gaitpipe.protocol.carriers import carriers_of
from gaitpipe.protocol.decoder import Decoder
from gaitpipe.protocol.packets import Packet, has_clock
from gaitpipe.protocol.profile import Profile
from gaitpipe.report.text import number

Verdict = Literal["ok", "look", "wrong"]

STILL_SD_M_S2 = 0.3
GRAVITY_SHARE = 0.05
"""Scale errors of accelerometers at rest stay below this; a wrong unit or range is never so near."""
STILL_RATE_RAD_S = 0.17
"""10 deg/s: gyroscopes that were not calibrated show up to 5 at rest."""
RATE_SHARE, CLOCK_SHARE = 0.05, 0.03
LEAST_S = 3.0
_G = STANDARD_GRAVITY_M_S2
TURNED_DEG = 20.0
"""From here on a turn was meant: drift of a resting gyroscope stays below it in a minute."""
_UNIT_RATIOS = (
    (1 / _G, 'They look like g: write unit = "g".'),
    (_G, 'They look like m/s2 already: write unit = "m/s2".'),
    (1e-3, "They are a thousandth of that: the values are g, not mg."),
    (1e3, "They are a thousand times that: the values are mg, not g."),
)


@dataclass(frozen=True, slots=True)
class TrialLine:
    """One thing that was looked at: how it is, in words, and what to do when it is not well."""

    name: str
    verdict: Verdict
    text: str
    advice: str = ""


@dataclass(frozen=True, slots=True)
class _Stamps:
    """The leading packets as they came: host time [s], ticks, samples; each (n,)."""

    host_s: FloatArray
    ticks: FloatArray
    counts: FloatArray


def judge(
    profile: Profile, settings: Mapping[str, float], items: Sequence[RawNotification | RecordingEvent], given: str = ""
) -> list[TrialLine]:
    """Say what the notifications and events of a short listening show, in the order of interest.

    `items` are those of one sensor that was kept still, with the host times at which they came. `given` is how the user
    named the profile, perhaps a path: so it stands in commands that are advised.
    """
    notifications = [item for item in items if isinstance(item, RawNotification)]
    data = [item for item in notifications if item.characteristic in profile.data_characteristics(settings)]
    if not data:
        advice = "Check the start command and the data characteristic; a generic BLE app shows what the sensor sends."
        return [TrialLine("packets", "wrong", "the sensor sent no data", advice), *_link(profile, settings, items)]
    decoder = Decoder(profile, "left", "foot", settings)
    decoded = [
        part
        for item in notifications
        for part in decoder.receive(item.characteristic, item.payload, item.host_monotonic_ns / 1e9)
    ] + decoder.flush()
    faults = [part for part in decoded if isinstance(part, PacketFault)]
    lines = [_packets(given or profile.id, data, faults, decoder.quality)]
    blocks = [part for part in decoded if isinstance(part, SampleBlock)]
    stamps = _stamps(profile, settings, data)
    if blocks and len(stamps.host_s) > 1:
        lines += [*_rate(settings, stamps, decoder.quality), *_clock(profile, settings, stamps)]
        lines += _rest(profile, settings, blocks)
        lines += [_losses(profile, settings, decoder.quality), *_clipping(decoder.quality)]
    return [*lines, *_link(profile, settings, items)]


def _packets(
    given: str, data: Sequence[RawNotification], faults: Sequence[PacketFault], quality: StreamQuality
) -> TrialLine:
    sizes = sorted({len(item.payload) for item in data})
    text = f"{len(data)} of {' or '.join(map(str, sizes[:4]))} bytes, {quality.samples} samples"
    if not faults:
        return TrialLine("packets", "ok", text)
    kinds = ", ".join(f"{count} x {kind}" for kind, count in sorted(quality.faults.items()))
    example = data[len(data) // 2]
    advice = (
        f"First: {faults[0].detail}. Check the header and the fields, or see one packet: gaitpipe profiles decode "
        f"{given} --characteristic {example.characteristic} {example.payload.hex()}"
    )
    return TrialLine("packets", "wrong" if quality.samples == 0 else "look", f"{text}; not read: {kinds}", advice)


def _stamps(profile: Profile, settings: Mapping[str, float], data: Sequence[RawNotification]) -> _Stamps:
    rows = list(_leading(profile, settings, data))
    table = np.array([(host_s, packet.ticks or 0, len(packet)) for host_s, packet in rows], dtype=np.float64)
    table = table.reshape(-1, 3)
    return _Stamps(table[:, 0], table[:, 1], table[:, 2])


def _leading(
    profile: Profile, settings: Mapping[str, float], data: Sequence[RawNotification]
) -> Iterator[tuple[float, Packet]]:
    """The packets that lead the stream, each with the host time [s] at which it was complete."""
    carriers, layout = carriers_of(profile, settings), profile.leading_packet(settings)
    for item in data:
        carrier, host_s = carriers[item.characteristic], item.host_monotonic_ns / 1e9
        for part in carrier.framing.receive(item.payload, host_s).packets:
            packet_format = carrier.format_of(part)
            packet = packet_format.read(part)
            if packet_format.layout is layout and isinstance(packet, Packet):
                yield host_s, packet


def _rate(settings: Mapping[str, float], stamps: _Stamps, quality: StreamQuality) -> list[TrialLine]:
    span_s = float(stamps.host_s[-1] - stamps.host_s[0])
    nominal_hz = settings["rate_hz"]
    if span_s < LEAST_S:
        return [TrialLine("rate", "look", "too short to say", "Listen longer, or check whether the stream broke off.")]
    seen_hz = (float(np.sum(stamps.counts[1:])) + quality.lost_samples) / span_s
    text = f"{number(seen_hz, 1)} Hz seen, {number(nominal_hz)} Hz set"
    if abs(seen_hz / nominal_hz - 1.0) <= RATE_SHARE:
        return [TrialLine("rate", "ok", text)]
    advice = "Check rate_hz, the start command, and whether every field of a sample is listed."
    return [TrialLine("rate", "wrong", text, advice)]


def _clock(profile: Profile, settings: Mapping[str, float], stamps: _Stamps) -> list[TrialLine]:
    layout = profile.leading_packet(settings)
    if not has_clock(layout):
        return [TrialLine("clock", "ok", "none: times come from the arrival of packets, with a wider uncertainty")]
    span_s = float(stamps.host_s[-1] - stamps.host_s[0])
    if span_s < LEAST_S:
        return []
    ticks = float(np.sum(np.mod(np.diff(stamps.ticks), 2.0**layout.timestamp.bits)))
    if ticks == 0.0:
        return [TrialLine("clock", "wrong", "stands still", "Check the place and the type of device_time.")]
    ratio = ticks * layout.timestamp.tick_s / span_s
    if abs(ratio - 1.0) <= CLOCK_SHARE:
        return [TrialLine("clock", "ok", f"goes {number(100 * ratio, 1)} % as fast as the computer's")]
    jumps = float(np.mean(np.diff(stamps.ticks) < 0)) > 0.2
    shifted = abs(np.log2(ratio) / 8 - round(np.log2(ratio) / 8)) < 0.01  # whole bytes
    advice = (
        "Check its place in the header, its type, and that no field before it is missing."
        if jumps or shifted
        else f"One tick seems to be {span_s / ticks:.2g} s: check tick_s."
    )
    return [TrialLine("clock", "wrong", f"goes {ratio:.3g} times as fast as the computer's", advice)]


def _rest(profile: Profile, settings: Mapping[str, float], blocks: Sequence[SampleBlock]) -> list[TrialLine]:
    """Gravity and zero rotation in the stillest second."""
    acc = np.concatenate([block.acc_m_s2 for block in blocks])
    gyr = np.concatenate([block.gyr_rad_s for block in blocks])
    width = max(8, round(settings["rate_hz"]))
    if len(acc) < width:
        return [TrialLine("gravity", "look", "too few samples to say", "Listen longer.")]
    norm = np.sqrt(np.sum(acc * acc, axis=1))
    starts = range(0, len(norm) - width + 1, max(1, width // 2))
    spreads = [float(np.std(norm[start : start + width])) for start in starts]
    still = slice(starts[int(np.argmin(spreads))], starts[int(np.argmin(spreads))] + width)
    lines = [_gravity(float(np.median(norm[still])), min(spreads))]
    if np.any(np.ptp(acc, axis=0) == 0.0):
        lines.append(TrialLine("axes", "look", "an axis of the acceleration never changes", "Check type and order."))
    if profile.sends("gyr", settings):
        turned_rad = np.nansum(gyr - np.median(gyr[still], axis=0), axis=0) / settings["rate_hz"]
        at_rest = float(np.median(np.sqrt(np.sum(gyr[still] ** 2, axis=1))))
        lines.append(_rotation(at_rest, float(np.degrees(np.linalg.norm(turned_rad)))))
    else:
        lines.append(TrialLine("rotation", "look", "no gyroscope", "A shank sensor gives contact times without one."))
    return lines


def _gravity(norm_m_s2: float, spread_m_s2: float) -> TrialLine:
    text = f"{norm_m_s2:.4g} m/s2 at rest (9.8 expected)"
    ratio = norm_m_s2 / _G
    if abs(ratio - 1.0) <= GRAVITY_SHARE:
        if spread_m_s2 > STILL_SD_M_S2:
            return TrialLine("gravity", "look", text, "It was moved all the time: lay it on a table and try again.")
        return TrialLine("gravity", "ok", text)
    for expected, advice in _UNIT_RATIOS:
        if abs(ratio / expected - 1.0) <= 2 * GRAVITY_SHARE:
            return TrialLine("gravity", "wrong", text, advice)
    twice = np.log2(ratio) if ratio > 0.0 else np.nan
    if abs(twice - round(twice) if np.isfinite(twice) else 1.0) < 0.1 and abs(twice) < 4.5:
        return TrialLine("gravity", "wrong", text, "It is off by a power of two: check acc_range_g and the scale.")
    if spread_m_s2 > STILL_SD_M_S2:
        return TrialLine("gravity", "wrong", text, "Lay it on a table; if it lay still: check type, order and header.")
    return TrialLine("gravity", "wrong", text, "Check the type, the scale and the place of the acceleration.")


def _rotation(rate_rad_s: float, turned_deg: float) -> TrialLine:
    """A wrong scale does not show at rest; a turn about one axis by a known angle shows it."""
    text = f"{rate_rad_s:.3g} rad/s at rest (0 expected)"
    if turned_deg >= TURNED_DEG:
        text += f", turned by about {turned_deg:.0f} deg"
    if rate_rad_s <= STILL_RATE_RAD_S:
        return TrialLine("rotation", "ok", text)
    advice = "Keep it still; if it was: check unit (deg/s or rad/s), scale, type and place of the gyroscope."
    return TrialLine("rotation", "wrong", text, advice)


def _losses(profile: Profile, settings: Mapping[str, float], quality: StreamQuality) -> TrialLine:
    layout = profile.leading_packet(settings)
    if layout.sequence_counts is None and not has_clock(layout):
        return TrialLine("losses", "look", "cannot be known: packets carry neither number nor time")
    total = quality.samples + quality.lost_samples
    share_pct = 100.0 * quality.lost_samples / total if total else 0.0
    text = f"{quality.lost_samples} of {total} samples lost ({number(share_pct, 1)} %)"
    if share_pct <= 1.0:
        return TrialLine("losses", "ok", text)
    advice = "Bring it closer. If it is near: check sequence_counts, the counter's type and the clock."
    return TrialLine("losses", "wrong" if share_pct > 30.0 else "look", text, advice)


def _clipping(quality: StreamQuality) -> list[TrialLine]:
    clipped = quality.acc_clipped_samples + quality.gyr_clipped_samples
    if clipped == 0:
        return [TrialLine("range", "ok", "nothing clipped")]
    advice = "At rest nothing should be at the end of its range: check the range, the type and the scale."
    return [TrialLine("range", "look", f"{clipped} samples at the end of their range", advice)]


def _link(
    profile: Profile, settings: Mapping[str, float], items: Sequence[RawNotification | RecordingEvent]
) -> list[TrialLine]:
    told = {item.kind: item.value for item in items if isinstance(item, RecordingEvent) and item.value is not None}
    lines = []
    if (mtu := told.get("mtu")) is not None:
        needed, text = profile.required_mtu(settings), f"{mtu:.0f} bytes"
        fits = mtu >= needed
        advice = (
            ""
            if fits
            else f"A packet needs {needed}: it is cut off or sent in parts, unless this system hides its MTU."
        )
        lines.append(TrialLine("MTU", "ok" if fits else "look", f"{text}, {needed} needed", advice))
    battery = told.get("battery")
    if battery is not None:
        lines.append(TrialLine("battery", "ok" if battery >= 15 else "look", f"{battery:.0f} %"))
    elif profile.battery_characteristic is not None:
        lines.append(TrialLine("battery", "look", "not told", "Check the battery characteristic of the profile."))
    breaks = sum(isinstance(item, RecordingEvent) and item.kind == "disconnected" for item in items)
    if breaks:
        lines.append(TrialLine("link", "look", f"lost {breaks} time(s)", "Bring it closer, charge it."))
    return lines
