"""Whole recordings over the virtual radio: losses, processor time: python -m benchmarks.speed.record

Targets: two sensors at 208 Hz and a treadmill for 30 minutes lose no sample when the link loses none; with link losses
the count of lost samples is the count that was dropped; the recorder's own processor time is under 5 % of one core.

The first two run through bleak's front ends on the virtual radio, faster than life, in one process with the sensors;
the runner is synthetic. A sensor drops packets by the Gilbert-Elliott model of a radio (single ones and bursts).
Processor time is that of a process of its own, `gaitpipe record` as a person runs it, in real time, on bleak's BlueZ
backend: everything from D-Bus to the live figures and the file is in it, start-up is not. It needs Linux and
dbus-daemon.
"""

from __future__ import annotations

import argparse
import asyncio
import importlib.util
import os
import shutil
import signal
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.speed.common import RATE_HZ, Outcome, running, show, tiled
from gaitpipe import profile_store
from gaitpipe.app.devices import device_profile
from gaitpipe.app.record import Recorded, RecordRequest, Talk, record
from gaitpipe.model import SIDES, Side
from gaitpipe.protocol.readings import READINGS
from gaitpipe.recording.decode import read_recording
from gaitpipe.simulate.auxiliary import ReadingStream
from gaitpipe.simulate.link import LinkConfig, deliver
from gaitpipe.simulate.peripheral import VirtualSensor
from gaitpipe.simulate.radio import VirtualRadio
from gaitpipe.simulate.stream import SensorFaults, SensorSamples
from gaitpipe.sources.ble import WantedDevice, WantedSensor

MINUTES = 30.0
TIMES_FASTER = 15.0
PROFILE = "open_imu"
LOSS_PCT = 1.0
CPU_TARGET_PCT = 5.0
CPU_FROM_S, CPU_SECONDS = 15.0, 60.0
QUICK = (3.0, TIMES_FASTER, 0.0)
"""Minutes and times faster of a check that ends soon; processor time is left to the long run, on a quiet machine."""
FAKE_BLUEZ = Path(__file__).resolve().parents[2] / "tests" / "ble" / "fake_bluez.py"


def measure(
    minutes: float = MINUTES, times_faster: float = TIMES_FASTER, cpu_seconds: float = CPU_SECONDS
) -> list[Outcome]:
    """All outcomes; the processor time only where there is a dbus-daemon."""
    outcomes = [
        asyncio.run(_losses(minutes, times_faster, 0.0)),
        asyncio.run(_losses(minutes, times_faster, LOSS_PCT)),
    ]
    if cpu_seconds and sys.platform == "linux" and shutil.which("dbus-daemon"):
        outcomes.append(asyncio.run(_processor_time(cpu_seconds)))
    return outcomes


# -- losses ---------------------------------------------------------------------------------------------------------


async def _losses(minutes: float, times_faster: float, loss_pct: float) -> Outcome:
    profile = profile_store.load(PROFILE)
    settings = profile.resolve_settings({"rate_hz": RATE_HZ})
    started_s = time.perf_counter()
    with tempfile.TemporaryDirectory() as folder:
        async with VirtualRadio(speed=times_faster) as radio:
            sensors = await _feet(radio, profile, settings, minutes, loss_pct)
            belt = await radio.add_sensor(_treadmill(minutes))
            recorded = await _record_all(radio, profile, settings, Path(folder), sensors)
        recording = read_recording(recorded.path)
        for _block in recording.blocks:
            pass
        told = len([reading for reading in recording.readings if reading.source == "treadmill"])
    found = {side: recording.quality[side] for side in SIDES}
    dropped = {side: sensors[side].packets_dropped * profile.samples_per_packet(settings) for side in SIDES}
    lost = {side: found[side].lost_samples for side in SIDES}
    samples = sum(quality.samples for quality in found.values())
    whole = all(found[side].samples == sensors[side].samples_sent for side in SIDES)
    return Outcome(
        name="record_losses" if loss_pct else "record_no_loss",
        target="lost samples as counted are those that were dropped" if loss_pct else "no sample lost",
        passed=lost == dropped and whole and told == belt.packets_sent,
        sentence=f"{minutes:g} min of two sensors at {RATE_HZ:g} Hz and a treadmill, synthetic: {samples} samples and "
        f"{told} of {belt.packets_sent} treadmill readings arrived, {sum(dropped.values())} samples dropped, "
        f"{sum(lost.values())} counted as lost, "
        f"faults {sum(sum(quality.faults.values()) for quality in found.values())}; "
        f"took {time.perf_counter() - started_s:.0f} s",
        figures={
            "minutes": minutes,
            "samples": samples,
            "dropped": sum(dropped.values()),
            "counted_lost": sum(lost.values()),
            "treadmill_readings": told,
        },
    )


