"""The contract of every report section, from the registry: it renders for any session or says why it cannot."""

from __future__ import annotations

import re
from dataclasses import replace
from xml.etree import ElementTree

import numpy as np
import pytest

from gaitpipe.model import Finding, RecordingEvent, SideStatistic
from gaitpipe.report.document import Bullets, Callout, Cards, Cell, Content, Figure, Paragraph, Section, Table, TruthRow
from gaitpipe.report.html import sections

SECTIONS = {section.key: section for section in sections()}
GAIT = [section for section in SECTIONS.values() if not section.key.startswith("rehab-")]
ALL = pytest.mark.parametrize("section", GAIT, ids=lambda section: section.key)
SVG = "{http://www.w3.org/2000/svg}"


_SHOWN: dict[tuple[str, str], Content] = {}


@pytest.fixture
def content(section: Section, case_name: str, report) -> Content:
    """What a section shows of a session, rendered once; empty when it does not apply."""
    key = (section.key, case_name)
    if key not in _SHOWN:
        _SHOWN[key] = section.content(report) if section.applies(report) else ()
    return _SHOWN[key]


def rows_of(table: Table) -> dict[str, tuple[Cell, ...]]:
    return {row[0].text: row[1:] for row in table.rows}


def table_of(key: str, report, index: int = 0) -> Table:
    tables = [block for block in SECTIONS[key].content(report) if isinstance(block, Table)]
    return tables[index]


def test_the_folder_holds_the_sections_of_the_page_in_their_order():
    order = [
        "summary",
        "quality",
        "metrics",
        "symmetry",
        "strike",
        "ensemble",
        "timeline",
        "drift",
        "variability",
        "events",
    ]
    order += ["truth", "methods", "numbers"]
    assert [key for key in SECTIONS if key in order] == order


def test_the_pages_of_a_plan_stand_in_their_order():
    runner = [section.key for section in SECTIONS.values() if section.page == "runner"]
    assert runner == [
        "rehab-today", "rehab-next-days", "rehab-advice", "rehab-doing", "rehab-until", "rehab-ladder-picture",
        "rehab-pain-picture", "rehab-limits",
    ]  # fmt: skip
    keys = list(SECTIONS)
    asked = [
        "rehab-header", "rehab-decision", "rehab-signature", "rehab-symptoms", "rehab-pain", "rehab-criteria",
        "rehab-flags", "rehab-load", "rehab-compare", "rehab-sessions", "rehab-conflicts", "rehab-ladder",
        "rehab-strength", "rehab-exercises", "rehab-plan", "quality", "metrics", "ensemble", "drift",
        "rehab-speed", "rehab-changes", "education", "limitations", "methods", "numbers",
    ]  # fmt: skip
    assert keys[: len(runner)] == runner
    assert [key for key in keys if key in asked] == asked


@ALL
def test_a_section_renders_or_says_why_not(section: Section, report, content):
    assert bool(content) == section.applies(report)
    if content and section.missing(report):
        (callout,) = content
        assert isinstance(callout, Callout)
        assert callout.text.endswith(".")


@ALL
def test_tables_are_rectangular_and_empty_cells_give_a_reason(content):
    tables = [block for block in content if isinstance(block, Table)]
    tables += [block.table for block in content if isinstance(block, Figure) and block.table is not None]
    for table in tables:
        assert table.caption
        for row in table.rows:
            assert len(row) == len(table.columns)
            assert all(cell.small for cell in row if cell.empty)


@ALL
def test_figures_have_title_description_and_text_twin(content):
    for figure in (block for block in content if isinstance(block, Figure)):
        assert figure.summary
        assert figure.table is not None
        for svg in (figure.wide_svg, figure.narrow_svg):
            drawing = ElementTree.fromstring(svg)
            assert drawing.get("role") == "img"
            labels = {
                element.get("id"): element.text for element in drawing if element.tag in (SVG + "title", SVG + "desc")
            }
            assert all(labels[name] for name in (drawing.get("aria-labelledby") or "").split())


