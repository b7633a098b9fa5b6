"""A simulated runner: does what the return plan says day by day, logs it, decides, moves the plan, plans anew."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Any

from gaitpipe.rehab.decide import decide
from gaitpipe.rehab.log import LogEntry
from gaitpipe.rehab.plan import Plan
from gaitpipe.rehab.return_plan import return_plan
from gaitpipe.rehab.words import Context, Decision, GaitScreen, LegMeans, PlannedDay, ReturnPlan, Stage

START = date(2026, 1, 5)
DAY = timedelta(days=1)
SHOE: dict[str, Any] = {"surface": "treadmill", "shoe": "Trainer", "shoe_drop_mm": 10.0, "incline_pct": 0.0}


def screen(name: str, day: date, minutes: float, contact_s: float = 0.263, spm: float = 165.0) -> GaitScreen:
    """A quiet recording."""
    leg = LegMeans(int(spm / 2 * minutes), contact_s, 120.0 / spm, 11.0)
    return GaitScreen(
        name=name, day=day, mode="run", synthetic=True, context=Context(speed_m_s=2.78, **SHOE), placement="foot",
        rate_hz=208.0, left=leg, right=leg, windows=(), drift=(), errors=(), lost_share=0.0, clock_residual_s=0.0005,
        software_version="0.1.0", parameter_hash="x", input_sha256=name,
    )  # fmt: skip


@dataclass
class Walker:
    """`every` is how often the plan is made anew without a decision that moves it; `bad` the pain of bad mornings."""

    path: str
    location: str = "midportion"
    every: int = 1
    stage: Stage = "S1"
    level: str | None = None
    bad: dict[Stage, float] = field(default_factory=dict)
    today: date = START
    log: list[LogEntry] = field(default_factory=list)
    moves: list[tuple[date, Decision]] = field(default_factory=list)
    decisions: list[Decision] = field(default_factory=list)
    plans: list[ReturnPlan] = field(default_factory=list)
    since: date = START
    base: GaitScreen | None = None
    last_screen: GaitScreen | None = None
    undecided: bool = False
    last: Decision | None = None

    def plan(self) -> Plan:
        """The plan file as the clinician keeps it."""
        header = {"athlete": "a", "mode": "clinic", "path": self.path, "clinician": "c", "created": START,
                  "started": START, "age_years": 40.0}  # fmt: skip
        tables: dict[str, Any] = {
            "schema_version": 1,
            "plan": header,
            "tendon": {"side": "left", "location": self.location},
            "stage": {"stage": self.stage, "level": self.level, "since": self.since},
        }
        if self.base is not None:
            tables["baseline"] = {"sessions": [self.base.name], "recorded": self.base.day, **SHOE}
        return Plan.model_validate(tables)

    def walk(self, days: int, to: Stage = "S5", then_days: int = 0) -> Walker:
        """Walk until the stage is reached, and some days on; stops after `days` in any case."""
        for _ in range(days):
            self.one_day()
            if self.stage == to and (self.today - self.since).days >= then_days:
                break
        return self

    def one_day(self) -> None:
        """Decide in the morning, plan where due, do what stands for the day."""
        moved = self._decide()
        due = not self.plans or (self.today - self.plans[-1].start).days >= self.every
        if moved or due:
            self.plans.append(return_plan(self.plan(), self.log, self.last or self._decision(), self.today))
        items = [one for one in self.plans[-1].days if one.day == self.today]
        self._do(items)
        self.today += DAY

    def _decision(self) -> Decision:
        judged = self.last_screen if self.stage in ("S3", "S4", "S5") else None
        baselines = (self.base,) if judged is not None and self.base is not None else ()
        return decide(self.plan(), self.log, judged, baselines, self.today)

    def _decide(self) -> bool:
        if not self.undecided:
            return False
        self.undecided = False
        self.last = self._decision()
        self.decisions.append(self.last)
        out = (self.last.stage_out, self.last.level_out)
        if out == (self.stage, self.level):
            return False
        self.moves.append((self.today, self.last))
        if self.last.stage_out != self.stage:
            self.since = self.today
        self.stage, self.level = out
        return True

    def _do(self, items: list[PlannedDay]) -> None:
        run = next((one for one in items if one.minutes is not None), None)
        strength = [one for one in items if one.activity == "strength"]
        calf = any(one.title == "Calf work" for one in items)
        hops = any(one.title == "Hops and drills" for one in items)
        row = LogEntry(self.today, kind="rest", pain_am=1.0, stiff_am_min=8.0, red_flags=())
        felt: dict[str, Any] = {"pain_during": 2.0, "pain_after": 1.0, "analgesic": False}
        if run is not None:
            row = self._run(replace(row, **felt), run)
        elif strength or calf:
            kind = "plyometric" if hops else "strength"
            row = replace(row, kind=kind, rpe=4.0, level=None if self.stage == "S4" else self.stage, **felt)
        test = next((one for one in items if one.title == "Strength test"), None)
        if test is not None:
            row = replace(row, heel_raises_injured=26, heel_raises_other=27)
            row = replace(row, hops_injured=15, hops_other=15, hop_pain=1.0) if "hops" in test.text else row
        if self.today.weekday() == 6:
            row = replace(row, pain_daily=0.0, pain_walk_30min=1.0)
        pain = self.bad.get(self.stage)
        if pain is not None and row.kind in ("run", "plyometric") and self._bad_due():
            row = replace(row, pain_am=pain, notes="bad")
        self.log.append(row)
        recorded = self.stage in ("S3", "S4", "S5")
        self.undecided = row.kind == "run" if recorded else row.kind in ("run", "strength")

    def _bad_due(self) -> bool:
        last = next((row.date for row in reversed(self.log) if row.notes == "bad"), START)
        return (self.today - last).days >= 21

    def _run(self, row: LogEntry, run: PlannedDay) -> LogEntry:
        minutes = run.minutes or 0.0
        level = run.level or (None if self.stage == "S4" else self.stage)
        row = replace(
            row, kind="run", rpe=3.0, run_min=minutes, level=level, belt_speed_m_s=2.78, shoe_minimal=False, **SHOE
        )
        if self.stage in ("S3", "S4", "S5"):
            row = replace(row, session_id=f"run{self.today.isoformat()}")
            if self.base is None or (self.today - (self.base.day or START)).days > 150:
                self.base = screen(f"base{self.today.isoformat()}", self.today, minutes, 0.264, 164.0)
            self.last_screen = screen(row.session_id or "", self.today, minutes)
        return row
