"""The cadence of every sensor of every recording, as tables."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from benchmarks.accuracy.cadence import LINE_TOLERANCE_SPM, TOLERANCE_SPM, CadenceRow
from benchmarks.accuracy.markdown import number, table
from benchmarks.accuracy.score import EDGE_S

EXPLANATION = f"""Cadence is in steps/min of both feet: 120 / stride time of one foot.

- **Contacts known**: the verdict compares the pipeline's `ok` strides with the strides of the reference that begin
  within 60 ms of them, one to one, over these same strides. Contacts within {EDGE_S:g} s of either end are not
  scored. Tolerance {TOLERANCE_SPM:g} step/min. `paired` does the same with a window of 250 ms: a misplaced contact
  shortens one stride and lengthens its neighbour; matched strides lose one of the two, paired strides keep both.
  `strays` are `ok` strides that begin at no contact of the reference. `shown` is what the pipeline tells its user,
  minus the mean over all strides of the reference: it holds the strides at the edges too, also the one out of the
  0.5 s blend by which the computed standing part was joined to the running, which no person ever did.
- **Contacts not known** (`spectrum`): the strongest line of Welch's spectrum of the raw channels, segments of 8 s.
  Its resolution is 15 steps/min; tolerance one fifth of it, {LINE_TOLERANCE_SPM:g} steps/min. `windows` is the mean of
  pipeline minus autocorrelation over windows of 4 s. A difference above 1 step/min is printed bold, pass or not.
"""


def cadence_verdicts(rows: Sequence[CadenceRow]) -> list[str]:
    """Passes by kind of recording, and each sensor that did not pass."""
    lines = []
    for name, chosen in _groups(rows):
        judged = [row for row in chosen if row.verdict]
        passed = sum(row.verdict == "pass" for row in judged)
        sizes = [abs(row.difference_spm) for row in judged if np.isfinite(row.difference_spm)]
        largest = f"{max(sizes):.2f}" if sizes else "-"
        lines.append([name, str(len(chosen)), str(passed), str(len(judged) - passed), largest])
    bad = [row for row in rows if row.verdict not in ("pass", "")]
    out = table(["recordings", "sensors", "pass", "not pass", "largest difference"], lines)
    out += ["", "Not passed:" if bad else "All passed.", ""]
    out += [
        f"- {row.trial} {row.placement} {row.side}: {row.verdict}, {_signed(row.difference_spm)} steps/min "
        f"over {row.compared} strides, {row.strays} strays, paired {_signed(row.paired_difference_spm)}"
        for row in bad
    ]
    return out


def cadence_tables(rows: Sequence[CadenceRow]) -> list[str]:
    lines = []
    for name, chosen in _groups(rows):
        lines += [f"### {name} (reference: {chosen[0].reference})", ""]
        lines += _known(chosen) if any(row.paired for row in chosen) else _unknown(chosen)
        lines.append("")
    return lines


def _groups(rows: Sequence[CadenceRow]) -> list[tuple[str, list[CadenceRow]]]:
    key: Callable[[CadenceRow], str] = lambda row: f"{row.dataset}, {row.placement}, {row.mode}"  # noqa: E731
    return [(name, [row for row in rows if key(row) == name]) for name in dict.fromkeys(map(key, rows))]


def _known(rows: Sequence[CadenceRow]) -> list[str]:
    head = [
        "trial",
        "side",
        "strides ok/kept",
        "matched",
        "pipeline",
        "reference",
        "difference",
        "verdict",
        "strays",
        "paired",
        "shown",
    ]
    lines = [
        [
            row.trial, row.side, f"{row.strides_ok}/{row.strides_kept}", str(row.compared), number(row.cadence_spm, 2),
            number(row.reference_spm, 2), _signed(row.difference_spm), row.verdict, str(row.strays),
            _signed(row.paired_difference_spm), _signed(row.shown_difference_spm),
        ]
        for row in rows
    ]  # fmt: skip
    return table(head, lines)


def _unknown(rows: Sequence[CadenceRow]) -> list[str]:
    head = [
        "trial",
        "side",
        "strides ok/kept",
        "pipeline",
        "reference",
        "difference",
        "tolerance",
        "verdict",
        "windows",
    ]
    lines = []
    for row in rows:
        difference = _signed(row.difference_spm)
        difference = f"**{difference}**" if abs(row.difference_spm) > TOLERANCE_SPM else difference
        tolerance = f"{row.tolerance_spm:g}" if row.verdict else "-"
        lines.append(
            [
                row.trial, row.side, f"{row.strides_ok}/{row.strides_kept}", number(row.shown_spm, 2),
                number(row.reference_spm, 2), difference, tolerance, row.verdict or "none",
                _signed(row.window_difference_spm),
            ]
        )  # fmt: skip
    return table(head, lines)


def _signed(value: float) -> str:
    return number(value, 2, sign=True)
