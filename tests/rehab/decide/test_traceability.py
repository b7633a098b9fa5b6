"""Every rule and every hazard has a test, and docs/traceability.md says which."""

from __future__ import annotations

from pathlib import Path
from types import ModuleType

import pytest

from module_beside import module_beside

PAGE = Path(__file__).parents[3] / "docs" / "traceability.md"


@pytest.fixture(scope="module")
def script() -> ModuleType:
    return module_beside(__file__, "traceability")


def test_every_rule_and_every_hazard_has_a_test(script: ModuleType) -> None:
    assert not set(script.titles()) - set(script.marks())


def test_no_test_is_marked_with_a_rule_that_there_is_not(script: ModuleType) -> None:
    assert not set(script.marks()) - set(script.titles())


def test_the_page_is_up_to_date(script: ModuleType) -> None:
    assert PAGE.read_text("utf-8") == script.markdown(), (
        "run: python tests/rehab/decide/traceability.py > docs/traceability.md"
    )
