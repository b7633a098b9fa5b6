"""Mean pitch rate of foot or shank over a stride, left and right, with spread and toe-off."""

from __future__ import annotations

import numpy as np

from gaitpipe.model import SIDES, Ensemble, Side
from gaitpipe.report.document import (
    Cell,
    Column,
    Content,
    Figure,
    Paragraph,
    ReportInput,
    Section,
    Table,
)
from gaitpipe.report.figures import ensemble_svg
from gaitpipe.report.text import DASH, GAIT_WORD, count, number


def _ensembles(report: ReportInput) -> list[tuple[Side, Ensemble]]:
    found: list[tuple[Side, Ensemble]] = []
    for side in SIDES:
        sensor = report.sensor(side)
        ensemble = None if sensor is None else sensor.pitch_rate_deg_s
        if ensemble is not None and ensemble.stride_count > 0 and np.isfinite(ensemble.mean).any():
            found.append((side, ensemble))
    return found


def _missing(report: ReportInput) -> str:
    if _ensembles(report):
        return ""
    if report.result.sensors and not any(sensor.info.has_gyro for sensor in report.result.sensors):
        return "The pitch rate needs a gyroscope, and these sensors have none."
    return f"There were too few good {GAIT_WORD[report.result.mode]} strides to average."


def _render(report: ReportInput) -> Content:
    ensembles = _ensembles(report)
    placements = {sensor.info.placement for sensor in report.result.sensors}
    segment = placements.pop() if len(placements) == 1 else "sensor"
    sides = " and ".join(side for side, _ in ensembles)
    title = f"Pitch rate of the {segment} over one stride, {sides}"
    description = f"{title}. " + " ".join(_in_words(side, ensemble) for side, ensemble in ensembles)
    rising = (
        "toes coming up" if segment == "foot" else "ankle swinging forward" if segment == "shank" else "see Methods"
    )
    gait = GAIT_WORD[report.result.mode]
    caption = (
        f"How fast the {segment} rotates in the plane of {gait}; positive: {rising}. Line: mean of the good {gait} "
        "strides. Band: mean \u00b1 1 SD between strides. Initial contact is at 0 % and 100 %; the upright lines mark "
        "toe-off."
    )
    figure = Figure(
        "ensemble",
        caption,
        ensemble_svg("wide", ensembles, segment, title, description),
        ensemble_svg("narrow", ensembles, segment, title, description),
        " ".join(_in_words(side, ensemble) for side, ensemble in ensembles),
        _table(ensembles),
    )
    if len(ensembles) == 1:
        return (Paragraph(f"Only the {ensembles[0][0]} side can be drawn."), figure)
    return (figure,)


def _in_words(side: Side, ensemble: Ensemble) -> str:
    high, low = int(np.nanargmax(ensemble.mean)), int(np.nanargmin(ensemble.mean))
    toe_off = ensemble.terminal_contact_pct
    left_ground = f"Toe-off at {number(toe_off, 1)} % of the stride. " if np.isfinite(toe_off) else ""
    return (
        f"{side.capitalize()}, {count(ensemble.stride_count, 'stride')}: {left_ground}"
        f"Highest {number(float(ensemble.mean[high]))} deg/s at {number(float(ensemble.phase_pct[high]))} %, "
        f"lowest {number(float(ensemble.mean[low]))} deg/s at {number(float(ensemble.phase_pct[low]))} %."
    )


def _table(ensembles: list[tuple[Side, Ensemble]]) -> Table:
    columns = (Column("Stride", numeric=False), *(Column(side.capitalize(), side, "deg/s") for side, _ in ensembles))
    places = np.arange(0.0, 100.1, 10.0)
    rows = [(Cell(f"{place:.0f} %"), *(_at(ensemble, place) for _, ensemble in ensembles)) for place in places]
    return Table("Mean pitch rate \u00b1 SD at every tenth of the stride", columns, tuple(rows), compact=True)


def _at(ensemble: Ensemble, place_pct: float) -> Cell:
    mean = float(np.interp(place_pct, ensemble.phase_pct, ensemble.mean))
    sd = float(np.interp(place_pct, ensemble.phase_pct, ensemble.sd))
    return Cell(f"{number(mean)} \u00b1 {number(sd)}") if np.isfinite(mean) else Cell(DASH, "not known", empty=True)


SECTION = Section("ensemble", "Movement over one stride", 40, _render, missing=_missing)
