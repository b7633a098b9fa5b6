"""The end of a recording: the contact of the cycle that is still open, and nothing that did not happen."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from gaitpipe.core.detector import Detector
from gaitpipe.core.kernel import EVENT_IC, EVENT_LOST, EVENT_SWING, EVENT_TC
from gaitpipe.core.params import default_params
from gaitpipe.model import Placement

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
