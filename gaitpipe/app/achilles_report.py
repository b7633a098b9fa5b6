"""The report of a session with a plan: reads plan, log, baselines and comparison, decides, and joins it all.

Rules

1. Plan, log and baselines are read before a recording is analysed: their faults are told at once.
2. Without a recording the report is made of the plan and the log, with a summary.json of the session if one is given.
3. A report is of one day. What the log says of later days is a fault of the log.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import Any

import numpy as np

from gaitpipe import __version__
from gaitpipe.app.compare_read import read_compare
from gaitpipe.app.decide import DecideInput, decision_content, read_inputs
from gaitpipe.errors import UsageError
from gaitpipe.exporters.icalendar import calendar_text
from gaitpipe.model import STRIDE_DTYPE, SessionResult
from gaitpipe.rehab.return_plan import return_plan
from gaitpipe.rehab.screen import screen_of
from gaitpipe.report.document import ReportInput
from gaitpipe.report.rehab_input import RehabInput

TITLE = "Your Achilles today"
COMPARE_NAME = "compare.json"


@dataclass(frozen=True, slots=True)
class RehabFiles:
    """What a report with a plan is made of besides the recording; `on` None is today on this machine."""

    plan: Path
    log: Path
    baselines: tuple[Path, ...] = ()
    on: date | None = None
    red_flags: tuple[str, ...] = ()
    compare: Path | None = None
    assessor: str = ""
    mounting: str = ""


@dataclass(frozen=True, slots=True)
class RehabRead:
    """The files, read: everything but today's session."""

    files: RehabFiles
    inputs: DecideInput

    @property
    def folder(self) -> Path:
        """Where a report without a recording belongs: beside the log."""
        return self.files.log.parent


def rehab_files(plan: Path | None, log: Path | None, **others: Any) -> RehabFiles | None:
    """Join the options of a command; None when it asks for a plain report.

    Raises
    ------
    UsageError
        The plan came without the log, the log without the plan, or other options without both.
    """
    if plan is not None and log is not None:
        return RehabFiles(plan, log, **others)
    if plan is None and log is None:
        told = [name for name, value in others.items() if value]
        if told:
            flag = {"baselines": "--baseline", "on": "--date", "red_flags": "--red-flag"}.get(told[0], f"--{told[0]}")
            raise UsageError(f"{flag} belongs to a report with a plan", "Add --plan plan.toml and --log log.csv.")
        return None
    given, missing = ("--plan", "--log") if log is None else ("--log", "--plan")
    advice = f"Add {missing}. `gaitpipe plan new` and `gaitpipe log add` begin them."
    raise UsageError(f"{given} was given without {missing}", advice)


def read_rehab(files: RehabFiles, session: Path | None = None) -> RehabRead:
    """Read plan, log and baselines, and the session's summary where one is given.

    Raises
    ------
    PlanError, LogError, RecordingError, UsageError
        A file cannot be used; says which, where and what to do.
    """
    return RehabRead(files, read_inputs(files.plan, files.log, session, files.baselines, files.on, files.red_flags))


def with_rehab(report: ReportInput, read: RehabRead, summary: Mapping[str, Any] | None, folder: Path) -> ReportInput:
    """The report with its rehab part: decides on the session that this summary speaks of.

    Parameters
    ----------
    summary
        Content of the session's `summary.json`; None for a report without a recording.
    folder
        Where a comparison of this visit (`compare.json`) may lie.
    """
    inputs = read.inputs
    if summary is not None:
        inputs = replace(inputs, session=screen_of(json.loads(json.dumps(summary)), report.recording_name))
    decision = inputs.decide()
    compare = read.files.compare or _beside(folder)
    rehab = RehabInput(
        plan=inputs.plan,
        log=inputs.log,
        decision=decision,
        on=inputs.on,
        return_plan=return_plan(inputs.plan, inputs.log, decision, inputs.on),
        before_after=None if compare is None else read_compare(compare),
        session=inputs.session,
        baselines=inputs.baselines,
        assessor=read.files.assessor,
        mounting=read.files.mounting,
        caution=getattr(inputs, "caution", ""),
    )
    synthetic = report.synthetic or (inputs.session is not None and inputs.session.synthetic)
    return replace(report, title=TITLE, rehab=rehab, synthetic=synthetic)


def report_without_recording(read: RehabRead) -> ReportInput:
    """The report of plan and log alone, with the session's summary where one was read."""
    session = read.inputs.session
    empty = SessionResult(
        np.zeros(0, STRIDE_DTYPE), (), (), (), None, "" if session is None else session.parameter_hash
    )
    report = ReportInput(
        result=empty,
        title=TITLE,
        recording_name="" if session is None else session.name,
        recorded_utc=None,
        software_version=__version__,
        input_sha256="" if session is None else session.input_sha256,
        recorded=False,
    )
    return with_rehab(report, read, None, read.folder)


def decision_text(rehab: RehabInput) -> str:
    """The text of `decision.json`."""
    return (
        json.dumps(decision_content(rehab.decision, rehab.caution), indent=2, ensure_ascii=False, allow_nan=False)
        + "\n"
    )


def calendar_of(rehab: RehabInput) -> str | None:
    """The text of `plan.ics`, stamped with the report's day; None when no day is planned, as after a red flag."""
    plan = rehab.return_plan
    if plan is None or not (plan.days or plan.checks):
        return None
    return calendar_text(plan, rehab.plan.plan.athlete, datetime.combine(rehab.on, time(0, tzinfo=UTC)))


def _beside(folder: Path) -> Path | None:
    path = folder / COMPARE_NAME
    return path if path.is_file() else None


def tell(rehab: RehabInput) -> Sequence[str]:
    """The decision for the terminal: its word, the rules, and what to do."""
    decision = rehab.decision
    rules = ", ".join(rule.id for rule in decision.rules)
    lines = [f"Decision: {decision.decision}{f' ({rules})' if rules else ''}"]
    lines += [f"  {rule.text}" for rule in decision.rules]
    lines += [f"  {text}" for text in decision.missing if decision.decision == "INSUFFICIENT"]
    return [*lines, f"  {decision.action}"] if decision.action else lines
