"""Finds device profiles on disk. A profile is data: no code is ever run from a folder of profiles.

Where they are looked for, in this order:

1. folders that were named (`--profile-dir`);
2. the user's own folder: `gaitpipe/profiles` in the configuration folder of the system, or the folder that the
   environment variable GAITPIPE_PROFILES names (an empty one: no such folder);
3. plug-ins: installed packages with an entry point in the group `gaitpipe.profiles`, which gives a folder;
4. the profiles that come with gaitpipe. They lie inside the installed package (`gaitpipe/_firmware_profiles`); an
   editable install has no such copy, there it is the folder `firmware_profiles` of the checkout.

The order decides which profile recognises a sensor first. It does not hide anything: the same id in two files is an
error that names both, since a recording must never depend on which folder happened to be there. What is wrong with one
file or one plug-in does not touch the others (`survey` and `load_all` tell it beside them).
"""

from __future__ import annotations

import difflib
import errno
import importlib.metadata
import importlib.resources
import os
import stat
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from importlib.resources.abc import Traversable
from pathlib import Path
from types import ModuleType
from typing import Any

from gaitpipe.errors import ProfileError, ProfileFault, UnknownProfileError
from gaitpipe.protocol.profile import Profile, parse_profile
from gaitpipe.protocol.toml_lines import read_toml

SHIPPED, OWN = "shipped", "own"
FOLDER_VARIABLE = "GAITPIPE_PROFILES"
ENTRY_POINTS = "gaitpipe.profiles"


