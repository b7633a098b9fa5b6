"""Real worker processes: killed, out of memory, or the culprit themselves; no file of the others is lost."""

from __future__ import annotations

import importlib
import os
import signal
import sys
import threading
from concurrent.futures import wait

import pytest

from gaitpipe.app import batch
from gaitpipe.batch.executors import WorkerDiedError, WorkersLostError
from gaitpipe.batch.processes import LocalProcesses
from gaitpipe.batch.run import Stopper

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="signals of another kind")
WAIT_S = 120.0


@pytest.fixture
def work(helper, monkeypatch):
    """The module with the work for these tests, in place of the product's."""
    importlib.invalidate_caches()
    sys.modules.pop("batch_test_work", None)
    module = importlib.import_module("batch_test_work")
    monkeypatch.setattr(batch, "work", module.work)
    return module


def kill_when_held(helper):
    """Kill the worker that says its process number in the pipe, from a thread."""

    def kill():
        os.kill(int((helper / "pid").read_text()), signal.SIGKILL)

    thread = threading.Thread(target=kill, daemon=True)
    thread.start()
    return thread


def test_a_killed_worker_and_a_culprit_cost_the_others_nothing(place, of, helper, work):
    for name in ("a", "culprit", "held", "z"):
        place.add_recording(f"{name}.mcap")
    killer = kill_when_held(helper)
    result = place.run(workers=2)
    killer.join(WAIT_S)
    entries = of(result)
    assert {name: entry.status for name, entry in entries.items()} == {
        "a": "ok", "culprit": "failed", "held": "ok", "z": "ok",
    }  # fmt: skip
    assert entries["culprit"].code == "killed_the_worker"
    assert "killed the worker (out of memory or a crash)" in entries["culprit"].reason
    assert any("3 workers died; others took their place" in event.get("reason", "") for event in place.events)
    assert entries["culprit"].key  # it is not let at the workers again
    assert place.run(workers=2).counts["failed_before"] == 1
    assert place.sessions() == ["a", "held", "z"]


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="memory is bounded on Linux only")
def test_what_needs_more_memory_than_a_worker_may_have_fails_alone(place, of, monkeypatch):
    place.add_recording("a.mcap")
    real = batch.job_of
    monkeypatch.setattr(batch, "job_of", lambda *args, **said: real(*args, **(said | {"memory_bytes": 60_000_000})))
    entry = of(place.run(workers=1))["a"]
    assert (entry.status, entry.code) == ("failed", "memory") or entry.code == "killed_the_worker"
    assert "--memory" in entry.advice


def test_a_job_without_memory_in_a_used_process_is_tried_in_a_fresh_one_once(helper, work):
    with LocalProcesses(1) as processes:
        assert processes.submit(work.told, "").result(WAIT_S) == {"code": "", "resident_bytes": 0}
        assert processes.submit(work.told, "memory").result(WAIT_S)["code"] == "memory"
    first, second, third = (helper / "calls").read_text().split()
    assert first == second != third


def test_a_process_that_has_grown_is_replaced_between_jobs():
    with LocalProcesses(1, memory_bytes=1) as processes:
        processes.submit(eval, "{'resident_bytes': 10}").result(WAIT_S)
        first = processes.submit(os.getpid).result(WAIT_S)
        processes.submit(eval, "{'resident_bytes': 10}").result(WAIT_S)
        assert processes.submit(os.getpid).result(WAIT_S) != first


def test_workers_have_one_thread_each_and_this_process_keeps_its_own(monkeypatch):
    monkeypatch.delenv("OMP_NUM_THREADS", raising=False)
    with LocalProcesses(1) as processes:
        assert processes.submit(os.getenv, "OMP_NUM_THREADS").result(WAIT_S) == "1"
        assert processes.submit(os.getenv, "NUMBA_NUM_THREADS").result(WAIT_S) == "1"
    assert "OMP_NUM_THREADS" not in os.environ


def test_errors_and_deaths_belong_to_their_own_future():
    with LocalProcesses(2) as processes:
        futures = [processes.submit(os.kill, 0, 99), processes.submit(os._exit, 3), processes.submit(abs, -2)]
        wait(futures, WAIT_S)
    assert isinstance(futures[0].exception(), OSError)
    assert isinstance(futures[1].exception(), WorkerDiedError)
    assert futures[2].result() == 2


def test_processes_that_cannot_start_are_no_jobs_fault(monkeypatch):
    from gaitpipe.batch import worker

    monkeypatch.setattr(worker, "start_worker", os.abort)
    with LocalProcesses(1) as processes, pytest.raises(WorkersLostError, match="cannot be started"):
        processes.submit(abs, -2).result(WAIT_S)


def test_stopping_ends_processes_that_work(helper, work):
    with LocalProcesses(1) as processes:
        future = processes.submit(work.work, {"session": "held"})
        (helper / "pid").read_text()
        processes.stop()
        assert isinstance(future.exception(WAIT_S), WorkersLostError)


def test_a_second_ctrl_c_gives_up_what_runs_and_writes_it_down(place, helper, work):
    place.add_recording("held.mcap")
    stopper = Stopper()

    def ask():
        (helper / "pid").read_text()
        stopper.ask()
        stopper.ask()

    thread = threading.Thread(target=ask, daemon=True)
    thread.start()
    result = batch.run_batch(place.request(workers=1), lambda _event: None, stopper)
    thread.join(WAIT_S)
    assert result.exit_code == 130
    assert [(line["session"], line["status"], line["code"]) for line in place.ledger()] == [
        ("held", "skipped", "interrupted"),
    ]  # fmt: skip
    assert place.run().counts["ok"] == 1
