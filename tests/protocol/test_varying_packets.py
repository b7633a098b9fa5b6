"""Sensors whose packets hold as many samples as fit: counted, timed and joined, though no two are of one size."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gaitpipe import profile_store
from gaitpipe.model import STANDARD_GRAVITY_M_S2, SampleBlock
from gaitpipe.protocol.decoder import Decoder
from gaitpipe.protocol.encoder import Encoder

RATE_HZ = 52.0


class Verity:
    """A sensor with accelerations and angular velocities in frames of their own, of sizes of their own."""

    def __init__(self, seed, rate_error=0.0, sizes=(20, 72)):
        profile = profile_store.load("polar_verity_sense")
        chosen = profile.resolve_settings({})
        generator = np.random.default_rng(seed)
        self.rate_hz = RATE_HZ * (1.0 + rate_error)
        self.frames = []  # (time of arrival, quantity, first, count, characteristic, payload)
        for place, quantity in enumerate(("acc", "gyr")):
            encoder = Encoder(profile, chosen)._packets[place]
            first, encoder._rate_hz = 0, self.rate_hz
            while first < 40 * RATE_HZ:
                count = int(generator.integers(*sizes))
                values = {"acc": self.signal(quantity, first + np.arange(count)), "gyr": None}
                values[quantity] = values["acc"]
                ((uuid, payload),) = encoder.encode(500.0 + first / self.rate_hz, values)
                arrival_s = (first + count - 1) / self.rate_hz + 0.02 + generator.exponential(0.003)
                self.frames.append((arrival_s, quantity, first, count, uuid, payload))
                first += count
        self.frames.sort(key=lambda item: item[0])
        self.decoder = Decoder(profile, "left", "foot", chosen)
        self.blocks = []

    def signal(self, quantity, index):
        """Slow enough for 52 Hz; x of the acceleration is the number of the sample."""
        time_s = index / self.rate_hz
        if quantity == "gyr":
            return np.stack([np.sin(2 * np.pi * 1.5 * time_s), np.cos(2 * np.pi * time_s), 0 * time_s], axis=1)
        return np.stack([index * 0.02, 0 * time_s, 9.8 + 0 * time_s], axis=1)

    def send(self, lost=frozenset()):
        results = []
        for number, (arrival_s, _, _, _, uuid, payload) in enumerate(self.frames):
            if number not in lost:
                results += self.decoder.receive(uuid, payload, arrival_s)
        results += self.decoder.flush()
        self.blocks = [item for item in results if isinstance(item, SampleBlock)]
        assert len(self.blocks) == len(results)

    def joined(self, name):
        return np.concatenate([getattr(block, name) for block in self.blocks])

    @property
    def indices(self):
        return np.concatenate([block.first_sample + np.arange(len(block)) for block in self.blocks])

    def lost_samples(self, lost, quantity):
        return sum(self.frames[number][3] for number in lost if self.frames[number][1] == quantity)


@pytest.mark.parametrize("rate_error", [0.0, 0.03, -0.03])
@pytest.mark.parametrize("seed", range(3))
def test_no_frame_lost_is_no_sample_lost_and_rates_stand_at_their_accelerations(seed, rate_error):
    """A sampling rate 3 % off makes the first frames look two samples long or short: that is no gap."""
    sensor = Verity(seed, rate_error)
    sensor.send()
    quality = sensor.decoder.quality
    assert (quality.lost_samples, quality.gaps, quality.resets, quality.faults) == (0, 0, 0, {})
    np.testing.assert_array_equal(np.diff(sensor.indices), 1)
    np.testing.assert_allclose(sensor.joined("acc_m_s2")[:, 0] / 0.02, sensor.indices, atol=0.1)
    # Once the rate is known, a sample has the rate of its own moment: 2 ms beside it would be 0.02 rad/s.
    later = slice(10 * int(RATE_HZ), -4)
    truth = sensor.signal("gyr", sensor.indices)
    np.testing.assert_allclose(sensor.joined("gyr_rad_s")[later], truth[later], atol=0.004)
    steps_s = np.diff(sensor.joined("time_s"))[10 * int(RATE_HZ) :]
    np.testing.assert_allclose(steps_s, 1.0 / sensor.rate_hz, atol=5e-4)


@settings(max_examples=12, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_lost_frames_of_accelerations_are_counted_to_the_sample(data):
    sensor = Verity(data.draw(st.integers(0, 50)), data.draw(st.sampled_from([0.0, 0.01, -0.02])))
    leading = [number for number, item in enumerate(sensor.frames) if item[1] == "acc"]
    lost = data.draw(st.sets(st.sampled_from(leading[6:-1]), max_size=6))
    sensor.send(lost)
    quality = sensor.decoder.quality
    assert quality.lost_samples == sensor.lost_samples(lost, "acc")
    np.testing.assert_allclose(sensor.joined("acc_m_s2")[:, 0] / 0.02, sensor.indices, atol=0.1)


@settings(max_examples=12, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_accelerations_without_a_rate_are_lost_and_the_others_keep_theirs(data):
    sensor = Verity(data.draw(st.integers(0, 50)))
    following = [number for number, item in enumerate(sensor.frames) if item[1] == "gyr"]
    lost = data.draw(st.sets(st.sampled_from(following[6:-2]), min_size=1, max_size=4))
    sensor.send(lost)
    missing = sensor.lost_samples(lost, "gyr")
    assert missing - 2 * len(lost) <= sensor.decoder.quality.lost_samples <= missing + 2 * len(lost)
    held = {first + i for number in lost for first, count in [sensor.frames[number][2:4]] for i in range(count)}
    assert len(held.intersection(sensor.indices.tolist())) <= 2 * len(lost)
    away = np.array([index not in held and index - 1 not in held and index + 1 not in held for index in sensor.indices])
    away[: 4 * int(RATE_HZ)] = away[-4:] = False
    truth = sensor.signal("gyr", sensor.indices)
    np.testing.assert_allclose(sensor.joined("gyr_rad_s")[away], truth[away], atol=0.01)


def test_gravity_is_gravity():
    sensor = Verity(1)
    sensor.send()
    np.testing.assert_allclose(sensor.joined("acc_m_s2")[:, 2], 9.8, atol=8 / 32768 * STANDARD_GRAVITY_M_S2)
