"""Packets that are lost, spoilt, doubled, late or too many; a reader that is too slow. Nothing of it passes unseen."""

from __future__ import annotations

import asyncio
import time

import pytest

from gaitpipe.model import FaultKind, PacketFault, RawNotification, RecordingEvent, SampleBlock
from gaitpipe.protocol.decoder import Decoder
from gaitpipe.sources.ble_queue import ITEM_BYTES, ItemQueue
from gaitpipe.sources.ble_report import Doubles

DATA = "f69b0003-1bdd-4133-9b7f-ffd2d644d4a6"
PACKETS = 26
"""Packets of one second at 208 Hz."""


@pytest.fixture
def speed() -> float:
    """Nothing here depends on how fast the world runs."""
    return 3.0


def sequence_numbers(payloads: list[bytes]) -> list[int]:
    return [int.from_bytes(payload[2:6], "little") for payload in payloads]


def decode(recorded, wanted) -> tuple[Decoder, list[SampleBlock | PacketFault]]:
    """Feed a decoder as a recorder does."""
    decoder = Decoder(wanted.profile, wanted.side, "foot", wanted.profile.resolve_settings(wanted.settings))
    decoded = []
    for item in recorded.items:
        if isinstance(item, RawNotification):
            decoded += decoder.receive(item.characteristic, item.payload, item.host_monotonic_ns * 1e-9)
        elif item.kind == "disconnected":
            decoder.link_lost(item.host_monotonic_ns * 1e-9)
    return decoder, [*decoded, *decoder.flush()]


def samples_of(decoded) -> int:
    return sum(len(item) for item in decoded if isinstance(item, SampleBlock))


async def record_one_second(world, want, **faults):
    """Record a sensor that sends 26 packets; return sensor and what came."""
    from gaitpipe.simulate.stream import SensorFaults

    sensor = await world.sensor(1, seconds=1.0, faults=SensorFaults(**faults))
    recorded = await world.record(want("left"))
    async with asyncio.timeout(8.0):
        await sensor.finished.wait()
    await recorded.until(lambda: len(recorded.payloads("left", DATA)) >= sensor.packets_sent, "all packets")
    return sensor, recorded


@pytest.mark.fault("notifications dropped")
async def test_dropped_notifications_are_counted_to_the_sample(world, want):
    sensor, recorded = await record_one_second(world, want, drop_packets=frozenset({3, 4, 11}))
    decoder, decoded = decode(recorded, want("left"))
    assert sensor.packets_dropped == 3
    assert decoder.quality.lost_samples == 3 * 8
    assert decoder.quality.gaps == 2
    assert samples_of(decoded) == 208 - 3 * 8


@pytest.mark.fault("notifications corrupted")
async def test_corrupted_notifications_are_refused_and_counted(world, want):
    _sensor, recorded = await record_one_second(world, want, corrupt_packets=frozenset({5, 9}))
    decoder, decoded = decode(recorded, want("left"))
    assert decoder.quality.faults == {FaultKind.CHECKSUM.value: 2}
    assert decoder.quality.lost_samples == 2 * 8
    assert samples_of(decoded) == 208 - 2 * 8


@pytest.mark.fault("notifications sent twice by the sensor")
async def test_repeated_notifications_count_once(world, want):
    _sensor, recorded = await record_one_second(world, want, repeat_packets=frozenset({2, 7}))
    decoder, decoded = decode(recorded, want("left"))
    assert len(recorded.payloads("left", DATA)) == PACKETS + 2, "the raw recording keeps what came"
    assert decoder.quality.faults == {FaultKind.DUPLICATE.value: 2}
    assert decoder.quality.lost_samples == 0
    assert samples_of(decoded) == 208


@pytest.mark.fault("stale client that still delivers")
async def test_client_of_an_earlier_connection_delivers_nothing_more(world, want, monkeypatch):
    from bleak import BleakClient

    callbacks, real = [], BleakClient.start_notify

    async def start_notify(self, characteristic, callback, **options):
        if "bluez" in options and characteristic.uuid == DATA:  # the recorder's own
            callbacks.append((characteristic, callback))
        await real(self, characteristic, callback, **options)

    monkeypatch.setattr(BleakClient, "start_notify", start_notify)
    sensor = await world.sensor(1)
    recorded = await world.record(want("left"))
    await recorded.until_event("streaming", "left")
    await sensor.disconnect()
    await recorded.until_event("streaming", "left", 2)
    (characteristic, stale), _present = callbacks
    before = recorded.source.link["left"].notifications

    stale(characteristic, bytearray(b"late"))

    assert recorded.source.link["left"].notifications == before


@pytest.mark.parametrize("mtu", [185, 247])
@pytest.mark.fault("MTU 185 or 247: nothing is cut off")
async def test_sufficient_mtu_is_told_and_cuts_nothing(world, want, mtu):
    await world.sensor(1, max_mtu=mtu)
    recorded = await world.record(want("left"))
    await recorded.until(lambda: len(recorded.payloads("left", DATA)) > 3, "packets")
    assert recorded.source.link["left"].mtu == mtu
    assert {len(payload) for payload in recorded.payloads("left", DATA)} == {108}
    assert recorded.advice("left") == ""


@pytest.mark.fault("packets in bursts at connection events of 100 ms")
async def test_packets_in_bursts_arrive_whole_and_in_order(world, want):
    sensor, recorded = await record_one_second(world, want, connection_interval_s=0.1, packets_per_event=6)
    assert sequence_numbers(recorded.payloads("left", DATA)) == list(range(PACKETS))
    times_ns = [item.host_monotonic_ns for item in recorded.items if isinstance(item, RawNotification)]
    assert times_ns == sorted(times_ns)
    assert sensor.packets_dropped == 0


