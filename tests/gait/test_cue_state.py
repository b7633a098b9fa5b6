"""A cue stride by stride: when it judges, what it says, and that bundling and interruption change nothing."""

from __future__ import annotations

import itertools
import math
import random
from collections.abc import Iterator
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gaitpipe.evidence import value
from gaitpipe.gait.cues.plan import Band, CuePlan, make_plan
from gaitpipe.gait.cues.schedule import constant, parse_schedule
from gaitpipe.gait.cues.state import CueState
from gaitpipe.model import StrideUpdate

BAND = Band(5.0, 10.0)


def strides(
    cadences: list[float], from_s: float = 5.0, sides: tuple[str, ...] = ("left", "right"), contact_s: float = 0.25
) -> Iterator[StrideUpdate]:
    """One stride a step (two sensors) or a stride (one), each of its own cadence."""
    time_s = from_s
    for k, cadence in enumerate(cadences):
        stride_s = 120.0 / cadence
        yield StrideUpdate(sides[k % len(sides)], time_s, time_s + contact_s, stride_s, cadence, contact_s, "ok", "run")
        time_s += stride_s / len(sides)


def plan_of(metric="cadence", band=BAND, schedule="constant", sound="tone", before_s=10.0, **options) -> CuePlan:
    options = {"baseline": 160.0} | options
    return make_plan(metric, band, parse_schedule(schedule), sound, before_s, **options)


def end_s(update: StrideUpdate) -> float:
    return update.ic_s + update.stride_time_s


def judgements(plan: CuePlan, updates) -> list[str]:
    state, found = CueState(plan), []
    for update in updates:
        state.feed([update])
        found.append(state.memory.judgement)
    return found


def test_below_then_in_the_band_then_above():
    found = judgements(plan_of(), strides([160.0] * 60 + [172.0] * 40 + [182.0] * 40))
    order = [word for k, word in enumerate(found) if k == 0 or word != found[k - 1]]
    assert order == ["waiting", "below", "in_band", "above"]


def test_nothing_is_judged_in_the_plain_running_before_the_cue():
    state = CueState(plan_of(before_s=20.0))
    for update in strides([160.0] * 80):
        tones = state.feed([update])
        signal = state.signal(end_s(update))
        if end_s(update) < 25.0:
            assert not tones
            assert signal.judgement == "waiting"
            assert signal.phase in ("waiting for running", "plain running")
            assert not signal.feedback_on
    assert state.memory.start_s == 25.0
    assert state.signal(end_s(update)).judgement == "below"
    assert state.signal(end_s(update)).off_pct == pytest.approx(-5.0)


def test_the_mean_of_five_steps_is_judged_and_not_a_single_one():
    jump = [160.0] * 60 + [171.0] * 20
    state, values = CueState(plan_of()), []
    for update in strides(jump):
        state.feed([update])
        values.append(state.memory.value)
    assert values[59] == pytest.approx(160.0)
    assert 160.0 < values[60] < values[61] < 171.0
    assert values[64] == pytest.approx(171.0)


def test_one_sensor_averages_three_strides_which_are_as_many_steps():
    state, values = CueState(plan_of(sides=1)), []
    for update in strides([160.0] * 20 + [172.0] * 5, sides=("left",)):
        state.feed([update])
        values.append(state.memory.value)
    assert values[21] < 172.0
    assert values[22] == pytest.approx(172.0)


