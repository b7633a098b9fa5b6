"""`summary.json`: the figures of a session for programs, in SI units; the same bytes for the same analysis.

A number that could not be computed is null, never 0. Keys stand in a fixed order; new keys may be added without a new
`schema_version`, a change of meaning raises it.
"""

from __future__ import annotations

import json
import math
from collections import Counter
from dataclasses import asdict
from typing import Any

import numpy as np

from gaitpipe import __version__
from gaitpipe.app.analyze import Analysis
from gaitpipe.app.athlete import ATHLETE_KEY
from gaitpipe.app.load_inputs import load_inputs
from gaitpipe.app.recorded_cue import told_cues
from gaitpipe.app.run_context import run_context
from gaitpipe.app.summary_events import summary_events
from gaitpipe.evidence import value
from gaitpipe.gait.load_windows import load_windows
from gaitpipe.model import SIDES, Finding, MetricSummary, SensorResult, SideStatistic
from gaitpipe.report.document import TruthComparison

SCHEMA_VERSION = 1
SIGNIFICANT_DIGITS = 9


def summary(analysis: Analysis) -> dict[str, Any]:
    """Return the content of `summary.json`, ready for `json.dumps`."""
    result = analysis.result
    content: dict[str, Any] = {
        "schema_version": SCHEMA_VERSION,
        "software": {"name": "gaitpipe", "version": __version__},
        "parameter_hash": result.parameter_hash,
        "input_sha256": analysis.input_sha256 or None,
        "recording": {
            "name": analysis.name,
            "recorded_utc": analysis.recorded_utc,
            "synthetic": analysis.synthetic,
            "belt_speed_m_s": result.belt_speed_m_s,
            "height_m": None if result.athlete is None else result.athlete.height_m,
        },
        "mode": result.mode,
        "context": run_context(analysis.metadata, result),
        "sensors": {sensor.info.side: _sensor(sensor) for sensor in result.sensors},
        "metrics": {metric.key: _metric(metric) for metric in result.metrics},
        "variability": [asdict(one) for one in result.variability],
        "symmetry": [asdict(one) for one in result.symmetry],
        "drift": [asdict(one) for one in result.drift],
        "window_s": value("load_window_s"),
        "windows": [asdict(one) for one in load_windows(result.strides, value("load_window_s"))],
        "data_quality": _data_quality(analysis),
        "auxiliary": _auxiliary(analysis),
        "watch": _watch(analysis),
        "findings": [_finding(finding) for finding in result.findings],
        "achilles_load": None,
        "truth": _truth(analysis.truth),
    }
    if analysis.metadata.get(ATHLETE_KEY):  # only a recording that knows its runner's pseudonym has the key
        content["recording"] |= {"athlete": analysis.metadata[ATHLETE_KEY]}
    content["events"] = summary_events(analysis.events, analysis.session_start_monotonic_ns)
    cues = told_cues(analysis.events, analysis.session_start_monotonic_ns)
    if cues:  # only a recording with a cue has the key
        content["cue"] = [{"time_s": time_s, "text": text, "value": value_} for time_s, text, value_ in cues]
    content = dict(_finite(content))
    return content | {"achilles_load": _finite(load_inputs(content))}


def summary_text(analysis: Analysis) -> str:
    """Return the text of `summary.json`."""
    return json.dumps(summary(analysis), indent=2, ensure_ascii=False, allow_nan=False) + "\n"


def _sensor(sensor: SensorResult) -> dict[str, Any]:
    info, alignment = sensor.info, sensor.alignment
    return {
        "device": info.device,
        "profile_id": info.profile_id,
        "placement": info.placement,
        "rate_hz": info.rate_hz,
        "has_gyro": info.has_gyro,
        "clock": info.clock,
        "acc_range_m_s2": info.acc_range_m_s2,
        "gyr_range_rad_s": info.gyr_range_rad_s,
        "duration_s": sensor.duration_s,
        "alignment": None if alignment is None else asdict(alignment),
        "calibrations": [asdict(epoch) for epoch in sensor.calibrations],
    }


