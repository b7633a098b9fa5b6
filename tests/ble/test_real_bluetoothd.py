"""What only the system's own Bluetooth can do to a recording: its service dies, the adapter goes off or is pulled out.

With the real kernel and the real bluetoothd, in the virtual machine of `tests/vm/run`.
"""

from __future__ import annotations

import asyncio
import signal

import pytest

DATA = "f69b0003-1bdd-4133-9b7f-ffd2d644d4a6"
SIDES = ("left", "right")
BACK_S = 60.0


def sequence_numbers(payloads: list[bytes]) -> list[int]:
    return [int.from_bytes(payload[2:6], "little") for payload in payloads]


async def record_both(world, want):
    """Two sensors at half their rate that stream for as long as the test takes."""
    for number in (1, 2):
        await world.sensor(number, loop=True, settings={"rate_hz": 104.0})
    recorded = await world.record(
        *(want(side, rate_hz=104.0) for side in SIDES), rescan_s=2.0, longest_pause_s=1.0, stall_timeout_s=2.0
    )
    for side in SIDES:
        await recorded.until_event("streaming", side)
    await recorded.until(lambda: all(len(recorded.payloads(side, DATA)) > 5 for side in SIDES), "packets of both")
    return recorded


async def assert_both_back(recorded) -> None:
    """Both stream again, with fresh packets, each of them once."""
    for side in SIDES:
        await recorded.until_event("streaming", side, 2, within_s=BACK_S)
    seen = {side: len(recorded.payloads(side, DATA)) for side in SIDES}
    await recorded.until(
        lambda: all(len(recorded.payloads(side, DATA)) > seen[side] + 10 for side in SIDES), "packets after the outage"
    )
    for side in SIDES:
        numbers = sequence_numbers(recorded.payloads(side, DATA))
        assert numbers == sorted(set(numbers)), "no notification twice, none out of order"


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGKILL, signal.SIGSEGV], ids=lambda how: how.name)
async def test_both_sensors_stream_again_after_bluetoothd_ended_and_was_started_anew(vm_world, want, how):
    recorded = await record_both(vm_world, want)

    assert vm_world.bluetoothd.end(how) in (0, -how)
    for side in SIDES:
        await recorded.until_event("disconnected", side, within_s=BACK_S)
    vm_world.bluetoothd.start()

    await assert_both_back(recorded)


async def test_bluetoothd_that_is_back_before_anybody_noticed_is_no_end_of_the_recording(vm_world, want):
    recorded = await record_both(vm_world, want)

    vm_world.bluetoothd.end(signal.SIGKILL)
    vm_world.bluetoothd.start()

    await assert_both_back(recorded)


async def test_both_sensors_stream_again_after_bluetooth_was_switched_off_and_on(vm_world, want):
    recorded = await record_both(vm_world, want)

    await vm_world.radio.bus.set_powered(False)
    for side in SIDES:
        await recorded.until_event("disconnected", side, within_s=BACK_S)
    await vm_world.radio.bus.set_powered(True)

    await assert_both_back(recorded)


async def test_both_sensors_stream_again_after_the_adapter_was_pulled_out_and_put_in_again(vm_world, want):
    recorded = await record_both(vm_world, want)

    await vm_world.radio.unplug()
    for side in SIDES:
        await recorded.until_event("disconnected", side, within_s=BACK_S)
    await vm_world.radio.plug_in()

    await assert_both_back(recorded)


async def test_stop_ends_at_once_while_bluetoothd_is_away(vm_world, want):
    recorded = await record_both(vm_world, want)
    vm_world.bluetoothd.end(signal.SIGKILL)
    try:
        stopping = asyncio.ensure_future(recorded.source.stop())
        await asyncio.wait([stopping], timeout=30.0)
        assert stopping.done(), "it waits for a bluetoothd that is not there"
        await stopping
    finally:
        vm_world.bluetoothd.start()
