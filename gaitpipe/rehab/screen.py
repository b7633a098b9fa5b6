"""Reads `summary.json` into a `GaitScreen`: the only door between the analysis of signals and the rehab part.

Rules
  1. Only cadence (or stride or step time) and contact time with its count are needed, per side; a side may be missing.
  2. What is absent or null is missing (None). What is there must be of its kind and within what a body can do: text for
     a number, NaN, milliseconds for seconds are refused with the file and the key, never read as missing or as 0.
  3. A file of a newer form than is known is refused: what it means may have changed.
  4. Nothing is computed here but units: a mean stays the mean that the summary holds.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from gaitpipe.evidence import value
from gaitpipe.model import SIDES, Placement, Side
from gaitpipe.rehab.screen_reader import Reader
from gaitpipe.rehab.words import SURFACES, Context, DriftFigure, GaitScreen, LegMeans, Surface, Window

UNRELIABLE_CODES = frozenset({"maybe_swapped", "not_alternating"})
"""Warnings that make figures of the injured leg unreliable: whose leg is it?"""
KNOWN_VERSION = 1
"""Newest `schema_version` of summary.json that is read here."""
SIMULATED_UTC = "2026-01-01T00:00:00Z"
"""What the simulator stamps on every recording: such a session has no day of its own."""
INFERRED_SURFACE: Surface = "treadmill"


def screen_of(summary: Mapping[str, Any], file: str = "") -> GaitScreen:
    """The session of a `summary.json`.

    Parameters
    ----------
    summary
        Its content, as `json.load` gives it.
    file
        Where it came from, for the errors; its stem is the session's name where the summary has none.

    Raises
    ------
    RecordingError
        Something needed is missing, or a value is not what it should be: names file and key.
    """
    root = Reader(file or "summary.json", "", summary)
    version = root.count("schema_version")
    if version is not None and version > KNOWN_VERSION:
        raise root.fault("schema_version", f"{version} is newer than this gaitpipe knows ({KNOWN_VERSION})")
    recording, metrics = root.table("recording"), root.needed_table("metrics")
    left, right = (_leg(metrics, side) for side in SIDES)
    if left is None and right is None:
        raise metrics.fault("ground_contact_time_s", "is missing for both sides; analyse the session again")
    return GaitScreen(
        name=recording.text("name") or _stem(file),
        day=_day(recording),
        mode=_mode(root, left, right),
        synthetic=bool(recording.flag("synthetic")),
        context=run_context_of(root),
        placement=_placement(root.table("sensors")),
        rate_hz=_rate_hz(root.table("sensors")),
        left=left,
        right=right,
        windows=tuple(_window(item) for item in root.tables("windows")),
        drift=tuple(_drift(item) for item in root.tables("drift")),
        errors=tuple(codes_of(root, errors=True)),
        lost_share=_lost_share(root.table("data_quality")),
        clock_residual_s=_clock_residual_s(root.table("data_quality")),
        software_version=root.table("software").text("version") or "",
        parameter_hash=root.text("parameter_hash") or "",
        input_sha256=root.text("input_sha256") or "",
        cautions=tuple(codes_of(root, errors=False)),
    )


def _stem(file: str) -> str:
    name = file.replace("\\", "/").rsplit("/", 1)[-1]
    return name.rsplit(".", 1)[0] if "." in name.strip(".") else name


def _day(recording: Reader) -> date | None:
    text = recording.text("recorded_utc")
    if text is None or (recording.flag("synthetic") and text == SIMULATED_UTC):
        return None
    try:
        return date.fromisoformat(text[:10])
    except ValueError:
        raise recording.fault("recorded_utc", f"'{text[:30]}' is no date such as 2026-05-04T07:30:00Z") from None


def _leg(metrics: Reader, side: Side) -> LegMeans | None:
    """The means of one leg; None when the summary has no contact time of it."""
    contact = metrics.table("ground_contact_time_s").table(side)
    if not contact.present:
        return None
    strides = contact.count("n")
    if strides is None:
        raise contact.fault("n", "is missing: how many strides the mean is of")
    return LegMeans(
        strides=strides,
        contact_time_s=_contact_time_s(contact, "mean"),
        stride_time_s=_stride_time_s(metrics, side),
        foot_strike_angle_deg=_angle_deg(metrics.table("foot_strike_angle_deg").table(side), "mean"),
        shank_angle_ic_deg=_angle_deg(metrics.table("shank_angle_ic_deg").table(side), "mean"),
    )


def _stride_time_s(metrics: Reader, side: Side) -> float | None:
    """Stride time of a leg: 120 / mean cadence first, so that the summary's cadence is the one that counts."""
    cadence = metrics.table("cadence_spm")
    low, high = value("screen_cadence_minimum_spm"), value("screen_cadence_maximum_spm")
    for place in (cadence.table(side), cadence.table("both")):
        found = place.number("mean", low, high, "a cadence in steps per minute of both feet")
        if found is not None:
            return 120.0 / found
    stride_s = metrics.table("stride_time_s").table(side).number("mean", 120.0 / high, 120.0 / low, "a time in seconds")
    if stride_s is not None:
        return stride_s
    step_s = metrics.table("step_time_s").table(side).number("mean", 60.0 / high, 60.0 / low, "a time in seconds")
    return None if step_s is None else 2.0 * step_s


def _contact_time_s(table: Reader, key: str) -> float | None:
    low, high = value("screen_contact_time_minimum_s"), value("screen_contact_time_maximum_s")
    return table.number(key, low, high, "a contact time in seconds")