def test_noise_at_an_end_of_the_band_does_not_chatter():
    edge, noise = 168.0, 0.3  # the lower end is 168; the deadband is 0.8
    updates = list(strides([172.0] * 60 + [edge + noise * (-1) ** (k // 6) for k in range(600)]))
    found = judgements(plan_of(), updates)[70:]
    assert set(found) == {"in_band"}
    assert value("cue_deadband_pct") / 100 * 160.0 > noise


@given(st.integers(0, 10_000), st.floats(0.3, 3.0))
def test_the_band_is_left_only_beyond_its_deadband_and_entered_only_inside(seed, spread):
    draw, state = random.Random(seed), CueState(plan_of())
    before = "waiting"
    slack = value("cue_deadband_pct") / 100 * 160.0
    for update in strides([170.0 + draw.gauss(0.0, spread) for _ in range(150)]):
        state.feed([update])
        now, size = state.memory.judgement, state.memory.value
        if before == "in_band" and now == "below":
            assert size < 168.0 - slack
        if before == "in_band" and now == "above":
            assert size > 176.0 + slack
        if before in ("below", "above") and now == "in_band":
            assert 168.0 <= size <= 176.0
        before = now


def test_low_and_high_tones_tell_the_side_and_are_not_repeated_too_soon():
    state = CueState(plan_of())
    tones = state.feed(strides([160.0] * 80 + [172.0] * 30 + [182.0] * 60))
    names = [tone.name for tone in tones]
    assert names == sorted(names, key=["low", "high"].index)
    assert {"low", "high"} == set(names)
    for first, second in itertools.pairwise(tones):
        assert first.name != second.name or second.at_s - first.at_s >= value("cue_tone_every_s")


def test_inside_the_band_there_is_silence():
    assert CueState(plan_of()).feed(strides([171.0] * 200)) == []


def test_faded_parts_silence_the_tones_and_the_beats():
    schedule = "20 on, 20 off, 20 on"
    tones = CueState(plan_of(schedule=schedule)).feed(strides([160.0] * 300))
    assert {int((tone.at_s - 15.0) // 20.0) for tone in tones} == {0, 2}
    state = CueState(plan_of(schedule=schedule, sound="metronome"))
    beats = []
    for update in strides([160.0] * 300):
        state.feed([update])
        beats += state.beats(end_s(update), end_s(update) + 0.375)
    assert {int((beat.at_s - 15.0) // 20.0) for beat in beats} == {0, 2}
    places = [(beat.at_s - 15.0) * 172.0 / 60.0 for beat in beats]
    assert all(place == pytest.approx(round(place), abs=1e-6) for place in places)


@pytest.mark.parametrize("sound", ["metronome", "none"])
def test_no_tone_without_the_tone_sound(sound):
    assert CueState(plan_of(sound=sound)).feed(strides([160.0] * 200)) == []


def test_walking_stops_the_cue_until_running_is_seen_again():
    run, later = list(strides([160.0] * 80)), list(strides([160.0] * 20, from_s=60.0))
    walk = [replace(one, mode="walk") for one in strides([110.0] * 20, from_s=40.0)]
    state = CueState(plan_of())
    state.feed(run)
    assert state.feed(walk) == []
    signal = state.signal(end_s(walk[-1]))
    assert (signal.judgement, signal.reason, signal.value) == ("waiting", "walking", None)
    assert state.feed(later[:4]) == []
    assert state.memory.judgement == "waiting"
    assert [tone.name for tone in state.feed(later[4:6])] == ["low"]


def test_a_walking_runner_hears_no_beat():
    state = CueState(plan_of(sound="metronome"))
    state.feed(strides([160.0] * 80))
    assert state.beats(35.0, 36.0)
    state.feed([replace(one, mode="walk") for one in strides([110.0] * 5, from_s=35.0)])
    assert state.beats(36.0, 60.0) == ()


def test_standing_and_a_lost_link_end_the_judgement_after_a_moment():
    run = list(strides([160.0] * 80))
    state = CueState(plan_of(sound="metronome"))
    state.feed(run)
    last_s = end_s(run[-1])
    assert state.signal(last_s + 1.0).judgement == "below"
    assert state.signal(last_s + 3.5).judgement == "waiting"
    assert state.signal(last_s + 3.5).value is None
    beats = state.beats(last_s, last_s + 30.0)
    assert beats[-1].at_s <= last_s + value("cue_fresh_s")


@pytest.mark.parametrize("change", [{"quality": "gap"}, {"quality": "transition"}, {"cadence_spm": math.nan}])
def test_a_poor_stride_is_passed_over(change):
    run = list(strides([160.0] * 80))
    bad = replace(run[-1], ic_s=run[-1].ic_s + 0.1, **({"cadence_spm": 300.0} | change))
    state = CueState(plan_of())
    state.feed(run)
    before = state.memory
    assert state.feed([bad]) == []
    assert state.memory == before


def test_a_sensor_that_cannot_tell_running_is_never_judged():
    state = CueState(plan_of())
    state.feed(replace(one, mode="") for one in strides([160.0] * 200))
    assert state.signal(50.0).judgement == "waiting"
    assert state.signal(50.0).reason == state.memory.reason
    assert math.isnan(state.memory.running_from_s)
    assert state.memory.reason == "this sensor cannot tell running from walking"


def test_another_speed_than_the_baselines_stops_the_cue_and_says_so():
    state = CueState(plan_of(baseline_speed_m_s=2.8), speed_m_s=2.8)
    run = list(strides([160.0] * 120))
    assert state.feed(run[:80])
    state.set_speed(3.2)
    assert state.feed(run[80:]) == []
    assert "3.20 m/s" in state.signal(end_s(run[-1])).reason
    assert "2.80" in state.signal(end_s(run[-1])).reason
    state.set_speed(2.85)
    assert state.feed(strides([160.0] * 20, from_s=end_s(run[-1])))


def test_a_session_without_a_baseline_measures_it_first_and_waits_for_enough_strides():
    plan = plan_of(baseline=None, before_s=10.0)
    state = CueState(plan, speed_m_s=2.8)
    run = list(strides([158.0, 162.0] * 40 + [160.0] * 120))
    for update in run:
        assert not state.feed([update]) or not math.isnan(state.memory.start_s)
    least_s = 2 * value("load_least_strides") * 60.0 / 160.0
    assert state.memory.start_s >= 5.0 + value("cue_settle_s") + 0.9 * least_s
    assert state.memory.baseline == pytest.approx(160.0, abs=0.3)
    assert state.memory.base_speed_m_s == 2.8
    assert state.milestones()[1].word == "start"


def test_contact_time_needs_both_feet_and_does_not_jump_with_which_foot_has_more_strides():
    plan = plan_of("contact", Band(-5.0, 0.0), baseline=0.25)
    state, values = CueState(plan), []
    for k, update in enumerate(strides([160.0] * 80)):
        contact_s = 0.23 if k % 2 else 0.26
        state.feed([replace(update, tc_s=update.ic_s + contact_s, ground_contact_time_s=contact_s)])
        values.append(state.memory.value)
    assert values[-1] == pytest.approx(values[-2]) == pytest.approx(0.245)
    state.feed(one for one in strides([160.0] * 20, from_s=40.0, sides=("left",)))
    assert state.memory.judgement == "waiting"
    assert state.memory.reason == "one foot is not seen"


def test_milestones_lie_at_exact_times_whenever_they_are_asked_for():
    state = CueState(plan_of(schedule="30 on, 20 half, 10 off"))
    state.feed(strides([160.0] * 20))
    told = [(one.at_s, one.word, one.text) for one in state.milestones()]
    assert [(time_s, word) for time_s, word, _ in told] == [
        (5.0, "before"), (15.0, "start"), (45.0, "part"), (65.0, "part"), (75.0, "end"),
    ]  # fmt: skip
    assert told[1][2] == "cadence 168-176 steps/min (+5..+10 % of 160 steps/min); feedback on"
    state.feed(strides([160.0] * 400, from_s=14.0))
    assert [(one.at_s, one.word, one.text) for one in state.milestones()] == told


def test_after_the_schedule_nothing_is_judged_any_more():
    state = CueState(plan_of(schedule="20 on"))
    state.feed(strides([160.0] * 300))
    assert state.signal(100.0).phase == "plain running again"
    assert state.signal(100.0).judgement == "waiting"
    judged = state.memory.with_feedback.judged
    assert judged == pytest.approx(20.0 * 160.0 / 60.0, abs=2)
    assert state.result_in_words() == f"steps in the band: 0 % of {judged} with feedback"


updates_of_any_kind = st.lists(
    st.tuples(
        st.floats(130.0, 200.0),
        st.sampled_from(["left", "right"]),
        st.sampled_from(["run"] * 8 + ["walk"]),
        st.sampled_from(["ok"] * 8 + ["gap"]),
        st.floats(-0.5, 0.5),
    ),
    max_size=120,
)


def of_any_kind(drawn) -> list[StrideUpdate]:
    time_s, found = 3.0, []
    for cadence, side, mode, quality, late_s in drawn:
        start_s = time_s + late_s  # the other foot's packet may come first
        found.append(StrideUpdate(side, start_s, start_s + 0.25, 120.0 / cadence, cadence, 0.25, quality, mode))
        time_s += 60.0 / cadence
    return found


@given(updates_of_any_kind, st.lists(st.integers(0, 120), max_size=8), st.sampled_from(["tone", "metronome"]))
def test_bundling_asking_and_snapshots_do_not_matter(drawn, cuts, sound):
    plan = plan_of(schedule="15 on, 40 half", sound=sound, before_s=5.0)
    updates = of_any_kind(drawn)
    whole = CueState(plan)
    tones = whole.feed(updates)
    borders = [0, *sorted(min(cut, len(updates)) for cut in cuts), len(updates)]
    pieces, memory = [], CueState(plan).memory
    for first, last in itertools.pairwise(borders):
        again = CueState(plan, memory)  # a new state from a snapshot, asked this and that
        again.signal(float(first))
        again.milestones()
        again.beats(float(first), float(last))
        pieces += again.feed(updates[first:last])
        memory = again.memory
    assert pieces == tones
    assert repr(memory) == repr(whole.memory)  # repr: NaN is not equal to itself
    assert repr(CueState(plan, memory).signal(50.0)) == repr(whole.signal(50.0))


@given(updates_of_any_kind)
def test_whatever_comes_the_signal_is_well_formed(drawn):
    plan = plan_of(before_s=5.0)
    state = CueState(plan)
    for update in of_any_kind(drawn):
        state.feed([update])
        signal = state.signal(end_s(update))
        judged = signal.judgement != "waiting"
        assert judged == (signal.off_pct is not None)
        if judged:
            assert (signal.off_pct < 0) == (signal.value < signal.low)
            assert (signal.off_pct > 0) == (signal.value > signal.high)
        assert signal.feedback_on <= (signal.phase == "feedback on")


def test_a_constant_cue_has_no_end_of_its_own():
    state = CueState(plan_of())
    state.feed(strides([160.0] * 30))
    assert [one.word for one in state.milestones()] == ["before", "start"]
    assert constant().duration_s == math.inf
