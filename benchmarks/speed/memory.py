"""Memory of a live session against its length: python -m benchmarks.speed.memory

Target: beyond the stride table, which holds one row a stride, memory does not grow with the length of a session.
Blocks are made on the fly from a piece of running that begins and ends at the same place of the stride, so that
nothing of the input is kept. What Python has allocated since the warm-up is counted after a full collection, the rows
of the table with all that they hold are taken off, and the growth from the first to the last reading is stated per
hour. Buffers of the last seconds fill and empty by tens of kB with every stride: a reading is the mean of many looks,
spread over ten strides. Two runs: the session alone for an hour, and decoder and session fed with bytes for a shorter
time.
"""

from __future__ import annotations

import gc
import sys
import tracemalloc
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from benchmarks.speed.common import RATE_HZ, Outcome, Signals, block, running, show, tiled
from gaitpipe import profile_store
from gaitpipe.model import SIDES, SampleBlock, SensorInfo, Side
from gaitpipe.protocol.decoder import Decoder
from gaitpipe.protocol.encoder import Encoder
from gaitpipe.session import Session

SESSION_MINUTES = (5.0, 20.0, 60.0)
BYTES_MINUTES = (15.0, 22.0, 30.0)
"""The first reading comes when what is bounded is full: the two minutes of the session clock, and 30 phases of the
connection events, of which these even arrivals give only two a minute."""
LOOKS, LOOK_EVERY_S = 25, 0.29
"""Looks for one reading, and the time between two: no simple part of a stride of 0.75 s, all its parts are met."""
BLOCK_SAMPLES = 52
STAND_S = 5.0
WARM_UP_S = 30.0
WORD_BYTES = 8
LIMIT_KB_PER_HOUR = 50.0
"""For the wobble of caches and buffers; one float kept for each stride would be 230 kB/h."""

Advance = Callable[[int], int]
"""Feeds both feet from a sample number on; returns the next sample number."""


@dataclass(frozen=True, slots=True)
class Reading:
    """Allocated memory at one length of the session [kB].

    `rest_kb` is all beside the stride table, the mean of the looks; `spread_kb` the most less the least of them.
    """

    minutes: float
    rest_kb: float
    spread_kb: float
    table_kb: float
    rows: int


def measure() -> list[Outcome]:
    """Both runs."""
    return [measure_session(), measure_bytes()]


def measure_session(minutes: Sequence[float] = SESSION_MINUTES) -> Outcome:
    """The session alone, fed with blocks."""
    feet = _courses()
    session = Session([SensorInfo(side, "foot", RATE_HZ) for side in SIDES])
    return read("session", session, lambda first: _feed_blocks(session, feet, first), minutes)


def measure_bytes(minutes: Sequence[float] = BYTES_MINUTES) -> Outcome:
    """Decoder and session, fed with packets."""
    feet, profile = _courses(), profile_store.load("movesense_imu6")
    settings = profile.resolve_settings({"rate_hz": RATE_HZ})
    decoders = {side: Decoder(profile, side, "foot", settings) for side in SIDES}
    encoders = {side: Encoder(profile, settings) for side in SIDES}
    fed = Session([decoders[side].info for side in SIDES])
    size = profile.samples_per_packet(settings)
    advance: Advance = lambda first: _feed_bytes(fed, decoders, encoders, feet, first, size)  # noqa: E731
    return read("decoder and session", fed, advance, minutes)


def _courses() -> dict[Side, Course]:
    return {side: Course(signals) for side, signals in running(STAND_S, 40.0).items()}


class Course:
    """Standing once, then running for ever, by repeating a piece of whole strides."""

    def __init__(self, signals: Signals) -> None:
        self._stand_samples = round((STAND_S + 3.0) * RATE_HZ)
        lead = slice(0, self._stand_samples)
        self._lead = Signals(signals.acc_m_s2[lead], signals.gyr_rad_s[lead])
        self._piece = whole_strides(signals, self._stand_samples)

    def samples(self, first: int, count: int) -> Signals:
        """`count` samples from number `first` on."""
        if first + count <= self._stand_samples:
            return Signals(self._lead.acc_m_s2[first : first + count], self._lead.gyr_rad_s[first : first + count])
        return tiled(self._piece, count, max(0, first - self._stand_samples))


