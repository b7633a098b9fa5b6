"""What all tests share: a person's own profiles and remembered sensors are left out of them, virtual time,
summaries made by hand.

`python -m pytest` alone, the whole suite, uses all cores; a part of it (`python -m pytest tests/ble`) runs in one
process. `-n 0`, `-n 4`, `--pdb` and `-p no:xdist` mean what they always mean.
"""

from __future__ import annotations

import hashlib
import importlib.util
import json
import os
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from typing import Any

import pytest

from module_beside import module_beside

os.environ["GAITPIPE_PROFILES"] = ""
os.environ["GAITPIPE_STATE"] = ""

MOST_PROCESSES = 8  # each compiles nothing anew but holds up to 600 MB

if importlib.util.find_spec("hypothesis") is not None:  # the virtual machine of tests/vm does without
    from hypothesis import HealthCheck, settings

    # A busy machine is no fault of an example: no deadlines, and slow data is no failure.
    settings.register_profile("gaitpipe", deadline=None, suppress_health_check=[HealthCheck.too_slow])
    settings.load_profile("gaitpipe")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--real-time", action="store_true", help="worlds of virtual sensors wait in real time")


@pytest.hookimpl(tryfirst=True)
def pytest_cmdline_main(config: pytest.Config) -> None:
    """Let pytest-xdist, where it is there and nobody said otherwise, share the whole suite among processes."""
    if hasattr(config, "workerinput") or "PYTEST_XDIST_WORKER" in os.environ:  # a process of its own starts no more
        return
    whole = config.args_source is pytest.Config.ArgsSource.TESTPATHS
    undecided = getattr(config.option, "numprocesses", 0) is None and config.option.dist == "no"
    alone = config.option.usepdb or config.option.collectonly or config.getoption("--fault-table", None)
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    if whole and undecided and not alone and cores > 1:
        config.option.numprocesses = min(cores, MOST_PROCESSES)
        config.option.dist = "worksteal"


@pytest.fixture(scope="session")
def virtual_time(pytestconfig: pytest.Config) -> Callable[..., AbstractContextManager[Any]]:
    """`with virtual_time():` inside a running loop: see `virtual_time.py`. Real time with `--real-time`."""
    if pytestconfig.getoption("--real-time"):
        return lambda *_settle: nullcontext()
    return module_beside(__file__, "virtual_time").virtual_time


@pytest.fixture
def bound_by_permissions() -> Callable[[], AbstractContextManager[None]]:
    """`with bound_by_permissions():` see `rights.py`."""
    rights = module_beside(__file__, "rights")
    if not rights.permissions_can_bind():
        pytest.skip("permissions of files do not bind the administrator of this system")
    return rights.bound_by_permissions


def _statistic(mean: float | None, mdc: float | None, n: int, uncertainty: float | None = 0.014) -> dict[str, Any]:
    found = {"n": n, "mean": mean, "sd": 0.01, "uncertainty": uncertainty, "mdc": mdc, "censored": 0}
    return found | {"median": None, "median_above": None}


@pytest.fixture
def session_summary() -> Callable[..., dict[str, Any]]:
    """Builds the summary of one session by hand: contact time [s] of left and right, speed, peak force and impact.

    `recording`, `context` and `sensor` are joined to what stands there, every other argument replaces it.
    """

    def build(
        name: str = "run1", left: float | None = 0.250, right: float | None = 0.250, *, mdc: float | None = 0.016,
        n: int = 100, speed_m_s: float | None = 2.8, recording: dict[str, Any] | None = None,
        context: dict[str, Any] | None = None, sensor: dict[str, Any] | None = None, **changes: Any,
    ) -> dict[str, Any]:  # fmt: skip
        def metric(label: str, unit: str, one: Any, other: Any, both: Any = None, unstated: str = "") -> dict[str, Any]:
            return {"label": label, "unit": unit, "definition": label, "left": one, "right": other, "both": both,
                    "asymmetry_pct": None, "note": "", "unstated": unstated}  # fmt: skip

        feet = [None if mean is None else _statistic(mean, mdc, n) for mean in (left, right)]
        told = {"device": "one", "profile_id": "open_imu", "placement": "foot", "rate_hz": 208.0} | (sensor or {})
        content = {
            "schema_version": 1,
            "software": {"name": "gaitpipe", "version": "0.1.0"},
            "parameter_hash": "464d32bb25da",
            "input_sha256": hashlib.sha256(name.encode("utf-8", "replace")).hexdigest(),
            "recording": {"name": name, "recorded_utc": "2026-03-02T07:30:00Z", "synthetic": False,
                          "belt_speed_m_s": speed_m_s, "height_m": None} | (recording or {}),
            "mode": "run",
            "context": {"surface": "treadmill", "shoe": "Trainer", "shoe_drop_mm": 8.0, "incline_pct": 0.0,
                        "speed_m_s": speed_m_s, "speed_source": "belt"} | (context or {}),
            "sensors": {"left": told, "right": told},
            "metrics": {
                "ground_contact_time_s": metric("Ground contact time", "s", *feet, _statistic(0.25, mdc, 2 * n)),
                "speed_m_s": metric("Speed", "m/s", *[_statistic(speed_m_s, 0.1, n)] * 2),
                "peak_force_bw": metric("Peak ground force, estimate", "BW", None, None, _statistic(2.4, 0.15, n)),
                "peak_acc_m_s2": metric("Impact acceleration", "m/s^2", *[_statistic(70.0, None, n, None)] * 2,
                                        unstated="what strap, shoe and mounting change is not known"),
            },
            "data_quality": {}, "findings": [],
        }  # fmt: skip
        return json.loads(json.dumps(content | changes))

    return build
