"""Which files are sessions: what each file is, what belongs together, and what a session is called.

Rules
  1. A file's kind is told by its content: a recording, a format that an importer knows, a part of another file
     (companion), or nothing that holds samples. It is remembered until the file or the program changes.
  2. A recording is a session. Files of one sensor each are joined by the side words in their names (`batch.names`); one
     that fits to none is tried alone, since it may hold both sides, or say its side. Two for one side are a problem.
  3. What is no format but looks like samples (it names an accelerometer), is empty, or was named one by one, is tried
     too: its reader says what is wrong. The rest is skipped and told.
  4. Rows of a manifest are taken as they are; their files are in no other session.
"""

from __future__ import annotations

import posixpath
import re
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from gaitpipe.batch.content import FileMemory
from gaitpipe.batch.finding import TRUTH_ENDINGS, TRUTH_NAME, look
from gaitpipe.batch.jobs import UNKNOWN_KIND, FoundFile, Problem, Role, Session, digest_of
from gaitpipe.batch.manifest import ManifestRow
from gaitpipe.batch.names import NAMELESS, paired, session_name, side_in
from gaitpipe.batch.storage import as_path, file_system, is_url, real_place, remote_errors

if TYPE_CHECKING:
    from gaitpipe.importers import Importer

RECORDING, COMPANION, UNKNOWN, DOUBTFUL = "mcap", "companion", "unknown", "doubtful"
MCAP_ENDING = ".mcap"
PART_ALONE = Problem(
    "part_alone", "it is a part of another file, which is not here", "Put the accelerometer's file beside it."
)
TEXT_ENDINGS = (".csv", ".tsv", ".txt")
SAMPLES = re.compile(rb"acc|gyr|imu", re.IGNORECASE)
LOOKS_BYTES = 4096
HEAD_BYTES = 65_536
"""As in `importers`, which loads more than an unchanged folder needs."""


@dataclass(slots=True)
class Sessions:
    """Sessions, not yet named apart; files that are none; and by path what each file is."""

    sessions: list[Session] = field(default_factory=list)
    skipped: list[tuple[FoundFile, Problem]] = field(default_factory=list)
    kinds: dict[str, str] = field(default_factory=dict)


def sessions_of(
    files: Sequence[FoundFile], options: Mapping[str, Any], memory: FileMemory, chosen_format: str = ""
) -> Sessions:
    """Sort files into sessions; `chosen_format` is the importer that a person named for all of them."""
    kinds = _kinds(files, memory, chosen_format)
    companions = _companions(files, kinds, memory)
    found = Sessions(kinds=kinds)
    single: dict[str, FoundFile] = {}
    for file in files:
        kind = kinds[file.path]
        if kind == RECORDING:
            parts = tuple(_truth(file, files))
            found.sessions.append(Session(session_name(file.name), {"recording": file}, parts, options))
        elif kind == UNKNOWN:
            problem = Problem(UNKNOWN_KIND, "no importer knows this kind of file")
            found.skipped.append((file, problem))
        elif kind != COMPANION:
            single[file.name if file.name not in single else f"{file.name}\0{file.path}"] = file
    groups = _by_rest(single)
    for sides, rest in paired(list(single)):
        roles: dict[Role, FoundFile] = {side: single[name] for side, name in sides.items()}
        chosen = roles or {"recording": single[rest]}
        parts = tuple(part for file in chosen.values() for part in companions.get(file.path, ()))
        name = _name_of(rest if roles else single[rest].name, next(iter(chosen.values())))
        doubtful = None if roles else _which_side(rest, groups)
        found.sessions.append(Session(name, chosen, parts, options, problem=doubtful))
    used = {part.path for one in found.sessions for part in one.companions}
    lost = [file for file in files if kinds[file.path] == COMPANION and file.path not in used and not _is_truth(file)]
    found.skipped += [(file, PART_ALONE) for file in lost]
    return found


def _name_of(path: str, file: FoundFile) -> str:
    """The session's name; where its files are called by nothing but their side, that of their folder."""
    name = session_name(path)
    parent = file.path.replace("\\", "/").rpartition("/")[0].rpartition("/")[2]
    return session_name(f"{parent}.csv") if name == NAMELESS and parent else name


