"""Recordings of any length, written without holding them in memory: a synthetic runner whose stride is repeated.

Standing once, then a piece of whole strides again and again. Each packet is encoded once by the profile; its number,
clock and checksum are put in anew at each repetition, and the writer is the recorder's own. The link is the simulator's
default one (events every 30 ms, 2 % of them missed, a host that is 2 ms late on average), computed in pieces. The
crystals of the two sensors are 50 ppm slow and fast.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from heapq import merge
from pathlib import Path

import numpy as np

from benchmarks.speed.common import RATE_HZ, Signals, running
from benchmarks.speed.memory import STAND_S, whole_strides
from gaitpipe import profile_store
from gaitpipe.app.simulate import START_MONOTONIC_NS, START_UTC_NS, setup_for
from gaitpipe.model import SIDES, RawNotification, Side
from gaitpipe.protocol.encoder import Encoder
from gaitpipe.protocol.packets import crc16_ccitt_false
from gaitpipe.protocol.profile import Profile
from gaitpipe.recording.writer import RecordingWriter

PROFILE = "open_imu"
DRIFT_PPM = {"left": -50.0, "right": 50.0}
INTERVAL_S, MISSED, HOST_DELAY_S = 0.03, 0.02, 0.002
PIECE_PACKETS = 4096
_STAMP, _STAMP_AT = struct.Struct("<II"), 2
"""Sequence and device time [us] of an Open IMU packet, and where they stand; the checksum is its last two bytes."""


def write_long_recording(path: Path, minutes: float) -> None:
    """Write an own MCAP of two feet at 208 Hz that is `minutes` long; a minute and a half takes about a second."""
    profile = profile_store.load(PROFILE)
    settings = profile.resolve_settings({"rate_hz": RATE_HZ})
    size = profile.samples_per_packet(settings)
    count = round(60.0 * minutes * RATE_HZ) // size
    signals = running(STAND_S, 40.0, exact_rate=True)
    stand = round((STAND_S + 3.0) * RATE_HZ) // size * size
    # Of one length for both feet, or their strides would drift apart.
    length = len(whole_strides(_side_by_side(signals["left"], signals["right"]), stand))
    feet = [_notifications(side, profile, settings, signals[side], stand, length, count) for side in SIDES]
    with RecordingWriter(
        path,
        [setup_for(profile, side, "foot", settings, f"virtual {profile.name}, {side}") for side in SIDES],
        {"synthetic": f"{STAND_S:g} s standing, then the same strides at 3 m/s again and again"},
        session_start_monotonic_ns=START_MONOTONIC_NS,
        session_start_utc_ns=START_UTC_NS,
    ) as writer:
        for item in merge(*feet, key=lambda item: item.host_monotonic_ns):
            writer.write(item)


def _notifications(
    side: Side,
    profile: Profile,
    settings: dict[str, float],
    signals: Signals,
    stand: int,
    length: int,
    count: int,
) -> Iterator[RawNotification]:
    """All notifications of one foot, in order of their arrival: the first `stand` samples, then `length` for ever."""
    size = profile.samples_per_packet(settings)
    packets = _encoded(profile, settings, signals, stand // size)
    rows = stand + np.arange(length * size) % length  # as many repetitions as give whole packets
    repeated = _encoded(profile, settings, Signals(signals.acc_m_s2[rows], signals.gyr_rad_s[rows]), length)
    generator = np.random.default_rng([SIDES.index(side), 7])
    last_s = 0.0
    for first in range(0, count, PIECE_PACKETS):
        numbers = np.arange(first, min(first + PIECE_PACKETS, count))
        arrivals_s = np.maximum.accumulate(_arrivals_s((numbers + 1) * size / RATE_HZ, generator)).clip(last_s)
        last_s = float(arrivals_s[-1])
        device_us = numbers * size / RATE_HZ * (1.0 + 1e-6 * DRIFT_PPM[side]) * 1e6 + 1e-6
        for number, passed_ns, ticks in zip(
            numbers.tolist(),
            np.rint(arrivals_s * 1e9).astype(int).tolist(),
            device_us.astype(int).tolist(),
            strict=True,
        ):
            past = number - len(packets)
            uuid, payload = packets[number] if past < 0 else repeated[past % len(repeated)]
            stamp = _STAMP.pack(number, ticks % (1 << 32))
            data = payload[:_STAMP_AT] + stamp + payload[_STAMP_AT + _STAMP.size : -2]
            data += crc16_ccitt_false(data).to_bytes(2, "little")
            yield RawNotification(side, uuid, START_MONOTONIC_NS + passed_ns, START_UTC_NS + passed_ns, data)


def _side_by_side(one: Signals, other: Signals) -> Signals:
    return Signals(
        np.hstack([one.acc_m_s2, other.acc_m_s2]),
        np.hstack([one.gyr_rad_s, other.gyr_rad_s]),
    )


def _encoded(profile: Profile, settings: dict[str, float], signals: Signals, count: int) -> list[tuple[str, bytes]]:
    """The first `count` packets of the signals, each with its characteristic; this profile sends one frame a packet."""
    encoder, size = Encoder(profile, settings), profile.samples_per_packet(settings)
    packets = []
    for first in range(0, count * size, size):
        rows = slice(first, first + size)
        packets += encoder.encode(first / RATE_HZ, signals.acc_m_s2[rows], signals.gyr_rad_s[rows])
    return packets


def _arrivals_s(ready_s: np.ndarray, generator: np.random.Generator) -> np.ndarray:
    """Arrival of packets that are ready at these times (n,) [s]: at an event, later when events are missed."""
    events = np.ceil(ready_s / INTERVAL_S)
    events += generator.geometric(1.0 - MISSED, len(events)) - 1
    return np.asarray(events * INTERVAL_S + generator.exponential(HOST_DELAY_S, len(events)))
