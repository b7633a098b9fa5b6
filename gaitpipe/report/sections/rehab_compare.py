"""Baseline against today: each figure with its change and the smallest change that means anything, as dumbbells."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from gaitpipe.rehab.words import GaitScreen, LegMeans
from gaitpipe.report.document import (
    Cell,
    Column,
    Content,
    MeasuredSide,
    ReportInput,
    Section,
    Table,
    has_rehab,
    statistic,
)
from gaitpipe.report.rehab_dumbbell import Dumbbell, dumbbell_figure
from gaitpipe.report.rehab_input import RehabInput
from gaitpipe.report.rehab_words import unusable
from gaitpipe.report.text import DASH, number, signed

_FLAG = {"cadence_spm": "F1", "foot_strike_angle_deg": "F3", "shank_angle_ic_deg": "F4", "asymmetry": "F5"}


@dataclass(frozen=True, slots=True)
class Row:
    """One figure of both days, in the unit shown; `mdc` None when no smallest change is known."""

    key: str
    label: str
    unit: str
    decimals: int
    baseline: float | None
    today: float | None
    mdc: float | None

    @property
    def change(self) -> float | None:
        """Today less baseline; None when one is missing."""
        return None if self.baseline is None or self.today is None else self.today - self.baseline


def compared(report: ReportInput, rehab: RehabInput) -> tuple[Row, ...]:
    """The figures of the gait screen beside the mean of the baseline sessions."""
    session = rehab.session
    if session is None:
        return ()
    side = rehab.plan.tendon.side
    legs = ("left", "right") if side == "both" else (side,)
    rows = [_row(report, rehab, session, "cadence_spm", "Cadence", "steps/min", 1, 1.0, "both", _cadence)]
    rows.append(_row(report, rehab, session, "ground_contact_time_s", "Contact time", "ms", 0, 1e3, "both", _contact))
    for leg in legs:
        for key, label in (("foot_strike_angle_deg", "Strike angle"), ("shank_angle_ic_deg", "Shank angle at contact")):
            rows.append(_row(report, rehab, session, key, f"{label}, {leg}", "deg", 1, 1.0, leg, _angle(key, leg)))  # type: ignore[arg-type]
    load = rehab.decision.load
    if load is not None:
        rows.append(
            Row("asymmetry", "Contact asymmetry", "%", 1, load.asymmetry_baseline_pct, load.asymmetry_pct, None)
        )
        rows.append(Row("psi", "Per-step index", "%", 1, None if load.psi is None else 100.0, load.psi, load.mdc_psi))
    return tuple(row for row in rows if row.today is not None or row.baseline is not None)


def _row(
    report: ReportInput,
    rehab: RehabInput,
    session: GaitScreen,
    key: str,
    label: str,
    unit: str,
    decimals: int,
    scale: float,
    side: MeasuredSide,
    figure: Callable[[GaitScreen], float | None],
) -> Row:
    before = [value for one in rehab.baselines if (value := figure(one)) is not None]
    today = figure(session)
    found = statistic(report.metric(key), side)
    mdc = None if found is None or found.mdc is None else found.mdc * scale
    baseline = sum(before) / len(before) * scale if before else None
    return Row(key, label, unit, decimals, baseline, None if today is None else today * scale, mdc)


def _mean(values: Sequence[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return sum(known) / len(known) if known else None


def _legs(screen: GaitScreen) -> tuple[LegMeans, ...]:
    return tuple(leg for leg in (screen.left, screen.right) if leg is not None)


def _cadence(screen: GaitScreen) -> float | None:
    stride_time_s = _mean([leg.stride_time_s for leg in _legs(screen)])
    return 120.0 / stride_time_s if stride_time_s else None


def _contact(screen: GaitScreen) -> float | None:
    return _mean([leg.contact_time_s for leg in _legs(screen)])


def _angle(key: str, side: str) -> Callable[[GaitScreen], float | None]:
    def angle(screen: GaitScreen) -> float | None:
        leg = screen.left if side == "left" else screen.right
        value = None if leg is None else getattr(leg, key)
        return None if value is None else float(value)

    return angle


def _missing(report: ReportInput) -> str:
    rehab = report.rehab
    if rehab is None or rehab.session is None:
        return "There is no gait screen of this day."
    if unusable(rehab):
        return f"Nothing is compared with the baseline. {unusable(rehab)}"
    return "" if rehab.baselines else "There is no baseline session to compare with."


def _render(report: ReportInput) -> Content:
    rehab = report.rehab
    if rehab is None:
        return ()
    rows = compared(report, rehab)
    table = _table(rows, rehab, _mounting_notes(report))
    drawn = [
        Dumbbell(
            f"{row.label}, {row.unit}",
            number(row.baseline, row.decimals),
            number(row.today, row.decimals),
            row.change / row.mdc,
        )
        for row in rows
        if row.change is not None and row.mdc
    ]
    return (dumbbell_figure(drawn, table),) if drawn else (table,)


def _mounting_notes(report: ReportInput) -> tuple[str, ...]:
    """How far contact time may differ between two mountings: of one leg, of the mean of both, and as asymmetry."""
    metric = report.metric("ground_contact_time_s")
    legs = [one for side in ("left", "right") if (one := statistic(metric, side)) is not None and one.mdc is not None]
    if len(legs) != 2:
        return ()
    one_s = sum(leg.mdc or 0.0 for leg in legs) / 2.0
    both_s = math.hypot(*(leg.mdc or 0.0 for leg in legs)) / 2.0
    share_pct = 100.0 * one_s / (sum(leg.mean for leg in legs) / 2.0)
    return (
        f"Contact time of one leg is known to about {number(1e3 * one_s)} ms between two mountings; the mean of both "
        f"legs, which the index uses, to about {number(1e3 * both_s)} ms.",
        f"F5: its limits are agreed; two mountings of a sensor alone may differ by about {number(share_pct)} %. If "
        "pain is quiet, repeat with the sensors swapped.",
    )


def _table(rows: Sequence[Row], rehab: RehabInput, more: tuple[str, ...] = ()) -> Table:
    levels = {flag.id: flag.level for flag in rehab.decision.flags}
    columns = (
        Column("Figure", numeric=False),
        Column("Baseline"),
        Column("Today"),
        Column("Change"),
        Column("MDC", small="smallest real change"),
        Column("Flag", numeric=False),
    )
    cells = []
    for row in rows:
        flag = _FLAG.get(row.key, "F2" if row.key == "psi" else "")
        cells.append(
            (
                Cell(row.label, row.unit),
                _number(row.baseline, row.decimals, "no baseline"),
                _number(row.today, row.decimals, "not measured"),
                Cell(signed(row.change, row.decimals), _judged(row))
                if row.change is not None
                else Cell(DASH, "one value", empty=True),
                _number(row.mdc, row.decimals, "not known"),
                Cell(levels[flag], flag) if flag in levels else Cell(DASH, "no flag of its own", empty=True),
            )
        )
    notes = ("Baseline: mean of the baseline sessions. MDC: a smaller change cannot be told from measurement error.",)
    return Table("Baseline and today", columns, tuple(cells), notes=(*notes, *more))


def _number(value: float | None, decimals: int, reason: str) -> Cell:
    return Cell(number(value, decimals)) if value is not None else Cell(DASH, reason, empty=True)


def _judged(row: Row) -> str:
    if row.mdc is None or row.change is None:
        return ""
    return "beyond error" if abs(row.change) > row.mdc else "within error"


SECTION = Section(
    "rehab-compare", "Baseline and today", 8, _render, applies=has_rehab, missing=_missing, on_refer=False
)
