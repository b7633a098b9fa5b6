"""One spelling for Bluetooth UUIDs: 128 bits, lower case, with dashes."""

from __future__ import annotations

import re

_BASE = "0000{}-0000-1000-8000-00805f9b34fb"
_SHORT = re.compile(r"(?:0x)?([0-9a-f]{4})")
_LONG = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")


def is_uuid(text: str) -> bool:
    """True for `2a19`, `0x2A19` and the 128-bit form with dashes."""
    lowered = text.lower()
    return bool(_SHORT.fullmatch(lowered) or _LONG.fullmatch(lowered))


def full_uuid(text: str) -> str:
    """The 128-bit lower-case form; anything that is not a UUID comes back in lower case, unchanged."""
    lowered = text.lower()
    short = _SHORT.fullmatch(lowered)
    return _BASE.format(short.group(1)) if short else lowered
