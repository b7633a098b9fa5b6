"""`record` as a person at a terminal runs it: asked for the left foot, typing meanwhile; and fed from a pipe.

On bleak's own BlueZ backend (Linux, dbus-daemon), with virtual sensors.
"""

from __future__ import annotations

import asyncio
import contextlib
import importlib.util
import os
import re
import shutil
import sys
from pathlib import Path

import numpy as np
import pytest

from gaitpipe import profile_store
from gaitpipe.app.analyze import analyze
from gaitpipe.app.side_memory import FILE_NAME
from gaitpipe.recording.reader import open_raw
from module_beside import module_beside

pytestmark = [
    pytest.mark.bluez,
    pytest.mark.skipif(
        sys.platform != "linux" or shutil.which("dbus-daemon") is None, reason="needs Linux and the program dbus-daemon"
    ),
    pytest.mark.skipif(importlib.util.find_spec("bumble") is None, reason="virtual sensors need bumble"),
]

REPOSITORY = Path(__file__).resolve().parents[2]
WAIT_S = 90.0


def samples(rate_hz: float, tapped: bool):
    """A still sensor for three minutes, tapped every 1.5 s or never."""
    from gaitpipe.simulate.stream import SensorSamples

    time_s = np.arange(round(rate_hz * 180.0)) / rate_hz
    acc = np.array([0.0, 5.0, 8.436]) + np.random.default_rng(1).normal(0, 0.03, (len(time_s), 3))
    if tapped:
        acc[:, 2] += 25.0 * np.exp(-(((time_s % 1.5 - 0.7) / 0.03) ** 2))
    return SensorSamples.uniform(rate_hz, acc, np.random.default_rng(2).normal(0, 0.01, (len(time_s), 3)))


@pytest.fixture
async def air(tmp_path_factory):
    """Puts sensors of a profile behind BlueZ; the second one is tapped. Gives the environment for a program."""
    from gaitpipe.simulate.peripheral import VirtualSensor
    from gaitpipe.simulate.radio import VirtualRadio

    fake = module_beside(__file__, "../ble/fake_bluez")
    with fake.dbus_daemon(tmp_path_factory.mktemp("bus")) as address:
        async with VirtualRadio() as radio:
            bluez = fake.FakeBluez(address, radio)
            await bluez.start()

            async def sensors(profile_id: str, count: int, names: str, **settings: float) -> dict[str, str]:
                profile = profile_store.load(profile_id)
                resolved = profile.resolve_settings(settings)
                for number in range(1, count + 1):
                    stream = samples(resolved["rate_hz"], number == 2)
                    where = f"C0:00:00:00:00:{number:02X}"
                    await radio.add_sensor(
                        VirtualSensor(profile, resolved, stream, name=f"{names}{number}", address=where)
                    )
                state = str(tmp_path_factory.mktemp("state"))
                return {
                    **os.environ,
                    "DBUS_SYSTEM_BUS_ADDRESS": address,
                    "PYTHONPATH": str(REPOSITORY),
                    "GAITPIPE_STATE": state,
                }

            try:
                yield sensors
            finally:
                await bluez.stop()


async def test_lines_of_a_pipe_and_a_forced_sensor_are_in_the_recording_and_told(air, tmp_path):
    environment = await air("movesense_imu6", 1, "Movesense ", rate_hz=26)
    command = ["record", "--left", "movesense_imu6", "--placement", "foot", "--set", "rate_hz=26", "--force"]
    pipe = asyncio.subprocess.PIPE
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-u", "-m", "gaitpipe", *command, "--seconds", "6", "--out", str(tmp_path),
        stdin=pipe, stdout=pipe, stderr=pipe, env=environment,
    )  # fmt: skip
    _, err = await asyncio.wait_for(process.communicate(b"m cue\n\ns 10.8\ns fast\n"), WAIT_S)
    words = err.decode()
    assert process.returncode == 0, words
    assert "below 40 Hz" in words
    assert "'s fast' is no speed" in words
    (path,) = tmp_path.glob("*.mcap")
    analysis = analyze(path)
    typed = [(event.kind, event.text, event.value) for event in analysis.events if event.source is None]
    assert [item for item in typed if item[0] != "advice"] == [
        ("note", "cue", None),
        ("mark", "", None),
        ("speed", "", 3.0),
    ]
    assert "below 40 Hz" in analysis.metadata["forced"]
    assert {"forced", "rate_too_low"} <= {finding.code for finding in analysis.result.findings}
    assert "This recording was forced" in (path.with_suffix("") / "report.html").read_text("utf-8")


