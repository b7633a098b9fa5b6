"""The sample recordings give the results that were written down, and these agree with the simulator's truth.

When a change of the results is meant: GAITPIPE_UPDATE_GOLDEN=1 python -m pytest tests/golden -s
It writes `golden.json` anew and prints what changed.
"""

from __future__ import annotations

import difflib
import json
import math
import os
from functools import cache
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from gaitpipe.app.analyze import analyze
from gaitpipe.app.truth import match_strides
from gaitpipe.recording.decode import read_recording
from gaitpipe.simulate.truth import read_truth_csv

ROOT = Path(__file__).parents[2] / "recordings"
NAMES = ("asymmetric_run", "easy_run", "walk_to_run_with_gap")
UPDATE = "GAITPIPE_UPDATE_GOLDEN"
TOLERANCE = 1e-6


@cache
def analysis_of(name: str):
    return analyze(ROOT / name / "session.mcap")


def golden_of(name: str) -> dict:
    """What is written down of a result, rounded to microseconds and their like."""
    result = analysis_of(name).result
    rows = result.strides

    def means(metric):
        sides = (metric.left, metric.right)
        return [None if side is None else round(side.mean, 6) for side in sides]

    return {
        "counts": {
            side: {
                mode: {
                    text: int(((rows["side"] == side) & (rows["mode"] == mode) & (rows["quality"] == text)).sum())
                    for text in sorted(set(rows["quality"][(rows["side"] == side) & (rows["mode"] == mode)].tolist()))
                }
                for mode in ("run", "walk")
            }
            for side in ("left", "right")
        },
        "findings": [f"{finding.code} {finding.side}" for finding in result.findings],
        "means_left_right": {metric.key: means(metric) for metric in result.metrics},
        "contacts_s": [f"{row['side']} {round(float(row['ic_s']), 6)} {round(float(row['tc_s']), 6)}" for row in rows],
    }


def same(new, old) -> bool:
    """Equal texts and counts; numbers, also inside the lines of contacts, within the tolerance."""
    if isinstance(new, dict):
        return isinstance(old, dict) and new.keys() == old.keys() and all(same(new[key], old[key]) for key in new)
    if isinstance(new, list):
        return isinstance(old, list) and len(new) == len(old) and all(map(same, new, old))
    if isinstance(new, str) and isinstance(old, str) and " " in new:
        return same([number(word) for word in new.split()], [number(word) for word in old.split()])
    if isinstance(new, float) and isinstance(old, float | int):
        return math.isclose(new, old, abs_tol=2 * TOLERANCE) or (math.isnan(new) and math.isnan(old))
    return new == old


def number(word: str) -> float | str:
    try:
        return float(word)
    except ValueError:
        return word


@pytest.mark.parametrize("name", NAMES)
def test_results_are_those_that_were_written_down(name):
    path = ROOT / name / "golden.json"
    new = golden_of(name)
    old = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
    texts = [json.dumps(content, indent=1).splitlines() for content in (old, new)]
    changes = "\n".join(difflib.unified_diff(*texts, "written down", "now", lineterm="", n=0))
    if os.environ.get(UPDATE):
        path.write_text("\n".join(texts[1]) + "\n", encoding="utf-8")
        print(f"{name}:\n{changes or 'no change'}")  # noqa: T201
        return
    if not same(new, old):
        pytest.fail(f"{name} differs; if that is meant, run again with {UPDATE}=1\n{changes}")


def gaps_of(name: str, side: str) -> list[tuple[float, float]]:
    """Times without samples, with the strides that they cost: one before, and the restart after."""
    blocks = [block for block in read_recording(ROOT / name / "session.mcap") if block.side == side]
    return [
        (float(before.time_s[-1]) - 1.0, float(after.time_s[0]) + 0.3)
        for before, after in pairwise(blocks)
        if after.first_sample != before.first_sample + len(before)
    ]


@pytest.mark.parametrize("name", NAMES)
def test_every_whole_stride_outside_the_gaps_is_found(name):
    truth = read_truth_csv(ROOT / name / "truth.csv")
    strides = analysis_of(name).result.strides
    matched = match_strides(strides, truth)
    assert len(set(matched.tolist())) == len(matched)
    assert (matched >= 0).all()
    next_s = truth["ic_s"] + truth["stride_time_s"]
    session_end_s = float(np.nanmax(truth["ic_s"]))
    eligible = np.isfinite(next_s) & (next_s < session_end_s - 1.0)
    for side in ("left", "right"):
        for start_s, end_s in gaps_of(name, side):
            eligible &= ~((truth["side"] == side) & (truth["ic_s"] < end_s) & (next_s > start_s))
    found = np.zeros(len(truth), dtype=bool)
    found[matched] = True
    assert eligible.sum() > 40
    assert truth[eligible & ~found].tolist() == []
    change_s = float(truth["ic_s"][truth["mode"] == "run"].min())
    steady = np.abs(strides["ic_s"] - change_s) > 2.0
    assert (strides["mode"] == truth["mode"][matched])[steady].all()


@pytest.mark.parametrize("name", NAMES)
def test_cadence_and_contact_time_agree_with_the_truth(name):
    rows = analysis_of(name).truth.rows
    cadence = [row for row in rows if row.label == "Cadence"]
    contact = [row for row in rows if row.label == "Ground contact time"]
    assert {row.side for row in cadence} == {row.side for row in contact} == {"left", "right", "both"}
    assert all(abs(row.measured / row.truth - 1.0) < 0.005 for row in cadence)
    assert all(row.within for row in contact)


def test_the_asymmetry_of_contact_time_is_seen_with_its_sign():
    metric = next(item for item in analysis_of("asymmetric_run").result.metrics if item.key == "ground_contact_time_s")
    assert metric.asymmetry_pct == pytest.approx(6.0, abs=2.5)


def test_the_gap_is_counted_and_stated():
    result = analysis_of("walk_to_run_with_gap").result
    right = next(sensor for sensor in result.sensors if sensor.info.side == "right")
    assert right.quality.gap_s == pytest.approx(1.5, abs=0.15)
    assert "sample_loss right" in golden_of("walk_to_run_with_gap")["findings"]


def test_recordings_are_small_and_carry_the_word_synthetic():
    for name in NAMES:
        assert (ROOT / name / "session.mcap").stat().st_size < 1_000_000
        assert analysis_of(name).synthetic
