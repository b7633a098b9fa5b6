"""How the foot lands: share of rearfoot, midfoot and forefoot contacts, and how sure the classes are."""

from __future__ import annotations

import numpy as np

from gaitpipe.evidence import value
from gaitpipe.model import SIDES, Side
from gaitpipe.report.document import Cell, Column, Content, Paragraph, ReportInput, Section, Table
from gaitpipe.report.series import Strides, good_strides
from gaitpipe.report.text import count, number

_CLASSES = ("rearfoot", "midfoot", "forefoot")


def _classed(report: ReportInput) -> dict[Side, Strides]:
    """Good running strides with a strike class, by side; sides without any are left out."""
    found: dict[Side, Strides] = {}
    for side in SIDES:
        strides = good_strides(report.result.strides, side, "run")
        strides = strides[strides["foot_strike_class"] != ""]
        if len(strides):
            found[side] = strides
    return found


def _applies(report: ReportInput) -> bool:
    return bool(_classed(report))


def _render(report: ReportInput) -> Content:
    classed = _classed(report)
    low, high = number(value("foot_strike_forefoot_deg"), 1), number(value("foot_strike_rearfoot_deg"), 1)
    columns = (Column("Contact with the", numeric=False), *(Column(side.capitalize(), side) for side in classed))
    rows = [(Cell(name), *(_share(strides, name) for strides in classed.values())) for name in _CLASSES]
    rows.append((Cell("how sure", "mean probability"), *(_sureness(strides) for strides in classed.values())))
    notes = (
        f"By foot strike angle: rearfoot above {high} deg, forefoot below {low} deg, midfoot between. These limits are "
        "unverified, and angles change gradually: near a limit the class says little.",
        "How sure: how likely the class of a single contact is, given how far its angle may be off.",
    )
    table = Table("Share of contacts", columns, tuple(rows), notes, compact=True)
    return (*(Paragraph(_in_words(side, strides)) for side, strides in classed.items()), table)


def _in_words(side: Side, strides: Strides) -> str:
    shares = {name: float(np.mean(strides["foot_strike_class"] == name)) for name in _CLASSES}
    most = max(shares, key=lambda name: shares[name])
    contacts = count(len(strides), "contact")
    return f"{side.capitalize()}, {contacts}: {number(100.0 * shares[most])} % {most}. No class is better than another."


def _share(strides: Strides, name: str) -> Cell:
    return Cell(f"{number(100.0 * float(np.mean(strides['foot_strike_class'] == name)))} %")


def _sureness(strides: Strides) -> Cell:
    return Cell(f"{number(100.0 * float(np.nanmean(strides['foot_strike_probability'])))} %")


SECTION = Section("strike", "How the foot lands", 37, _render, applies=_applies, on_refer=False)
