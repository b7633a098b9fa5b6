"""Blocks of one visit compared: before, under and after a cue, from a recording, files, or strides of an analysis.

The result is `compare.json`, in SI units; `read_compare` gives it back for the report.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gaitpipe import __version__
from gaitpipe.app.analyze import Analysis
from gaitpipe.app.compare_read import read_compare
from gaitpipe.app.recorded_cue import RecordedCue, cues_of_events, cues_of_summary
from gaitpipe.errors import RecordingError, UsageError
from gaitpipe.evidence import value
from gaitpipe.exporters.atomic import write_atomic
from gaitpipe.exporters.strides_csv import read_strides_csv
from gaitpipe.model import Side
from gaitpipe.rehab.before_after import BLOCKS, before_after
from gaitpipe.rehab.plan import Plan
from gaitpipe.rehab.words import BeforeAfter
from gaitpipe.report.series import time_origin_s
from gaitpipe.report.text import clock_time

__all__ = ["Comparison", "Span", "Strides", "compare_blocks", "comparison_content", "parse_span", "read_compare"]

COMPARE_NAME = "compare.json"
SCHEMA_VERSION = 1
SIGNIFICANT_DIGITS = 9
BLOCKS_FORM = "--before 0:30-2:30 --cue 3:00-5:00 --after 5:30-7:30"
_TIME = r"(?:(?:(\d+):)?(\d{1,4}):)?(\d{1,5}(?:[.,]\d+)?)"
_SPAN = re.compile(rf"\s*{_TIME}\s*(?:-|\u2013|to)\s*{_TIME}\s*")
SPAN_ADVICE = "Write the start and the end of a block, such as 0:30-2:30 (minutes:seconds) or 30-150 (seconds)."


@dataclass(frozen=True, slots=True)
class Span:
    """A block in time [s], counted as the report's time axis is: since the start, or since the first stride."""

    start_s: float
    end_s: float

    def __str__(self) -> str:
        return f"{clock_time(self.start_s)}-{clock_time(self.end_s)}"


@dataclass(frozen=True, slots=True)
class Strides:
    """The stride table of one visit and where it comes from; `end_s` is where its data end, on the table's own axis.

    `cues` are those that the recording holds, in the time of the table.
    """

    rows: NDArray[np.void]
    end_s: float
    name: str
    recording: Mapping[str, Any] = field(default_factory=dict)
    input_sha256: str = ""
    parameter_hash: str = ""
    cues: tuple[RecordedCue, ...] = ()


@dataclass(frozen=True, slots=True)
class Comparison:
    """The comparison, its blocks and what it was made of."""

    found: BeforeAfter
    spans: tuple[Span, Span, Span]
    strides: Strides


def parse_span(text: str) -> Span:
    """Read `0:30-2:30`, `1:02:30-1:04:30` or `30-150`.

    Raises
    ------
    UsageError
        It is no span, or it ends before it starts.
    """
    found = _SPAN.fullmatch(text)
    if found is None:
        raise UsageError(f"'{text}' is no block of time", SPAN_ADVICE)
    start_s, end_s = (_seconds(found.groups()[place : place + 3], text) for place in (0, 3))
    if end_s <= start_s:
        raise UsageError(f"the block {text} ends before it starts", SPAN_ADVICE)
    return Span(start_s, end_s)


