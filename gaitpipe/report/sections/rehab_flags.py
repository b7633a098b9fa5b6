"""The flags F1 to F11: level as a word, value, baseline and limits; what was not assessed says why."""

from __future__ import annotations

from gaitpipe.rehab.words import Flag
from gaitpipe.report.document import Cell, Column, Content, ReportInput, Section, Table, has_rehab
from gaitpipe.report.rehab_words import FLAG_NAME, sentence
from gaitpipe.report.text import DASH, foreign, number

_NOTES = (
    "Compared with the runner's own baseline. Not assessed: a value is missing; it is never read as no flag.",
    "Flags may block PROGRESS, they never create it.",
)


def _missing(report: ReportInput) -> str:
    rehab = report.rehab
    return "" if rehab is not None and rehab.decision.flags else "No flag was assessed."


def _render(report: ReportInput) -> Content:
    rehab = report.rehab
    if rehab is None:
        return ()
    columns = (
        Column("Flag", numeric=False),
        Column("Level", numeric=False),
        Column("Today"),
        Column("Baseline"),
        Column("Limits", small="amber / red"),
        Column("What was seen", numeric=False),
    )
    rows = tuple(_row(flag) for flag in rehab.decision.flags)
    return (
        Table(
            "Flags of this session", columns, rows, notes=(*_NOTES, *_unverified(rehab.decision.flags)), compact=True
        ),
    )


def _unverified(flags: tuple[Flag, ...]) -> tuple[str, ...]:
    named = any(word in flag.text for flag in flags for word in ("rearfoot", "midfoot", "forefoot"))
    return ("Rearfoot, midfoot, forefoot: the limits of these classes are unverified.",) if named else ()


def _row(flag: Flag) -> tuple[Cell, ...]:
    limits = [number_of(limit) for limit in (flag.amber, flag.red) if limit is not None]
    return (
        Cell(flag.id, FLAG_NAME.get(flag.id, "")),
        Cell(flag.level, "blocks PROGRESS" if flag.blocks else "", mark="no" if flag.blocks else ""),
        _value(flag) if flag.value is not None else _none(flag),
        Cell(number_of(flag.baseline)) if flag.baseline is not None else Cell(DASH, "none", empty=True),
        Cell(" / ".join(limits)) if limits else Cell(DASH, "none", empty=True),
        Cell(sentence(flag.text) or DASH),
    )


def _value(flag: Flag) -> Cell:
    if flag.unit == "of the limit":
        return Cell(f"{number(100.0 * (flag.value or 0.0))} %", "of its limit")
    return Cell(number_of(flag.value), foreign(flag.unit))


def _none(flag: Flag) -> Cell:
    return Cell(DASH, "not assessed" if flag.level == "not assessed" else "no value", empty=True)


def number_of(value: float | None) -> str:
    """A value with as many digits as it needs."""
    if value is None:
        return DASH
    return number(value, 0 if value == int(value) else 2 if abs(value) < 10 else 1)


SECTION = Section("rehab-flags", "Flags", 6, _render, applies=has_rehab, missing=_missing, on_refer=False)
