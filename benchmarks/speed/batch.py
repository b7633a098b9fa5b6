"""A batch by one process, by two, and by a Dask cluster of two workers: python -m benchmarks.speed.batch [--files 500]

Recordings of one minute of a synthetic runner, a few different ones copied under many names, each analysed for itself.
Each run goes into a new folder of results, in a fresh process; its time is from the plan to the end, so the start of
worker processes counts. Two cores of a machine are seldom twice one, so two busy loops are timed beside. Scheduler and
workers of Dask are started, and have done one batch, before they are timed. Last, the folder is run again with nothing
changed: that time is of the whole command.
"""

from __future__ import annotations

import argparse
import contextlib
import importlib.util
import json
import os
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from benchmarks.speed.common import Outcome, machine

RESULTS = Path(__file__).resolve().parents[1] / "results"
DIFFERENT, SECONDS, FILES = 5, 60.0, 500
LEAST_TWO, LEAST_DASK, MOST_AGAIN_S = 1.7, 1.4, 2.0


def make_recordings(folder: Path, count: int) -> None:
    """Write `count` recordings of a minute, those that are there already left alone."""
    from gaitpipe import profile_store
    from gaitpipe.app.simulate import SimulationRequest, write_simulation
    from gaitpipe.simulate.runner_config import RunnerConfig, Segment

    made = folder / "made"
    made.mkdir(parents=True, exist_ok=True)
    profile = profile_store.load("open_imu")
    for seed in range(DIFFERENT):
        if not (made / f"run{seed}.mcap").exists():
            course = (Segment("stand", 5.0), Segment("run", SECONDS - 5.0, 2.6 + 0.2 * seed))
            path, truth = write_simulation(
                SimulationRequest(RunnerConfig(course, seed=seed), profile), made, f"run{seed}"
            )
            truth.unlink()
            os.utime(path, (1.7e9, 1.7e9))
    data = folder / f"data{count}"
    data.mkdir(exist_ok=True)
    for index in range(count):
        target = data / f"session{index:04}.mcap"
        if not target.exists():
            shutil.copy2(made / f"run{index % DIFFERENT}.mcap", target)


def run(data: Path, out: Path, *options: str) -> tuple[float, float, dict[str, Any]]:
    """One batch: seconds from plan to end, seconds of the whole command, and the last event."""
    start = time.perf_counter()
    command = [sys.executable, "-m", "gaitpipe", "batch", str(data), "--out", str(out), "--json", "--quiet", *options]
    planned_s, last = start, {}
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as program:
        for line in program.stdout or ():
            last = json.loads(line)
            if last["event"] == "planned":
                planned_s = time.perf_counter()
        ended_s = time.perf_counter()
    if program.returncode or last.get("event") != "finished":
        raise RuntimeError(f"the batch left with {program.returncode}: {last}")
    return ended_s - planned_s, time.perf_counter() - start, last


@contextlib.contextmanager
def dask_cluster(workers: int) -> Iterator[str]:
    """A scheduler and workers with one thread each, on loopback; gives the address."""
    processes = []

    def start(program: str, until: str, *arguments: str) -> str:
        process = subprocess.Popen(
            [sys.executable, "-m", f"distributed.cli.{program}", "--host", "127.0.0.1", "--no-dashboard", *arguments],
            stderr=subprocess.PIPE,
            text=True,
        )
        processes.append(process)
        for line in process.stderr or ():
            if until in line:
                threading.Thread(target=lambda: [None for _ in process.stderr or ()], daemon=True).start()
                return line.split()[-1]
        raise RuntimeError(f"{program} did not start")

    try:
        address = start("dask_scheduler", "Scheduler at:", "--port", "0")
        for _ in range(workers):
            start("dask_worker", "Registered to:", address, "--nthreads", "1")  # as docs/batch.md says
        yield address
    finally:
        for process in reversed(processes):
            process.terminate()  # gently: a worker's nanny ends its worker
            process.wait()


