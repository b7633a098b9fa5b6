"""A cue as a person asks for it: the plan and its words, baselines that fit or do not, trouble that costs nothing."""

from __future__ import annotations

import itertools
import json
from pathlib import Path

import pytest

from gaitpipe.app.cue import CueWish, LiveCue, cue_event, plan_of
from gaitpipe.app.recorded_cue import cues_of, cues_of_summary
from gaitpipe.app.sound import Silent
from gaitpipe.errors import RecordingError, UsageError
from gaitpipe.gait.cues.words import Milestone
from gaitpipe.model import RecordingEvent, StrideUpdate

SIDES = ("left", "right")


@pytest.fixture
def baseline(tmp_path) -> Path:
    """The summary of an easy run at 2.8 m/s: 160 steps/min, contacts of 250 and 260 ms."""
    sides = {"left": (160.0, 0.25), "right": (160.0, 0.26)}
    content = {
        "schema_version": 1,
        "recording": {"name": "easy", "belt_speed_m_s": 2.8},
        "mode": "run",
        "context": {"speed_m_s": 2.8, "surface": "treadmill"},
        "metrics": {
            "cadence_spm": {side: {"n": 200, "mean": one[0]} for side, one in sides.items()},
            "ground_contact_time_s": {side: {"n": 200, "mean": one[1]} for side, one in sides.items()},
        },
    }
    (tmp_path / "summary.json").write_text(json.dumps(content))
    return tmp_path


def change(folder: Path, **changes) -> Path:
    path = folder / "summary.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | changes))
    return folder


def test_the_target_is_beside_the_own_baseline(baseline):
    plan, notes = plan_of(CueWish("cadence", baseline=baseline, belt_speed_m_s=2.8))
    assert plan.target(plan.baseline) == pytest.approx((168.0, 176.0))
    assert plan.baseline_speed_m_s == 2.8
    assert plan.sound == "metronome"
    assert notes[0] == "Cue: cadence 168-176 steps/min (+5..+10 % of 160 steps/min); a metronome."
    assert notes[1] == (
        "First 2:00 of plain running. Then: feedback on for 4:00, feedback 50 % for 4:00, no feedback for 2:00."
    )
    assert len(notes) == 3


def test_pain_comes_before_numbers_and_nothing_is_promised(baseline):
    _, notes = plan_of(CueWish("cadence", baseline=baseline, belt_speed_m_s=2.8))
    assert "pain counts before numbers" in notes[-1]
    assert not any(word in " ".join(notes).lower() for word in ("prevent", "protect", "safe", "heal"))


def test_contact_time_of_two_sensors_is_beside_the_mean_of_the_legs_and_of_one_beside_its_own(baseline):
    both, _ = plan_of(CueWish("contact", band="-6..0%", baseline=baseline))
    one, notes = plan_of(CueWish("contact", ("right",), band="-6..0%", baseline=baseline))
    assert both.baseline == pytest.approx(0.255)
    assert one.baseline == pytest.approx(0.26)
    assert (both.sound, one.sides) == ("tone", 1)
    assert any("mounted anew change contact time by up to 14 ms" in note for note in notes)


def test_a_baseline_at_another_speed_is_refused_with_ways_out(baseline):
    with pytest.raises(UsageError, match=r"2\.80 m/s, and the belt runs at 3\.20 m/s") as caught:
        plan_of(CueWish("cadence", baseline=baseline, belt_speed_m_s=3.2))
    assert "--cue-baseline session" in caught.value.advice


@pytest.mark.parametrize(
    ("belt", "context", "words"), [(None, 2.8, "speed of today"), (2.8, None, "speed of the baseline")]
)
def test_a_speed_that_is_not_known_is_said(baseline, belt, context, words):
    change(baseline, context={"speed_m_s": context}, recording={"name": "easy"})
    _, notes = plan_of(CueWish("cadence", baseline=baseline, belt_speed_m_s=belt))
    assert any(words in note for note in notes)


