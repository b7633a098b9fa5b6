"""Plans, logs and decisions for the return plan."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from gaitpipe.rehab.log import LogEntry
from gaitpipe.rehab.plan import Plan
from gaitpipe.rehab.words import Decision

ON = date(2026, 11, 22)
"""A Sunday."""


def plan_of(path: str = "R", location: str = "midportion", **more: Any) -> Plan:
    """A plan; `more` are further tables."""
    return Plan.model_validate(
        {
            "schema_version": 1,
            "plan": {"athlete": "a", "mode": "clinic", "path": path, "clinician": "c", "started": date(2026, 10, 1)},
            "tendon": {"side": "left", "location": location},
            "stage": {"stage": "S4", "level": "L4"},
            **more,
        }
    )


def decision_of(word: str, stage: str = "S4", level: str | None = None, **more: Any) -> Decision:
    """A decision that leaves the runner at this stage and level."""
    given: dict[str, Any] = {
        "decision": word, "stage_in": stage, "level_in": level, "stage_out": stage, "level_out": level, "rules": (),
        "other_rules": (), "flags": (), "criteria": (), "missing": (), "review": "", "action": "", "advice": (),
        "conflicts": (), "load": None, "inputs": {}, "thresholds": {}, "decided_by": "rules", "override_reason": "",
        "decided_on": ON, "parameter_hash": "",
    }  # fmt: skip
    return Decision(**{**given, **more})


def run_on(back: int, minutes: float | None = 20.0, **more: Any) -> LogEntry:
    """A medium run so many days before ON."""
    given = {"kind": "run", "pain_during": 2.0, "pain_after": 2.0, "pain_am": 1.0, "rpe": 3.0, "run_min": minutes}
    return LogEntry(ON - timedelta(days=back), **{**given, **more})
