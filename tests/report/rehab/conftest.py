"""Reports with a plan: the worked cases' plans, logs and screens, with decisions made by hand."""

from __future__ import annotations

import functools
import json
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from gaitpipe.model import STRIDE_DTYPE, SessionResult
from gaitpipe.rehab.achilles_load import achilles_load
from gaitpipe.rehab.log_text import parse_log
from gaitpipe.rehab.plan_text import parse_plan
from gaitpipe.rehab.screen import screen_of
from gaitpipe.rehab.words import (
    BeforeAfter,
    BlockFigure,
    Criterion,
    Decision,
    FiredRule,
    Flag,
    PlannedDay,
    ReturnPlan,
)
from gaitpipe.report.document import ReportInput
from gaitpipe.report.html import render_html, shown
from gaitpipe.report.rehab_input import RehabInput

CASES_FOLDER = Path(__file__).parents[3] / "recordings" / "rehab_cases"
EMPTY = SessionResult(np.zeros(0, STRIDE_DTYPE), (), (), (), None, "")
HOSTILE = (
    '<script>alert(1)</script> "\'><img src=http://evil.example/x> #import "x" $x^2$ *b* \u202e\x07 \\ ] ) {{7*7}}'
)


def _screen(folder: Path, name: str):
    return screen_of(json.loads((folder / f"{name}.json").read_text()), f"{name}.json")


def make_return_plan(start: date) -> ReturnPlan:
    words = {
        0: ("run", "Run L4 again", "4 times 5 min running, 1 min walking between. Easy and flat."),
        1: ("strength", "Calf strength", "Heavy raises with bent and straight knee."),
        2: ("light", "Light day", "Walk, light raises."),
    }
    days = tuple(
        PlannedDay(start + timedelta(days=day), kind, title, text, 20.0 if kind == "run" else None, "L4")
        for day in range(14)
        for kind, title, text in (words[day % 3],)
    )
    checks = tuple(
        PlannedDay(start + timedelta(weeks=week), "review", f"Week {week}", "VISA-A and heel raises.")
        for week in (4, 8, 12)
    )
    return ReturnPlan(start, days, checks, ("No run on two days in a row.",))


def make_flags() -> tuple[Flag, ...]:
    texts = {
        "F1": ("none", "Cadence is 4.9 % above baseline.", 172.0, 164.0),
        "F5": ("amber", "Contact time differs by 5.9 %, 5.2 points more than before.", -5.9, -0.7),
        "F8": ("not assessed", "The incline is not known.", None, None),
    }
    found = []
    for number in range(1, 12):
        level, text, value, baseline = texts.get(f"F{number}", ("none", "As before.", None, None))
        found.append(Flag(f"F{number}", level, level == "amber", text, "%", value, baseline, 4.0, 8.0))
    return tuple(found)


def make_decision(rehab_parts, word: str, **changes: object) -> Decision:
    plan, log, session, baselines, on = rehab_parts
    load = achilles_load(plan, session, baselines, log, on) if session is not None else None
    rules = {
        "PROGRESS": (FiredRule("P1", "two sessions in a row at L4 were fine", {"sessions": 2}, {"pain": 3.0}),),
        "HOLD": (
            FiredRule("H3", "flag F5 is amber: less time on the sore side", {"asymmetry_pct": -5.93}, {"amber": 4.0}),
            FiredRule("H4", "heel raises 21 against 28: 75 %", {"injured": 21, "other": 28}, {"lsi_pct": 90.0}),
        ),
        "REGRESS": (FiredRule("R1", "pain after the run was 6, above 5", {"pain_after": 6.0}, {"limit": 5.0}),),
        "REFER": (FiredRule("RF1", "sudden pop or snap: possible rupture", {"red_flags": ["RF1"]}, {}),),
        "INSUFFICIENT": (),
    }[word]
    fields: dict[str, object] = {
        "decision": word,
        "stage_in": plan.stage.stage,
        "level_in": plan.stage.level,
        "stage_out": plan.stage.stage,
        "level_out": {"PROGRESS": "L5", "REGRESS": "L3"}.get(word, plan.stage.level),
        "rules": rules,
        "other_rules": (FiredRule("H7", "a painkiller was taken", {"analgesic": True}, {}),),
        "flags": make_flags(),
        "criteria": (
            Criterion("heel_raise_lsi", "Heel raises on one leg", False, "21 against 28", "90 % or more"),
            Criterion("walk", "30 min walk", True, "pain 1", "pain 2 or less"),
            Criterion("hops", "Hops", None, "not logged", "10 hops"),
        ),
        "missing": ("one more session at this level",) if word == "INSUFFICIENT" else (),
        "review": "",
        "action": "Do not run. See a clinician today." if word == "REFER" else "Go on as planned.",
        "advice": () if word == "REFER" else (("A8", "The change in the index is within measurement error."),) * 3,
        "conflicts": () if word == "REFER" else ("Cadence up: less per step, more steps per km.",),
        "load": load,
        "inputs": {"pain_during": 2.0, "pain_am": None, "analgesic": False},
        "thresholds": {"pain_progress_maximum": 3.0},
        "decided_by": "rules",
        "override_reason": "",
        "decided_on": on,
        "parameter_hash": "9f31c2a47be0",
    }
    return Decision(**(fields | changes))


@functools.cache
def parts(name: str):
    folder = CASES_FOLDER / name
    plan = parse_plan((folder / "plan.toml").read_text(), "plan.toml")
    text = (folder / "log.csv").read_text()
    log = parse_log(text, "log.csv", date(2027, 1, 1))
    on = max(entry.date for entry in log) + timedelta(days=1)
    return plan, log, _screen(folder, "session"), (_screen(folder, "baseline"),), on


