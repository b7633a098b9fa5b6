"""A runner for whom everything is fine at a stage, so that a test changes one thing and sees what it does."""

from __future__ import annotations

import copy
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

from gaitpipe.rehab.decide import decide
from gaitpipe.rehab.ladder import DEFAULT_LADDER
from gaitpipe.rehab.log import LogEntry
from gaitpipe.rehab.plan import Plan
from gaitpipe.rehab.screen import screen_of
from gaitpipe.rehab.words import Decision

ON = date(2026, 5, 20)
HOPPED = ON - timedelta(days=10)
TODAY, BEFORE, TESTED = ON - timedelta(days=1), ON - timedelta(days=4), ON - timedelta(days=3)
LADDER_MIN = {step.level: step.running_min for step in DEFAULT_LADDER}
SHOE: dict[str, Any] = {"shoe": "Trainer", "shoe_drop_mm": 10.0, "shoe_minimal": False}
PLACE: dict[str, Any] = {"surface": "treadmill", "incline_pct": 0.0, "belt_speed_m_s": 2.8}


def summary(name: str, day: date, **values: Any) -> dict[str, Any]:
    """A summary with cadence, contact times and strike angles; `contact` and others may be (left, right)."""
    figures = {"cadence_spm": 165.0, "ground_contact_time_s": 0.262, "foot_strike_angle_deg": 12.0} | values
    strides = figures.pop("strides", 600)
    more = {key: figures.pop(key) for key in ("findings", "drift", "data_quality", "sensors") if key in figures}
    speed = figures.pop("speed", None)
    metrics = {}
    for key, value in figures.items():
        pair = value if isinstance(value, tuple) else (value, value)
        sides = {s: {"n": strides, "mean": v} for s, v in zip(("left", "right"), pair, strict=True) if v is not None}
        if sides:
            metrics[key] = sides
    recording: dict[str, Any] = {"name": name, "recorded_utc": f"{day.isoformat()}T12:00:00Z"}
    if speed is not None:
        recording["belt_speed_m_s"] = speed
    return {"recording": recording, "metrics": metrics} | more


@dataclass(frozen=True)
class Situation:
    """Plan, log, recording and baselines of one decision; every method gives a changed copy."""

    content: dict[str, Any]
    log: tuple[LogEntry, ...]
    session: dict[str, Any] | None
    baselines: tuple[dict[str, Any], ...]
    on: date = ON

    @property
    def plan(self) -> Plan:
        return Plan.model_validate(self.content)

    @property
    def judged(self) -> LogEntry:
        return next(row for row in self.log if row.session_id == "today")

    def planned(self, **tables: dict[str, Any]) -> Situation:
        content = copy.deepcopy(self.content)
        for name, values in tables.items():
            content[name] = content.get(name, {}) | values
        return replace(self, content=content)

    def row(self, session_id: str = "today", **changes: Any) -> Situation:
        log = tuple(replace(row, **changes) if row.session_id == session_id else row for row in self.log)
        return replace(self, log=log)

    def every_row(self, **changes: Any) -> Situation:
        return replace(self, log=tuple(replace(row, **changes) for row in self.log))

    def with_row(self, entry: LogEntry) -> Situation:
        return replace(self, log=tuple(sorted((*self.log, entry), key=lambda row: row.date)))

    def without_row(self, session_id: str = "today") -> Situation:
        return replace(self, log=tuple(row for row in self.log if row.session_id != session_id))

    def measured(self, **values: Any) -> Situation:
        return replace(self, session=summary("today", TODAY, **({"speed": 2.8} | values)))

    def unmeasured(self) -> Situation:
        return replace(self, session=None)

    def compared_with(self, **values: Any) -> Situation:
        base = {"speed": 2.8, "strides": 500} | values
        return replace(self, baselines=(summary("base", ON - timedelta(days=40), **base),))

    def without_baseline(self) -> Situation:
        return replace(self, baselines=())

    def at(self, on: date) -> Situation:
        return replace(self, on=on)

    def decide(self, *red_flags: str) -> Decision:
        session = None if self.session is None else screen_of(self.session, "session.json")
        baselines = [screen_of(one, "baseline.json") for one in self.baselines]
        return decide(self.plan, self.log, session, baselines, self.on, red_flags)


def content_of(stage: str, level: str | None, path: str, side: str, location: str) -> dict[str, Any]:
    return {
        "schema_version": 1,
        "plan": {
            "athlete": "A-17",
            "mode": "clinic",
            "path": path,
            "clinician": "PT",
            "created": ON - timedelta(days=70),
            "started": ON - timedelta(days=70),
            "age_years": 40.0,
        },
        "tendon": {"side": side, "location": location},
        "stage": {"stage": stage, "level": level, "since": ON - timedelta(days=60)},
        "symptom_baseline": {"pain_am": 1.0, "stiff_am_min": 5.0},
        "baseline": {
            "sessions": ["base"],
            "recorded": ON - timedelta(days=40),
            "surface": "treadmill",
            "shoe": "Trainer",
            "shoe_drop_mm": 10.0,
            "incline_pct": 0.0,
        },
    }


def fine(
    stage: str = "S3", level: str | None = None, path: str = "K", side: str = "left", location: str = "midportion"
) -> Situation:
    """Everything is fine: PROGRESS. S4 stands at L4 unless a level is given."""
    level = (level or "L4") if stage == "S4" else level
    minutes = LADDER_MIN[str(level)] if stage == "S4" else 40.0 if stage == "S5" else 8.0
    run = LogEntry(
        date=TODAY, session_id="today", kind="run", pain_during=2.0, pain_after=1.0, pain_am=1.0, stiff_am_min=5.0,
        rpe=3.0, analgesic=False, level=level, run_min=minutes, red_flags=(), **SHOE, **PLACE,
    )  # fmt: skip
    before = replace(run, date=BEFORE, session_id="before")
    tested = LogEntry(
        date=TESTED, kind="test", pain_am=1.0, stiff_am_min=5.0, pain_daily=0.0, pain_walk_30min=1.0,
        heel_raises_injured=26, heel_raises_other=27, hops_injured=15, hops_other=16, hop_pain=1.0,
    )  # fmt: skip
    hops = replace(run, date=HOPPED, session_id=None, kind="plyometric", run_min=None)
    others = [hops] if stage == "S3" else []
    if stage in ("S1", "S2"):
        others = [replace(run, date=day, session_id=None, kind="strength", run_min=None) for day in (BEFORE, TODAY)]
    taken = {TODAY, BEFORE, TESTED, *(row.date for row in others)}
    days = (ON - timedelta(days=back) for back in range(2, 29))
    quiet = [LogEntry(date=day, kind="rest", pain_am=1.0, stiff_am_min=5.0) for day in days if day not in taken]
    log = tuple(sorted((*quiet, *others, tested, before, run), key=lambda row: row.date))
    base = (summary("base", ON - timedelta(days=40), speed=2.8, strides=500),)
    return Situation(content_of(stage, level, path, side, location), log, summary("today", TODAY, speed=2.8), base)
