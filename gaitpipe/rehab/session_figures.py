"""Reads a `summary.json` for a comparison with other sessions: all figures with their uncertainty, and the conditions.

Rules
  1. The form must be known: a summary without `schema_version`, or of another version, is refused with the file.
  2. What is absent or null is missing. What is there must be of its kind: NaN, text for a number are refused.
  3. Nothing is computed here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from gaitpipe.model import SIDES, Placement, Side
from gaitpipe.rehab.screen import SIMULATED_UTC, codes_of, run_context_of
from gaitpipe.rehab.screen_reader import Reader
from gaitpipe.rehab.words import Context

SCHEMA_VERSION = 1
LARGEST = 1e12
MeasuredSide = Literal["left", "right", "both"]
MEASURED_SIDES: tuple[MeasuredSide, ...] = ("left", "right", "both")


@dataclass(frozen=True, slots=True)
class SessionFigure:
    """One figure of one side, in the unit of `FigureName`; `mean` None where some values were cut off."""

    n: int
    mean: float | None
    sd: float | None
    uncertainty: float | None
    mdc: float | None
    censored: int = 0


@dataclass(frozen=True, slots=True)
class FigureName:
    """What a figure is called, and why it may be missing or have no smallest detectable change."""

    label: str
    unit: str
    note: str = ""
    unstated: str = ""


@dataclass(frozen=True, slots=True)
class SessionSensor:
    """Sensor of one side."""

    placement: Placement | None
    profile_id: str
    rate_hz: float | None


@dataclass(frozen=True)
class SessionFigures:
    """One session: its figures by key and side, and what decides whether it can be compared.

    `recorded_utc` is None where the file does not say, and for simulated files, whose time is made up. `errors` are the
    codes of findings that make figures unreliable.
    """

    name: str
    file: str
    input_sha256: str
    recorded_utc: str | None
    synthetic: bool
    athlete: str
    height_m: float | None
    mode: str
    context: Context
    sensors: Mapping[Side, SessionSensor]
    errors: tuple[str, ...]
    cautions: tuple[str, ...]
    software_version: str
    parameter_hash: str
    names: Mapping[str, FigureName]
    figures: Mapping[tuple[str, MeasuredSide], SessionFigure]


def session_figures(summary: Mapping[str, Any], file: str) -> SessionFigures:
    """The session of a `summary.json`; `file` names it in errors.

    Raises
    ------
    RecordingError
        It is no summary, of another version, or a value is not what it should be: names file and key.
    """
    root = Reader(file, "", summary)
    _check_form(root)
    recording, metrics = root.table("recording"), root.needed_table("metrics")
    keys = metrics.keys()
    return SessionFigures(
        name=recording.text("name") or "",
        file=file,
        input_sha256=root.text("input_sha256") or "",
        recorded_utc=_recorded(recording),
        synthetic=bool(recording.flag("synthetic")),
        athlete=recording.text("athlete") or "",
        height_m=recording.number("height_m", 0.5, 3.0, "a height in metres"),
        mode=root.choice("mode", ("run", "walk")) or "",
        context=run_context_of(root),
        sensors=_sensors(root.needed_table("sensors")),
        errors=tuple(codes_of(root, errors=True)),
        cautions=tuple(codes_of(root, errors=False)),
        software_version=root.table("software").text("version") or "",
        parameter_hash=root.text("parameter_hash") or "",
        names={key: _name(metrics.table(key), key) for key in keys},
        figures={
            (key, side): _figure(metrics.table(key).table(side))
            for key in keys
            for side in MEASURED_SIDES
            if metrics.table(key).table(side).present
        },
    )


def _check_form(root: Reader) -> None:
    if root.text("kind") is not None:
        raise root.fault("kind", "this is a comparison, not the summary of a session")
    version = root.count("schema_version")
    if version is None:
        raise root.fault("schema_version", "is missing; is this a summary.json?")
    if version != SCHEMA_VERSION:
        age = "newer than" if version > SCHEMA_VERSION else "older than what"
        raise root.fault("schema_version", f"{version} is {age} this gaitpipe knows ({SCHEMA_VERSION})")


def _recorded(recording: Reader) -> str | None:
    text = recording.text("recorded_utc")
    return None if recording.flag("synthetic") and text == SIMULATED_UTC else text


def _sensors(sensors: Reader) -> dict[Side, SessionSensor]:
    found: dict[Side, SessionSensor] = {}
    for side in SIDES:
        one = sensors.table(side)
        if one.present:
            rate_hz = one.number("rate_hz", 0.1, 1e6, "a sample rate in Hz")
            placement: Placement | None = one.choice("placement", ("foot", "shank"))
            found[side] = SessionSensor(placement, one.text("profile_id") or "", rate_hz)
    return found


def _name(metric: Reader, key: str) -> FigureName:
    return FigureName(
        metric.text("label") or key,
        metric.text("unit") or "1",
        metric.text("note") or "",
        metric.text("unstated") or "",
    )


def _figure(found: Reader) -> SessionFigure:
    n = found.count("n")
    if n is None:
        raise found.fault("n", "is missing: how many strides the mean is of")
    return SessionFigure(
        n=n,
        mean=found.number("mean", -LARGEST, LARGEST, "a mean"),
        sd=found.number("sd", 0.0, LARGEST, "a standard deviation"),
        uncertainty=found.number("uncertainty", 0.0, LARGEST, "a standard uncertainty"),
        mdc=found.number("mdc", 0.0, LARGEST, "a smallest detectable change"),
        censored=found.count("censored") or 0,
    )
