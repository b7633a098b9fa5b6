"""The section of the report that shows a before/after comparison."""

from __future__ import annotations

import re
from datetime import date

import numpy as np
import pytest

from gaitpipe.model import STRIDE_DTYPE, SessionResult
from gaitpipe.rehab.before_after import before_after
from gaitpipe.rehab.decide import decide
from gaitpipe.rehab.plan_text import parse_plan
from gaitpipe.report.document import Bullets, Figure, Paragraph, RehabInput, ReportInput
from gaitpipe.report.html import render_html
from gaitpipe.report.sections.before_after import SECTION

ON = date(2026, 3, 31)
PLAN = """schema_version = 1
[plan]
athlete = "a"
mode = "clinic"
path = "K"
clinician = "bs"
[tendon]
side = "left"
location = "midportion"
[stage]
stage = "S5"
"""


@pytest.fixture
def make_report():
    def make(found) -> ReportInput:
        plan = parse_plan(PLAN, "plan.toml")
        rehab = RehabInput(plan, (), decide(plan, (), None, (), ON), ON, before_after=found)
        empty = SessionResult(np.zeros(0, STRIDE_DTYPE), (), (), (), None, "")
        return ReportInput(empty, "T", "r", None, "0", "", rehab=rehab)

    return make


@pytest.fixture
def worked(make_block):
    cue = make_block(172.0, (0.256, 0.256), 10.0, seed=5)
    return before_after(make_block(seed=4), cue, make_block(seed=6), cue_text="5 % quicker <steps>", comfort=7)


def test_without_a_comparison_there_is_no_section(make_report):
    assert not SECTION.shown(make_report(None))


def test_drawing_has_a_text_twin_and_a_table_with_every_figure(make_report, worked):
    report = make_report(worked)
    assert SECTION.shown(report)
    drawing = next(block for block in SECTION.content(report) if isinstance(block, Figure))
    assert len(drawing.table.rows) == len(worked.figures)
    assert "Cadence: +8" in drawing.summary.replace("7.9", "8").replace("8.1", "8")
    for svg in (drawing.wide_svg, drawing.narrow_svg):
        assert svg.count("before</text>") == sum(one.difference is not None for one in worked.figures)
        assert "no real change" in svg
        assert "higher with the cue" in svg


def test_what_changed_is_said_in_a_sentence(make_report, worked):
    said = next(block.text for block in SECTION.content(make_report(worked)) if isinstance(block, Paragraph))
    assert re.match(r"With the cue: cadence \+\d", said)
    assert "No real change in" in said


def test_notes_and_cue_stand_escaped_in_the_page(make_report, worked):
    page = render_html(make_report(worked))
    assert "5 % quicker &lt;steps&gt;" in page
    assert "<steps>" not in page
    assert "more steps a kilometre" in page


def test_nothing_judged_says_so_and_why(make_report, make_block):
    found = before_after(make_block(), make_block(strides=20), make_block())
    content = SECTION.content(make_report(found))
    assert any(isinstance(block, Paragraph) and "cannot be judged" in block.text for block in content)
    notes = next(block.items for block in content if isinstance(block, Bullets))
    assert any("60 good running strides" in note for note in notes)


def test_a_comparison_without_any_strides_draws_nothing(make_report, make_block):
    empty = {name: values[:0] for name, values in make_block().items()}
    content = SECTION.content(make_report(before_after(empty, empty, empty)))
    assert not any(isinstance(block, Figure) for block in content)
