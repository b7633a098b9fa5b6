"""The time of virtual worlds stands while there is work, goes on when all wait, and overtakes nothing on its way."""

from __future__ import annotations

import asyncio
import threading
import time

import pytest


@pytest.fixture
def always_virtual(virtual_time, pytestconfig):
    if pytestconfig.getoption("--real-time"):
        pytest.skip("time is real")
    return virtual_time


async def test_timers_come_in_order_and_exactly_in_time(always_virtual):
    came = []

    async def wait(seconds: float) -> None:
        await asyncio.sleep(seconds)
        came.append((seconds, round(time.monotonic() - begun_s, 3)))

    with always_virtual():
        begun_s = time.monotonic()
        await asyncio.gather(*(wait(seconds) for seconds in (3600.0, 0.25, 20.0)))
    assert came == [(0.25, 0.25), (20.0, 20.0), (3600.0, 3600.0)]


async def test_all_clocks_stand_while_there_is_work_and_go_on_together(always_virtual):
    def clocks():
        return time.monotonic_ns(), time.time_ns(), asyncio.get_running_loop().time(), time.monotonic(), time.time()

    with always_virtual():
        before = clocks()
        for _ in range(1000):
            await asyncio.sleep(0)
        assert clocks() == before
        await asyncio.sleep(60.0)
        after = clocks()
    passed = [later - earlier for earlier, later in zip(before, after, strict=True)]
    assert passed == pytest.approx([60e9, 60e9, 60.0, 60.0, 60.0], rel=1e-6)


async def test_a_program_that_stands_still_finds_its_timers_due(always_virtual):
    with always_virtual():
        begun_s = time.monotonic()
        time.sleep(2.0)  # noqa: ASYNC251  # virtual, rule 4 of virtual_time.py: takes no time, moves the clock
        with pytest.raises(TimeoutError):
            async with asyncio.timeout_at(asyncio.get_running_loop().time() - 1.0):
                await asyncio.sleep(0.5)
        assert time.monotonic() - begun_s == pytest.approx(2.0, abs=1e-6)


async def test_a_thread_is_waited_for_and_no_timer_overtakes_it(always_virtual):
    go_on = threading.Event()

    def work() -> str:
        assert go_on.wait(30.0)
        return "done"

    came = []
    with always_virtual():
        task = asyncio.create_task(asyncio.to_thread(work))
        await asyncio.sleep(0)
        threading.Timer(0.1, go_on.set).start()
        asyncio.get_running_loop().call_later(0.001, came.append, "timer")
        came.append(await task)
        await asyncio.sleep(0.001)
    assert came == ["done", "timer"]


async def test_the_real_clocks_are_back_afterwards(always_virtual):
    functions = (time.monotonic, time.monotonic_ns, time.time, time.time_ns, time.sleep)
    with pytest.raises(ZeroDivisionError), always_virtual():
        raise ZeroDivisionError
    assert (time.monotonic, time.monotonic_ns, time.time, time.time_ns, time.sleep) == functions


@pytest.mark.bluez
@pytest.mark.parametrize("kilobytes", [0, 1, 8])
async def test_a_message_on_the_bus_is_not_overtaken_by_a_timer(always_virtual, bus_address, bus_witness, kilobytes):
    from dbus_fast import BusType, Message
    from dbus_fast.aio import MessageBus

    with bus_witness(bus_address) as witness, always_virtual(witness.settle):
        sender, receiver = [
            await MessageBus(bus_address=bus_address, bus_type=BusType.SYSTEM).connect() for _ in range(2)
        ]
        came: list[str] = []
        receiver.add_message_handler(lambda message: came.append("message") if message.member == "Hear" else None)
        for _ in range(20):
            came.clear()
            await sender.send(
                Message(
                    destination=receiver.unique_name, path="/a", interface="a.b", member="Hear", signature="s",
                    body=["x" * 1024 * kilobytes],
                )
            )  # fmt: skip
            asyncio.get_running_loop().call_later(1e-6, came.append, "timer")
            await asyncio.sleep(1.0)
            assert came == ["message", "timer"]
        for bus in (sender, receiver):
            bus.disconnect()
            await bus.wait_for_disconnect()