def _angle_deg(table: Reader, key: str) -> float | None:
    return table.number(key, -90.0, 90.0, "an angle in degrees")


def _mode(root: Reader, left: LegMeans | None, right: LegMeans | None) -> Any:
    """The gait of the figures; older summaries do not say it: then a duty factor of a half or more is walking."""
    stated = root.choice("mode", ("run", "walk"))
    if stated is not None:
        return stated
    if "no_running" in codes_of(root, errors=False):
        return "walk"
    shares = [
        leg.contact_time_s / leg.stride_time_s
        for leg in (left, right)
        if leg is not None and leg.contact_time_s is not None and leg.stride_time_s is not None
    ]
    return "walk" if shares and sum(shares) / len(shares) >= value("duty_factor_walk") else "run"


def run_context_of(root: Reader) -> Context:
    """Where and in what the session was run, as a summary says it; a belt's speed means a treadmill."""
    context, recording, metrics = root.table("context"), root.table("recording"), root.table("metrics")
    belt_m_s = _speed_m_s(recording, "belt_speed_m_s")
    stated = context.choice("surface", SURFACES)
    return Context(
        surface=stated or (INFERRED_SURFACE if belt_m_s is not None else None),
        shoe=context.text("shoe"),
        shoe_drop_mm=context.number("shoe_drop_mm", -10.0, 50.0, "a heel drop in millimetres"),
        shoe_minimal=context.flag("shoe_minimal"),
        incline_pct=context.number("incline_pct", -50.0, 50.0, "an incline in per cent"),
        speed_m_s=_first(_speed_m_s(context, "speed_m_s"), belt_m_s, _measured_speed_m_s(metrics.table("speed_m_s"))),
    )


def _first(*values: float | None) -> float | None:
    return next((one for one in values if one is not None), None)


def _speed_m_s(table: Reader, key: str) -> float | None:
    return table.number(key, 0.3, 12.0, "a speed in m/s")


def _measured_speed_m_s(speed: Reader) -> float | None:
    both = _speed_m_s(speed.table("both"), "mean")
    sides = [one for one in (_speed_m_s(speed.table(side), "mean") for side in SIDES) if one is not None]
    return both if both is not None else sum(sides) / len(sides) if sides else None


def _placement(sensors: Reader) -> Placement | None:
    """Where the sensors sat; None when not known, or not the same on both sides."""
    found = {
        sensors.table(side).choice("placement", ("foot", "shank")) for side in SIDES if sensors.table(side).present
    }
    return found.pop() if len(found) == 1 else None


def _rate_hz(sensors: Reader) -> float | None:
    """The lower of the sensors' rates."""
    rates = [sensors.table(side).number("rate_hz", 1.0, 1e5, "a rate in Hz") for side in SIDES]
    return min((rate for rate in rates if rate is not None), default=None)


def _window(item: Reader) -> Window:
    start_s = item.number("start_s", -1e9, 1e9, "a time in seconds")
    if start_s is None:
        raise item.fault("start_s", "is missing")
    return Window(start_s, _window_leg(item.table("left")), _window_leg(item.table("right")))


def _window_leg(leg: Reader) -> LegMeans | None:
    if not leg.present:
        return None
    strides = leg.count("strides")
    if strides is None:
        raise leg.fault("strides", "is missing: how many strides the means are of")
    high_s = 120.0 / value("screen_cadence_minimum_spm")
    return LegMeans(
        strides=strides,
        contact_time_s=_contact_time_s(leg, "contact_time_s"),
        stride_time_s=leg.number("stride_time_s", 120.0 / value("screen_cadence_maximum_spm"), high_s, "a stride time"),
        foot_strike_angle_deg=_angle_deg(leg, "foot_strike_angle_deg"),
        shank_angle_ic_deg=_angle_deg(leg, "shank_angle_ic_deg"),
    )


def _drift(item: Reader) -> DriftFigure:
    key, side = item.text("key"), item.choice("side", SIDES)
    if key is None or side is None:
        raise item.fault("key" if key is None else "side", "is missing")
    return DriftFigure(
        key=key,
        side="left" if side == "left" else "right",
        change=item.number("change", -1e6, 1e6, "a change"),
        change_pct=item.number("change_pct", -1e6, 1e6, "a change in per cent"),
        exceeds=item.flag("exceeds"),
        note=item.text("note") or "",
    )


def codes_of(root: Reader, errors: bool) -> list[str]:
    """Codes of the findings that make figures unreliable, or of the other warnings."""
    found = []
    for item in root.tables("findings"):
        code, severity = item.text("code") or "", item.choice("severity", ("info", "warning", "error"))
        unreliable = severity == "error" or code in UNRELIABLE_CODES
        if unreliable if errors else severity == "warning" and not unreliable:
            found.append(code)
    return list(dict.fromkeys(found))


def _lost_share(quality: Reader) -> float:
    """Lost samples of all that were sent, of the sensor that lost more of them."""
    shares = []
    for side in (quality.table(side) for side in SIDES):
        lost, received = side.count("lost_samples") or 0, side.count("samples") or 0
        shares.append(lost / (lost + received) if lost + received else 0.0)
    return max(shares)


def _clock_residual_s(quality: Reader) -> float | None:
    """The larger of the sensors' clock uncertainties; None when none is stated."""
    found = [quality.table(side).number("clock_residual_s", 0.0, 1e6, "a time in seconds") for side in SIDES]
    return max((one for one in found if one is not None), default=None)
