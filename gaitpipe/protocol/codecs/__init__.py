"""Stateful framing that a table cannot describe. A profile names its codec; a new codec is a module and a line here."""

from __future__ import annotations

from gaitpipe.protocol.codecs.framing import Framing, PlainFraming
from gaitpipe.protocol.codecs.movesense_gsp import MovesenseGspFraming

CODECS: dict[str, type[Framing]] = {"movesense_gsp": MovesenseGspFraming}


def framing_named(name: str | None) -> Framing:
    """A fresh framing; without a name a notification is a packet."""
    return PlainFraming() if name is None else CODECS[name]()


__all__ = ["CODECS", "Framing", "PlainFraming", "framing_named"]
