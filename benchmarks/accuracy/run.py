"""Runs the pipeline on every reference recording and writes the tables: python -m benchmarks.accuracy.run [--data DIR]

Exit codes: 0 done (whatever the figures say: see `--strict`), 3 with `--strict` when a figure fell below its bar (its
target, or where `bars.toml` says it stands) or a cadence verdict is not `pass`, 5 the recordings are not on this
machine, so that a job may skip this step.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from benchmarks.accuracy.collect import Collected, collect
from benchmarks.accuracy.heldout import held_out_fit
from benchmarks.accuracy.outputs import replace_block, write_all
from benchmarks.accuracy.readers import ROOT, DataMissingError, all_cases, data_folder
from benchmarks.accuracy.report import report, target_part
from benchmarks.accuracy.targets import Verdict, read_bars, write_bars
from benchmarks.accuracy.verdicts import verdicts

RESULTS = Path(__file__).resolve().parents[1] / "results"
VALIDATION = ROOT / "docs" / "validation.md"
EXIT_FAILED = 3
EXIT_NO_DATA = 5


def main(arguments: Sequence[str] | None = None) -> int:
    options = _options(arguments)
    try:
        folder = data_folder(options.data)
        cases = list(all_cases(folder))
    except DataMissingError as error:
        print(error, file=sys.stderr)
        return EXIT_NO_DATA
    collected = collect(cases, held_out_fit(cases, _progress), _progress)
    judged = verdicts(collected, read_bars())
    if options.record_bars:
        write_bars(judged)
        judged = verdicts(collected, read_bars())
    text = report(collected, judged, cases, folder)
    write_all(options.out, collected, judged, text)
    if options.out == RESULTS:
        replace_block(VALIDATION, target_part(judged))
    print(text)
    fallen = failures(collected, judged)
    for line in fallen:
        print(line, file=sys.stderr)
    return EXIT_FAILED if options.strict and fallen else 0


def failures(collected: Collected, judged: Sequence[Verdict]) -> list[str]:
    """Bars that do not hold, and cadence verdicts that are not `pass`, in words."""
    out = []
    for verdict in judged:
        if not verdict.held:
            bar = "its target" if verdict.bar is None else f"where it stood ({verdict.bar.stands_at:g})"
            out.append(f"{verdict.target.key}: {verdict.target.text(verdict.judged)} is worse than {bar}")
    rows = [row for row in collected.cadence if row.verdict not in ("pass", "")]
    return out + [f"cadence of {row.trial} {row.placement} {row.side}: {row.verdict}" for row in rows]


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.accuracy.run", description="Accuracy of the pipeline.")
    parser.add_argument("--data", help="folder of the reference recordings (else GAITPIPE_DATA, else ../shared/data)")
    parser.add_argument("--out", type=Path, default=RESULTS, help="folder for the tables (default benchmarks/results)")
    parser.add_argument("--strict", action="store_true", help="leave with 3 when a figure falls below its bar")
    parser.add_argument("--record-bars", action="store_true", help="write where missed figures stand now to bars.toml")
    return parser.parse_args(arguments)


def _progress(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
