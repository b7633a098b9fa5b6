"""Lost, doubled, late packets, wrapped clocks, restarts: counted exactly, and the index never goes back."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gaitpipe.model import FLAG_GAP_BEFORE, FaultKind


@pytest.fixture
def bench(stamped_profile, make_bench):
    return make_bench(stamped_profile)


@pytest.fixture
def stampless(stampless_profile, make_bench):
    return make_bench(stampless_profile)


def test_no_loss_gives_every_index_once(any_profile, make_bench):
    bench = make_bench(any_profile)
    bench.feed(bench.packets(60))
    bench.flush()
    np.testing.assert_array_equal(bench.indices, np.arange(60 * bench.count))
    assert bench.decoder.quality.samples == 60 * bench.count


@pytest.mark.parametrize("lost", [{5}, {5, 6, 7}, {1}, {5, 9, 10, 30}, set(range(20, 55))])
def test_lost_packets_are_counted_exactly_and_flagged(bench, lost):
    packets = bench.packets(60)
    bench.feed(packet for number, packet in enumerate(packets) if number not in lost)
    bench.flush()
    quality = bench.decoder.quality
    gaps = sum(number - 1 not in lost for number in lost)
    assert quality.lost_samples == len(lost) * bench.count
    assert quality.gaps == gaps
    assert quality.gap_s == pytest.approx(len(lost) * bench.count / bench.rate_hz, rel=0.02)
    assert quality.resets == 0
    expected = [n * bench.count + i for n in range(60) if n not in lost for i in range(bench.count)]
    np.testing.assert_array_equal(bench.indices, expected)
    flagged = [block.first_sample for block in bench.blocks if block.flags[0] & FLAG_GAP_BEFORE]
    assert flagged == [n * bench.count for n in range(60) if n not in lost and n - 1 in lost]
    assert sum(int(np.count_nonzero(block.flags & FLAG_GAP_BEFORE)) for block in bench.blocks) == gaps


def test_packet_sent_twice_is_dropped_and_counted(bench):
    packets = bench.packets(20)
    bench.feed([*packets[:8], packets[7], *packets[8:]])
    bench.flush()
    np.testing.assert_array_equal(bench.indices, np.arange(20 * bench.count))
    assert bench.decoder.quality.faults == {FaultKind.DUPLICATE.value: bench.kinds}
    assert bench.decoder.quality.lost_samples == 0


def test_every_packet_twice_is_a_duplicate_each(bench):
    bench.feed(packet for packet in bench.packets(20) for _ in range(2))
    bench.flush()
    assert bench.decoder.quality.faults == {FaultKind.DUPLICATE.value: 20 * bench.kinds}
    np.testing.assert_array_equal(bench.indices, np.arange(20 * bench.count))


def test_every_notification_twice_is_duplicates_also_of_split_packets(bench):
    packets = bench.packets(20)
    bench.feed([[notification, notification] for packet in packets for notification in packet])
    bench.flush()
    assert bench.decoder.quality.faults == {FaultKind.DUPLICATE.value: 20 * len(packets[0])}
    np.testing.assert_array_equal(bench.indices, np.arange(20 * bench.count))


def test_overtaken_packet_stays_lost_and_counts_as_time_backwards(bench):
    packets = bench.packets(20)
    packets[7], packets[8] = packets[8], packets[7]
    bench.feed(packets)
    bench.flush()
    quality = bench.decoder.quality
    assert quality.faults == {FaultKind.TIME_BACKWARDS.value: bench.kinds}
    assert (quality.lost_samples, quality.gaps, quality.resets) == (bench.count, 1, 0)
    assert np.all(np.diff(bench.indices) > 0)


def test_lost_second_part_is_incomplete_and_its_samples_are_lost(make_bench):
    bench = make_bench("movesense_imu6")
    packets = bench.packets(20)
    packets[6] = packets[6][:1]
    bench.feed(packets)
    bench.flush()
    quality = bench.decoder.quality
    assert quality.faults == {FaultKind.INCOMPLETE.value: 1}
    assert (quality.lost_samples, quality.gaps) == (8, 1)


def test_damaged_packet_is_a_checksum_fault_and_its_samples_are_lost(make_bench):
    bench = make_bench("open_imu")
    packets = bench.packets(20)
    uuid, data, host_s = packets[6][0]
    packets[6] = [(uuid, data[:20] + bytes([data[20] ^ 4]) + data[21:], host_s)]
    bench.feed(packets)
    bench.flush()
    assert bench.decoder.quality.faults == {FaultKind.CHECKSUM.value: 1}
    assert bench.decoder.quality.lost_samples == 8


def test_device_clock_that_wraps_leaves_no_trace(stamped_profile, make_bench):
    timestamp = stamped_profile.packet.timestamp
    wrap_s = timestamp.tick_s * 2**timestamp.bits
    bench = make_bench(stamped_profile, device_start_s=wrap_s - 0.5)
    packets = bench.packets(100)
    bench.feed(packets)
    bench.flush()
    quality = bench.decoder.quality
    assert (quality.lost_samples, quality.resets, quality.faults) == (0, 0, {})
    np.testing.assert_allclose(np.diff(bench.times_s), 1.0 / bench.rate_hz, atol=max(5e-4, 0.1 * timestamp.tick_s))


def test_sequence_number_that_wraps_leaves_no_trace(make_bench):
    bench = make_bench("open_imu")
    bench.encoder._sequence = 2**32 - 20
    bench.feed(bench.packets(60))
    bench.flush()
    assert bench.decoder.quality.lost_samples == 0
    assert bench.decoder.quality.resets == 0


@pytest.mark.parametrize("told", [True, False])
def test_reboot_is_a_reset_with_the_hole_from_host_time(bench, told):
    bench.feed(bench.packets(60))
    before_s = bench.made / bench.rate_hz
    if told:
        bench.decoder.link_lost(before_s + 0.5)
    bench.encoder.reset()
    bench.made += round(8.0 * bench.rate_hz)
    bench.device_start_s = 0.3 - bench.made / bench.rate_hz
    bench.feed(bench.packets(60))
    bench.flush()
    quality = bench.decoder.quality
    assert quality.resets == 1
    assert quality.gaps == 1
    assert quality.lost_samples / bench.rate_hz == pytest.approx(8.0, abs=0.1)
    assert quality.faults == {}
    assert np.all(np.diff(bench.indices) > 0)
    assert np.all(np.diff(bench.times_s) > 0)
    first_after = next(block for block in bench.blocks if block.flags[0] & FLAG_GAP_BEFORE)
    assert first_after.time_s[0] == pytest.approx(before_s + 8.0 + bench.host_delay_s, abs=0.05)


def test_reconnect_with_a_clock_that_went_on_keeps_exact_time(bench):
    bench.feed(bench.packets(100))
    bench.decoder.link_lost(bench.made / bench.rate_hz)
    away = round(3.0 * bench.rate_hz / bench.count) * bench.count
    bench.made += away
    bench.encoder.reset()
    bench.feed(bench.packets(100))
    bench.flush()
    assert bench.decoder.quality.resets == 1
    assert bench.decoder.quality.lost_samples == pytest.approx(away, abs=1)
    np.testing.assert_allclose(bench.times_s, bench.indices / bench.rate_hz + bench.host_delay_s, atol=5e-3)


def test_sampling_that_resumes_between_two_ticks_of_the_old_rhythm_is_followed_at_once(stamped_profile, make_bench):
    tick_s = stamped_profile.packet.timestamp.tick_s
    bench = make_bench(stamped_profile)
    bench.feed(bench.packets(100))
    bench.decoder.link_lost(bench.made / bench.rate_hz)
    shift_s = 0.4 / bench.rate_hz
    bench.made += round(3.0 * bench.rate_hz)
    bench.device_start_s += shift_s
    bench.host_delay_s += shift_s
    before = bench.made
    bench.feed(bench.packets(100))
    bench.flush()
    after = bench.times_s[100 * bench.count :]
    truth_s = np.arange(before, bench.made) / bench.rate_hz + bench.host_delay_s
    np.testing.assert_allclose(after, truth_s, atol=max(1.5e-3, tick_s))
    np.testing.assert_allclose(np.diff(after)[bench.count * 10 :], 1.0 / bench.rate_hz, atol=max(2e-4, 0.1 * tick_s))


def test_reboot_within_the_first_second_is_seen_at_the_third_packet(bench):
    bench.device_start_s = 0.0
    bench.feed(bench.packets(3))
    bench.encoder.reset()
    bench.device_start_s = -bench.made / bench.rate_hz
    bench.feed(bench.packets(30)[1:])
    bench.flush()
    assert np.all(np.diff(bench.indices) > 0)
    assert len(bench.indices) >= 28 * bench.count


def test_sensor_that_stood_still_while_its_sequence_went_on_has_a_gap(make_bench):
    bench = make_bench("open_imu")
    bench.feed(bench.packets(60))
    bench.device_start_s += 3.0
    bench.host_delay_s += 3.0
    bench.feed(bench.packets(60))
    bench.flush()
    assert bench.decoder.quality.lost_samples == round(3.0 * 208)
    assert bench.decoder.quality.gaps == 1


@settings(max_examples=15, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_any_mix_of_losses_and_doubles_keeps_the_books_straight(stamped_profile, make_bench, data):
    bench = make_bench(stamped_profile)
    packets = bench.packets(40)
    fates = [1, *data.draw(st.lists(st.sampled_from([0, 1, 1, 1, 2]), min_size=38, max_size=38)), 1]
    bench.feed(packet for packet, fate in zip(packets, fates, strict=True) for _ in range(fate))
    bench.flush()
    quality = bench.decoder.quality
    assert quality.lost_samples == fates.count(0) * bench.count
    assert quality.faults.get(FaultKind.DUPLICATE.value, 0) == fates.count(2) * bench.kinds
    assert quality.samples + quality.lost_samples == 40 * bench.count
    assert bench.indices[-1] == 40 * bench.count - 1


@pytest.mark.parametrize(("pause_s", "seen"), [(2.0, True), (0.8, True), (0.4, False)])
def test_without_stamps_only_a_pause_of_over_half_a_second_is_a_gap(stampless, pause_s, seen):
    second = stampless.rate_hz / stampless.count
    packets = stampless.packets(round(16 * second))
    pause = range(round(6 * second), round(6 * second) + round(pause_s * second))
    stampless.feed(packet for number, packet in enumerate(packets) if number not in pause)
    stampless.flush()
    quality = stampless.decoder.quality
    assert (quality.gaps, quality.lost_samples) == ((1, len(pause) * stampless.count) if seen else (0, 0))
    assert (quality.resets, quality.faults) == (0, {})
    assert np.all(np.diff(stampless.indices) > 0)
    assert np.all(np.diff(stampless.times_s) > 0)
    if seen:
        np.testing.assert_allclose(stampless.times_s, stampless.indices / stampless.rate_hz + 0.02, atol=1e-3)


@pytest.mark.parametrize("told", [True, False])
def test_without_stamps_a_reboot_is_a_reset_only_when_the_link_was_lost(stampless, told):
    stampless.feed(stampless.packets(60))
    before_s = stampless.made / stampless.rate_hz
    if told:
        stampless.decoder.link_lost(before_s + 0.5)
    stampless.made += round(8.0 * stampless.rate_hz)
    stampless.feed(stampless.packets(60))
    stampless.flush()
    quality = stampless.decoder.quality
    assert (quality.resets, quality.gaps) == (int(told), 1)
    assert quality.lost_samples / stampless.rate_hz == pytest.approx(8.0, abs=0.1)
    assert quality.faults == {}
    first_after = next(block for block in stampless.blocks if block.flags[0] & FLAG_GAP_BEFORE)
    assert first_after.time_s[0] == pytest.approx(before_s + 8.0 + stampless.host_delay_s, abs=0.05)


def test_without_stamps_a_repeated_packet_cannot_be_told_from_a_new_one(stampless):
    """Said here so that nobody takes the count of samples of such a sensor for more than it is."""
    packets = stampless.packets(40)
    stampless.feed([*packets[:20], packets[19], *packets[20:]])
    stampless.flush()
    quality = stampless.decoder.quality
    assert quality.faults == {}
    assert quality.samples == 41 * stampless.count
