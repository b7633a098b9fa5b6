"""Shared helpers: every profile on disk, and a virtual sensor with its host."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
import pytest

from gaitpipe import profile_store
from gaitpipe.model import PacketFault, SampleBlock
from gaitpipe.protocol.decoder import Decoder
from gaitpipe.protocol.encoder import Encoder
from gaitpipe.protocol.profile import Profile

PROFILE_IDS = [item.id for item in profile_store.available()]


def pytest_generate_tests(metafunc):
    """A new profile file is tested by being there."""
    if "any_profile" in metafunc.fixturenames:
        metafunc.parametrize("any_profile", PROFILE_IDS, indirect=True)


@pytest.fixture
def any_profile(request) -> Profile:
    return profile_store.load(request.param)


@dataclass
class Bench:
    """A virtual sensor and its decoder.."""

    profile: Profile
    overrides: dict = field(default_factory=dict)
    device_start_s: float = 100.0
    host_delay_s: float = 0.02

    def __post_init__(self):
        self.settings = self.profile.resolve_settings(self.overrides)
        self.encoder = Encoder(self.profile, self.settings)
        self.decoder = Decoder(self.profile, "left", "foot", self.settings)
        self.count = self.profile.samples_per_packet(self.settings)
        self.rate_hz = self.settings["rate_hz"]
        self.made = 0
        self.blocks: list[SampleBlock] = []
        self.faults: list[PacketFault] = []

    def packet(self) -> list[tuple[str, bytes, float]]:
        """The notifications of the next packet, each with its time of arrival."""
        acc = np.zeros((self.count, 3))
        acc[:, 2] = 9.8
        start_s = self.made / self.rate_hz
        frames = self.encoder.encode(self.device_start_s + start_s, acc, np.zeros((self.count, 3)))
        self.made += self.count
        arrival_s = (self.made - 1) / self.rate_hz + self.host_delay_s
        return [(uuid, data, arrival_s) for uuid, data in frames]

    def packets(self, how_many: int) -> list[list[tuple[str, bytes, float]]]:
        return [self.packet() for _ in range(how_many)]

    def take(self, results) -> None:
        self.blocks += [item for item in results if isinstance(item, SampleBlock)]
        self.faults += [item for item in results if isinstance(item, PacketFault)]

    def feed(self, packets) -> None:
        for packet in packets:
            for uuid, data, host_s in packet:
                self.take(self.decoder.receive(uuid, data, host_s))

    def flush(self) -> None:
        self.take(self.decoder.flush())

    @property
    def indices(self) -> np.ndarray:
        return np.concatenate([block.first_sample + np.arange(len(block)) for block in self.blocks])

    @property
    def times_s(self) -> np.ndarray:
        return np.concatenate([block.time_s for block in self.blocks])


@pytest.fixture
def make_bench() -> Callable[..., Bench]:
    def make(profile: Profile | str, overrides: dict | None = None, **kwargs) -> Bench:
        loaded = profile_store.load(profile) if isinstance(profile, str) else profile
        return Bench(loaded, overrides or {}, **kwargs)

    return make
