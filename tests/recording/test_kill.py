"""A recorder in another process is killed with SIGKILL while it writes in real time."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path

import pytest

from gaitpipe.recording.reader import open_raw, recover

RECORDER = """
import sys, threading, time
from pathlib import Path
sys.path.insert(0, sys.argv[2])
from conftest import SETUPS, make_items, START_NS, UTC_NS
from dataclasses import replace
from gaitpipe.recording.writer import RecordingWriter

start_ns = time.monotonic_ns()
writer = RecordingWriter(Path(sys.argv[1]), SETUPS, session_start_monotonic_ns=START_NS, session_start_utc_ns=UTC_NS)
pause = threading.Event()
for item in make_items(60, per_second=50):
    elapsed_ns = item.host_monotonic_ns - START_NS
    pause.wait(max(0.0, (start_ns + elapsed_ns - time.monotonic_ns()) / 1e9))
    writer.write(item)
    print(elapsed_ns, flush=True)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="SIGKILL does not exist there")
@pytest.mark.parametrize("kill_after_s", [1.3, 3.6])
def test_killed_recorder_loses_at_most_two_seconds_and_nothing_is_wrong(tmp_path, make, kill_after_s):
    path = tmp_path / "a.mcap"
    folder = str(Path(__file__).parent)
    process = subprocess.Popen([sys.executable, "-c", RECORDER, path, folder], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    with process.stdout:
        for line in process.stdout:
            if int(line) >= kill_after_s * 1e9:
                process.send_signal(signal.SIGKILL)
                break
        rest = process.stdout.read()  # what it managed to write before the signal arrived
    assert process.wait(timeout=20) == -signal.SIGKILL
    recorded_ns = int((line + rest).strip().splitlines()[-1])
    items = make(60, per_second=50)

    raw = open_raw(path)
    got = list(raw.items)
    assert got == items[: len(got)]
    assert recorded_ns - (got[-1].host_monotonic_ns - raw.session_start_monotonic_ns) <= 2e9
    assert [finding.code for finding in raw.salvage.findings()] == ["recording_not_closed"]

    recover(path, tmp_path / "b.mcap")
    assert list(open_raw(tmp_path / "b.mcap").items) == got
