"""Windows of a run out of the stride table, and what summary.json says of windows, context and load inputs."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import numpy as np
import pytest

from gaitpipe import cli
from gaitpipe.app.analyze import analyze, analyze_input
from gaitpipe.app.inputs import open_recording
from gaitpipe.app.load_inputs import load_inputs
from gaitpipe.app.run_context import context_metadata
from gaitpipe.app.summary_json import summary
from gaitpipe.cli.parameters import SURFACES as CLI_SURFACES
from gaitpipe.gait.load_windows import load_windows
from gaitpipe.model import STRIDE_DTYPE
from gaitpipe.rehab import load
from gaitpipe.rehab.achilles_load import achilles_load
from gaitpipe.rehab.screen import screen_of
from gaitpipe.rehab.words import SURFACES, Context

EASY = Path(__file__).parents[3] / "recordings" / "easy_run" / "session.mcap"


def strides(*rows: tuple[str, float, float]) -> np.ndarray:
    """Rows of side, contact [s] and contact time [s]; good running strides of 0.7 s without angles."""
    table = np.zeros(len(rows), STRIDE_DTYPE)
    for name in STRIDE_DTYPE.names:
        if STRIDE_DTYPE[name].kind == "f":
            table[name] = np.nan
    for row, (side, ic_s, contact_s) in zip(table, rows, strict=True):
        row["side"], row["ic_s"], row["ground_contact_time_s"] = side, ic_s, contact_s
        row["stride_time_s"], row["mode"], row["quality"] = 0.7, "run", "ok"
    return table


def test_strides_fall_into_the_window_of_their_contact():
    table = strides(("left", 29.9, 0.25), ("left", 30.0, 0.27), ("left", 59.0, 0.29), ("right", 61.0, 0.30))
    first, second, third = load_windows(table, 30.0)
    assert [one.start_s for one in (first, second, third)] == [0.0, 30.0, 60.0]
    assert (first.left.strides, first.left.contact_time_s, first.right) == (1, 0.25, None)
    assert (second.left.strides, second.left.contact_time_s) == (2, pytest.approx(0.28))
    assert (third.left, third.right.strides) == (None, 1)
    assert second.left.stride_time_s == pytest.approx(0.7)
    assert second.left.foot_strike_angle_deg is None


def test_empty_windows_are_left_out_and_only_good_running_strides_count():
    table = strides(("left", 1.0, 0.25), ("left", 2.0, 0.9), ("left", 3.0, 0.9), ("left", 400.0, 0.26))
    table["mode"][1], table["quality"][2] = "walk", "gap"
    found = load_windows(table, 30.0)
    assert [(one.start_s, one.left.strides, one.left.contact_time_s) for one in found] == [
        (0.0, 1, 0.25),
        (390.0, 1, 0.26),
    ]
    assert load_windows(strides(), 30.0) == ()


def test_a_figure_that_is_missing_in_some_strides_is_the_mean_of_the_others():
    table = strides(("right", 1.0, 0.25), ("right", 2.0, np.nan), ("right", 3.0, 0.27))
    table["foot_strike_angle_deg"][1] = 11.0
    (window,) = load_windows(table, 30.0)
    assert (window.right.strides, window.right.contact_time_s) == (3, pytest.approx(0.26))
    assert window.right.foot_strike_angle_deg == 11.0
    assert window.right.shank_angle_ic_deg is None


def test_times_before_the_start_of_the_clock_have_their_window():
    assert load_windows(strides(("left", -0.5, 0.25)), 30.0)[0].start_s == -30.0


@pytest.fixture(scope="module")
def easy():
    return summary(analyze(EASY))


def test_a_real_summary_is_read_back(easy):
    screen = screen_of(json.loads(json.dumps(easy)), "summary.json")
    assert (screen.mode, screen.placement, screen.synthetic, screen.day) == ("run", "foot", True, None)
    assert screen.context == Context(surface="treadmill", speed_m_s=2.8)
    contact = easy["metrics"]["ground_contact_time_s"]["left"]
    assert (screen.left.strides, screen.left.contact_time_s) == (contact["n"], contact["mean"])
    assert screen.windows
    for side in ("left", "right"):
        legs = [getattr(window, side) for window in screen.windows]
        assert sum(leg.strides for leg in legs if leg is not None) == screen.leg(side).strides
        weighted = sum(leg.strides * leg.contact_time_s for leg in legs if leg is not None)
        assert weighted / screen.leg(side).strides == pytest.approx(screen.leg(side).contact_time_s, rel=1e-6)
    assert {one.key for one in screen.drift} >= {"cadence_spm", "ground_contact_time_s", "foot_strike_angle_deg"}


def test_a_recording_against_itself_is_its_own_baseline(easy, make_plan):
    screen = screen_of(easy)
    found = achilles_load(make_plan(), screen, [screen], (), date(2026, 5, 4))
    if found.reasons:
        assert all("60 a leg are needed" in reason for reason in found.reasons), "a short sample recording"
    else:
        assert found.psi == pytest.approx(100.0)


def test_the_block_gives_the_inputs_of_both_legs_and_asks_for_a_baseline(easy):
    block = easy["achilles_load"]
    assert block["value"] is None
    assert "baseline" in block["note"]
    contact = easy["metrics"]["ground_contact_time_s"]
    assert block["inputs"]["contact_time_s"] == pytest.approx(
        (contact["left"]["mean"] + contact["right"]["mean"]) / 2, rel=1e-6
    )
    step_s, contact_s = block["inputs"]["step_time_s"], block["inputs"]["contact_time_s"]
    assert block["inputs"]["peak_force_bw"] == pytest.approx(load.peak_force_bw(step_s, contact_s), rel=1e-6)
    assert set(block["inputs"]["strike_term"]) == {"left", "right"}


@pytest.mark.parametrize(
    ("change", "words"),
    [({"left_s": None}, "both legs"), ({"left_s": None, "right_s": None}, "both legs"), ({"mode": "walk"}, "running")],
)
def test_the_block_says_why_there_are_no_inputs(make_summary, change, words):
    block = load_inputs(make_summary(**change))
    assert words in block["note"]
    assert block["inputs"]["peak_force_bw"] is None


def test_a_duty_factor_that_is_no_running_gives_no_force(make_summary):
    block = load_inputs(make_summary(left_s=0.12, right_s=0.12))
    assert block["inputs"]["duty_factor"] == pytest.approx(0.12 * 164.0 / 120.0)
    assert block["inputs"]["peak_force_bw"] is None


def test_what_a_person_says_counts_before_the_recording():
    opened = open_recording(EASY)
    opened.recording.metadata.update({"surface": "road", "shoe": "Old", "incline_pct": "not a number"})
    analysis = analyze_input(opened, context=context_metadata("track", None, 6.0, None))
    found = summary(analysis)["context"]
    assert (found["surface"], found["shoe"], found["shoe_drop_mm"], found["incline_pct"]) == ("track", "Old", 6.0, None)


def test_the_command_line_knows_the_same_surfaces():
    assert CLI_SURFACES == SURFACES


def test_a_simulated_session_keeps_shoe_surface_and_incline(tmp_path):
    said = ["--surface", "treadmill", "--shoe", "Blue 2", "--shoe-drop", "8", "--incline", "1"]
    assert cli.run(["simulate", "--out", str(tmp_path), "--seconds", "15", *said]) == 0
    found = summary(analyze(tmp_path / "session.mcap"))["context"]
    assert [found[key] for key in ("surface", "shoe", "shoe_drop_mm", "incline_pct")] == ["treadmill", "Blue 2", 8, 1]


@pytest.mark.parametrize(
    ("option", "value", "words"),
    [("--surface", "roda", "Did you mean 'road'"), ("--incline", "nan", "number"), ("--shoe-drop", "80", "80")],
)
def test_a_context_that_cannot_be_is_refused(capsys, tmp_path, option, value, words):
    assert cli.run(["analyze", str(EASY), "--out", str(tmp_path / "out"), option, value]) == 2
    assert words in capsys.readouterr().err
    assert not (tmp_path / "out").exists()
