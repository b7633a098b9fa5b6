"""The force model against speed, where baseline sessions of several speeds exist."""

from __future__ import annotations

import math

from gaitpipe.rehab.context import context_of
from gaitpipe.rehab.words import GaitScreen
from gaitpipe.report.document import Content, ReportInput, Section
from gaitpipe.report.rehab_input import RehabInput
from gaitpipe.report.rehab_load_figures import speed_figure
from gaitpipe.report.rehab_words import unusable
from gaitpipe.report.text import foreign


def _peak_bw(screen: GaitScreen) -> float | None:
    """Peak of the sine model from both legs (rehab.md 2.1); None when a leg is missing."""
    legs = (screen.left, screen.right)
    stride = [leg.stride_time_s for leg in legs if leg is not None and leg.stride_time_s is not None]
    contact = [leg.contact_time_s for leg in legs if leg is not None and leg.contact_time_s is not None]
    if len(stride) != len(legs) or len(contact) != len(legs):
        return None
    return math.pi / 4.0 * sum(stride) / sum(contact)


def _points(rehab: RehabInput) -> tuple[tuple[float, float, str], ...]:
    found = []
    screens = [(one, True, foreign(one.name)) for one in rehab.baselines]
    if rehab.session is not None:
        screens.append((rehab.session, False, "today"))
    for screen, baseline, name in screens:
        speed, peak = context_of(screen, rehab.log, rehab.plan, baseline).speed_m_s, _peak_bw(screen)
        if speed is not None and peak is not None:
            found.append((speed, peak, name))
    return tuple(found)


def _applies(report: ReportInput) -> bool:
    rehab = report.rehab
    return rehab is not None and not unusable(rehab) and sum(name != "today" for *_, name in _points(rehab)) > 1


def _render(report: ReportInput) -> Content:
    if report.rehab is None:
        return ()
    points = _points(report.rehab)
    before = [peak for _, peak, name in points if name != "today"]
    mean = sum(before) / len(before)
    return (speed_figure([(speed, 100.0 * peak / mean, name) for speed, peak, name in points], mean),)


SECTION = Section("rehab-speed", "Force model by speed", 53, _render, applies=_applies, on_refer=False)
