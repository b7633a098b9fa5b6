"""The words for devices beside the feet: a treadmill, a foot pod, a heart rate sensor. `model` passes them on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

AuxiliaryKind = Literal["treadmill", "foot_pod", "heart_rate"]
"""Devices beside the feet: recorded as cross-checks, one of a kind."""
AUXILIARIES: tuple[AuxiliaryKind, ...] = ("treadmill", "foot_pod", "heart_rate")
ReadingValue = float | str | bool | None | tuple[float, ...]
"""One named value of a reading; None where the device does not tell it."""


@dataclass(frozen=True, slots=True)
class AuxiliarySetup:
    """How one device beside the feet was set up; as `model.SensorSetup`, without a side."""

    kind: AuxiliaryKind
    profile_id: str
    profile_text: str
    settings: Mapping[str, float] = field(default_factory=dict)
    device: str = ""


@dataclass(frozen=True, slots=True)
class AuxiliaryReading:
    """What a device beside the feet said: named fields in SI units, None where it does not tell them.

    `time_s` is session time of the arrival: such devices send no time, about once a second, and late. `reading` names
    the codec (`protocol.readings`).
    """

    source: AuxiliaryKind
    time_s: float
    values: Mapping[str, ReadingValue]
    reading: str = ""
