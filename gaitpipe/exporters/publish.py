"""Files of an export: made in a folder of their own beside the target, and moved to their place when all are complete.

Rules
  1. Before anything is read, files that stand in the way are named; without `force` nothing is done.
  2. Everything is written into a hidden folder on the same disk (in the target where that is there, else beside it) and
     forced onto it. An export that fails or is interrupted takes this folder away: nothing half ever appears.
  3. A target that is not there yet appears as a whole, by one rename. Into a target that is there each new folder and
     each file moves by one rename: every file is the old or the new one, whole. What an earlier export had and this
     one has not is taken away, for two exports mixed would be none.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from gaitpipe.errors import RecordingError, UsageError

ADVICE = "Check that the folder exists, its permissions and the free space, or take another folder."


def refuse_existing(target: Path, names: Sequence[str], force: bool) -> None:
    """Refuse to overwrite.

    Raises
    ------
    UsageError
        The target is a file, or one of the files is there and `force` was not given, or a folder has its name.
    """
    if target.exists() and not target.is_dir():
        raise UsageError(f"{target} is a file, not a folder", "Name another folder with --out.")
    there = [name for name in names if os.path.lexists(target / name)]
    folders = [name for name in there if (target / name).is_dir()]
    if folders:
        raise UsageError(f"{target / folders[0]} is a folder where a file is to be", "Name another folder with --out.")
    if there and not force:
        shown = ", ".join(there[:5]) + (f" and {len(there) - 5} more" if len(there) > 5 else "")
        raise UsageError(f"{target} holds files of this name: {shown}", "Take another folder, or write --force.")


@contextmanager
def published(
    target: Path, shared: Collection[str] = (), force: bool = False, names: Sequence[str] = ()
) -> Iterator[Path]:
    """Give an empty folder to write into; what is in it when the block ends moves to `target`.

    `names` are all that an export of the same kind may have made before; `shared` may be replaced without `force`.

    Raises
    ------
    RecordingError
        A file cannot be written; nothing of the export is left.
    UsageError
        A file appeared in the target meanwhile, and `force` was not given.
    """
    hidden = f".export.{os.getpid()}.tmp"
    temporary = target / hidden if target.is_dir() else target.absolute().with_name(hidden)
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.rmtree(temporary, ignore_errors=True)  # a process of this number that was killed left it
        temporary.mkdir()
        yield temporary
        _to_disk(temporary)
        made = sorted(path.relative_to(temporary).as_posix() for path in temporary.rglob("*") if path.is_file())
        refuse_existing(target, [name for name in made if name not in shared], force)
        _move(temporary, target)
        for name in set(names).difference(made):
            (target / name).unlink(missing_ok=True)
    except OSError as error:
        raise RecordingError(str(target), f"cannot be written: {error.strerror or error}", ADVICE) from error
    finally:
        shutil.rmtree(temporary, ignore_errors=True)


def _to_disk(folder: Path) -> None:
    for path in folder.rglob("*"):
        if path.is_file():
            with path.open("rb") as file:
                os.fsync(file.fileno())


def _move(source: Path, target: Path) -> None:
    """Move a file or a folder to its place; a folder that is there takes in what the new one holds."""
    if source.is_dir() and target.is_dir():
        for child in sorted(source.iterdir()):
            _move(child, target / child.name)
    else:
        source.replace(target)
