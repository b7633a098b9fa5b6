from __future__ import annotations

import subprocess
import sys

import pytest

from gaitpipe.batch import lock
from gaitpipe.batch.storage import LocalStorage
from gaitpipe.errors import GaitpipeError, RecordingError

HOLDER = """
import sys
from pathlib import Path
from gaitpipe.batch import lock
from gaitpipe.batch.storage import LocalStorage
with lock.hold(LocalStorage(Path(sys.argv[1]))):
    print("held", flush=True)
    sys.stdin.read()
"""


def test_a_second_run_into_the_same_folder_is_refused_until_the_first_is_gone(place):
    place.add_recording("a.mcap")
    command = [sys.executable, "-c", HOLDER, str(place.out)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as other:
        assert other.stdout.readline() == "held\n"
        with pytest.raises(lock.BusyError, match=f"process {other.pid}") as caught:
            place.run()
        assert "Nothing was changed" in caught.value.advice
        assert not (place.out / "ledger.jsonl").exists()
        other.kill()  # stale: its file stays, its lock does not
        other.communicate()
    assert place.run().exit_code == 0


def test_a_folder_that_cannot_be_made_is_told(place):
    place.add_recording("a.mcap")
    (place.data.parent / "file").write_text("x")
    for out in (place.data.parent / "file", place.data.parent / "file" / "out"):
        with pytest.raises(GaitpipeError) as caught:
            place.run(out=str(out))
        assert "--out" in caught.value.advice


def test_a_file_is_whole_or_not_there(tmp_path, monkeypatch):
    storage = LocalStorage(tmp_path)
    storage.write("a/b.txt", b"before")

    def full(_descriptor):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(RecordingError, match="No space left"):
        storage.write("a/b.txt", b"after")
    assert [path.name for path in (tmp_path / "a").iterdir()] == ["b.txt"]
    assert storage.read("a/b.txt") == b"before"


def test_leftovers_of_a_killed_worker_are_taken_away(place):
    place.add_recording("a.mcap")
    folder = place.out / "results" / "a"
    folder.mkdir(parents=True)
    (folder / ".strides.csv.123.tmp").write_text("half")
    place.run()
    assert sorted(path.name for path in folder.iterdir()) == ["strides.csv", "summary.json"]


def test_a_line_cut_by_a_crash_is_closed_before_the_next(tmp_path):
    storage = LocalStorage(tmp_path)
    (tmp_path / "log").write_bytes(b'{"cut": ')
    storage.append("log", b"{}\n")
    storage.append("log", b"[]\n")
    storage.flush()
    assert (tmp_path / "log").read_bytes() == b'{"cut": \n{}\n[]\n'
