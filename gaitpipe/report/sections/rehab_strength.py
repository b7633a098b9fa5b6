"""Strength and hops: counts of both legs, their share, and the error of the test."""

from __future__ import annotations

from collections.abc import Callable

from gaitpipe import evidence
from gaitpipe.rehab.log import LogEntry
from gaitpipe.rehab.strength import least_reps, lsi_pct
from gaitpipe.report.document import Cell, Column, Content, ReportInput, Section, Table, has_rehab
from gaitpipe.report.rehab_input import RehabInput
from gaitpipe.report.rehab_words import day_text
from gaitpipe.report.text import DASH, number

_TESTS = (
    ("Heel raises on one leg", "heel_raises_injured", "heel_raises_other"),
    ("Hops on one leg", "hops_injured", "hops_other"),
)


def _latest(rehab: RehabInput, has: Callable[[LogEntry], bool]) -> LogEntry | None:
    return next((entry for entry in reversed(rehab.log) if entry.date <= rehab.on and has(entry)), None)


def _missing(report: ReportInput) -> str:
    rehab = report.rehab
    fields = ("heel_raises_injured", "heel_raises_other", "hops_injured", "hops_other", "hop_pain")
    if rehab is None or _latest(rehab, lambda entry: any(getattr(entry, one) is not None for one in fields)) is None:
        return "The log holds no count of heel raises or hops."
    return ""


def _render(report: ReportInput) -> Content:
    rehab = report.rehab
    if rehab is None:
        return ()
    rows = [_row(rehab, *test) for test in _TESTS]
    rows.append(_hop_pain(rehab))
    columns = (
        Column("Test", numeric=False),
        Column("Day", numeric=False),
        Column("Injured"),
        Column("Other"),
        Column("LSI", small="injured / other"),
        Column("Against the error of the test", numeric=False),
    )
    return (Table("Strength and hops", columns, tuple(rows), notes=_notes(rehab), compact=True),)


def _row(rehab: RehabInput, label: str, injured_field: str, other_field: str) -> tuple[Cell, ...]:
    entry = _latest(rehab, lambda one: getattr(one, injured_field) is not None or getattr(one, other_field) is not None)
    if entry is None:
        return (Cell(label), *(Cell(DASH, "not tested", empty=True) for _ in range(5)))
    injured, other = getattr(entry, injured_field), getattr(entry, other_field)
    both_hurt = rehab.plan.tendon.side == "both"
    index = None if both_hurt else lsi_pct(injured, other)
    share = (
        Cell(f"{number(index, 1)} %")
        if index is not None
        else Cell(DASH, "no healthy side" if both_hurt else "one side", empty=True)
    )
    return (
        Cell(label),
        Cell(day_text(entry.date)),
        _count(injured),
        _count(other),
        share,
        _error_cell(injured, other, injured_field.startswith("heel"), both_hurt),
    )


def _count(value: int | None) -> Cell:
    return Cell(DASH, "not tested", empty=True) if value is None else Cell(str(value))


def _error_cell(injured: int | None, other: int | None, heel: bool, both_hurt: bool) -> Cell:
    if both_hurt:
        return Cell("compared with norms only")
    if injured is None or other is None:
        return Cell(DASH, "one side", empty=True)
    apart = abs(other - injured)
    if not heel:
        return Cell(f"{apart} apart; error not known")
    noise = evidence.value("heel_raise_noise_reps")
    word = "inside" if apart <= noise else "outside"
    return Cell(f"{apart} apart: {word} \u00b1{noise:g}")


def _hop_pain(rehab: RehabInput) -> tuple[Cell, ...]:
    entry = _latest(rehab, lambda one: one.hop_pain is not None)
    dash = Cell(DASH, "not asked", empty=True)
    if entry is None or entry.hop_pain is None:
        return (Cell("Pain while hopping", "0 to 10"), *(dash for _ in range(5)))
    limit = rehab.plan.value("stage3_hop_pain_maximum")
    return (
        Cell("Pain while hopping", "0 to 10"),
        Cell(day_text(entry.date)),
        Cell(f"{entry.hop_pain:g}"),
        dash,
        dash,
        Cell(f"asked to leave S3: {limit:g} or less"),
    )


def _notes(rehab: RehabInput) -> tuple[str, ...]:
    norm = rehab.plan.strength.heel_raise_norm_reps
    kind = "norm of age and sex" if norm else "floor; no norm was entered"
    least = f"Lower limit of heel raises: {least_reps(rehab.plan):g} ({kind})."
    asked = f"LSI asked to leave S3: {rehab.plan.value('heel_raise_lsi_pct'):g} % or more."
    return least, asked, "Hops are reported; they do not gate alone."


SECTION = Section(
    "rehab-strength", "Strength and hops", 9, _render, applies=has_rehab, missing=_missing, on_refer=False
)
