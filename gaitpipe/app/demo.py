"""The demo: two virtual BLE sensors on the feet of a synthetic runner, and a virtual treadmill, recorded as real ones.

Only the radio, the devices and the runner are virtual. Scan, connection, subscription and stream go through unmodified
bleak and the same source, file, decoder and session as a recording of a person.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from gaitpipe import profile_store
from gaitpipe.app.analyze import Analysis
from gaitpipe.app.devices import device_profile
from gaitpipe.app.record import Recorded, RecordRequest, Talk, record, stop_on_signals
from gaitpipe.app.simulate import BATTERY_PCT, plain_run, runner_for, synthetic_metadata
from gaitpipe.app.truth import compare_with_truth
from gaitpipe.model import SIDES
from gaitpipe.protocol.profile import Profile
from gaitpipe.simulate.auxiliary import device_stream
from gaitpipe.simulate.peripheral import VirtualSensor
from gaitpipe.simulate.radio import VirtualRadio
from gaitpipe.simulate.runner import RunnerConfig, SimulatedSession, simulate
from gaitpipe.simulate.truth import read_truth_csv, write_truth_csv
from gaitpipe.sources.ble import WantedDevice, WantedSensor

PROFILE = "open_imu"
BELT_SPEED_M_S = 3.0
TIMES_FASTER = 3.0
DELIVERY_S = 0.3
PATIENCE_S = 120.0
"""How much longer than planned, in the time of the demo, a slow computer may take."""


@dataclass(frozen=True, slots=True)
class Demo:
    """A recorded demo: its recording, and the truth in session time beside it."""

    recorded: Recorded
    truth: Path


async def run_demo(
    folder: Path,
    seconds: float,
    talk: Talk,
    times_faster: float = TIMES_FASTER,
    typed: AsyncIterator[str] | None = None,
) -> Demo:
    """Record a synthetic session of `seconds` through the virtual radio; Ctrl-C or a typed q ends it early.

    Parameters
    ----------
    times_faster
        How much faster than life the virtual world runs.
    typed
        Lines that the person types meanwhile.

    Raises
    ------
    GaitpipeError
        The virtual radio's package is missing, or the recording cannot be written.
    """
    profile = profile_store.load(PROFILE)
    settings = profile.resolve_settings({})
    config = RunnerConfig(segments=plain_run(seconds, BELT_SPEED_M_S), surface="treadmill")
    config = runner_for(config, settings)
    stop, ended = asyncio.Event(), asyncio.Event()
    with stop_on_signals(stop, talk.say):
        session = await asyncio.to_thread(simulate, config)
        async with VirtualRadio(speed=times_faster) as radio:
            for sensor in (*_sensors(session, profile, settings), _treadmill(session)):
                await radio.add_sensor(sensor)
            request = RecordRequest(
                wanted=tuple(WantedSensor(side, "foot", profile, settings, _name(side)) for side in SIDES),
                folder=folder,
                devices=(WantedDevice("treadmill", device_profile("treadmill")),),
                seconds=seconds + PATIENCE_S,
                metadata=synthetic_metadata(config, None) | {"demo": f"{times_faster:g} times faster than life"},
                backend=radio.backend,
                clock=radio.clock.now,
                typed=typed,
            )
            end = asyncio.create_task(_end(radio, stop, ended))
            try:
                recorded = await record(request, ended, talk)
            finally:
                end.cancel()
            ended_s = radio.clock.motion_s
            motion_start_ns = radio.clock.now()[0] - round(ended_s * 1e9)
    recorded = replace(recorded, interrupted=stop.is_set())
    motion_start_s = (motion_start_ns - recorded.session_start_monotonic_ns) / 1e9
    return Demo(recorded, _write_truth(session, recorded, motion_start_s, ended_s))


def _name(side: str) -> str:
    return f"OpenIMU {side}"


def _sensors(session: SimulatedSession, profile: Profile, settings: Mapping[str, float]) -> list[VirtualSensor]:
    return [
        VirtualSensor(
            profile,
            settings,
            session.sensors[side],
            name=_name(side),
            address=f"C0:00:00:00:00:{number:02X}",
            battery_pct=BATTERY_PCT[side],
            rssi_dbm=-52 - 4 * number,
        )
        for number, side in enumerate(SIDES, start=1)
    ]


def _treadmill(session: SimulatedSession) -> VirtualSensor:
    """Return the belt under the runner: it tells its speed once a second, and nothing is written to it."""
    profile = device_profile("treadmill")
    return VirtualSensor(
        profile,
        profile.resolve_settings({}),
        device_stream(profile, session),
        name="Virtual treadmill",
        address="C0:00:00:00:00:10",
        rssi_dbm=-48,
    )


async def _end(radio: VirtualRadio, stop: asyncio.Event, ended: asyncio.Event) -> None:
    """Set `ended` when all sensors have sent all they have, or when the user stops."""
    sent = asyncio.ensure_future(_all_sent(radio))
    stopped = asyncio.ensure_future(_set(stop))
    try:
        await asyncio.wait({sent, stopped}, return_when=asyncio.FIRST_COMPLETED)
        if not stopped.done():
            await asyncio.sleep(DELIVERY_S)
        ended.set()
    finally:
        sent.cancel()
        stopped.cancel()


async def _set(event: asyncio.Event) -> None:
    await event.wait()


async def _all_sent(radio: VirtualRadio) -> None:
    for sensor in radio.sensors:
        await sensor.finished.wait()


def _write_truth(session: SimulatedSession, recorded: Recorded, motion_start_s: float, motion_end_s: float) -> Path:
    """Write the truth of the part that was recorded, in session time; `motion_end_s` is how far the runner came."""
    truth = session.truth
    ends_s = truth["ic_s"] + np.nan_to_num(truth["stride_time_s"])
    truth = truth[ends_s <= motion_end_s].copy()
    truth["ic_s"] += motion_start_s
    truth["tc_s"] += motion_start_s
    path = recorded.path.with_suffix(".truth.csv")
    write_truth_csv(truth, path)
    return path


def with_truth(analysis: Analysis, truth: Path) -> Analysis:
    """Return the analysis with the simulator's truth beside it."""
    return replace(analysis, truth=compare_with_truth(analysis.result, read_truth_csv(truth)))
