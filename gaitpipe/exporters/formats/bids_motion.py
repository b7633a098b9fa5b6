"""BIDS-Motion: one tracking system a foot in a BIDS data set (specification 1.11, "Motion").

Rules
  1. A motion file has one sampling rate and one clock; two sensors have two. Each foot is a tracking system of its own,
     `leftfoot` or `rightshank`. Its LATENCY channel counts from the session's time 0, so the feet lie on one time.
  2. The specification has samples at a regular rate: a lost sample is a row of n/a in every channel, LATENCY too.
     Sample n of the sensor is row n, and nobody who counts rows is led astray by a gap. MissingValues says it.
  3. Numbers are written with all their digits, in SI units; axes are the sensor's own and said to be so.
  4. A data set is made to be shared: no date, no device label, no name of a file and no free text goes into it, only
     the label of the subject as given. Events of the recorder are there by their kind, without their words.
  5. Several sessions go into one data set. `participants.tsv` gets a line for a new subject; what stands in the data
     set's own files is left as it is.
  6. Every contact that was found is an event, initial_contact or toe_off, with the quality of its stride. Onsets count
     from the session's time 0, as LATENCY does.
"""

from __future__ import annotations

import json
import math
import re
from contextlib import suppress
from pathlib import Path
from typing import Any, TextIO

import numpy as np
from numpy.typing import NDArray

from gaitpipe.errors import UsageError
from gaitpipe.exporters.formats._bids_texts import (
    CHANNELS_JSON,
    DESCRIPTION_NAME,
    EVENTS_JSON,
    PARTICIPANTS_JSON,
    README,
    channel_rows,
    description,
    motion_json,
)
from gaitpipe.exporters.formats._contract import ExportChoices, Exporter, ExportOutcome, ExportSession
from gaitpipe.model import SIDES, SampleBlock, SensorInfo, Side

MISSING = "n/a"
PLACEMENTS = ("foot", "shank")
PARTICIPANTS_NAME = "participants.tsv"
SHARED = frozenset({DESCRIPTION_NAME, PARTICIPANTS_NAME, "participants.json", "README.md"})
_LABEL = re.compile(r"[0-9a-zA-Z]{1,40}")
_GAP_ROWS = 10_000
EVENT_COLUMNS = ("onset", "duration", "trial_type", "side", "quality", "uncertainty", "source", "value")
_CONTACTS = (("ic_s", "initial_contact"), ("tc_s", "toe_off"))


class BidsWriter:
    """See the rules above."""

    def __init__(self, session: ExportSession, folder: Path, target: Path) -> None:
        self._session, self._target, self._root = session, target, folder
        self._folder = folder / _folder(session)
        self._folder.mkdir(parents=True)
        self._files: dict[Side, TextIO] = {}
        self._next: dict[Side, int] = {}
        for info in session.sensors:
            path = self._folder / f"{_stem(session, _system(info))}_motion.tsv"
            self._files[info.side] = path.open("w", encoding="utf-8", newline="\n")

    def samples(self, block: SampleBlock) -> None:
        if not len(block):
            return
        info, file = self._session.sensor(block.side), self._files[block.side]
        lost = block.first_sample - self._next.get(block.side, block.first_sample)
        row = "\t".join([MISSING] * (7 if info.has_gyro else 4)) + "\n"
        while lost > 0:
            file.write(row * min(lost, _GAP_ROWS))
            lost -= _GAP_ROWS
        parts = [block.time_s[:, None], block.acc_m_s2, *([block.gyr_rad_s] if info.has_gyro else [])]
        rows: list[list[float]] = np.hstack(parts).tolist()
        file.write("".join("\t".join(map(repr, values)) + "\n" for values in rows))
        self._next[block.side] = block.first_sample + len(block)

    def finish(self, outcome: ExportOutcome) -> None:
        for info in self._session.sensors:
            self._files[info.side].close()
            stem = _stem(self._session, _system(info))
            quality = outcome.quality.get(info.side)
            self._json(f"{stem}_motion.json", motion_json(self._session, info, quality))
            self._tsv(f"{stem}_channels.tsv", channel_rows(info))
            self._json(f"{stem}_channels.json", CHANNELS_JSON)
        self._write_events(outcome)
        self._write_data_set()

    def close(self) -> None:
        for file in self._files.values():
            with suppress(OSError):
                file.close()

    def _write_events(self, outcome: ExportOutcome) -> None:
        rows = [
            (event.time_s, [_word(event.kind), *[MISSING] * 3, event.source or MISSING, _number(event.value)])
            for event in outcome.events
        ]
        rows += contact_rows(outcome.result.strides)
        if rows:
            stem = _stem(self._session)
            lines = [[repr(round(time_s, 6)), MISSING, *cells] for time_s, cells in sorted(rows)]
            self._tsv(f"{stem}_events.tsv", [list(EVENT_COLUMNS), *lines])
            self._json(f"{stem}_events.json", EVENTS_JSON)

    def _write_data_set(self) -> None:
        """What the data set as a whole needs, where it is not there."""
        texts = {
            DESCRIPTION_NAME: json.dumps(description(self._session.software), indent=2) + "\n",
            "participants.json": json.dumps(PARTICIPANTS_JSON, indent=2) + "\n",
            "README.md": README,
        }
        for name, text in texts.items():
            if not (self._target / name).exists() and not (name == "README.md" and self._has_readme()):
                (self._root / name).write_text(text, encoding="utf-8", newline="\n")
        table = participants(self._target / PARTICIPANTS_NAME, f"sub-{self._session.choices.subject}")
        if table is not None:
            (self._root / PARTICIPANTS_NAME).write_bytes(table)

    def _has_readme(self) -> bool:
        return any((self._target / name).exists() for name in ("README", "README.md", "README.rst", "README.txt"))

    def _json(self, name: str, content: dict[str, Any]) -> None:
        (self._folder / name).write_text(json.dumps(content, indent=2, allow_nan=False) + "\n", encoding="utf-8")

    def _tsv(self, name: str, rows: list[list[str]]) -> None:
        text = "".join("\t".join(row) + "\n" for row in rows)
        (self._folder / name).write_text(text, encoding="utf-8", newline="\n")


