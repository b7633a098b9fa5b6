"""Finds device profiles on disk: the ones that come with gaitpipe, and folders of your own.

Shipped profiles lie inside the installed package (`gaitpipe/_firmware_profiles`). An editable install has no such copy:
there the folder `firmware_profiles` of the checkout is used. A profile is data; no code is ever loaded from a folder.
"""

from __future__ import annotations

import difflib
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from gaitpipe.errors import ProfileError, ProfileFault, UnknownProfileError
from gaitpipe.protocol.profile import Profile, parse_profile

SHIPPED = "shipped"


@dataclass(frozen=True, slots=True)
class StoredProfile:
    """One profile file: its id, its path and where it comes from (`shipped` or the folder that was named)."""

    id: str
    file: str
    origin: str


def shipped_folder() -> Path:
    """Folder of the profiles that come with gaitpipe."""
    package = Path(__file__).resolve().parent
    packaged = package / "_firmware_profiles"
    return packaged if packaged.is_dir() else package.parent / "firmware_profiles"


def available(extra_dirs: Sequence[Path | str] = ()) -> list[StoredProfile]:
    """All profiles, those of `extra_dirs` first, each folder by id.

    A file whose id cannot be read is listed under its file name, so that `load` can say what is wrong with it.

    Raises
    ------
    ProfileError
        A folder is missing, or two files have the same id; both are named.
    """
    found: list[StoredProfile] = []
    for folder, origin in [*((Path(item), str(item)) for item in extra_dirs), (shipped_folder(), SHIPPED)]:
        if not folder.is_dir():
            raise ProfileError(
                str(folder), [ProfileFault("", None, "no such folder")], "Name a folder with *.toml files."
            )
        found += sorted(
            (StoredProfile(_id_of(path), str(path), origin) for path in folder.glob("*.toml")), key=lambda item: item.id
        )
    _refuse_duplicates(found)
    return found


def load(name_or_path: str | Path, extra_dirs: Sequence[Path | str] = ()) -> Profile:
    """Load a profile by its id, or by the path of its `.toml` file.

    Raises
    ------
    UnknownProfileError
        Unknown id; names the nearest one and all there are.
    ProfileError
        Unreadable file, or a file with faults.
    """
    name = str(name_or_path)
    if name.endswith(".toml"):
        return _read(Path(name))
    stored = available(extra_dirs)
    for item in stored:
        if item.id == name:
            return _read(Path(item.file))
    ids = [item.id for item in stored]
    near = difflib.get_close_matches(name.lower(), ids, n=1, cutoff=0.5)
    raise UnknownProfileError(name, near[0] if near else "", ids)


def _read(path: Path) -> Profile:
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "not UTF-8 text"
        fault = ProfileFault("", None, f"cannot be read: {reason}")
        raise ProfileError(str(path), [fault], "Give the id of a profile or the path of its file.") from None
    return parse_profile(text, str(path))


def _id_of(path: Path) -> str:
    try:
        found = tomllib.loads(path.read_text(encoding="utf-8")).get("id")
    except (OSError, ValueError):
        found = None
    return found if isinstance(found, str) else path.stem


def _refuse_duplicates(found: Sequence[StoredProfile]) -> None:
    first: dict[str, StoredProfile] = {}
    for item in found:
        other = first.setdefault(item.id, item)
        if other is not item:
            fault = ProfileFault("id", None, f"'{item.id}' is also the id of {other.file}")
            raise ProfileError(item.file, [fault], "Give one of the two another id.")