def test_a_walk_is_no_baseline(baseline):
    with pytest.raises(UsageError, match="is a walk"):
        plan_of(CueWish("cadence", baseline=change(baseline, mode="walk")))


def test_a_baseline_without_the_figure_or_the_file_is_refused(baseline, tmp_path):
    metrics = json.loads((baseline / "summary.json").read_text())["metrics"]
    del metrics["ground_contact_time_s"]["left"]
    with pytest.raises(UsageError, match="no ground contact time of the left and right side"):
        plan_of(CueWish("contact", band="-6..0%", baseline=change(baseline, metrics=metrics)))
    with pytest.raises(RecordingError, match="no such file"):
        plan_of(CueWish("cadence", baseline=tmp_path / "none.json"))


@pytest.mark.parametrize(("metric", "text", "size"), [("cadence", "168", 168.0), ("contact", "250ms", 0.25)])
def test_a_typed_baseline_is_taken_and_said_to_be_typed(metric, text, size):
    plan, notes = plan_of(CueWish(metric, band="0..5%", typed_baseline=text))
    assert plan.baseline == pytest.approx(size)
    assert any("was typed" in note for note in notes)


@pytest.mark.parametrize("text", ["fast", "nan", "-5", "84", "0"])
def test_a_typed_baseline_that_is_none_is_refused(text):
    with pytest.raises(UsageError, match="baseline"):
        plan_of(CueWish("cadence", typed_baseline=text))


@pytest.mark.parametrize("typed", [None, "session"])
def test_without_a_baseline_todays_plain_running_is_it_and_that_is_said(typed):
    plan, notes = plan_of(CueWish("cadence", typed_baseline=typed, belt_speed_m_s=2.8))
    assert plan.baseline is None
    assert any("plain running of today is the baseline" in note for note in notes)
    assert "+5..+10 % of the baseline" in notes[0]


def test_two_baselines_are_refused(baseline):
    with pytest.raises(UsageError, match="not both"):
        plan_of(CueWish("cadence", baseline=baseline, typed_baseline="160"))


class Heard(Silent):
    """Sounds as they were asked for."""

    def __init__(self, broken: bool = False) -> None:
        self.sounds: list[tuple[str, float]] = []
        self.closed = 0
        self.broken = broken

    def play(self, name, delay_s=0.0) -> None:
        if self.broken:
            raise OSError("no device")
        self.sounds.append((name, delay_s))

    def close(self) -> None:
        self.closed += 1


def run(cadence: float, seconds: float, from_s: float = 5.0) -> list[StrideUpdate]:
    step_s = 60.0 / cadence
    return [
        StrideUpdate(SIDES[k % 2], from_s + k * step_s, from_s + k * step_s + 0.25, 2 * step_s, cadence, 0.25, "ok")
        for k in range(int(seconds / step_s))
    ]


def live_cue(sound="tone", schedule="20 on, 10 off", **options) -> tuple[LiveCue, Heard]:
    plan, _ = plan_of(CueWish("cadence", typed_baseline="160", sound=sound, schedule=schedule, before_s=10.0))
    heard = Heard(**options)
    return LiveCue(plan, heard), heard


def go(cue: LiveCue, updates, tick_s: float = 0.25) -> list[Milestone]:
    """Feed strides as they end, with ticks in between; returns the milestones."""
    told, next_s = [], 0.0
    for update in updates:
        end_s = update.ic_s + update.stride_time_s
        while next_s < end_s:
            told += cue.tick(next_s)
            next_s += tick_s
        cue.feed([update])
    return told


def test_milestones_are_told_once_each_in_their_order():
    cue, _ = live_cue()
    told = go(cue, run(160.0, 60.0))
    assert [one.word for one in told] == ["before", "start", "part", "end"]
    assert told[-1].text.startswith("plain running again; steps in the band: 0 % of ")
    assert cue.finish(70.0) == []


