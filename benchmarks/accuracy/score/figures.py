"""All figures of one method on one kind of sensor, by name: the names are those of the targets.

Times in ms, angles in degrees, cadence in steps/min, speed in per cent; NaN where there is nothing to compare.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from benchmarks.accuracy.score import agreement
from benchmarks.accuracy.score.contacts import Comparison, pooled
from gaitpipe.model import FloatArray

NAN = float("nan")
EVENTS = ("ic", "tc", "ct")
REARFOOT_DEG, FOREFOOT_DEG = 8.0, -1.6
"""Strike classes by the angle of the reference: Altman and Davis 2012."""

Figures = dict[str, float]


def figures(parts: Sequence[Comparison]) -> Figures:
    """Figures of several streams together."""
    whole = pooled(parts)
    found: Figures = detection(parts)
    if len(whole.rows):
        for event in EVENTS:
            found |= event_figures(whole.rows, event)
        found |= contact_time_figures(whole.rows)
        found |= stride_figures(whole.rows) | angle_figures(whole.rows) | speed_figures(whole.rows)
    return found


def detection(parts: Sequence[Comparison]) -> Figures:
    """Recall, precision and F1 by initial contacts."""
    whole = pooled(parts)
    eligible = len(whole.rows)
    if not eligible:
        return {"contacts": 0.0, "extra": float(whole.extra)}
    seen = whole.rows["ic_found"].notna().to_numpy()
    later = whole.rows["later"].to_numpy(dtype=bool)
    count = int(seen.sum())
    terminal = whole.rows["tc_found"].notna().to_numpy()
    return {
        "contacts": float(eligible),
        "missed": float(eligible - count),
        "extra": float(whole.extra),
        "missed_per_1000": 1000.0 * (eligible - count) / eligible,
        "extra_per_1000": 1000.0 * whole.extra / eligible,
        "recall": count / eligible,
        "recall_later": float(seen[later].mean()) if later.any() else NAN,
        "precision": ratio(count, count + whole.extra),
        "f1": f1(count, eligible - count, whole.extra),
        "f1_20": f1(whole.narrow_found, eligible - whole.narrow_found, whole.narrow_extra),
        "tc_recall": float(terminal.mean()),
    }


def f1(right: int, missed: int, added: int) -> float:
    """Harmonic mean of recall and precision."""
    return ratio(2 * right, 2 * right + missed + added)


def ratio(part: float, whole: float) -> float:
    return part / whole if whole else NAN


def errors_ms(rows: pd.DataFrame, event: str) -> FloatArray:
    """Found minus reference of each eligible contact [ms]: `ic`, `tc` or `ct` (contact time); NaN where missed."""
    initial = (rows["ic_found"] - rows["ic_true"]).to_numpy(np.float64)
    terminal = (rows["tc_found"] - rows["tc_true"]).to_numpy(np.float64)
    return np.asarray(1000.0 * {"ic": initial, "tc": terminal, "ct": terminal - initial}[event])


def event_figures(rows: pd.DataFrame, event: str) -> Figures:
    """Bias, spread and RMSE of one event's errors."""
    errors = errors_ms(rows, event)
    there = np.isfinite(errors)
    errors, runner = errors[there], rows["runner"].to_numpy(str)[there]
    stream = (rows["trial"] + rows["side"]).to_numpy(str)[there]
    bias, (low, middle, high) = agreement.bias(errors, runner), agreement.quartiles(errors)
    return {
        f"{event}_n": float(len(errors)),
        f"{event}_bias": bias.mean,
        f"{event}_bias_low": bias.low,
        f"{event}_bias_high": bias.high,
        f"{event}_between": bias.between,
        f"{event}_within": agreement.within_sd(errors, runner),
        f"{event}_within_stream": agreement.within_sd(errors, stream),
        f"{event}_median": middle,
        f"{event}_iqr": high - low,
        f"{event}_rmse": agreement.rms(errors),
    }


def contact_time_figures(rows: pd.DataFrame) -> Figures:
    """Agreement of contact time: limits, proportional bias, ICC, concordance, per cent."""
    true = 1000.0 * (rows["tc_true"] - rows["ic_true"]).to_numpy(np.float64)
    found = 1000.0 * (rows["tc_found"] - rows["ic_found"]).to_numpy(np.float64)
    there = np.isfinite(found) & np.isfinite(true)
    true, found, runner = true[there], found[there], rows["runner"].to_numpy(str)[there]
    limits = agreement.limits_of_agreement(found - true, runner)
    trend = agreement.proportional_bias(found, true, runner)
    icc = agreement.icc_2_1(np.column_stack([true, found]))
    streams = pd.DataFrame(
        {"true": true, "found": found, "stream": (rows["trial"] + rows["side"])[there].to_numpy(str)}
    )
    means = streams.groupby("stream").mean().to_numpy()
    return {
        "ct_loa": limits.half, "ct_loa_lower": limits.lower, "ct_loa_upper": limits.upper,
        "ct_loa_lower_low": limits.lower_ci[0], "ct_loa_lower_high": limits.lower_ci[1],
        "ct_loa_upper_low": limits.upper_ci[0], "ct_loa_upper_high": limits.upper_ci[1],
        "ct_slope": trend.value, "ct_slope_low": trend.low, "ct_slope_high": trend.high,
        "ct_icc": icc.value, "ct_icc_low": icc.low, "ct_icc_high": icc.high,
        "ct_icc_streams": agreement.icc_2_1(means).value,
        "ct_ccc": agreement.concordance(found, true), "ct_mape": agreement.mape(found, true),
        "ct_change": change_error_ms(rows),
    }  # fmt: skip


