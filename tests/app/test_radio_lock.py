"""One recorder a computer: the lock, who holds it, and what happens to it when its holder is killed."""

from __future__ import annotations

import subprocess
import sys

import pytest

from gaitpipe.app.radio_lock import FILE_NAME, hold_radio
from gaitpipe.errors import DeviceError, DeviceReason

HOLDER = """
import sys
from pathlib import Path
from gaitpipe.app.radio_lock import hold_radio
with hold_radio(Path(sys.argv[1]), "recording to /runs/monday") as held:
    print(held, flush=True)
    sys.stdin.read()
"""


@pytest.fixture
def holder(tmp_path):
    """Another process that holds the lock."""
    process = subprocess.Popen(
        [sys.executable, "-c", HOLDER, tmp_path], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout.readline().strip() == "True"
    yield process
    process.kill()
    process.communicate()


def test_second_recorder_is_refused_and_told_who_records_where(holder, tmp_path):
    with pytest.raises(DeviceError) as caught, hold_radio(tmp_path, "recording to here"):
        pass
    assert caught.value.reason is DeviceReason.BUSY
    assert caught.value.exit_code == 4
    assert caught.value.message == f"another gaitpipe (process {holder.pid}) is recording to /runs/monday"
    assert "Stop that one first" in caught.value.advice


def test_lock_of_a_killed_recorder_is_free(holder, tmp_path):
    holder.kill()  # SIGKILL on POSIX: it can tidy nothing up
    holder.wait(20)
    assert "monday" in (tmp_path / FILE_NAME).read_text()
    with hold_radio(tmp_path, "recording to here") as held:
        assert held


def test_lock_is_free_after_its_holder_ended_or_failed(tmp_path):
    with pytest.raises(ZeroDivisionError), hold_radio(tmp_path, "recording to a"):
        raise ZeroDivisionError
    with hold_radio(tmp_path, "recording to b") as held:
        assert held
    assert (tmp_path / FILE_NAME).read_text() == ""


def test_without_a_usable_state_folder_nothing_is_held_and_nothing_fails(tmp_path):
    (tmp_path / "file").write_text("")
    for folder in (None, tmp_path / "file"):
        with hold_radio(folder, "recording to a") as held:
            assert not held


@pytest.mark.parametrize("command", ["record", "try"])
def test_command_ends_with_4_before_it_touches_bluetooth(command, holder, tmp_path, monkeypatch, capsys):
    from gaitpipe import cli
    from gaitpipe.sources.ble import BleSource

    def touched(*_arguments, **_options):
        pytest.fail("Bluetooth was touched")

    monkeypatch.setenv("GAITPIPE_STATE", str(tmp_path))
    monkeypatch.setattr(BleSource, "__init__", touched)
    monkeypatch.setattr("gaitpipe.app.side_check.find_all", touched)
    arguments = {
        "record": ["record", "--profile", "open_imu", "--placement", "foot", "--out", str(tmp_path / "out")],
        "try": ["profiles", "try", "open_imu"],
    }
    assert cli.run(arguments[command]) == 4
    assert f"process {holder.pid}) is recording to /runs/monday" in capsys.readouterr().err
