"""The section on how the foot lands."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from gaitpipe.report.document import Paragraph, ReportInput, Table
from gaitpipe.report.sections.strike import SECTION


def with_classes(report: ReportInput, classes: list[str]) -> ReportInput:
    strides = report.result.strides.copy()
    strides["foot_strike_class"] = np.resize(classes, len(strides))
    strides["foot_strike_probability"] = 0.9
    return replace(report, result=replace(report.result, strides=strides))


def test_without_classes_there_is_no_section(cases) -> None:
    assert not SECTION.applies(next(iter(cases.values()))())


def test_shares_and_probability_are_shown_for_each_side(cases) -> None:
    report = with_classes(next(iter(cases.values()))(), ["rearfoot"])
    assert SECTION.applies(report)
    content = SECTION.content(report)
    (table,) = [block for block in content if isinstance(block, Table)]
    rows = {row[0].text: [cell.text for cell in row[1:]] for row in table.rows}
    assert rows["rearfoot"] == ["100 %", "100 %"]
    assert rows["midfoot"] == rows["forefoot"] == ["0 %", "0 %"]
    assert rows["how sure"] == ["90 %", "90 %"]
    words = " ".join(block.text for block in content if isinstance(block, Paragraph))
    assert "100 % rearfoot" in words


def test_a_mix_names_the_class_seen_most(cases) -> None:
    report = with_classes(next(iter(cases.values()))(), ["midfoot", "midfoot", "midfoot", "forefoot", "midfoot"])
    words = " ".join(block.text for block in SECTION.content(report) if isinstance(block, Paragraph))
    assert "midfoot" in words
    assert "forefoot" not in words
