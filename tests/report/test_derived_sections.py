"""What the sections on symmetry, drift and variability say, and how clipped peaks are shown."""

from __future__ import annotations

from dataclasses import replace
from xml.etree import ElementTree

import pytest

from gaitpipe.report.document import Bullets, Callout, Cell, Content, Figure, Paragraph, Table
from gaitpipe.report.html import sections
from gaitpipe.report.intervals import Interval, IntervalFigure, interval_svg

SECTIONS = {section.key: section for section in sections()}
TEXT = "{http://www.w3.org/2000/svg}text"


def words(content: Content) -> list[str]:
    return [block.text for block in content if isinstance(block, Paragraph)]


def drawing(content: Content) -> Figure:
    return next(block for block in content if isinstance(block, Figure))


def rows(table: Table | None) -> dict[str, tuple[Cell, ...]]:
    assert table is not None
    return {row[0].text: row[1:] for row in table.rows}


def test_a_difference_beyond_the_mountings_asks_for_the_sensors_to_be_swapped(build) -> None:
    said = words(SECTIONS["symmetry"].content(build.report()))
    assert said[0].startswith(
        "Duty factor: 3.0\u00a0% (8.0 %) larger on the left, more than measurement alone explains"
    )
    assert said[1].startswith("Swap the left and the right sensor")
    assert said[2] == "No difference beyond what measurement alone explains in ground contact time."


def test_the_same_the_other_way_round_is_larger_on_the_right(build) -> None:
    report = build.report()
    duty = report.result.symmetry[1]
    turned = replace(duty, difference=-duty.difference)
    result = replace(report.result, symmetry=(turned,))
    assert "larger on the right" in words(SECTIONS["symmetry"].content(replace(report, result=result)))[0]


def test_the_table_of_symmetry_judges_only_what_can_be_judged(build) -> None:
    table = rows(drawing(SECTIONS["symmetry"].content(build.report())).table)
    assert table["Ground contact time"][-1].text == "within measurement"
    assert table["Duty factor"][-1].text == "larger: swap the sensors"
    assert table["Foot strike angle"][-1].text == "not judged"
    assert (table["Foot strike angle"][3].small, table["Foot strike angle"][4].small) == ("no ratio", "not known")


def test_nothing_is_claimed_of_a_few_strides(cases) -> None:
    report = cases["few strides"]()
    assert "too few strides" in words(SECTIONS["symmetry"].content(report))[0]
    assert "needs 30 steady strides, 12 were usable" in SECTIONS["variability"].missing(report)
    assert "needs 60 good strides a side; there were 12" in SECTIONS["drift"].missing(report)


@pytest.mark.parametrize("key", ["symmetry", "drift", "variability"])
def test_without_strides_each_says_why_it_is_empty(cases, key: str) -> None:
    (callout,) = SECTIONS[key].content(cases["empty"]())
    assert isinstance(callout, Callout)


def test_one_foot_has_no_symmetry_but_drift_and_variability(cases) -> None:
    report = cases["one foot"]()
    assert "sensor on each side" in SECTIONS["symmetry"].missing(report)
    assert SECTIONS["drift"].missing(report) == SECTIONS["variability"].missing(report) == ""


def test_a_change_is_told_by_side_and_no_change_in_one_plain_sentence(build) -> None:
    said = words(SECTIONS["drift"].content(build.report()))
    assert said[0] == "Ground contact time, left: 10\u00a0ms more in the last third than in the first."
    assert "No change larger than the smallest detectable in cadence." in said
    assert any("one speed" in sentence for sentence in said)


def test_the_table_of_drift_leaves_out_what_was_not_computed(build) -> None:
    table = drawing(SECTIONS["drift"].content(build.report())).table
    assert table is not None
    assert {row[0].text for row in table.rows} == {"Cadence", "Ground contact time"}
    assert table.rows[0][4].text == "\u22120.1"
    assert table.rows[0][4].small == "\u22120.5 to +0.3"


def test_variability_leads_with_the_sequence_and_says_what_noise_hides(build) -> None:
    said = words(SECTIONS["variability"].content(build.report()))
    assert said[0].startswith(
        "Stride time, left: 1.2 % from stride to stride without timing noise (95 %: 1.0 to 1.4 %)"
    )
    assert said[1] == "Ground contact time, left: not distinguishable from timing noise; below 2.1 %."
    assert len(said) == 4


def test_hidden_variability_is_an_empty_cell_with_its_reason(build) -> None:
    table = drawing(SECTIONS["variability"].content(build.report())).table
    assert table is not None
    cells = [row[4] for row in table.rows if row[0].text == "Ground contact time"]
    assert all(cell.empty and "not distinguishable" in cell.small for cell in cells)


def test_the_summary_judges_contact_time_as_the_section_on_symmetry_does(build) -> None:
    report = build.report()
    contact = report.result.symmetry[0]
    for limit, said in ((0.02, "within measurement error (20\u00a0ms)"), (0.005, "longer on the right")):
        result = replace(report.result, symmetry=(replace(contact, limit=limit),))
        bullets = next(
            block for block in SECTIONS["summary"].content(replace(report, result=result)) if isinstance(block, Bullets)
        )
        assert said in bullets.items[-1]


def test_clipped_peaks_show_the_median_or_more_than_a_bound(cases) -> None:
    section = SECTIONS["metrics"].content(cases["clipped"]())
    table = next(block for block in section if isinstance(block, Table))
    left, right, both, difference, mdc = rows(table)["Impact acceleration"]
    assert (left.text, left.small) == ("12.0", "median \u00b7 25.0 % cut off \u00b7 n 380")
    assert (right.text, right.small) == (">\u202f16.0", "median \u00b7 80.9 % cut off \u00b7 n 371")
    assert both.empty
    assert difference.empty
    assert mdc.small == "see notes"
    assert any("Kaplan-Meier" in note for note in table.notes)
    assert any("mounting is not known" in note for note in table.notes)


def test_a_figure_that_nobody_has_is_a_note_and_not_a_row_of_dashes(build) -> None:
    table = next(block for block in SECTIONS["metrics"].content(build.report()) if isinstance(block, Table))
    assert "Impact acceleration" not in rows(table)
    assert "Impact acceleration is not given: Clipped in most strides, so no mean is given." in table.notes


def figure(*lines: Interval) -> IntervalFigure:
    return IntervalFigure("try", "A title", "In words.", "per cent", True, 2.0, lines)


@pytest.mark.parametrize("form", ["wide", "narrow"])
def test_the_drawing_names_each_line_and_grows_with_them(form) -> None:
    line = Interval("Contact time, left", "left", 1.0, 0.5, 1.5, 2.0)
    one = ElementTree.fromstring(interval_svg(form, figure(line)))
    two = ElementTree.fromstring(interval_svg(form, figure(line, Interval("Nothing known", None, None, None, None))))
    assert [text.text for text in two.iter(TEXT) if text.text in ("Contact time, left", "Nothing known")]
    assert float((two.get("viewBox") or "").split()[3]) > float((one.get("viewBox") or "").split()[3])
    assert interval_svg(form, figure(line)) == interval_svg(form, figure(line))
