"""Tells a recording, a summary, a plan and a log apart, so that files given to the wrong option are named as such."""

from __future__ import annotations

import csv
import shlex
from pathlib import Path
from typing import Literal

from gaitpipe.rehab.log import COLUMNS

Kind = Literal["recording", "summary", "plan", "log"]
MCAP_MAGIC = b"\x89MCAP0\r\n"
HEAD_BYTES = 64_000
PLAN_TABLES = frozenset({"[plan]", "[tendon]"})
WORDS: dict[Kind, str] = {
    "recording": "a recording",
    "summary": "a file of JSON, such as a summary.json",
    "plan": "a plan",
    "log": "a training log",
}
WANTED: dict[Kind, str] = {
    "recording": "a recording",
    "summary": "the summary.json of a session",
    "plan": "a plan",
    "log": "a training log",
}
OPTIONS: dict[Kind, str] = {
    "summary": "The summary.json of an analysis belongs to --session or --baseline.",
    "plan": "A plan belongs to --plan.",
    "log": "A log belongs to --log.",
}


def kind_of(data: bytes) -> Kind | None:
    """What the first bytes of a file show it to be; None where they do not tell."""
    if data.startswith(MCAP_MAGIC):
        return "recording"
    lines = data.decode("utf-8", "ignore").removeprefix("\ufeff").splitlines()
    first = next((line.strip() for line in lines if line.strip()), "")
    if first.startswith("{"):
        return "summary"
    for delimiter in (",", ";", "\t"):
        try:
            names = {name.strip().casefold() for name in next(csv.reader([first], delimiter=delimiter), [])}
        except csv.Error:
            continue
        if "date" in names and len(names & set(COLUMNS)) > 1:
            return "log"
    return "plan" if any(line.strip() in PLAN_TABLES for line in lines) else None


def other_kind(path: Path, wanted: Kind) -> tuple[str, str] | None:
    """What a file clearly is instead of what an option wants, and which option it belongs to; None where it may be.

    Raises
    ------
    OSError
        It cannot be read.
    """
    with path.open("rb") as file:
        kind = kind_of(file.read(HEAD_BYTES))
    if kind is None or kind == wanted:
        return None
    advice = OPTIONS.get(kind, "")
    if kind == "recording":
        analyse = f"`gaitpipe analyze {shlex.quote(str(path))} --out DIR`"
        advice = f"{analyse} makes DIR/summary.json of it, which belongs to --session or --baseline."
    return f"is {WORDS[kind]}, not {WANTED[wanted]}", advice
