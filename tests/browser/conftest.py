"""A real browser and real reports of the worked cases. Skipped with the reason where a part is missing."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from gaitpipe.app.achilles_report import RehabFiles, read_rehab, report_without_recording
from gaitpipe.report.html import render_html

sync_api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed (extra test-all)")

CASES = Path(__file__).parents[2] / "recordings" / "rehab_cases"
NAMES = ("case_a", "case_b", "case_c", "case_d")
DAY = date(2026, 3, 31)
ARGUMENTS = [
    "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update",
    "--disable-sync", "--no-first-run", "--disable-dev-shm-usage",
]  # fmt: skip


@pytest.fixture(scope="session")
def browser() -> Iterator[object]:
    """Debian's chromium, headless."""
    program = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if program is None:
        pytest.skip("there is no chromium on this machine")
    with sync_api.sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=program, args=ARGUMENTS)
        yield running
        running.close()


def make_page(name: str) -> str:
    folder = CASES / name.removesuffix("_log")
    files = RehabFiles(folder / "plan.toml", folder / "log.csv", (folder / "baseline.json",), DAY)
    session = None if name.endswith("_log") else folder / "session.json"
    return render_html(report_without_recording(read_rehab(files, session)))


@pytest.fixture(scope="session")
def report_files(tmp_path_factory) -> dict[str, Path]:
    """The reports of the worked cases as files, and one of a log alone."""
    folder = tmp_path_factory.mktemp("reports")
    found = {}
    for name in (*NAMES, "case_a_log"):
        found[name] = folder / f"{name}.html"
        found[name].write_text(make_page(name), encoding="utf-8")
    return found


@pytest.fixture(params=(*NAMES, "case_a_log"))
def report_file(request: pytest.FixtureRequest, report_files) -> Path:
    return report_files[request.param]
