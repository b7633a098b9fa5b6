"""Which profile reads a device beside the feet, when no other one is named."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from gaitpipe import profile_store
from gaitpipe.errors import UsageError
from gaitpipe.model import AuxiliaryKind
from gaitpipe.protocol.profile import Profile

STANDARD: dict[AuxiliaryKind, str] = {
    "treadmill": "treadmill_ftms",
    "foot_pod": "foot_pod_rsc",
    "heart_rate": "heart_rate",
}
"""Profiles of the standard Bluetooth services."""

WORDS: dict[AuxiliaryKind, str] = {
    "treadmill": "treadmill",
    "foot_pod": "foot pod",
    "heart_rate": "heart rate sensor",
}
"""How to speak of them to a person."""


def device_profile(kind: AuxiliaryKind, name: str = "", folders: Sequence[Path | str] = ()) -> Profile:
    """Load the profile of a device beside the feet: the one of the standard service, or another one by name.

    Raises
    ------
    UsageError
        The profile is of another kind of device.
    ProfileError, UnknownProfileError
        It cannot be used, or there is none of that name.
    """
    profile = profile_store.load(name or STANDARD[kind], folders)
    if profile.auxiliary != kind:
        other = "motion sensor" if profile.auxiliary is None else WORDS[profile.auxiliary]
        message = f"{profile.id} is the profile of a {other}, not of a {WORDS[kind]}"
        raise UsageError(message, f"Leave the profile out to use {STANDARD[kind]}.")
    return profile
