"""A new device profile to fill in: a template in which every key is explained, or a copy of a profile that is near.

Both are valid from the start, so that a check after each change names only what that change broke. What is not known
yet says `fill in` as its source: `unfilled` counts these.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from pathlib import Path

from gaitpipe.app.new_profile_text import (
    COMMANDS,
    COUNTER_HEADER,
    DEVICE_TIME,
    FIELDS,
    GYRO_PACKET,
    HEAD,
    NO_CLOCK,
    PACKET,
    WITH_CLOCK,
)
from gaitpipe.errors import RecordingError, UsageError
from gaitpipe.protocol.profile import Profile, parse_profile

FILL_IN = "fill in"
_ID = re.compile(r"[a-z][a-z0-9_]*")
_TABLE_FACT = re.compile(r'^(source|confidence)(\s*=\s*)"(.*)"\s*$', re.MULTILINE)


@dataclass(frozen=True, slots=True)
class NewProfile:
    """What the new profile shall be. `like` is the profile to copy; without it the template's parts are chosen."""

    id: str
    name: str
    like: Profile | None = None
    separate_gyro: bool = False
    has_gyro: bool = True
    has_clock: bool = True
    has_counter: bool = True
    has_commands: bool = True


def profile_text(wanted: NewProfile) -> str:
    """The text of the new profile.

    Raises
    ------
    UsageError
        The id is none, the name cannot be written, or the parts contradict each other.
    """
    if _ID.fullmatch(wanted.id) is None:
        raise UsageError(
            f"'{wanted.id}' is no id of a profile", "Small letters, digits and _, beginning with a letter: my_board."
        )
    if not wanted.name.strip() or any(not letter.isprintable() or letter in '"\\' for letter in wanted.name):
        raise UsageError("the name must be one line of text without quotes", 'Such as --name "My board".')
    if wanted.like is not None:
        if wanted != replace(NewProfile(wanted.id, wanted.name), like=wanted.like):
            raise UsageError("--like copies a whole profile; the other switches are for the template", "Choose one.")
        return _copied(wanted, wanted.like)
    if wanted.separate_gyro and not wanted.has_gyro:
        raise UsageError("a gyroscope that is not there has no packets of its own", "Leave one of the two out.")
    text = _template(wanted)
    parse_profile(text, wanted.id)
    return text


def write_profile(text: str, path: Path) -> None:
    """Write a new profile; folders are made.

    Raises
    ------
    RecordingError
        The file exists already (it is left as it is) or cannot be written.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("x", encoding="utf-8") as file:
            file.write(text)
    except FileExistsError:
        raise RecordingError(str(path), "exists already", "Take another --out, or edit this file.") from None
    except OSError as error:
        raise RecordingError(str(path), f"cannot be written: {error.strerror}", "Take another --out.") from error


def unfilled(profile: Profile) -> int:
    """How many facts of a profile still have the template's source or text."""
    texts = [profile.maker, profile.model, *(fact.source for fact in profile.facts)]
    return sum(text.startswith(FILL_IN) for text in texts)


def _template(wanted: NewProfile) -> str:
    """The parts of the template that were asked for, one after the other."""
    two = wanted.separate_gyro
    header = (COUNTER_HEADER if wanted.has_counter else "") + (DEVICE_TIME if wanted.has_clock else "")
    clock = WITH_CLOCK if wanted.has_clock else NO_CLOCK
    parts = [HEAD, COMMANDS if wanted.has_commands else ""]
    marker = '    { name = "marker", type = "u8", equals = 1 },\n' if two else ""
    gyro = wanted.has_gyro and not two
    parts.append(_packet(PACKET, marker + header, FIELDS if gyro else FIELDS.splitlines(True)[0], wanted))
    parts.append(clock)
    if two:
        parts += [
            "\n",
            _packet(GYRO_PACKET, marker.replace("equals = 1", "equals = 2") + header, "", wanted),
            _plain(clock),
        ]
    text = "".join(parts)
    if two:
        text = re.sub(r"(?m)^(# )?\[packet\]", r"\1[[packet]]", text)
    if not wanted.has_gyro:
        text = re.sub(r"# \[settings\.gyr_range_dps\].*?\n\n", "", text, flags=re.DOTALL)
    if not wanted.has_commands:
        text = re.sub(
            r'\[\[service\.characteristic\]\]\nuuid = "[^"]*"\nrole = "command"\n.*?\n\n', "", text, flags=re.S
        )
    return text.replace("%ID%", wanted.id).replace("%NAME%", wanted.name).replace("%FILL%", FILL_IN)


def _packet(text: str, header: str, fields: str, wanted: NewProfile) -> str:
    text = text.replace("%HEADER%", header).replace("%FIELDS%", fields)
    if not header:
        text = re.sub(r"# header:.*?\nheader = \[\n\]\n", "", text, flags=re.DOTALL)
    if not wanted.has_counter:
        text = re.sub(r"(?:# [^\n]*\n)*sequence_counts = [^\n]*\n", "", text)
    return text


def _plain(text: str) -> str:
    """The same without its comments: they were said before."""
    return "".join(line for line in text.splitlines(True) if not line.startswith("#"))


def _copied(wanted: NewProfile, like: Profile) -> str:
    """The other profile under a new id and name; its facts are those of another device and marked as not checked."""

    def doubtful(found: re.Match[str]) -> str:
        key, equals, text = found.groups()
        if key == "confidence":
            return f'{key}{equals}"memory"'
        return f'{key}{equals}"{FILL_IN}: copied from {like.id} ({text})"'

    text = _TABLE_FACT.sub(doubtful, like.text)
    text = re.sub(r"(?m)^variant_of\s*=.*\n", "", text)
    text = re.sub(r'(?m)^id\s*=\s*".*"', f'id = "{wanted.id}"', text, count=1)
    text = re.sub(r'(?m)^name\s*=\s*".*"', lambda _: f'name = "{wanted.name}"', text, count=1)
    head = (
        f"# {wanted.name}: a copy of the profile {like.id}, to be changed. A `source` with '{FILL_IN}' is a\n"
        f"# fact of {like.name}: look it up for this device, then write where you found it and how sure it is.\n"
    )
    parse_profile(head + text, wanted.id)
    return head + text