def whole_strides(signals: Signals, start: int) -> Signals:
    """From `start` the number of samples after which the signal comes closest to repeating itself, some strides on."""
    pattern = signals.gyr_rad_s[start : start + 200]
    low, high = round(20.0 * RATE_HZ), round(25.0 * RATE_HZ)
    misfit = [np.sum((signals.gyr_rad_s[start + k : start + k + 200] - pattern) ** 2) for k in range(low, high)]
    piece = slice(start, start + low + int(np.argmin(misfit)))
    return Signals(signals.acc_m_s2[piece].copy(), signals.gyr_rad_s[piece].copy())


def read(name: str, session: Session, advance: Advance, minutes: Sequence[float]) -> Outcome:
    """Feed up to each length and read the memory there."""
    readings: list[Reading] = []
    first = 0
    while first < WARM_UP_S * RATE_HZ:  # compiled code and imports are not the session's
        first = advance(first)
    gc.collect()
    tracemalloc.start()
    try:
        for length in minutes:
            rest_kb = []
            for look in range(LOOKS):
                while first < (length * 60.0 + look * LOOK_EVERY_S) * RATE_HZ:
                    first = advance(first)
                gc.collect()
                total_kb = tracemalloc.get_traced_memory()[0] / 1000.0
                rows = session._rows  # private, but it is what may grow: it has to be weighed
                table_kb = (sum(piece.nbytes for piece in rows._full) + deep_size(rows._last)) / 1000.0
                rest_kb.append(total_kb - table_kb)
            spread_kb = max(rest_kb) - min(rest_kb)
            readings.append(Reading(length, sum(rest_kb) / LOOKS, spread_kb, table_kb, len(rows)))
    finally:
        tracemalloc.stop()
    return _outcome(name, readings)


def deep_size(rows: Sequence[tuple[object, ...]]) -> int:
    """Bytes of a list of tuples and of the objects in them, each counted once and in whole words."""
    seen: dict[int, object] = {id(rows): rows}
    for row in rows:
        seen[id(row)] = row
        seen.update((id(value), value) for value in row)
    return sum(-(-sys.getsizeof(item) // WORD_BYTES) * WORD_BYTES for item in seen.values())


def _feed_blocks(session: Session, feet: dict[Side, Course], first: int) -> int:
    for side, course in feet.items():
        session.feed(block(course.samples(first, BLOCK_SAMPLES), side, first))
    return first + BLOCK_SAMPLES


def _feed_bytes(
    session: Session,
    decoders: dict[Side, Decoder],
    encoders: dict[Side, Encoder],
    feet: dict[Side, Course],
    first: int,
    size: int,
) -> int:
    for side, course in feet.items():
        part = course.samples(first, size)
        for uuid, payload in encoders[side].encode(first / RATE_HZ, part.acc_m_s2, part.gyr_rad_s):
            for item in decoders[side].receive(uuid, payload, (first + size) / RATE_HZ + 0.02):
                if isinstance(item, SampleBlock):
                    session.feed(item)
    return first + size


def _outcome(name: str, readings: Sequence[Reading]) -> Outcome:
    start, end = readings[0], readings[-1]
    slope = 60.0 * (end.rest_kb - start.rest_kb) / (end.minutes - start.minutes)
    steps = "; ".join(
        f"{r.minutes:g} min {r.rest_kb:.0f} kB beside the table of {r.rows} rows, {r.table_kb:.0f} kB" for r in readings
    )
    return Outcome(
        name=f"memory_{name.replace(' ', '_')}",
        target=f"under {LIMIT_KB_PER_HOUR:g} kB an hour beside the stride table",
        passed=slope < LIMIT_KB_PER_HOUR and end.rows > start.rows,
        sentence=f"{name}: {slope:+.1f} kB an hour beside the stride table ({steps})",
        figures={
            "slope_kb_per_hour": round(slope, 2),
            "table_kb_per_1000_strides": round(1000.0 * end.table_kb / max(1, end.rows), 1),
            **{f"rest_kb_{r.minutes:g}_min": round(r.rest_kb, 1) for r in readings},
            "look_spread_kb": round(max(r.spread_kb for r in readings), 1),
            "rows": end.rows,
        },
    )


if __name__ == "__main__":
    sys.exit(show(measure))