def test_a_cue_that_the_recording_ends_says_so():
    cue, heard = live_cue(schedule="constant")
    go(cue, run(170.0, 30.0))
    told = cue.finish(36.0)
    assert [(one.word, one.at_s) for one in told] == [("end", 36.0)]
    assert "100 % of" in told[0].text
    assert heard.closed == 1
    assert cue.tick(40.0) == []


def test_a_cue_that_never_started_leaves_no_end():
    cue, heard = live_cue()
    go(cue, run(160.0, 6.0))
    assert [one.word for one in cue.finish(12.0)] == []
    assert heard.closed == 1


def test_every_beat_is_handed_over_once_whatever_the_ticks():
    counts = []
    for tick_s in (0.05, 0.25, 0.5):
        cue, heard = live_cue("metronome", schedule="20 on")
        beats, next_s = [], 0.0
        for update in run(160.0, 60.0):
            end_s = update.ic_s + update.stride_time_s
            while next_s < end_s:
                before = len(heard.sounds)
                cue.tick(next_s)
                beats += [next_s + delay_s for _, delay_s in heard.sounds[before:]]
                next_s += tick_s
            cue.feed([update])
        gaps = {round(b - a, 6) for a, b in itertools.pairwise(beats)}
        assert gaps == {round(60.0 / 172.0, 6)}
        assert all(delay_s >= 0.0 for _, delay_s in heard.sounds)
        counts.append(len(beats))
    assert max(counts) - min(counts) <= 2  # the first beats may lie before the tick that learns of the start


def test_a_speed_change_of_the_recording_reaches_the_cue():
    plan, _ = plan_of(CueWish("cadence", belt_speed_m_s=2.8))
    cue = LiveCue(plan, speed_m_s=2.8)
    cue.receive(RecordingEvent(1, 1, "speed", None, "", 3.2))
    cue.receive(RecordingEvent(1, 1, "mark", None, "", 9.0))
    assert cue.state.memory.speed_m_s == 3.2


def test_sound_or_cue_that_fails_ends_the_cue_and_is_said_once():
    cue, _ = live_cue(broken=True)
    go(cue, run(160.0, 40.0))
    assert "no device" in cue.problem
    assert len(cue.new_problems()) == 1
    assert cue.new_problems() == []
    assert cue.tick(50.0) == []
    assert "no device" in cue.view(50.0).problem
    assert cue.finish(50.0) == []


def test_an_event_of_a_cue_holds_word_text_and_value():
    event = cue_event(Milestone(5.0, "start", "cadence 168-176 steps/min", 172.0), 7, 8)
    assert (event.kind, event.text, event.value, event.source) == (
        "cue",
        "start: cadence 168-176 steps/min",
        172.0,
        None,
    )


TOLD = [
    (6.0, "before: plain running", None), (60.0, "start: quicker; feedback on", 172.0),
    (100.0, "part: feedback 50 %", 0.5), (140.0, "part: no feedback", 0.0),
]  # fmt: skip


def test_the_recorded_cue_ends_with_its_last_feedback_and_plain_running_follows_the_schedule():
    (cue,) = cues_of([*TOLD, (160.0, "end: plain running again; 80 %", None)])
    assert (cue.before_s, cue.start_s, cue.feedback_end_s, cue.after_s) == (6.0, 60.0, 140.0, 160.0)
    assert cue.text == "quicker"


def test_a_recording_that_ended_with_the_cue_has_no_plain_running_after_it():
    (cue,) = cues_of([*TOLD[:2], (90.0, "end: the recording ended", None)])
    assert (cue.feedback_end_s, cue.after_s) == (90.0, None)
    assert cues_of(TOLD) == ()


@pytest.mark.parametrize(
    "content", [None, 3, "x", [3], [{}], [{"time_s": "1", "text": "start: x"}], [{"time_s": 1.0, "text": 3}]]
)
def test_a_summary_whose_cue_is_not_what_it_should_be_has_none(content):
    assert cues_of_summary(content) == ()
