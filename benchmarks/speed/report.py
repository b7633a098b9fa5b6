"""A full report with plan and log, warm: python -m benchmarks.speed.report

The sample recording is analysed once and joined with the decision of a worked case, so that all sections and drawings
are there; it is rendered several times, the first left out. The PDF is measured when the typst library is there.
"""

from __future__ import annotations

import importlib.util
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import TypeVar

from benchmarks.speed.common import Outcome, show

ROOT = Path(__file__).resolve().parents[2]
CASE = ROOT / "recordings" / "rehab_cases" / "case_a"
DAY = date(2026, 3, 31)
TIMES = 3
MOST_S, MOST_BYTES = 3.0, 1_000_000
T = TypeVar("T")


def measure() -> list[Outcome]:
    """Time [s] and size of the HTML page, and the time of the PDF."""
    from gaitpipe.app.achilles_report import RehabFiles, read_rehab, report_without_recording
    from gaitpipe.app.analyze import analyze
    from gaitpipe.app.outputs import report_input
    from gaitpipe.report.html import render_html

    analysis = analyze(ROOT / "recordings" / "easy_run" / "session.mcap")
    files = RehabFiles(CASE / "plan.toml", CASE / "log.csv", (CASE / "baseline.json",), DAY)
    decided = report_without_recording(read_rehab(files, CASE / "session.json"))
    report = replace(report_input(analysis), title=decided.title, rehab=decided.rehab)
    page, seconds = _best(lambda: render_html(report))
    size = len(page.encode())
    outcomes = [
        Outcome(
            "report_html",
            f"under {MOST_S:g} s warm, under {MOST_BYTES / 1e6:g} MB",
            seconds < MOST_S and size < MOST_BYTES,
            f"full report with plan and log: {seconds:.2f} s, {size / 1e6:.2f} MB",
            {"seconds": seconds, "bytes": size},
        )
    ]
    if importlib.util.find_spec("typst") is not None:
        from gaitpipe.report.pdf import render_pdf

        document, seconds = _best(lambda: render_pdf(report))
        sentence = f"the same as a tagged PDF: {seconds:.2f} s, {len(document) / 1e6:.2f} MB"
        figures = {"seconds": seconds, "bytes": len(document)}
        outcomes.append(Outcome("report_pdf", f"under {MOST_S:g} s warm", seconds < MOST_S, sentence, figures))
    return outcomes


def _best(render: Callable[[], T]) -> tuple[T, float]:
    """What is rendered, and the best of several times, the first left out."""
    result, times = render(), []
    for _ in range(TIMES):
        start = time.perf_counter()
        result = render()
        times.append(time.perf_counter() - start)
    return result, min(times)


if __name__ == "__main__":
    sys.exit(show(measure))
