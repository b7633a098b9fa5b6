"""Every rule and every hazard has a test, and docs/traceability.md says which."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from types import ModuleType

import pytest

PAGE = Path(__file__).parents[3] / "docs" / "traceability.md"


@pytest.fixture(scope="module")
def script() -> ModuleType:
    spec = importlib.util.spec_from_file_location("gaitpipe_traceability", Path(__file__).with_name("traceability.py"))
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_every_rule_and_every_hazard_has_a_test(script: ModuleType) -> None:
    assert not set(script.titles()) - set(script.marks())


def test_no_test_is_marked_with_a_rule_that_there_is_not(script: ModuleType) -> None:
    assert not set(script.marks()) - set(script.titles())


def test_the_page_is_up_to_date(script: ModuleType) -> None:
    assert PAGE.read_text("utf-8") == script.markdown(), (
        "run: python tests/rehab/decide/traceability.py > docs/traceability.md"
    )
