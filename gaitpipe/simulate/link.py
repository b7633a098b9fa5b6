"""What a radio link does to a sensor's packets: late, in batches, sometimes lost or twice. Pure and seeded.

Rules
-----
1. Packets that become ready in a blackout are lost (the sensor was out of reach), whatever the link does.
2. The link is good or bad (Gilbert-Elliott); in the bad state every packet is lost. The chance of turning bad follows
   from `loss_pct` and the mean length of a burst.
3. What is not lost waits for the next connection event of the side's own phase. An event is missed with
   `missed_event_pct`; its packets go with the next one. At most `packets_per_event` fit, the rest waits. So packets
   arrive in order and in batches.
4. An event may end after any packet (`closed_early_pct`: a packet was not acknowledged, and the radio waits for the
   next event); what is left goes with the next. While the radio is busy with others (`radio_busy`) all are missed.
5. The host adds a delay of at least `least_delay_s` that is small most of the time (exponential), never reordering. In
   a stall of the host nothing is taken in; it all comes at the end of the stall.
6. Connection events follow the radio's own crystal, `interval_error_ppm` off.
7. A duplicate arrives right after its original.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from gaitpipe.errors import UsageError
from gaitpipe.model import FloatArray


@dataclass(frozen=True, slots=True)
class LinkConfig:
    """How good a link is; the default loses nothing and only delays.

    `blackouts`, `radio_busy` and `host_stalls` are (start, end) in session time [s], ascending and apart.
    """

    connection_interval_s: float = 0.03
    loss_pct: float = 0.0
    burst_packets: float = 4.0
    missed_event_pct: float = 2.0
    packets_per_event: int = 6
    duplicate_pct: float = 0.0
    host_delay_s: float = 0.002
    blackouts: tuple[tuple[float, float], ...] = ()
    interval_error_ppm: float = 0.0
    least_delay_s: float = 0.0
    closed_early_pct: float = 0.0
    radio_busy: tuple[tuple[float, float], ...] = ()
    host_stalls: tuple[tuple[float, float], ...] = ()


def deliver(packet_times_s: Sequence[float] | FloatArray, config: LinkConfig, seed: int) -> list[tuple[int, float]]:
    """Which packets arrive when: `(index of the packet, arrival time in s)` in order of arrival.

    Parameters
    ----------
    packet_times_s
        When each packet is ready in the sensor (session time), not decreasing.

    Raises
    ------
    UsageError
        A percentage or a length that no link has.
    """
    _check(config)
    generator = np.random.default_rng([seed, 77])
    times_s = np.asarray(packet_times_s, dtype=np.float64)
    lost = _lost(len(times_s), config, generator)
    for start_s, end_s in config.blackouts:
        lost |= (times_s >= start_s) & (times_s < end_s)
    twice = generator.random(len(times_s)) * 100 < config.duplicate_pct
    phase_s = generator.uniform(0, config.connection_interval_s)
    interval_s = config.connection_interval_s * (1.0 + 1e-6 * config.interval_error_ppm)
    busy, stalls = _Spans(config.radio_busy), _Spans(config.host_stalls)
    arrivals: list[tuple[int, float]] = []
    event, carried, closed, last_s = -1, 0, False, -np.inf
    for index in np.flatnonzero(~lost):
        earliest = int(np.ceil((times_s[index] - phase_s) / interval_s))
        if earliest > event or closed or carried >= config.packets_per_event:
            event, carried = max(earliest, event + 1), 0
            while busy.end_s(phase_s + event * interval_s) or generator.random() * 100 < config.missed_event_pct:
                event += 1
        carried += 1
        closed = config.closed_early_pct > 0 and generator.random() * 100 < config.closed_early_pct
        at_s = phase_s + event * interval_s + config.least_delay_s + generator.exponential(config.host_delay_s)
        at_s = stalls.end_s(at_s) or at_s
        last_s = max(last_s, float(at_s))
        arrivals += [(int(index), last_s)] * (2 if twice[index] else 1)
    return arrivals


class _Spans:
    """Looks up spans of time."""

    def __init__(self, spans: tuple[tuple[float, float], ...]) -> None:
        self._spans = spans
        self._starts = [start_s for start_s, _ in spans]

    def end_s(self, time_s: float) -> float | None:
        """End of the span that holds the time, None when there is none."""
        place = bisect_right(self._starts, time_s) - 1
        return self._spans[place][1] if place >= 0 and time_s < self._spans[place][1] else None


def _lost(count: int, config: LinkConfig, generator: np.random.Generator) -> np.ndarray:
    """Gilbert-Elliott: `burst_packets` is the mean stay in the bad state, `loss_pct` the share of time in it."""
    lost = np.zeros(count, dtype=bool)
    share = config.loss_pct / 100
    if share == 0:
        return lost
    leave_bad = 1 / config.burst_packets
    enter_bad = min(1.0, share * leave_bad / (1 - share))
    bad = bool(generator.random() < share)
    for index, draw in enumerate(generator.random(count)):
        lost[index] = bad
        bad = draw >= leave_bad if bad else draw < enter_bad
    return lost


def _check(config: LinkConfig) -> None:
    for name in ("loss_pct", "missed_event_pct", "duplicate_pct", "closed_early_pct"):
        if not 0 <= getattr(config, name) <= 90:
            raise UsageError(f"{name} is a percentage from 0 to 90, not {getattr(config, name)}")
    if config.least_delay_s < 0 or abs(config.interval_error_ppm) > 1000:
        raise UsageError("a link is never early, and its crystal is within 1000 ppm")
    if config.connection_interval_s <= 0 or config.burst_packets < 1 or config.packets_per_event < 1:
        raise UsageError("a link needs a connection interval above zero, bursts and events of one packet or more")
