"""Listens to one sensor for some seconds and says whether its profile fits: see `trial` for what is looked at."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import cast

from gaitpipe.app.radio_lock import hold_radio
from gaitpipe.app.stopping import unless_stopped
from gaitpipe.app.trial import TrialLine, judge
from gaitpipe.errors import UsageError
from gaitpipe.model import Placement, RawNotification, RecordingEvent
from gaitpipe.protocol.profile import Profile
from gaitpipe.sources.ble import BleBackend, BleSource, FoundSensor, WantedSensor
from gaitpipe.sources.ble_session import Clock, system_clock


@dataclass(frozen=True, slots=True)
class TryRequest:
    """Which sensor to try and for how long. `backend` and `clock` are other than the platform's in a virtual world.

    `state` is the folder of the lock that keeps two programs of this computer off each other's sensors.
    `given` is how the user named the profile: its id or the path of its file.
    """

    profile: Profile
    settings: Mapping[str, float] = field(default_factory=dict)
    match: str | None = None
    seconds: float = 10.0
    backend: BleBackend | None = None
    clock: Clock = system_clock
    scan_timeout_s: float = 20.0
    state: Path | None = None
    given: str = ""


@dataclass(frozen=True, slots=True)
class Tried:
    """What was seen: the sensor and the lines of `judge`."""

    sensor: FoundSensor
    lines: tuple[TrialLine, ...]


def wanted_sensor(request: TryRequest) -> WantedSensor:
    """The sensor to look for.

    Raises
    ------
    UsageError
        The profile is of a device beside the feet, which sends no motion.
    LocalProtocolError
        The sensor does not have these settings.
    """
    profile = request.profile
    if profile.auxiliary is not None:
        advice = "Look at what it sends with `gaitpipe profiles decode`."
        raise UsageError(f"{profile.name} is no motion sensor", advice)
    profile.resolve_settings(request.settings)
    placement = cast("Placement", profile.placements[0])
    return WantedSensor("left", placement, profile, request.settings, request.match)


async def try_sensor(request: TryRequest, stop: asyncio.Event) -> Tried:
    """Connect, listen, disconnect, judge; `stop` ends the listening early.

    Raises
    ------
    DeviceError
        The sensor is absent, refuses, or has not the characteristics of the profile; Bluetooth cannot be
        used, or another gaitpipe is using it.
    UsageError, LocalProtocolError
        As `wanted_sensor`.
    InterruptedBeforeStartError
        `stop` was set before the sensor was connected.
    """
    wanted = wanted_sensor(request)
    with hold_radio(request.state, f"trying a sensor with the profile {request.profile.id}") as alone:
        return await _try(request, wanted, stop, alone)


async def _try(request: TryRequest, wanted: WantedSensor, stop: asyncio.Event, alone: bool) -> Tried:
    source = BleSource(
        [wanted],
        backend=request.backend,
        clock=request.clock,
        scan_timeout_s=request.scan_timeout_s,
        may_end_links=alone,
    )
    items: list[RawNotification | RecordingEvent] = []

    async def collect() -> None:
        items.extend([item async for item in source.items()])

    try:
        (sensor,) = await unless_stopped(source.connect(), stop)
        collecting = asyncio.create_task(collect())
        await source.start()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(request.seconds):
                await stop.wait()
    finally:
        await source.stop()
    await collecting
    settings = request.profile.resolve_settings(request.settings)
    return Tried(sensor, tuple(judge(request.profile, settings, items, request.given)))
