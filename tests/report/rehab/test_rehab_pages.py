"""The page of a report with a plan, in every decision: what stands on it, what must not, and how it is made."""

from __future__ import annotations

import re
from dataclasses import replace

import html5lib
import pytest

from gaitpipe.evidence import FORBIDDEN
from gaitpipe.report.document import Advice, Figure, Table
from gaitpipe.report.html import render_html, sections
from gaitpipe.report.rehab_words import STAGE_NAME, confidence

REFER = ("refer", "log alone refer")
MOST_BYTES = 1_000_000


def words_of(html: str) -> str:
    body = re.sub(r"<style.*?</style>", " ", html, flags=re.DOTALL)
    return " ".join(re.sub(r"<[^>]+>", " ", body).split())


def runner_part(html: str) -> str:
    return html[html.index('<div class="runner">') : html.index('<div class="clinician">')]


def test_the_page_is_valid_html(rehab_pages, rehab_case):
    html5lib.HTMLParser(strict=True, namespaceHTMLElements=False).parse(rehab_pages[rehab_case])


def test_the_page_loads_and_runs_nothing_and_stays_small(rehab_pages, rehab_case):
    html = rehab_pages[rehab_case]
    assert len(html.encode()) < MOST_BYTES
    assert not re.search(r"<(script|link|img|iframe|object|embed|form|base)\b", html)
    assert not re.search(r"\son\w+=|@import|url\((?!#)", re.sub(r">[^<]*<", "><", html))
    addresses = set(re.findall(r'(?:href|src)="([^"]*)"', html))
    assert all(address.startswith("#") for address in addresses)


def test_ids_are_unique(rehab_pages, rehab_case):
    ids = re.findall(r'\sid="([^"]+)"', rehab_pages[rehab_case])
    assert len(ids) == len(set(ids))


def test_the_same_input_gives_the_same_bytes(rehab_cases, rehab_pages):
    assert render_html(rehab_cases["progress"]()) == rehab_pages["progress"]


def test_no_forbidden_word_is_said(rehab_pages, rehab_case):
    words = words_of(rehab_pages[rehab_case]).lower()
    has_appendix = "numbers and sources" in words
    appendix = words.index("numbers and sources", words.index("for the clinician")) if has_appendix else None
    words = words.replace("does not diagnose", "").replace("it does not diagnose", "")
    said = [one for one in FORBIDDEN if re.search(rf"\b{re.escape(one.lower())}\b", words[:appendix])]
    assert said == []


def test_no_nan_or_none_reaches_the_reader(rehab_pages, rehab_case):
    assert not re.search(r"\b(nan|None|NaN|inf)\b", words_of(rehab_pages[rehab_case]))


def test_the_runner_comes_first_and_the_clinician_after(rehab_pages, rehab_case):
    html = rehab_pages[rehab_case]
    assert html.index('id="rehab-today"') < html.index('class="clinician"') < html.index('id="rehab-header"')


@pytest.mark.parametrize("case", REFER)
def test_after_a_red_flag_the_page_holds_no_stage_no_metric_advice_and_no_plan(rehab_pages, rehab_contents, case):
    html = rehab_pages[case]
    words = words_of(html)
    kept = {section.key for section, _ in rehab_contents(case)}
    assert not kept & {
        "rehab-advice", "rehab-next-days", "rehab-plan", "rehab-ladder", "rehab-exercises", "rehab-load",
        "rehab-sessions", "rehab-flags", "rehab-criteria", "rehab-conflicts", "rehab-compare", "rehab-changes",
        "rehab-speed", "before-after", "education", "summary",
    }  # fmt: skip
    for name in STAGE_NAME.values():
        assert name not in words
    assert not re.search(r"\bS[0-5]\b|\bL[1-8]\b", runner_part(html))
    assert not re.search(r"steps/min|cadence|index|PROGRESS", words_of(runner_part(html)))
    assert "Red flag RF1" in words
    assert "See a clinician" in words


