"""Plausible sessions to report on: built by hand, no pipeline involved."""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest

from gaitpipe.derived import NOT_DISTINGUISHABLE, Drift, Symmetry, Variability
from gaitpipe.model import (
    STRIDE_DTYPE,
    AlignmentReport,
    Ensemble,
    Finding,
    MetricSummary,
    RecordingEvent,
    SensorInfo,
    SensorResult,
    SessionResult,
    Side,
    SideStatistic,
    StreamQuality,
)
from gaitpipe.report.document import ReportInput, TruthComparison, TruthRow
from gaitpipe.report.html import render_html

START_NS = 5_000_000_000_000
HOSTILE = "<script>alert(1)</script>\"'><img src=http://evil.example/x onerror=alert(1)>\u202e\x07&amp;{{ 7*7 }}"


def make_strides(
    sides: Sequence[Side] = ("left", "right"),
    seconds: float = 600.0,
    seed: int = 3,
    walk_s: tuple[float, float] | None = (0.0, 40.0),
    gap_s: tuple[float, float] | None = (250.0, 275.0),
) -> np.ndarray:
    """Strides of a run with a slow drift, a walking start and a hole in the data."""
    random = np.random.default_rng(seed)
    rows = []
    for side in sides:
        time_s = 8.0 + (0.36 if side == "right" else 0.0)
        stride = 0
        while time_s < seconds:
            walking = walk_s is not None and walk_s[0] <= time_s < walk_s[1]
            stride_time_s = (1.06 if walking else 0.728 - 0.00001 * time_s) + random.normal(0, 0.008)
            contact_s = 0.64 if walking else (0.252 if side == "left" else 0.261) + 0.000018 * time_s
            contact_s += random.normal(0, 0.006)
            if gap_s is None or not gap_s[0] <= time_s < gap_s[1]:
                row = np.zeros((), STRIDE_DTYPE)
                for name in STRIDE_DTYPE.names or ():
                    if STRIDE_DTYPE[name].kind == "f":
                        row[name] = np.nan
                row["side"], row["stride"], row["mode"] = side, stride, "walk" if walking else "run"
                row["ic_s"], row["tc_s"], row["stride_time_s"] = time_s, time_s + contact_s, stride_time_s
                row["ground_contact_time_s"], row["cadence_spm"] = contact_s, 120.0 / stride_time_s
                row["quality"] = "no_terminal_contact" if random.random() < 0.01 else "ok"
                if row["quality"] != "ok":
                    row["tc_s"] = row["ground_contact_time_s"] = np.nan
                rows.append(row)
            stride += 1
            time_s += stride_time_s
    return np.array(rows, STRIDE_DTYPE) if rows else np.zeros(0, STRIDE_DTYPE)


def make_ensemble(toe_off_pct: float, scale: float, seed: int) -> Ensemble:
    """A pitch rate like that of a running foot: slap, flat, push-off, swing."""
    phase = np.linspace(0.0, 100.0, 101)

    def lobe(centre: float, width: float, height: float) -> np.ndarray:
        distance = (phase - centre + 50.0) % 100.0 - 50.0
        return height * np.exp(-0.5 * (distance / width) ** 2)

    mean = lobe(3, 2.2, -420) + lobe(toe_off_pct - 3, 6.5, -560) + lobe(58, 10, 520) + lobe(84, 7, -260)
    mean += lobe(94, 4, 180)
    sd = 18.0 + 0.09 * np.abs(mean) + np.random.default_rng(seed).random(101)
    return Ensemble(phase, mean * scale, sd, 402, toe_off_pct)


def make_sensor(
    side: Side, *, has_gyro: bool = True, device: str = "Movesense HR+ 0042", **changes: object
) -> SensorResult:
    right = side == "right"
    quality = StreamQuality(
        packets=15_600,
        samples=124_672,
        lost_samples=128 if right else 0,
        gaps=2 if right else 0,
        gap_s=0.615 if right else 0.0,
        acc_clipped_samples=41 if right else 3,
        faults={"wrong checksum": 2, "sent twice": 1} if right else {},
        clock_residual_s=0.0021,
        measured_rate_hz=207.93,
        battery_pct=81,
    )
    fields: dict[str, object] = {
        "info": SensorInfo(side, "foot", 208.0, has_gyro, device, "movesense_imu6", "device"),
        "quality": quality,
        "alignment": AlignmentReport("standing and gyro PCA", 4.2, 11.3, 6.0, "medium" if right else "high"),
        "pitch_rate_deg_s": make_ensemble(36.0 if right else 34.8, 0.94 if right else 1.0, 5) if has_gyro else None,
        "duration_s": 599.4,
        "rejected_strides": {"no_terminal_contact": 8, "gap": 2} if right else {"no_terminal_contact": 6},
    }
    return SensorResult(**(fields | changes))


