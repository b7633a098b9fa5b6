"""Accelerations and angular velocities that come in packets of their own are one stream again."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gaitpipe.protocol.gyro_join import WAIT_S, GyroJoin
from gaitpipe.protocol.packets import Packet
from gaitpipe.protocol.sample_stream import TimedPacket

RATE_HZ = 52.0
QUICK = settings(max_examples=60, deadline=None, derandomize=True)


def signal(time_s):
    """Slow enough for 52 Hz: a rotation rate that swings twice a second."""
    return np.stack([np.sin(2 * np.pi * 2.0 * time_s), np.cos(2 * np.pi * 1.0 * time_s), time_s], axis=1)


def timed(quantity, first, count, shift_s=0.0, session_s=0.0):
    time_s = (first + np.arange(count)) / RATE_HZ + shift_s
    values = signal(time_s) if quantity == "gyr" else np.tile([0.0, 0.0, 9.8], (count, 1))
    return TimedPacket(
        first, time_s + session_s, time_s, Packet(None, None, {quantity: values}, np.zeros(count, np.uint8))
    )


def run(join, acc, gyr):
    """Feed packets in the order of their last times, as they would arrive."""
    queue = sorted([(p.time_s[-1], 0, p) for p in acc] + [(p.time_s[-1], 1, p) for p in gyr], key=lambda item: item[:2])
    parts = [part for _, kind, packet in queue for part in (join.lead if kind == 0 else join.follow)(packet)]
    return parts + join.flush()


@pytest.mark.parametrize("shift_s", [0.0, 0.004, -0.007])
def test_joined_values_are_those_of_the_times_of_the_accelerations(shift_s):
    join = GyroJoin(RATE_HZ)
    acc = [timed("acc", first, 10) for first in range(0, 200, 10)]
    gyr = [timed("gyr", first, 13, shift_s) for first in range(0, 208, 13)]
    parts = run(join, acc, gyr)
    time_s = np.concatenate([part.time_s for part in parts])
    values = np.concatenate([part.gyr_rad_s for part in parts])
    np.testing.assert_array_equal(time_s, np.arange(200) / RATE_HZ)
    np.testing.assert_allclose(values[2:-2], signal(time_s)[2:-2], atol=1e-3)
    assert sum(part.lost_before for part in parts) == 0
    assert join.left_out == 0


@QUICK
@given(lost=st.sets(st.integers(1, 14), max_size=4))
def test_accelerations_in_a_hole_of_the_angular_velocities_are_counted_as_lost(lost):
    join = GyroJoin(RATE_HZ)
    acc = [timed("acc", first, 10) for first in range(0, 208, 10)]
    gyr = [timed("gyr", 13 * number, 13, 0.002) for number in range(17) if number not in lost]
    parts = run(join, acc, gyr)
    covered = sum(len(part.time_s) for part in parts)
    assert covered + sum(part.lost_before for part in parts) + join.left_out == 210
    for part in parts:
        np.testing.assert_allclose(part.time_s, (part.first_sample + np.arange(len(part.time_s))) / RATE_HZ)
        assert np.all(np.isfinite(part.gyr_rad_s))
    if lost:
        assert sum(part.lost_before for part in parts) >= 12 * len(lost)


def test_silent_gyroscope_does_not_hold_the_accelerations_back_for_ever():
    join = GyroJoin(RATE_HZ)
    parts = [part for first in range(0, 520, 10) for part in join.lead(timed("acc", first, 10))]
    assert parts == []
    assert len(join._waiting) <= WAIT_S * RATE_HZ / 10 + 1


def test_start_before_the_first_angular_velocity_is_left_out_and_is_no_loss():
    join = GyroJoin(RATE_HZ)
    parts = run(join, [timed("acc", 0, 52)], [timed("gyr", 20, 40)])
    assert [(part.first_sample, part.lost_before) for part in parts] == [(19, 0)]
    assert join.left_out == 19


def test_streams_are_joined_by_the_clock_of_the_device_whatever_session_time_each_was_given():
    """The offset to session time is estimated for each stream by itself: here it is 12 ms off for one of them."""
    join = GyroJoin(RATE_HZ)
    acc = [timed("acc", first, 10, session_s=3.0) for first in range(0, 200, 10)]
    gyr = [timed("gyr", first, 13, session_s=3.012) for first in range(0, 208, 13)]
    parts = run(join, acc, gyr)
    values = np.concatenate([part.gyr_rad_s for part in parts])
    np.testing.assert_allclose(values, signal(np.arange(200) / RATE_HZ), atol=1e-12)
    np.testing.assert_allclose(np.concatenate([part.time_s for part in parts]), np.arange(200) / RATE_HZ + 3.0)


@pytest.mark.parametrize("first_seen", ["acc", "gyr"])
def test_device_that_restarted_is_joined_with_its_own_new_life(first_seen):
    join = GyroJoin(RATE_HZ)
    parts = []
    for life, session_s in ((50.0, 0.0), (0.5, 80.0)):
        for first in range(0, 200, 10):
            packets = [
                ("acc", join.lead, timed("acc", first, 10, life, session_s)),
                ("gyr", join.follow, timed("gyr", first, 10, life, session_s)),
            ]
            for _, take, packet in sorted(packets, key=lambda item: item[0] != first_seen):
                parts += take(packet)
    parts += join.flush()
    times_s = np.concatenate([part.time_s for part in parts])
    device_s = np.concatenate([np.arange(200) / RATE_HZ + 50.0, np.arange(200) / RATE_HZ + 0.5])
    np.testing.assert_allclose(times_s, device_s + np.repeat([0.0, 80.0], 200))
    np.testing.assert_allclose(np.concatenate([part.gyr_rad_s for part in parts]), signal(device_s), atol=1e-12)
    assert sum(part.lost_before for part in parts) == 0
    assert join.left_out == 0


def test_small_step_back_of_a_smoothed_clock_is_no_restart():
    join = GyroJoin(RATE_HZ)
    acc = [timed("acc", first, 10) for first in range(0, 100, 10)]
    gyr = [timed("gyr", first, 10, -0.02 if first == 50 else 0.0) for first in range(0, 100, 10)]
    parts = run(join, acc, gyr)
    assert sum(len(part.time_s) for part in parts) == 100
    assert np.all(np.isfinite(np.concatenate([part.gyr_rad_s for part in parts])))
