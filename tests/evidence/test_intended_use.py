"""docs/intended-use.md says what the report says, and every hazard in it has a test."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import gaitpipe
from gaitpipe import evidence
from gaitpipe.evidence import reference
from gaitpipe.rehab.load_uncertainty import mdc95_pct, step_load_error_pct, step_weight_error_pct
from gaitpipe.report.sections.methods import INTENDED_USE

ROOT = Path(str(gaitpipe.__file__)).parent.parent
PAGE = (ROOT / "docs" / "intended-use.md").read_text("utf-8")
PLAIN = " ".join(PAGE.replace("\n> ", " ").split())
HAZARDS = [f"H{place}" for place in range(1, 13)]


def test_the_page_and_the_report_state_the_same_use() -> None:
    assert INTENDED_USE in PLAIN
    assert "not CE-marked, not FDA cleared" in PLAIN
    assert "orientation, not legal advice" in PLAIN


@pytest.mark.parametrize("hazard", HAZARDS)
def test_a_hazard_has_a_control_and_a_test(hazard: str) -> None:
    row = next(line for line in PAGE.splitlines() if line.startswith(f"| {hazard} |"))
    assert len(row.split("|")[3].strip()) > 20
    file = ROOT / re.findall(r"`(tests/[^`]+)`", PAGE)[0]
    assert f'"hazard-{hazard}"' in file.read_text("utf-8")


def test_the_open_points_are_those_that_could_not_be_looked_up() -> None:
    asked = (
        "Silbernagel and Crossley", "Baxter", "Beyer", "Altman and Davis", "2024 guideline", "Dutch guideline", "Lyght",
        "Van Hooren", "VISA-A", "Firminger", "smallest detectable change in your clinic",
    )  # fmt: skip
    points = PLAIN.split("## Open points")[1].split("## ")[0]
    assert [name for name in asked if name not in points] == []
    assert reference("firminger").startswith("Firminger")


def test_the_default_errors_are_those_of_the_index() -> None:
    time, contact, strike = (
        evidence.value(f"load_{name}_error_pct") for name in ("step_time", "contact_time", "strike")
    )
    exponent = evidence.value("load_exponent")
    said = [
        mdc95_pct(step_load_error_pct(time, contact, 0.0)),
        mdc95_pct(step_load_error_pct(time, contact, strike)),
        mdc95_pct(step_weight_error_pct(time, contact, 0.0, exponent)),
        mdc95_pct(step_weight_error_pct(time, contact, strike, exponent)),
    ]
    shown = [
        float(text) for text in re.findall(r"([\d.]+) %", PLAIN.split("With the default errors")[1].split("Three")[0])
    ]
    assert shown == [pytest.approx(value, abs=0.06 if value < 20 else 0.5) for value in said]


def test_the_links_of_the_page_lead_somewhere() -> None:
    links = re.findall(r"\]\(([^)#]+)", PAGE)
    assert len(links) >= 3
    assert [link for link in links if not (ROOT / "docs" / link).is_file()] == []