def test_a_truth_section_stands_only_in_synthetic_reports(build, cases):
    assert not SECTIONS["truth"].applies(build.report())
    assert "true values" in SECTIONS["truth"].content(cases["synthetic without truth"]())[0].text


def test_truth_covered_and_not_covered_are_told_apart_by_words(cases):
    cells = [row[-1] for row in table_of("truth", cases["synthetic"]()).rows]
    assert [cell.text for cell in cells] == ["yes", "yes", "no", "\u2013"]
    words = SECTIONS["truth"].content(cases["synthetic"]())[0].text
    assert "covers the truth in 2 of 3 figures; 1 states none." in words


@pytest.mark.parametrize(("measured", "within"), [(258.0, True), (258.1, False), (242.0, True)])
def test_truth_is_covered_within_twice_the_standard_uncertainty(measured, within):
    assert TruthRow.compare("Contact", "ms", "left", 250.0, measured, 4.0).within is within


def test_metrics_are_shown_in_their_display_unit_with_uncertainty_spread_and_count(build):
    left, right, both, difference, mdc = rows_of(table_of("metrics", build.report()))["Ground contact time"]
    assert (left.text, left.small) == ("257 \u00b1\u202f4", "SD 6 \u00b7 n 380")
    assert right.text == "266 \u00b1\u202f4"
    assert both.text == "262 \u00b1\u202f4"
    assert (difference.text, difference.small) == ("\u22129", "\u22123.4 %")
    assert mdc.text == "11"


def test_one_foot_gets_a_dash_and_a_reason_for_the_other(build):
    report = build.report(("right",))
    left, right, both, difference, _ = rows_of(table_of("metrics", report))["Cadence"]
    assert (left.text, left.small, left.empty) == ("\u2013", "no sensor", True)
    assert right.text == "164.8 \u00b1\u202f0.1"
    assert both.small == difference.small == "needs both sides"
    bullets = next(block for block in SECTIONS["summary"].content(report) if isinstance(block, Bullets))
    assert any("Only the right side was measured" in item for item in bullets.items)


def test_the_asymmetry_formula_is_printed_below_the_table(build):
    assert any(
        "(left \u2212 right) / ((left + right) / 2)" in note for note in table_of("metrics", build.report()).notes
    )


def contact_words(build, difference_s: float, uncertainty_s: float | None, mdc_s: float | None = None) -> str:
    metrics = list(build.metrics())
    sides = {"left": 0.26 + difference_s / 2, "right": 0.26 - difference_s / 2}
    changed = {side: SideStatistic(100, mean, 0.006, uncertainty_s, mdc_s) for side, mean in sides.items()}
    metrics[1] = replace(metrics[1], **changed)
    content = SECTIONS["summary"].content(build.report(metrics=tuple(metrics), symmetry=()))
    return next(block for block in content if isinstance(block, Bullets)).items[-1]


def test_a_small_side_difference_is_called_within_measurement_error(build):
    assert "within measurement error" in contact_words(build, 0.009, 0.004)


def test_a_large_side_difference_names_the_longer_side_and_the_sensor_swap(build):
    assert "longer on the left" in contact_words(build, 0.02, 0.004)
    assert "longer on the right" in contact_words(build, -0.02, 0.004)
    assert "swap the sensors" in contact_words(build, -0.02, 0.004)


def test_the_smallest_detectable_change_decides_where_it_is_known(build):
    assert "longer on the left" in contact_words(build, 0.02, 0.017, 0.014)
    assert "within measurement error (14\u00a0ms)" in contact_words(build, 0.013, 0.001, 0.014)


def test_a_side_difference_without_uncertainty_claims_nothing(build):
    assert "uncertainty is not known" in contact_words(build, 0.02, None)


def test_the_worst_finding_is_the_main_caution(build):
    callout = SECTIONS["summary"].content(build.report())[-1]
    assert isinstance(callout, Callout)
    assert (callout.severity, "may have moved" in callout.heading) == ("warning", True)


