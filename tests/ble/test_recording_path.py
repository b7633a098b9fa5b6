"""From two virtual sensors to decoded samples: what was measured is what comes out, on one time, gaps told."""

from __future__ import annotations

import numpy as np
import pytest

from gaitpipe.model import RawNotification, SampleBlock
from gaitpipe.protocol.decoder import Decoder


def decode(items, wanted) -> tuple[Decoder, list[SampleBlock]]:
    """Feed a decoder as a recorder does."""
    decoder = Decoder(wanted.profile, wanted.side, "foot", wanted.profile.resolve_settings(wanted.settings))
    decoded = []
    for item in items:
        if item.source != wanted.side:
            continue
        if isinstance(item, RawNotification):
            decoded += decoder.receive(item.characteristic, item.payload, item.host_monotonic_ns * 1e-9)
        elif item.kind == "disconnected":
            decoder.link_lost(item.host_monotonic_ns * 1e-9)
    decoded += decoder.flush()
    return decoder, [item for item in decoded if isinstance(item, SampleBlock)]


def true_times_s(blocks) -> np.ndarray:
    """The samples of the test world carry their own true time as angular rate about x."""
    return np.concatenate([block.gyr_rad_s[:, 0] for block in blocks])


@pytest.mark.parametrize("profile_id", ["open_imu", "movella_dot", "movesense_imu6"])
async def test_both_feet_come_out_whole_and_on_one_time_with_one_gap_where_the_link_was_lost(
    virtual_world, want, profile_id
):
    world = virtual_world
    names = {"open_imu": ("OpenIMU 0001", "OpenIMU 0002")}.get(profile_id, (None, None))
    left = await world.sensor(1, profile_id, name=names[0])
    right = await world.sensor(2, profile_id, name=names[1])
    wanted = [want("left", profile_id), want("right", profile_id)]
    recorded = await world.record(*wanted)
    data = left.profile.packet.characteristic
    await recorded.until(lambda: recorded.source.link["left"].notifications > 10, "packets of the left")
    await left.disconnect()
    await recorded.until_event("streaming", "left", 2)
    seen = len(recorded.payloads("left", data))
    await recorded.until(lambda: len(recorded.payloads("left", data)) > seen + 10, "packets after the gap")
    await recorded.source.stop()

    offsets_s = {}
    for sensor, side_wanted in zip((left, right), wanted, strict=True):
        decoder, blocks = decode(recorded.items, side_wanted)
        true_s = true_times_s(blocks)
        session_s = np.concatenate([block.time_s for block in blocks])
        rate_hz = sensor.settings["rate_hz"]
        gaps = np.flatnonzero(np.diff(true_s) > 1.5 / rate_hz)
        assert len(gaps) == (1 if sensor is left else 0)
        assert decoder.quality.resets == (1 if sensor is left else 0)
        assert not decoder.quality.faults
        offsets_s[side_wanted.side] = float(np.median(session_s - true_s))
    assert offsets_s["left"] == pytest.approx(offsets_s["right"], abs=0.05), "both feet on one true time"
