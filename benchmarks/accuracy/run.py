"""Runs the pipeline on every reference recording and writes the tables: python -m benchmarks.accuracy.run [--data DIR]

Exit codes: 0 done (whatever the figures say: see `--strict`), 3 some verdict is not `pass` and `--strict` was given,
5 the recordings are not on this machine, so that a job may skip this step.
"""

from __future__ import annotations

import argparse
import csv
import sys
from collections.abc import Sequence
from dataclasses import fields
from pathlib import Path

import numpy as np

from benchmarks.accuracy.measure import CadenceRow, EventRow, measure
from benchmarks.accuracy.readers import DataMissingError, all_cases, data_folder
from benchmarks.accuracy.tables import report

RESULTS = Path(__file__).resolve().parents[1] / "results"
EXIT_FAILED = 3
EXIT_NO_DATA = 5
COUNTS = ("eligible", "recalled", "missed_inside", "extra")


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.accuracy.run", description="Accuracy of the pipeline.")
    parser.add_argument("--data", help="folder of the reference recordings (else GAITPIPE_DATA, else ../shared/data)")
    parser.add_argument("--out", type=Path, default=RESULTS, help="folder for the tables (default benchmarks/results)")
    parser.add_argument("--strict", action="store_true", help="leave with 3 when a verdict is not `pass`")
    options = parser.parse_args(arguments)
    cadence: list[CadenceRow] = []
    events: list[EventRow] = []
    try:
        for case in all_cases(data_folder(options.data)):
            cadence_rows, event_rows = measure(case)
            cadence += cadence_rows
            events += event_rows
    except DataMissingError as error:
        print(error, file=sys.stderr)
        return EXIT_NO_DATA
    options.out.mkdir(parents=True, exist_ok=True)
    write_cadence(options.out / "cadence.csv", cadence)
    write_events(options.out / "events.csv", events)
    text = report(cadence, events)
    (options.out / "accuracy.md").write_text(text, encoding="utf-8")
    print(text)
    failed = any(row.verdict not in ("pass", "") for row in cadence)
    return EXIT_FAILED if options.strict and failed else 0


def write_cadence(path: Path, rows: Sequence[CadenceRow]) -> None:
    names = [field.name for field in fields(CadenceRow)]
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(names)
        writer.writerows([_cell(getattr(row, name)) for name in names] for row in rows)


def write_events(path: Path, rows: Sequence[EventRow]) -> None:
    """One line a sensor: counts and, in ms, the mean and standard deviation of its errors."""
    kinds = ("ic", "tc", "contact")
    columns = [f"{kind}_{what}_ms" for kind in kinds for what in ("bias", "sd")]
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["dataset", "trial", "placement", "side", "times", *COUNTS, *columns])
        for row in rows:
            for times in ("corrected", "raw"):
                score = getattr(row, times)
                errors = [getattr(score, f"{kind}_error_s") for kind in kinds]
                clean = [1000.0 * error[np.isfinite(error)] for error in errors]
                cells = [f(e) if len(e) > 1 else np.nan for e in clean for f in (np.mean, lambda e: np.std(e, ddof=1))]
                head = [row.dataset, row.trial, row.placement, row.side, times]
                counts = [getattr(score, name) for name in COUNTS]
                writer.writerow([*head, *counts, *(_cell(float(cell), 1) for cell in cells)])


def _cell(value: object, decimals: int = 2) -> object:
    if not isinstance(value, float):
        return value
    return "" if np.isnan(value) else f"{value:.{decimals}f}"


if __name__ == "__main__":
    sys.exit(main())
