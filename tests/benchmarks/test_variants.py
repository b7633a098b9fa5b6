"""Other conditions change what they say and nothing else."""

from __future__ import annotations

import numpy as np
import pytest

from benchmarks.accuracy import variants
from gaitpipe.model import FLAG_GAP_BEFORE


def whole(case, name="gyr_rad_s"):
    return np.concatenate([getattr(block, name) for block in case.recording])


@pytest.mark.parametrize("rate_hz", [50.0, 104.0, 416.0])
def test_another_rate_keeps_the_movement_and_its_time(case, rate_hz):
    changed = variants.at_rate(case, rate_hz)
    (block,) = changed.recording.blocks
    assert changed.recording.sensors[0].rate_hz == rate_hz
    assert np.diff(block.time_s) == pytest.approx(1.0 / rate_hz)
    inner = (block.time_s > 0.5) & (block.time_s < 4.5)
    expected = 3.0 * np.sin(2 * np.pi * 2.0 * block.time_s)
    assert block.gyr_rad_s[inner, 1] == pytest.approx(expected[inner], abs=0.02)


def test_decimation_takes_out_what_the_lower_rate_cannot_hold(case):
    (block,) = case.recording.blocks
    block.gyr_rad_s[:, 0] = np.sin(2 * np.pi * 95.0 * block.time_s)
    (changed,) = variants.at_rate(case, 104.0).recording.blocks
    inner = (changed.time_s > 0.5) & (changed.time_s < 4.5)
    assert np.abs(changed.gyr_rad_s[inner, 0]).max() < 0.05


def test_loss_takes_whole_packets_keeps_the_sample_numbers_and_repeats_with_its_seed(case):
    lossy = variants.with_loss(case, seed=3, share=0.2)
    lost = len(whole(case)) - len(whole(lossy))
    assert lost > 0
    assert lost % variants.PACKET_SAMPLES in (0, len(whole(case)) % variants.PACKET_SAMPLES)
    for before, after in zip(lossy.recording.blocks, lossy.recording.blocks[1:], strict=False):
        gap = after.first_sample != before.first_sample + len(before)
        assert bool(after.flags[0] & FLAG_GAP_BEFORE) == gap
        assert after.time_s[0] == pytest.approx(after.first_sample / 208.0)
    again = variants.with_loss(case, seed=3, share=0.2)
    assert np.array_equal(whole(again), whole(lossy))
    assert len(whole(variants.with_loss(case, seed=4, share=0.2))) > 0


def test_a_turned_sensor_reads_the_same_lengths_in_other_axes(case):
    turned = variants.rotated(case, seed=5)
    assert np.linalg.norm(whole(turned), axis=1) == pytest.approx(np.linalg.norm(whole(case), axis=1))
    assert not np.allclose(whole(turned), whole(case), atol=0.1)


def test_segment_axes_are_forward_left_up_from_the_data_sets_forward_up_right(case):
    (block,) = case.recording.blocks
    acc, gyr = variants.in_segment_axes(case, block)
    assert acc == pytest.approx(block.acc_m_s2[:, [0, 2, 1]] * [1.0, -1.0, 1.0])
    assert gyr[:, 1] == pytest.approx(-block.gyr_rad_s[:, 2])
