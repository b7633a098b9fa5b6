"""Cost of a packet in a live session, from bytes to stride update: python -m benchmarks.speed.live

Target: under 1 % of the time that the packet covers, on average; under 2.5 % where a packet is one sample of 5 ms, so
that two such sensors take less than 5 % of a core. Two virtual sensors send packets of their profile,
at its rate nearest to 208 Hz, for five minutes of running; each notification goes through `Decoder.receive`, each
block through the gathering of the live session and `Session.feed`, as in recording. Radio, disk and screen are not part
of it. A packet that ends a stride costs more than one that does not: see the percentiles. Cost is processor time of
this thread, so that another program's turn on the same core does not count; the mean by the wall clock stands beside
it.
The first 20 s (clock lock, alignment, first compiled call) are reported apart: they happen once.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from benchmarks.speed.common import Outcome, Signals, running, show
from gaitpipe import profile_store
from gaitpipe.app.blocks import BlockJoiner
from gaitpipe.app.live import GATHERED_S
from gaitpipe.model import SIDES, FloatArray, SampleBlock, Side
from gaitpipe.protocol.decoder import Decoder
from gaitpipe.protocol.encoder import Encoder
from gaitpipe.protocol.profile import Profile
from gaitpipe.session import Session

SECONDS = 300.0
WARM_UP_S = 20.0
TARGETS_PCT = {"movella_dot": 1.0, "movesense_imu6": 1.0, "open_imu": 1.0, "witmotion_ble": 2.5}
"""One profile of each kind: a sample a packet, split packets, packets of eight, and the most packets a second."""
LATENCY_S = 0.02


@dataclass(frozen=True, slots=True)
class Sent:
    """The notifications of one packet with its time of arrival, and the time that it covers."""

    side: Side
    arrival_s: float
    covers_s: float
    notifications: list[tuple[str, bytes]]


def measure(seconds: float = SECONDS, profiles: Sequence[str] = tuple(TARGETS_PCT)) -> list[Outcome]:
    """One outcome for each kind of profile."""
    return [measure_profile(profile_store.load(name), seconds) for name in profiles]


def measure_profile(profile: Profile, seconds: float) -> Outcome:
    """Feed `seconds` of both sensors and time every packet."""
    settings = profile.resolve_settings(wished_rate(profile))
    rate_hz = settings["rate_hz"]
    feet = running(5.0, seconds - 5.0, rate_hz=rate_hz)
    decoders = {side: Decoder(profile, side, "foot", settings) for side in SIDES}
    session = Session([decoders[side].info for side in SIDES])
    joiner = BlockJoiner(max(1, round(GATHERED_S * rate_hz)))
    sent = sorted(
        (packet for side in SIDES for packet in packets(profile, settings, side, feet[side])),
        key=lambda packet: packet.arrival_s,
    )
    costs, wall_s, updates = np.empty(len(sent)), np.empty(len(sent)), 0
    for index, packet in enumerate(sent):
        start_wall_s, start_s = time.perf_counter(), time.thread_time()
        updates += receive(packet, decoders[packet.side], joiner, session)
        costs[index], wall_s[index] = time.thread_time() - start_s, time.perf_counter() - start_wall_s
    share_pct = 100.0 * costs / np.array([packet.covers_s for packet in sent])
    warm = np.array([packet.arrival_s for packet in sent]) > WARM_UP_S
    wall_pct = 100.0 * float(np.mean(wall_s[warm])) / sent[0].covers_s
    return _outcome(profile.id, rate_hz, sent, share_pct, warm, updates, costs, wall_pct)


def receive(packet: Sent, decoder: Decoder, joiner: BlockJoiner, session: Session) -> int:
    """What a recorder does with a packet; returns the number of stride updates."""
    updates = 0
    for characteristic, payload in packet.notifications:
        for item in decoder.receive(characteristic, payload, packet.arrival_s):
            if isinstance(item, SampleBlock):
                updates += sum(len(session.feed(block)) for block in joiner.push(item))
    return updates


def packets(profile: Profile, settings: dict[str, float], side: Side, signals: Signals) -> Iterator[Sent]:
    """The sensor's packets, already encoded."""
    rate_hz, size = settings["rate_hz"], profile.samples_per_packet(settings)
    encoder = Encoder(profile, settings)
    for first in range(0, len(signals) // size * size, size):
        part = slice(first, first + size)
        notifications = encoder.encode(first / rate_hz, signals.acc_m_s2[part], signals.gyr_rad_s[part])
        yield Sent(side, (first + size - 1) / rate_hz + LATENCY_S, size / rate_hz, notifications)


def wished_rate(profile: Profile) -> dict[str, float]:
    """The profile's rate nearest to 208 Hz, as an override of its settings."""
    return {"rate_hz": min(profile.packet.samples_per_packet, key=lambda rate: abs(rate - 208.0))}


def _outcome(
    name: str,
    rate_hz: float,
    sent: list[Sent],
    share_pct: FloatArray,
    warm: np.ndarray,
    updates: int,
    costs: FloatArray,
    wall_pct: float,
) -> Outcome:
    mean, worst = float(share_pct[warm].mean()), float(share_pct[warm].max())
    p50, p99 = (float(value) for value in np.percentile(share_pct[warm], (50, 99)))
    start_s, target_pct = float(costs[~warm].sum()), TARGETS_PCT.get(name, 1.0)
    return Outcome(
        name=f"live_{name}",
        target=f"mean under {target_pct:g} % of the packet's duration",
        passed=mean < target_pct,
        sentence=f"{name} at {rate_hz:g} Hz, {1000 * sent[0].covers_s:.1f} ms a packet: "
        f"mean {mean:.2f} % (wall clock {wall_pct:.2f} %), median {p50:.2f} %, "
        f"99th percentile {p99:.2f} %, largest {worst:.2f} % of the "
        f"packet's duration; {len(sent)} packets, {updates} stride updates; "
        f"the first {WARM_UP_S:g} s cost {start_s:.2f} s in all",
        figures={
            "mean_pct": round(mean, 3),
            "median_pct": round(p50, 3),
            "p99_pct": round(p99, 3),
            "wall_mean_pct": round(wall_pct, 3),
            "max_pct": round(worst, 3),
            "mean_us": round(1e6 * float(costs[warm].mean()), 1),
            "packet_ms": round(1000 * sent[0].covers_s, 2),
            "packets": len(sent),
            "updates": updates,
        },
    )


if __name__ == "__main__":
    sys.exit(show(measure))
