"""Remembers which sensor is worn on which side, between recordings, in a small file of this machine's user.

The file knows no address and no name: a device is a hash of them, salted with random bytes of this file, so that it
says nothing to anybody who does not have the sensor beside it. A file that cannot be read is begun anew.
"""

from __future__ import annotations

import hashlib
import json
import os
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from gaitpipe.errors import RecordingError
from gaitpipe.exporters.atomic import write_atomic
from gaitpipe.model import SIDES, Side

FOLDER_VARIABLE = "GAITPIPE_STATE"
FILE_NAME = "sides.json"
MOST_DEVICES = 500


@dataclass(frozen=True, slots=True)
class Device:
    """A sensor as the radio shows it. Some change their address now and then: the name helps where it is unique."""

    address: str
    name: str = ""


def state_folder() -> Path | None:
    """Where to remember things; the folder that GAITPIPE_STATE names, if it does; None where that is empty."""
    named = os.environ.get(FOLDER_VARIABLE)
    if named is not None:
        return Path(named) if named else None
    import platformdirs

    return platformdirs.user_state_path("gaitpipe", appauthor=False)


class SideMemory:
    """The sides of known devices. Without a folder nothing is remembered.

    Attributes
    ----------
    complaint
        What was wrong with the file, if anything, for the person.
    """

    def __init__(self, folder: Path | None) -> None:
        self._path = None if folder is None else folder / FILE_NAME
        self._salt = secrets.token_hex(16)
        self._sides: dict[str, Side] = {}
        self.complaint = ""
        if self._path is not None:
            self._read(self._path)

    def sides_of(self, devices: Sequence[Device]) -> list[Side] | None:
        """The sides of these devices, in their order; None unless all are known and all differ."""
        names = [device.name for device in devices]
        found = [self._side_of(device, device.name if names.count(device.name) == 1 else "") for device in devices]
        known = [side for side in found if side is not None]
        return known if len(set(known)) == len(devices) else None

    def remember(self, sides: Mapping[Device, Side]) -> None:
        """Keep the sides of these devices; a failure is a `complaint`, never an error."""
        names = [device.name for device in sides]
        for device, side in sides.items():
            for key in (device.address, device.name if names.count(device.name) == 1 else ""):
                if key:
                    hashed = self._hash(key)
                    self._sides.pop(hashed, None)
                    self._sides[hashed] = side
        self._sides = dict(list(self._sides.items())[-MOST_DEVICES:])
        if self._path is None:
            return
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            text = json.dumps({"version": 1, "salt": self._salt, "sides": self._sides}, indent=1)
            write_atomic(self._path, text + "\n")
        except (OSError, RecordingError) as error:
            self.complaint = f"The sides cannot be remembered ({error})."

    def _side_of(self, device: Device, unique_name: str) -> Side | None:
        for key in (device.address, unique_name):
            if key and (side := self._sides.get(self._hash(key))) is not None:
                return side
        return None

    def _hash(self, key: str) -> str:
        return hashlib.sha256(f"{self._salt} {key}".encode()).hexdigest()[:24]

    def _read(self, path: Path) -> None:
        try:
            stored = json.loads(path.read_text(encoding="utf-8"))
            salt, sides = stored["salt"], stored["sides"]
            if not isinstance(salt, str) or not salt or not isinstance(sides, dict):
                message = "it holds something else"
                raise TypeError(message)  # noqa: TRY301 (one place says what is wrong)
        except FileNotFoundError:
            return
        except (OSError, ValueError, KeyError, TypeError) as error:
            self.complaint = f"The remembered sides cannot be used ({path}: {error}); they are begun anew."
            return
        self._salt = salt
        self._sides = {str(key): side for key, side in sides.items() if side in SIDES}