def test_no_finding_is_said_too(build):
    report = build.report(findings=())
    assert "No problem" in SECTIONS["summary"].content(report)[-1].heading
    assert any(isinstance(block, Paragraph) for block in SECTIONS["quality"].content(report))


def bullets_of(report) -> tuple[str, ...]:
    return next(block for block in SECTIONS["summary"].content(report) if isinstance(block, Bullets)).items


def test_a_walking_session_shows_its_figures_and_says_once_that_they_are_of_walking(cases):
    report = cases["walking only"]()
    assert any(isinstance(block, Cards) for block in SECTIONS["summary"].content(report))
    first, *others = bullets_of(report)
    assert first.startswith("The figures are of walking, not of running.")
    assert "walking strides were good enough for the figures." in first
    assert "left out" not in first
    assert not any("The figures are of" in said for said in others)


def test_a_walking_session_is_walking_in_every_table_and_drawing(cases):
    report = cases["walking only"]()
    assert table_of("metrics", report).caption == "Mean \u00b1 uncertainty over all good walking strides"
    strides = table_of("quality", report, 1)
    good = int((report.result.strides["quality"] == "ok").sum())
    used = rows_of(strides)["Used for the figures"]
    assert sum(int(cell.text) for cell in used) == good
    assert [cell.text for cell in rows_of(strides)["Running"]] == ["0", "0"]
    assert "walking strides of good quality" in strides.notes[0]
    figures = [block for block in SECTIONS["timeline"].content(report) if isinstance(block, Figure)]
    assert "Good walking strides only; running and stretches" in figures[0].caption
    assert "Walking 0:" not in figures[0].summary
    (ensemble,) = (block for block in SECTIONS["ensemble"].content(report) if isinstance(block, Figure))
    assert "mean of the good walking strides" in ensemble.caption


def test_running_inside_a_walking_session_is_left_out_and_shaded(build):
    report = build.report(strides=build.strides(seconds=120.0, walk_s=(30.0, 1e9), gap_s=None), mode="walk")
    assert "running strides were left out." in bullets_of(report)[0]
    figure = next(block for block in SECTIONS["timeline"].content(report) if isinstance(block, Figure))
    assert "Running 0:08\u20130:3" in figure.summary
    assert any(element.text == "Running" for element in ElementTree.fromstring(figure.wide_svg).iter(SVG + "text"))


@pytest.mark.parametrize(("mode", "gait"), [("run", "running"), ("walk", "walking")])
def test_without_strides_the_session_names_its_mode_where_figures_are_missing(build, mode, gait):
    nothing = build.strides(seconds=0.0)
    report = build.report(strides=nothing, metrics=(), mode=mode)
    assert f"No {gait} was found" in bullets_of(report)[0]
    assert gait in SECTIONS["metrics"].missing(report)
    assert gait in SECTIONS["timeline"].missing(report)


@pytest.mark.parametrize("sides", [("left",), ("left", "right")])
def test_without_gyroscopes_the_summary_says_cadence_only(build, sides):
    report = build.accelerometer_report(sides)
    words = bullets_of(report)[0]
    assert "no gyroscope, so this recording gives cadence only" in words
    assert not any("No running" in said for said in bullets_of(report))
    assert "gyroscope" in SECTIONS["timeline"].missing(report)
    without = build.accelerometer_report(sides)
    without = replace(without, result=replace(without.result, metrics=()))
    assert "none was found" in bullets_of(without)[0]


def test_without_gyroscopes_n_counts_windows_and_there_is_no_stride_to_count(build):
    report = build.accelerometer_report()
    table = table_of("metrics", report)
    assert table.caption.endswith("over all windows")
    assert "Cadence: accelerometer only: n counts windows, not strides" in table.notes
    assert not any("strides used" in note for note in table.notes)
    content = SECTIONS["quality"].content(report)
    assert [block.caption for block in content if isinstance(block, Table)] == ["What the sensors delivered"]
    assert any(isinstance(block, Paragraph) and "read in windows" in block.text for block in content)


