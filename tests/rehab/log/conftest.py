"""A plan and rows for the tests of the log."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest

from gaitpipe.rehab.log import LogEntry
from gaitpipe.rehab.plan import Plan

TODAY = date(2026, 11, 22)


@pytest.fixture
def today() -> date:
    return TODAY


@pytest.fixture
def plan() -> Plan:
    """A plan that fixes no usual morning."""
    return make_plan()


def make_plan(**baseline: float) -> Plan:
    return Plan.model_validate(
        {
            "schema_version": 1,
            "plan": {"athlete": "a", "mode": "clinic", "path": "R", "clinician": "c"},
            "tendon": {"side": "left", "location": "midportion"},
            "stage": {"stage": "S4", "level": "L4"},
            "symptom_baseline": baseline,
        }
    )


@pytest.fixture
def plan_with() -> Callable[..., Plan]:
    return make_plan


@pytest.fixture
def mornings() -> Callable[..., tuple[LogEntry, ...]]:
    """Rows whose mornings hold these pains, one a day, the last the day before today."""

    def rows(pains: list[float | None], stiffs: list[float | None] | None = None, **more: Any) -> tuple[LogEntry, ...]:
        count = len(pains)
        stiffs = [5.0] * count if stiffs is None else stiffs
        days = [TODAY - timedelta(days=count - place) for place in range(count)]
        return tuple(
            LogEntry(day, pain_am=pain, stiff_am_min=stiff, **more)
            for day, pain, stiff in zip(days, pains, stiffs, strict=True)
        )

    return rows
