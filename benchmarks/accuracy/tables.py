"""The tables of the report: targets, methods, agreement, runners, strata, conditions, real recordings."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np

from benchmarks.accuracy.collect import CONDITIONS, HELD_OUT, RAW, SHIPPED, Collected, Group
from benchmarks.accuracy.laps import lap_figures
from benchmarks.accuracy.markdown import cell, number, span, table
from benchmarks.accuracy.rules import all_baselines
from benchmarks.accuracy.score import Comparison, figures, pooled
from benchmarks.accuracy.score.figures import Figures, contact_time_changes, strike_classes
from benchmarks.accuracy.targets import Target, Verdict, multiple, worst_multiple
from benchmarks.accuracy.verdicts import ACCELEROMETER, VIRTUAL, by_runner, condition_targets

PARTS = {
    "foot": "Foot, 208 Hz",
    "shank": "Shank, 208 Hz",
    "accelerometer.run": "Real shank accelerometer without gyroscope",
    "accelerometer.walk": "Real shank accelerometer without gyroscope",
    "laps": "Real foot sensor, laps",
}


LEAST_BASE = 0.1
"""A ratio to a figure below this share of its target would only frighten."""

ANGLES = {
    "fsa": "foot strike angle",
    "shank": "shank angle, truth at IC",
    "shank_m10": "shank angle, truth 10 ms before IC",
}


def target_table(verdicts: Sequence[Verdict]) -> list[str]:
    """The table of the targets: what must be reached, what is, and by how much it is missed."""
    lines: list[str] = []
    for title in dict.fromkeys(PARTS.values()):
        chosen = [verdict for verdict in verdicts if PARTS[verdict.target.group] == title]
        judged = [verdict for verdict in chosen if verdict.target.has_limit]
        reached = sum(verdict.reached for verdict in judged)
        head = [f"{title} ({reached} of {len(judged)})", "target", "shipped", "held out", "", "worst runner or figure"]
        lines += [*table(head, map(_target_row, chosen)), ""]
    return lines


def _target_row(verdict: Verdict) -> list[str]:
    target = verdict.target
    sign = "<=" if target.most else ">="
    word = ("pass" if target.has_limit else "") if verdict.reached else f"**{verdict.words()}**"
    held_out = "" if np.isnan(verdict.held_out) else target.text(verdict.held_out)
    limit = f"{sign} {target.limit:g} {target.unit}".strip() if target.has_limit else "reported"
    return [target.label, limit, target.text(verdict.shipped), held_out, word, verdict.worst_runner]


def missed_list(verdicts: Sequence[Verdict]) -> list[str]:
    """Each missed target with its recorded bar and reason."""
    lines = []
    for verdict in verdicts:
        if not verdict.reached:
            reason = verdict.bar.reason if verdict.bar else "new: no bar is recorded"
            runner = f" Worst: {verdict.worst_runner}." if verdict.worst_runner else ""
            name = f"{PARTS[verdict.target.group]}, {verdict.target.label}"
            unit = f" {verdict.target.unit}".rstrip() if " by " in verdict.words() else ""
            lines.append(f"- {name}: {verdict.words()}{unit}.{runner} {reason}")
    return lines or ["None."]


def methods_of(collected: Collected, group: Group) -> list[tuple[str, str]]:
    """Key and title of each method that has this group, ours first."""
    ours = [(key, key) for key in (HELD_OUT, SHIPPED, RAW) if collected.parts.get((key, group))]
    rules = [(rule.key, rule.title) for rule in all_baselines() if collected.parts.get((rule.key, group))]
    return ours + rules


def detection_table(collected: Collected, group: Group) -> list[str]:
    head = [
        "method",
        "contacts",
        "recall",
        "from 2nd",
        "precision",
        "F1 50 ms",
        "F1 20 ms",
        "missed /1000",
        "extra /1000",
        "TC found",
    ]
    rows = []
    for key, title in methods_of(collected, group):
        found = figures(collected.parts[key, group])
        names = ("recall", "recall_later", "precision", "f1", "f1_20")
        shares = [cell(found, name, 3) for name in names]
        counts = [cell(found, f"{name}_per_1000", 0) for name in ("missed", "extra")]
        rows.append([title, cell(found, "contacts", 0), *shares, *counts, cell(found, "tc_recall", 3)])
    return table(head, rows)


def timing_table(collected: Collected, group: Group) -> list[str]:
    """Bias, spread and RMSE of each event [ms]."""
    head = [
        "method",
        "event",
        "n",
        "bias (95 % CI)",
        "between runners",
        "within runner",
        "within stream",
        "median (IQR)",
        "RMSE",
    ]
    rows = []
    for key, title in methods_of(collected, group):
        found = figures(collected.parts[key, group])
        for event, name in (("ic", "IC"), ("tc", "TC"), ("ct", "contact time")):
            middle = f"{cell(found, event + '_median')} ({cell(found, event + '_iqr')})"
            spreads = [cell(found, f"{event}_{part}") for part in ("between", "within", "within_stream")]
            count = cell(found, f"{event}_n", 0)
            first = title if event == "ic" else ""
            bias = span(found, f"{event}_bias")
            rows.append([first, name, count, bias, *spreads, middle, cell(found, f"{event}_rmse")])
    return table(head, rows)


def agreement_table(collected: Collected, group: Group) -> list[str]:
    """Contact time: limits of agreement, slope, ICC, concordance, per cent; stride time and cadence."""
    head = [
        "method", "lower limit (CI)", "upper limit (CI)", "slope (CI)", "ICC(2,1) (CI)", "ICC of streams", "CCC",
        "MAPE %", "change RMS", "stride SD", "cadence mean abs, worst",
    ]  # fmt: skip
    rows = []
    for key, title in methods_of(collected, group):
        found = figures(collected.parts[key, group])
        rows.append(
            [
                title, span(found, "ct_loa_lower", 0), span(found, "ct_loa_upper", 0), span(found, "ct_slope", 2),
                span(found, "ct_icc", 2), cell(found, "ct_icc_streams", 2), cell(found, "ct_ccc", 2),
                cell(found, "ct_mape"), cell(found, "ct_change"), cell(found, "stride_sd"),
                f"{cell(found, 'cadence', 2)}, {cell(found, 'cadence_worst', 2)}",
            ]
        )  # fmt: skip
    return table(head, rows)


SHORT = ["n", "recall", "IC bias", "IC SD", "TC bias", "TC SD", "CT bias", "CT SD", "CT RMSE", "angle RMSE", "speed %"]


def _short(found: Figures) -> list[str]:
    angle = "fsa_rmse" if found.get("fsa_n", 0.0) > 0 else "shank_rmse"
    timing = [cell(found, f"{event}_{part}") for event in ("ic", "tc", "ct") for part in ("bias", "within")]
    return [
        cell(found, "contacts", 0), cell(found, "recall", 3), *timing, cell(found, "ct_rmse"), cell(found, angle),
        cell(found, "speed_bias", 1, True),
    ]  # fmt: skip


def ours(collected: Collected, group: Group) -> list[Comparison]:
    """The held-out comparisons, those as shipped where nothing is held out."""
    return collected.parts.get((HELD_OUT, group)) or collected.parts.get((SHIPPED, group), [])


def runner_table(parts: Sequence[Comparison]) -> list[str]:
    return table(["runner", *SHORT], ([runner, *_short(figures(own))] for runner, own in by_runner(parts).items()))


def strata_table(parts: Sequence[Comparison]) -> list[str]:
    """By nominal speed and by strike class of the reference's own angle."""
    rows = pooled(parts).rows
    strata: list[tuple[str, np.ndarray]] = [
        (f"{speed:g} m/s", (rows["speed_m_s"] == speed).to_numpy()) for speed in np.unique(rows["speed_m_s"])
    ]
    classes = strike_classes(rows["true_foot_strike_angle_deg"].to_numpy(np.float64))
    strata += [(name, classes == name) for name in ("rearfoot", "midfoot", "forefoot")]
    lines = []
    for name, chosen in strata:
        if chosen.any():
            part = Comparison(rows[chosen], 0, 0, 0)
            runners = len(np.unique(rows["runner"][chosen]))
            lines.append([f"{name} ({runners} runners)", *_short(figures([part]))])
    return table(["stratum", *SHORT], lines)


