"""A real Dask scheduler and real worker processes on loopback."""

from __future__ import annotations

import contextlib
import importlib
import importlib.util
import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

import gaitpipe
from gaitpipe.app import batch, batch_work
from gaitpipe.batch.executors import WorkersLostError
from gaitpipe.batch.jobs import FoundFile, Session
from gaitpipe.errors import GaitpipeError, UsageError

pytestmark = [
    pytest.mark.skipif(importlib.util.find_spec("distributed") is None, reason="the distributed library is missing"),
    pytest.mark.skipif(sys.platform == "win32", reason="signals of another kind"),
    # Dask leaves sockets and tasks of its own to the garbage collector
    pytest.mark.filterwarnings("ignore::ResourceWarning", "ignore::pytest.PytestUnraisableExceptionWarning"),
    pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::FutureWarning"),
]
WAIT_S = 120.0
QUIET = ("--host", "127.0.0.1", "--port", "0", "--no-dashboard")


class Cluster:
    """A scheduler and workers that end with the test."""

    def __init__(self, environment: dict[str, str]) -> None:
        self._environment = environment
        self._processes: list[subprocess.Popen[str]] = []
        self.scheduler = self._start("dask_scheduler", "Scheduler at:")
        self.address = self.scheduler.line.split()[-1]

    def add_workers(self, count: int, *options: str) -> None:
        for _ in range(count):
            self._start("dask_worker", "Registered to:", self.address, "--nthreads", "1", *options)

    def end(self) -> None:
        for process in self._processes:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait(WAIT_S)
            process.stderr.close()

    def _start(self, program: str, until: str, *arguments: str) -> Any:
        options = QUIET if program == "dask_scheduler" else ("--host", "127.0.0.1", "--no-dashboard", *arguments)
        process: Any = subprocess.Popen(
            [sys.executable, "-m", f"distributed.cli.{program}", *options],
            stderr=subprocess.PIPE, text=True, env=self._environment, start_new_session=True,
        )  # fmt: skip
        self._processes.append(process)
        for line in process.stderr:
            process.line = line.strip()
            if until in line:
                break
        else:
            raise AssertionError(f"{program} ended")
        threading.Thread(target=_drain, args=(process.stderr,), daemon=True).start()
        return process


def _drain(stream: Any) -> None:
    with contextlib.suppress(ValueError, OSError):
        for _ in stream:
            pass


@pytest.fixture
def cluster(helper) -> Iterator[Callable[..., Cluster]]:
    """Starts a scheduler with workers that can import the work of these tests."""
    started: list[Cluster] = []

    def start(count: int, *options: str) -> Cluster:
        root = str(Path(str(gaitpipe.__file__)).parents[1])
        environment = os.environ | {
            "PYTHONPATH": os.pathsep.join([root, str(helper)]),
            "DASK_DISTRIBUTED__SCHEDULER__ALLOWED_FAILURES": "1",
            "DASK_DISTRIBUTED__COMM__RETRY__COUNT": "0",
        }
        started.append(Cluster(environment))
        started[-1].add_workers(count, *options)
        return started[-1]

    yield start
    for one in started:
        one.end()


@pytest.fixture
def work(helper, monkeypatch):
    importlib.invalidate_caches()
    sys.modules.pop("batch_test_work", None)
    module = importlib.import_module("batch_test_work")
    monkeypatch.setattr(batch, "work", module.work)
    return module


def test_a_killed_worker_and_a_culprit_cost_the_others_nothing(place, of, cluster, helper, work):
    for name in ("a", "culprit", "held", "z"):
        place.add_recording(f"{name}.mcap")
    there = cluster(2, "--nanny")

    def kill():
        os.kill(int((helper / "pid").read_text()), signal.SIGKILL)

    killer = threading.Thread(target=kill, daemon=True)
    killer.start()
    result = place.run(workers=None, dask=there.address)
    killer.join(WAIT_S)
    assert {name: entry.status for name, entry in of(result).items()} == {
        "a": "ok", "culprit": "failed", "held": "ok", "z": "ok",
    }  # fmt: skip
    assert of(result)["culprit"].code == "killed_the_worker"
    assert place.sessions() == ["a", "held", "z"]


