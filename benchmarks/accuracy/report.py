"""Puts the readable report together."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from benchmarks.accuracy import tables
from benchmarks.accuracy.cadence_tables import EXPLANATION, cadence_tables, cadence_verdicts
from benchmarks.accuracy.collect import Collected, Group
from benchmarks.accuracy.coverage import coverage_table
from benchmarks.accuracy.exclusions import edge_table, exclusion_table
from benchmarks.accuracy.readers import Case
from benchmarks.accuracy.rules import all_baselines
from benchmarks.accuracy.targets import Verdict
from benchmarks.accuracy.texts import DEFINITIONS, HEADER, LIMITS, TARGETS
from benchmarks.accuracy.verdicts import ACCELEROMETER, VIRTUAL
from gaitpipe.core.params import default_params, parameter_hash

GAITS: dict[str, Group] = {
    "Foot, virtual sensor, running": VIRTUAL["foot"],
    "Shank, virtual sensor, running": VIRTUAL["shank"],
    "Shank, real accelerometer, running": ACCELEROMETER["accelerometer.run"],
    "Shank, real accelerometer, walking": ACCELEROMETER["accelerometer.walk"],
    "Feet, real sensors, walking (motion capture)": ("foot_imu_walking", "foot", "walk"),
}


def target_part(verdicts: Sequence[Verdict]) -> str:
    """The part that comes first: the targets, and what is missed."""
    judged = [verdict for verdict in verdicts if verdict.target.has_limit]
    reached = sum(verdict.reached for verdict in judged)
    head = [f"## Targets: {reached} of {len(judged)} reached", "", TARGETS]
    return tables.lines_of(
        [head, tables.target_table(verdicts), ["### Missed, and why", ""], tables.missed_list(verdicts)]
    )


def report(collected: Collected, verdicts: Sequence[Verdict], cases: Sequence[Case], folder: Path) -> str:
    """The whole text, in Markdown."""
    parts = [HEADER, target_part(verdicts), _hashes(), DEFINITIONS, _exclusions(cases, folder), _rules()]
    parts += [_gait(collected, title, group) for title, group in GAITS.items() if group_there(collected, group)]
    parts += [_conditions(collected), _stated(collected), _real(collected)]
    parts += [tables.lines_of([["## Cadence of every sensor", "", EXPLANATION], cadence_verdicts(collected.cadence)])]
    parts += [tables.lines_of([cadence_tables(collected.cadence)]), LIMITS]
    return "\n".join(parts)


def group_there(collected: Collected, group: Group) -> bool:
    return any(key[1] == group for key in collected.parts)


def _hashes() -> str:
    hashes = [f"{placement} `{parameter_hash(default_params(placement))}`" for placement in ("foot", "shank")]
    return f"Parameters of the detector: {', '.join(hashes)}.\n"


def _exclusions(cases: Sequence[Case], folder: Path) -> str:
    return tables.lines_of([["## Exclusions"], edge_table(cases), exclusion_table(folder)])


def _rules() -> str:
    lines = [
        f"- **{rule.title}** ({'/'.join(rule.placements)}): {rule.rule}. {rule.source}." for rule in all_baselines()
    ]
    return tables.lines_of([["## The published rules"], lines])


def _gait(collected: Collected, title: str, group: Group) -> str:
    parts = [
        [f"## {title}"],
        tables.detection_table(collected, group),
        tables.timing_table(collected, group),
        ["Agreement of contact time [ms]; stride time [ms]; cadence [steps/min]:"],
        tables.agreement_table(collected, group),
    ]
    own = tables.ours(collected, group)
    if group in VIRTUAL.values():
        parts += [["Angles and speed:"], tables.angle_table(collected, group)]
        parts += [["By runner (ours):"], tables.runner_table(own), ["By speed and strike class (ours):"]]
        parts += [
            tables.strata_table(own),
            ["Change of contact time between speeds (ours) [ms]:"],
            tables.change_table(own),
        ]
        parts += [[f"![Bland-Altman plot of contact time, {group[1]}, by speed](bland_altman_{group[1]}.svg)"]]
    return tables.lines_of(parts)


def _conditions(collected: Collected) -> str:
    words = (
        "As shipped. Other rates are resampled with a linear-phase anti-alias filter; loss drops whole packets of 8 "
        "samples, 5 seeds pooled. In brackets the ratio to 208 Hz (shares: ratio of their shortfall from one), "
        "where the figure at 208 Hz is at least a tenth of its target."
    )
    parts = [["## Other conditions", "", words]]
    parts += [tables.condition_table(collected, placement) for placement in VIRTUAL]
    unpaired = sum(row.unpaired for row in collected.turned)
    parts += [
        [f"Random mountings: {len(collected.turned)} sensors turned; contacts found in one run only: {unpaired}."]
    ]
    return tables.lines_of(parts)


def _stated(collected: Collected) -> str:
    words = (
        "Each sensor's mean beside the mean of the reference, in units of the standard uncertainty that the product "
        "states (held out where there is a fit). Twice the uncertainty should hold about 0.95 of the sensors; an RMS "
        "far below one means that it is stated too wide. Sensors of one runner are not independent."
    )
    return tables.lines_of([["## Is the stated uncertainty honest?", "", words], coverage_table(collected.stated)])


def _real(collected: Collected) -> str:
    return tables.lines_of(
        [
            ["## Real recordings one by one"],
            tables.accelerometer_table(collected),
            ["Stride length on laps against the marker (rules: `laps.py`):"],
            tables.lap_table(collected),
        ]
    )