METRIC_ROWS = (
    # key, label, unit, shown unit, scale, decimals, left, right, SD, uncertainty, MDC, has a figure of both, note
    ("cadence_spm", "Cadence", "1/min", "steps/min", 1, 1, 164.9, 164.8, 1.8, 0.12, 0.4, True, ""),
    ("ground_contact_time_s", "Ground contact time", "s", "ms", 1e3, 0, 0.2574, 0.2662, 0.0061, 4e-3, 0.0111, True, ""),
    ("flight_time_s", "Flight time", "s", "ms", 1e3, 0, 0.104, 0.101, 0.007, 0.0046, 0.013, True, ""),
    ("duty_factor", "Duty factor", "1", "%", 100, 1, 0.3536, 0.3657, 0.008, 0.006, 0.016, True, ""),
    ("stride_time_s", "Stride time", "s", "ms", 1e3, 0, 0.7277, 0.7281, 0.008, 4e-4, 1e-3, True, ""),
    ("foot_strike_angle_deg", "Foot strike angle", "deg", "deg", 1, 1, 11.2, 9.8, 2.1, 2.0, 5.5, False, "Unverified."),
)


def make_metrics(sides: Sequence[Side] = ("left", "right")) -> tuple[MetricSummary, ...]:
    made = []
    for key, label, unit, shown, scale, decimals, left, right, sd, u, mdc, with_both, note in METRIC_ROWS:
        two, mean = len(sides) == 2, (left + right) / 2
        made.append(
            MetricSummary(
                key, label, unit, shown, scale, decimals, f"What {label.lower()} means.",
                SideStatistic(380, left, sd, u, mdc) if "left" in sides else None,
                SideStatistic(371, right, sd, u, mdc) if "right" in sides else None,
                SideStatistic(751, mean, sd, u, mdc) if two and with_both else None,
                100 * (left - right) / mean if two and with_both else None, note,
            )
        )  # fmt: skip
    clipped = "Clipped in most strides, so no mean is given."
    acceleration = ("peak_acc_m_s2", "Impact acceleration", "m/s^2", "g", 1 / 9.80665, 1, "Largest after contact.")
    return (*made, MetricSummary(*acceleration, None, None, None, None, clipped))


def make_derived(sides: Sequence[Side] = ("left", "right")) -> dict[str, tuple[object, ...]]:
    """Variability, symmetry and drift as a session gives them: told, not judged, hidden in the noise, too few."""
    contact, cadence, angle = "ground_contact_time_s", "cadence_spm", "foot_strike_angle_deg"
    variability = [
        one
        for side in sides
        for one in (
            Variability("stride_time_s", side, "sequence", 380, 0.728, 1.6, 1.2, 1.0, 1.4, 0.003),
            Variability("stride_time_s", side, "stated", 380, 0.728, 1.6, 1.1, 0.4, 1.5, 0.0048),
            Variability(contact, side, "stated", 380, 0.26, 2.4, None, None, 2.1, 0.0081, NOT_DISTINGUISHABLE),
        )
    ]
    drift = [
        one
        for side in sides
        for one in (
            Drift(cadence, side, 380, 164.9, 164.8, -0.1, -0.06, -0.5, 0.3, 0.4, False),
            Drift(contact, side, 380, 0.252, 0.262, 0.010, 3.97, 0.008, 0.012, 0.0044, True),
            Drift(angle, side, 30, *(None,) * 8, note="needs 60 strides, 30 were usable"),
        )
    ]
    symmetry = [
        Symmetry(contact, 0.2574, 0.2662, -0.0088, -0.0097, -0.0079, -3.4, -3.7, -3.0, -1.07, 0.0139, 5.3, False),
        Symmetry("duty_factor", 0.39, 0.36, 0.03, 0.02, 0.04, 8.0, 5.3, 10.7, 2.5, 0.019, 5.1, True),
        Symmetry(angle, 11.2, 9.8, 1.4, 1.1, 1.7, *(None,) * 7),
    ]
    return {
        "variability": tuple(variability),
        "drift": tuple(drift),
        "symmetry": tuple(symmetry) if len(sides) == 2 else (),
    }


