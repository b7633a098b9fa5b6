"""For synthetic sessions: the simulator's truth beside the measured figure, and whether the uncertainty covers it."""

from __future__ import annotations

from gaitpipe.report.document import (
    COVERAGE_FACTOR,
    Cell,
    Column,
    Content,
    Paragraph,
    ReportInput,
    Section,
    Table,
    TruthRow,
)
from gaitpipe.report.text import DASH, foreign, number, share, signed, uncertainty


def _applies(report: ReportInput) -> bool:
    return report.synthetic or report.truth is not None


def _missing(report: ReportInput) -> str:
    return "" if report.truth is not None else "This session is synthetic, but its true values did not come with it."


def _render(report: ReportInput) -> Content:
    truth = report.truth
    if truth is None:
        return ()
    stated = [row for row in truth.rows if row.uncertainty is not None]
    covered = sum(row.within for row in stated)
    without = len(truth.rows) - len(stated)
    found = share(truth.matched_strides, truth.true_strides)
    words = (
        f"A simulator made this session, so the true values are known. {number(truth.matched_strides)} of "
        f"{number(truth.true_strides)} true strides were found ({found}). The stated uncertainty covers the truth in "
        f"{covered} of {len(stated)} figures{f'; {without} state none' if without else ''}."
    )
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
    )
    note = (Paragraph(foreign(truth.note)),) if truth.note else ()
    return (Paragraph(words), table, *note)


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
