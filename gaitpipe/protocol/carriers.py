"""The characteristics that carry a sensor's stream, each with what reads its notifications."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from gaitpipe.protocol.codecs import Framing, codec_named
from gaitpipe.protocol.packets import PacketFormat
from gaitpipe.protocol.profile import Profile
from gaitpipe.protocol.profile_parts import PacketLayout


class Carrier:
    """One characteristic: its framing, and the kinds of packets that come on it."""

    def __init__(self, layouts: Sequence[PacketLayout], settings: Mapping[str, float]) -> None:
        self._layouts = tuple(layouts)
        self.framing: Framing = codec_named(layouts[0].codec).framing()
        self.configure(settings)

    def configure(self, settings: Mapping[str, float]) -> None:
        """Read packets with these settings from now on."""
        self._formats = tuple(codec_named(item.codec).format(item, settings) for item in self._layouts)

    def format_of(self, data: bytes) -> PacketFormat:
        """The kind of this packet; the first one where none claims it, which then says what is wrong."""
        if len(self._formats) == 1:
            return self._formats[0]
        return next((item for item in self._formats if item.claims(data)), self._formats[0])


def carriers_of(profile: Profile, settings: Mapping[str, float]) -> dict[str, Carrier]:
    """The characteristics of a stream, each with what is needed to read it."""
    layouts: dict[str, list[PacketLayout]] = {}
    for layout in profile.active_packets(settings):
        layouts.setdefault(layout.characteristic, []).append(layout)
    return {key: Carrier(items, settings) for key, items in layouts.items()}
