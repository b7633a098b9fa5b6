"""Joins the recordings of two feet into one session."""

from __future__ import annotations

import hashlib
import heapq
from collections.abc import Iterable, Iterator
from dataclasses import replace

from gaitpipe.errors import UsageError
from gaitpipe.importers._samples import CLOCK_ORIGIN_KEY, FILE_KEY
from gaitpipe.model import Finding, Recording, SampleBlock, Side


def merge(left: Recording, right: Recording) -> Recording:
    """One recording of both feet, blocks in the order of their time; both files must share one clock.

    Where both files say when their time began, the times of both count from the earlier beginning. Names are joined,
    `input_sha256` is the SHA-256 of both (in hex, left first), and each file's own hash is kept in the metadata
    (`left_sha256`, `right_sha256`). Findings are complete when the blocks have been read.

    Raises
    ------
    UsageError
        The recordings are not one of each side, or hold the very same samples.
    """
    sides = {sensor.side for sensor in left.sensors}, {sensor.side for sensor in right.sensors}
    if sides != ({"left"}, {"right"}):
        message = f"a left and a right recording are needed, not {sorted(sides[0])} and {sorted(sides[1])}"
        raise UsageError(message, "Give the left foot's file as left and the right foot's as right.")
    if left.input_sha256 and left.input_sha256 == right.input_sha256:
        same = left.name if left.name == right.name else f"{left.name}, {right.name}"
        message = f"the left and the right foot have the very same samples ({same})"
        raise UsageError(message, "Give one file a foot; with one foot only, give that side alone.")
    both = (left.input_sha256 + right.input_sha256).encode()
    sources = {"left_sha256": left.input_sha256, "right_sha256": right.input_sha256}
    merged = Recording(
        name=left.name if left.name == right.name else f"{left.name} + {right.name}",
        sensors=left.sensors + right.sensors,
        blocks=(),
        quality=left.quality | right.quality,
        events=sorted(left.events + right.events, key=lambda event: event.host_monotonic_ns),
        metadata=right.metadata | left.metadata | sources,
        input_sha256=hashlib.sha256(both).hexdigest(),
    )
    _to_one_origin(left, right, merged)
    merged.blocks = _blocks(left, right, merged)
    return merged


def _to_one_origin(left: Recording, right: Recording, merged: Recording) -> None:
    origins_s = [recording.metadata.get(CLOCK_ORIGIN_KEY) for recording in (left, right)]
    if origins_s[0] is None or origins_s[1] is None:
        merged.metadata.pop(CLOCK_ORIGIN_KEY, None)  # the other file's time may have begun at any time
        return
    first_s = min(float(origins_s[0]), float(origins_s[1]))
    for recording, origin_s in zip((left, right), origins_s, strict=True):
        recording.blocks = _later(recording.blocks, float(origin_s or first_s) - first_s)
    merged.metadata[CLOCK_ORIGIN_KEY] = repr(first_s)


def _later(blocks: Iterable[SampleBlock], by_s: float) -> Iterable[SampleBlock]:
    if by_s == 0.0:
        return blocks
    return (replace(block, time_s=block.time_s + by_s) for block in blocks)


def _blocks(left: Recording, right: Recording, merged: Recording) -> Iterator[SampleBlock]:
    spans: dict[Side, tuple[float, float]] = {}
    for block in heapq.merge(left.blocks, right.blocks, key=lambda block: float(block.time_s[0])):
        first, _last = spans.get(block.side, (float(block.time_s[0]), 0.0))
        spans[block.side] = first, float(block.time_s[-1])
        yield block
    merged.findings.extend(left.findings + right.findings)
    if len(spans) == 2 and max(first for first, _ in spans.values()) >= min(last for _, last in spans.values()):
        message = (
            "The times of the left and the right file do not overlap: nothing can be said about both feet together."
        )
        merged.findings.append(Finding("sides_do_not_overlap", "warning", message, "Give two files of one session."))
    elif left.metadata.get(FILE_KEY, left.name) != right.metadata.get(FILE_KEY, right.name):
        message = (
            "The times of the left and the right file are taken to be of one clock, which cannot be checked: step and "
            "flight times are only as good as that."
        )
        advice = "Figures of one foot, such as contact and stride time, do not depend on it."
        merged.findings.append(Finding("one_clock", "info", message, advice))
