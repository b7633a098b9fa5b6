"""What a report is made of: its input, its parts (blocks) and the section plug-in.

Sections build blocks of plain text and numbers; only `html` knows about markup, so that every text that came from
a file or a device is escaped in one place. A section is one module in `gaitpipe/report/sections/` with an object
`SECTION`. A section that applies but lacks its data says why; it never vanishes silently.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Literal, TypeAlias

from gaitpipe.model import (
    Finding,
    MetricSummary,
    RecordingEvent,
    SensorResult,
    SessionResult,
    Severity,
    Side,
    SideStatistic,
)
from gaitpipe.report.rehab_input import RehabInput

MeasuredSide: TypeAlias = Literal["left", "right", "both"]

COVERAGE_FACTOR = 2.0
"""Stated uncertainties are standard uncertainties; twice that covers about 95 % (GUM, k = 2)."""


@dataclass(frozen=True, slots=True)
class TruthRow:
    """One figure of a synthetic session beside its true value; all numbers are in `unit`, as shown.

    `uncertainty` is the stated standard uncertainty (None if none was stated); `within` says whether the truth lies
    inside `COVERAGE_FACTOR` times that. Use `compare` to fill it.
    """

    label: str
    unit: str
    side: MeasuredSide
    truth: float
    measured: float
    uncertainty: float | None
    within: bool
    decimals: int = 1

    @classmethod
    def compare(
        cls,
        label: str,
        unit: str,
        side: MeasuredSide,
        truth: float,
        measured: float,
        uncertainty: float | None,
        decimals: int = 1,
    ) -> TruthRow:
        """A row whose `within` follows from the numbers; a row without a stated uncertainty is never within."""
        within = uncertainty is not None and abs(measured - truth) <= COVERAGE_FACTOR * uncertainty
        return cls(label, unit, side, truth, measured, uncertainty, within, decimals)


@dataclass(frozen=True, slots=True)
class TruthComparison:
    """The simulator's truth beside what was measured; `matched_strides` of `true_strides` were found."""

    rows: tuple[TruthRow, ...]
    matched_strides: int
    true_strides: int
    note: str = ""


@dataclass(frozen=True, eq=False)
class ReportInput:
    """Everything a report says, and nothing else: the same input gives the same bytes.

    Parameters
    ----------
    recorded_utc
        ISO 8601 time of the recording, None when unknown.
    session_start_monotonic_ns
        Host time of session time 0; places `events` on the time axis. None: events have no place in time.
    recorded
        False when there is no recording: the report is made of the plan and the log, and `result` is empty.
    rehab
        What the rehab sections say; None for a plain gait report.
    """

    result: SessionResult
    title: str
    recording_name: str
    recorded_utc: str | None
    software_version: str
    input_sha256: str
    events: tuple[RecordingEvent, ...] = ()
    session_start_monotonic_ns: int | None = None
    metadata: Mapping[str, str] = field(default_factory=dict)
    synthetic: bool = False
    truth: TruthComparison | None = None
    recorded: bool = True
    rehab: RehabInput | None = None

    @property
    def refers(self) -> bool:
        """True when a red flag stands: then the report holds no advice but that one."""
        return self.rehab is not None and self.rehab.decision.decision == "REFER"

    def sensor(self, side: Side) -> SensorResult | None:
        """The sensor of this side, None when there was none."""
        return next((sensor for sensor in self.result.sensors if sensor.info.side == side), None)

    def metric(self, key: str) -> MetricSummary | None:
        """The row of the metric table with this key, None when it was not computed."""
        return next((metric for metric in self.result.metrics if metric.key == key), None)

    def dated_events(self) -> tuple[tuple[float, RecordingEvent], ...]:
        """Events with their session time [s], in order; empty when the start of the session is unknown.

        Which of them are shown, and their numbers, is told in `event_rows`.
        """
        start_ns = self.session_start_monotonic_ns
        if start_ns is None:
            return ()
        timed = [((event.host_monotonic_ns - start_ns) * 1e-9, event) for event in self.events]
        return tuple(sorted(timed, key=lambda pair: pair[0]))


def without_gyroscope(report: ReportInput) -> bool:
    """True when no sensor has a gyroscope and no stride was found without one: there are only windows of cadence."""
    sensors, strides = report.result.sensors, report.result.strides
    return bool(sensors) and not any(sensor.info.has_gyro for sensor in sensors) and len(strides) == 0


def side_is_named(finding: Finding) -> bool:
    """True when the message of a finding needs no side in front: it concerns none, or names it itself."""
    return finding.side is None or finding.side in finding.message.lower().split()


def statistic(metric: MetricSummary | None, side: MeasuredSide) -> SideStatistic | None:
    """The statistic of one side, None when missing, without strides or not a number."""
    if metric is None:
        return None
    found = {"left": metric.left, "right": metric.right, "both": metric.both}[side]
    return found if found is not None and found.count > 0 and found.mean == found.mean else None