def contact_rows(strides: NDArray[np.void]) -> list[tuple[float, list[str]]]:
    """Onsets [s] and the rest of the rows of EVENT_COLUMNS, without the duration: both contacts of each stride."""
    found: list[tuple[float, list[str]]] = []
    for column, kind in _CONTACTS:
        for row in strides[np.isfinite(strides[column])]:
            uncertainty = _number(float(row[column.replace("_s", "_uncertainty_s")]))
            cells = [kind, str(row["side"]), str(row["quality"]) or MISSING, uncertainty, MISSING, MISSING]
            found.append((float(row[column]), cells))
    return found


def participants(path: Path, participant: str) -> bytes | None:
    """The content of `participants.tsv` with this participant; None when it stands there already.

    Raises
    ------
    UsageError
        There is a file of this name that is no such table.
    """
    if not path.exists():
        return f"participant_id\n{participant}\n".encode()
    content = path.read_bytes()
    lines = content.decode("utf-8-sig", "replace").splitlines()
    names = lines[0].split("\t") if lines else []
    if not names or names[0] != "participant_id":
        raise UsageError(f"{path} is no table of participants", "Take another folder with --out.")
    if any(line.split("\t")[0] == participant for line in lines[1:]):
        return None
    row = "\t".join([participant, *[MISSING] * (len(names) - 1)])
    return content + (b"" if content.endswith(b"\n") else b"\n") + row.encode() + b"\n"


def _number(value: float | None) -> str:
    return MISSING if value is None or not math.isfinite(value) else repr(float(value))


def _word(kind: str) -> str:
    """The kind of an event as one word."""
    return re.sub(r"[^0-9a-zA-Z]+", "_", kind).strip("_") or "event"


def _folder(session: ExportSession) -> str:
    choices = session.choices
    visit = f"ses-{choices.session}/" if choices.session else ""
    return f"sub-{choices.subject}/{visit}motion"


def _system(info: SensorInfo) -> str:
    return f"{info.side}{info.placement}"


def _stem(session: ExportSession, system: str = "") -> str:
    choices = session.choices
    parts = [f"sub-{choices.subject}", f"ses-{choices.session}" if choices.session else "", f"task-{choices.task}"]
    parts.append(f"tracksys-{system}" if system else "")
    parts.append("" if choices.run is None else f"run-{choices.run}")
    return "_".join(part for part in parts if part)


def _files(session: ExportSession) -> tuple[str, ...]:
    folder, names = _folder(session), [f"{_stem(session)}_events.tsv", f"{_stem(session)}_events.json"]
    for side in SIDES:
        for placement in PLACEMENTS:
            stem = _stem(session, f"{side}{placement}")
            names += [f"{stem}_{name}" for name in ("motion.tsv", "motion.json", "channels.tsv", "channels.json")]
    return tuple(f"{folder}/{name}" for name in names)


def _check(choices: ExportChoices) -> None:
    for option, label in (("subject", choices.subject), ("session", choices.session), ("task", choices.task)):
        if not _LABEL.fullmatch(label) and not (option == "session" and not label):
            advice = (
                f"Give --{option} a pseudonym such as {'running' if option == 'task' else '01'}: no names of people."
            )
            raise UsageError(f"'{label}' is no BIDS label: letters and digits only, at most 40", advice)


def _open(session: ExportSession, folder: Path, target: Path) -> BidsWriter:
    _check(session.choices)
    participants(target / PARTICIPANTS_NAME, f"sub-{session.choices.subject}")
    return BidsWriter(session, folder, target)


EXPORTER = Exporter(
    name="bids",
    description="A BIDS data set with BIDS-Motion, one tracking system a foot; several sessions in one",
    files_text="`dataset_description.json`, `participants.tsv`, `sub-01/[ses-1/]motion/sub-01_..._motion.tsv`, "
    "`_motion.json`, `_channels.tsv`, `_events.tsv`",
    readers="the BIDS validator 3.0 (BIDS 1.11): no error",
    open=_open,
    files=_files,
    shared=SHARED,
    together=True,
    check=_check,
)
