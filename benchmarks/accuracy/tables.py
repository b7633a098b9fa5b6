"""The readable report of an accuracy run: what was compared with what, the tables, and what they cannot show."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from benchmarks.accuracy.measure import LINE_TOLERANCE_SPM, TOLERANCE_SPM, CadenceRow, EventRow
from benchmarks.accuracy.score import EDGE_S, ErrorSummary, EventScore, summarise
from gaitpipe.core.params import default_params, parameter_hash

HEADER = f"""# Accuracy on reference recordings

Written by `python -m benchmarks.accuracy.run`; do not edit. Every trial went through the whole pipeline
(`gaitpipe.Session`), both sensors of a trial in one session, with no setting changed for any of them.
Figures made on computed or borrowed signals are no promise for a runner of your own.

## How to read the cadence table

- Cadence is in steps/min of both feet: 120 / stride time of one foot.
- **Contacts known** (force plate: vertical force over 50 N; instrumented treadmill: over 60 N; walking: motion
  capture).
  The verdict compares the pipeline's `ok` strides with the strides of the reference that begin within 60 ms of them,
  one to one, over these same strides. Contacts within {EDGE_S:g} s of either end of the gait data are not scored.
  Tolerance {TOLERANCE_SPM:g} step/min.
- `paired` does the same with a window of 250 ms: a misplaced contact shortens one stride and lengthens its neighbour.
  Matched strides lose one of the two, so one misplaced contact shows in the verdict; paired strides keep both.
- `strays` are `ok` strides that begin at no contact of the reference: misplaced by more than 60 ms.
- `shown` is what the pipeline tells its user, minus the mean over all strides of the reference. It holds the strides at
  the edges of the recording too: also the one out of the 0.5 s blend by which the computed standing part was joined
  to the running, which no person ever did, and strides whose contacts the reference left out.
- **Contacts not known** (`spectrum`): the strongest line of Welch's spectrum of the raw channels, segments of 8 s.
  Its resolution is 15 steps/min; tolerance one fifth of it, {LINE_TOLERANCE_SPM:g} steps/min. `windows` is the mean of
  pipeline minus autocorrelation over windows of 4 s. A difference above 1 step/min is printed bold, pass or not.
- An accelerometer without gyroscope gives cadence only, from whole windows of 4 s: compared with the mean over the
  strides of the reference in these windows. A short recording holds one window or two.
"""

LIMITS = """## What this cannot show

- **The corrected times are not held out.** The bias of each placement that is taken off the raw times was fitted on
  these same five runners: corrected bias and RMSE are optimistic. The raw rows owe to these recordings only the choice
  of the features.
- The virtual sensors are computed from markers (content up to about 25 Hz): no impact, no shock, no clipping, no strap
  slip, no drift, no radio. Whatever uses the impact, here and in the shank's initial contact, is not judged.
- The threshold decides: 20 N instead of 50 N moves initial contact by 5-6 ms and terminal contact by 8-9 ms. An event
  bias below about 10 ms means nothing.
- Five runners, four speeds, 5 to 9 contacts a sensor: a within-sensor SD is uncertain by a factor of 0.7 to 2.1.
  Runners who land on the forefoot are rare in them.
- The real running recordings are of one person in laps of 3 x 3 m with turns at every few strides, with a gyroscope
  that clips near 540 deg/s; they have no contact times at all.
