"""Joined blocks hold the same samples, and never reach over a gap."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from gaitpipe.app.blocks import joined_blocks
from gaitpipe.model import SampleBlock


def block_of(side: str, first: int, count: int) -> SampleBlock:
    numbers = np.arange(first, first + count, dtype=float)
    columns = np.column_stack([numbers, numbers, numbers])
    return SampleBlock(side, "foot", first, numbers / 100.0, columns, -columns, np.zeros(count, np.uint8))


@settings(max_examples=40, deadline=None, derandomize=True)
@given(
    st.lists(
        st.tuples(st.sampled_from(["left", "right"]), st.integers(1, 9), st.sampled_from([0, 0, 0, 3])), max_size=40
    ),
    st.integers(1, 30),
)
def test_joined_blocks_hold_the_same_samples_up_to_each_gap(parts, samples):
    next_sample = {"left": 0, "right": 0}
    blocks = []
    for side, count, lost in parts:
        blocks.append(block_of(side, next_sample[side] + lost, count))
        next_sample[side] += lost + count
    joined = list(joined_blocks(blocks, samples))
    for side in ("left", "right"):
        before = [block for block in blocks if block.side == side]
        after = [block for block in joined if block.side == side]
        for name in ("time_s", "acc_m_s2", "gyr_rad_s", "flags"):
            values = [[getattr(block, name) for block in group] for group in (before, after)]
            if values[0]:
                np.testing.assert_array_equal(np.concatenate(values[0]), np.concatenate(values[1]))
        assert all(block.time_s[0] == block.first_sample / 100.0 for block in after)
        assert all(np.ptp(np.diff(block.time_s * 100.0)) < 1e-9 for block in after if len(block) > 1)
        whole = [
            len(one) for one, following in pairwise(after) if one.first_sample + len(one) == following.first_sample
        ]
        assert all(length >= samples for length in whole)
