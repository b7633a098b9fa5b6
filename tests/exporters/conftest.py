"""Summaries made by hand, with what the exporters look at; every number is made up."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest


def statistic(mean: float, n: int = 100, **changes: Any) -> dict[str, Any]:
    plain = {"n": n, "mean": mean, "sd": 0.1, "uncertainty": 0.05, "mdc": 0.2, "censored": 0, "median": None}
    return plain | {"median_above": None} | changes


def metric(left: dict[str, Any] | None, right: dict[str, Any] | None, **changes: Any) -> dict[str, Any]:
    plain = {"label": "x", "unit": "s", "definition": "x", "left": left, "right": right, "both": None}
    return plain | {"asymmetry_pct": 1.5, "note": "", "unstated": ""} | changes


def quality(**changes: Any) -> dict[str, Any]:
    strides = {"found": 102, "by_quality": {"ok": 100, "transition": 2}, "by_mode": {}, "rejected": {"gap": 1}}
    plain = {"packets": 10, "samples": 900, "lost_samples": 100, "gaps": 1, "gap_s": 0.5, "resets": 0}
    return plain | {"faults": {"checksum": 2}, "battery_pct": 80, "strides": strides} | changes


@pytest.fixture
def summary() -> Callable[..., dict[str, Any]]:
    """Builds a summary of both feet; keyword arguments replace what stands at the top."""

    def build(**changes: Any) -> dict[str, Any]:
        sensor = {"device": "one", "profile_id": "open_imu", "placement": "foot", "rate_hz": 208.0, "has_gyro": True}
        content = {
            "schema_version": 1,
            "software": {"name": "gaitpipe", "version": "0.1.0"},
            "parameter_hash": "464d32bb25da",
            "input_sha256": "ab" * 32,
            "recording": {"name": "run1", "recorded_utc": "2026-03-02T07:30:00Z", "synthetic": False,
                          "belt_speed_m_s": 2.8, "height_m": None},
            "mode": "run",
            "context": {"surface": "treadmill", "shoe": "Trainer", "speed_m_s": 2.8, "speed_source": "belt"},
            "sensors": {"left": sensor, "right": sensor},
            "metrics": {
                "ground_contact_time_s": metric(statistic(0.25), statistic(0.26)),
                "peak_force_bw": metric(None, None, both=statistic(2.4)),
            },
            "variability": [], "symmetry": [], "drift": [],
            "data_quality": {"left": quality(), "right": quality(), "left_right_clock_uncertainty_s": 0.004},
            "findings": [
                {"code": "few_strides", "severity": "info", "side": "left", "message": "", "advice": ""},
                {"code": "belt_speed", "severity": "warning", "side": None, "message": "", "advice": ""},
            ],
        }  # fmt: skip
        return json.loads(json.dumps(content | changes))

    return build
