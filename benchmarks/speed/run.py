"""Runs every speed script and writes benchmarks/results/speed.md: python -m benchmarks.speed.run

Leaves with 1 when a target is missed. Ratios and shares are of one run on one machine: compare them, not the times.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from benchmarks.speed import detector, help_imports, live, long_files, memory, record
from benchmarks.speed import report as report_speed
from benchmarks.speed.common import Outcome, machine, show

RESULTS = Path(__file__).resolve().parents[1] / "results"
Part = tuple[str, Callable[[], list[Outcome]]]
FULL: tuple[Part, ...] = (
    ("Detector against scipy's filter", detector.measure),
    ("A packet, live", live.measure),
    ("Start-up", help_imports.measure),
    ("Memory", memory.measure),
    ("Report", report_speed.measure),
    ("Long files", lambda: long_files.measure(60.0)),
    ("Whole recordings", record.measure),
)
QUICK: tuple[Part, ...] = (
    ("Detector against scipy's filter", detector.measure),
    ("A packet, live", lambda: live.measure(120.0)),
    ("Start-up", help_imports.measure),
    ("Memory", lambda: [memory.measure_session((5.0, 20.0, 40.0))]),  # the run of bytes takes half an hour of packets
    ("Report", report_speed.measure),
    ("Long files", lambda: long_files.measure(10.0)),
    ("Whole recordings", lambda: record.measure(*record.QUICK)),
)


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.speed.run", description="Speed, memory and start-up.")
    parser.add_argument("--out", type=Path, default=RESULTS, help="folder for speed.md (default benchmarks/results)")
    parser.add_argument("--quick", action="store_true", help="recordings of a few minutes in place of half an hour")
    parser.add_argument("--attempts", type=int, default=1, help="measure a part with a miss up to so many times")
    options = parser.parse_args(arguments)
    found = [(title, measured(title, part, options.attempts)) for title, part in (QUICK if options.quick else FULL)]
    options.out.mkdir(parents=True, exist_ok=True)
    (options.out / "speed.md").write_text(report(found), encoding="utf-8")
    return show(lambda: [outcome for _, outcomes in found for outcome in outcomes])


def measured(title: str, part: Callable[[], list[Outcome]], attempts: int) -> list[Outcome]:
    """The outcomes of the first attempt that meets every target of this part, or of the last one."""
    outcomes: list[Outcome] = []
    for attempt in range(1, attempts + 1):
        outcomes = part()
        missed = [outcome.sentence for outcome in outcomes if not outcome.passed]
        if not missed:
            break
        print(f"{title}, attempt {attempt}: {'; '.join(missed)}", file=sys.stderr, flush=True)
    return outcomes


def report(found: Sequence[tuple[str, Sequence[Outcome]]]) -> str:
    """The readable table, in Markdown."""
    place = machine()
    lines = [
        "# Speed, memory and start-up",
        "",
        "Written by `python -m benchmarks.speed.run`; do not edit. "
        f"One run on {place['cores']} cores, Python {place['python']}, {place['system']}, perhaps with other work on "
        "them. Times are of this machine; what is compared was measured in turns in the same run. Each script's first "
        "lines say what it does.",
        "",
    ]
    for title, outcomes in found:
        lines += [f"## {title}", "", "| what | target | result | |", "|---|---|---|---|"]
        lines += [
            f"| {outcome.name} | {outcome.target} | {outcome.sentence} | {'met' if outcome.passed else '**missed**'} |"
            for outcome in outcomes
        ]
        lines.append("")
    return "\n".join(lines)


if __name__ == "__main__":
    sys.exit(main())