@pytest.mark.fault("more data than the link can carry")
async def test_loss_by_an_overloaded_link_equals_what_the_sensor_dropped(world, want):
    sensor, recorded = await record_one_second(
        world, want, connection_interval_s=0.1, packets_per_event=1, queue_limit=2
    )
    numbers = sequence_numbers(recorded.payloads("left", DATA))
    assert numbers == sorted(set(numbers))
    decoder, decoded = decode(recorded, want("left"))
    assert sensor.packets_dropped > 5
    assert samples_of(decoded) + decoder.quality.lost_samples == 8 * (numbers[-1] + 1)
    assert decoder.quality.lost_samples == 8 * (numbers[-1] + 1 - len(numbers))


@pytest.mark.fault("reader that takes 10 ms an item")
async def test_slow_reader_gets_everything_in_order_within_bounded_memory(world, want):
    """The reader blocks the program for 10 ms an item: 104 a second would need more time than there is."""
    sensors = [await world.sensor(number, seconds=1.0, settings={"rate_hz": 416.0}) for number in (1, 2)]
    source = world.source(want("left", rate_hz=416.0), want("right", rate_hz=416.0))
    await source.connect()
    await source.start()
    items, longest_bytes, taken = [], 0, asyncio.Event()

    def numbers_of(side: str) -> list[int]:
        found = [item for item in items if isinstance(item, RawNotification) and item.source == side]
        return sequence_numbers([item.payload for item in found if item.characteristic == DATA])

    async def read() -> None:
        nonlocal longest_bytes
        async for item in source.items():
            longest_bytes = max(longest_bytes, source.waiting_bytes)
            items.append(item)
            time.sleep(0.01)  # noqa: ASYNC251  # this is the fault
            await asyncio.sleep(0)
            taken.set()

    reader = asyncio.create_task(read())
    async with asyncio.timeout(20.0):
        for sensor, side in zip(sensors, ("left", "right"), strict=True):
            await sensor.finished.wait()
            while len(numbers_of(side)) < sensor.packets_sent:
                taken.clear()
                await taken.wait()
        await source.stop()
        await reader
    for sensor, side in zip(sensors, ("left", "right"), strict=True):
        assert numbers_of(side) == list(range(sensor.packets_sent))
        assert sensor.packets_sent > 40
        assert source.link[side].dropped == 0
    assert longest_bytes < 120 * (ITEM_BYTES + 108)


@pytest.mark.fault("reader that takes nothing: queue full")
async def test_full_queue_drops_the_newest_and_tells_how_many_at_the_place(world, want):
    sensor = await world.sensor(1, seconds=1.0)
    room = 10
    source = world.source(want("left"), queue_bytes=room * (ITEM_BYTES + 108))
    await source.connect()
    await source.start()
    await sensor.finished.wait()
    assert source.link["left"].dropped > 5
    assert source.waiting_bytes <= room * (ITEM_BYTES + 108)
    await source.stop()
    recorded = world.collect(source)
    await recorded.until_event("dropped", "left")
    numbers = sequence_numbers(recorded.payloads("left", DATA))
    [dropped] = [event for event in recorded.events("left") if event.kind == "dropped"]
    assert numbers == list(range(len(numbers)))
    assert len(numbers) >= room - 1
    assert dropped.value == source.link["left"].dropped >= PACKETS - room


def a_notification(number: int, source: str = "left") -> RawNotification:
    return RawNotification(source, DATA, number, number, bytes(100))


async def test_queue_keeps_events_though_it_is_full_and_ends_after_the_last_item():
    queue = ItemQueue(2 * (ITEM_BYTES + 100))
    taken = [queue.put(a_notification(number)) for number in range(5)]
    assert taken == [True, True, False, False, False]
    assert queue.put(RecordingEvent(5, 5, "mark"))
    queue.close()
    items = [await queue.get() for _ in range(5)]
    assert [getattr(item, "kind", "notification") for item in items[:4]] == ["notification"] * 2 + ["dropped", "mark"]
    assert (items[2].value, items[2].source) == (3.0, "left")
    assert items[4] is None
    assert queue.size_bytes == 0
    assert await queue.get() is None


async def test_queue_tells_a_loss_at_its_end_too():
    queue = ItemQueue(ITEM_BYTES + 100)
    for number in range(3):
        queue.put(a_notification(number))
    queue.close()
    assert [getattr(await queue.get(), "kind", "") for _ in range(2)] == ["", "dropped"]


async def test_queue_gives_what_came_before_a_failure_first():
    queue = ItemQueue()
    queue.put(a_notification(1))
    queue.fail(ValueError("defect"))
    assert (await queue.get()).host_monotonic_ns == 1
    with pytest.raises(ValueError, match="defect"):
        await queue.get()


def test_only_a_payload_that_comes_exactly_twice_counts_as_doubled():
    def pairs(text: str) -> int:
        doubles = Doubles()
        return [doubles.count(bytes([ord(letter)])) for letter in text][-1]

    assert pairs("aabbccdd") == 4
    assert pairs("abcdef") == 0
    assert pairs("aaaaaaaa") == 0, "a device that says the same all the time"
    assert pairs("aabbbcc") == 1
    assert pairs("aabbcdd") == 1
