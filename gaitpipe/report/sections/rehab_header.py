"""Whose visit this is and how it was measured: runner, day, device, mounting, shoe, surface, speed, incline."""

from __future__ import annotations

from collections.abc import Iterable

from gaitpipe.rehab.context import context_of
from gaitpipe.rehab.words import Context
from gaitpipe.report.document import Content, Facts, ReportInput, Section, has_rehab
from gaitpipe.report.rehab_input import RehabInput
from gaitpipe.report.rehab_words import LOCATION_WORD, PATH_WORD, SIDE_WORD, day_text
from gaitpipe.report.text import foreign, number, with_unit

_NOT_KNOWN = "not known"


def _render(report: ReportInput) -> Content:
    rehab = report.rehab
    if rehab is None:
        return ()
    plan, tendon = rehab.plan.plan, rehab.plan.tendon
    who: tuple[tuple[str, str], ...] = (
        ("Runner", foreign(plan.athlete)),
        ("Day", day_text(rehab.on)),
        ("Tendon", f"{SIDE_WORD[tendon.side]}, {LOCATION_WORD[tendon.location]}"),
        ("Clinician", foreign(plan.clinician) or "none named"),
        ("Assessor", foreign(rehab.assessor) or "not named"),
        ("Mode", "clinic" if plan.mode == "clinic" else "self"),
    )
    if not report.refers:
        who += (("Path", PATH_WORD[plan.path]), ("Programme", _programme(rehab)))
    return Facts(who, wide=True), Facts(tuple(_measured(report, rehab)), wide=True)


def _measured(report: ReportInput, rehab: RehabInput) -> Iterable[tuple[str, str]]:
    if rehab.session is None:
        yield "Gait screen", "none: this report is made of the plan and the log"
        return
    session = rehab.session
    context = context_of(session, rehab.log, rehab.plan, False)
    yield "Session", foreign(session.name)
    yield "Device", _devices(report)
    rate = _NOT_KNOWN if session.rate_hz is None else with_unit(number(session.rate_hz), "Hz")
    yield "Mounting", f"{session.placement or 'place ' + _NOT_KNOWN}, {rate}{_told(rehab.mounting)}"
    yield "Shoe", f"{shoe_text(context)}, age not entered"
    yield "Warm-up", "not entered"
    yield "Firmware", _firmware(report)
    incline = _NOT_KNOWN if context.incline_pct is None else f"{context.incline_pct:g} %"
    yield "Surface", f"{context.surface or _NOT_KNOWN}, incline {incline}"
    yield "Speed", _NOT_KNOWN if context.speed_m_s is None else with_unit(number(context.speed_m_s, 2), "m/s")
    yield "Baseline", ", ".join(foreign(one.name) for one in rehab.baselines) or "none"


def _programme(rehab: RehabInput) -> str:
    started = rehab.plan.plan.started
    if started is None:
        return "start not entered; duration of symptoms not entered"
    weeks = (rehab.on - started).days // 7
    return f"{weeks} weeks, since {day_text(started)}; duration of symptoms not entered"


def _firmware(report: ReportInput) -> str:
    told = (foreign(value) for key, value in sorted(report.metadata.items()) if "firmware" in key.lower() and value)
    return ", ".join(told) or "not in the recording"


def _told(mounting: str) -> str:
    return f", {foreign(mounting)}" if mounting else ""


def shoe_text(context: Context) -> str:
    """Shoe, drop and kind as one text."""
    parts = [foreign(context.shoe) if context.shoe else _NOT_KNOWN]
    if context.shoe_drop_mm is not None:
        parts.append(f"drop {context.shoe_drop_mm:g} mm")
    if context.shoe_minimal:
        parts.append("minimal")
    return ", ".join(parts)


def _devices(report: ReportInput) -> str:
    named = dict.fromkeys(
        f"{foreign(sensor.info.device) or 'not named'} ({foreign(sensor.info.profile_id) or 'plain file'})"
        for sensor in report.result.sensors
    )
    return "; ".join(named) or _NOT_KNOWN


SECTION = Section("rehab-header", "Runner and session", 1, _render, applies=has_rehab)
