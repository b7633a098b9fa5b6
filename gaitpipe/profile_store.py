"""Finds device profiles on disk. Skeleton: signatures are final."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from gaitpipe.protocol.profile import Profile


@dataclass(frozen=True, slots=True)
class StoredProfile:
    """One profile file: its id, its label for people and where it comes from (`shipped` or a folder)."""

    id: str
    file: str
    origin: str


def available(extra_dirs: Sequence[Path | str] = ()) -> list[StoredProfile]:
    raise NotImplementedError


def load(name_or_path: str, extra_dirs: Sequence[Path | str] = ()) -> Profile:
    raise NotImplementedError
