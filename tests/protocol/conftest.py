"""Shared helpers: every profile on disk, and a virtual sensor with its host."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache

import numpy as np
import pytest

from gaitpipe import profile_store
from gaitpipe.model import PacketFault, SampleBlock
from gaitpipe.protocol.decoder import Decoder
from gaitpipe.protocol.encoder import Encoder
from gaitpipe.protocol.packets import has_clock
from gaitpipe.protocol.profile import Profile

PROFILE_IDS = [item.id for item in profile_store.available()]
load = cache(profile_store.load)
"""Profiles are frozen: each is read once."""
MOTION_IDS = [one for one in PROFILE_IDS if load(one).auxiliary is None]


def has_stamp(profile: Profile) -> bool:
    """Whether packets carry a clock or a counter, by which losses and repetitions are seen."""
    return has_clock(profile.packet) or profile.packet.sequence_counts is not None


STAMPED_IDS = [one for one in MOTION_IDS if has_stamp(load(one))]
STAMPLESS_IDS = [one for one in MOTION_IDS if one not in STAMPED_IDS]
AUXILIARY_IDS = [one for one in PROFILE_IDS if one not in MOTION_IDS]
PARAMETERS = {
    "any_profile": MOTION_IDS,
    "stamped_profile": STAMPED_IDS,
    "stampless_profile": STAMPLESS_IDS,
    "auxiliary": AUXILIARY_IDS,
}


def pytest_generate_tests(metafunc):
    """A new profile file is tested by being there."""
    for name, ids in PARAMETERS.items():
        if name in metafunc.fixturenames:
            metafunc.parametrize(name, ids, indirect=True)


@pytest.fixture
def any_profile(request) -> Profile:
    """Every profile of a motion sensor."""
    return load(request.param)


@pytest.fixture
def stamped_profile(request) -> Profile:
    """Every profile whose packets carry a clock or a counter."""
    return load(request.param)


@pytest.fixture
def stampless_profile(request) -> Profile:
    """Every profile whose packets carry neither: only the moment of arrival tells when a sample was taken."""
    return load(request.param)


@pytest.fixture
def auxiliary(request) -> Profile:
    """Every profile of a device beside the feet."""
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
        self.kinds = len(self.profile.active_packets(self.settings))  # each is judged by itself
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
        loaded = load(profile) if isinstance(profile, str) else profile
        return Bench(loaded, overrides or {}, **kwargs)

    return make