class Terminal:
    """A program on a pseudo-terminal: what it shows, and keys for it."""

    def __init__(self) -> None:
        import pty

        self.master, self.slave = pty.openpty()
        self.text = ""
        self._changed = asyncio.Event()
        asyncio.get_running_loop().add_reader(self.master, self._read)

    def _read(self) -> None:
        with contextlib.suppress(OSError):
            self.text += os.read(self.master, 65536).decode(errors="replace")
        self._changed.set()

    def press(self, keys: str) -> None:
        os.write(self.master, keys.encode())

    async def until(self, pattern: str) -> None:
        try:
            async with asyncio.timeout(WAIT_S):
                while not re.search(pattern, self.text):
                    self._changed.clear()
                    await self._changed.wait()
        except TimeoutError:
            pytest.fail(f"'{pattern}' was not shown; shown: {self.text[-3000:]}")

    def close(self) -> None:
        asyncio.get_running_loop().remove_reader(self.master)
        os.close(self.master)
        os.close(self.slave)


@pytest.fixture
async def terminal():
    made = Terminal()
    yield made
    made.close()


async def test_at_a_terminal_the_tapped_sensor_is_left_and_keys_work_beside_the_table(air, terminal, tmp_path):
    import termios

    environment = {**await air("open_imu", 2, "OpenIMU "), "TERM": "xterm", "COLUMNS": "100", "LINES": "40"}
    environment.pop("NO_COLOR", None)
    before = termios.tcgetattr(terminal.slave)
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-u", "-m", "gaitpipe", "record", "--profile", "open_imu", "--placement", "foot",
        "--out", str(tmp_path), stdin=terminal.slave, stdout=asyncio.subprocess.DEVNULL, stderr=terminal.slave,
        env=environment,
    )  # fmt: skip
    await terminal.until("Tap the LEFT foot")
    await terminal.until("left is 'OpenIMU 2'")
    await terminal.until("Cadence")
    terminal.press("calf tigth\x7f\x7fht")
    await terminal.until(r"> calf tight_")
    terminal.press("\r")
    await terminal.until("note: calf tight")
    terminal.press("\rq\r")
    assert await asyncio.wait_for(process.wait(), WAIT_S) == 0, terminal.text[-3000:]
    assert termios.tcgetattr(terminal.slave) == before, "the terminal is as it was"
    (path,) = tmp_path.glob("*.mcap")
    raw = open_raw(path)
    assert {setup.side: setup.device for setup in raw.setups} == {"left": "OpenIMU 2", "right": "OpenIMU 1"}
    kinds = [(event.kind, event.text) for event in analyze(path).events if event.kind in ("mark", "note")]
    assert kinds == [("note", "calf tight"), ("mark", "")]
    assert (Path(environment["GAITPIPE_STATE"]) / FILE_NAME).is_file()


async def test_terminal_that_is_closed_ends_the_recording_in_good_order_with_a_report(air, tmp_path):
    import fcntl
    import termios

    environment = {**await air("open_imu", 1, "OpenIMU "), "TERM": "xterm", "COLUMNS": "100", "LINES": "40"}
    terminal = Terminal()
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-u", "-m", "gaitpipe", "record", "--left", "open_imu", "--placement", "foot",
        "--out", str(tmp_path), stdin=terminal.slave, stdout=terminal.slave, stderr=terminal.slave, env=environment,
        start_new_session=True, preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0),
    )  # fmt: skip
    await terminal.until("Cadence")
    await terminal.until(r"00:0[3-9]")
    terminal.close()
    assert await asyncio.wait_for(process.wait(), WAIT_S) == 130
    (path,) = tmp_path.glob("*.mcap")
    raw = open_raw(path)
    assert raw.setups[0].device == "OpenIMU 1"
    assert (path.with_suffix("") / "report.html").is_file()
