"""What rests on memory says "unverified" where a decision, its report and its exercises show it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

import pytest

from gaitpipe.evidence import PHRASES, RULES, unverified
from gaitpipe.rehab.decide import decide
from gaitpipe.rehab.log import LogEntry
from gaitpipe.rehab.words import FiredRule
from gaitpipe.report.document import Content, ReportInput, Table
from gaitpipe.report.sections import rehab_decision, rehab_exercises

Build = Callable[..., ReportInput]
DAY = date(2026, 5, 4)


def cells(content: Content) -> list[tuple[str, ...]]:
    rows = [row for block in content if isinstance(block, Table) for row in block.rows]
    return [tuple(f"{cell.text} {cell.small}".strip() for cell in row) for row in rows]


def run(day: date) -> LogEntry:
    """A medium session: effort 4."""
    return LogEntry(
        day, kind="run", pain_during=1.0, pain_after=1.0, pain_am=1.0, stiff_am_min=5.0, rpe=4.0, analgesic=False,
        level="L4", run_min=20.0,
    )  # fmt: skip


def too_early(report: ReportInput) -> FiredRule:
    assert report.rehab is not None
    log = (run(DAY - timedelta(days=1)), run(DAY))
    decision = decide(report.rehab.plan, log, None, (), DAY + timedelta(days=1))
    return next(rule for rule in (*decision.rules, *decision.other_rules) if rule.id == "H5")


def test_the_days_of_recovery_are_called_unverified(rehab_report: Build) -> None:
    assert too_early(rehab_report()).text.endswith("asks for 2 (unverified).")


def test_the_days_that_a_clinician_has_set_are_not(rehab_report: Build) -> None:
    assert too_early(rehab_report({"recovery_medium_days": 3.0})).text.endswith("asks for 3.")


def test_the_report_marks_the_thresholds_of_a_rule(rehab_report: Build) -> None:
    rules = (
        FiredRule("H5", "too early", {}, {"recovery_medium_days": 2.0}),
        FiredRule("R1", "pain", {}, {"pain_hold_maximum": 5.0}),
    )
    rows = {row[0]: row for row in cells(rehab_decision.SECTION.content(rehab_report(rules=rules)))}
    assert "unverified (from memory)" in rows["H5"][-1]
    assert "unverified" not in rows["R1"][-1]


def test_exercises_whose_dose_or_tier_was_not_looked_up_say_so(rehab_report: Build) -> None:
    printed = cells(rehab_exercises.SECTION.content(rehab_report(stage_in="S4")))
    heavy = [row for row in printed if row[0].startswith("Heavy")]
    assert heavy
    for row in heavy:
        assert "unverified" in row[0] + row[1]
        assert any(cell.endswith("unverified") for cell in row)


@pytest.mark.parametrize("entry", [*RULES, *PHRASES], ids=lambda entry: entry.id)
def test_a_rule_or_advice_from_memory_has_no_number_that_hides_it(entry: object) -> None:
    """A rule that names a number from memory is itself from memory, or its note says unverified."""
    numbers = getattr(entry, "numbers", ())
    remembered = [key for key in numbers if unverified(key)]
    said = f"{getattr(entry, 'tag', '')} {getattr(entry, 'note', '')}"
    assert not remembered or "memory" in said or "unverified" in said
