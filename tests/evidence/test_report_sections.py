"""The appendix, the education and the limitations of a report with a plan."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from gaitpipe.evidence import EDUCATION, NUMBERS, RULES, fill, forbidden_in, reference, value
from gaitpipe.evidence.rehab import REHAB_GROUPS, REHAB_NUMBERS, WEEKLY
from gaitpipe.rehab.words import AchillesLoad, FiredRule
from gaitpipe.report.document import Bullets, Callout, Content, Facts, Heading, Paragraph, ReportInput, Section, Table
from gaitpipe.report.sections import education, limitations, numbers

Build = Callable[..., ReportInput]
NO_LOAD = dict.fromkeys(AchillesLoad.__dataclass_fields__)
REFER = {"decision": "REFER", "rules": (FiredRule("RF1", "a sudden pop"),)}
UNVERIFIED = "unverified (from memory)"


def texts(content: Content) -> str:
    """All words of these blocks."""
    found: list[str] = []
    for block in content:
        if isinstance(block, Paragraph | Heading):
            found.append(block.text)
        elif isinstance(block, Bullets):
            found += block.items
        elif isinstance(block, Facts):
            found += [f"{term} {said}" for term, said in block.items]
        elif isinstance(block, Callout):
            found += [block.heading, block.text]
        elif isinstance(block, Table):
            found += [block.caption, *block.notes]
            found += [" | ".join(f"{cell.text} {cell.small}".strip() for cell in row) for row in block.rows]
    return "\n".join(found)


def load_with(**changes: object) -> AchillesLoad:
    return AchillesLoad(**(NO_LOAD | {"gates": (), "step_weights": {}, "session_ratios": {}} | changes))  # type: ignore[arg-type]


@pytest.mark.parametrize("section", [numbers.SECTION, education.SECTION, limitations.SECTION], ids=lambda one: one.key)
def test_a_section_holds_no_forbidden_word(rehab_report: Build, section: Section) -> None:
    report = rehab_report()
    assert section.shown(report)
    assert forbidden_in(texts(section.content(report))) == ()


def test_the_appendix_prints_every_number_and_rule_of_rehab_with_its_status(rehab_report: Build) -> None:
    content = numbers.SECTION.content(rehab_report())
    rows = [row for block in content if isinstance(block, Table) for row in block.rows]
    printed = texts(content)
    assert {rule.id for rule in RULES} <= {row[0].text for row in rows}
    assert any(row[0].text == "S4" and [cell.text for cell in row[1:3]] == ["10 to 70\u00a0%"] * 2 for row in rows)
    for number in REHAB_NUMBERS:
        if number in REHAB_GROUPS[WEEKLY]:
            continue
        found = [row for row in rows if row[0].small == number.note and row[2].text.startswith(f"{number.low:g} to")]
        assert found, number.key
        if number.tag == "memory":
            assert any(UNVERIFIED in cell.text for row in found for cell in row)
    assert reference("frandsen2025") in printed


def test_the_appendix_marks_what_the_plan_has_set(rehab_report: Build) -> None:
    printed = texts(numbers.SECTION.content(rehab_report({"pain_progress_maximum": 2.0})))
    assert "2 set by the plan; usual 3" in printed
    assert "pain up to 2/10 during and after" in " ".join(printed.split())
    assert "set by the plan" not in texts(numbers.SECTION.content(rehab_report()))


def test_the_sources_are_numbered_in_order_and_each_is_listed(rehab_report: Build) -> None:
    content = numbers.SECTION.content(rehab_report())
    listed = next(block for block in content if isinstance(block, Facts)).items
    tables = [block for block in content if isinstance(block, Table)]
    used = {row[-1].text for table in tables if not table.folded for row in table.rows}
    assert [mark for mark, _ in listed] == [f"[{place}]" for place in range(1, len(listed) + 1)]
    assert {mark for mark, _ in listed} == used
    for table in tables:
        if table.folded:  # its sources stand inside the fold
            notes = {note.split(" ", maxsplit=1)[0] for note in table.notes if note.startswith("[")}
            assert {row[-1].text for row in table.rows} == notes


def test_a_red_flag_leaves_out_education_index_and_numbers(rehab_report: Build) -> None:
    report = rehab_report(**REFER)
    assert not education.SECTION.shown(report)
    assert not numbers.SECTION.shown(report)
    said = texts(limitations.SECTION.content(report))
    assert "suspected rupture" in said
    assert "index" not in said


def test_education_shows_the_lines_of_the_stage_each_with_grade_and_doubt(rehab_report: Build) -> None:
    for stage in ("S0", "S1", "S2", "S3", "S4", "S5"):
        shown = texts(education.SECTION.content(rehab_report(stage_in=stage)))
        for line in EDUCATION:
            belongs = not line.stages or stage in line.stages
            assert (fill(line.text, value) in shown) == belongs
            assert not (belongs and line.but) or f"But: {line.but}" in shown
    assert "not medical advice" in shown


def test_education_answers_the_points_of_the_mission() -> None:
    said = " ".join(f"{line.topic} {line.text} {line.but}".lower() for line in EDUCATION)
    asked = (
        "tendinopathy", "rest", "too fast", "skipped", "stretching", "soleus", "shoe", "heel", "hill", "surface",
        "treadmill", "hip extends", "heel drops", "discomfort", "8 to 12 weeks", "not permanent", "not medical advice",
        "two to three times a week", "30 to 45 seconds", "recurs",
    )  # fmt: skip
    assert [word for word in asked if word not in said] == []


def test_the_limitation_names_the_smallest_detectable_change(rehab_report: Build) -> None:
    load = load_with(psi=98.33, mdc_psi=4.5, psi_direction="within error")
    said = texts(limitations.SECTION.content(rehab_report(load=load)))
    assert "Differences smaller than about 4.5" in said.replace("\u00a0", " ")
    assert "does not measure force in your tendon" in said
    assert "Pain during, after and the next morning matters more than this number." in said
    assert "not CE-marked, not FDA cleared" in said
    assert "does not diagnose, treat, predict injury or replace clinical judgement" in said


def test_the_numbers_of_rehab_stay_out_of_a_plain_gait_report(rehab_report: Build) -> None:
    plain = rehab_report()
    object.__setattr__(plain, "rehab", None)
    object.__setattr__(plain, "recorded", True)
    content = numbers.SECTION.content(plain)
    notes = {row[0].small for block in content if isinstance(block, Table) for row in block.rows}
    assert notes.isdisjoint({number.note for number in REHAB_NUMBERS} - _also_of_sensors())
    assert not education.SECTION.shown(plain)
    assert not limitations.SECTION.shown(plain)


def _also_of_sensors() -> set[str]:
    return {number.note for number in NUMBERS if number not in REHAB_NUMBERS}


def test_education_speaks_of_the_pain_limits_of_the_plan(rehab_report: Build) -> None:
    shown = texts(education.SECTION.content(rehab_report({"pain_progress_maximum": 2.0, "pain_hold_maximum": 4.0})))
    assert "up to 2 of 10" in shown
    assert "3 to 4: repeat, do not add. Above 4: one step back" in shown


def test_the_appendix_founds_the_advice_that_was_given(rehab_report: Build) -> None:
    content = numbers.SECTION.content(rehab_report(advice=(("A5", "Treadmill and road differ."), ("X1", "Own words."))))
    table = next(block for block in content if isinstance(block, Table) and block.caption == "Advice of this report")
    assert [(row[0].text, row[1].text, row[3].text) for row in table.rows] == [
        ("A5", "Treadmill and road differ.", "B")
    ]
    plain = numbers.SECTION.content(rehab_report())
    assert not any(isinstance(block, Table) and block.caption == "Advice of this report" for block in plain)
