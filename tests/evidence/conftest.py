"""A report with a plan, made by hand: what the sections print is what this says."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import Any

import numpy as np
import pytest

from gaitpipe.model import STRIDE_DTYPE, SessionResult
from gaitpipe.rehab.plan import Plan
from gaitpipe.rehab.words import Decision
from gaitpipe.report.document import ReportInput
from gaitpipe.report.rehab_input import RehabInput

DAY = date(2026, 5, 4)


def make_decision(**changes: Any) -> Decision:
    plain = Decision(
        decision="HOLD", stage_in="S4", level_in="L4", stage_out="S4", level_out="L4", rules=(), other_rules=(),
        flags=(), criteria=(), missing=(), review="", action="", advice=(), conflicts=(), load=None, inputs={},
        thresholds={}, decided_by="rules", override_reason="", decided_on=DAY, parameter_hash="0" * 64,
    )  # fmt: skip
    return replace(plain, **changes)


@pytest.fixture
def rehab_report() -> Callable[..., ReportInput]:
    """Builds a report on plan and log alone; `thresholds` are the plan's own, the rest changes the decision."""

    def build(thresholds: dict[str, float] | None = None, **changes: Any) -> ReportInput:
        plan = Plan.model_validate(
            {
                "schema_version": 1,
                "plan": {"athlete": "A-17", "mode": "clinic", "path": "R", "clinician": "C-1"},
                "tendon": {"side": "left", "location": "midportion"},
                "stage": {"stage": "S4", "level": "L4"},
                "thresholds": thresholds or {},
            }
        )
        rehab = RehabInput(plan=plan, log=(), decision=make_decision(**changes), on=DAY)
        return ReportInput(
            result=SessionResult(np.zeros(0, STRIDE_DTYPE), (), (), (), None, ""),
            title="Report", recording_name="", recorded_utc=None, software_version="0", input_sha256="",
            recorded=False, rehab=rehab,
        )  # fmt: skip

    return build