def change_table(parts: Sequence[Comparison]) -> list[str]:
    """Change of contact time from one speed to the next, same runner and side."""
    changes = contact_time_changes(pooled(parts).rows)
    errors = changes["found"] - changes["true"]
    rows = []
    for speed, own in errors.groupby(changes["speed_m_s"]):
        spread = number(float(own.std(ddof=1))) if len(own) > 1 else "-"
        true = number(float(changes["true"][own.index].mean()))
        error, whole = number(float(own.mean()), 1, True), number(float(np.sqrt((own**2).mean())))
        rows.append([f"to {speed:g} m/s", str(len(own)), true, error, spread, whole])
    return table(["change", "n", "true change, mean", "error, mean", "error, SD", "error, RMS"], rows)


def condition_table(collected: Collected, placement: str) -> list[str]:
    """Each figure under other conditions, its ratio to 208 Hz, and its multiple of the target."""
    group, targets = VIRTUAL[placement], condition_targets(placement)
    base = figures(collected.parts[SHIPPED, group])
    found = {name: figures(collected.parts[name, group]) for name in CONDITIONS if (name, group) in collected.parts}
    rows = []
    for target in targets:
        value = base.get(target.figure, float("nan"))
        cells = [_ratio(target, own.get(target.figure, float("nan")), value) for own in found.values()]
        rows.append([target.label, target.text(value), *cells])
    ratios = [_largest_ratio(targets, own, base) for own in found.values()]
    rows.append(["**largest ratio to 208 Hz**", "", *ratios])
    worst = [worst_multiple(targets, own) for own in found.values()]
    rows.append(["**worst multiple of a target**", "", *(f"{value:.2f} ({name})" for value, name in worst)])
    return table([placement, "208 Hz", *found], rows)