def test_a_scheduler_that_dies_leaves_a_whole_ledger_and_the_next_run_goes_on(place, cluster, helper, work):
    place.add_recording("a.mcap")
    place.add_recording("held.mcap")
    there = cluster(1, "--no-nanny")

    def kill():
        (helper / "pid").read_text()
        there.scheduler.kill()

    killer = threading.Thread(target=kill, daemon=True)
    killer.start()
    result = place.run(workers=None, dask=there.address)
    killer.join(WAIT_S)
    assert result.exit_code == 1
    assert result.lost is not None
    assert "goes on" in result.lost.advice
    assert [(line["session"], line["status"], line["code"]) for line in place.ledger()] == [
        ("a", "ok", ""), ("held", "skipped", "workers_lost"),
    ]  # fmt: skip
    there.end()
    assert place.run().counts == {"ok": 1, "unchanged": 1, "failed": 0, "failed_before": 0, "skipped": 0, "left": 0}


def test_workers_with_other_software_are_refused_before_anything_is_done(place, cluster, monkeypatch):
    from gaitpipe.batch import worker

    place.add_recording("a.mcap")
    there = cluster(1, "--no-nanny")
    real = worker.facts()
    monkeypatch.setattr("gaitpipe.batch.dask_workers.my_facts", lambda: real | {"numpy": "0.9"})
    with pytest.raises(GaitpipeError) as caught:
        place.run(workers=None, dask=there.address)
    assert f"numpy {real['numpy']}, here 0.9" in caught.value.message
    assert "same software" in caught.value.advice
    assert not (place.out / "ledger.jsonl").exists()


def test_a_scheduler_that_does_not_answer_is_told(place, monkeypatch):
    monkeypatch.setattr("gaitpipe.batch.dask_workers.ANSWER_S", 0.5)
    place.add_recording("a.mcap")
    with pytest.raises(WorkersLostError, match="no Dask scheduler answers at tcp:") as caught:
        place.run(workers=None, dask="tcp://127.0.0.1:9")
    assert "dask scheduler" in caught.value.advice
    assert caught.value.exit_code == 1


def test_an_address_that_is_none_is_wrong_use(place):
    place.add_recording("a.mcap")
    with pytest.raises(UsageError, match="no address of a Dask scheduler"):
        place.run(workers=None, dask="nonsense://here")


def test_a_worker_that_cannot_see_a_file_or_runs_another_program_says_so(place):
    file = FoundFile(str(place.data / "elsewhere.mcap"), "elsewhere.mcap", 10, "1:1")
    job = batch_work.job_of(Session("x", {"recording": file}), out=str(place.out), reports=False, memory_bytes=None)
    told = batch_work.work(job)
    assert (told["code"], told["passing"]) == ("not_seen", True)
    assert "cannot see this file" in told["reason"]
    told = batch_work.work(job | {"program": "0.0.0+other"})
    assert told["status"] == "failed"
    assert "runs gaitpipe" in told["reason"]
    assert json.dumps(told)


def test_what_workers_have_otherwise_is_listed_a_line_a_worker():
    from gaitpipe.batch.dask_workers import different

    mine = {"Python": "3.11", "numpy": "2.0"}
    told = {
        "tcp://a": mine,
        "tcp://b": {"Python": "3.12", "numpy": "2.1"},
        "tcp://c": ModuleNotFoundError("No module named 'gaitpipe'", name="gaitpipe"),
        "tcp://d": OSError("gone"),
    }
    assert [line[:60] for line in different(mine, told)] == [
        "tcp://b: Python 3.12, here 3.11; numpy 2.1, here 2.0",
        "tcp://c: gaitpipe is not installed there",
        "tcp://d: does not answer: OSError('gone')",
    ]
