"""Numbers of a profile that cannot be: too large for their type, rates that are none, texts that steer a terminal.

Without these checks they would end a recording at its start, when the command is written.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from gaitpipe.protocol.schema_tables import Found, conditions, is_number, packets, payload_parts, table, tables
from gaitpipe.protocol.toml_lines import Location

LARGEST_F32 = 3.4028234e38
LARGEST_RATE_HZ = 10_000.0
INTEGER_LIMITS = {
    f"{sign}{bits}": (0, 2**bits - 1) if sign == "u" else (-(2 ** (bits - 1)), 2 ** (bits - 1) - 1)
    for sign in "ui"
    for bits in (8, 16, 32, 64)
}
"""Smallest and largest number of each type."""
_TURNS_TEXT = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


def limit_faults(raw: Mapping[str, Any]) -> Found:
    """All faults of single numbers and texts."""
    yield from _text_faults(raw)
    yield from _rate_faults(raw)
    for place, part in payload_parts(raw):
        yield from _ascii_faults(place, part)
        if "setting" in part:
            command = raw["command"][place[1]]
            yield from _code_faults(raw, place, part)
            yield from _payload_faults(raw, place, part, command)
    for place, packet in packets(raw):
        for row, item in tables(packet, "header"):
            limits, equals = INTEGER_LIMITS.get(str(item.get("type"))), item.get("equals")
            if limits and isinstance(equals, int) and not limits[0] <= equals <= limits[1]:
                yield (*place, "header", row, "equals"), _unfit(equals, item["type"])
        for row, item in tables(packet, "field"):
            name = item.get("scale_setting")
            if isinstance(name, str) and 0 in values_of(raw, name):
                yield (*place, "field", row, "scale_setting"), f"'{name}' may be 0: a scale of 0 makes every value 0"


def values_of(raw: Mapping[str, Any], name: str) -> list[float]:
    """The values that a setting may have; of one with limits, the limits and the default."""
    setting = table(table(raw, "settings"), name)
    allowed = setting.get("allowed")
    named = allowed if isinstance(allowed, list) else [setting.get("minimum"), setting.get("maximum")]
    return [value for value in [*named, setting.get("default")] if is_number(value)]


def _unfit(number: float, kind: Any) -> str:
    limits = INTEGER_LIMITS.get(str(kind))
    ends = f"{limits[0]} to {limits[1]}" if limits else f"up to {LARGEST_F32:g}"
    return f"{number} does not fit the type {kind} ({ends})"


def _text_faults(value: Any, place: Location = ()) -> Found:
    """Control characters and those that turn the direction of writing; a command's text may end with a line break."""
    if isinstance(value, str):
        commanded = bool(place) and place[-1] == "ascii"
        bad = sorted({letter for letter in value if _is_control(letter)} - set("\n\r\t" if commanded else "\n\t"))
        if bad:
            yield place, f"the text has the control character {bad[0]!a}"
    elif isinstance(value, Mapping):
        for key, item in value.items():
            if any(_is_control(letter) for letter in key):
                yield place, f"the key {key!a} has a control character"
            yield from _text_faults(item, (*place, key))
    elif isinstance(value, list):
        for row, item in enumerate(value):
            yield from _text_faults(item, (*place, row))


def _is_control(letter: str) -> bool:
    return letter < " " or "\x7f" <= letter <= "\x9f" or letter in _TURNS_TEXT


def _rate_faults(raw: Mapping[str, Any]) -> Found:
    rate = table(table(raw, "settings"), "rate_hz")
    for value in dict.fromkeys(values_of(raw, "rate_hz")):
        if not 0 < value <= LARGEST_RATE_HZ:
            yield (
                ("settings", "rate_hz"),
                f"{value:g} is no sampling rate: more than 0 and up to {LARGEST_RATE_HZ:g} Hz",
            )
    if rate and "allowed" not in rate:
        yield ("settings", "rate_hz"), "needs `allowed`: every rate of the sensor by itself, not a range of rates"
    for name in ("acc_range_g", "gyr_range_dps"):
        if any(value <= 0 for value in values_of(raw, name)):
            yield ("settings", name), "a range must be more than 0"


def _ascii_faults(place: Location, part: Mapping[str, Any]) -> Found:
    text = part.get("ascii")
    if isinstance(text, str) and not text.isascii():
        yield (*place, "ascii"), "not ASCII: write such bytes as hex"


def _code_faults(raw: Mapping[str, Any], place: Location, part: Mapping[str, Any]) -> Found:
    """Each allowed value of a setting needs its code, and each code must fit its type."""
    codes = part.get("codes")
    if not isinstance(codes, Mapping):
        return
    limits = INTEGER_LIMITS.get(str(part.get("type")), (-LARGEST_F32, LARGEST_F32))
    known = set()
    for key, code in codes.items():
        if is_number(code) and not limits[0] <= code <= limits[1]:
            yield (*place, "codes"), _unfit(code, part.get("type"))
        try:
            known.add(float(key))
        except ValueError:
            yield (*place, "codes"), f"'{key}' is no number: the keys are values of the setting"
    setting = table(table(raw, "settings"), str(part.get("setting")))
    if setting and "allowed" not in setting:
        yield (*place, "codes"), "codes need a setting with `allowed`: each value has its code"
    allowed = setting.get("allowed")
    numbers = [value for value in allowed if is_number(value)] if isinstance(allowed, list) else []
    missing = [f"{value:g}" for value in numbers if float(value) not in known]
    if missing:
        yield (*place, "codes"), f"no code for the value(s) {', '.join(missing)}"


def _payload_faults(raw: Mapping[str, Any], place: Location, part: Mapping[str, Any], command: Any) -> Found:
    """Every value that the setting can have when the command is sent must fit the type of the part."""
    kind, name, scale = str(part.get("type")), part.get("setting"), part.get("scale", 1.0)
    if "codes" in part or not isinstance(name, str) or not is_number(scale):
        return
    rows = conditions(command)
    named = [set(row[name]) for row in rows if name in row]
    possible = set.union(*named) if rows and len(named) == len(rows) else None
    low, high = INTEGER_LIMITS.get(kind, (-LARGEST_F32, LARGEST_F32))
    for value in dict.fromkeys(values_of(raw, name)):
        exact = float(value) * scale
        sent = exact if kind == "f32" or not math.isfinite(exact) else round(exact)
        if (possible is None or value in possible) and not low <= sent <= high:
            yield (*place, "type"), f"{name} = {value:g}: {_unfit(sent, kind)}"
