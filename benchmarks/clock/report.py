"""What the clock benchmark writes: `clock.md` to read, `clock.csv` for other programs."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.clock.score import FROM_S, TARGET_COVERAGE, TARGET_S
from benchmarks.clock.world import FIXED_DELAY_S, LINKS, SENSORS

if TYPE_CHECKING:
    from benchmarks.clock.run import Condition

COLUMNS = (
    "sensor", "pacing", "link", "left_interval_s", "right_interval_s", "seconds", "pairs", "p95_s", "largest_s",
    "covered_now", "covered_final", "stated_uncertainty_s", "limit_p95_s",
)  # fmt: skip


def write(folder: Path, found: Sequence[Condition]) -> None:
    """Write both files."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "clock.md").write_text(markdown(found), encoding="utf-8")
    with (folder / "clock.csv").open("w", newline="", encoding="utf-8") as file:
        table = csv.writer(file, lineterminator="\n")
        table.writerow(COLUMNS)
        for one in found:
            of = one.score
            table.writerow([
                one.sensor, one.pacing, one.link, one.left_s, one.right_s, one.seconds, of.pairs, f"{of.p95_s:.6f}",
                f"{of.largest_s:.6f}", f"{of.covered_now:.4f}", f"{of.covered_final:.4f}", f"{of.stated_s:.6f}",
                f"{of.limit_s:.6f}",
            ])  # fmt: skip


def markdown(found: Sequence[Condition]) -> str:
    """The readable report."""
    clocked = [one for one in found if one.clocked]
    free = [one for one in clocked if one.free]
    swept = [one for one in clocked if one.swept]
    bound = [one for one in clocked if not one.free and not one.swept]
    lines = [
        "# Two feet on one clock",
        "",
        "Written by `python -m benchmarks.clock.run`; do not edit. **Synthetic links and synthetic crystals "
        "throughout**: no radio was measured. `benchmarks/clock/world.py` says how they are made.",
        "",
        f"Error: difference of the two feet's timing errors against the simulator's truth, from second {FROM_S:.0f} "
        f"on. Target: 95th percentile under {1000 * TARGET_S:.0f} ms, and twice the combined standard uncertainty "
        f"covers at least {100 * TARGET_COVERAGE:.0f} %, with the uncertainty as stated at that moment (now) and with "
        "the one that the summary gives in the end (final). Each crystal is 50 ppm off, all signs paired, and wanders "
        "by 2 ppm.",
        "",
        f"What every packet has, {1000 * FIXED_DELAY_S:.1f} ms here, cannot be seen from one side. It is equal on both "
        "feet here and adds nothing; a difference between the two feet adds to every error as it is. The product "
        "counts `radio_delay_sd_s` (3 ms a foot) for it on top of what is judged here.",
        "",
        "**Limit**: where packets are paced by a crystal whose period and the connection interval are in a simple "
        "ratio, packets and events keep step, and the same few delays come again and again. Between two of them the "
        "phase of the sampling leaves no trace: two sensors up to that far apart send the very same arrivals. The "
        "limit is the 95th percentile of the best guess, the middle of the hole, until drift has moved the pattern.",
        "",
        "| links with a device clock | conditions | p95 met | coverage met (now) | coverage met (final) |",
        "|---|---|---|---|---|",
        _count("not in step, or limit under 2.7 ms", free),
        _count("in step, limit 2.7 ms or more", bound),
        _count("nearly in step: a chip off by a thousandth sweeps a hole of 17 ms in 17 s", swept),
        "",
        *(f"- `{kind.name}`: {kind.text}." for kind in LINKS.values()),
        *(f"- `{kind.name}`: {kind.text}." for kind in SENSORS.values()),
        "- `crystal`: samples paced by the device's clock; `chip`: by the motion chip's own oscillator, up to 2 % off.",
        "",
    ]
    for sensor in SENSORS:
        title = f"## {sensor}" + ("" if any(one.sensor == sensor for one in clocked) else ": arrival clock, no target")
        lines += [title, "", *_table([one for one in found if one.sensor == sensor]), ""]
    lines += [
        "Without a clock a lost notification is not seen: all later samples are taken for earlier ones until the "
        "arrivals have moved the line. The link layer repeats what was not acknowledged, so such losses come from full "
        "buffers. The rows with losses show what they cost: half a second, and the stated uncertainty, though large, "
        "covers less than 95 %.",
        "",
    ]
    return "\n".join(lines)


def _count(text: str, rows: Sequence[Condition]) -> str:
    met = sum(one.score.timing_met for one in rows)
    now, final = (
        sum(getattr(one.score, name) >= TARGET_COVERAGE for one in rows) for name in ("covered_now", "covered_final")
    )
    return f"| {text} | {len(rows)} | {met} | {now} | {final} |"


def _table(rows: Sequence[Condition]) -> list[str]:
    lines = [
        "| pacing | link | intervals, ms | run, s | pairs | p95, ms | limit, ms | stated, ms | now, % | final, % | |",
        "|---|---|---|---|---|---|---|---|---|---|---|",
    ]
    for one in rows:
        of = one.score
        words = [] if of.timing_met or not one.clocked else ["late" if one.free else "sweep" if one.swept else "limit"]
        words += [] if of.coverage_met else ["coverage"]
        cells = [
            one.pacing, one.link, f"{1000 * one.left_s:g} / {1000 * one.right_s:g}", f"{one.seconds:.0f}", of.pairs,
            f"{1000 * of.p95_s:.2f}", f"{1000 * of.limit_s:.1f}" if of.limit_s else "", f"{1000 * of.stated_s:.2f}",
            f"{100 * of.covered_now:.1f}", f"{100 * of.covered_final:.1f}", ", ".join(words),
        ]  # fmt: skip
        lines.append("| " + " | ".join(map(str, cells)) + " |")
    return lines