def recorded_spans(strides: Strides) -> tuple[tuple[Span, Span, Span], str]:
    """Return the blocks before, under and after the recorded cue, and what was asked for, in words.

    The first seconds of each block are left out: gait follows a change within some strides.

    Raises
    ------
    UsageError
        No cue was recorded, several were, or one without plain running before or after it.
    """
    if not strides.cues:
        raise UsageError("three blocks are needed, and no cue was recorded", f"For example: {BLOCKS_FORM}")
    if len(strides.cues) > 1:
        raise UsageError(f"{len(strides.cues)} cues were recorded", f"Say which blocks: {BLOCKS_FORM}")
    cue = strides.cues[0]
    if cue.after_s is None:
        message = "the recorded cue has no plain running after it: the recording or the schedule ended with the cue"
        raise UsageError(message, f"Give the blocks: {BLOCKS_FORM}. Next time run on for two minutes after the cue.")
    settle_s, origin_s = value("cue_settle_s"), time_origin_s(strides.rows) if len(strides.rows) else 0.0
    borders = (cue.before_s, cue.start_s), (cue.start_s, cue.feedback_end_s), (cue.after_s, strides.end_s)
    for name, (start_s, end_s) in zip(BLOCKS, borders, strict=True):
        if end_s <= start_s + settle_s:
            message = f"the recorded block '{name}' ({clock_time(max(0.0, end_s - start_s))} long) is too short"
            raise UsageError(message, f"Give the blocks: {BLOCKS_FORM}")
    before, under, after = (Span(start_s + settle_s - origin_s, end_s - origin_s) for start_s, end_s in borders)
    return (before, under, after), cue.text


def _seconds(parts: tuple[str | None, ...], text: str) -> float:
    hours, minutes, seconds = parts
    total_s = float((seconds or "0").replace(",", "."))
    if minutes is not None and total_s >= 60.0:
        raise UsageError(f"'{text}' is no block of time: {seconds} seconds beside minutes", SPAN_ADVICE)
    if hours is not None and int(minutes or 0) >= 60:
        raise UsageError(f"'{text}' is no block of time: {minutes} minutes beside hours", SPAN_ADVICE)
    return 3600.0 * int(hours or 0) + 60.0 * int(minutes or 0) + total_s


def strides_of_analysis(analysis: Analysis) -> Strides:
    """The stride table of an analysis."""
    result = analysis.result
    ends_s = [float(sensor.duration_s) for sensor in result.sensors]
    recording = {
        "name": analysis.name,
        "recorded_utc": analysis.recorded_utc,
        "synthetic": analysis.synthetic,
        "belt_speed_m_s": result.belt_speed_m_s,
    }
    last_s = max([_last_s(result.strides), *ends_s], default=0.0)
    cues = cues_of_events(analysis.events, analysis.session_start_monotonic_ns)
    return Strides(result.strides, last_s, analysis.name, recording, analysis.input_sha256, result.parameter_hash, cues)


def strides_of_file(path: Path) -> Strides:
    """The stride table of an earlier analysis: its `strides.csv`; `summary.json` beside it says of what.

    Raises
    ------
    RecordingError
        It is no stride table.
    """
    rows = read_strides_csv(path)
    beside = _summary_beside(path)
    recording = beside.get("recording") if isinstance(beside.get("recording"), dict) else None
    known = (
        {key: recording.get(key) for key in ("name", "recorded_utc", "synthetic", "belt_speed_m_s")}
        if recording
        else {}
    )
    name = str(known.get("name") or path.parent.resolve().name)
    return Strides(
        rows,
        _last_s(rows),
        name,
        known,
        str(beside.get("input_sha256") or ""),
        str(beside.get("parameter_hash") or ""),
        cues_of_summary(beside.get("cue")),
    )


