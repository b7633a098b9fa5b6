"""Treadmill, foot pod and heart rate beside the figures of the motion sensors."""

from __future__ import annotations

from gaitpipe.derived import CrossChecks, FootPodCheck, HeartRateCheck, TreadmillCheck
from gaitpipe.report.document import Cell, Column, Content, Paragraph, ReportInput, Section, Table
from gaitpipe.report.text import count, number, with_unit

_TIME = (
    "Such devices speak about once a second, smooth what they say and send no time: each reading has the time of its "
    "arrival. They are a check, not a measurement of the gait."
)
_SET = "A treadmill may tell the speed that was set, not one that was measured."
_NOT_TOLD = "not told"


def _applies(report: ReportInput) -> bool:
    checks = report.result.cross_checks
    devices = checks is not None and (checks.treadmill or checks.foot_pod or checks.heart_rate)
    return report.recorded and bool(devices)


def _render(report: ReportInput) -> Content:
    checks = report.result.cross_checks or CrossChecks()
    rows: list[tuple[Cell, ...]] = []
    notes = [_TIME]
    if checks.treadmill is not None:
        rows += _treadmill_rows(checks.treadmill)
        notes.append(_SET)
    if checks.foot_pod is not None:
        rows += _foot_pod_rows(checks.foot_pod)
    if checks.heart_rate is not None:
        rows += _heart_rate_rows(checks.heart_rate)
        if checks.heart_rate.left_out:
            left_out = count(checks.heart_rate.left_out, "heart rate reading")
            notes.append(f"{left_out} without skin contact, or of a rate that no heart has, left out.")
    notes += [f"{name}: {lag}" for name, lag in _lags(checks)]
    columns = (
        Column("", numeric=False),
        Column("Device"),
        Column("Motion sensors"),
        Column("What follows", numeric=False),
    )
    table = Table("Other devices beside the motion sensors", columns, tuple(rows), compact=True)
    return (table, *(Paragraph(note, muted=True) for note in notes))


def _row(name: str, told: str, sensed: str, follows: str, small: str = "") -> tuple[Cell, ...]:
    return (Cell(name, small), Cell(told), Cell(sensed), Cell(follows))


def _speed(speed_m_s: float | None) -> str:
    return _NOT_TOLD if speed_m_s is None else with_unit(number(speed_m_s, 2), "m/s")


def _cadence(cadence_spm: float | None) -> str:
    return _NOT_TOLD if cadence_spm is None else with_unit(number(cadence_spm, 0), "steps/min")


def _sensed(text: str) -> str:
    return "not known" if text == _NOT_TOLD else text


def _treadmill_rows(check: TreadmillCheck) -> list[tuple[Cell, ...]]:
    follows = "used as the belt speed" if check.used else f"not used: {check.unused_because}"
    small = count(check.readings, "reading")
    rows = [_row("Treadmill, speed", _speed(check.speed_m_s), _sensed(_speed(check.sensors_m_s)), follows, small)]
    if check.incline_pct is not None:
        rows.append(_row("Treadmill, incline", f"{number(check.incline_pct, 1)} %", "", _incline_words(check)))
    return rows


def _incline_words(check: TreadmillCheck) -> str:
    if check.incline_usable:
        return "taken as the incline where none was given"
    if not check.incline_steady:
        return "not used: it changed"
    return "not used: many treadmills always say 0"


def _foot_pod_rows(check: FootPodCheck) -> list[tuple[Cell, ...]]:
    sent = check.cadence_as_sent_per_min
    told = _NOT_TOLD if sent is None else f"{number(sent, 0)} a minute"
    follows = "fits neither steps nor strides" if check.counts is None else f"it counts {check.counts}"
    if check.cadence_spm is not None and check.counts != "steps":
        follows += f": {_cadence(check.cadence_spm)}"
    if sent is None or check.sensors_cadence_spm is None:
        follows = "too little to compare"
    sensed = _sensed(_cadence(check.sensors_cadence_spm))
    return [
        _row("Foot pod, cadence", told, sensed, follows, count(check.readings, "reading")),
        _row("Foot pod, speed", _speed(check.speed_m_s), _sensed(_speed(check.sensors_m_s)), ""),
    ]


def _heart_rate_rows(check: HeartRateCheck) -> list[tuple[Cell, ...]]:
    def beats(rate_bpm: float | None) -> str:
        return _NOT_TOLD if rate_bpm is None else with_unit(number(rate_bpm, 0), "beats/min")

    small = count(check.readings, "reading")
    return [
        _row("Heart rate, mean", beats(check.mean_bpm), "", "while there was gait", small),
        _row("Heart rate, highest", beats(check.highest_bpm), "", "in the whole recording"),
    ]


def _lags(checks: CrossChecks) -> list[tuple[str, str]]:
    """How late a device was, where its figure changed enough to see it."""
    found = []
    for name, check in (("Treadmill", checks.treadmill), ("Foot pod", checks.foot_pod)):
        if check is not None and check.lag_s is not None:
            text = f"what it says comes about {with_unit(number(check.lag_s, 1), 's')} after the motion sensors."
            found.append((name, text))
    return found


SECTION = Section("cross_checks", "Cross-checks", 66, _render, applies=_applies)