def test_a_foot_without_gyroscope_beside_one_with_it_is_named_in_the_table_of_strides(build):
    sensors = (build.sensor("left"), build.sensor("right", has_gyro=False))
    rows = rows_of(table_of("quality", build.report(sensors=sensors), 1))
    assert {cells[1].small for cells in rows.values()} == {"no gyroscope"}
    assert "no gyroscope" not in {cells[0].small for cells in rows.values()}


def test_a_finding_that_names_its_side_gets_no_second_one(build):
    named = Finding("no_gyroscope", "warning", "The left sensor has no gyroscope.", side="left")
    report = build.report(findings=(named, Finding("slip", "info", "It moved.", side="right")))
    headings = [block.heading for block in SECTIONS["quality"].content(report) if isinstance(block, Callout)]
    assert headings == ["The left sensor has no gyroscope.", "Right side: It moved."]
    assert SECTIONS["summary"].content(report)[-1].heading == "Main caution: The left sensor has no gyroscope."


def test_a_figure_without_percentage_shows_its_difference_alone(build):
    report = build.report()
    difference = rows_of(table_of("metrics", report))["Foot strike angle"][3]
    assert difference == Cell("+1.4", "")
    assert any("as for an angle, only the difference" in note for note in table_of("metrics", report).notes)
    contact_only = build.report(metrics=report.result.metrics[1:2])
    assert not any("only the difference" in note for note in table_of("metrics", contact_only).notes)


def test_a_truth_without_rows_says_that_there_was_nothing_to_compare(build):
    content = SECTIONS["truth"].content(build.accelerometer_report())
    assert not any(isinstance(block, Table) for block in content)
    assert any(isinstance(block, Callout) and "nothing to compare" in block.heading for block in content)
    assert "0 of" in content[0].text
    assert "0 figures" not in content[0].text


def test_notes_alone_are_counted_and_not_called_no_problem(build):
    note, warning = Finding("note", "info", "A note."), Finding("slip", "warning", "It moved.")
    only = SECTIONS["summary"].content(build.report(findings=(note,)))[-1]
    assert only.heading == "1 note: see Data quality."
    several = SECTIONS["summary"].content(build.report(findings=(note, note)))[-1]
    assert several.heading == "2 notes: see Data quality."
    mixed = SECTIONS["summary"].content(build.report(findings=(note, warning, note)))[-1]
    assert mixed.heading == "Main caution: It moved."
    assert mixed.text == "In all 1 warning, 2 notes: see Data quality."


def test_one_stride_is_written_in_the_singular(build):
    single = build.report(("left",), strides=build.strides(("left",), seconds=8.5, walk_s=None))
    assert bullets_of(single)[0] == "1 of 1 running stride was good enough for the figures."
    ensemble = replace(build.sensor("left").pitch_rate_deg_s, stride_count=1)
    report = build.report(("left",), sensors=(build.sensor("left", pitch_rate_deg_s=ensemble),))
    figure = next(block for block in SECTIONS["ensemble"].content(report) if isinstance(block, Figure))
    assert figure.summary.startswith("Left, 1 stride: ")


def test_left_and_right_are_told_to_be_two_mountings(build):
    assert "two mountings of a sensor" in contact_words(build, 0.009, 0.004)
    assert "measurement error between two mountings" in contact_words(build, 0.02, 0.004)


def test_a_sensor_without_gyroscope_is_named_as_the_reason(build):
    sensors = tuple(build.sensor(side, has_gyro=False) for side in ("left", "right"))
    assert "gyroscope" in SECTIONS["ensemble"].missing(build.report(sensors=sensors))


def test_data_quality_counts_losses_faults_and_rejections(build):
    signal = rows_of(table_of("quality", build.report()))
    assert signal["Samples lost"][1] == Cell("128", "0.10 %")
    assert signal["Packet faults"][1] == Cell("3", "sent twice: 1; wrong checksum: 2")
    assert signal["Clock residual"][0].text == "2.1\u00a0ms"
    strides = rows_of(table_of("quality", build.report(), 1))
    assert strides["Rejected"][1] == Cell("10", "gap: 2; no terminal contact: 8")
    assert strides["Alignment"][1].text == "medium"


