"""Names: which side a file is of, which two files are one session, and what a session is called.

Rules
  1. A side is a word of its own: `left`, `right`, in any case, set off by anything that is no letter or by a capital
     (`run_left.csv`, `LeftFoot.csv`); also joined with a body part (`leftfoot.csv`). The file's own name counts before
     the folder nearest to it that names one (`P01/left/run.csv`). A name with both words says no side.
  2. `l` and `r` count only where two files fit together by them: alone, a letter may mean anything.
  3. Two files fit together when their paths are equal but for the side word.
  4. A session is called by its path without side word and ending, folders joined by a hyphen, with only letters,
     digits, `.`, `_` and `-`. Names that are equal on some file system (case, accents) are told apart by a digest of
     their path, so that the order of files does not matter.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from gaitpipe.batch.jobs import Side

LONGEST_NAME_BYTES = 120
NAMELESS = "session"
_TOKEN = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])")
_JOINED = re.compile(r"(left|right)(?=(foot|shank|shoe|leg|ankle|tibia|side|sensor)s?$)", re.IGNORECASE)
_WORDS: dict[str, Side] = {"left": "left", "right": "right", "l": "left", "r": "right"}
_UNSAFE = re.compile(r"[^\w.\-]+")
_RESERVED = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\..*)?", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class SideInName:
    """The side that a path names, the path without that word, and whether it is a whole word or one letter."""

    side: Side
    rest: str
    letter: bool


def side_in(name: str) -> SideInName | None:
    """The side that a relative path (with slashes) names; None when it names none, or both."""
    parts = name.split("/")
    for index in range(len(parts) - 1, -1, -1):
        found = _side_words(parts[index], is_file=index == len(parts) - 1)
        if not found:
            continue
        words = [one for one in found if not one[1]] or found
        if len({side for side, _, _ in words}) > 1:
            return None
        side, letter, (start, end) = words[-1]
        rest = parts[index][:start] + "\0" + parts[index][end:]
        return SideInName(side, "/".join([*parts[:index], rest, *parts[index + 1 :]]), letter)
    return None


def _side_words(part: str, is_file: bool) -> list[tuple[Side, bool, tuple[int, int]]]:
    """(side, whether it is one letter, place) of every side word of a file's or folder's name."""
    stem = part.rsplit(".", 1)[0] if is_file and "." in part[1:] else part
    found = []
    for token in _TOKEN.finditer(stem):
        word = token.group().lower()
        if word in _WORDS:
            found.append((_WORDS[word], len(word) == 1, token.span()))
        elif joined := _JOINED.match(token.group()):
            start = token.start()
            found.append((_WORDS[joined.group(1).lower()], False, (start, start + joined.end())))
    return found


def paired(names: Sequence[str]) -> list[tuple[dict[Side, str], str]]:
    """Sort files of one sensor each into sessions: (side -> name, the session's path); no side word gives no side.

    A file that fits to none is alone; where more than two fit together, or two of one side, each is alone and has no
    side, for nobody can say which are meant.
    """
    groups: dict[str, list[tuple[str, SideInName]]] = {}
    sessions: list[tuple[dict[Side, str], str]] = []
    for name in names:
        found = side_in(name)
        if found is None:
            sessions.append(({}, name))
        else:
            groups.setdefault(found.rest, []).append((name, found))
    for rest, members in groups.items():
        sides = {found.side: name for name, found in members}
        if len(members) == len(sides) and (len(sides) == 2 or not members[0][1].letter):
            sessions.append((sides, rest))
        else:
            sessions += [({}, name) for name, _ in members]
    return sessions


def session_name(path: str) -> str:
    """A safe name of a session from its path (see rules); never empty, never hidden, no special name of any system."""
    parts = [part for part in path.replace("\\", "/").split("/") if part not in ("", ".", "..")]
    if parts and "." in parts[-1][1:]:
        parts[-1] = parts[-1].rsplit(".", 1)[0]
    cleaned = [re.sub(r"[\s_\-.]*\0[\s_\-.]*", _joint, part) for part in parts]
    text = "-".join(part for part in cleaned if part)
    text = unicodedata.normalize("NFC", text.encode("utf-8", "replace").decode())
    text = _UNSAFE.sub("_", text).strip("._- ")
    if _RESERVED.fullmatch(text):
        text = f"_{text}"
    return _cut(text) or NAMELESS


def _joint(found: re.Match[str]) -> str:
    """What stands where the side word stood: one separator inside, nothing at an end."""
    if found.start() == 0 or found.end() == len(found.string):
        return ""
    return next((mark for mark in found.group() if mark in "_-."), "_")


def _cut(text: str) -> str:
    data = text.encode()
    if len(data) <= LONGEST_NAME_BYTES:
        return text
    return data[: LONGEST_NAME_BYTES - 7].decode("utf-8", "ignore") + "-" + _digest(text)


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:6]


def folded(name: str) -> str:
    """The same text for names that some file system takes for one."""
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", name).casefold())


def told_apart(wanted: Mapping[str, str], taken: Iterable[str] = ()) -> dict[str, str]:
    """Give every key its wanted name, with a digest of the key where another has it or it is taken; keys are paths."""
    counts = Counter(folded(name) for name in wanted.values())
    used = {folded(name) for name in taken}
    names = {}
    for key, name in sorted(wanted.items()):
        clash = counts[folded(name)] > 1 or folded(name) in used
        own = f"{name}-{_digest(key)}" if clash else name
        while folded(own) in used:
            own += "x"
        used.add(folded(own))
        names[key] = own
    return names
