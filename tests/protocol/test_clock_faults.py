"""Clocks that restart, jump, wrap or sleep: session time stays in order, and the hole is as long as it was."""

from __future__ import annotations

import numpy as np
import pytest

from gaitpipe import profile_store
from gaitpipe.protocol.profile import parse_profile


def coarse_profile():
    """Open IMU with a 16-bit clock of 8 ms: it wraps after 524.3 s."""
    text = profile_store.load("open_imu").text
    old = '    { name = "device_time", type = "u32" },\n'
    assert old in text
    return parse_profile(text.replace(old, old.replace("u32", "u16")).replace("tick_s = 1e-6", "tick_s = 0.008"), "c")


def assert_in_order(bench):
    assert np.all(np.diff(bench.times_s) > 0)
    assert np.all(np.diff(bench.indices) > 0)


def hole_s(bench) -> float:
    steps_s = np.diff(bench.times_s)
    return float(steps_s.max())


def run(bench, seconds):
    bench.feed(bench.packets(round(seconds * bench.rate_hz / bench.count)))


def pause(bench, seconds, *, clock_stops=False):
    """Nothing is sampled for a while; the device's clock goes on, or stands still with it."""
    samples = round(seconds * bench.rate_hz / bench.count) * bench.count
    bench.made += samples
    if clock_stops:
        bench.device_start_s -= samples / bench.rate_hz


def test_clock_that_restarts_at_a_reboot_keeps_time_and_is_less_sure_at_first(make_bench):
    bench = make_bench("open_imu")
    run(bench, 30)
    sure_s = bench.decoder.quality.clock_residual_s
    bench.decoder.link_lost(bench.made / bench.rate_hz)
    pause(bench, 6)
    bench.encoder.reset()
    bench.device_start_s = 0.2 - bench.made / bench.rate_hz
    run(bench, 30)
    bench.flush()
    assert_in_order(bench)
    assert bench.decoder.quality.resets == 1
    assert hole_s(bench) == pytest.approx(6.0, abs=0.05)
    assert bench.times_s[-1] == pytest.approx((bench.made - 1) / bench.rate_hz + bench.host_delay_s, abs=0.002)
    assert sure_s is not None


@pytest.mark.parametrize("jump_s", [20.0, 300.0, -0.5, -20.0])
def test_clock_that_jumps_while_the_stream_goes_on_is_a_new_epoch_without_a_jump_of_time(make_bench, jump_s):
    bench = make_bench("open_imu")
    run(bench, 20)
    bench.device_start_s += jump_s
    run(bench, 20)
    bench.flush()
    assert_in_order(bench)
    true_s = (bench.made - 1) / bench.rate_hz + bench.host_delay_s
    assert bench.times_s[-1] == pytest.approx(true_s, abs=0.005)
    assert hole_s(bench) < 0.25


def test_clock_of_microseconds_that_wraps_after_71_minutes_leaves_no_trace(make_bench):
    bench = make_bench("movella_dot", device_start_s=2**32 * 1e-6 - 15.0)
    run(bench, 40)
    bench.flush()
    assert_in_order(bench)
    assert (bench.decoder.quality.resets, bench.decoder.quality.lost_samples) == (0, 0)
    np.testing.assert_allclose(bench.times_s, bench.indices / bench.rate_hz + bench.host_delay_s, atol=0.002)


def test_coarse_clock_of_16_bits_that_wraps_after_nine_minutes_leaves_no_trace(make_bench):
    bench = make_bench(coarse_profile(), device_start_s=2**16 * 0.008 - 20.0)
    run(bench, 60)
    bench.flush()
    assert_in_order(bench)
    assert (bench.decoder.quality.resets, bench.decoder.quality.lost_samples) == (0, 0)
    error_s = bench.times_s - bench.indices / bench.rate_hz - bench.host_delay_s
    assert np.max(np.abs(error_s[round(20 * bench.rate_hz) :])) < 0.006
    assert 0.002 < bench.decoder.quality.clock_residual_s < 0.008


def test_reconnect_after_two_minutes_with_a_clock_that_went_on_keeps_the_crystal(make_bench):
    bench = make_bench("open_imu")
    run(bench, 60)
    bench.decoder.link_lost(bench.made / bench.rate_hz)
    pause(bench, 120)
    bench.encoder.reset()
    run(bench, 60)
    bench.flush()
    assert_in_order(bench)
    assert hole_s(bench) == pytest.approx(120.0, abs=0.05)
    np.testing.assert_allclose(bench.times_s, bench.indices / bench.rate_hz + bench.host_delay_s, atol=0.003)


def test_host_that_slept_with_its_clock_standing_still_begins_a_new_epoch_where_its_clock_goes_on(make_bench):
    """A laptop's monotonic clock may not count its sleep: 40 s passed for the sensor and none for the host."""
    bench = make_bench("open_imu")
    run(bench, 20)
    bench.decoder.link_lost(bench.made / bench.rate_hz)
    pause(bench, 40)
    bench.host_delay_s -= 40.0 - 0.5
    run(bench, 20)
    bench.flush()
    assert_in_order(bench)
    assert bench.decoder.quality.resets == 1
    # Session time is the host's: the sleep is not in it, and a hole shows that something happened.
    assert 0.4 < hole_s(bench) < 0.8
    assert bench.decoder.quality.gaps == 1
    assert bench.times_s[-1] == pytest.approx((bench.made - 1) / bench.rate_hz + bench.host_delay_s, abs=0.005)


def test_host_that_slept_unnoticed_without_losing_the_link_is_seen_by_the_sensors_clock(make_bench):
    """No disconnect was told: the device's clock is 40 s ahead of the host's."""
    bench = make_bench("open_imu")
    run(bench, 20)
    pause(bench, 40)
    bench.host_delay_s -= 40.0
    run(bench, 20)
    bench.flush()
    assert_in_order(bench)
    assert bench.decoder.quality.gaps == 1
    assert bench.times_s[-1] == pytest.approx((bench.made - 1) / bench.rate_hz + bench.host_delay_s, abs=0.005)


def test_sensor_that_slept_with_its_clock_has_the_hole_of_the_host(make_bench):
    """Sensor and clock stood still for 30 s while the host's went on."""
    bench = make_bench("open_imu")
    run(bench, 20)
    bench.decoder.link_lost(bench.made / bench.rate_hz)
    pause(bench, 30, clock_stops=True)
    run(bench, 20)
    bench.flush()
    assert_in_order(bench)
    assert bench.decoder.quality.resets == 1
    assert hole_s(bench) == pytest.approx(30.0, abs=0.1)
    assert bench.times_s[-1] == pytest.approx((bench.made - 1) / bench.rate_hz + bench.host_delay_s, abs=0.005)