def test_used_strides_are_good_running_strides(build):
    report = build.report(strides=build.strides(("left",), seconds=100.0), sensors=(build.sensor("left"),))
    rows = report.result.strides
    used = rows_of(table_of("quality", report, 1))["Used for the figures"][0].text
    assert used == str(((rows["mode"] == "run") & (rows["quality"] == "ok")).sum())


def test_events_are_numbered_as_in_the_drawings(build):
    report = build.report()
    rows = table_of("events", report).rows
    assert [row[1].text for row in rows] == ["0:42", "4:09", "4:36", "7:00"]
    contact = next(block for block in SECTIONS["timeline"].content(report) if isinstance(block, Figure))
    drawn = [element.text for element in ElementTree.fromstring(contact.wide_svg).iter(SVG + "text")]
    assert all(number in drawn for number in ("1", "2", "3", "4"))


def test_the_text_twin_tells_walking_gaps_and_change(build):
    figures = [block for block in SECTIONS["timeline"].content(build.report()) if isinstance(block, Figure)]
    assert "Walking 0:08\u20130:40, no strides 4:09\u20134:35 (min:s)." in figures[0].summary
    assert "Change from the first to the last fifth" in figures[0].summary


def test_the_worst_findings_are_shown_first_and_their_number_is_bounded(build):
    findings = (*[Finding("note", "info", "A note.")] * 500, Finding("bad", "error", "Worst of all."))
    content = SECTIONS["quality"].content(build.report(findings=findings))
    callouts = [block for block in content if isinstance(block, Callout)]
    assert callouts[0].heading == "Worst of all."
    assert len(callouts) == 40
    assert any("461 more findings" in block.text for block in content if isinstance(block, Paragraph))


def test_hundreds_of_gaps_and_events_keep_the_drawing_small(build):
    strides = build.strides(seconds=3600.0, gap_s=None)
    strides = strides[np.mod(strides["ic_s"], 10.0) < 7.0]
    start_ns = build.report().session_start_monotonic_ns
    events = tuple(RecordingEvent(start_ns + index * 10**9, 0, "mark") for index in range(2000))
    report = build.report(strides=strides, events=events)
    figures = [block for block in SECTIONS["timeline"].content(report) if isinstance(block, Figure)]
    assert all(len(figure.wide_svg) < 120_000 for figure in figures)
    assert " more (min:s)" in figures[0].summary
    assert len(table_of("events", report).rows) == 1000


@pytest.mark.parametrize(("seconds", "least_px"), [(60.0, 6.0), (600.0, 4.5)])
def test_dots_are_large_and_opaque_enough_to_see(build, seconds, least_px):
    report = build.report(strides=build.strides(seconds=seconds))
    figure = next(block for block in SECTIONS["timeline"].content(report) if isinstance(block, Figure))
    dots = [
        style
        for path in ElementTree.fromstring(figure.wide_svg).iter(SVG + "path")
        if "opacity: 0." in (style := path.get("style", "")) and "linecap: round" in style
    ]
    (style,) = dots
    assert float(re.search(r"stroke-width: ([\d.]+)", style).group(1)) >= least_px
    assert float(re.search(r"opacity: ([\d.]+)", style).group(1)) >= 0.6


def test_the_white_ground_of_one_median_never_covers_the_other(build):
    figure = next(block for block in SECTIONS["timeline"].content(build.report()) if isinstance(block, Figure))
    paths = [path.get("style", "") for path in ElementTree.fromstring(figure.wide_svg).iter(SVG + "path")]
    white = [index for index, style in enumerate(paths) if "stroke: #ffffff; stroke-width: 3.6" in style]
    blue = [index for index, style in enumerate(paths) if "stroke: #0072b2; stroke-width: 2.2" in style]
    assert len(white) == 2
    assert max(white) < min(blue)
