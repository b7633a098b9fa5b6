"""The cohort table of a batch: one row a session and side, of all sessions of this run that have results.

What failed has no row: `failed.csv` lists it. What the run did not come to keeps its row of an earlier one. The table
is made anew only when a session came, went or changed, or when one of its files is not as it was written.
"""

from __future__ import annotations

import hashlib
import json
import tempfile
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from gaitpipe.batch.jobs import COHORT_NAMES, RESULTS, STATE, SUMMARY_NAME, digest_of
from gaitpipe.batch.ledger import Entry
from gaitpipe.batch.storage import LocalStorage, RemoteStorage
from gaitpipe.errors import GaitpipeError

MARK_NAME = f"{STATE}/cohort.json"


def update_cohort(
    storage: LocalStorage | RemoteStorage, entries: Iterable[Entry], names: dict[str, str]
) -> list[tuple[str, str]]:
    """Write the table of these sessions, if it is not the one that is there.

    Parameters
    ----------
    entries
        Of sessions with results.
    names
        What the table calls the input of each session.

    Returns
    -------
    list of (str, str)
        Sessions whose summary could not be used, with the reason.
    """
    chosen = sorted(entries, key=lambda entry: entry.session)
    mark = digest_of([[entry.session, entry.key, entry.athlete, names.get(entry.session, "")] for entry in chosen])
    known = _mark(storage)
    if known is not None and known.get("of") == mark and known.get("files") == _digests(storage):
        return []
    rows, unusable = _rows(storage, chosen, names)
    _write(storage, rows)
    told = {"of": mark if not unusable else "", "files": _digests(storage)}
    storage.write(MARK_NAME, json.dumps(told).encode())
    return unusable


def _digests(storage: LocalStorage | RemoteStorage) -> dict[str, str]:
    """What the files of the table hold now: an editor or a copy may have changed one of them."""
    found = {name: storage.read(name) for name in COHORT_NAMES}
    return {name: hashlib.sha256(data).hexdigest() for name, data in found.items() if data is not None}


def _mark(storage: LocalStorage | RemoteStorage) -> dict[str, Any] | None:
    try:
        told = json.loads(storage.read(MARK_NAME) or b"{}")
    except ValueError:
        return None
    return told if isinstance(told, dict) else None


def _rows(
    storage: LocalStorage | RemoteStorage, entries: Sequence[Entry], names: dict[str, str]
) -> tuple[list[dict[str, Any]], list[tuple[str, str]]]:
    from gaitpipe.exporters.cohort import cohort_rows

    rows: list[dict[str, Any]] = []
    unusable = []
    for entry in entries:
        context = {"input": names.get(entry.session, ""), "format": entry.format, "athlete": entry.athlete}
        place = f"{RESULTS}/{entry.session}/{SUMMARY_NAME}"
        try:
            text = storage.read(place)
        except GaitpipeError as error:  # of the store, and may pass
            unusable.append((entry.session, error.message))
            continue
        try:
            found = cohort_rows(json.loads(text or b"null"), {key: value for key, value in context.items() if value})
        except (GaitpipeError, ValueError) as error:
            storage.remove(place)  # the next run makes it anew
            reason = getattr(error, "message", str(error))
            unusable.append((entry.session, f"its summary is damaged ({reason}): run the same command again"))
            continue
        rows += [row | {"session": entry.session} for row in found]
    return rows, unusable


def _write(storage: LocalStorage | RemoteStorage, rows: list[dict[str, Any]]) -> None:
    from gaitpipe.exporters.cohort import write_cohort

    with tempfile.TemporaryDirectory(prefix="gaitpipe-") as place:
        written = {path.name: path for path in write_cohort(rows, Path(place))}
        for name in COHORT_NAMES:
            if name in written:
                storage.write(name, written[name].read_bytes())
            else:
                storage.remove(name)
