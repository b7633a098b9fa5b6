"""Who is left and who is right, where two sensors are alike and the person did not name them. Before the recording.

Rules:

1. Sensors that were named, or that differ in kind, need no question.
2. A pair that was told apart before keeps its sides, and that is said. `ask="always"` asks again.
3. With `ask="unknown"` or `"always"` the person taps the left foot: both sensors are connected, listened to, and let go
   of again. The recording then looks for them by their addresses, on the sides that were found.
4. A movement of both sensors names none: it is asked again, and after `PATIENCE_S` the recording is refused, since a
   wrong side is worse than none.
5. With `ask="never"` an unknown pair gets its sides by the order of its names, which the source says.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Literal

import numpy as np

from gaitpipe.app.side_memory import Device, SideMemory
from gaitpipe.app.stopping import unless_stopped
from gaitpipe.errors import UsageError
from gaitpipe.gait.side_tap import Tap, find_tap
from gaitpipe.model import SIDES, FloatArray, RawNotification, SampleBlock, Side
from gaitpipe.protocol.decoder import Decoder
from gaitpipe.sources.ble import BleBackend, BleSource, WantedSensor
from gaitpipe.sources.ble_scan import find_all
from gaitpipe.sources.ble_session import Clock

Asking = Literal["always", "unknown", "never"]

QUESTION = "Which sensor is left? Tap the LEFT foot on the ground, or shake the LEFT sensor. Keep the right one still."
PATIENCE_S = 60.0
BUFFER_S = 30.0
BOTH_AGAIN_S = 3.0


async def settle_sides(
    wanted: Sequence[WantedSensor],
    ask: Asking,
    memory: SideMemory,
    stop: asyncio.Event,
    say: Callable[[str], None],
    *,
    backend: BleBackend | None,
    clock: Clock,
    scan_timeout_s: float,
) -> tuple[WantedSensor, ...]:
    """Return the wanted sensors, each on its side and, where that had to be found out, by its address.

    Raises
    ------
    DeviceError
        A sensor is absent or refuses, or Bluetooth cannot be used.
    UsageError
        No clear tap came.
    InterruptedBeforeStartError
        `stop` was set.
    """
    sensors = [item for item in wanted if isinstance(item, WantedSensor)]
    if not needs_telling(sensors, ask):
        return tuple(wanted)
    others = [item for item in wanted if item not in sensors]
    told = await _tell_apart(
        sensors, ask, memory, stop, say, backend=backend, clock=clock, scan_timeout_s=scan_timeout_s
    )
    return (*told, *others)


async def _tell_apart(
    wanted: Sequence[WantedSensor],
    ask: Asking,
    memory: SideMemory,
    stop: asyncio.Event,
    say: Callable[[str], None],
    *,
    backend: BleBackend | None,
    clock: Clock,
    scan_timeout_s: float,
) -> tuple[WantedSensor, ...]:
    if memory.complaint:
        say(memory.complaint)
    say("Looking for the sensors ...")
    sightings = await unless_stopped(find_all(wanted, scan_timeout_s, backend), stop)
    devices = [Device(seen.device.address, seen.name) for seen in sightings if seen is not None]
    known = None if ask == "always" else memory.sides_of(devices)
    if known is not None:
        say(f"Sides as last time: {_told(devices, known)}. (--ask-sides asks again.)")
        return placed(wanted, devices, known)
    if ask == "never":
        return tuple(wanted)
    provisional = placed(wanted, devices, [item.side for item in wanted])
    source = BleSource(provisional, backend=backend, clock=clock, scan_timeout_s=scan_timeout_s)
    try:
        await unless_stopped(source.connect(), stop)
        await unless_stopped(source.start(), stop)
        left = await unless_stopped(_ask(source, provisional, say), stop)
    finally:
        await source.stop()
    sides: list[Side] = ["left" if index == left else "right" for index in range(2)]
    memory.remember(dict(zip(devices, sides, strict=True)))
    say(f"{_told(devices, sides)}. This is remembered.")
    if memory.complaint:
        say(memory.complaint)
    return placed(provisional, devices, sides)


def needs_telling(wanted: Sequence[WantedSensor], ask: Asking) -> bool:
    """Whether the sides of these sensors do not follow from what the person said."""
    if len(wanted) != 2 or wanted[0].profile.id != wanted[1].profile.id:
        return False
    return ask == "always" or all(item.match is None for item in wanted)


def placed(
    wanted: Sequence[WantedSensor], devices: Sequence[Device], sides: Sequence[Side]
) -> tuple[WantedSensor, ...]:
    """The sensors by their addresses on these sides, left first."""
    by_side = {
        side: replace(item, side=side, match=device.address)
        for item, device, side in zip(wanted, devices, sides, strict=True)
    }
    return tuple(by_side[side] for side in SIDES)


class TapListener:
    """Collects the specific force of two sensors and says which of them was tapped. No radio, no clock."""

    def __init__(self, wanted: Sequence[WantedSensor]) -> None:
        self._decoders = {
            item.side: Decoder(item.profile, item.side, item.placement, item.profile.resolve_settings(item.settings))
            for item in wanted
        }
        self._blocks: dict[Side, list[SampleBlock]] = {item.side: [] for item in wanted}
        self._from_s = -np.inf

    def receive(self, item: RawNotification) -> bool:
        """Take a notification; return whether it completed samples."""
        side: Side = "left" if item.source == "left" else "right"
        decoded = self._decoders[side].receive(item.characteristic, item.payload, item.host_monotonic_ns / 1e9)
        blocks = [part for part in decoded if isinstance(part, SampleBlock)]
        kept = [*self._blocks[side], *blocks]
        self._blocks[side] = [part for part in kept if part.time_s[-1] > kept[-1].time_s[-1] - BUFFER_S]
        return bool(blocks)

    @property
    def both_stream(self) -> bool:
        """Whether samples of both sensors are there."""
        return all(self._blocks.values())

    def tap(self) -> Tap:
        """The verdict on what came since the last `forget`; the first sensor of `wanted` is number 0."""
        first, second = (self._samples(side) for side in self._blocks)
        return find_tap(first, second)

    def forget(self) -> None:
        """Let only what comes from now on count."""
        self._from_s = max(float(blocks[-1].time_s[-1]) for blocks in self._blocks.values() if blocks)

    def _samples(self, side: Side) -> tuple[FloatArray, FloatArray]:
        blocks = self._blocks[side]
        if not blocks:
            return np.empty(0), np.empty((0, 3))
        time_s = np.concatenate([block.time_s for block in blocks])
        new = time_s > self._from_s
        return time_s[new], np.concatenate([block.acc_m_s2 for block in blocks])[new]


async def _ask(source: BleSource, wanted: Sequence[WantedSensor], say: Callable[[str], None]) -> int:
    """Ask for the tap until one sensor's is clear; return its number in `wanted`."""
    listener, asked, said_both_s = TapListener(wanted), False, -np.inf
    try:
        async with asyncio.timeout(PATIENCE_S):
            async for item in source.items():
                if not isinstance(item, RawNotification) or not listener.receive(item) or not listener.both_stream:
                    continue
                if not asked:
                    asked = True
                    listener.forget()
                    say(QUESTION)
                    continue
                tap = listener.tap()
                if tap.which is not None:
                    return tap.which
                now_s = item.host_monotonic_ns / 1e9
                if tap.why == "both":
                    listener.forget()
                    if now_s - said_both_s > BOTH_AGAIN_S:
                        said_both_s = now_s
                        say("Both moved. Keep the right one still and tap the LEFT one.")
    except TimeoutError:
        pass
    advice = "Name them: --left PROFILE@NAME --right PROFILE@NAME, or --no-ask for the order of their names."
    raise UsageError(f"no clear tap came within {PATIENCE_S:g} s, so the sides are not known", advice)


def _told(devices: Sequence[Device], sides: Sequence[Side]) -> str:
    pairs = sorted(zip(sides, devices, strict=True), key=lambda pair: pair[0])
    return ", ".join(f"{side} is '{device.name or device.address}'" for side, device in pairs)
