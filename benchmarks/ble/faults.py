"""The table of Bluetooth faults, fault by layer, from a run of the tests: python -m benchmarks.ble.faults

Runs `tests/ble` and writes `results/bluetooth_faults.md`. Every row is a test with the mark `fault`, every cell what
that test did on that layer. `--from FILE` takes a run that `pytest tests/ble --real-time --fault-table FILE` has
written. Leaves with 1 when a fault failed or nothing ran.
"""

from __future__ import annotations

import argparse
import json
import platform
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
RESULT = ROOT / "benchmarks" / "results" / "bluetooth_faults.md"
LAYERS = {
    "virtual": "virtual radio",
    "bluez-start": "BlueZ, StartNotify",
    "bluez-acquire": "BlueZ, AcquireNotify",
}
WORST_FIRST = ("failed", "passed", "skipped")

HEAD = """# Bluetooth faults

Written by `python -m benchmarks.ble.faults` from a run of `tests/ble`; do not edit. bleak {bleak}, bumble {bumble},
Python {python}, {system}. The sensors are synthetic, on a virtual radio; no air, no real radio. Layers, all below
unmodified bleak: a backend on the virtual radio, and bleak's own BlueZ backend on a real dbus-daemon with a stand-in
for bluetoothd, with notifications as D-Bus signals or through a socket. A fault that does not belong to a layer is
skipped.

Seconds are from the loss, or from the sensor's (the stack's) being back where it was away, until data flows again, by
the events of the recording. Where a time limit has to run out first, it says so.

"""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the tests unless a run is given, write the table, return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--from", dest="file", type=Path, help="a run that was written with --fault-table")
    parser.add_argument("--out", type=Path, default=RESULT, help="where to write the table")
    options = parser.parse_args(arguments)
    if options.file is not None:
        rows = json.loads(options.file.read_text())
    else:
        with tempfile.TemporaryDirectory() as folder:
            file = Path(folder) / "rows.json"
            command = [sys.executable, "-m", "pytest", "-q", "tests/ble", "--real-time", f"--fault-table={file}"]
            subprocess.run(command, cwd=ROOT, check=False, stdout=sys.stderr)
            rows = json.loads(file.read_text()) if file.exists() else []
    if not rows:
        print("no row came out of the tests: nothing was written", file=sys.stderr)
        return 1
    text = render(rows)
    options.out.write_text(text)
    print(text)
    return int(any(row["outcome"] == "failed" for row in rows))


def render(rows: Sequence[dict[str, Any]]) -> str:
    """Return the page for the rows of a run."""
    lines = [
        HEAD.format(
            bleak=version("bleak"),
            bumble=version("bumble"),
            python=platform.python_version(),
            system=platform.system(),
        )
        + f"| fault | {' | '.join(LAYERS.values())} |",
        "|" + "---|" * (1 + len(LAYERS)),
    ]
    for fault in dict.fromkeys(row["fault"] for row in rows):
        cells = [_cell([row for row in rows if (row["fault"], row["layer"]) == (fault, layer)]) for layer in LAYERS]
        lines.append(f"| {fault} | {' | '.join(cells)} |")
    return "\n".join([*lines, "", *_reconnections(rows), ""])


def _cell(rows: Sequence[dict[str, Any]]) -> str:
    if not rows:
        return "not on this layer: above the stack"
    outcome = next(word for word in WORST_FIRST if any(row["outcome"] == word for row in rows))
    if outcome == "skipped":
        return f"skipped: {rows[0]['reason']}"
    if outcome == "failed":
        return "**FAILED**"
    times = [again for row in rows for again in row["again"]]
    if not times:
        return "passed"
    limit = next((f", after {again['after']}" for again in times if again["after"]), "")
    seconds = " / ".join(f"{again['seconds']:.2f}" for again in times)
    return f"passed; {seconds} s{limit}"


def _reconnections(rows: Sequence[dict[str, Any]]) -> list[str]:
    lines = ["Streaming again, where no time limit has to run out first (target: 2 s):", ""]
    lines += ["| layer | reconnections | median | longest |", "|---|---|---|---|"]
    for layer, name in LAYERS.items():
        again = [item for row in rows if row["layer"] == layer for item in row["again"]]
        seconds = [item["seconds"] for item in again if not item["after"]]
        if seconds:
            lines.append(f"| {name} | {len(seconds)} | {statistics.median(seconds):.2f} s | {max(seconds):.2f} s |")
    return lines


if __name__ == "__main__":
    raise SystemExit(main())
