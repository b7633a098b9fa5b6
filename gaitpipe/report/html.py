"""The report as one HTML page: no script, nothing loaded from anywhere, the same bytes for the same input."""

from __future__ import annotations

import itertools
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, TypeAlias

from gaitpipe.registry import load_plugins
from gaitpipe.report.document import Cell, Column, Content, Facts, Page, ReportInput, Section, Table
from gaitpipe.report.rehab_words import LOCATION_WORD, SIDE_WORD, day_text
from gaitpipe.report.text import DASH, date, duration, foreign, number, with_unit

if TYPE_CHECKING:
    from jinja2 import Environment

Shown: TypeAlias = tuple[tuple[Section, Content], ...]

LIMITS = (
    "Research and education software, not a medical device. It does not diagnose, treat or predict injury, and it does "
    "not replace a clinician's judgement. It does not measure force in the tendon."
)


@cache
def sections() -> tuple[Section, ...]:
    """All section plug-ins in the order of the page."""
    from gaitpipe.report import sections as package

    found = load_plugins(package, "SECTION", Section)
    return tuple(sorted(found, key=lambda section: (section.page != "runner", section.order, section.key)))


def shown(report: ReportInput, page: Page) -> Shown:
    """The sections of one page with their blocks, in order."""
    return tuple(
        (section, section.content(report)) for section in sections() if section.page == page and section.shown(report)
    )


def rows_of(parts: Shown) -> tuple[tuple[Shown, ...], ...]:
    """The sections of a page as rows: one alone, or two columns of neighbours that take half the width each."""
    rows: list[tuple[Shown, ...]] = []
    for in_columns, group in itertools.groupby(parts, key=lambda part: bool(part[0].column)):
        members = tuple(group)
        if in_columns:
            left, right = (tuple(one for one in members if one[0].column == side) for side in ("left", "right"))
            rows.append((left, right))
        else:
            rows += [((member,),) for member in members]
    return tuple(rows)


def render_html(report: ReportInput) -> str:
    """The whole report as one self-contained HTML page.

    Every text is escaped by the template; only the drawings, which hold no foreign text, are put in as they are.
    """
    clinician = shown(report, "clinician")
    return (
        environment()
        .get_template("report.html")
        .render(
            title=foreign(report.title) or "Running gait report",
            name=foreign(report.recording_name),
            synthetic=report.synthetic,
            limits=LIMITS,
            rehab=report.rehab is not None,
            facts=head_facts(report),
            sensors=sensor_table(report),
            runner=rows_of(shown(report, "runner")),
            clinician=rows_of(clinician),
            sections=clinician,
            software=f"gaitpipe {foreign(report.software_version)}",
            parameter_hash=foreign(report.result.parameter_hash),
            input_sha256=foreign(report.input_sha256),
            style=page_style(),
        )
    )


@cache
def environment() -> Environment:
    """The templates, which escape every text."""
    from jinja2 import Environment, PackageLoader, StrictUndefined

    environment = Environment(
        loader=PackageLoader("gaitpipe.report", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.tests["block"] = lambda block, name: type(block).__name__ == name
    return environment


@cache
def page_style() -> str:
    """The style sheet of every page."""
    return files("gaitpipe.report").joinpath("templates", "report.css").read_text(encoding="utf-8")


def head_facts(report: ReportInput) -> Facts:
    """What stands under the title: the runner and the day, or the recording."""
    rehab = report.rehab
    if rehab is None:
        return _session_facts(report)
    tendon = rehab.plan.tendon
    return Facts(
        (
            ("Runner", foreign(rehab.plan.plan.athlete)),
            ("Day", day_text(rehab.on)),
            ("Tendon", f"{SIDE_WORD[tendon.side]}, {LOCATION_WORD[tendon.location]}"),
            ("Session", foreign(report.recording_name) or "log and plan only"),
        )
    )


def _session_facts(report: ReportInput) -> Facts:
    sensors = report.result.sensors
    longest = max((sensor.duration_s for sensor in sensors), default=0.0)
    speed = report.result.belt_speed_m_s
    belt = "not known"
    if speed is not None:
        belt = f"{with_unit(number(speed, 2), 'm/s')} ({with_unit(number(speed * 3.6, 1), 'km/h')})"
    return Facts(
        (
            ("Recording", foreign(report.recording_name) or "without a name"),
            ("Recorded", date(report.recorded_utc)),
            ("Duration", duration(longest) if sensors else DASH),
            ("Belt speed", belt),
        )
    )


def sensor_table(report: ReportInput) -> Table | None:
    """The sensors of the recording; None without any."""
    if not report.result.sensors:
        return None
    rows = tuple(
        (
            Cell(info.side.capitalize()),
            Cell(foreign(info.device) or "not named", foreign(info.profile_id)),
            Cell(info.placement),
            Cell(with_unit(number(info.rate_hz), "Hz"), "" if info.has_gyro else "accelerometer only"),
        )
        for info in (sensor.info for sensor in report.result.sensors)
    )
    columns = (
        Column("Side", numeric=False),
        Column("Sensor", numeric=False),
        Column("Place", numeric=False),
        Column("Rate", numeric=False),
    )
    return Table("Sensors", columns, rows, compact=True)