- Walking: one person, 2 x 20 m, events of motion capture whose own definition (heel marker) differs from a force.
"""


def report(cadence: Sequence[CadenceRow], events: Sequence[EventRow]) -> str:
    """The whole text, in Markdown."""
    parts = [HEADER, _parameters(), _verdicts(cadence), _cadence_tables(cadence), _event_tables(events), LIMITS]
    return "\n".join(parts)


def _parameters() -> str:
    hashes = [f"{placement} `{parameter_hash(default_params(placement))}`" for placement in ("foot", "shank")]
    return f"Parameters of the detector: {', '.join(hashes)}.\n"


def _verdicts(rows: Sequence[CadenceRow]) -> str:
    lines = [
        "## Verdicts",
        "",
        "| recordings | sensors | pass | not pass | largest difference |",
        "|---|---|---|---|---|",
    ]
    for name, chosen in _groups(rows):
        judged = [row for row in chosen if row.verdict]
        passed = sum(row.verdict == "pass" for row in judged)
        sizes = [abs(row.difference_spm) for row in judged if np.isfinite(row.difference_spm)]
        largest = f"{max(sizes):.2f}" if sizes else "-"
        lines.append(f"| {name} | {len(chosen)} | {passed} | {len(judged) - passed} | {largest} |")
    bad = [row for row in rows if row.verdict not in ("pass", "")]
    lines += ["", "Not passed:" if bad else "All passed.", ""]
    lines += [
        f"- {row.trial} {row.placement} {row.side}: {row.verdict}, {_signed(row.difference_spm)} steps/min "
        + (f"over {row.compared} strides, {row.strays} strays, " if row.compared else "from windows of 4 s, ")
        + f"paired {_signed(row.paired_difference_spm)}"
        for row in bad
    ]
    return "\n".join([*lines, ""])


def _groups(rows: Sequence[CadenceRow]) -> list[tuple[str, list[CadenceRow]]]:
    key: Callable[[CadenceRow], str] = lambda row: f"{row.dataset}, {row.placement}, {row.mode}"  # noqa: E731
    return [(name, [row for row in rows if key(row) == name]) for name in dict.fromkeys(map(key, rows))]


def _cadence_tables(rows: Sequence[CadenceRow]) -> str:
    lines = ["## Cadence", ""]
    for name, chosen in _groups(rows):
        lines += [f"### {name} (reference: {chosen[0].reference})", ""]
        lines += _known(chosen) if any(row.paired for row in chosen) else _unknown(chosen)
        lines.append("")
    return "\n".join(lines)


def _known(rows: Sequence[CadenceRow]) -> list[str]:
    head = "| trial | side | strides ok/kept | matched | pipeline | reference | difference | verdict | strays "
    lines = [head + "| paired | shown |", "|" + "---|" * 11]
    lines += [
        f"| {row.trial} | {row.side} | {row.strides_ok}/{row.strides_kept} | {row.compared} | {row.cadence_spm:.2f} "
        f"| {row.reference_spm:.2f} | {_signed(row.difference_spm)} | {row.verdict} | {row.strays} "
        f"| {_signed(row.paired_difference_spm)} | {_signed(row.shown_difference_spm)} |"
        for row in rows
    ]
    return lines


def _unknown(rows: Sequence[CadenceRow]) -> list[str]:
    head = "| trial | side | strides ok/kept | pipeline | reference | difference | tolerance | verdict | windows |"
    lines = [head, "|" + "---|" * 9]
    for row in rows:
        difference = _signed(row.difference_spm)
        difference = f"**{difference}**" if abs(row.difference_spm) > TOLERANCE_SPM else difference
        tolerance = f"{row.tolerance_spm:g}" if row.verdict else "-"
        lines.append(
            f"| {row.trial} | {row.side} | {row.strides_ok}/{row.strides_kept} | {row.shown_spm:.2f} "
            f"| {row.reference_spm:.2f} | {difference} | {tolerance} | {row.verdict or 'none'} "
            f"| {_signed(row.window_difference_spm)} |"
        )
    return lines


def _event_tables(rows: Sequence[EventRow]) -> str:
    lines = [
        "## Events, a first look",
        "",
        "No targets yet. One-to-one matching of initial contacts within 50 ms; errors are pipeline minus reference, in "
        "ms. `bias` is the mean of the sensors' means, `between` their standard deviation, `within` the root of the "
        "mean variance inside a sensor, `RMSE` over all contacts. `missed inside` leaves out the contacts at the ends "
        "of a recording: a contact is known only between two swings. `extra` are contacts of the pipeline that belong "
        "to none of the reference. A contact misplaced by more than 50 ms is a missed one and an extra one and does "
        "not enter the errors. Corrected times are **not held out**, see below.",
        "",
    ]
    for dataset, placement in dict.fromkeys((row.dataset, row.placement) for row in rows):
        chosen = [row for row in rows if (row.dataset, row.placement) == (dataset, placement)]
        lines += [f"### {dataset}, {placement} ({len(chosen)} sensors)", "", *_event_table(chosen), ""]
    return "\n".join(lines)


def _event_table(rows: Sequence[EventRow]) -> list[str]:
    head = "| times | recall | missed inside | extra | event | n | bias | between | within | RMSE |"
    lines = [head, "|" + "---|" * 10]
    for times in ("corrected", "raw"):
        scores: list[EventScore] = [getattr(row, times) for row in rows]
        eligible, recalled = sum(s.eligible for s in scores), sum(s.recalled for s in scores)
        share, extra = 100.0 * recalled / max(1, eligible), sum(s.extra for s in scores)
        inside = sum(s.missed_inside for s in scores)
        front = f"| {times} | {recalled}/{eligible} = {share:.1f} % | {inside} | {extra} "
        for label, name in (("initial contact", "ic"), ("terminal contact", "tc"), ("contact time", "contact")):
            found = summarise([getattr(score, f"{name}_error_s") for score in scores])
            lines.append(f"{front}| {label} | {_errors(found)} |")
            front = "| | | | "
    return lines


def _errors(found: ErrorSummary) -> str:
    values = (found.bias, found.between, found.within, found.rmse)
    cells = ["-" if np.isnan(value) else f"{1000 * value:.1f}" for value in values]
    return " | ".join([str(found.count), *cells])


def _signed(value: float) -> str:
    return "-" if np.isnan(value) else f"{value:+.2f}"
