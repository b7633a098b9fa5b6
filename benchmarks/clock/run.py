"""Puts two synthetic sensors on one clock over bad links and writes the tables: python -m benchmarks.clock.run

Every foot is simulated by itself and decoded by the product; then every left foot is paired with every right one, so
that all signs of drift and many phases meet. The default takes about a quarter of an hour on two free cores.

Exit codes: 0 done (whatever the figures say), 3 with `--strict` when a sensor with a clock misses a target that the
link allows.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from benchmarks.clock.report import write
from benchmarks.clock.score import TARGET_S, Score, hole_s, least_p95_s, score
from benchmarks.clock.world import CLOCKLESS, LINKS, SENSORS, FootCase, FootTrace, packet_of, simulate_foot

RESULTS = Path(__file__).resolve().parents[1] / "results"
EXIT_MISSED = 3
PACINGS = ("crystal", "chip")
PAIRS_S = (
    (0.015, 0.015),
    (0.020, 0.020),
    (0.030, 0.030),
    (0.045, 0.045),
    (0.050, 0.050),
    (0.015, 0.050),
    (0.020, 0.045),
    (0.030, 0.050),
)
LONG_PAIRS_S = ((0.030, 0.030), (0.050, 0.050), (0.015, 0.050))
LONG_LINKS = ("bursts",)
LONG_S = 600.0


@dataclass(frozen=True, slots=True)
class Condition:
    """One row of the tables: both feet have the same sensor, pacing and kind of link."""

    sensor: str
    pacing: str
    link: str
    left_s: float
    right_s: float
    seconds: float
    score: Score

    @property
    def clocked(self) -> bool:
        return self.sensor not in CLOCKLESS

    @property
    def swept(self) -> bool:
        """A chip of nearly the nominal rate sweeps a hole of that size for many seconds."""
        holes_s = (hole_s(packet_of(self.sensor), one_s) for one_s in (self.left_s, self.right_s))
        return self.pacing == "chip" and max(holes_s) > 0.005

    @property
    def free(self) -> bool:
        """The link lets the target be met."""
        return self.score.limit_s < 0.9 * TARGET_S and not self.swept


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.clock.run", description="Two feet on one clock.")
    parser.add_argument("--out", type=Path, default=RESULTS, help="folder for clock.md and clock.csv")
    parser.add_argument("--feet", type=int, default=6, help="simulated feet a condition (default 6: 15 or 36 pairs)")
    parser.add_argument("--seconds", type=float, default=60.0, help="length of the short runs (default 60)")
    parser.add_argument("--jobs", type=int, default=2, help="processes (default 2)")
    parser.add_argument("--strict", action="store_true", help="leave with 3 when a target that can be met is missed")
    options = parser.parse_args(arguments)
    short = [
        FootCase(sensor, link, interval_s, pacing, options.seconds, seed)
        for sensor in SENSORS
        for link in LINKS
        for pacing in PACINGS
        for interval_s in sorted({one for pair in PAIRS_S for one in pair})
        for seed in range(options.feet)
    ]
    long = [
        FootCase(sensor, link, interval_s, "crystal", LONG_S, seed)
        for sensor in SENSORS
        if sensor not in CLOCKLESS
        for link in LONG_LINKS
        for interval_s in sorted({one for pair in LONG_PAIRS_S for one in pair})
        for seed in range(min(3, options.feet))
    ]
    traces = _simulate([*short, *long], options.jobs)
    found = [*conditions(traces, PAIRS_S, options.seconds), *conditions(traces, LONG_PAIRS_S, LONG_S)]
    write(options.out, found)
    missed = [one for one in found if fails(one)]
    for one in missed:
        print(f"missed: {one}", file=sys.stderr)
    return EXIT_MISSED if options.strict and missed else 0


def fails(one: Condition) -> bool:
    """A sensor with a clock is late by more than the target although the link allows better, or claims too much."""
    return one.clocked and ((one.free and not one.score.timing_met) or not one.score.coverage_met)


def conditions(traces: Sequence[FootTrace], pairs_s: Sequence[tuple[float, float]], seconds: float) -> list[Condition]:
    """Score every sensor, pacing and link of these runs with these pairs of connection intervals."""
    by: dict[tuple[str, str, str, float], list[FootTrace]] = {}
    for trace in traces:
        case = trace.case
        if case.seconds == seconds:
            by.setdefault((case.sensor, case.pacing, case.link, case.interval_s), []).append(trace)
    found = []
    for sensor, pacing, link in dict.fromkeys(key[:3] for key in by):
        for left_s, right_s in pairs_s:
            left, right = (by[sensor, pacing, link, one_s] for one_s in (left_s, right_s))
            limit_s = 0.0
            if pacing == "crystal":
                limit_s = least_p95_s(*(hole_s(packet_of(sensor), one_s) for one_s in (left_s, right_s)))
            found.append(Condition(sensor, pacing, link, left_s, right_s, seconds, score(left, right, limit_s)))
    return found


def _simulate(cases: Sequence[FootCase], jobs: int) -> list[FootTrace]:
    traces = []
    with ProcessPoolExecutor(jobs) as pool:
        for number, trace in enumerate(pool.map(simulate_foot, cases, chunksize=4), 1):
            traces.append(trace)
            if number % 100 == 0:
                print(f"{number} of {len(cases)} feet", file=sys.stderr)
    return traces


if __name__ == "__main__":
    sys.exit(main())
