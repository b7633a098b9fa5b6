from __future__ import annotations

import pytest

from gaitpipe.errors import UsageError
from gaitpipe.sources.replay import replay


class FakeClock:
    """Time passes only by waiting."""

    def __init__(self):
        self.time_ns = 123
        self.waits_s = []

    def now_ns(self):
        return self.time_ns

    async def sleep_s(self, duration_s):
        self.waits_s.append(duration_s)
        self.time_ns += round(duration_s * 1e9)


async def test_replay_gives_the_recorded_items_without_waiting(tmp_path, make, write, setups):
    items, clock = make(3), FakeClock()
    source = replay(write(tmp_path / "a.mcap", items), clock=clock)
    assert [item async for item in source.items()] == items
    assert source.setups == setups
    assert source.metadata["belt_speed_m_s"] == "3.0"
    assert source.salvage.messages_read == len(items)
    assert set(clock.waits_s) == {0.0}


@pytest.mark.parametrize("speed", [1.0, 4.0])
async def test_replay_at_a_speed_gives_each_item_at_its_time(tmp_path, make, write, speed):
    items, clock = make(3), FakeClock()
    source = replay(write(tmp_path / "a.mcap", items), speed=speed, clock=clock)
    got = []
    async for item in source.items():
        got.append(item)
        due_ns = (item.host_monotonic_ns - source.session_start_monotonic_ns) / speed
        assert clock.now_ns() - 123 == pytest.approx(due_ns, abs=1000)
    assert got == items


async def test_listener_that_is_too_slow_gets_all_items_at_once(tmp_path, make, write):
    items, clock = make(3), FakeClock()
    source = replay(write(tmp_path / "a.mcap", items), speed=1.0, clock=clock)
    clock_offset_ns = 10_000_000_000
    got = []
    async for item in source.items():
        clock.time_ns += clock_offset_ns
        got.append(item)
    assert got == items
    assert clock.waits_s == []


@pytest.mark.parametrize("speed", [0.0, -1.0, float("nan"), float("inf")])
def test_impossible_speed_is_refused(tmp_path, make, write, speed):
    with pytest.raises(UsageError) as caught:
        replay(write(tmp_path / "a.mcap", make(1)), speed=speed)
    assert caught.value.advice