def _which_side(name: str, groups: Mapping[str, Sequence[str]]) -> Problem | None:
    """What is wrong with a file that says its side in a whole word, where more than one may be meant by it."""
    mine = side_in(name)
    if mine is None or mine.letter or len(groups[mine.rest]) < 2:
        return None
    named = ", ".join(sorted(other.replace("\0", " ") for other in groups[mine.rest]))
    advice = "Take one away, or say in a manifest which files belong together."
    return Problem("not_said", f"there are several files for one side of one session: {named}", advice)


def _by_rest(names: Iterable[str]) -> dict[str, list[str]]:
    """Names by what is left of them without their side."""
    groups: dict[str, list[str]] = {}
    for name in names:
        if (found := side_in(name)) is not None:
            groups.setdefault(found.rest, []).append(name)
    return groups


def sessions_of_manifest(
    rows: Iterable[ManifestRow], place: str, options: Mapping[str, Any], memory: FileMemory
) -> Sessions:
    """The sessions of a manifest that lies at `place`; a file that is not there is a problem of its session."""
    found = Sessions()
    for row in rows:
        files: dict[Role, FoundFile] = {}
        problem = None
        for role, text in row.files.items():
            path = resolved(text, place)
            file = look(path)
            if file is None:
                advice = f"Check line {row.line} of the manifest."
                problem = Problem("no_file", f"{text}: there is no such file", advice)
            files[role] = replace(file or FoundFile(path, text, 0, ""), name=posixpath.basename(path), named=True)
        own = {**options, **row.options}
        name = session_name(f"{row.session}.csv")
        found.sessions.append(Session(name, files, (), own, row.athlete, row.line, problem))
    there = [file for one in found.sessions if one.problem is None for file in one.files.values()]
    found.kinds = _kinds(there, memory, "")
    siblings = _siblings(there)
    companions = _companions(siblings, {**_kinds(siblings, memory, ""), **found.kinds}, memory)
    for index, one in enumerate(found.sessions):
        parts = [part for file in one.files.values() for part in companions.get(file.path, ())]
        if "recording" in one.files:
            parts += _truth(one.files["recording"], siblings)
        found.sessions[index] = replace(one, companions=tuple({part.path: part for part in parts}.values()))
    return found


def resolved(text: str, place: str) -> str:
    """The absolute path or URL of a file that a manifest names; `place` is the manifest's own."""
    if is_url(text):
        return text
    if is_url(place) and not text.startswith("/"):
        return f"{place.rpartition('/')[0]}/{text}"
    return str(real_place(Path(place).parent / as_path(text)))


def _siblings(files: Sequence[FoundFile]) -> list[FoundFile]:
    """All local files in the folders of these: companions lie beside their file."""
    found = {file.path: file for file in files}
    for folder in {str(Path(file.path).parent) for file in files if not is_url(file.path)}:
        for path in Path(folder).iterdir():
            if str(path) not in found and not path.name.startswith(".") and (file := look(str(path))) is not None:
                found[str(path)] = file
    return list(found.values())


def _is_truth(file: FoundFile) -> bool:
    name = file.path.replace("\\", "/").rpartition("/")[2].lower()
    return name == TRUTH_NAME or name.endswith(TRUTH_ENDINGS)


def _truth(file: FoundFile, files: Sequence[FoundFile]) -> list[FoundFile]:
    """The simulator's truth that lies beside a synthetic recording: it is told in its summary."""
    stem = file.path[: -len(MCAP_ENDING)] if file.path.lower().endswith(MCAP_ENDING) else file.path
    folder = file.path.rpartition("/")[0]
    wanted = {f"{stem}{ending}" for ending in TRUTH_ENDINGS} | {f"{folder}/{TRUTH_NAME}"}
    return [other for other in files if other.path.replace("\\", "/") in wanted]


