"""From a file to a result: opens recordings and imported files, drives the one session, and keeps what a report needs.

analysis = analyze("session.mcap")
analysis = analyze(left="left.csv", right="right.csv", placement="foot", belt_speed_m_s=3.0)
analysis.strides        # pandas.DataFrame, one row a stride and side
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from gaitpipe.app.arguments import check_arguments
from gaitpipe.app.athlete import athlete_of
from gaitpipe.app.blocks import joined_blocks
from gaitpipe.app.inputs import Input, Samples, SessionFiles, open_session
from gaitpipe.app.run_findings import run_findings
from gaitpipe.app.truth import compare_with_truth, truth_beside
from gaitpipe.app.typed_speed import typed_speed_findings
from gaitpipe.derived import Athlete
from gaitpipe.errors import AnalysisError
from gaitpipe.model import (
    AuxiliaryKind,
    AuxiliaryReading,
    AuxiliarySetup,
    Finding,
    Placement,
    Recording,
    RecordingEvent,
    SessionResult,
    StreamQuality,
)
from gaitpipe.report.document import TruthComparison
from gaitpipe.session import Session

if TYPE_CHECKING:
    import pandas as pd

BELT_SPEED_KEY = "belt_speed_m_s"
SYNTHETIC_KEY = "synthetic"
UNIT_CODES = frozenset({"acc_units", "gyr_units"})
"""Findings that make every figure meaningless: with one of them nothing is published."""

OnTime = Callable[[float], None]


@dataclass(frozen=True)
class Analysis:
    """A result and where it comes from: all that the files of `outputs` say."""

    result: SessionResult
    name: str
    input_sha256: str
    metadata: dict[str, str] = field(default_factory=dict)
    events: tuple[RecordingEvent, ...] = ()
    session_start_monotonic_ns: int | None = None
    recorded_utc: str | None = None
    truth: TruthComparison | None = None
    auxiliaries: tuple[AuxiliarySetup, ...] = ()
    auxiliary_quality: Mapping[AuxiliaryKind, StreamQuality] = field(default_factory=dict)

    @property
    def synthetic(self) -> bool:
        """True when a simulator made the data."""
        return bool(self.metadata.get(SYNTHETIC_KEY))

    @property
    def unit_errors(self) -> list[Finding]:
        """Findings that forbid any figure."""
        return [finding for finding in self.result.findings if finding.code in UNIT_CODES]

    @property
    def errors(self) -> list[Finding]:
        """Findings that make figures unreliable."""
        return [finding for finding in self.result.findings if finding.severity == "error"]

    @cached_property
    def strides(self) -> pd.DataFrame:
        """The stride table as a data frame; columns as in `strides.csv`, NaN where not computed."""
        import pandas as pd

        return pd.DataFrame.from_records(self.result.strides)


def analyze_recording(
    recording: Recording,
    belt_speed_m_s: float | None = None,
    on_time: OnTime | None = None,
    athlete: Athlete | None = None,
    *,
    tap_sync: bool = False,
    session_start_monotonic_ns: int | None = None,
) -> SessionResult:
    """Stream all blocks of a recording through a session.

    Parameters
    ----------
    recording
        Its blocks are read to the end.
    belt_speed_m_s
        Speed of the treadmill belt [m/s].
    on_time
        Called with the session time [s] reached, after each block.
    athlete
        What is known of the runner's body.
    tap_sync
        Look for a knock of both sensors and put their clocks together by it.
    session_start_monotonic_ns
        Host time of session time 0; without it events have no place in time.

    Raises
    ------
    GaitpipeError
        No sensor, a belt speed that no treadmill has, or a height that no adult has.
    """
    session = Session(recording.sensors, belt_speed_m_s, athlete, tap_sync=tap_sync)
    for block in joined_blocks(recording):
        session.feed(block)
        if on_time is not None and len(block):
            on_time(float(block.time_s[-1]))
    session.belt_speed_m_s, found = run_findings(belt_speed_m_s, recording.events, recording.metadata)
    found += typed_speed_findings(
        session.belt_speed_m_s, recording.events, recording.readings, session_start_monotonic_ns
    )
    return session.finish(recording.quality, [*recording.findings, *found], devices_of(recording))


def devices_of(recording: Recording) -> dict[AuxiliaryKind, list[AuxiliaryReading]]:
    """Return the readings of each device beside the feet, none of a silent one; complete once the blocks are read."""
    devices: dict[AuxiliaryKind, list[AuxiliaryReading]] = {setup.kind: [] for setup in recording.auxiliaries}
    for reading in recording.readings:
        devices.setdefault(reading.source, []).append(reading)
    return devices


def analyze_input(
    opened: Input,
    belt_speed_m_s: float | None = None,
    on_time: OnTime | None = None,
    height_m: float | None = None,
    context: Mapping[str, str] | None = None,
    *,
    tap_sync: bool = False,
) -> Analysis:
    """Analyse what was opened; without a belt speed, a height or a context the recording's own ones count.

    `context` is what `run_context.context_metadata` gives of surface, shoe and incline.
    """
    recording = opened.recording
    recording.metadata.update(context or {})
    if belt_speed_m_s is None:
        belt_speed_m_s = _belt_speed_of(recording)
    athlete = athlete_of(recording.metadata, height_m)
    start_ns = opened.session_start_monotonic_ns
    result = analyze_recording(
        recording, belt_speed_m_s, on_time, athlete, tap_sync=tap_sync, session_start_monotonic_ns=start_ns
    )
    truth = None
    if opened.path is not None and recording.metadata.get(SYNTHETIC_KEY):
        table = truth_beside(opened.path)
        truth = None if table is None else compare_with_truth(result, table)
    return Analysis(
        result=result,
        name=recording.name,
        input_sha256=recording.input_sha256,
        metadata=dict(recording.metadata),
        events=tuple(recording.events),
        session_start_monotonic_ns=opened.session_start_monotonic_ns,
        recorded_utc=opened.recorded_utc,
        truth=truth,
        auxiliaries=recording.auxiliaries,
        auxiliary_quality=recording.auxiliary_quality,
    )


def analyze(
    recording: Path | str | None = None,
    *,
    left: Samples | None = None,
    right: Samples | None = None,
    placement: Placement | None = None,
    belt_speed_m_s: float | None = None,
    height_m: float | None = None,
    tap_sync: bool = False,
) -> Analysis:
    """Analyse a recording, or one file of samples a foot.

    Parameters
    ----------
    recording
        A gaitpipe recording (`.mcap`), or a file of another program that holds both sensors and says their sides.
    left, right
        Instead of it, one a foot: a file of a known format, or a data frame or mapping with the columns of a plain CSV
        file.
    placement
        `foot` or `shank`: needed for files that do not say it, and overrides what a recording says.
    belt_speed_m_s
        Speed of the treadmill belt [m/s].
    height_m
        The runner's height [m], for leg stiffness.
    tap_sync
        Look for a knock of both sensors while standing, and put their clocks together by it.

    Returns
    -------
    Analysis
        `.result` holds metrics, findings and the stride array; `.strides` is a data frame, one row a
        stride and foot.

    Raises
    ------
    UsageError
        An argument cannot be used.
    RecordingError
        A file cannot be read.
    AnalysisError
        The units of the samples are wrong (acceleration in g, rates in deg/s): every figure would be.
        Other findings about the data do not raise: look at `.errors`.
    """
    check_arguments(recording, left, right, placement, belt_speed_m_s, height_m)
    files = SessionFiles(None if recording is None else Path(recording), left, right, placement=placement)
    opened = open_session(files)
    analysis = analyze_input(opened, belt_speed_m_s, height_m=height_m, tap_sync=tap_sync)
    refuse_wrong_units(analysis)
    return analysis


def refuse_wrong_units(analysis: Analysis) -> None:
    """Raise AnalysisError when the units of the input are wrong, with the findings' words and advice."""
    wrong = analysis.unit_errors
    if wrong:
        messages = " ".join(finding.message for finding in wrong)
        advice = " ".join(dict.fromkeys(finding.advice for finding in wrong if finding.advice))
        raise AnalysisError(f"{analysis.name}: no figures are given. {messages}", advice)


def _belt_speed_of(recording: Recording) -> float | None:
    try:
        speed = float(recording.metadata.get(BELT_SPEED_KEY, "nan"))
    except ValueError:
        return None
    return speed if math.isfinite(speed) else None
