"""What a device's answer to a command says."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from gaitpipe.model import DeviceStatus


@dataclass(frozen=True, slots=True)
class Answer:
    """Words for people, and settings of the stream that the answer tells."""

    status: DeviceStatus | None = None
    settings: Mapping[str, float] = field(default_factory=dict)