def _summary_beside(path: Path) -> dict[str, Any]:
    """What `summary.json` beside a stride table says; empty when there is none that can be read."""
    try:
        content = json.loads(path.with_name("summary.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return content if isinstance(content, dict) else {}


def _last_s(rows: NDArray[np.void]) -> float:
    """End of the last stride."""
    if not len(rows):
        return 0.0
    return float(np.nanmax(rows["ic_s"] + np.nan_to_num(rows["stride_time_s"])))


def compare_blocks(
    strides: Strides,
    spans: tuple[Span, Span, Span],
    *,
    cue_text: str = "",
    comfort: float | None = None,
    injured: Side | None = None,
    plan: Plan | None = None,
) -> Comparison:
    """Compare three blocks of one visit.

    Raises
    ------
    UsageError
        A block is too short, outside the data, or overlaps another; or the order is not before, cue, after.
    """
    origin_s = time_origin_s(strides.rows) if len(strides.rows) else 0.0
    _check_spans(spans, strides.end_s - origin_s)
    before, cue, after = (_rows_in(strides.rows, span, origin_s) for span in spans)
    found = before_after(before, cue, after, cue_text=cue_text, comfort=comfort, injured=injured, plan=plan)
    return Comparison(found, spans, strides)


def _check_spans(spans: tuple[Span, Span, Span], end_s: float) -> None:
    least_s = value("load_least_strides") * value("stride_time_minimum_s")
    for name, span in zip(BLOCKS, spans, strict=True):
        if span.end_s - span.start_s < least_s:
            message = f"the block '{name}' ({span}) is too short for {value('load_least_strides'):.0f} strides a leg"
            raise UsageError(message, "Give each block a minute or two of steady running.")
        if span.end_s > end_s + 1.0:
            message = f"the block '{name}' ({span}) is outside the data, which end at {clock_time(end_s)}"
            raise UsageError(message, "Look at the time axis of the report for where the blocks are.")
    for (name, span), (next_name, following) in zip(
        list(zip(BLOCKS, spans, strict=True))[:-1], list(zip(BLOCKS, spans, strict=True))[1:], strict=True
    ):
        if following.start_s < span.end_s:
            order = "overlap" if following.end_s > span.start_s else "are in the wrong order"
            message = f"the blocks '{name}' ({span}) and '{next_name}' ({following}) {order}"
            raise UsageError(message, "Give them in order of time: before, cue, after, with some seconds between.")


def _rows_in(rows: NDArray[np.void], span: Span, origin_s: float) -> NDArray[np.void]:
    """Strides that lie wholly inside a block."""
    start_s = rows["ic_s"] - origin_s
    end_s = start_s + np.nan_to_num(rows["stride_time_s"])
    inside: NDArray[np.void] = rows[(start_s >= span.start_s) & (end_s <= span.end_s)]
    return inside


def comparison_content(comparison: Comparison) -> dict[str, Any]:
    """The content of `compare.json`, ready for `json.dumps`."""
    found, strides = comparison.found, comparison.strides
    blocks = {
        name: {"start_s": span.start_s, "end_s": span.end_s, "strides": count}
        for name, span, count in zip(BLOCKS, comparison.spans, found.strides, strict=True)
    }
    content = {
        "schema_version": SCHEMA_VERSION,
        "kind": "before_after",
        "software": {"name": "gaitpipe", "version": __version__},
        "parameter_hash": strides.parameter_hash or None,
        "input_sha256": strides.input_sha256 or None,
        "recording": {"name": strides.name, **{key: one for key, one in strides.recording.items() if key != "name"}},
        "cue": found.cue,
        "comfort": found.comfort,
        "blocks": blocks,
        "figures": [asdict(figure) for figure in found.figures],
        "notes": list(found.notes),
    }
    return dict(_finite(content))


def write_comparison(comparison: Comparison, folder: Path) -> Path:
    """Write `compare.json` into a folder.

    Raises
    ------
    RecordingError
        It cannot be written.
    """
    path = folder / COMPARE_NAME
    text = json.dumps(comparison_content(comparison), indent=2, ensure_ascii=False, allow_nan=False) + "\n"
    write_atomic(path, text)
    return path


def _finite(value_: Any) -> Any:
    """Floats rounded to nine digits, null for what is not finite."""
    if isinstance(value_, dict):
        return {str(key): _finite(item) for key, item in value_.items()}
    if isinstance(value_, list | tuple):
        return [_finite(item) for item in value_]
    if isinstance(value_, float):
        return float(f"{value_:.{SIGNIFICANT_DIGITS}g}") if math.isfinite(value_) else None
    return value_


def open_strides(path: Path) -> Strides | None:
    """The strides of an earlier analysis: of its folder or its `strides.csv`; None when the path is neither.

    Raises
    ------
    RecordingError
        A CSV file is no stride table.
    """
    if path.is_dir() and (path / "strides.csv").is_file():
        return strides_of_file(path / "strides.csv")
    if path.suffix.lower() != ".csv":
        return None
    if not path.is_file():
        raise RecordingError(str(path), "is not there", "Give a recording, or the strides.csv of an analysis.")
    return strides_of_file(path)
