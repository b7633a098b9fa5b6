"""Looks at the machine: is everything there that recording and analysis need, and if not, what helps."""

from __future__ import annotations

import importlib.metadata
import importlib.util
import os
import platform
import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from gaitpipe import __version__
from gaitpipe.errors import DeviceError, ProfileError, counted

Verdict = Literal["ok", "warn", "fail"]

NEEDED = ("numpy", "scipy", "pandas", "numba", "bleak", "bleak-retry-connector", "mcap", "zstandard", "pydantic")
OPTIONAL = {"bumble": ("the demo", "demo"), "pytest": ("the tests", "test")}
MIN_FREE_BYTES = 200_000_000
SLOW_SYNC_S = 0.2
BLUETOOTH_S = 0.3


@dataclass(frozen=True, slots=True)
class Check:
    """One line: what was looked at, how it is, and what to do when it is not well."""

    name: str
    verdict: Verdict
    detail: str
    advice: str = ""


def examine(folder: Path) -> list[Check]:
    """Return all checks in their order; `folder` is where recordings would go."""
    steps: Sequence[Callable[[], list[Check]]] = (
        _python,
        _packages,
        _extras,
        _profiles,
        _compiler,
        _clock,
        lambda: _disk(folder),
        _bluetooth,
    )
    return [check for step in steps for check in step()]


def _python() -> list[Check]:
    version = platform.python_version()
    system = f"{platform.system()} {platform.release()}, {platform.machine()}"
    return [
        Check("gaitpipe", "ok", f"{__version__}, {Path(__file__).resolve().parents[1]}"),
        Check("python", "ok", f"{version}, {system}")
        if sys.version_info >= (3, 11)
        else Check("python", "fail", version, "gaitpipe needs Python 3.11 or newer."),
    ]


def _packages() -> list[Check]:
    found: list[str] = []
    missing: list[str] = []
    for name in NEEDED:
        try:
            found.append(f"{name} {importlib.metadata.version(name)}")
        except importlib.metadata.PackageNotFoundError:
            missing.append(name)
    if missing:
        advice = "Install again: python -m pip install gaitpipe"
        return [Check("packages", "fail", f"missing: {', '.join(missing)}", advice)]
    return [Check("packages", "ok", ", ".join(found))]


def _extras() -> list[Check]:
    checks = []
    for name, (purpose, extra) in OPTIONAL.items():
        if importlib.util.find_spec(name) is not None:
            checks.append(Check(f"extra {name}", "ok", importlib.metadata.version(name)))
        else:
            advice = f'Install it with: python -m pip install -e ".[{extra}]"'
            checks.append(Check(f"extra {name}", "warn", f"not installed; only {purpose} need it", advice))
    return checks


def _profiles() -> list[Check]:
    from gaitpipe import profile_store

    try:
        profiles, problems = profile_store.load_all()
    except ProfileError as error:
        return [Check("profiles", "fail", error.message, error.advice)]
    checks = [Check("profiles", "fail", problem.message, problem.advice) for problem in problems]
    return [*checks, Check("profiles", "ok", ", ".join(profile.id for profile in profiles))]


def _compiler() -> list[Check]:
    """Look where numba keeps compiled code: beside the module, or in the user's cache when that is read-only."""
    import gaitpipe.core

    beside = Path(gaitpipe.core.__path__[0]) / "__pycache__"
    folder = Path(os.environ["NUMBA_CACHE_DIR"]) if "NUMBA_CACHE_DIR" in os.environ else beside
    if _writable(folder):
        return [Check("compiled code", "ok", f"is kept in {folder}")]
    advice = "Set NUMBA_CACHE_DIR to a folder of yours; otherwise every start compiles for some seconds."
    return [Check("compiled code", "warn", f"{folder} cannot be written to", advice)]


def _writable(folder: Path) -> bool:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            return True
    except OSError:
        return False


def _clock() -> list[Check]:
    information = time.get_clock_info("monotonic")
    detail = f"resolution {information.resolution * 1e6:.3g} us"
    if information.resolution > 0.002:
        return [
            Check("clock", "warn", detail, "Times of arrival will be coarse; use sensors with a clock of their own.")
        ]
    if time.time() < 1_735_689_600:
        return [Check("clock", "warn", "the date of this computer lies before 2025", "Set the date.")]
    return [Check("clock", "ok", detail)]


def _disk(folder: Path) -> list[Check]:
    folder = folder if folder.is_dir() else Path.cwd()
    free = shutil.disk_usage(folder).free
    detail = f"{free / 1e9:.1f} GB free in {folder} (an hour takes about 0.03 GB)"
    if free < MIN_FREE_BYTES:
        return [Check("disk", "warn", detail, "Make room before you record.")]
    try:
        slowest_s = _sync_time_s(folder)
    except OSError as error:
        return [Check("disk", "warn", f"{folder} cannot be written to: {error.strerror}", "Choose another folder.")]
    detail += f"; a second of data is on disk after {slowest_s * 1e3:.0f} ms"
    if slowest_s > SLOW_SYNC_S:
        return [Check("disk", "warn", detail, "This disk is slow: record to another one.")]
    return [Check("disk", "ok", detail)]


def _sync_time_s(folder: Path) -> float:
    """Return the longest of a few writes of a second's data, forced to disk."""
    slowest_s = 0.0
    with tempfile.TemporaryFile(dir=folder) as file:
        for _ in range(3):
            started_s = time.monotonic()
            file.write(os.urandom(10_000))
            file.flush()
            os.fsync(file.fileno())
            slowest_s = max(slowest_s, time.monotonic() - started_s)
    return slowest_s


def _bluetooth() -> list[Check]:
    import asyncio

    from gaitpipe.sources.ble import scan

    try:
        found = asyncio.run(scan([], BLUETOOTH_S))
    except DeviceError as error:
        advice = f"{error.advice} Without Bluetooth everything but scan and record works."
        return [Check("bluetooth", "warn", error.message, advice)]
    return [Check("bluetooth", "ok", f"works; {counted(len(found), 'device')} heard in {BLUETOOTH_S:g} s")]