def test_at_most_three_advices_each_with_its_id(rehab_contents, rehab_case):
    for _, content in rehab_contents(rehab_case):
        for block in content:
            if isinstance(block, Advice):
                assert len(block.items) <= 3
                assert all(re.fullmatch(r"A\d+", key) for key, _ in block.items)


def test_a_decision_is_told_with_three_reasons_at_most_next_step_and_confidence(rehab_pages):
    words = words_of(runner_part(rehab_pages["hold"]))
    assert "Hold" in words
    assert "Stay at this step" in words
    assert "(H3)" not in words
    assert "Next decision" in words
    assert "note pain at the first steps and minutes of stiffness" in words
    assert "Next step" in words
    assert "Confidence" in words
    why = re.search(r'<ul class="reasons">(.*?)</ul>', rehab_pages["regress"], re.DOTALL)
    assert why is not None
    assert why.group(1).count("<li>") == 3


def test_the_limitation_line_names_the_smallest_detectable_change(rehab_pages):
    words = words_of(runner_part(rehab_pages["progress"])).replace("\u00a0", " ")
    assert "Differences smaller than about 4.5 % cannot be told from measurement error." in words
    assert "No load index is given" in words_of(runner_part(rehab_pages["log alone"]))


def test_a_report_without_a_recording_shows_no_gait_section(rehab_contents):
    keys = {section.key for section, _ in rehab_contents("log alone")}
    assert not keys & {"summary", "quality", "metrics", "ensemble", "timeline", "truth"}
    assert {"rehab-header", "rehab-pain", "rehab-decision", "rehab-signature"} <= keys


def test_hostile_words_stay_words(rehab_pages, rehab_build):
    html = rehab_pages["hostile"]
    assert "&lt;script&gt;alert(1)" in html
    assert "<script>alert" not in html
    assert "\u202e" not in html
    assert rehab_build.hostile not in html


def test_every_section_renders_or_says_why_not(rehab_contents, rehab_cases, rehab_case):
    told = rehab_contents(rehab_case)
    assert [section.key for section, content in told if not content] == []
    assert len(told) == sum(section.shown(rehab_cases[rehab_case]()) for section in sections())


def test_tables_are_rectangular_and_drawings_have_words_and_numbers(rehab_contents, rehab_case):
    blocks = [block for _, content in rehab_contents(rehab_case) for block in content]
    figures = [block for block in blocks if isinstance(block, Figure)]
    tables = [block for block in blocks if isinstance(block, Table)]
    for figure in figures:
        assert figure.summary
        assert figure.table is not None
        tables.append(figure.table)
    for table in tables:
        assert all(len(row) == len(table.columns) for row in table.rows), table.caption
        assert all(cell.small for row in table.rows for cell in row if cell.empty), table.caption


def test_what_is_missing_lowers_the_confidence(rehab_cases):
    assert confidence(rehab_cases["log alone"]().rehab)[0] == "medium"
    assert confidence(rehab_cases["insufficient"]().rehab)[0] == "low"


def test_a_plain_gait_report_has_no_rehab_part(build):
    html = render_html(build.report())
    assert 'class="clinician"' not in html
    assert "rehab-" not in re.sub(r"<style.*?</style>", "", html, flags=re.DOTALL)


def test_what_cannot_be_compared_is_not_shown_as_a_figure(rehab_cases):
    """A blocking F11: no index and no change against the baseline on any page, its reason instead."""
    report = rehab_cases["hold"]()
    why = "The baseline is 60 days older than this plan lets it be."
    flags = tuple(
        replace(flag, level="red", blocks=True, text=why) if flag.id == "F11" else flag
        for flag in report.rehab.decision.flags
    )
    rehab = replace(report.rehab, decision=replace(report.rehab.decision, flags=flags))
    html = render_html(replace(report, rehab=rehab))
    words = words_of(html)
    assert why in words
    assert not re.search(r"% of your baseline|times the largest of the 30 days|within measurement error \(", words)
    assert "figure-dumbbell" not in html
    assert "figure-psi" not in html
    assert "figure-sensitivity" not in html
