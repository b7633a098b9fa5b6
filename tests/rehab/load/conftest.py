"""Sessions, plans and logs by hand: a summary with no more than the load index needs, and screens made of it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from gaitpipe.rehab.achilles_load import achilles_load
from gaitpipe.rehab.plan import Plan
from gaitpipe.rehab.screen import screen_of
from gaitpipe.rehab.words import AchillesLoad, GaitScreen

ON = date(2026, 5, 4)


def plan_with(side: str = "left", **tables: Any) -> Plan:
    content = {
        "schema_version": 1,
        "plan": {"athlete": "A-17", "mode": "clinic", "path": "R", "clinician": "PT"},
        "tendon": {"side": side, "location": "midportion"},
        "stage": {"stage": "S4", "level": "L4"},
    }
    return Plan.model_validate(content | tables)


def summary_with(
    name: str = "today",
    cadence: float = 164.0,
    left_s: float | None = 0.264,
    right_s: float | None = 0.264,
    angle_deg: float | tuple[float, float] | None = 12.0,
    strides: int = 200,
    speed_m_s: float | None = 2.78,
    **more: Any,
) -> dict[str, Any]:
    """The least that a summary must hold, in the way that a person would write it."""

    def both(left: float | None, right: float | None) -> dict[str, Any]:
        return {
            side: {"n": strides, "mean": mean} for side, mean in (("left", left), ("right", right)) if mean is not None
        }

    angles = angle_deg if isinstance(angle_deg, tuple) else (angle_deg, angle_deg)
    metrics = {"cadence_spm": both(cadence, cadence), "ground_contact_time_s": both(left_s, right_s)}
    if angle_deg is not None:
        metrics["foot_strike_angle_deg"] = both(*angles)
    recording = {"name": name, "recorded_utc": "2026-05-04T07:30:00Z"}
    if speed_m_s is not None:
        recording["belt_speed_m_s"] = speed_m_s
    return {"recording": recording, "metrics": metrics} | more


def screen_with(*args: Any, **more: Any) -> GaitScreen:
    return screen_of(summary_with(*args, **more))


def load_of(
    session: GaitScreen | None, *baselines: GaitScreen, plan: Plan | None = None, log: Any = (), on: date = ON
) -> AchillesLoad:
    return achilles_load(plan or plan_with(), session, baselines, tuple(log), on)


@pytest.fixture(scope="session")
def make_plan() -> Callable[..., Plan]:
    return plan_with


@pytest.fixture(scope="session")
def make_summary() -> Callable[..., dict[str, Any]]:
    return summary_with


@pytest.fixture(scope="session")
def make_screen() -> Callable[..., GaitScreen]:
    return screen_with


@pytest.fixture(scope="session")
def make_load() -> Callable[..., AchillesLoad]:
    return load_of
