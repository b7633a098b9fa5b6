"""The columns of the cohort table, in their order: name, type, unit, meaning, where it is empty, where it comes from.

The table has the same columns whatever the files hold: those of all figures that this version knows. `place` is where a
value stands in `summary.json`, as a path with `{side}`; `[key=value]` picks one entry of a list. A column without a
place is computed by `cohort`. Names carry the unit, but for what is added after it (`cadence_spm_mean`).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Literal

import gaitpipe.metrics
from gaitpipe.evidence import reference
from gaitpipe.metrics._contract import StrideMetric
from gaitpipe.registry import load_plugins

CellType = Literal["text", "integer", "number", "true_false", "time"]

NOT_KNOWN = "not known"
BOTH = " The same in the rows of both sides: count it once a file."
FEW = "the figure was not computed for this side"
STATISTICS: tuple[tuple[str, CellType, str, str], ...] = (
    ("n", "integer", "strides that the mean is of", FEW),
    ("mean", "number", "mean over the good strides of the main mode", "not computed, or some values were cut off"),
    ("sd", "number", "standard deviation between strides", "not computed, or some values were cut off"),
    ("uncertainty", "number", "standard uncertainty of the mean, its systematic part included; twice it covers about "
        "95 %", "not computed, or not known how large it is"),
    ("mdc", "number", "smallest detectable change between two such sessions (95 %)", "not computed, or not known"),
)  # fmt: skip
CUT_OFF: tuple[tuple[str, CellType, str, str], ...] = (
    ("censored", "integer", "strides whose value was cut off and is known only to be larger", FEW),
    ("median", "number", "median with the cut-off strides taken into account", "not computed, or too many cut off"),
    ("median_above", "number", "what the median is larger than", "the median itself is known"),
)
DRIFTING = ("cadence_spm", "ground_contact_time_s", "foot_strike_angle_deg")
VARYING = (("stride_time_s", "sequence"), ("ground_contact_time_s", "stated"))


@dataclass(frozen=True, slots=True)
class CohortColumn:
    """One column; `unit` as in the product ("1" for a pure number, empty for text), `empty` says when it is empty."""

    name: str
    type: CellType
    unit: str
    meaning: str
    empty: str
    place: str = ""
    source: str = ""


def _text(name: str, meaning: str, empty: str = NOT_KNOWN, place: str = "") -> CohortColumn:
    return CohortColumn(name, "text", "", meaning, empty, place)


def _number(name: str, unit: str, meaning: str, place: str = "", empty: str = NOT_KNOWN) -> CohortColumn:
    return CohortColumn(name, "number", unit, meaning, empty, place)


def _count(name: str, meaning: str, place: str = "", empty: str = NOT_KNOWN) -> CohortColumn:
    return CohortColumn(name, "integer", "1", meaning, empty, place)


_FILE = (
    _text("session", "name of the recording", "never", "recording.name"),
    _text("input", "file as it was given to the command", "the caller did not say"),
    _text("format", "format that the file was read as", "the caller did not say"),
    _text("athlete", "pseudonym of the runner", NOT_KNOWN, "recording.athlete"),
    _text("side", "left or right: the side of this row. A side without a sensor has no row", "never"),
    _text("input_sha256", "SHA-256 of the file that was analysed", NOT_KNOWN, "input_sha256"),
    CohortColumn("recorded_utc", "time", "", "when the recording began, in UTC. Simulated files carry a made-up time",
        "the file does not say", "recording.recorded_utc"),
    CohortColumn("synthetic", "true_false", "", "true: a simulator made the data, no person was measured", NOT_KNOWN,
        "recording.synthetic"),
    _text("mode", "run or walk: the gait that the figures speak of", NOT_KNOWN, "mode"),
)  # fmt: skip
_SENSOR = (
    _text("placement", "foot or shank", NOT_KNOWN, "sensors.{side}.placement"),
    _text("device", "the sensor as it names itself", NOT_KNOWN, "sensors.{side}.device"),
    _text("profile_id", "device profile or file format", NOT_KNOWN, "sensors.{side}.profile_id"),
    _number("rate_hz", "Hz", "nominal sample rate", "sensors.{side}.rate_hz"),
    _number("measured_rate_hz", "Hz", "sample rate against the session clock", "data_quality.{side}.measured_rate_hz"),
    CohortColumn("has_gyro", "true_false", "", "true: the sensor has a gyroscope", NOT_KNOWN,
        "sensors.{side}.has_gyro"),
    _text("clock", "where the times come from: the device, arrivals, or the file", NOT_KNOWN, "sensors.{side}.clock"),
    _number("acc_range_m_s2", "m/s^2", "range of the accelerometer", "sensors.{side}.acc_range_m_s2"),
    _number("gyr_range_rad_s", "rad/s", "range of the gyroscope", "sensors.{side}.gyr_range_rad_s"),
    _number("duration_s", "s", "length of this sensor's data", "sensors.{side}.duration_s"),
    _text("alignment_method", "how the sensor's axes were found", "they were not", "sensors.{side}.alignment.method"),
    _text("alignment_confidence", "how sure the axes are", "they were not found",
        "sensors.{side}.alignment.confidence"),
)  # fmt: skip
_CONTEXT = (
    _number("belt_speed_m_s", "m/s", "speed of the treadmill belt", "recording.belt_speed_m_s"),
    _number("session_speed_m_s", "m/s", "speed of the session: the belt's, else what the sensors measured",
        "context.speed_m_s"),
    _text("session_speed_source", "belt or sensors", NOT_KNOWN, "context.speed_source"),
    _text("surface", "treadmill, road, track, trail ...", NOT_KNOWN, "context.surface"),
    _number("incline_pct", "%", "incline", "context.incline_pct"),
    _text("shoe", "the shoe as the runner calls it", NOT_KNOWN, "context.shoe"),
    _number("shoe_drop_mm", "mm", "drop of the shoe from heel to toe", "context.shoe_drop_mm"),
    _number("height_m", "m", "height of the runner", "recording.height_m"),
)  # fmt: skip
_QUALITY = (
    _count("packets", "packets or rows that were read", "data_quality.{side}.packets"),
    _count("samples", "samples that were read", "data_quality.{side}.samples"),
    _count("lost_samples", "samples that are missing", "data_quality.{side}.lost_samples"),
    _number("lost_samples_pct", "%", "missing samples of all that should be there", empty="there are none at all"),
    _count("gaps", "gaps in the samples", "data_quality.{side}.gaps"),
    _number("gap_s", "s", "length of all gaps together", "data_quality.{side}.gap_s"),
    _count("resets", "times the sensor began to count anew", "data_quality.{side}.resets"),
    _count("packet_faults", "packets that could not be read"),
    _number("clock_uncertainty_s", "s", "spread of this sensor's clock against the session's",
        "data_quality.{side}.clock_residual_s"),
    _number("left_right_clock_uncertainty_s", "s",
        f"standard uncertainty of a left time against a right one.{BOTH}",
        "data_quality.left_right_clock_uncertainty_s", "one sensor, or one time base of a file"),
    _count("acc_clipped_samples", "samples at the end of the accelerometer's range",
        "data_quality.{side}.acc_clipped_samples"),
    _count("gyr_clipped_samples", "samples at the end of the gyroscope's range",
        "data_quality.{side}.gyr_clipped_samples"),
    _number("battery_pct", "%", "charge of the battery", "data_quality.{side}.battery_pct"),
    _count("strides_found", "strides with a row in strides.csv", "data_quality.{side}.strides.found"),
    _count("strides_used", "good strides of the main mode, which the figures are of", empty="never"),
    _count("strides_rejected", "strides that were found and not good, and those that were dropped", empty="never"),
    _text("strides_rejected_because", "reasons with their counts, such as gap:2;transition:1", "none was rejected"),
    _text("no_figures_because", "why this row has no figures at all", "it has some"),
    _text("figures_not_given", "figures without a value for this side and why, joined by ;", "all are given"),
)  # fmt: skip
_TRACE = (
    _text("findings_error", "codes of the errors found in the data of this side or of both, joined by ;", "none"),
    _text("findings_warning", "codes of the warnings, joined by ;", "none"),
    _text("findings_info", "codes of the hints, joined by ;", "none"),
    _text("figures_without_column", "figures of the summary that this version has no columns for", "none"),
    _text("software_version", "version of gaitpipe that made the figures", NOT_KNOWN, "software.version"),
    _text("parameter_hash", "fingerprint of the numbers that the analysis used: compare alike with alike", NOT_KNOWN,
        "parameter_hash"),
)  # fmt: skip


@cache
def cohort_metrics() -> tuple[StrideMetric, ...]:
    """The figures that have columns, in the order of the report."""
    found = load_plugins(gaitpipe.metrics, "METRIC", StrideMetric)
    return tuple(sorted((one for one in found if one.in_summary), key=lambda one: (one.order, one.key)))


@cache
def cohort_columns() -> tuple[CohortColumn, ...]:
    """All columns of the cohort table, in their order."""
    figures = [column for metric in cohort_metrics() for column in _of_metric(metric)]
    return (*_FILE, *_SENSOR, *_CONTEXT, *_QUALITY, *figures, *_TRACE)


def _of_metric(metric: StrideMetric) -> list[CohortColumn]:
    side, name = ("both", f"{metric.key}_both") if metric.bilateral else ("{side}", metric.key)
    kinds = (*STATISTICS, *CUT_OFF) if metric.bound is not None else STATISTICS
    shared = BOTH if metric.bilateral else ""
    source = reference(metric.source)
    found = [
        CohortColumn(
            f"{name}_{kind}", cell, "1" if cell == "integer" else metric.unit,
            f"{metric.label}{' of both legs' if metric.bilateral else ''}: {meaning}.{shared}", empty,
            f"metrics.{metric.key}.{side}.{kind}", source,
        )
        for kind, cell, meaning, empty in kinds
    ]  # fmt: skip
    return [*found, *_pair(metric, source), *_drift(metric, source), *_variability(metric, source)]


def _pair(metric: StrideMetric, source: str) -> list[CohortColumn]:
    """Left against right; repeated in both rows."""
    found = []
    one_side = "only one side has the figure"
    if metric.has_ratio and not metric.bilateral:
        meaning = f"{metric.label}: 100 (left - right) / mean of both.{BOTH}"
        place = f"metrics.{metric.key}.asymmetry_pct"
        found.append(CohortColumn(f"{metric.key}_asymmetry_pct", "number", "%", meaning, one_side, place, source))
    if metric.compare:
        for name, kind, unit, words in (
            ("", "difference", metric.unit, "left minus right"),
            ("_limit", "limit", metric.unit, "smallest difference between left and right that counts (95 %)"),
            ("_exceeds", "exceeds", "", "true: the difference is larger than that"),
        ):
            found.append(
                CohortColumn(
                    f"{metric.key}_left_minus_right{name}", "number" if unit else "true_false", unit,
                    f"{metric.label}: {words}.{BOTH}", f"{one_side}, or what counts is not known",
                    f"symmetry[key={metric.key}].{kind}", source,
                )
            )  # fmt: skip
    return found


def _drift(metric: StrideMetric, source: str) -> list[CohortColumn]:
    if metric.key not in DRIFTING:
        return []
    place = f"drift[key={metric.key},side={{side}}]"
    words = (("", "change", "mean of the last third of the session minus that of the first"),
             ("_mdc", "mdc", "smallest change within the session that counts"))  # fmt: skip
    return [
        CohortColumn(f"{metric.key}_drift{name}", "number", metric.unit, f"{metric.label}: {meaning}.",
            "too few strides", f"{place}.{kind}", source)
        for name, kind, meaning in words
    ]  # fmt: skip


def _variability(metric: StrideMetric, source: str) -> list[CohortColumn]:
    method = dict(VARYING).get(metric.key)
    if method is None:
        return []
    place = f"variability[key={metric.key},side={{side}},method={method}]"
    words = (("observed_cv_pct", "coefficient of variation as observed, timing noise included"),
             ("cv_pct", "coefficient of variation without timing noise"),
             ("low_pct", "low end of its 95 % interval"), ("high_pct", "high end of its 95 % interval"))  # fmt: skip
    return [
        CohortColumn(f"{metric.key}_{'' if 'cv' in kind else 'cv_'}{kind}", "number", "%",
            f"{metric.label}: {meaning}.", "too few strides, or lost in the noise", f"{place}.{kind}", source)
        for kind, meaning in words
    ]  # fmt: skip
