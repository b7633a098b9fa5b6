"""Records a session: connect, write, show, stop in good order, analyse.

Rules:

1. The file is open before a sensor streams and closed after the last one stopped, whatever happens in between.
2. `stop` may be set at any time: while scanning (nothing was recorded) or while recording (a complete session).
3. Analysis comes after the file is closed.
4. Who is left and who is right is settled before (`side_check`); what is typed meanwhile becomes events (`typed`).
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from gaitpipe.app.cue import LiveCue, cue_event
from gaitpipe.app.event_words import EventWords
from gaitpipe.app.link_words import LinkWords
from gaitpipe.app.live import LiveSession, LiveView, warm_up
from gaitpipe.app.radio_lock import RECORDING, hold_radio
from gaitpipe.app.side_check import Asking, settle_sides
from gaitpipe.app.side_memory import SideMemory
from gaitpipe.app.stopping import InterruptedBeforeStartError, stop_on_signals, unless_stopped
from gaitpipe.app.typed import take_typed
from gaitpipe.errors import DeviceError, DeviceReason
from gaitpipe.model import AuxiliarySetup, RecordingEvent, SensorSetup
from gaitpipe.protocol.profile import Profile
from gaitpipe.recording.writer import SOFTWARE, RecordingWriter
from gaitpipe.sources.ble import BleBackend, BleSource, FoundSensor, WantedDevice, WantedSensor
from gaitpipe.sources.ble_session import Clock, Notify, system_clock

__all__ = ["InterruptedBeforeStartError", "RecordRequest", "Recorded", "Talk", "record", "stop_on_signals"]

SHOW_EVERY_S = 0.25
NOTHING_ADVICE = "Check the sensor's firmware and its settings, restart it, and stop other programs that use it."


@dataclass(frozen=True, slots=True)
class Talk:
    """How to talk to the person: one line, or the present state a few times a second."""

    say: Callable[[str], None]
    show: Callable[[LiveView], None]


@dataclass(frozen=True, slots=True)
class RecordRequest:
    """What to record and where. `backend` and `clock` are other than the platform's only in a virtual world.

    `devices` stand beside the feet: they may be missing or come later, and nothing is ever written to them.
    `ask` and `memory` say how two sensors that are alike are told apart; `typed` gives the lines that the person types.
    `state` is the folder of the lock that keeps a second recorder of this computer off the sensors (`radio_lock`).
    By the `known` profiles a sensor that was named is seen to be of another model.
    """

    wanted: tuple[WantedSensor, ...]
    folder: Path
    belt_speed_m_s: float | None = None
    seconds: float | None = None
    metadata: Mapping[str, str] = field(default_factory=dict)
    backend: BleBackend | None = None
    clock: Clock = system_clock
    scan_timeout_s: float = 20.0
    notify: Notify = "start"
    cue: LiveCue | None = None
    devices: tuple[WantedDevice, ...] = ()
    ask: Asking = "never"
    memory: SideMemory = field(default_factory=lambda: SideMemory(None))
    typed: AsyncIterator[str] | None = None
    state: Path | None = None
    known: tuple[Profile, ...] = ()


@dataclass(frozen=True, slots=True)
class Recorded:
    """A closed recording, and its session, ready to `finish`."""

    path: Path
    live: LiveSession
    session_start_monotonic_ns: int
    session_start_utc: str
    interrupted: bool


async def record(
    request: RecordRequest, stop: asyncio.Event, talk: Talk, before: Callable[[], None] = warm_up
) -> Recorded:
    """Record until `stop` is set or the time is over.

    Raises
    ------
    DeviceError
        A sensor is absent or refuses, Bluetooth cannot be used, or another gaitpipe is using it.
    UsageError
        The sides of the sensors could not be told apart.
    RecordingError
        The file cannot be written; what was written before is kept.
    InterruptedBeforeStartError
        `stop` was set before the sensors were connected.
    """
    with hold_radio(request.state, f"{RECORDING}{request.folder.absolute()}") as alone:
        await unless_stopped(asyncio.to_thread(before), stop)
        return await _connect(request, stop, talk, alone)


async def _connect(request: RecordRequest, stop: asyncio.Event, talk: Talk, alone: bool) -> Recorded:
    """Settle the sides, find and connect the sensors, and record. `alone`: no other recorder of this computer lives."""
    sides = await settle_sides(
        request.wanted,
        request.ask,
        request.memory,
        stop,
        talk.say,
        backend=request.backend,
        clock=request.clock,
        scan_timeout_s=request.scan_timeout_s,
    )
    request = replace(request, wanted=sides)
    source = BleSource(
        (*request.wanted, *request.devices),
        backend=request.backend,
        clock=request.clock,
        scan_timeout_s=request.scan_timeout_s,
        notify=request.notify,
        may_end_links=alone,
        known=request.known,
    )
    try:
        talk.say("Scanning for sensors ...")
        found = await unless_stopped(source.connect(), stop)
        for wanted, sensor in zip(request.wanted, found, strict=True):
            kind = sensor.profile_id or f"taken as {wanted.profile.id}"
            talk.say(f"  {wanted.side:<5}  {sensor.name or sensor.address}  ({kind}, {sensor.rssi} dBm)")
        for device in request.devices:
            if (heard := source.found.get(device.kind)) is not None:
                talk.say(f"  {device.words}  {heard.name or heard.address}  ({heard.rssi} dBm)")
        return await _record(request, source, found, stop, talk)
    finally:
        await source.stop()


async def _record(
    request: RecordRequest, source: BleSource, found: list[FoundSensor], stop: asyncio.Event, talk: Talk
) -> Recorded:
    start_ns, start_utc_ns = request.clock()
    started = datetime.fromtimestamp(start_utc_ns / 1e9, UTC)
    path = request.folder / f"{started.astimezone():%Y-%m-%d_%H%M%S}.mcap"
    setups = [_setup(wanted, sensor) for wanted, sensor in zip(request.wanted, found, strict=True)]
    devices = [_device_setup(device, source.found.get(device.kind)) for device in request.devices]
    metadata = {"software": SOFTWARE} | dict(request.metadata)
    if request.belt_speed_m_s is not None:
        metadata["belt_speed_m_s"] = f"{request.belt_speed_m_s:.6g}"
    with RecordingWriter(
        path,
        setups,
        metadata,
        session_start_monotonic_ns=start_ns,
        session_start_utc_ns=start_utc_ns,
        auxiliaries=devices,
    ) as writer:
        talk.say(f"Recording to {path}")
        live = LiveSession(setups, writer, metadata, start_ns, request.belt_speed_m_s, devices)
        live.cue = request.cue
        reader = asyncio.create_task(_read(source, live, talk))
        typing = asyncio.create_task(_take_typed(request, live, talk))
        try:
            await source.start()
            await _watch(request, source, live, writer, stop, reader, talk, start_ns, typing)
            _note_cue(request, live, start_ns, talk, ended=True)
        finally:
            typing.cancel()
            await source.stop()
            await _ended(reader, typing)
            nothing_came = not writer.notifications_written
    if nothing_came:
        path.unlink(missing_ok=True)
        if stop.is_set():
            raise InterruptedBeforeStartError("stopped before anything was recorded")
        raise DeviceError(DeviceReason.STALLED, "the sensors sent nothing; no recording was kept", NOTHING_ADVICE)
    return Recorded(path, live, start_ns, started.strftime("%Y-%m-%dT%H:%M:%SZ"), stop.is_set())


async def _read(source: BleSource, live: LiveSession, talk: Talk) -> None:
    words = EventWords()
    async for item in source.items():
        live.receive(item)
        for complaint in live.new_complaints():
            talk.say(complaint)
        if isinstance(item, RecordingEvent):
            if (text := words.of(item)) is not None:
                talk.say(text)
        else:
            await asyncio.sleep(0)  # a queue that is never empty shall not keep the radio from its turn


async def _ended(*tasks: asyncio.Task[Any]) -> None:
    """Wait for all of them, then raise what the first one failed with; being cancelled is no failure."""
    for result in await asyncio.gather(*tasks, return_exceptions=True):
        if isinstance(result, BaseException) and not isinstance(result, asyncio.CancelledError):
            raise result


async def _take_typed(request: RecordRequest, live: LiveSession, talk: Talk) -> bool:
    """Write what is typed; return whether the person asked to stop."""
    if request.typed is None:
        return False
    return await take_typed(request.typed, live.receive, request.clock, talk.say)


async def _watch(
    request: RecordRequest,
    source: BleSource,
    live: LiveSession,
    writer: RecordingWriter,
    stop: asyncio.Event,
    reader: asyncio.Task[None],
    talk: Talk,
    start_ns: int,
    typing: asyncio.Task[bool],
) -> None:
    """Show the state and keep the file's second, until it is time to end."""
    told_failure, link_words = False, LinkWords()
    while not stop.is_set() and not reader.done():
        now_ns = request.clock()[0]
        writer.tick(now_ns)
        _note_cue(request, live, start_ns, talk)
        view = live.view(source.link, now_ns)
        talk.show(view)
        for words in link_words.update(view):
            talk.say(words)
        if typing.done() and typing.result():
            return
        if view.failure and not told_failure:
            told_failure = True
            talk.say(f"The live figures stopped ({view.failure}); recording goes on.")
        if request.seconds is not None and view.elapsed_s >= request.seconds:
            return
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(SHOW_EVERY_S):
                await stop.wait()