def _kinds(files: Sequence[FoundFile], memory: FileMemory, chosen_format: str) -> dict[str, str]:
    """What each file is, by path; only files that changed are looked into."""
    kinds = {file.path: kind for file in files if (kind := memory.kind(file)) is not None and not file.named}
    unknown = [file for file in files if file.path not in kinds]
    if unknown:
        from gaitpipe.importers import available

        importers = available()
        heads = _heads(unknown)
        for file in unknown:
            head = heads.get(file.path)
            kind = DOUBTFUL if head is None else _kind(file, head, importers)
            if not file.named:
                memory.learn(file, kind=kind)
            kinds[file.path] = kind
    if chosen_format:
        from gaitpipe.importers import available

        endings = next((one.extensions for one in available() if one.name == chosen_format), ())
        for file in files:
            if kinds[file.path] == UNKNOWN and file.path.lower().endswith(endings):
                kinds[file.path] = DOUBTFUL
    return {file.path: DOUBTFUL if file.named and kinds[file.path] == UNKNOWN else kinds[file.path] for file in files}


def _kind(file: FoundFile, head: bytes, importers: tuple[Importer, ...]) -> str:
    from gaitpipe.app.file_kind import MCAP_MAGIC

    path = Path(file.path)
    if path.name.lower().endswith(MCAP_ENDING) or head.startswith(MCAP_MAGIC):
        return RECORDING
    if _is_truth(file):
        return COMPANION
    if any(importer.is_companion(head, path) for importer in importers):
        return COMPANION
    fitting = [importer.name for importer in importers if importer.sniff(head, path)]
    if len(fitting) == 1:
        return fitting[0]
    known = any(path.suffix.lower() in importer.extensions for importer in importers)
    looks = path.suffix.lower() in TEXT_ENDINGS and SAMPLES.search(head[:LOOKS_BYTES].replace(b"\0", b""))  # UTF-16
    return DOUBTFUL if fitting or (known and (not head or looks)) else UNKNOWN


def _heads(files: Sequence[FoundFile]) -> dict[str, bytes | None]:
    """The first bytes of each file; None where it cannot be read."""
    heads: dict[str, bytes | None] = {}
    for file in files:
        try:
            if is_url(file.path):
                fs, inside = file_system(file.path)
                with remote_errors(file.path, "read"):
                    end = min(HEAD_BYTES, file.size)
                    heads[file.path] = fs.cat_file(inside, start=0, end=end) if end else b""
            else:
                with Path(file.path).open("rb") as opened:
                    heads[file.path] = opened.read(HEAD_BYTES)
        except Exception:  # noqa: BLE001 (who reads it will say why)
            heads[file.path] = None
    return heads


def _companions(
    files: Sequence[FoundFile], kinds: Mapping[str, str], memory: FileMemory
) -> dict[str, tuple[FoundFile, ...]]:
    """The companions of each file, by its path; looked for again only where something in its folder changed."""
    folders: dict[str, list[FoundFile]] = {}
    for file in files:
        folders.setdefault(file.path.replace("\\", "/").rpartition("/")[0], []).append(file)
    found: dict[str, tuple[FoundFile, ...]] = {}
    for folder, inside in folders.items():
        signature = digest_of(sorted([file.path, file.size, file.stamp] for file in inside))
        known = memory.companions.get(folder)
        if known is None or known[0] != signature:
            known = signature, _companions_in(inside, kinds)
            memory.companions[folder] = known
            memory.changed = True
        by_path = {file.path: file for file in inside}
        for path, parts in known[1].items():
            found[path] = tuple(by_path[part] for part in parts if part in by_path)
    return found


def _companions_in(files: Sequence[FoundFile], kinds: Mapping[str, str]) -> dict[str, list[str]]:
    """Ask the importers what belongs to each file; for URLs over a copy of the heads of a folder's files."""
    from gaitpipe.importers import available
    from gaitpipe.importers._contract import no_companions

    askable = {one.name: one for one in available() if one.companions is not no_companions}
    asked = [file for file in files if kinds.get(file.path) in askable]
    if not asked:
        return {}
    if not is_url(files[0].path):
        return {
            file.path: [str(part) for part in askable[kinds[file.path]].companions(Path(file.path))] for file in asked
        }
    with tempfile.TemporaryDirectory(prefix="gaitpipe-") as place:
        urls = {}
        for path, head in _heads(files).items():
            copy = Path(place) / path.rpartition("/")[2]
            copy.write_bytes(head or b"")
            urls[str(copy)] = path
        return {
            file.path: [
                urls[str(part)]
                for part in askable[kinds[file.path]].companions(Path(place) / file.path.rpartition("/")[2])
                if str(part) in urls
            ]
            for file in asked
        }
