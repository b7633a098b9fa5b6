"""Delta frames: whatever goes in comes out, in no more bits than it needs, and damage never raises."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gaitpipe.protocol.codecs.polar_delta import BLOCK_SAMPLES, longest_bytes, pack, unpack

QUICK = settings(max_examples=150, deadline=None, derandomize=True)


@st.composite
def frames(draw):
    """Samples of any number of channels and any resolution, from still to as wild as they can be."""
    channels, bits = draw(st.integers(1, 5)), draw(st.sampled_from([8, 16, 22, 24]))
    count, scale = draw(st.integers(1, 80)), draw(st.sampled_from([0.0, 0.001, 0.05, 1.0]))
    generator = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    end = (1 << bits - 1) - 1
    samples = np.rint(generator.uniform(-end, end, (count, channels)) * scale).astype(np.int64)
    if scale == 1.0:
        samples[::2], samples[1::2] = end, -end - 1
    return samples, channels, bits


@QUICK
@given(frame=frames())
def test_packed_samples_come_back_and_fit_the_stated_length(frame):
    samples, channels, bits = frame
    content = pack(samples, bits)
    np.testing.assert_array_equal(unpack(content, channels, bits), samples)
    assert len(content) <= longest_bytes(len(samples), channels, bits)


@QUICK
@given(frame=frames())
def test_every_block_has_the_least_width_that_holds_its_differences(frame):
    samples, channels, bits = frame
    content = pack(samples, bits)
    place, first = channels * -(-bits // 8), 0
    differences = np.diff(samples, axis=0)
    while place < len(content):
        width, count = content[place], content[place + 1]
        block = differences[first : first + count]
        assert count == min(BLOCK_SAMPLES, len(differences) - first)
        assert block.min() >= -(1 << width - 1)
        assert block.max() < 1 << width - 1
        assert width == 1 or block.min() < -(1 << width - 2) or block.max() >= 1 << width - 2
        place, first = place + 2 + -(-width * count * channels // 8), first + count
    assert first == len(differences)


@QUICK
@given(content=st.binary(max_size=260), channels=st.integers(1, 4), bits=st.sampled_from([8, 16, 24, 32]))
def test_any_bytes_give_samples_or_a_reason_and_never_much_of_either(content, channels, bits):
    result = unpack(content, channels, bits)
    if isinstance(result, str):
        assert 0 < len(result) < 200
    else:
        assert result.shape[1] == channels
        assert len(result) <= 1 + 8 * len(content)


@pytest.mark.parametrize("count", [2, 17, 40])
def test_prefix_is_read_only_where_a_block_ends(count):
    samples = np.arange(3 * count).reshape(-1, 3) * 7
    content = pack(samples, 16)
    whole = [n for n in range(len(content)) if not isinstance(unpack(content[:n], 3, 16), str)]
    ends = [longest_end for longest_end in _block_ends(content) if longest_end < len(content)]
    assert whole == ends


def _block_ends(content):
    place = 6
    yield place
    while place < len(content):
        place += 2 + -(-content[place] * content[place + 1] * 3 // 8)
        yield place
