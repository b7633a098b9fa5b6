"""`scan` and `record` as a person runs them, on bleak's own BlueZ backend (Linux, dbus-daemon)."""

from __future__ import annotations

import asyncio
import importlib.util
import json
import os
import shutil
import signal
import sys

import pytest

from gaitpipe import profile_store
from gaitpipe.recording.decode import read_recording
from gaitpipe.simulate.runner import simulate
from gaitpipe.simulate.runner_config import RunnerConfig, Segment
from module_beside import module_beside

pytestmark = [
    pytest.mark.bluez,
    pytest.mark.skipif(
        sys.platform != "linux" or shutil.which("dbus-daemon") is None, reason="needs Linux and the program dbus-daemon"
    ),
    pytest.mark.skipif(importlib.util.find_spec("bumble") is None, reason="virtual sensors need bumble"),
]

WAIT_S = 60.0


@pytest.fixture
async def bluez_environment(tmp_path_factory):
    """A bus with two sensors near, in real time; yields the environment for a program."""
    from gaitpipe.simulate.peripheral import VirtualSensor
    from gaitpipe.simulate.radio import VirtualRadio

    fake = module_beside(__file__, "../ble/fake_bluez")
    profile = profile_store.load("open_imu")
    settings = profile.resolve_settings({})
    streams = simulate(RunnerConfig((Segment("stand", 2.0), Segment("run", 14.0, 3.0)))).sensors
    with fake.dbus_daemon(tmp_path_factory.mktemp("bus")) as address:
        async with VirtualRadio() as radio:
            for number, (side, stream) in enumerate(streams.items(), start=1):
                name, where = f"OpenIMU {side}", f"C0:00:00:00:00:{number:02X}"
                await radio.add_sensor(VirtualSensor(profile, settings, stream, name=name, address=where))
            bluez = fake.FakeBluez(address, radio)
            await bluez.start()
            try:
                yield {**os.environ, "DBUS_SYSTEM_BUS_ADDRESS": address}
            finally:
                await bluez.stop()


async def start(environment: dict[str, str], *arguments: str) -> asyncio.subprocess.Process:
    pipe = asyncio.subprocess.PIPE
    return await asyncio.create_subprocess_exec(
        sys.executable, "-u", "-m", "gaitpipe", *arguments, stdout=pipe, stderr=pipe, env=environment
    )


async def test_scan_lists_the_sensors_with_their_profile(bluez_environment):
    process = await start(bluez_environment, "scan", "--seconds", "2", "--json")
    out, err = await asyncio.wait_for(process.communicate(), WAIT_S)
    assert process.returncode == 0, err.decode()
    found = json.loads(out)
    assert {(item["name"], item["profile"]) for item in found} == {
        ("OpenIMU left", "open_imu"),
        ("OpenIMU right", "open_imu"),
    }


async def test_record_until_it_is_told_to_end_gives_a_closed_file_and_a_report(bluez_environment, tmp_path):
    sensors = ["--left", "open_imu@left", "--right", "open_imu@right", "--placement", "foot"]
    process = await start(bluez_environment, "record", *sensors, "--out", str(tmp_path), "--belt-speed", "10.8km/h")
    lines = []
    async with asyncio.timeout(WAIT_S):
        while line := (await process.stderr.readline()).decode():
            lines.append(line)
            if line.startswith("00:10"):
                process.send_signal(signal.SIGTERM)
        await process.wait()
    err = "".join(lines)
    assert process.returncode == 130, err
    assert "battery 87 %" in err
    [path] = tmp_path.glob("*.mcap")
    assert err.rstrip().endswith(f"Report: {tmp_path / path.stem / 'report.html'}")
    recording = read_recording(path)
    assert sum(len(block) for block in recording) > 2 * 208 * 8
    assert recording.findings == []
    summary = json.loads((tmp_path / path.stem / "summary.json").read_text())
    assert summary["recording"]["synthetic"] is False
    assert summary["metrics"]["cadence_spm"]["both"]["mean"] == pytest.approx(160.0, abs=3.0)
