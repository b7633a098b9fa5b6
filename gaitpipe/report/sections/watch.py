"""A watch's running dynamics beside the figures of the motion sensors."""

from __future__ import annotations

from gaitpipe.derived import WatchCheck, WatchQuantity
from gaitpipe.report.document import Cell, Column, Content, Paragraph, ReportInput, Section, Table
from gaitpipe.report.text import count, number, with_unit

_WORDS = {
    "cadence_spm": ("Cadence", "steps/min", 1.0, 1),
    "ground_contact_time_s": ("Ground contact time", "ms", 1000.0, 0),
    "step_length_m": ("Step length", "m", 1.0, 2),
    "speed_m_s": ("Speed", "m/s", 1.0, 2),
}
_NO_TRUTH = (
    "A watch is no truth: it works such figures out from the movement of the wrist or the trunk and smooths them. A "
    "difference says that the two do not agree, not which is right. Limits of agreement hold 95 % of the differences "
    "where these are spread evenly."
)


def _check(report: ReportInput) -> WatchCheck | None:
    checks = report.result.cross_checks
    return checks.watch if report.recorded and checks is not None else None


def _applies(report: ReportInput) -> bool:
    return _check(report) is not None


def _render(report: ReportInput) -> Content:
    check = _check(report)
    if check is None:
        return ()
    device = f" ({check.device})" if check.device else ""
    notes = [f"{check.file}{device}: {count(check.records, 'record')}. {_time_words(check)}"]
    if check.developer_fields:
        notes.append(
            f"{count(check.developer_fields, 'value')} in fields of apps or pods had no common meaning: left out."
        )
    if check.not_compared:
        return (Paragraph(f"Not compared: {check.not_compared}."), *(Paragraph(note, muted=True) for note in notes))
    columns = (
        Column("", numeric=False),
        Column("Watch"),
        Column("Motion sensors"),
        Column("Watch less sensors"),
        Column("Limits of agreement"),
    )
    rows = tuple(_row(one) for one in check.quantities)
    window = f"Means of windows of {number(check.window_s, 0)} s in which both told the figure."
    table = Table("A watch beside the motion sensors", columns, rows, compact=True)
    return (table, *(Paragraph(note, muted=True) for note in (window, _NO_TRUTH, *notes)))


def _time_words(check: WatchCheck) -> str:
    if check.offset_s is None or check.aligned_by is None:
        return "Its time against the recording is not known."
    ways = {
        "time of day": "by the time of day in both files",
        "given": "as it was given",
        "cadence": f"by laying the cadences over each other (correlation {number(check.correlation or 0.0, 2)})",
    }
    return f"It begins at {with_unit(number(check.offset_s, 0), 's')} of the recording, {ways[check.aligned_by]}."


def _row(one: WatchQuantity) -> tuple[Cell, ...]:
    name, unit, factor, decimals = _WORDS[one.key]

    def said(value: float | None) -> str:
        return "not known" if value is None else with_unit(number(value * factor, decimals), unit)

    limits = "too few windows"
    if one.low is not None and one.high is not None:
        limits = f"{number(one.low * factor, decimals)} to {with_unit(number(one.high * factor, decimals), unit)}"
    small = count(one.windows, "window")
    return (Cell(name, small), Cell(said(one.watch)), Cell(said(one.sensors)), Cell(said(one.difference)), Cell(limits))


SECTION = Section("watch", "Watch", 67, _render, applies=_applies)