@dataclass(frozen=True, slots=True)
class Paragraph:
    """One paragraph; `muted` for explanations that the eye may skip."""

    text: str
    muted: bool = False


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading inside a section."""

    text: str


@dataclass(frozen=True, slots=True)
class Callout:
    """A box that a reader must not miss; the severity is printed as a word too."""

    severity: Severity
    heading: str
    text: str = ""
    code: str = ""


@dataclass(frozen=True, slots=True)
class Bullets:
    """A short list of sentences."""

    items: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Facts:
    """Pairs of a term and what is said of it."""

    items: tuple[tuple[str, str], ...]
    wide: bool = False


@dataclass(frozen=True, slots=True)
class BigNumber:
    """One number of a card: its side (None: both feet), the number as text, and what stands small below it."""

    side: Side | None
    value: str
    uncertainty: str = ""
    small: str = ""


@dataclass(frozen=True, slots=True)
class Card:
    """One big-number card of the summary."""

    label: str
    unit: str
    values: tuple[BigNumber, ...]
    note: str = ""


@dataclass(frozen=True, slots=True)
class Cards:
    """The row of big numbers of the summary."""

    cards: tuple[Card, ...]


@dataclass(frozen=True, slots=True)
class Column:
    """Head of a table column."""

    label: str
    side: Side | None = None
    small: str = ""
    numeric: bool = True


@dataclass(frozen=True, slots=True)
class Cell:
    """One table cell: main text, small text below it; `empty` when the text is a dash and `small` the reason."""

    text: str
    small: str = ""
    empty: bool = False
    mark: Literal["", "yes", "no"] = ""


@dataclass(frozen=True, slots=True)
class Table:
    """A table with a caption; the first cell of each row is its head; a `folded` one is for screens, not for paper."""

    caption: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]
    notes: tuple[str, ...] = ()
    compact: bool = False
    folded: bool = False


@dataclass(frozen=True, slots=True)
class Figure:
    """A drawing with its text twin: `summary` in a sentence or two, `table` with the numbers.

    `wide_svg` is for screens and paper, `narrow_svg` for phones; both are complete `<svg>` elements made by `svg`.
    `table_open` where the table belongs on paper too; else it is folded away.
    """

    key: str
    caption: str
    wide_svg: str
    narrow_svg: str
    summary: str
    table: Table | None = None
    table_open: bool = False


Tone = Literal["stop", "back", "stay", "go", "open"]


@dataclass(frozen=True, slots=True)
class Verdict:
    """The first box of the runner's page: one word, what it means, why, and what comes next.

    `kicker` stands small above the word. The tone is drawn as a pattern beside the word, never as colour alone.
    """

    tone: Tone
    kicker: str
    word: str
    meaning: str
    reasons: tuple[str, ...]
    facts: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Day:
    """One line of a list of days: the day as text, what it is for, and what to do; `rest` for days of little load."""

    day: str
    title: str
    text: str
    rest: bool = False


@dataclass(frozen=True, slots=True)
class Days:
    """Days in their order, as a list."""

    items: tuple[Day, ...]


@dataclass(frozen=True, slots=True)
class Advice:
    """Advice by phrase: pairs of the phrase's id and its words."""

    items: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Lines:
    """Empty lines to write on, each with what belongs there."""

    labels: tuple[str, ...]


Block: TypeAlias = (
    Paragraph | Heading | Callout | Bullets | Facts | Cards | Table | Figure | Verdict | Days | Advice | Lines
)
Content: TypeAlias = tuple[Block, ...]
Page: TypeAlias = Literal["runner", "clinician"]


def has_recording(report: ReportInput) -> bool:
    """True when there is a recording to speak of: where a section of gait figures belongs."""
    return report.recorded


def has_rehab(report: ReportInput) -> bool:
    """True when a plan came with the report: where a section of rehab belongs."""
    return report.rehab is not None


def _nothing_missing(_report: ReportInput) -> str:
    return ""


@dataclass(frozen=True, slots=True)
class Section:
    """A section plug-in.

    Parameters
    ----------
    key
        Stable name, used as the anchor.
    order
        Place on the page, small first.
    render
        Gives the blocks; called only when the section applies and `missing` is empty.
    applies
        False leaves the section out (a truth comparison of a real recording).
    missing
        Why the section cannot be computed from this input, in a sentence; empty when it can.
    page
        Whom it is for: the one page of the runner, or the pages of the clinician after it.
    column
        Left or right of two columns; neighbours with a column share a row. Empty: the whole width.
    on_refer
        False for what must not stand in a report with a red flag: advice, stages, plans.
    """

    key: str
    title: str
    order: int
    render: Callable[[ReportInput], Content]
    applies: Callable[[ReportInput], bool] = has_recording
    missing: Callable[[ReportInput], str] = _nothing_missing
    page: Page = "clinician"
    column: Literal["", "left", "right"] = ""
    on_refer: bool = True

    def shown(self, report: ReportInput) -> bool:
        """Whether the section stands in this report."""
        return (self.on_refer or not report.refers) and self.applies(report)

    def content(self, report: ReportInput) -> Content:
        """Blocks of this section for this report: what it shows, or why it cannot."""
        reason = self.missing(report)
        return (Callout("info", "Not available", reason),) if reason else self.render(report)
