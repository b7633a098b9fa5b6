"""Bytes of one sensor -> SampleBlocks. Skeleton: signatures are final."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from gaitpipe.model import DeviceStatus, PacketFault, Placement, SampleBlock, SensorInfo, Side, StreamQuality
from gaitpipe.protocol.profile import Profile

Decoded = SampleBlock | PacketFault | DeviceStatus


class Decoder:
    """Decodes the notifications of one sensor, in the order of their arrival."""

    info: SensorInfo
    quality: StreamQuality

    def __init__(self, profile: Profile, side: Side, placement: Placement, settings: Mapping[str, float]) -> None:
        raise NotImplementedError

    def receive(self, characteristic: str, payload: bytes, host_time_s: float) -> list[Decoded]:
        raise NotImplementedError

    def flush(self) -> list[Decoded]:
        raise NotImplementedError

    def link_lost(self, host_time_s: float) -> None:
        raise NotImplementedError


def decode_samples(
    profile: Profile, settings: Mapping[str, float], characteristic: str, payloads: Sequence[bytes]
) -> list[dict[str, Any] | PacketFault]:
    raise NotImplementedError