@dataclass(frozen=True, slots=True)
class StoredProfile:
    """One profile file: its id, its path and where it comes from: `shipped`, `own`, `plug-in NAME` or a named folder.

    `place` is the file where it is no path of the file system, as inside a zipped package.
    """

    id: str
    file: str
    origin: str
    place: Traversable | None = field(default=None, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Survey:
    """All profile files that were found, and what is wrong with folders, plug-ins and ids; ids are not repeated."""

    profiles: tuple[StoredProfile, ...]
    problems: tuple[ProfileError, ...]


def shipped_folder() -> Path:
    """Folder of the profiles that come with gaitpipe."""
    package = Path(__file__).resolve().parent
    packaged = package / "_firmware_profiles"
    return packaged if packaged.is_dir() else package.parent / "firmware_profiles"


def user_folder() -> Path | None:
    """The user's own folder, there or not; None where GAITPIPE_PROFILES is empty."""
    named = os.environ.get(FOLDER_VARIABLE)
    if named is not None:
        return Path(named) if named else None
    import platformdirs

    return platformdirs.user_config_path("gaitpipe", appauthor=False) / "profiles"


def survey(extra_dirs: Sequence[Path | str] = ()) -> Survey:
    """All profile files of all places, in the order of the places, each place by id.

    A file whose id cannot be read is listed under its file name, so that `load` can say what is wrong with it.

    Raises
    ------
    ProfileError
        A folder of `extra_dirs` is missing.
    """
    problems: list[ProfileError] = []
    found: list[StoredProfile] = []
    for place, origin in _places(extra_dirs, problems):
        try:
            files = [item for item in place.iterdir() if item.name.endswith(".toml")]
        except OSError as error:
            problems.append(_cannot_read(str(place), error, "Check the folder and its permissions."))
            continue
        stored = (
            StoredProfile(_id_of(item), str(item), origin, None if isinstance(item, Path) else item) for item in files
        )
        found += sorted(stored, key=lambda item: (item.id, item.file))
    twice = _duplicates(found)
    problems += twice.values()
    return Survey(tuple(item for item in found if item.id not in twice), tuple(problems))


def available(extra_dirs: Sequence[Path | str] = ()) -> list[StoredProfile]:
    """All profiles, as `survey`; nothing may be wrong.

    Raises
    ------
    ProfileError
        A folder is missing, a plug-in cannot be used, or two files have the same id; both are named.
    """
    found = survey(extra_dirs)
    if found.problems:
        raise found.problems[0]
    return list(found.profiles)


def load_all(extra_dirs: Sequence[Path | str] = ()) -> tuple[list[Profile], list[ProfileError]]:
    """All profiles that can be used, in order, and what is wrong with the others.

    Raises
    ------
    ProfileError
        A folder of `extra_dirs` is missing.
    """
    found = survey(extra_dirs)
    profiles, problems = [], list(found.problems)
    for stored in found.profiles:
        try:
            profiles.append(read(stored))
        except ProfileError as error:
            problems.append(error)
    return profiles, problems


def load(name_or_path: str | Path, extra_dirs: Sequence[Path | str] = ()) -> Profile:
    """Load a profile by its id, or by the path of its `.toml` file.

    Raises
    ------
    UnknownProfileError
        Unknown id; names the nearest one and all there are.
    ProfileError
        Unreadable file, a file with faults, or an id that two files have.
    """
    name = str(name_or_path)
    if name.endswith(".toml"):
        return _parsed(Path(name), name)
    found = survey(extra_dirs)
    for item in found.profiles:
        if item.id == name:
            return read(item)
    for problem in found.problems:
        if isinstance(problem, DuplicateIdError) and problem.id == name:
            raise problem
    ids = [item.id for item in found.profiles]
    near = difflib.get_close_matches(name.lower(), ids, n=1, cutoff=0.5)
    unknown = UnknownProfileError(name, near[0] if near else "", ids)
    if found.problems:
        unknown.advice += " Not looked at: " + "; ".join(problem.message for problem in found.problems)
    raise unknown


def read(stored: StoredProfile) -> Profile:
    """Load a profile that `survey` found.

    Raises
    ------
    ProfileError
        Unreadable file, or a file with faults.
    """
    return _parsed(stored.place if stored.place is not None else Path(stored.file), stored.file)


class DuplicateIdError(ProfileError):
    """Two files with the same id."""

    def __init__(self, first: StoredProfile, second: StoredProfile) -> None:
        fault = ProfileFault("id", None, f"'{first.id}' is also the id of {second.file} ({second.origin})")
        super().__init__(first.file, [fault], "Give one of the two another id; until then neither is used.")
        self.id = first.id


def _places(extra_dirs: Sequence[Path | str], problems: list[ProfileError]) -> Iterator[tuple[Traversable, str]]:
    """Every folder with the word for its origin; plug-ins that cannot be used go to `problems`."""
    for folder in extra_dirs:
        if not Path(folder).is_dir():
            raise _no_folder(str(folder))
        yield Path(folder), str(folder)
    own = user_folder()
    if own is not None and own.is_dir():
        yield own, OWN
    elif own is not None and os.environ.get(FOLDER_VARIABLE):
        problems.append(_no_folder(str(own), f"It is named by the environment variable {FOLDER_VARIABLE}."))
    for entry in sorted(importlib.metadata.entry_points(group=ENTRY_POINTS), key=lambda item: item.name):
        origin = f"plug-in {entry.name}"
        try:
            place = _folder_of(entry.load())
        except Exception as error:  # noqa: BLE001 (other people's packages raise anything)
            fault = ProfileFault("", None, f"cannot be loaded: {type(error).__name__}: {error}")
            advice = (
                f"Reinstall or remove the package that brings it ('{entry.value}'); other profiles are not touched."
            )
            problems.append(ProfileError(origin, [fault], advice))
        else:
            yield place, origin
    if not shipped_folder().is_dir():
        raise _no_folder(str(shipped_folder()), "Install gaitpipe again.")
    yield shipped_folder(), SHIPPED


def _folder_of(value: Any) -> Traversable:
    """What an entry point gives (a package, a path, a Traversable, or a function that returns one) as a folder."""
    if callable(value) and not isinstance(value, Traversable):
        value = value()
    if isinstance(value, ModuleType):
        value = importlib.resources.files(value)
    if isinstance(value, str):
        value = Path(value)
    if not isinstance(value, Traversable) or not value.is_dir():
        message = f"it gives no folder but {value!r}"
        raise TypeError(message)
    return value


def shipped_file(name: str, file: Path) -> Path | None:
    """The file of the shipped profile with this id; None when there is none or when it is `file` itself."""
    for shipped in sorted(shipped_folder().glob("*.toml")):
        if _id_of(shipped) == name:
            return None if file.exists() and shipped.samefile(file) else shipped
    return None


def load_file(file: Path) -> Profile:
    """Load a profile from its file, whatever the file is called.

    Raises
    ------
    ProfileError
        Unreadable file, or a file with faults.
    """
    return _parsed(file, str(file))


def _parsed(place: Traversable, name: str) -> Profile:
    try:
        text = _text_of(place)
    except (OSError, UnicodeDecodeError) as error:
        raise _cannot_read(name, error, _advice_for(error)) from None
    return parse_profile(text, name)


def _text_of(place: Traversable) -> str:
    """The text of a file, without a byte order mark. A pipe or device is refused: reading it may never end."""
    if isinstance(place, Path):
        mode = place.stat().st_mode
        if not stat.S_ISREG(mode) and not stat.S_ISDIR(mode):
            raise OSError(errno.EINVAL, "not a regular file but a pipe or device")
    return place.read_text(encoding="utf-8-sig")


def _advice_for(error: OSError | UnicodeDecodeError) -> str:
    if isinstance(error, UnicodeDecodeError):
        return "Save the file as UTF-8 text: most editors offer it under 'Save as'."
    if isinstance(error, IsADirectoryError):
        return "It is a folder: name a file in it, or give the folder with --profile-dir."
    if isinstance(error, PermissionError):
        return "Check the permissions of the file."
    if error.errno == errno.EINVAL:
        return "Copy the text into a file and name that."
    return "Give the id of a profile or the path of its file."


def _id_of(place: Traversable) -> str:
    try:
        found = read_toml(_text_of(place)).get("id")
    except (OSError, ValueError):
        found = None
    return found if isinstance(found, str) and found.isprintable() else place.name.removesuffix(".toml")


def _duplicates(found: Sequence[StoredProfile]) -> dict[str, ProfileError]:
    first: dict[str, StoredProfile] = {}
    twice: dict[str, ProfileError] = {}
    for item in found:
        other = first.setdefault(item.id, item)
        if other is not item:
            twice.setdefault(item.id, DuplicateIdError(other, item))
    return twice


def _no_folder(name: str, advice: str = "") -> ProfileError:
    fault = ProfileFault("", None, "no such folder")
    return ProfileError(name, [fault], f"Name a folder with *.toml files. {advice}".strip())


def _cannot_read(name: str, error: OSError | UnicodeDecodeError, advice: str) -> ProfileError:
    reason = error.strerror if isinstance(error, OSError) else "not UTF-8 text"
    return ProfileError(name, [ProfileFault("", None, f"cannot be read: {reason}")], advice)
