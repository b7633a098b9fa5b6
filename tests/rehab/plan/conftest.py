"""Plans for the tests, made from a short valid text."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from gaitpipe.errors import PlanError
from gaitpipe.rehab.plan import Plan
from gaitpipe.rehab.plan_text import parse_plan

TEXT = """\
schema_version = 1
[plan]
athlete = "A01"
mode = "clinic"
clinician = "B. Sample, physiotherapist"
path = "R"
[tendon]
side = "left"
location = "midportion"
[stage]
stage = "S3"
since = 2026-01-10
[baseline]
sessions = ["base"]
"""
"""Fourteen lines: what a test adds begins in line 15."""


@pytest.fixture
def plan_text() -> str:
    return TEXT


@pytest.fixture
def make() -> Callable[..., Plan]:
    """A plan with `added` lines, and with some lines replaced by others."""

    def build(added: str = "", **replaced: str) -> Plan:
        return parse_plan(_replaced(added, replaced), "plan.toml")

    return build


@pytest.fixture
def refuse() -> Callable[..., PlanError]:
    """The error of a plan with `added` lines, or with a whole text of its own."""

    def build(added: str = "", whole: str | None = None, **replaced: str) -> PlanError:
        with pytest.raises(PlanError) as caught:
            parse_plan(_replaced(added, replaced) if whole is None else whole, "plan.toml")
        return caught.value

    return build


def _replaced(added: str, replaced: dict[str, str]) -> str:
    lines = TEXT.splitlines()
    for key, line in replaced.items():
        place = next(row for row, text in enumerate(lines) if text.startswith(f"{key} ="))
        lines[place] = line
    return "\n".join(lines) + "\n" + added
