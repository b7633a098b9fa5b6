"""Lays a watch's FIT file beside an analysis.

Time: as it was given; else by the time of day where both files tell it and gait falls into the watch's records; else by
the cadences. How it was done stands in the check.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

import numpy as np

from gaitpipe.app.analyze import Analysis
from gaitpipe.derived import CrossChecks, WatchCheck
from gaitpipe.errors import RecordingError
from gaitpipe.gait.watch_check import WINDOW_S, compared, offset_by_cadence, sensor_values
from gaitpipe.importers._contract import CLOCK_ZONE_KEY
from gaitpipe.importers._fit import RECORD, FitFile, FitMessages, read_fit
from gaitpipe.importers._samples import CLOCK_ORIGIN_KEY
from gaitpipe.model import Finding, FloatArray

Way = Literal["time of day", "given", "cadence"]
NO_TIME = (
    "its time against the recording is not known: neither has a time of day in common, and the cadences do not tell"
)


@dataclass(frozen=True, slots=True)
class Watch:
    """A watch's file, read: `values` (n,) under the names of the check, `time_s` from `start_unix_s` on."""

    path: Path
    file: FitFile
    start_unix_s: float
    values: dict[str, FloatArray]


def read_watch(path: Path) -> Watch:
    """Read the running dynamics of a FIT file.

    Raises
    ------
    RecordingError
        It is damaged, or holds nothing to compare.
    UsageError
        fitdecode is not installed.
    """
    file = read_fit(path, (RECORD,))
    records = file.messages[RECORD]
    unix_s = np.array(records.unix_s, dtype=np.float64)
    if not np.isfinite(unix_s).any():
        message = "there are no records with a time in it"
        raise RecordingError(str(path), message, "Give the file of a run, as the watch wrote it.")
    values = {name: told for name, told in _values(records).items() if np.isfinite(told).any()}
    if not values:
        message = "its records tell no cadence, contact time, step length or speed"
        raise RecordingError(
            str(path), message, "Switch on running dynamics on the watch (it may need a strap or pod)."
        )
    start_s = float(np.nanmin(unix_s))
    known = np.isfinite(unix_s)
    values = {name: told[known] for name, told in values.items()} | {"time_s": unix_s[known] - start_s}
    return Watch(path, file, start_s, values)


def _values(records: FitMessages) -> dict[str, FloatArray]:
    """What the check compares, in SI units; a cadence in strides a minute is made steps."""
    strides = records.column("cadence") + np.nan_to_num(records.column("fractional_cadence"))
    speed_m_s = records.column("enhanced_speed")
    speed_m_s = np.where(np.isfinite(speed_m_s), speed_m_s, records.column("speed"))
    return {
        "cadence_spm": 2.0 * strides,
        "ground_contact_time_s": records.column("stance_time") * 1e-3,
        "step_length_m": records.column("step_length") * 1e-3,
        "speed_m_s": speed_m_s,
    }


def with_watch(analysis: Analysis, watch: Watch, offset_s: float | None = None) -> Analysis:
    """The analysis with the watch among its cross-checks, and what was found.

    `offset_s` is the session time of the watch's first record, where a person knows it.
    """
    sensors = sensor_values(analysis.result.strides, analysis.result.mode)
    check = WatchCheck(
        file=watch.path.name,
        device=watch.file.device,
        records=len(watch.values["time_s"]),
        window_s=WINDOW_S,
        developer_fields=watch.file.developer_fields,
    )
    placed = _placed(analysis, watch, sensors, offset_s)
    if placed is None:
        check = replace(check, not_compared=NO_TIME)
    else:
        offset_s, way, correlation = placed
        quantities = compared(sensors, watch.values, offset_s)
        reason = "" if any(one.windows for one in quantities) else "no gait of the recording falls into its records"
        check = replace(
            check,
            offset_s=offset_s,
            aligned_by=way,
            correlation=correlation,
            quantities=quantities,
            not_compared=reason,
        )
    checks = replace(analysis.result.cross_checks or CrossChecks(), watch=check)
    findings = analysis.result.findings + _findings(check)
    return replace(analysis, result=replace(analysis.result, cross_checks=checks, findings=findings))


def _placed(
    analysis: Analysis, watch: Watch, sensors: dict[str, FloatArray], given_s: float | None
) -> tuple[float, Way, float | None] | None:
    if given_s is not None:
        return given_s, "given", None
    start_s = _start_unix_s(analysis)
    if start_s is not None and len(sensors["time_s"]):
        offset_s = watch.start_unix_s - start_s
        inside = (sensors["time_s"] >= offset_s) & (sensors["time_s"] <= offset_s + float(watch.values["time_s"].max()))
        if inside.any():
            return offset_s, "time of day", None
    found = offset_by_cadence(sensors, watch.values)
    return None if found is None else (found[0], "cadence", found[1])


def _start_unix_s(analysis: Analysis) -> float | None:
    """Unix time [s] of session time 0, where the recording tells it."""
    from datetime import datetime

    if analysis.metadata.get(CLOCK_ZONE_KEY) == "unknown":
        return None
    origin_s = analysis.metadata.get(CLOCK_ORIGIN_KEY)
    if origin_s is not None:
        return float(origin_s)
    if analysis.recorded_utc is None or analysis.session_start_monotonic_ns is None:
        return None
    return datetime.fromisoformat(analysis.recorded_utc).timestamp()


def _findings(check: WatchCheck) -> tuple[Finding, ...]:
    if not check.not_compared:
        return ()
    message = f"{check.file} was not compared: {check.not_compared}."
    return (Finding("watch_not_compared", "warning", message, "Say when it began: --fit-offset SECONDS."),)
