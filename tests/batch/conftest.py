"""Tiny synthetic sessions, made once, and a way to run a batch in this process."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from gaitpipe import profile_store
from gaitpipe.app.batch import BatchResult, run_batch
from gaitpipe.app.batch_plan import BatchRequest
from gaitpipe.app.simulate import SimulationRequest, write_simulation
from gaitpipe.batch.ledger import Entry
from gaitpipe.simulate.runner import simulate
from gaitpipe.simulate.runner_config import RunnerConfig, Segment

HEADER = "time_s,acc_x_m_s2,acc_y_m_s2,acc_z_m_s2,gyr_x_rad_s,gyr_y_rad_s,gyr_z_rad_s"
COURSE = (Segment("stand", 4.0), Segment("run", 7.0, 3.0))
OLD_S = 1_700_000_000.0
"""Files of the tests are old: ones of this moment would be looked at twice."""


@pytest.fixture(scope="session")
def recording(tmp_path_factory) -> Path:
    """A recording of 11 s, without its truth."""
    request = SimulationRequest(RunnerConfig(COURSE), profile_store.load("open_imu"))
    path, truth = write_simulation(request, tmp_path_factory.mktemp("batch_recording"))
    truth.unlink()
    return path


@pytest.fixture(scope="session")
def csv_texts() -> dict[str, str]:
    """The samples of each foot as a plain CSV file."""
    texts = {}
    for side, stream in simulate(RunnerConfig(COURSE)).sensors.items():
        rows = np.column_stack([stream.true_time_s, stream.acc_m_s2, stream.gyr_rad_s])
        texts[side] = "\n".join([HEADER, *(",".join(f"{value:.5f}" for value in row) for row in rows)]) + "\n"
    return texts


@dataclass
class Place:
    """A folder of input and a folder of results."""

    data: Path
    out: Path
    recording: Path
    csv_texts: Mapping[str, str]
    events: list[Mapping[str, Any]] = field(default_factory=list)

    def add_recording(self, name: str) -> Path:
        path = self.data / name
        path.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(self.recording, path)
        return self.old(path)

    def add_csv(self, name: str, side: str = "left") -> Path:
        return self.add(name, self.csv_texts[side])

    def add(self, name: str | bytes, content: str | bytes) -> Path:
        path = self.data / os.fsdecode(name)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return self.old(path)

    def old(self, path: Path) -> Path:
        os.utime(path, (OLD_S, OLD_S))
        return path

    def request(self, **changes: Any) -> BatchRequest:
        said = {"inputs": (str(self.data),), "out": str(self.out), "workers": 0, "options": {"placement": "foot"}}
        return BatchRequest(**(said | changes))

    def run(self, **changes: Any) -> BatchResult:
        """A batch in this process, unless told otherwise."""
        self.events = []
        return run_batch(self.request(**changes), self.events.append)

    def ledger(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in (self.out / "ledger.jsonl").read_text().splitlines()]

    def sessions(self) -> list[str]:
        """Sessions with results."""
        return sorted(path.parent.name for path in self.out.glob("results/*/summary.json"))


@pytest.fixture
def place(tmp_path, recording, csv_texts) -> Place:
    data = tmp_path / "data"
    data.mkdir()
    return Place(data, tmp_path / "out", recording, csv_texts)


@pytest.fixture
def of() -> Callable[[BatchResult], dict[str, Entry]]:
    """The entries of a run by session, or by file name where they are of none."""
    return lambda result: {entry.session or Path(entry.files[0]).name: entry for entry in result.entries}


HELPER = '''
"""Work for the tests of workers: a session called `held` waits to be killed, one called `culprit` kills its worker."""
import os, signal, threading
from pathlib import Path
from gaitpipe.app.batch_work import work as real_work

PLACE = Path(os.environ["BATCH_TEST_PLACE"])

def work(job):
    name = job["session"]
    if name.startswith("culprit"):
        os.kill(os.getpid(), signal.SIGKILL)
    if name.startswith("held") and not (PLACE / "held").exists():
        (PLACE / "held").touch()
        with open(PLACE / "pid", "w") as pipe:  # waits for who reads it
            pipe.write(str(os.getpid()))
        threading.Event().wait()
    return real_work(job)

def hungry(name):
    return bytearray(3_000_000_000)[0]

def told(code):
    (PLACE / "calls").open("a").write(f"{os.getpid()}\\n")
    return {"code": code, "resident_bytes": 0}
'''


@pytest.fixture
def helper(tmp_path, monkeypatch) -> Path:
    """A module `batch_test_work` that workers of this machine can import; returns its folder, with a pipe `pid`."""
    folder = tmp_path / "helper"
    folder.mkdir()
    (folder / "batch_test_work.py").write_text(HELPER)
    os.mkfifo(folder / "pid")
    monkeypatch.setenv("BATCH_TEST_PLACE", str(folder))
    monkeypatch.syspath_prepend(str(folder))
    return folder