def change_error_ms(rows: pd.DataFrame) -> float:
    """RMS error of a runner's change of mean contact time from one speed to the next, same side."""
    changes = contact_time_changes(rows)
    return agreement.rms((changes["found"] - changes["true"]).to_numpy(np.float64))


def contact_time_changes(rows: pd.DataFrame) -> pd.DataFrame:
    """Change of mean contact time [ms] between neighbouring speeds of one runner and side: `found` and `true`."""
    table = rows.assign(
        true=1000.0 * (rows["tc_true"] - rows["ic_true"]), found=1000.0 * (rows["tc_found"] - rows["ic_found"])
    ).dropna(subset=["true", "found", "speed_m_s"])
    means = table.groupby(["runner", "side", "speed_m_s"], as_index=False)[["true", "found"]].mean()
    step = means.groupby(["runner", "side"])[["true", "found", "speed_m_s"]].diff()
    return means[["runner", "side", "speed_m_s"]].assign(true=step["true"], found=step["found"]).dropna()


def stride_figures(rows: pd.DataFrame) -> Figures:
    """Stride time (SD of all errors) and cadence: for each stream the mean over its strides that both know."""
    both = rows.dropna(subset=["stride_found", "stride_true"])
    errors = 1000.0 * (both["stride_found"] - both["stride_true"]).to_numpy(np.float64)
    spm = (120.0 / both["stride_found"] - 120.0 / both["stride_true"]).groupby([both["trial"], both["side"]]).mean()
    spm_errors = spm.to_numpy(np.float64)
    return {
        "stride_n": float(len(both)),
        "stride_sd": float(errors.std(ddof=1)) if len(errors) > 1 else NAN,
        "stride_bias": float(errors.mean()) if len(errors) else NAN,
        "cadence": float(np.abs(spm_errors).mean()) if len(spm_errors) else NAN,
        "cadence_worst": float(np.abs(spm_errors).max()) if len(spm_errors) else NAN,
        "cadence_bias": float(spm_errors.mean()) if len(spm_errors) else NAN,
    }


ANGLES = {
    "fsa": ("found_foot_strike_angle_deg", "true_foot_strike_angle_deg"),
    "shank": ("found_shank_angle_ic_deg", "true_shank_angle_abs_ic_deg"),
    "shank_m10": ("found_shank_angle_ic_deg", "true_shank_angle_abs_ic_m10_deg"),
}
"""Short name of an angle, its column of the pipeline, its column of the reference."""


def angle_figures(rows: pd.DataFrame) -> Figures:
    """Angles at contact: RMSE over contacts, mean of the runners' means, spread of a runner's own contacts."""
    out: Figures = {}
    for name, (found, true) in ANGLES.items():
        if found not in rows or true not in rows:
            continue
        errors = (rows[found] - rows[true]).to_numpy(np.float64)
        there = np.isfinite(errors)
        errors, runner = errors[there], rows["runner"].to_numpy(str)[there]
        out |= {
            f"{name}_n": float(len(errors)),
            f"{name}_rmse": agreement.rms(errors),
            f"{name}_bias": agreement.bias(errors, runner).mean,
            f"{name}_within": agreement.within_sd(errors, runner),
        }
        if name == "fsa" and len(errors):
            classes = strike_classes(rows[found].to_numpy(np.float64)[there])
            out["fsa_class"] = float(np.mean(classes == strike_classes(rows[true].to_numpy(np.float64)[there])))
    return out


def strike_classes(angle_deg: FloatArray) -> np.ndarray:
    """`rearfoot`, `midfoot` or `forefoot` by angle; empty where it is not known. Shape (n,)."""
    names = np.where(angle_deg > REARFOOT_DEG, "rearfoot", np.where(angle_deg < FOREFOOT_DEG, "forefoot", "midfoot"))
    return np.where(np.isfinite(angle_deg), names, "")


def speed_figures(rows: pd.DataFrame) -> Figures:
    """Mean speed of a trial, both sides, without the belt's speed as input, against the belt: per cent."""
    if "found_speed_m_s" not in rows or "true_belt_speed_m_s" not in rows:
        return {}
    known = rows.dropna(subset=["found_speed_m_s", "true_belt_speed_m_s"])
    trials = known.groupby("trial")[["found_speed_m_s", "true_belt_speed_m_s"]].mean()
    errors = 100.0 * (trials["found_speed_m_s"] / trials["true_belt_speed_m_s"] - 1.0).to_numpy(np.float64)
    if not len(errors):
        return {"speed_n": 0.0}
    return {
        "speed_n": float(len(errors)),
        "speed": agreement.rms(errors),
        "speed_bias": float(errors.mean()),
        "speed_worst": float(np.abs(errors).max()),
    }
