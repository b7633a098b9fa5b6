"""The time column of a file: which rows count, the sensor's rate, and which samples are missing.

Rules:

1. A row whose time is not later than every time before it is left out (a copy, or a clock that went back).
2. The interval is the mean of the steps that are no gap (at most 1.5 medians); the rate is its inverse.
3. A step above 1.5 intervals is a gap of round(step / interval) - 1 samples; more than a tenth of them is no clock.
4. The given times are kept as they are; unevenness is measured, stated where a step is off by 30 % or the steps vary
   by more than 10 % of the interval, and a warning from 10 % on.
5. What cannot be a time in seconds is refused, with what it looks like.
6. Where a time is uneven because the rate changes within the file, that is told, with the place of the first change.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gaitpipe.errors import RecordingError, counted
from gaitpipe.model import Finding, FloatArray, Severity, Side

MAX_BACKWARD_SHARE = 0.05
MAX_UNEVEN_SHARE = 0.05
MAX_GAP_SHARE = 0.1
GAP_INTERVALS = 1.5
UNEVEN_INTERVALS = 0.3
STATED_JITTER = 0.1
MIN_DURATION_S = 2.0
MIN_RATE_HZ = 40.0
MAX_RATE_HZ = 10_000.0
MAX_STEP_S = 0.5
PART_STEPS = 50
RATES_APART = 1.2
MAX_CHANGES = 3


@dataclass(frozen=True, slots=True)
class _Places:
    """Where rows stand in the file: `rows` (m,) are their numbers from 0."""

    rows: NDArray[np.int64]
    first_line: int | None

    def line(self, index: int) -> int | None:
        return None if self.first_line is None else int(self.rows[index]) + self.first_line

    def name(self, index: int) -> str:
        line = self.line(index)
        return f"sample {int(self.rows[index]) + 1}" if line is None else f"line {line}"


@dataclass(frozen=True, slots=True)
class Timing:
    """Rows that count: `rows` (m,) their places in the file, `sample` (m,) their sample index; and the findings."""

    rows: NDArray[np.int64]
    sample: NDArray[np.int64]
    rate_hz: float
    findings: tuple[Finding, ...]


def read_timing(time_s: FloatArray, path: str, side: Side, first_line: int | None) -> Timing:
    """Rows, sample indices and rate from the time column (n,), NaN where it has none.

    Row i stands on line `first_line` + i of the file; None for a file without lines.

    Raises
    ------
    RecordingError
        Too short, too slow, or not a time in seconds.
    """
    findings: list[Finding] = []
    rows = np.flatnonzero(np.isfinite(time_s))
    rows = rows[_forward(time_s[rows], _Places(rows, first_line), path, side, findings)]
    if len(rows) < 3:
        raise RecordingError(path, "no samples, or only one or two", "Export the whole session.")
    time_s = time_s[rows]
    steps_s = np.diff(time_s)
    interval_s = _interval_s(steps_s, path)
    duration_s = float(time_s[-1] - time_s[0])
    if duration_s < MIN_DURATION_S:
        advice = "At least some ten strides are needed: export 20 seconds or more."
        raise RecordingError(path, f"only {duration_s:.2f} s of data", advice)
    rate_hz = round(1.0 / interval_s, 3)
    _check_rate(rate_hz, path)
    places = _Places(rows, first_line)
    _check_jitter(steps_s, interval_s, places, path, side, findings)
    _check_gaps(steps_s, interval_s, places, path, side, findings)
    steps = np.where(steps_s > GAP_INTERVALS * interval_s, np.rint(steps_s / interval_s), 1).astype(np.int64)
    sample = np.concatenate([np.zeros(1, np.int64), np.cumsum(steps)])
    return Timing(rows.astype(np.int64), sample, rate_hz, tuple(findings))


def _forward(time_s: FloatArray, places: _Places, path: str, side: Side, findings: list[Finding]) -> NDArray[np.bool_]:
    """Mask of the rows that are later than all before; the others are counted."""
    latest = np.maximum.accumulate(np.concatenate([[-np.inf], time_s[:-1]]))
    forward: NDArray[np.bool_] = time_s > latest
    dropped = int((~forward).sum())
    if dropped == 0:
        return forward
    first = int(np.argmin(forward))
    share = dropped / len(time_s)
    verb = "has" if dropped == 1 else "have"
    same = int((np.diff(time_s)[~forward[1:]] == 0.0).sum())
    text = f"{dropped} of {len(time_s)} rows {verb} a time that is not later than the time before"
    kinds = [f"{same} the very same"] * (same > 0) + [f"{dropped - same} earlier"] * (same < dropped)
    text = f"{text}, first in {places.name(first)} ({', '.join(kinds)})"
    if share > MAX_BACKWARD_SHARE:
        advice = (
            "Rows of one time are copies, several sensors in one table, or times with too few decimals: leave out the "
            "copies, or give one sensor a file, or export more decimals."
            if same > dropped / 2
            else "Times that go back are of two recordings in one file, of several sensors, or of rows out of order: "
            "give one recording of one sensor, in the order of time."
        )
        raise RecordingError(path, text, advice, places.line(first))
    message = f"{text}; {'it was' if dropped == 1 else 'they were'} left out."
    advice = "Copies do no harm." if same == dropped else "Check the export of the time column."
    findings.append(Finding("time_backwards", "warning", message, advice, side))
    return forward


def _interval_s(steps_s: FloatArray, path: str) -> float:
    median_s = float(np.median(steps_s))
    if median_s > MAX_STEP_S:
        looks = "samples counted from 0" if median_s == 1.0 else "microseconds" if median_s > 500.0 else "milliseconds"
        message = f"the time grows by {median_s:g} from row to row: this looks like {looks}, not seconds"
        unit = {"milliseconds": "ms", "microseconds": "us"}.get(looks, "")
        advice = f'Convert it to seconds, or say its unit with the columns: --columns "time=NAME:{unit} acc=..."'
        count = 'Name the other columns, and say the rate: --columns "acc=..." --rate 200, or convert it to seconds'
        raise RecordingError(path, message, f"{advice if unit else count}.")
    if median_s < 1.0 / MAX_RATE_HZ:
        message = f"the time grows by only {median_s:g} from row to row: this cannot be seconds"
        raise RecordingError(path, message, "Convert the column to seconds (not minutes, hours or days).")
    even = steps_s[steps_s <= GAP_INTERVALS * median_s * (1.0 + 1e-6)]
    return float(np.mean(even))


def _check_rate(rate_hz: float, path: str) -> None:
    """Refuse what is too slow for running; the session says what a rate below 100 Hz cannot give."""
    if rate_hz < MIN_RATE_HZ:
        message = f"{rate_hz:.1f} samples a second are too few for running: at least {MIN_RATE_HZ:.0f} are needed"
        raise RecordingError(path, message, "Record at 100 Hz or more; 200 Hz is better.")


def _check_gaps(
    steps_s: FloatArray, interval_s: float, places: _Places, path: str, side: Side, findings: list[Finding]
) -> None:
    """Refuse times of arrival, whose bursts look like a fast sensor with many gaps; name the place of the first gap."""
    gaps = steps_s > GAP_INTERVALS * interval_s
    count = int(gaps.sum())
    if count == 0:
        return
    first = int(np.argmax(gaps)) + 1
    if count > MAX_GAP_SHARE * len(steps_s):
        if change := _change_of_rate(steps_s, places):
            raise change.error(path)
        message = f"too many samples are missing: {count} of {len(steps_s)} time steps are jumps"
        message = f"{message}, first in {places.name(first)}"
        advice = "If the times are those of arrival, in bursts, export the sensor's own time; else record again."
        raise RecordingError(path, message, advice, places.line(first))
    lost_s = float((steps_s[gaps] - interval_s).sum())
    message = (
        f"Samples are missing in {counted(count, 'place')} of the {side} file, {_length(lost_s)} in all, "
        f"first in {places.name(first)}."
    )
    findings.append(Finding("time_gaps", "info", message, "Strides with lost samples are left out.", side))


def _length(time_s: float) -> str:
    """Return a length of time with as many decimals as say something: 12.3 s, 0.24 s, 5 ms, 0.3 ms."""
    if time_s < 0.1:
        return f"{1000.0 * time_s:.{1 if time_s < 0.001 else 0}f} ms"
    return f"{time_s:.{1 if time_s >= 10.0 else 2}f} s"


@dataclass(frozen=True, slots=True)
class _Change:
    """A change of the rate within a file, in words, with the line where there are lines."""

    message: str
    line: int | None
    advice: str = "Cut the file there and give each part as a file of its own, or record with one rate throughout."

    def error(self, path: str) -> RecordingError:
        return RecordingError(path, self.message, self.advice, self.line)


def _change_of_rate(steps_s: FloatArray, places: _Places) -> _Change | None:
    """Whether times step evenly in one way up to a row, and evenly in another way from there on.

    Times of arrival and single gaps are alike throughout: the medians of parts of them do not fall into two kinds.
    """
    parts = len(steps_s) // PART_STEPS
    if parts < 4:
        return None
    medians_s = np.median(steps_s[: parts * PART_STEPS].reshape(parts, PART_STEPS), axis=1)
    if not medians_s.max() >= RATES_APART * medians_s.min() > 0.0:
        return None
    middle_s = float(np.sqrt(medians_s.max() * medians_s.min()))
    slow = medians_s > middle_s
    changes = np.flatnonzero(slow[1:] != slow[:-1])
    if not 1 <= len(changes) <= MAX_CHANGES:
        return None
    at = int(changes[0])
    as_before = (steps_s[at * PART_STEPS : (at + 2) * PART_STEPS] > middle_s) == slow[at]
    row = at * PART_STEPS + int(np.argmax(np.cumsum(np.where(as_before, 1, -1)))) + 2
    row = min(row, len(places.rows) - 1)
    before_hz, after_hz = (1.0 / float(np.median(medians_s[slow == kind])) for kind in (slow[at], ~slow[at]))
    more = "" if len(changes) == 1 else f", and {counted(len(changes) - 1, 'time')} more"
    message = f"the rate changes within the file: {before_hz:.0f} samples a second, {after_hz:.0f} from"
    return _Change(f"{message} {places.name(row)} on{more}", places.line(row))


def _check_jitter(
    steps_s: FloatArray, interval_s: float, places: _Places, path: str, side: Side, findings: list[Finding]
) -> None:
    """Refuse times of arrival in bursts; state what is uneven beyond rounding."""
    deviation = (steps_s[steps_s <= GAP_INTERVALS * interval_s] - interval_s) / interval_s
    uneven = np.abs(deviation) > UNEVEN_INTERVALS
    share, jitter = float(np.mean(uneven)), float(np.std(deviation))
    change = _change_of_rate(steps_s, places) if share > MAX_UNEVEN_SHARE or jitter > STATED_JITTER else None
    if share > MAX_UNEVEN_SHARE and change:
        raise change.error(path)
    if share > MAX_UNEVEN_SHARE:
        message = f"the times are too uneven: {share:.0%} of the steps differ by more than 30 % from {interval_s:.5f} s"
        raise RecordingError(path, message, "Export the sensor's own time, not the time of arrival.")
    if change:
        message = f"In the {side} file {change.message}; the times were used as they are."
        findings.append(Finding("rate_changes", "warning", message, change.advice, side))
    elif share > 0.0 or jitter > STATED_JITTER:
        message = f"The times of the {side} file are uneven by {jitter:.0%} of a sample; they were used as they are."
        advice = "Times of single strides are less certain. Export the sensor's own time if there is one."
        severity: Severity = "warning" if share > 0.0 and jitter >= STATED_JITTER else "info"
        findings.append(Finding("time_jitter", severity, message, advice, side))
