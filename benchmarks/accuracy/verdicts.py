"""Each target beside what was measured: as shipped, held out, and for which runner it is worst."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from benchmarks.accuracy.collect import HELD_OUT, SHIPPED, Collected, Group
from benchmarks.accuracy.laps import lap_figures
from benchmarks.accuracy.score import Comparison, figures
from benchmarks.accuracy.score.figures import Figures
from benchmarks.accuracy.targets import Bar, Target, Verdict, all_targets, worst_multiple

NAN = float("nan")
VIRTUAL: dict[str, Group] = {
    "foot": ("virtual_imu", "foot", "run"),
    "shank": ("virtual_imu", "shank", "run"),
}
ACCELEROMETER: dict[str, Group] = {
    "accelerometer.run": ("shank_acc_force", "shank", "run"),
    "accelerometer.walk": ("shank_acc_force", "shank", "walk"),
}
GROUPS = VIRTUAL | ACCELEROMETER
CONDITION_FIGURES = {"rate_104": "104 Hz", "loss": "1 % packet loss"}


def verdicts(collected: Collected, bars: dict[str, Bar]) -> list[Verdict]:
    """One a target, in the order of the table."""
    shipped, held_out = (measured(collected, method) for method in (SHIPPED, HELD_OUT))
    return [
        Verdict(
            target,
            shipped.get(target.key, NAN),
            held_out.get(target.key, NAN),
            worst_runner(collected, target),
            bars.get(target.key),
        )
        for target in all_targets()
    ]


def measured(collected: Collected, method: str) -> Figures:
    """Every figure of one method by the keys of the targets (`foot.ct_rmse`, ...)."""
    out: Figures = {}
    for name, group in GROUPS.items():
        parts = collected.parts.get((method, group), [])
        out |= {f"{name}.{figure}": value for figure, value in figures(parts).items()} if parts else {}
    if method != SHIPPED:
        return out
    for name, group in VIRTUAL.items():
        for figure, condition in CONDITION_FIGURES.items():
            parts = collected.parts.get((condition, group), [])
            out[f"{name}.{figure}"] = worst_multiple(condition_targets(name), figures(parts))[0] if parts else NAN
        out |= rotation_figures(collected, name)
    for name, group in ACCELEROMETER.items():
        rows = [row for row in collected.cadence if (row.dataset, row.placement, row.mode) == group]
        out[f"{name}.cadence"] = float(np.mean([abs(row.difference_spm) for row in rows])) if rows else NAN
        called = collected.modes.get(group, [])
        out[f"{name}.called"] = float(np.mean(called)) if called else NAN
    laps = [table for table in collected.laps if len(table) and table["mode"].iloc[0] == "run"]
    out |= {f"laps.{figure}": value for figure, value in lap_figures(laps).items()} if laps else {}
    return out


def condition_targets(name: str) -> list[Target]:
    """The targets that other conditions are held against: all figures of a placement but the conditions themselves."""
    others = {*CONDITION_FIGURES, "rotation_event", "rotation_angle"}
    return [target for target in all_targets() if target.group == name and target.figure not in others]


def rotation_figures(collected: Collected, placement: str) -> Figures:
    """Largest changes by a random mounting: events in ms, angles in deg, contacts of one run only."""
    rows = [row for row in collected.turned if row.placement == placement]
    events = [row.event_s for row in rows if np.isfinite(row.event_s)]
    angles = [row.angle_deg for row in rows if np.isfinite(row.angle_deg)]
    return {
        f"{placement}.rotation_event": 1000.0 * max(events) if events else NAN,
        f"{placement}.rotation_angle": max(angles) if angles else NAN,
        f"{placement}.rotation_unpaired": float(sum(row.unpaired for row in rows)),
    }


def by_runner(parts: Sequence[Comparison]) -> dict[str, list[Comparison]]:
    """The streams of each runner."""
    out: dict[str, list[Comparison]] = {}
    for part in parts:
        if len(part.rows):
            out.setdefault(str(part.rows["runner"].iloc[0]), []).append(part)
    return dict(sorted(out.items()))


def worst_runner(collected: Collected, target: Target) -> str:
    """The runner with the worst figure and that figure, in words; empty where a figure has no runners."""
    group = GROUPS.get(target.group)
    if group is None:
        return ""
    if target.figure in CONDITION_FIGURES:
        return worst_figure(collected, target)
    parts = collected.parts.get((HELD_OUT, group)) or collected.parts.get((SHIPPED, group), [])
    runners = by_runner(parts)
    values = {runner: figures(own).get(target.figure, NAN) for runner, own in runners.items()}
    values = {runner: value for runner, value in values.items() if np.isfinite(value)}
    if len(values) < 2:
        return ""
    runner = max(values, key=lambda name: target.worse(values[name]))
    return f"{runner}: {target.text(values[runner])}"


def worst_figure(collected: Collected, target: Target) -> str:
    """The figure that is worst under another condition, in words."""
    parts = collected.parts.get((CONDITION_FIGURES[target.figure], VIRTUAL[target.group]), [])
    targets = condition_targets(target.group)
    name = worst_multiple(targets, figures(parts))[1] if parts else ""
    return next((other.label for other in targets if other.figure == name), "")
