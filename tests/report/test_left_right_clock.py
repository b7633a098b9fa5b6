"""The quality section says how well left is known against right in time, where that can be said."""

from __future__ import annotations

from gaitpipe.report.document import Paragraph
from gaitpipe.report.html import sections

QUALITY = next(section for section in sections() if section.key == "quality")


def sentences(report) -> list[str]:
    texts = [block.text for block in QUALITY.content(report) if isinstance(block, Paragraph)]
    return [text for text in texts if text.startswith("Left against right")]


def test_two_sensors_with_clocks_of_their_own_have_one_sentence(build):
    (sentence,) = sentences(build.report(left_right_clock_s=0.00518))
    assert "\u00b1\u202f5.2\u00a0ms" in sentence


def test_where_it_is_not_known_there_is_none(build):
    assert sentences(build.report()) == []
