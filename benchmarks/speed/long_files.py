"""Long recordings, from file to `strides.csv` and `summary.json`: python -m benchmarks.speed.long_files

Targets: an hour of two feet at 208 Hz takes under 3 times the processor time that decompressing and decoding the file
takes (`read_recording`, all blocks read), and the process never holds more than 600 MB; a file of 24 hours neither.

Every figure is of a process of its own: the analysis with its imports and the loading of compiled code, decoding
without. The recordings are synthetic (`long_recordings.py`). A day takes a good half hour to write and to read, so only
this command does it, and writes benchmarks/results/long_files.md. `benchmarks.speed.run` analyses a day's strides
instead: those of a short recording again and again, through the same end of a session and the same outputs. What grows
beside the strides is measured in `memory.py`.
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.speed.common import Outcome, machine, show

if TYPE_CHECKING:
    from gaitpipe.app.analyze import Analysis

RESULTS = Path(__file__).resolve().parents[1] / "results"
MINUTES, DAY_HOURS = 60.0, 24.0
TIMES_MOST, PEAK_MOST_MB = 3.0, 600.0
STRIDES_MINUTES = 3.0


def measure(minutes: float = MINUTES, day_hours: float = 0.0) -> list[Outcome]:
    """All outcomes; the day-long file only when `day_hours` is not 0."""
    from benchmarks.speed.long_recordings import write_long_recording

    with tempfile.TemporaryDirectory() as folder:
        short, few = Path(folder) / "recording.mcap", Path(folder) / "few.mcap"
        write_long_recording(short, minutes)
        write_long_recording(few, STRIDES_MINUTES)
        before = _child("decode", short)
        analysis = _child("analyze", short)
        after = _child("decode", short)
        outcomes = [
            _time_outcome(minutes, analysis, 0.5 * (before["cpu_s"] + after["cpu_s"])),
            _peak_outcome("long_file_memory", f"{minutes:g} min, file to outputs", analysis),
            _peak_outcome("long_strides_memory", f"the strides of {DAY_HOURS:g} h, to outputs", _child("strides", few)),
        ]
        if day_hours:
            day = Path(folder) / "day.mcap"
            write_long_recording(day, 60.0 * day_hours)
            outcomes.append(
                _peak_outcome("day_file_memory", f"{day_hours:g} h, file to outputs", _child("analyze", day))
            )
    return outcomes


def _time_outcome(minutes: float, analysis: dict[str, float], decode_s: float) -> Outcome:
    times = analysis["cpu_s"] / decode_s
    return Outcome(
        name="long_file_time",
        target=f"under {TIMES_MOST:g} times decoding",
        passed=times < TIMES_MOST,
        sentence=f"{minutes:g} min of two feet to `strides.csv` and `summary.json`: {times:.2f} times the processor "
        f"time of decompressing and decoding ({analysis['cpu_s']:.1f} s and {decode_s:.1f} s), "
        f"{analysis['strides']:.0f} strides",
        figures={"times": round(times, 3), "analysis_s": analysis["cpu_s"], "decode_s": decode_s, "minutes": minutes},
    )


def _peak_outcome(name: str, what: str, found: dict[str, float]) -> Outcome:
    return Outcome(
        name=name,
        target=f"under {PEAK_MOST_MB:g} MB",
        passed=found["peak_mb"] < PEAK_MOST_MB,
        sentence=f"{what}: {found['peak_mb']:.0f} MB at most, imports included; {found['strides']:.0f} strides, "
        f"{found['cpu_s']:.0f} s of processor time",
        figures={name: round(value, 2) for name, value in found.items()},
    )


def _child(what: str, path: Path) -> dict[str, float]:
    """What a fresh process found."""
    command = [sys.executable, "-m", "benchmarks.speed.long_files", "--child", what, str(path)]
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, cwd=Path(__file__).resolve().parents[2])
    return {key: float(value) for key, value in json.loads(done.stdout).items()}


# -- in a process of its own ------------------------------------------------------------------------------------------


def _decode(path: Path) -> dict[str, float]:
    from gaitpipe.recording.decode import read_recording

    start_s = time.process_time()
    samples = sum(len(block) for block in read_recording(path))
    return {"cpu_s": time.process_time() - start_s, "samples": samples, "peak_mb": _peak_mb()}


def _analyze(path: Path) -> dict[str, float]:
    from gaitpipe.app.analyze import analyze_input
    from gaitpipe.app.inputs import open_recording

    return _written(analyze_input(open_recording(path)), path.parent)


def _strides(path: Path) -> dict[str, float]:
    """The end of a session with a day's strides, and its outputs."""
    from gaitpipe.app.analyze import Analysis
    from gaitpipe.app.blocks import joined_blocks
    from gaitpipe.recording.decode import read_recording
    from gaitpipe.session import Session

    recording = read_recording(path)
    session = Session(recording.sensors)
    for block in joined_blocks(recording):
        session.feed(block)
    store = session._rows  # private, but what a day leaves there is the question
    rows = store.take()
    again_s = float(rows["ic_s"][-1] - rows["ic_s"][0]) + 10.0
    for number in range(round(60.0 * DAY_HOURS / STRIDES_MINUTES)):
        piece = rows.copy()
        for name in ("ic_s", "tc_s", "ic_raw_s", "tc_raw_s", "next_ic_s", "other_ic_s"):
            piece[name] += number * again_s
        store.add_rows(piece)
    result = session.finish(recording.quality, recording.findings)
    return _written(Analysis(result, recording.name, recording.input_sha256), path.parent)