def _largest_ratio(targets: Sequence[Target], found: Figures, base: Figures) -> str:
    """The figure that grew most, and how much, in the same sense as the brackets."""
    pairs = [
        (multiple(t, found[t.figure]), multiple(t, base[t.figure]), t.figure) for t in targets if t.figure in found
    ]
    grown = [(ours / theirs, name) for ours, theirs, name in pairs if np.isfinite(ours) and theirs >= LEAST_BASE]
    return f"{max(grown)[0]:.2f}x ({max(grown)[1]})" if grown else "-"


def _ratio(target: Target, value: float, base: float) -> str:
    """A figure and, in brackets, how many times the one at 208 Hz it is; shares by their shortfall from one."""
    ours, theirs = multiple(target, value), multiple(target, base)
    if not np.isfinite(ours) or not np.isfinite(theirs) or theirs < LEAST_BASE:
        return target.text(value)
    return f"{target.text(value)} ({ours / theirs:.2f}x)"


def angle_table(collected: Collected, group: Group) -> list[str]:
    """Angles at contact and speed without the belt as input."""
    rows = []
    for key in (SHIPPED, HELD_OUT):
        if not collected.parts.get((key, group)):
            continue
        found = figures(collected.parts[key, group])
        for name, label in ANGLES.items():
            if found.get(f"{name}_n", 0.0) > 0:
                parts = [cell(found, f"{name}_{part}") for part in ("bias", "within", "rmse")]
                rows.append([key, label + ", deg", cell(found, f"{name}_n", 0), *parts])
        if found.get("speed_n", 0.0) > 0:
            speed = [cell(found, "speed_bias", 1, True), f"worst {cell(found, 'speed_worst')}", cell(found, "speed")]
            rows.append([key, "speed of a trial, %", cell(found, "speed_n", 0), *speed])
        if "fsa_class" in found:
            rows.append(
                [key, "strike class right, share", cell(found, "fsa_n", 0), "", "", cell(found, "fsa_class", 2)]
            )
    return (
        table(["method", "figure", "n", "bias", "within runner", "RMSE"], rows)
        if rows
        else ["Not measured: no such column yet."]
    )


def accelerometer_table(collected: Collected) -> list[str]:
    """Each real trial without gyroscope."""
    rows = []
    for name, group in ACCELEROMETER.items():
        for part in collected.parts.get((SHIPPED, group), []):
            found, trial = figures([part]), part.rows["trial"].iloc[0]
            cadence = next(row for row in collected.cadence if row.trial == trial)
            shares = [cell(found, key, 3) for key in ("recall", "precision")]
            errors = [cell(found, key) for key in ("ic_bias", "tc_bias", "ct_bias", "ct_rmse")]
            rows.append([trial, name.rpartition(".")[2], *shares, *errors, number(cadence.difference_spm, 2, True)])
    head = ["trial", "mode", "recall", "precision", "IC bias", "TC bias", "CT bias", "CT RMSE", "cadence"]
    return table(head, rows)


def lap_table(collected: Collected) -> list[str]:
    """Stride length of each lap recording, running pooled at the end."""
    tables = [rows for rows in collected.laps if len(rows)]
    lines = [[str(rows["trial"].iloc[0]), *_lap(lap_figures([rows]))] for rows in tables]
    for mode in ("run", "walk"):
        own = [rows for rows in tables if rows["mode"].iloc[0] == mode]
        if own:
            lines.append([f"**all, {mode}**", *_lap(lap_figures(own))])
    head = [
        "recording", "strides", "found", "steady", "found", "with a length", "bias %", "SD %", "RMSE %", "median %",
        "left out (jumps)",
    ]  # fmt: skip
    return table(head, lines)


def _lap(found: Figures) -> list[str]:
    first = [
        cell(found, "strides", 0),
        cell(found, "found", 3),
        cell(found, "steady", 0),
        cell(found, "steady_found", 3),
    ]
    errors = [cell(found, f"length_{part}", 1, part in ("bias", "median")) for part in ("bias", "sd", "rmse", "median")]
    return [*first, cell(found, "length_n", 0), *errors, cell(found, "jumps", 0)]


def lines_of(parts: Iterable[Sequence[str]]) -> str:
    return "\n".join(line for part in parts for line in [*part, ""])
