"""Samples -> the bytes a sensor of a profile would send. Skeleton: signatures are final."""

from __future__ import annotations

from collections.abc import Mapping

from gaitpipe.model import FloatArray
from gaitpipe.protocol.profile import Profile


class Encoder:
    """Encodes packets of one virtual sensor; keeps its sequence number."""

    def __init__(self, profile: Profile, settings: Mapping[str, float]) -> None:
        raise NotImplementedError

    def encode(self, device_time_s: float, acc_m_s2: FloatArray, gyr_rad_s: FloatArray) -> list[tuple[str, bytes]]:
        raise NotImplementedError

    def reset(self) -> None:
        raise NotImplementedError