def measure(folder: Path, count: int = FILES) -> list[Outcome]:
    """All runs over `count` recordings, made in `folder`."""
    make_recordings(folder, count)
    make_recordings(folder, DIFFERENT)
    data, warm = folder / f"data{count}", folder / f"data{DIFFERENT}"
    with tempfile.TemporaryDirectory(dir=folder) as place:
        outs = Path(place)
        run(warm, outs / "warm", "--workers", "1")  # numba's cache on disk
        alone_s, beside_s = busy_loops(1), busy_loops(2)
        one_s, _, _ = run(data, outs / "one", "--workers", "1")
        two_s, _, _ = run(data, outs / "two", "--workers", "2")
        found = [_ratio("batch_two_processes", "two processes", LEAST_TWO, one_s, two_s, count)]
        if importlib.util.find_spec("distributed") is not None:
            with dask_cluster(2) as address:
                run(warm, outs / "warm_dask", "--dask", address)
                dask_s, _, _ = run(data, outs / "dask", "--dask", address)
            found.append(_ratio("batch_dask", "a Dask scheduler with two workers", LEAST_DASK, one_s, dask_s, count))
        again = min((run(data, outs / "two", "--workers", "2") for _ in range(3)), key=lambda one: one[1])
    return [*found, _again(again[1], again[2], count), _machine(2.0 * alone_s / beside_s)]


def busy_loops(count: int) -> float:
    """Seconds that so many processes need for the same loop each, side by side."""
    program = "x = 0\nfor i in range(40_000_000): x += i"
    start = time.perf_counter()
    processes = [subprocess.Popen([sys.executable, "-c", program]) for _ in range(count)]
    for process in processes:
        process.wait()
    return time.perf_counter() - start


def _machine(ratio: float) -> Outcome:
    sentence = f"two busy loops side by side do {ratio:.2f} times the work of one: more no program can reach here"
    return Outcome("batch_machine", "none, to judge the others by", True, sentence, {"ratio": round(ratio, 3)})


def _ratio(name: str, words: str, least: float, one_s: float, other_s: float, count: int) -> Outcome:
    ratio = one_s / other_s
    return Outcome(
        name,
        f"at least {least:g} times one process",
        ratio >= least,
        f"{count} recordings of one minute: {words} {other_s:.1f} s, one process {one_s:.1f} s, {ratio:.2f} times",
        {"files": count, "one_s": round(one_s, 2), "other_s": round(other_s, 2), "ratio": round(ratio, 3)},
    )


def _again(seconds: float, last: dict[str, Any], count: int) -> Outcome:
    untouched = last["unchanged"] == count and last["ok"] == 0
    return Outcome(
        "batch_again",
        f"no analysis, under {MOST_AGAIN_S:g} s for {FILES} files",
        untouched and seconds < MOST_AGAIN_S,
        f"second run of {count} unchanged files: {seconds:.2f} s with the start of the program, {last['ok']} analysed",
        {"files": count, "seconds": round(seconds, 3), "analysed": last["ok"]},
    )


def report(outcomes: Sequence[Outcome]) -> str:
    """The readable table, in Markdown."""
    place = machine()
    lines = [
        "# Batch",
        "",
        "Written by `python -m benchmarks.speed.batch`; do not edit. "
        f"One run on {place['cores']} cores, Python {place['python']}, {place['system']}, perhaps with other work on "
        "them. Recordings are synthetic. Its first lines say how it is measured.",
        "",
        "| what | target | result | |",
        "|---|---|---|---|",
    ]
    lines += [
        f"| {one.name} | {one.target} | {one.sentence} | {'met' if one.passed else '**missed**'} |" for one in outcomes
    ]
    return "\n".join([*lines, ""])


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.speed.batch", description="Speed of a batch.")
    parser.add_argument("--files", type=int, default=FILES, help=f"how many recordings (default {FILES})")
    parser.add_argument("--folder", type=Path, help="where recordings are kept between runs (default: a new one)")
    parser.add_argument("--out", type=Path, default=RESULTS, help="folder for batch.md (default benchmarks/results)")
    options = parser.parse_args(arguments)
    with contextlib.ExitStack() as stack:
        folder = options.folder or Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="gaitpipe-batch-")))
        folder.mkdir(parents=True, exist_ok=True)
        outcomes = measure(folder.absolute(), options.files)
    options.out.mkdir(parents=True, exist_ok=True)
    (options.out / "batch.md").write_text(report(outcomes), encoding="utf-8")
    for outcome in outcomes:
        print(outcome.json())
        print(f"{'met' if outcome.passed else 'MISSED'}: {outcome.sentence}")
    return 0 if all(outcome.passed for outcome in outcomes) else 1


if __name__ == "__main__":
    sys.exit(main())
