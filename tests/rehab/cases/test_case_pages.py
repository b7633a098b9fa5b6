"""The reports of the worked cases in `docs/cases`: complete, synthetic, small, without a script."""

from __future__ import annotations

from pathlib import Path

import pytest

PAGES = Path(__file__).parents[3] / "docs" / "cases"
VERDICTS = {"case_a": "Progress", "case_b": "Step back", "case_c": "Hold", "case_d": "See a clinician first"}


@pytest.mark.parametrize("case", VERDICTS)
def test_page_says_its_verdict_and_that_it_is_synthetic(case):
    page = (PAGES / f"{case}.html").read_text(encoding="utf-8")
    assert len(page.encode()) < 1_000_000
    assert "<script" not in page
    assert "Synthetic session." in page
    assert VERDICTS[case] in page
    assert ("Before and after a cue" in page) == (case == "case_a")


def test_page_after_a_red_flag_holds_no_index_and_no_plan():
    page = (PAGES / "case_d.html").read_text(encoding="utf-8")
    assert 'id="rehab-load"' not in page
    assert 'id="rehab-plan"' not in page
    assert 'id="rehab-advice"' not in page
