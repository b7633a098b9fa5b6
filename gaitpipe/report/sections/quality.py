"""Findings, and what the sensors delivered: samples, losses, clock, clipping, packet faults, strides, alignment."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable

from gaitpipe.gait.accelerometer import gives_contacts
from gaitpipe.model import Finding, SensorResult
from gaitpipe.report.document import (
    Block,
    Callout,
    Cell,
    Column,
    Content,
    Paragraph,
    ReportInput,
    Section,
    Table,
    side_is_named,
    without_gyroscope,
)
from gaitpipe.report.text import (
    DASH,
    GAIT_WORD,
    OTHER_MODE,
    count,
    duration,
    foreign,
    number,
    share,
    uncertainty,
    with_unit,
)

_MOST_FINDINGS = 40
_SEVERITY_ORDER = {"error": 0, "warning": 1, "info": 2}
_WINDOWS = "No strides were found without a gyroscope: the recording is read in windows, for cadence only."
_LEFT_RIGHT = (
    "Left against right: {} (standard uncertainty of a time of one foot against one of the other, from both clocks and "
    "what is not known of the delays)."
)
_CLOCK_WORDS = {
    "device": "sensor's own clock",
    "arrival": "time of arrival (the sensor sends no time)",
    "file": "time in the file",
}


def _missing(report: ReportInput) -> str:
    return "" if report.result.sensors or report.result.findings else "The input holds no sensor."


def _render(report: ReportInput) -> Content:
    findings = sorted(report.result.findings, key=lambda finding: _SEVERITY_ORDER[finding.severity])
    blocks: list[Block] = [_callout(finding) for finding in findings[:_MOST_FINDINGS]]
    if len(findings) > _MOST_FINDINGS:
        more = count(len(findings) - _MOST_FINDINGS, "more finding is", "more findings are")
        blocks.append(Paragraph(f"{more} in summary.json."))
    if not findings:
        blocks.append(Paragraph("Nothing in the data called for a remark."))
    sensors = report.result.sensors
    if not sensors:
        return (*blocks, Paragraph("The input holds no sensor, so there is nothing to count."))
    columns = (
        Column("", numeric=False),
        *(Column(sensor.info.side.capitalize(), sensor.info.side) for sensor in sensors),
    )
    blocks.append(Table("What the sensors delivered", columns, _signal_rows(sensors), compact=True))
    between_s = report.result.left_right_clock_s
    if between_s is not None:
        blocks.append(Paragraph(_LEFT_RIGHT.format(with_unit(uncertainty(1e3 * between_s, 1), "ms"))))
    if without_gyroscope(report):
        blocks.append(Paragraph(_WINDOWS))
        return tuple(blocks)
    caption = "Strides found and used, and how well the sensor's axes are known"
    blocks.append(Table(caption, columns, _stride_rows(report), notes=(_stride_note(report),), compact=True))
    return tuple(blocks)


def _stride_note(report: ReportInput) -> str:
    gait = GAIT_WORD[report.result.mode]
    return f"The figures use {gait} strides of good quality. Every stride, used or not, is a row of strides.csv."


def _callout(finding: Finding) -> Callout:
    side = "" if finding.side is None or side_is_named(finding) else f"{finding.side.capitalize()} side: "
    return Callout(finding.severity, side + foreign(finding.message), foreign(finding.advice), foreign(finding.code))


def _row(label: str, small: str, cells: Iterable[Cell]) -> tuple[Cell, ...]:
    return (Cell(label, small), *cells)


def _signal_rows(sensors: tuple[SensorResult, ...]) -> tuple[tuple[Cell, ...], ...]:
    make: list[tuple[str, str, Callable[[SensorResult], Cell]]] = [
        ("Samples", "", lambda sensor: Cell(number(sensor.quality.samples), duration(sensor.duration_s))),
        ("Samples lost", "", _lost),
        ("Gaps", "", _gaps),
        ("Sampling rate", "measured; nominal", _rate),
        ("Clock", "", lambda sensor: Cell(_CLOCK_WORDS[sensor.info.clock])),
        ("Clock residual", "uncertainty against the session clock", _clock),
        ("Clipped samples", "reading at the end of its range", _clipped),
        ("Packets", "", lambda sensor: Cell(number(sensor.quality.packets))),
        ("Packet faults", "packets not used, by kind", _faults),
        ("Restarts", "sensor restarted or reconnected", lambda sensor: Cell(number(sensor.quality.resets))),
        ("Battery", "", _battery),
    ]
    return tuple(_row(label, small, (cell(sensor) for sensor in sensors)) for label, small, cell in make)


def _lost(sensor: SensorResult) -> Cell:
    quality = sensor.quality
    return Cell(number(quality.lost_samples), share(quality.lost_samples, quality.samples + quality.lost_samples))


def _gaps(sensor: SensorResult) -> Cell:
    total = f"{duration(sensor.quality.gap_s)} in all" if sensor.quality.gaps else ""
    return Cell(number(sensor.quality.gaps), total)


def _rate(sensor: SensorResult) -> Cell:
    nominal = f"nominal {with_unit(number(sensor.info.rate_hz, 0), 'Hz')}"
    measured = sensor.quality.measured_rate_hz
    if measured is None or not math.isfinite(measured):
        return Cell(DASH, f"not measured; {nominal}", empty=True)
    return Cell(with_unit(number(measured, 2), "Hz"), nominal)


def _clock(sensor: SensorResult) -> Cell:
    residual = sensor.quality.clock_residual_s
    if residual is None or not math.isfinite(residual):
        reason = "one time base in the file" if sensor.info.clock == "file" else "not known"
        return Cell(DASH, reason, empty=True)
    return Cell(with_unit(number(residual * 1e3, 1), "ms"))


def _clipped(sensor: SensorResult) -> Cell:
    quality = sensor.quality
    acc, gyr = quality.acc_clipped_samples, quality.gyr_clipped_samples
    gyro = f"gyroscope {number(gyr)}" if sensor.info.has_gyro else "no gyroscope"
    return Cell(f"accelerometer {number(acc)}", f"{gyro} \u00b7 {share(max(acc, gyr), quality.samples)} of samples")


def _faults(sensor: SensorResult) -> Cell:
    faults = {kind: count for kind, count in sorted(sensor.quality.faults.items()) if count}
    if not faults:
        return Cell("0")
    kinds = "; ".join(f"{foreign(kind)}: {number(count)}" for kind, count in faults.items())
    return Cell(number(sum(faults.values())), kinds)


def _battery(sensor: SensorResult) -> Cell:
    percent = sensor.quality.battery_pct
    return Cell(DASH, "not reported", empty=True) if percent is None else Cell(f"{percent} %")


def _stride_rows(report: ReportInput) -> tuple[tuple[Cell, ...], ...]:
    sensors = report.result.sensors
    gait, other = GAIT_WORD[report.result.mode], OTHER_MODE[report.result.mode]
    left_out = f"left out of the {gait} figures"
    make: list[tuple[str, str, Callable[[SensorResult], Cell]]] = [
        ("Strides found", "", lambda sensor: Cell(number(_count(report, sensor)))),
        ("Used for the figures", f"{gait}, good quality", lambda sensor: _used(report, sensor)),
        (GAIT_WORD[other].capitalize(), left_out, lambda sensor: Cell(number(_count(report, sensor, other)))),
        ("Rejected", "by reason; one stride may have several", _rejected),
        ("Alignment", "confidence in the sensor's axes", _alignment),
    ]
    return tuple(
        _row(label, small, (cell(sensor) if _has_strides(report, sensor) else _no_gyroscope() for sensor in sensors))
        for label, small, cell in make
    )


def _has_strides(report: ReportInput, sensor: SensorResult) -> bool:
    return sensor.info.has_gyro or (gives_contacts(sensor.info) and _count(report, sensor) > 0)


def _no_gyroscope() -> Cell:
    return Cell(DASH, "no gyroscope", empty=True)


def _count(report: ReportInput, sensor: SensorResult, mode: str = "", quality: str = "") -> int:
    rows = report.result.strides
    chosen = rows["side"] == sensor.info.side
    if mode:
        chosen &= rows["mode"] == mode
    if quality:
        chosen &= rows["quality"] == quality
    return int(chosen.sum())


def _used(report: ReportInput, sensor: SensorResult) -> Cell:
    used, found = _count(report, sensor, report.result.mode, "ok"), _count(report, sensor)
    return Cell(number(used), f"{share(used, found)} of those found" if found else "")


def _rejected(sensor: SensorResult) -> Cell:
    reasons = {reason: count for reason, count in sorted(sensor.rejected_strides.items()) if count}
    if not reasons:
        return Cell("0")
    words = "; ".join(f"{foreign(reason).replace('_', ' ')}: {number(count)}" for reason, count in reasons.items())
    return Cell(number(sum(reasons.values())), words)


def _alignment(sensor: SensorResult) -> Cell:
    found = sensor.alignment
    if not sensor.info.has_gyro:
        return Cell(DASH, "from each stride; no angles", empty=True)
    if found is None or found.confidence == "none":
        return Cell("none", "the sensor's axes could not be found", empty=True)
    stood = f"{duration(found.standing_s)} of standing" if found.standing_s > 0 else "no standing found"
    ratio = f"eigenvalue ratio {number(found.eigenvalue_ratio, 1)}"
    angle = f"axis {number(found.axis_angle_deg, 0)}\u00b0 off level"
    return Cell(found.confidence, f"{foreign(found.method)} \u00b7 {stood} \u00b7 {ratio} \u00b7 {angle}")


SECTION = Section("quality", "Data quality", 20, _render, missing=_missing)
