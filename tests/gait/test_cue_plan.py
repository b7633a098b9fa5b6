"""What a cue may ask for, when its feedback is on, and where its beats lie."""

from __future__ import annotations

import itertools
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gaitpipe.errors import UsageError
from gaitpipe.evidence import number, value
from gaitpipe.gait.cues.metronome import Metronome
from gaitpipe.gait.cues.plan import Band, make_plan, parse_band, usual_band
from gaitpipe.gait.cues.schedule import Part, Schedule, constant, faded, parse_schedule

ALWAYS = constant()


@pytest.mark.parametrize(
    ("text", "band"),
    [
        ("5..10%", Band(5.0, 10.0)),
        ("+5..+10 %", Band(5.0, 10.0)),
        ("-3 to 3%", Band(-3.0, 3.0)),
        ("2,5...7.5", Band(2.5, 7.5)),
        ("5%..10%", Band(5.0, 10.0)),
    ],
)
def test_a_band_is_read(text, band):
    assert parse_band(text) == band


@pytest.mark.parametrize("text", ["", "5", "5%", "10..5%", "5..5", "a..b", "nan..5", "5..10..15", "5..10 steps"])
def test_what_is_no_band_is_refused_with_an_example(text):
    with pytest.raises(UsageError) as caught:
        parse_band(text)
    assert "5..10%" in caught.value.advice


@pytest.mark.parametrize(
    ("metric", "band", "words"),
    [
        ("cadence", Band(5.0, 15.0), "-5 to +10 %"),
        ("cadence", Band(-8.0, 0.0), "-5 to +10 %"),
        ("cadence", Band(5.0, 6.0), "too narrow"),
        ("contact", Band(-15.0, -5.0), "-10 to +10 %"),
        ("contact", Band(-3.0, -1.0), "too narrow"),
    ],
)
def test_an_absurd_target_is_refused_as_a_limit_of_ours(metric, band, words):
    with pytest.raises(UsageError) as caught:
        make_plan(metric, band, ALWAYS, "tone", 120.0)
    assert words in caught.value.message
    assert caught.value.exit_code == 2
    assert "limit of this project" in caught.value.advice or "wide" in caught.value.advice


@pytest.mark.parametrize(("metric", "baseline"), [("cadence", 84.0), ("cadence", math.nan), ("contact", 250.0)])
def test_a_baseline_that_is_no_running_is_refused(metric, baseline):
    with pytest.raises(UsageError, match="is no"):
        make_plan(metric, Band(0.0, 5.0), ALWAYS, "tone", 120.0, baseline=baseline)


def test_a_metronome_is_for_cadence_alone():
    with pytest.raises(UsageError, match="metronome"):
        make_plan("contact", Band(-5.0, 0.0), ALWAYS, "metronome", 120.0)


def test_the_usual_band_stays_within_the_limits_and_there_is_none_for_contact_time():
    band = usual_band("cadence")
    assert make_plan("cadence", band, faded(), "metronome", 120.0).target(160.0) == pytest.approx((168.0, 176.0))
    assert band.high_pct <= number("cadence_cue_highest_pct").value
    with pytest.raises(UsageError, match="no usual band"):
        usual_band("contact")


def test_the_plan_in_words_names_target_and_baseline():
    plan = make_plan("contact", Band(-5.0, 0.0), ALWAYS, "tone", 120.0)
    assert plan.in_words(0.26) == "ground contact time 247-260 ms (-5..+0 % of 260 ms)"


def test_the_faded_schedule_is_all_half_none_and_then_over():
    schedule = faded()
    assert [part.share for part in schedule.parts] == [1.0, 0.5, 0.0]
    half_s = schedule.starts_s[1]
    assert all(schedule.feedback_on(time_s) for time_s in (0.0, 0.5 * half_s, half_s, half_s + 29.9, half_s + 60.0))
    assert not any(schedule.feedback_on(time_s) for time_s in (-1.0, half_s + 30.0, half_s + 59.9, 1e6))
    assert not any(schedule.feedback_on(schedule.starts_s[2] + time_s) for time_s in (0.0, 30.0, 119.0))
    assert schedule.duration_s == value("cue_full_s") + value("cue_half_s") + value("cue_off_s")


def test_a_schedule_is_read_in_seconds_and_minutes():
    schedule = parse_schedule("60 on, 30s off, 4:00 half,2min 25%")
    assert schedule.parts == (Part(60.0, 1.0), Part(30.0, 0.0), Part(240.0, 0.5), Part(120.0, 0.25))
    assert [part.name for part in schedule.parts] == ["feedback on", "no feedback", "feedback 50 %", "feedback 25 %"]
    assert parse_schedule("constant").duration_s == math.inf
    assert parse_schedule(" Faded ") == faded()


@pytest.mark.parametrize(
    "text", ["", "60", "on", "60 on,", "60 off", "1 on", "300min on", "60 120%", "60 on 30 off", "1:75 on", "-60 on"]
)
def test_what_is_no_schedule_is_refused_with_an_example(text):
    with pytest.raises(UsageError) as caught:
        parse_schedule(text)
    assert "60 on, 30 off" in caught.value.advice


parts = st.builds(Part, st.floats(5.0, 300.0), st.floats(0.0, 1.0))


@given(st.lists(parts, min_size=1, max_size=6), st.floats(20.0, 120.0))
def test_feedback_is_on_for_its_share_of_every_whole_cycle(found, cycle_s):
    schedule = Schedule(tuple(found), cycle_s)
    step_s = cycle_s / 200.0
    for start_s, part in zip(schedule.starts_s, found, strict=True):
        for cycle in range(int(part.duration_s // cycle_s)):
            first_s = start_s + cycle * cycle_s
            on = sum(schedule.feedback_on(first_s + (k + 0.5) * step_s) for k in range(200)) / 200.0
            assert on == pytest.approx(part.share, abs=0.011)
    assert not schedule.feedback_on(schedule.duration_s + 1.0)


@given(
    st.floats(120.0, 220.0),
    st.floats(0.0, 3600.0),
    st.lists(st.floats(-5.0, 30.0), min_size=1, max_size=12),
)
def test_beats_asked_in_pieces_are_the_beats_of_the_whole(cadence_spm, origin_s, cuts):
    metronome = Metronome(cadence_spm, origin_s)
    borders_s = sorted(origin_s + cut for cut in cuts)
    whole = metronome.beats(borders_s[0], borders_s[-1])
    pieces = [
        beat for a, b in itertools.pairwise(borders_s) for beat in metronome.beats(a, b)
    ]  # fmt: skip
    assert tuple(pieces) == whole
    assert all(beat >= origin_s for beat in whole)


@given(st.floats(120.0, 220.0), st.floats(0.0, 3600.0))
def test_beats_are_one_step_apart_and_start_at_the_origin(cadence_spm, origin_s):
    beats = Metronome(cadence_spm, origin_s).beats(0.0, origin_s + 20.0)
    assert beats[0] == origin_s
    gaps = [b - a for a, b in itertools.pairwise(beats)]
    assert max(gaps) - min(gaps) < 1e-9
    assert gaps[0] == pytest.approx(60.0 / cadence_spm, abs=1e-9)
