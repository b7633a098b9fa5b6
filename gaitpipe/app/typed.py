"""What a person types while a recording runs: marks, notes and speeds, as events of the recording.

A line is taken at the time when it was entered. A line that cannot be understood is answered and nothing else: it
never ends the recording and never writes anything. The end of the input is not the end of the recording.
"""

from __future__ import annotations

import asyncio
import math
import re
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from typing import Literal

from gaitpipe.model import RecordingEvent
from gaitpipe.sources.ble_session import Clock

Kind = Literal["mark", "note", "speed", "help", "stop", "wrong"]

HELP = (
    "Enter or m: a mark.  any words, or m WORDS: a note.  s 10.5: the speed in km/h; also s 3.0m/s, s 6.5mph.  "
    "q: stop.  ?: this help."
)
LONGEST_TEXT = 500
PAUSE_S = 0.02
"""After each line: a pipe that pours out lines must not keep the radio from its turn."""
FASTEST_M_S = 12.5
_SPEED_WORDS = re.compile(r"s\s*[:=]?\s*([0-9]+(?:[.,][0-9]*)?)\s*(km/h|kmh|m/s|mph)?", re.IGNORECASE)
_BEGUN_SPEED = re.compile(r"s([\s\d:=+.-].*)?", re.IGNORECASE)
_M_S_PER_UNIT = {"": 1 / 3.6, "km/h": 1 / 3.6, "kmh": 1 / 3.6, "m/s": 1.0, "mph": 0.44704}


@dataclass(frozen=True, slots=True)
class Typed:
    """One line, understood: a `speed` has `value_m_s`, a `wrong` one the answer as its `text`.

    `cut`: the line was longer than what is kept of it.
    """

    kind: Kind
    text: str = ""
    value_m_s: float | None = None
    cut: bool = False


def read_line(line: str) -> Typed:
    """Understand one line; anything that is no command is a note."""
    whole = " ".join("".join(letter if letter.isprintable() else " " for letter in line).split())
    text, cut = whole[:LONGEST_TEXT], len(whole) > LONGEST_TEXT
    word = text.casefold()
    if word in ("", "m"):
        return Typed("mark")
    if word in ("?", "h", "help"):
        return Typed("help")
    if word in ("q", "quit"):
        return Typed("stop")
    if word.startswith("m "):
        return Typed("note", text[2:].strip(), cut=cut)
    if _BEGUN_SPEED.fullmatch(word):
        return _speed(word)
    return Typed("note", text, cut=cut)


def _speed(text: str) -> Typed:
    found = _SPEED_WORDS.fullmatch(text)
    if found is None:
        return Typed("wrong", f"'{text}' is no speed; nothing was written. Write s 10.5 (km/h) or s 3.0m/s.")
    speed_m_s = float(found.group(1).replace(",", ".")) * _M_S_PER_UNIT[(found.group(2) or "").lower()]
    if not math.isfinite(speed_m_s) or speed_m_s > FASTEST_M_S:
        return Typed("wrong", f"'{text}' is faster than anybody runs; nothing was written. Without a unit it is km/h.")
    return Typed("speed", "", round(speed_m_s, 4))


async def take_typed(
    lines: AsyncIterator[str], write: Callable[[RecordingEvent], None], clock: Clock, say: Callable[[str], None]
) -> bool:
    """Turn lines into events until they end; return whether the person asked to stop.

    Raises
    ------
    RecordingError
        An event cannot be written.
    """
    async for line in lines:
        monotonic_ns, utc_ns = clock()
        typed = read_line(line)
        if typed.kind == "stop":
            say("Stopping ...")
            return True
        if typed.kind in ("help", "wrong"):
            say(HELP if typed.kind == "help" else typed.text)
        else:
            write(RecordingEvent(monotonic_ns, utc_ns, typed.kind, None, typed.text, typed.value_m_s))
            say(_answer(typed))
        await asyncio.sleep(PAUSE_S)
    return False


def _answer(typed: Typed) -> str:
    if typed.value_m_s is not None:
        return f"speed: {typed.value_m_s:.2f} m/s ({3.6 * typed.value_m_s:.1f} km/h)"
    return "mark" if typed.kind == "mark" else f"note{_cut(typed)}: {typed.text}"


def _cut(typed: Typed) -> str:
    return f" cut at {LONGEST_TEXT} characters" if typed.cut else ""