def make_truth() -> TruthComparison:
    rows = (
        TruthRow.compare("Cadence", "steps/min", "both", 164.8, 164.85, 0.12),
        TruthRow.compare("Ground contact time", "ms", "left", 259.0, 257.4, 4.0),
        TruthRow.compare("Ground contact time", "ms", "right", 266.9, 255.2, 4.0),
        TruthRow.compare("Flight time", "ms", "both", 103.0, 102.4, None),
    )
    return TruthComparison(rows, 1588, 1602, "Truth from the planar runner, seed 7.")


def make_report(sides: Sequence[Side] = ("left", "right"), **changes: object) -> ReportInput:
    result_changes = {key: changes.pop(key) for key in list(changes) if key in SessionResult.__slots__}
    result: dict[str, object] = {
        "strides": make_strides(sides),
        "sensors": tuple(make_sensor(side) for side in sides),
        "metrics": make_metrics(sides),
        "findings": (
            Finding("clock_arrival", "info", "Battery below 90 %.", "", "left"),
            Finding("slip", "warning", "The sensor may have moved at 6:40.", "Tighten the strap and repeat.", "right"),
        ),
        "belt_speed_m_s": 3.0,
        "parameter_hash": "9f31c2a47be0",
        **make_derived(sides),
    }
    fields: dict[str, object] = {
        "result": SessionResult(**(result | result_changes)),
        "title": "Easy treadmill run",
        "recording_name": "2026-11-20_easy.mcap",
        "recorded_utc": "2026-11-20T17:05:12Z",
        "software_version": "0.1.0",
        "input_sha256": "ab" * 32,
        "events": (
            RecordingEvent(START_NS + 42_000_000_000, 0, "speed", None, "belt speed, m/s", 3.0),
            RecordingEvent(START_NS + 249_000_000_000, 0, "disconnected", "right", "no data for 2 s"),
            RecordingEvent(START_NS + 276_000_000_000, 0, "connected", "right"),
            RecordingEvent(START_NS + 420_000_000_000, 0, "mark", None, "cue: quicker steps"),
        ),
        "session_start_monotonic_ns": START_NS,
    }
    return ReportInput(**(fields | changes))


NOTHING_DERIVED: dict[str, tuple[object, ...]] = {"variability": (), "drift": (), "symmetry": ()}


def make_empty_report() -> ReportInput:
    sensor = make_sensor("left", pitch_rate_deg_s=None, alignment=None, rejected_strides={}, duration_s=0.0)
    finding = Finding("no_running", "error", "No running was found in this recording.", "Check the sensor's place.")
    return make_report(
        strides=np.zeros(0, STRIDE_DTYPE), **NOTHING_DERIVED, sensors=(sensor,), metrics=(), findings=(finding,),
        events=(), recorded_utc=None, belt_speed_m_s=None,
    )  # fmt: skip


def make_hostile_report() -> ReportInput:
    findings = tuple(Finding(HOSTILE, "warning", HOSTILE, HOSTILE, "left") for _ in range(30))
    sensors = (
        make_sensor("left", device=HOSTILE, rejected_strides={HOSTILE: 3}),
        make_sensor("right", device="x" * 5000, alignment=AlignmentReport(HOSTILE, np.nan, np.nan, np.nan, "low")),
    )
    return make_report(
        findings=findings, sensors=sensors, title=HOSTILE, recording_name=HOSTILE, recorded_utc=HOSTILE,
        software_version=HOSTILE, input_sha256=HOSTILE, metadata={HOSTILE: HOSTILE}, parameter_hash=HOSTILE,
        events=(RecordingEvent(START_NS, 0, HOSTILE, None, HOSTILE, np.nan),), synthetic=True,
        truth=TruthComparison((TruthRow(HOSTILE, HOSTILE, "both", *(np.nan,) * 3, within=False),), 0, 0, HOSTILE),
    )  # fmt: skip


def make_nan_report() -> ReportInput:
    """All stride columns that may be missing are missing; the accelerometer-only sensor has no pitch rate."""
    strides = make_strides()
    for name in ("ground_contact_time_s", "tc_s"):
        strides[name] = np.nan
    nothing = SideStatistic(0, np.nan, np.nan, None, None)
    metrics = (MetricSummary("cadence_spm", "Cadence", "1/min", "steps/min", 1, 1, "", nothing, nothing, None, None),)
    sensors = tuple(make_sensor(side, has_gyro=False) for side in ("left", "right"))
    return make_report(strides=strides, metrics=metrics, sensors=sensors, session_start_monotonic_ns=None)