async def _feet(
    radio: VirtualRadio, profile: Any, settings: dict[str, float], minutes: float, loss_pct: float
) -> dict[Side, VirtualSensor]:
    count = round(60.0 * minutes * RATE_HZ)
    sensors: dict[Side, VirtualSensor] = {}
    for number, (side, signals) in enumerate(running(5.0, 55.0).items(), start=1):
        parts = tiled(signals, count)
        samples = SensorSamples.uniform(RATE_HZ, parts.acc_m_s2, parts.gyr_rad_s, drift_ppm=(-50.0, 50.0)[number - 1])
        faults = SensorFaults(drop_packets=_dropped(count // profile.samples_per_packet(settings), loss_pct, number))
        address = f"C0:00:00:00:00:{number:02X}"
        sensor = VirtualSensor(profile, settings, samples, name=f"OpenIMU {side}", address=address, faults=faults)
        sensors[side] = await radio.add_sensor(sensor)
    return sensors


def _treadmill(minutes: float) -> VirtualSensor:
    """A belt at a steady speed that tells it once a second."""
    profile = device_profile("treadmill")
    (rule,) = [item for item in profile.readings if item.codec == "ftms_treadmill_data"]
    codec = READINGS[rule.codec].codec()
    said = [
        (float(second), rule.characteristic, codec.write({"speed_m_s": 3.0, "distance_m": 3.0 * second}))
        for second in range(1, round(60.0 * minutes))
    ]
    stream = ReadingStream(said, {})
    return VirtualSensor(profile, profile.resolve_settings({}), stream, name="Treadmill", address="C0:00:00:00:00:10")


def _dropped(packets: int, loss_pct: float, seed: int) -> frozenset[int]:
    """Packets that a bad radio loses; never the last ones, which nobody could miss."""
    if not loss_pct:
        return frozenset()
    arrived = {index for index, _ in deliver(np.arange(packets) * 0.04, LinkConfig(loss_pct=loss_pct), seed)}
    return frozenset(index for index in range(packets - 10) if index not in arrived)


async def _record_all(
    radio: VirtualRadio,
    profile: Any,
    settings: dict[str, float],
    folder: Path,
    sensors: dict[Side, VirtualSensor],
) -> Recorded:
    stop = asyncio.Event()
    wanted = tuple(WantedSensor(side, "foot", profile, settings, f"OpenIMU {side}") for side in SIDES)
    devices = (WantedDevice("treadmill", device_profile("treadmill")),)
    request = RecordRequest(wanted, folder, backend=radio.backend, clock=radio.clock.now, devices=devices)

    async def end() -> None:
        for sensor in sensors.values():
            await sensor.finished.wait()
        await asyncio.sleep(0.5)
        stop.set()

    ending = asyncio.ensure_future(end())
    try:
        return await record(request, stop, Talk(lambda _text: None, lambda _view: None))
    finally:
        ending.cancel()


# -- processor time -------------------------------------------------------------------------------------------------


async def _processor_time(seconds: float) -> Outcome:
    """Record on bleak's BlueZ backend in another process and read its processor time from the system."""
    fake = _load_fake_bluez()
    profile = profile_store.load(PROFILE)
    settings = profile.resolve_settings({"rate_hz": RATE_HZ})
    with tempfile.TemporaryDirectory() as folder, fake.dbus_daemon(Path(folder)) as address:
        async with VirtualRadio() as radio:
            await _feet(radio, profile, settings, (CPU_FROM_S + seconds) / 60.0 + 1.0, 0.0)
            bluez = fake.FakeBluez(address, radio)
            await bluez.start()
            try:
                share_pct, messages = await _watch_recorder(Path(folder) / "out", address, seconds, radio)
            finally:
                await bluez.stop()
    return Outcome(
        name="record_processor_time",
        target=f"under {CPU_TARGET_PCT:g} % of one core",
        passed=share_pct < CPU_TARGET_PCT,
        sentence=f"`gaitpipe record` of two sensors at {RATE_HZ:g} Hz on bleak's BlueZ backend, live figures included: "
        f"{share_pct:.1f} % of one core over {seconds:g} s, {messages} notifications a second",
        figures={"share_pct": round(share_pct, 2), "seconds": seconds},
    )


async def _watch_recorder(out: Path, address: str, seconds: float, radio: VirtualRadio) -> tuple[float, int]:
    arguments = ["record", "--left", f"{PROFILE}@left", "--right", f"{PROFILE}@right", "--placement", "foot"]
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "gaitpipe", *arguments, "--out", str(out)),
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.DEVNULL,
        env={**os.environ, "DBUS_SYSTEM_BUS_ADDRESS": address},
    )
    try:
        async with asyncio.timeout(120.0):
            for sensor in radio.sensors:
                await sensor.streaming.wait()
        await asyncio.sleep(CPU_FROM_S)
        used_s, at_s = _processor_seconds(process.pid), time.perf_counter()
        sent = sum(sensor.packets_sent for sensor in radio.sensors)
        await asyncio.sleep(seconds)
        span_s = time.perf_counter() - at_s
        share_pct = 100.0 * (_processor_seconds(process.pid) - used_s) / span_s
        messages = round((sum(sensor.packets_sent for sensor in radio.sensors) - sent) / span_s)
    finally:
        process.send_signal(signal.SIGINT)
        await asyncio.wait_for(process.wait(), 60.0)
    return share_pct, messages


def _processor_seconds(process_id: int) -> float:
    """User and system time of a process, in s (Linux)."""
    fields = Path(f"/proc/{process_id}/stat").read_text(encoding="ascii").rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _load_fake_bluez() -> Any:
    """Load the stand-in for bluetoothd of the tests."""
    spec = importlib.util.spec_from_file_location("gaitpipe_benchmarks_fake_bluez", FAKE_BLUEZ)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.speed.record", description="Whole recordings.")
    parser.add_argument("--minutes", type=float, default=MINUTES, help="length of the simulated recordings")
    parser.add_argument("--times-faster", type=float, default=TIMES_FASTER, help="speed of the virtual world")
    options = parser.parse_args(arguments)
    return show(lambda: measure(options.minutes, options.times_faster))


if __name__ == "__main__":
    sys.exit(main())