def make_rehab(name: str, word: str, **changes: object) -> RehabInput:
    plan, log, session, baselines, on = parts(name)
    decision_changes = changes.pop("decision_changes", {})
    if changes.get("session", session) is None:
        session = None
    decision = make_decision((plan, log, session, baselines, on), word, **decision_changes)
    returns = None if word == "REFER" else make_return_plan(on + timedelta(days=1))
    fields = {
        "plan": plan, "log": log, "decision": decision, "on": on, "return_plan": returns, "session": session,
        "baselines": baselines,
    }  # fmt: skip
    return RehabInput(**(fields | changes))


def make_log_only(name: str, word: str, **changes: object) -> ReportInput:
    return make_screen(name, word, session=None, **changes)


def make_screen(name: str, word: str, **changes: object) -> ReportInput:
    """A report without a recording: of the log, and of the session's summary."""
    rehab = make_rehab(name, word, **changes)
    return ReportInput(
        result=EMPTY, title="Your Achilles today", recording_name="", recorded_utc=None, software_version="0.1.0",
        input_sha256="", recorded=False, rehab=rehab,
    )  # fmt: skip


def make_hostile(base: ReportInput) -> ReportInput:
    rehab = make_rehab("case_a", "HOLD")
    plan = rehab.plan.model_copy(
        update={
            "plan": rehab.plan.plan.model_copy(update={"athlete": HOSTILE, "clinician": HOSTILE}),
            "phrases": {HOSTILE: HOSTILE},
        }
    )
    decision = replace(
        rehab.decision,
        rules=(FiredRule("H3", HOSTILE, {HOSTILE: HOSTILE}, {}),),
        flags=tuple(replace(flag, text=HOSTILE, unit=HOSTILE) for flag in rehab.decision.flags),
        criteria=(Criterion(HOSTILE, HOSTILE, None, HOSTILE, HOSTILE),),
        advice=(("A1", HOSTILE), ("A2", HOSTILE), ("A3", HOSTILE), ("A4", HOSTILE)),
        conflicts=(HOSTILE,), action=HOSTILE, review=HOSTILE, override_reason=HOSTILE, decided_by="clinician override",
    )  # fmt: skip
    log = tuple(replace(entry, level=HOSTILE, notes=HOSTILE, exercises=HOSTILE) for entry in rehab.log)
    day = PlannedDay(rehab.on, "run", HOSTILE, HOSTILE, 5.0, HOSTILE)
    returns = ReturnPlan(rehab.on, (day,), (day,), (HOSTILE,))
    hostile = replace(
        rehab, plan=plan, decision=decision, log=log, return_plan=returns, assessor=HOSTILE, mounting=HOSTILE
    )
    return replace(base, title=HOSTILE, rehab=hostile)


def make_before_after() -> BeforeAfter:
    row = BlockFigure("cadence_spm", "Cadence", "steps/min", 164.0, 172.0, 165.0, 7.5, 6.9, 8.1, 0.8, True, True)
    return BeforeAfter("quicker steps", (row,), (80, 84, 79), 8.0, ("Blocks of about a minute.",))


@pytest.fixture(scope="session")
def rehab_cases(build) -> dict[str, Callable[[], ReportInput]]:
    """Reports with a plan, of every decision and with what may be missing."""
    gait = build.report()

    def full(name: str, word: str, **changes: object) -> ReportInput:
        return replace(gait, title="Your Achilles today", rehab=make_rehab(name, word, **changes))

    makers: dict[str, Callable[[], ReportInput]] = {
        "progress": lambda: full("case_a", "PROGRESS", before_after=make_before_after()),
        "regress": lambda: make_screen("case_b", "REGRESS", decision_changes={"review": "Two steps back in 14 days."}),
        "hold": lambda: make_screen("case_c", "HOLD"),
        "refer": lambda: full("case_d", "REFER"),
        "insufficient": lambda: make_screen("case_a", "INSUFFICIENT", return_plan=None),
        "log alone": lambda: make_log_only("case_a", "HOLD"),
        "log alone refer": lambda: make_log_only("case_d", "REFER"),
        "empty log": lambda: make_log_only("case_a", "INSUFFICIENT", log=(), baselines=(), return_plan=None),
        "hostile": lambda: make_hostile(gait),
    }
    return {name: functools.cache(make) for name, make in makers.items()}


@pytest.fixture(
    params=[
        "progress", "regress", "hold", "refer", "insufficient", "log alone", "log alone refer", "empty log", "hostile",
    ]
)  # fmt: skip
def rehab_case(request: pytest.FixtureRequest) -> str:
    """Every kind of report with a plan, one after the other."""
    return str(request.param)


@pytest.fixture(scope="session")
def rehab_pages(rehab_cases) -> dict[str, str]:
    return {name: render_html(make()) for name, make in rehab_cases.items()}


@pytest.fixture(scope="session")
def rehab_contents(rehab_cases):
    """The sections of every report with their blocks, rendered once: both pages joined."""

    @functools.cache
    def contents(name: str):
        report = rehab_cases[name]()
        return (*shown(report, "runner"), *shown(report, "clinician"))

    return contents


@pytest.fixture(scope="session")
def rehab_build() -> SimpleNamespace:
    return SimpleNamespace(rehab=make_rehab, log_only=make_log_only, hostile=HOSTILE)