def _metric(metric: MetricSummary) -> dict[str, Any]:
    return {
        "label": metric.label,
        "unit": metric.unit,
        "definition": metric.definition,
        "left": _statistic(metric.left),
        "right": _statistic(metric.right),
        "both": _statistic(metric.both),
        "asymmetry_pct": metric.asymmetry_pct,
        "note": metric.note,
        "unstated": metric.unstated,
    }


def _statistic(found: SideStatistic | None) -> dict[str, Any] | None:
    if found is None:
        return None
    return {
        "n": found.count,
        "mean": found.mean,
        "sd": found.sd,
        "uncertainty": found.uncertainty,
        "mdc": found.mdc,
        "censored": found.censored,
        "median": found.median,
        "median_above": found.median_above,
    }


def _data_quality(analysis: Analysis) -> dict[str, Any]:
    content: dict[str, Any] = {sensor.info.side: _quality(sensor, analysis) for sensor in analysis.result.sensors}
    return content | {"left_right_clock_uncertainty_s": analysis.result.left_right_clock_s}


def _quality(sensor: SensorResult, analysis: Analysis) -> dict[str, Any]:
    quality, rows = sensor.quality, analysis.result.strides
    mine = rows["side"] == sensor.info.side
    # Cell by cell: a copy of the column would give every cell the room of the longest possible text.
    texts = Counter(str(rows["quality"][row]) for row in np.flatnonzero(mine))
    return {
        "packets": quality.packets,
        "samples": quality.samples,
        "lost_samples": quality.lost_samples,
        "gaps": quality.gaps,
        "gap_s": quality.gap_s,
        "resets": quality.resets,
        "faults": dict(sorted(quality.faults.items())),
        "clock_residual_s": quality.clock_residual_s,
        "measured_rate_hz": quality.measured_rate_hz,
        "acc_clipped_samples": quality.acc_clipped_samples,
        "gyr_clipped_samples": quality.gyr_clipped_samples,
        "battery_pct": quality.battery_pct,
        "strides": {
            "found": int(mine.sum()),
            "by_quality": {text: texts[text] for text in sorted(texts)},
            "by_mode": {mode: int((mine & (rows["mode"] == mode)).sum()) for mode in ("run", "walk")},
            "rejected": dict(sorted(sensor.rejected_strides.items())),
        },
    }


def _auxiliary(analysis: Analysis) -> dict[str, Any]:
    """Return what devices beside the feet delivered, and `check`: what they said beside the sensors."""
    checks = analysis.result.cross_checks
    content: dict[str, Any] = {}
    for setup in analysis.auxiliaries:
        quality = analysis.auxiliary_quality.get(setup.kind)
        check = None if checks is None else getattr(checks, setup.kind)
        content[setup.kind] = {
            "device": setup.device,
            "profile_id": setup.profile_id,
            "notifications": 0 if quality is None else quality.packets,
            "readings": 0 if quality is None else quality.samples,
            "faults": {} if quality is None else dict(sorted(quality.faults.items())),
            "battery_pct": None if quality is None else quality.battery_pct,
            "time": "arrival",
            "check": None if check is None else asdict(check),
        }
    return content


def _watch(analysis: Analysis) -> dict[str, Any] | None:
    """Return a watch's figures beside the sensors', None without one."""
    checks = analysis.result.cross_checks
    return None if checks is None or checks.watch is None else asdict(checks.watch)


def _finding(finding: Finding) -> dict[str, Any]:
    side = finding.side if finding.side in SIDES else None
    return {
        "code": finding.code,
        "severity": finding.severity,
        "side": side,
        "message": finding.message,
        "advice": finding.advice,
    }


def _truth(truth: TruthComparison | None) -> dict[str, Any] | None:
    """Return the simulator's truth, in display units as the report shows it; null for a real session."""
    if truth is None:
        return None
    return {
        "matched_strides": truth.matched_strides,
        "true_strides": truth.true_strides,
        "rows": [asdict(row) for row in truth.rows],
    }


def _finite(content: Any) -> Any:
    """Return the content with floats rounded to nine digits, and null for what is not finite."""
    if isinstance(content, dict):
        return {str(key): _finite(item) for key, item in content.items()}
    if isinstance(content, list | tuple):
        return [_finite(item) for item in content]
    if isinstance(content, float):
        return float(f"{content:.{SIGNIFICANT_DIGITS}g}") if math.isfinite(content) else None
    return content