def _written(analysis: Analysis, folder: Path) -> dict[str, float]:
    """Write the outputs; what all of it took."""
    from gaitpipe.app.summary_json import summary_text
    from gaitpipe.exporters.atomic import write_atomic
    from gaitpipe.exporters.strides_csv import write_strides_csv

    write_strides_csv(analysis.result.strides, folder / "strides.csv")
    write_atomic(folder / "summary.json", summary_text(analysis))
    return {"cpu_s": time.process_time(), "peak_mb": _peak_mb(), "strides": len(analysis.result.strides)}


def _peak_mb() -> float:
    """Largest memory that this process held [MB of 10^6 bytes].

    On Linux `ru_maxrss` also counts the parent that started the process, before its own program began.
    """
    status = Path("/proc/self/status")
    if status.exists():
        (line,) = (line for line in status.read_text(encoding="ascii").splitlines() if line.startswith("VmHWM"))
        return int(line.split()[1]) * 1024 / 1e6
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024) / 1e6


CHILDREN = {"decode": _decode, "analyze": _analyze, "strides": _strides}


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.speed.long_files", description="Long recordings.")
    parser.add_argument("--minutes", type=float, default=MINUTES, help="length of the recording that is timed")
    parser.add_argument("--day-hours", type=float, default=DAY_HOURS, help="length of the longest one; 0 for none")
    parser.add_argument(
        "--out", type=Path, default=RESULTS, help="folder for long_files.md (default benchmarks/results)"
    )
    parser.add_argument("--child", nargs=2, metavar=("WHAT", "FILE"), help=argparse.SUPPRESS)
    options = parser.parse_args(arguments)
    if options.child:
        print(json.dumps(CHILDREN[options.child[0]](Path(options.child[1]))))
        return 0
    outcomes = measure(options.minutes, options.day_hours)
    options.out.mkdir(parents=True, exist_ok=True)
    (options.out / "long_files.md").write_text(report(outcomes), encoding="utf-8")
    return show(lambda: outcomes)


def report(outcomes: Sequence[Outcome]) -> str:
    """The readable table, in Markdown."""
    place = machine()
    lines = [
        "# Long recordings",
        "",
        "Written by `python -m benchmarks.speed.long_files`; do not edit. "
        f"One run on {place['cores']} cores, Python {place['python']}, {place['system']}, perhaps with other work on "
        "them. Synthetic recordings of two feet at 208 Hz, own MCAP; MB are 10^6 bytes.",
        "",
        "| what | target | result | |",
        "|---|---|---|---|",
    ]
    lines += [
        f"| {one.name} | {one.target} | {one.sentence} | {'met' if one.passed else '**missed**'} |" for one in outcomes
    ]
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    sys.exit(main())
