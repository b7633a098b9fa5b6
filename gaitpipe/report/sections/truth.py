"""For synthetic sessions: the simulator's truth beside the measured figure, and whether the uncertainty covers it."""

from __future__ import annotations

from gaitpipe.report.document import (
    COVERAGE_FACTOR,
    Callout,
    Cell,
    Column,
    Content,
    Paragraph,
    ReportInput,
    Section,
    Table,
    TruthComparison,
    TruthRow,
)
from gaitpipe.report.text import DASH, count, foreign, number, share, signed, uncertainty


def _applies(report: ReportInput) -> bool:
    return report.recorded and (report.synthetic or report.truth is not None)


def _missing(report: ReportInput) -> str:
    return "" if report.truth is not None else "This session is synthetic, but its true values did not come with it."


def _render(report: ReportInput) -> Content:
    truth = report.truth
    if truth is None:
        return ()
    if not truth.rows:
        reason = "No figure of this session has both a true value and a measured one with a stated uncertainty."
        return (Paragraph(_found_words(truth)), Callout("info", "There was nothing to compare.", reason))
    words = f"{_found_words(truth)} {_covered_words(truth)}"
    columns = (
        Column("Figure", numeric=False),
        Column("Side", numeric=False),
        Column("Truth"),
        Column("Measured", small="mean \u00b1 uncertainty"),
        Column("Difference", small="measured \u2212 truth"),
        Column("Covered", numeric=False),
    )
    table = Table(
        "Truth and measurement",
        columns,
        tuple(_row(row) for row in truth.rows),
        notes=(
            f"Covered: the truth lies within {number(COVERAGE_FACTOR)} times the stated standard uncertainty.",
            "Agreement with a simulator checks the computation only. A real foot moves in more ways than a simulated "
            "one, so errors on a real runner can be larger.",
        ),
        folded=report.rehab is not None,
    )
    note = (Paragraph(foreign(truth.note)),) if truth.note else ()
    return (Paragraph(words), table, *note)


def _found_words(truth: TruthComparison) -> str:
    known = "A simulator made this session, so the true values are known."
    if not truth.true_strides:
        return known
    of_all = f"{number(truth.matched_strides)} of {count(truth.true_strides, 'true stride')}"
    verb = "was" if truth.matched_strides == 1 else "were"
    return f"{known} {of_all} {verb} found ({share(truth.matched_strides, truth.true_strides)})."


def _covered_words(truth: TruthComparison) -> str:
    stated = [row for row in truth.rows if row.uncertainty is not None]
    without = len(truth.rows) - len(stated)
    if not stated:
        return "No figure states an uncertainty that could cover the truth."
    none = f"; {number(without)} {'states' if without == 1 else 'state'} none" if without else ""
    covered = sum(row.within for row in stated)
    return f"The stated uncertainty covers the truth in {covered} of {count(len(stated), 'figure')}{none}."


def _row(row: TruthRow) -> tuple[Cell, ...]:
    measured = " ".join(
        part for part in (number(row.measured, row.decimals), uncertainty(row.uncertainty, row.decimals)) if part
    )
    if row.uncertainty is None:
        covered = Cell(DASH, "no uncertainty stated", empty=True)
    else:
        covered = Cell("yes", mark="yes") if row.within else Cell("no", mark="no")
    return (
        Cell(foreign(row.label), foreign(row.unit)),
        Cell("both" if row.side == "both" else row.side),
        Cell(number(row.truth, row.decimals)),
        Cell(measured),
        Cell(signed(row.measured - row.truth, row.decimals)),
        covered,
    )


SECTION = Section("truth", "Check against the truth", 70, _render, applies=_applies, missing=_missing)
