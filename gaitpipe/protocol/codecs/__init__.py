"""What a table of fields cannot describe: packets over several notifications, compressed samples, answers with numbers.

A profile names its codec; a new codec is a module and a line in `CODECS`. Each part of a codec may stay the plain one.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial

from gaitpipe.protocol.codecs.answers import Answer
from gaitpipe.protocol.codecs.framing import Framing, PlainFraming
from gaitpipe.protocol.codecs.metawear import BMI160, BMI270, MetaWearFraming
from gaitpipe.protocol.codecs.movesense_gsp import MovesenseGspFraming
from gaitpipe.protocol.codecs.polar_control import read_answer
from gaitpipe.protocol.codecs.polar_pmd import PmdFormat
from gaitpipe.protocol.codecs.witmotion import WitmotionFraming
from gaitpipe.protocol.packets import PacketFormat
from gaitpipe.protocol.profile_parts import PacketLayout


@dataclass(frozen=True, slots=True)
class Codec:
    """`framing` joins notifications to packets, `format` reads a packet, `answer` an answer on another characteristic.

    `answer(payload, host_time_s)` never raises; without it what comes there is kept in the recording and not used.
    """

    framing: Callable[[], Framing] = PlainFraming
    format: Callable[[PacketLayout, Mapping[str, float]], PacketFormat] = PacketFormat
    answer: Callable[[bytes, float], Answer] | None = None


CODECS: dict[str, Codec] = {
    "metawear_bmi160": Codec(framing=partial(MetaWearFraming, BMI160)),
    "metawear_bmi270": Codec(framing=partial(MetaWearFraming, BMI270)),
    "movesense_gsp": Codec(framing=MovesenseGspFraming),
    "polar_pmd": Codec(format=PmdFormat, answer=read_answer),
    "witmotion": Codec(framing=WitmotionFraming),
}
_PLAIN = Codec()


def codec_named(name: str | None) -> Codec:
    """The codec of this name; without a name a notification is a packet and a packet is a row of fields."""
    return _PLAIN if name is None else CODECS[name]


def longest_notification_bytes(layout: PacketLayout, settings: Mapping[str, float], sample_count: int) -> int:
    """Length of the longest notification of a packet with this many samples, framing included."""
    codec = codec_named(layout.codec)
    size = codec.format(layout, settings).size_bytes(sample_count)
    return max(len(frame) for frame in codec.framing().frames(bytes(size)))


__all__ = ["CODECS", "Answer", "Codec", "Framing", "PlainFraming", "codec_named", "longest_notification_bytes"]