def make_walk_report() -> ReportInput:
    return make_report(
        strides=make_strides(seconds=60.0, walk_s=(0.0, 1e9), gap_s=None), mode="walk",
        findings=(Finding("no_running", "info", "No running was found: the figures are of walking."),),
    )  # fmt: skip


def make_accelerometer_report(sides: Sequence[Side] = ("left", "right")) -> ReportInput:
    """Sensors without a gyroscope: no stride, cadence from windows."""
    cadence = replace(
        make_metrics(sides)[0], asymmetry_pct=None, note="accelerometer only: n counts windows, not strides"
    )
    sensors = tuple(
        make_sensor(side, has_gyro=False, alignment=None, rejected_strides={}, pitch_rate_deg_s=None) for side in sides
    )
    return make_report(
        sides, strides=np.zeros(0, STRIDE_DTYPE), metrics=(cadence,), **NOTHING_DERIVED, sensors=sensors,
        synthetic=True, truth=TruthComparison((), 0, 1602),
    )  # fmt: skip


def make_few_report() -> ReportInput:
    """Everything derived says that there are too few strides."""
    few = Variability(
        "stride_time_s", "left", "sequence", 12, 0.7, 2.0, *(None,) * 4, "needs 30 steady strides, 12 were usable"
    )
    still = Drift("cadence_spm", "left", 12, *(None,) * 8, note="needs 60 strides, 12 were usable")
    alike = Symmetry("ground_contact_time_s", 0.26, 0.25, 0.01, 0.0, 0.02, 3.9, 0.0, 7.8, 1.2, None, None, None)
    return make_report(variability=(few,), drift=(still,), symmetry=(alike,))


def make_clipped_report() -> ReportInput:
    """Impact acceleration with some peaks of the left clipped, and most of the right."""
    acceleration = ("peak_acc_m_s2", "Impact acceleration", "m/s^2", "g", 1 / 9.80665, 1, "Largest after contact.")
    left = SideStatistic(380, np.nan, np.nan, None, None, 95, 117.68, None)
    right = SideStatistic(371, np.nan, np.nan, None, None, 300, None, 156.9064)
    row = MetricSummary(*acceleration, left, right, None, None, "", "mounting is not known")
    return make_report(metrics=(*make_metrics()[:-1], row))


CASES: dict[str, Callable[[], ReportInput]] = {
    "normal": make_report,
    "one foot": lambda: make_report(("right",)),
    "empty": make_empty_report,
    "no sensor": lambda: make_report(
        (), strides=np.zeros(0, STRIDE_DTYPE), metrics=(), **NOTHING_DERIVED, findings=(), events=()
    ),
    "walking only": make_walk_report,
    "accelerometer only": make_accelerometer_report,
    "nan": make_nan_report,
    "hostile": make_hostile_report,
    "synthetic": lambda: make_report(synthetic=True, truth=make_truth()),
    "synthetic without truth": lambda: make_report(synthetic=True),
    "one stride": lambda: make_report(strides=make_strides(seconds=8.5, walk_s=None), **NOTHING_DERIVED),
    "few strides": make_few_report,
    "clipped": make_clipped_report,
}


CASES = {name: functools.cache(make) for name, make in CASES.items()}


@pytest.fixture(params=sorted(CASES))
def case_name(request: pytest.FixtureRequest) -> str:
    """Every kind of session, one after the other."""
    return str(request.param)


@pytest.fixture
def report(case_name: str) -> ReportInput:
    return CASES[case_name]()


@pytest.fixture(scope="session")
def cases() -> dict[str, Callable[[], ReportInput]]:
    return CASES


@pytest.fixture(scope="session")
def pages() -> dict[str, str]:
    """The page of every case, rendered once."""
    return {name: render_html(make()) for name, make in CASES.items()}


@pytest.fixture(scope="session")
def build() -> SimpleNamespace:
    """The builders, for tests that need a variation."""
    return SimpleNamespace(
        report=make_report,
        accelerometer_report=make_accelerometer_report,
        sensor=make_sensor,
        strides=make_strides,
        metrics=make_metrics,
    )


@pytest.fixture(scope="session")
def hostile_text() -> str:
    return HOSTILE
