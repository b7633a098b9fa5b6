"""The end of a recording: the contact of the cycle that is still open, and nothing that did not happen."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from gaitpipe.core.detector import Detector
from gaitpipe.core.kernel import EVENT_IC, EVENT_LOST, EVENT_SWING, EVENT_TC, RING_SAMPLES
from gaitpipe.core.params import default_params
from gaitpipe.model import Placement, SampleBlock
from gaitpipe.simulate.runner import RunnerConfig, Segment, simulate

RATE_HZ = 208.0
PLACEMENTS = pytest.mark.parametrize("placement", ["foot", "shank"])


def detect(block: Any, *pieces: tuple[int, int], cut: Any) -> tuple[np.ndarray, np.ndarray]:
    """Events while running, and those of the end."""
    detector = Detector(default_params(block.placement), RATE_HZ)
    return np.concatenate([detector.push(cut(block, *piece)) for piece in pieces]), detector.finish()


def swings_after(events: np.ndarray, time_s: float) -> np.ndarray:
    return events["sample"][(events["kind"] == EVENT_SWING) & (events["time_s"] > time_s)].astype(int)


@PLACEMENTS
def test_the_last_contact_is_that_of_the_longer_recording(course: Any, cut: Any, placement: Placement) -> None:
    """Cut just before the swing closes, the contact is the one that would have been reported with it."""
    block = course(placement, RATE_HZ)
    whole, _ = detect(block, (0, len(block)), cut=cut)
    first, second = swings_after(whole, 12.0)[:2]
    cycle = whole[(whole["sample"] > first) & (whole["sample"] < second)]
    assert cycle["kind"].tolist() == [EVENT_IC, EVENT_TC]
    before, last = detect(block, (0, second - 2), cut=cut)
    assert before["sample"].max() == first
    assert last["kind"].tolist() == [EVENT_IC, EVENT_TC]
    np.testing.assert_allclose(last["sample"], cycle["sample"], rtol=0, atol=1e-9)
    np.testing.assert_allclose(last["pitch_rad"], cycle["pitch_rad"], rtol=0, atol=1e-9)


@PLACEMENTS
def test_a_recording_that_ends_before_the_landing_has_no_contact_after_the_swing(
    course: Any, cut: Any, placement: Placement
) -> None:
    block = course(placement, RATE_HZ)
    whole, _ = detect(block, (0, len(block)), cut=cut)
    first = swings_after(whole, 12.0)[0]
    landing = float(whole["sample"][(whole["kind"] == EVENT_IC) & (whole["sample"] > first)][0])
    assert landing > first + 10
    for stop in range(first + 2, int(landing) + 1, 3):
        _, last = detect(block, (0, stop), cut=cut)
        assert np.all(last["sample"] < first)


@PLACEMENTS
def test_a_runner_who_stopped_makes_no_further_contact(course: Any, cut: Any, placement: Placement) -> None:
    block = course(placement, RATE_HZ)
    for stop_s in (18.5, 19.0, 20.0):
        before, last = detect(block, (0, round(stop_s * RATE_HZ)), cut=cut)
        assert (before["kind"] == EVENT_IC).sum() > 8
        assert len(last) == 0, stop_s


@PLACEMENTS
def test_nobody_who_never_moved_and_no_empty_detector_has_a_last_contact(
    course: Any, cut: Any, placement: Placement
) -> None:
    assert len(Detector(default_params(placement), RATE_HZ).finish()) == 0
    _, last = detect(course(placement, RATE_HZ), (0, 500), cut=cut)
    assert len(last) == 0


@PLACEMENTS
def test_after_a_long_hole_the_open_cycle_before_it_is_not_reported(
    course: Any, cut: Any, placement: Placement
) -> None:
    block = course(placement, RATE_HZ)
    whole, _ = detect(block, (0, len(block)), cut=cut)
    first, second = swings_after(whole, 12.0)[:2]
    _, last = detect(block, (0, first + 20), (first + 60, second - 2), cut=cut)
    assert len(last) == 0


@PLACEMENTS
def test_the_end_changes_no_state_and_may_be_asked_again(course: Any, cut: Any, placement: Placement) -> None:
    block = course(placement, RATE_HZ)
    detector = Detector(default_params(placement), RATE_HZ)
    detector.push(cut(block, 0, 3330))
    before = detector.snapshot()
    first = detector.finish()
    assert detector.snapshot() == before
    assert detector.finish().tobytes() == first.tobytes()


@PLACEMENTS
def test_a_bridged_gap_in_mid_stance_moves_no_event_by_more_than_a_sample_and_loses_none(
    course: Any, cut: Any, placement: Placement
) -> None:
    block = course(placement, RATE_HZ)
    whole, _ = detect(block, (0, len(block)), cut=cut)
    contacts = [k for k in range(len(whole) - 1) if whole["kind"][k] == EVENT_IC and whole["time_s"][k] > 12.0]
    for k in contacts[:4]:
        ic, tc = whole["sample"][k : k + 2]
        middle = round(0.45 * ic + 0.55 * tc)
        holed, _ = detect(block, (0, middle - 2), (middle + 2, len(block)), cut=cut)
        assert holed["kind"].tolist() == whole["kind"].tolist()
        assert not (holed["flags"] & EVENT_LOST).any()
        assert np.abs(holed["sample"] - whole["sample"]).max() < 1.0


def test_what_the_ring_held_before_does_not_mark_a_contact_at_the_very_end_as_lost(cut: Any) -> None:
    """Behind the end of the data the ring still holds the samples of one round before: there, a bridged hole."""
    config = RunnerConfig(segments=(Segment("stand", 3.0), Segment("walk", 13.0, 1.3)), mount="aligned")
    stream = simulate(config).sensors["left"]
    block = SampleBlock("left", "foot", 0, stream.device_time_s, stream.acc_m_s2, stream.gyr_rad_s, stream.flags)
    seen = 0
    for stop in range(3000, 3240, 2):
        _, last = detect(block, (0, stop), cut=cut)
        if len(last) < 2 or last["sample"][1] < stop - 4:
            continue
        seen += 1
        hole = stop - RING_SAMPLES
        _, again = detect(block, (0, hole), (hole + 5, stop), cut=cut)
        assert again["kind"].tolist() == last["kind"].tolist()
        assert again["flags"].tolist() == last["flags"].tolist()
    assert seen > 0


def test_a_cycle_whose_beginning_is_no_longer_remembered_gives_no_contact() -> None:
    """800 samples a second, a slow stride, and then a swing that takes more than a second to come down."""
    rate_hz = 800.0
    time_s = np.arange(round(8 * rate_hz)) / rate_hz
    rate = np.zeros(len(time_s))
    for start_s, length_s, height in (
        (1.0, 0.35, 6.0), (1.4, 0.5, -1.0), (1.9, 0.25, -6.0),
        (2.5, 0.35, 6.0), (2.9, 0.5, -1.0), (3.4, 0.25, -6.0), (4.0, 0.35, 6.0),
    ):  # fmt: skip
        inside = (time_s >= start_s) & (time_s < start_s + length_s)
        rate[inside] += height * np.sin(np.pi * (time_s[inside] - start_s) / length_s)
    slow = (time_s >= 4.175) & (time_s < 5.8)
    rate[slow] = np.maximum(rate[slow], 4.0)
    up = 9.81 + 3.0 * np.sin(2.0 * np.pi * 2.3 * time_s)
    acc, gyr = np.zeros((2, len(time_s), 3))
    acc[:, 2], gyr[:, 1] = up, -rate
    block = SampleBlock("left", "foot", 0, time_s, acc, gyr, np.zeros(len(time_s), np.uint8))
    events = Detector(default_params("foot"), rate_hz).push(block)
    swings = events["sample"][events["kind"] == EVENT_SWING]
    assert np.any((np.diff(swings) > 1000) & (np.diff(swings) <= 1280)), swings
    contacts = events["sample"][events["kind"] == EVENT_IC]
    assert len(contacts) == 1
    assert contacts[0] < swings[1]
