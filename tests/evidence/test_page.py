"""docs/evidence.md is what the evidence says now, and says "unverified" at everything from memory."""

from __future__ import annotations

from pathlib import Path

import pytest

import gaitpipe
from gaitpipe.evidence import EDUCATION, EFFECTS, NUMBERS, PHRASES, RULES, SOURCES, fill, value
from gaitpipe.rehab.exercises import ALTERNATIVES, EXERCISES
from gaitpipe.report.evidence_page import markdown

PAGE = Path(str(gaitpipe.__file__)).parent.parent / "docs" / "evidence.md"
UNVERIFIED = "unverified (from memory)"


@pytest.fixture(scope="module")
def page() -> str:
    return markdown()


def test_the_page_is_up_to_date(page: str) -> None:
    assert PAGE.read_text("utf-8") == page, "run: python -m gaitpipe.report.evidence_page > docs/evidence.md"


def test_the_page_holds_every_entry_and_every_source(page: str) -> None:
    for name in [fill(line.text, value) for line in EDUCATION] + [phrase.text for phrase in PHRASES]:
        assert name in page
    for name in [rule.title for rule in RULES] + [effect.effect for effect in EFFECTS]:
        assert name in page
    for number in NUMBERS:
        assert number.note in page
    for exercise in (*EXERCISES, *ALTERNATIVES):
        assert exercise.name in page
    for source in SOURCES:
        assert source.reference in page


def test_what_is_from_memory_is_called_unverified_in_its_row(page: str) -> None:
    """In every table: as many rows say so as entries are from memory, and those entries are among them."""
    rows = [line for line in page.splitlines() if line.startswith("| ") and UNVERIFIED in line]
    remembered = [entry for table in (NUMBERS, RULES, PHRASES, EDUCATION, EFFECTS) for entry in table]
    remembered = [entry for entry in remembered if entry.tag == "memory"]
    exercises = [item for item in (*EXERCISES, *ALTERNATIVES) if item.unverified or item.tier_unverified]
    assert len(remembered) > 10
    assert len(rows) == len(remembered) + len(exercises)
    for entry in remembered:
        shown = next(getattr(entry, name) for name in ("note", "effect") if getattr(entry, name, ""))
        assert any(shown in row for row in rows)


def test_the_page_lists_first_what_is_to_be_looked_up(page: str) -> None:
    listed = page.split("## Unverified")[1].split("\n## ", maxsplit=1)[0]
    for number in NUMBERS:
        assert (f"`{number.key}`" in listed) == (number.tag == "memory")
    assert "`heavy_seated_raise`" in listed


def test_every_table_of_the_page_has_equal_rows(page: str) -> None:
    for block in page.split("\n\n"):
        rows = [line.replace("\\|", "") for line in block.splitlines() if line.startswith("|")]
        assert len({row.count("|") for row in rows}) <= 1
