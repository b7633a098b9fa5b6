"""`record --cue` refused before any radio is touched, what the screen shows, and `compare` from a recorded cue."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from rich.console import Console

from gaitpipe import profile_store
from gaitpipe.app.cue import CueView, CueWish, LiveCue, cue_event, plan_of
from gaitpipe.app.live import LiveSession, LiveView, SideView
from gaitpipe.app.simulate import SimulationRequest, write_simulation
from gaitpipe.app.sound import Silent
from gaitpipe.cli import cue_options
from gaitpipe.cli.big_letters import LINES, big
from gaitpipe.cli.cue_view import cue_line, cue_panel
from gaitpipe.cli.live_view import _screen, plain_line
from gaitpipe.gait.cues.words import CueSignal
from gaitpipe.recording.reader import open_raw
from gaitpipe.recording.writer import RecordingWriter
from gaitpipe.simulate.runner_config import RunnerConfig, Segment

RECORD = ("record", "--profile", "open_imu", "--placement", "foot")
RUN = Segment("run", 72.0, 2.78)
CUE = Segment("run", 65.0, 2.78, cadence_spm=172.0, contact_time_s=0.256)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (("--cue", "cadence", "--band", "5..20%"), "limit of this project"),
        (("--cue", "cadence", "--band", "10..5%"), "does not go from low to high"),
        (("--cue", "cadence", "--cue-schedule", "60 maybe"), "60 on, 30 off"),
        (("--cue", "cadence", "--cue-schedule", ""), "the cue schedule is empty"),
        (("--cue", "cadence", "--cue-schedule", " "), "the cue schedule is empty"),
        (("--cue", "cadence", "--cue-baseline", "84"), "both feet"),
        (("--cue", "contact"), "Add --band"),
        (("--cue", "contact", "--band", "-6..0%", "--cue-sound", "metronome"), "--cue-sound tone"),
        (("--cue", "cadance"), "Did you mean 'cadence'"),
        (("--cue", "cadence", "--cue-before", "2 hours"), "2:00"),
        (("--band", "5..10%", "--cue-schedule", "constant"), "--band, --cue-schedule without --cue"),
        (("--cue", "cadence", "--baseline", "B", "--cue-baseline", "160"), "not both"),
    ],
)
def test_a_cue_that_cannot_be_is_refused_before_anything_is_made(call, tmp_path, options, words):
    called = call(*RECORD, "--out", tmp_path / "run", *options)
    assert called.code == 2
    assert words in called.err
    assert not (tmp_path / "run").exists()


def test_the_sounds_can_be_heard_before(call, monkeypatch):
    played = []

    class Played(Silent):
        name = "a test"

        def play(self, name, delay_s=0.0) -> None:
            played.append((name, delay_s))

    class Heard(Played):
        pass

    monkeypatch.setattr("gaitpipe.app.sound.open_sound", lambda: (Heard(), ""))
    monkeypatch.setattr("gaitpipe.app.sound.Silent", type("Other", (), {}))
    monkeypatch.setattr("time.sleep", lambda _seconds: None)
    called = call("record", "--cue-test")
    assert called.code == 0
    names = [name for name, _ in played]
    assert names[:2] == ["low", "high"]
    beats = [delay_s for name, delay_s in played if name == "click"]
    assert beats[1] - beats[0] == pytest.approx(60.0 / cue_options.TEST_CADENCE_SPM)


def test_without_any_sound_the_test_of_sounds_says_so(call, monkeypatch):
    monkeypatch.setattr("gaitpipe.app.sound.open_sound", lambda: (Silent(), "No sound device was found."))
    called = call("record", "--cue-test")
    assert called.code == 1
    assert "No sound device" in called.err


def view_of(metric="cadence", judgement="below", on=True, off_pct=-2.1, value=164.6, **others) -> CueView:
    baseline, band = ("160", None) if metric == "cadence" else ("250", "-6..0%")
    plan, _ = plan_of(CueWish(metric, band=band, typed_baseline=baseline))
    low, high = plan.target(plan.baseline)
    found = {"phase": "feedback on", "reason": "", "until_s": 370.0} | others
    signal = CueSignal(found["phase"], on, judgement, value, low, high, off_pct, found["reason"], found["until_s"])
    return CueView(plan, signal)


def drawn(view: CueView, ascii_only: bool = False) -> str:
    console = Console(width=100, color_system=None, record=True, file=None, quiet=False, legacy_windows=False)
    with console.capture() as captured:
        console.print(cue_panel(view, ascii_only))
    return captured.get()


@pytest.mark.parametrize(
    ("metric", "judgement", "word", "line"),
    [
        ("cadence", "below", "QUICKER", "BELOW by 2.1 %: quicker steps"),
        ("cadence", "above", "SLOWER", "ABOVE by 2.1 %: slower steps"),
        ("contact", "below", "LONGER", "BELOW by 2.1 %: longer contact"),
        ("contact", "above", "SHORTER", "ABOVE by 2.1 %: shorter contact"),
        ("cadence", "in_band", "IN BAND", "IN THE BAND"),
    ],
)
def test_word_and_sign_say_it_without_colour(metric, judgement, word, line):
    view = view_of(
        metric, judgement, off_pct=0.0 if judgement == "in_band" else 2.1, value=0.25 if metric == "contact" else 171.0
    )
    text = drawn(view)
    assert all(row.rstrip() in text for row in big(word))
    assert line in cue_line(view)
    assert "\x1b" not in text


def test_signs_of_below_and_above_differ():
    assert drawn(view_of(judgement="below")) != drawn(view_of(judgement="above")).replace("SLOWER", "QUICKER")


def test_without_feedback_the_screen_does_not_judge():
    view = view_of(on=False, phase="no feedback")
    text = drawn(view) + cue_line(view)
    assert "on your own" in text.lower()
    assert "164" not in text
    assert "165" not in text
    assert "\u2588" not in text


def test_a_terminal_without_unicode_gets_plain_signs():
    text = drawn(view_of(), ascii_only=True)
    assert text.isascii()
    assert "#" in text


def test_a_terminal_shows_the_cue_above_the_table():
    sides = (SideView("left", "a sensor"), SideView("right", "a sensor"))
    console = Console(width=100, color_system=None)
    with console.capture() as captured:
        console.print(_screen(LiveView(65.0, 1000, sides, cue=view_of()), "Ctrl-C stops.", "utf-8"))
    text = captured.get()
    assert 0 < text.index("Cue: cadence") < text.index("Ctrl-C stops.") < text.index("Battery")


def test_a_sensor_that_cannot_be_cued_is_said_on_the_screen():
    view = view_of(judgement="waiting", on=False, value=None, off_pct=None, phase="plain running", reason="cannot tell")
    assert "cannot tell" in drawn(view)
    assert "cannot tell" in cue_line(view)


def test_waiting_says_why():
    view = view_of(judgement="waiting", off_pct=None, value=None, reason="walking")
    assert "walking" in drawn(view)
    assert "walking, band 168 to 176 steps/min" in cue_line(view)


def test_the_plain_line_of_a_recording_ends_with_the_cue():
    sides = (SideView("left", "a sensor"), SideView("right", "a sensor"))
    view = LiveView(65.0, 1000, sides, cue=view_of())
    assert plain_line(view).endswith("165 steps/min, band 168 to 176 steps/min")
    assert "cue" not in plain_line(LiveView(65.0, 1000, sides))


@pytest.mark.parametrize("word", ["QUICKER", "SLOWER", "LONGER", "SHORTER", "IN BAND", "0123456789"])
def test_big_words_are_five_equal_lines_and_no_letter_is_missing(word):
    rows = big(word, "#")
    assert len(rows) == LINES
    assert len({len(row) for row in rows}) == 1
    shapes = {letter: "\n".join(big(letter)) for letter in word if letter != " "}
    assert all(shape.strip() for shape in shapes.values())
    assert len(set(shapes.values())) == len(shapes)


@pytest.fixture(scope="module")
def visit(tmp_path_factory) -> Path:
    """A recording with a cue: a simulated visit played into a live session, item by item."""
    runner = RunnerConfig(
        (Segment("stand", 5.0), RUN, CUE, RUN), cadence_spm=164.0, contact_time_s=0.264, surface="treadmill", seed=3
    )
    request = SimulationRequest(runner, profile_store.load("open_imu"), belt_speed_m_s=2.78)
    raw = open_raw(write_simulation(request, tmp_path_factory.mktemp("plain"))[0])
    plan, _ = plan_of(
        CueWish("cadence", band="3..7%", belt_speed_m_s=2.78, schedule="40 on, 20 half, 5 off", before_s=70.0)
    )
    path, start_ns = tmp_path_factory.mktemp("cued") / "visit.mcap", raw.session_start_monotonic_ns
    with RecordingWriter(
        path, raw.setups, raw.metadata, session_start_monotonic_ns=start_ns, session_start_utc_ns=1
    ) as writer:
        live = LiveSession(raw.setups, writer, raw.metadata, start_ns, 2.78)
        live.cue = LiveCue(plan, speed_m_s=2.78)
        for item in raw.items:
            live.receive(item)
            for milestone in live.cue.tick((item.host_monotonic_ns - start_ns) / 1e9):
                at_ns = start_ns + round(milestone.at_s * 1e9)
                live.receive(cue_event(milestone, at_ns, at_ns))
    return path


def test_the_blocks_of_a_recorded_cue_need_not_be_typed(call, visit, tmp_path):
    called = call("compare", visit, "--out", tmp_path, "--json")
    assert called.code == 0
    content = json.loads(called.out)
    cadence = next(one for one in content["figures"] if one["key"] == "cadence_spm")
    assert cadence["difference"] == pytest.approx(8.0, abs=1.0)
    assert cadence["exceeds"] is True
    assert cadence["returned"] is True
    assert content["cue"].startswith("cadence 169-175 steps/min (+3..+7 % of 164")
    blocks = content["blocks"]
    assert blocks["before"]["end_s"] + 10.0 == pytest.approx(blocks["cue"]["start_s"])
    assert blocks["cue"]["end_s"] - blocks["cue"]["start_s"] == pytest.approx(50.0)  # 60 s of feedback, 10 s to settle
    assert blocks["after"]["start_s"] == pytest.approx(blocks["cue"]["end_s"] + 15.0)  # 5 s without feedback


def test_an_analysis_of_it_knows_the_blocks_too(call, visit, tmp_path):
    folder = tmp_path / "analysis"
    assert call("analyze", visit, "--out", folder, "-q").code == 0
    summary = json.loads((folder / "summary.json").read_text())
    assert [one["text"].split(":")[0] for one in summary["cue"]] == ["before", "start", "part", "part", "end"]
    whole = json.loads(call("compare", visit, "--out", tmp_path, "--json").out)
    again = json.loads(call("compare", folder, "--out", tmp_path, "--json").out)
    for name in ("before", "cue"):
        assert again["blocks"][name] == whole["blocks"][name]
    assert again["blocks"]["after"]["strides"] == whole["blocks"]["after"]["strides"]
    assert again["cue"] == whole["cue"]


def test_typed_blocks_go_before_recorded_ones(call, visit, tmp_path):
    blocks = ("--before", "0:10-1:10", "--cue", "1:20-2:20", "--after", "2:30-3:30")
    content = json.loads(call("compare", visit, *blocks, "--out", tmp_path, "--json").out)
    assert content["blocks"]["before"]["start_s"] == 10.0
    assert content["cue"] == ""


def test_a_recording_without_a_cue_asks_for_the_blocks(call, recording, tmp_path):
    called = call("compare", recording, "--out", tmp_path)
    assert called.code == 2
    assert "no cue was recorded" in called.err
    assert "--before 0:30-2:30" in called.err


@pytest.mark.parametrize(
    ("schedule", "seconds", "said"),
    [
        ("60 on, 60 off", 5.0, "before the cue begins (2:00 of plain running come first)"),
        ("60 on, 60 off", 239.0, "plain running and cue take 4:00"),
        ("60 on, 60 off", 240.0, ""),
        ("60 on, 60 off", None, ""),
        ("constant", 121.0, ""),
        ("constant", 100.0, "before the cue begins"),
    ],
)
def test_a_recording_that_stops_before_the_cue_ends_is_told_before(schedule, seconds, said):
    plan, _notes = plan_of(CueWish("cadence", ("left", "right"), schedule=schedule, before_s=120.0))
    line = cue_options.longer_than(plan, seconds)
    assert said in line
    assert bool(said) == bool(line)
