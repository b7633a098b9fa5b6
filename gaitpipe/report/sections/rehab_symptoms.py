"""Red flags and symptoms: what was asked, what was ticked, where it hurts, and the questionnaire scores."""

from __future__ import annotations

from gaitpipe.rehab.log import LogEntry
from gaitpipe.report.document import (
    Block,
    Cell,
    Column,
    Content,
    Facts,
    Paragraph,
    ReportInput,
    Section,
    Table,
    Verdict,
    has_rehab,
)
from gaitpipe.report.rehab_input import RehabInput
from gaitpipe.report.rehab_words import LOCATION_WORD, SIDE_WORD, day_text, red_flag_status, sentence, with_days
from gaitpipe.report.text import DASH, foreign, number, signed


def _render(report: ReportInput) -> Content:
    rehab = report.rehab
    if rehab is None:
        return ()
    fired = rehab.decision.rules if report.refers else ()
    action = with_days(sentence(rehab.decision.action))
    blocks: list[Block] = [
        Verdict("stop", f"Red flag {rule.id}", with_days(sentence(rule.text)), action, (), ()) for rule in fired
    ]
    last = rehab.log[-1] if rehab.log else None
    facts = [
        ("Red flags", red_flag_status(rehab)),
        ("Cleared by a clinician", _cleared(rehab)),
        ("Where", f"{SIDE_WORD[rehab.plan.tendon.side]}, {LOCATION_WORD[rehab.plan.tendon.location]}"),
        ("Painkillers in the last session", _yes_no(last.analgesic if last else None)),
        ("Swelling in the last session", _yes_no(last.swelling if last else None)),
    ]
    blocks.append(Facts(tuple(facts), wide=True))
    blocks += _scores(rehab)
    return tuple(blocks)


def _yes_no(value: bool | None) -> str:
    return "not logged" if value is None else "yes" if value else "no"


def _cleared(rehab: RehabInput) -> str:
    cleared = [f"{foreign(one.id)} on {day_text(one.assessed)}" for one in rehab.plan.red_flags.cleared]
    return ", ".join(cleared) or "none"


def _scores(rehab: RehabInput) -> list[Block]:
    rows = [
        row
        for row in (
            _score(rehab, "visa_a", "VISA-A", "0 to 100, higher is better"),
            _score(rehab, "tendins_a", "TENDINS-A", "0 to 100, higher is worse"),
        )
        if row is not None
    ]
    if not rows:
        return [Paragraph("No VISA-A or TENDINS-A score is in the log.", muted=True)]
    value = rehab.plan.value
    notes = (
        f"VISA-A: smallest change that matters about {value('visa_a_mcid_12_weeks'):g} points at 12 weeks. TENDINS-A: "
        f"smallest detectable change {value('tendins_a_mdc'):g} points. The two are not converted into each other.",
    )
    columns = (
        Column("Score", numeric=False),
        Column("First"),
        Column("Last"),
        Column("Change"),
    )
    return [Table("Questionnaires, totals as entered", columns, tuple(rows), notes=notes, compact=True)]


def _score(rehab: RehabInput, field: str, label: str, scale: str) -> tuple[Cell, ...] | None:
    found: list[tuple[LogEntry, float]] = [
        (entry, value) for entry in rehab.log if (value := getattr(entry, field)) is not None
    ]
    if not found:
        return None
    (first, first_value), (last, last_value) = found[0], found[-1]
    change = Cell(signed(last_value - first_value)) if len(found) > 1 else Cell(DASH, "one score", empty=True)
    return (
        Cell(label, scale),
        Cell(number(first_value), day_text(first.date)),
        Cell(number(last_value), day_text(last.date)),
        change,
    )


SECTION = Section("rehab-symptoms", "Red flags and symptoms", 3, _render, applies=has_rehab)