def _note_cue(request: RecordRequest, live: LiveSession, start_ns: int, talk: Talk, ended: bool = False) -> None:
    """Keep the cue going, and record and say what has come due of it."""
    cue = request.cue
    if cue is None:
        return
    now_ns, utc_ns = request.clock()
    now_s = (now_ns - start_ns) / 1e9
    for milestone in cue.finish(now_s) if ended else cue.tick(now_s):
        at_ns = start_ns + round(milestone.at_s * 1e9)
        event = cue_event(milestone, at_ns, utc_ns + at_ns - now_ns)
        live.receive(event)
        talk.say(f"Cue, {event.text}")
    for problem in cue.new_problems():
        talk.say(f"Cue: {problem}; the recording goes on.")


def _setup(wanted: WantedSensor, sensor: FoundSensor) -> SensorSetup:
    profile = wanted.profile
    settings = profile.resolve_settings(wanted.settings)
    return SensorSetup(wanted.side, wanted.placement, profile.id, profile.text, settings, sensor.name or profile.name)


def _device_setup(wanted: WantedDevice, heard: FoundSensor | None) -> AuxiliarySetup:
    """Return how a device was set up; one that is not there yet goes by its profile's name."""
    profile, name = wanted.profile, heard.name if heard is not None else ""
    settings = profile.resolve_settings(wanted.settings)
    return AuxiliarySetup(wanted.kind, profile.id, profile.text, settings, name or profile.name)
