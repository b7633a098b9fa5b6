"""A cue of a recording: its plan from what a person asked for, and the part that runs beside a live session.

Rules
  1. Nothing of a cue can cost the recording: `feed`, `tick` and `view` never raise. What goes wrong ends the cue and is
     said once, in `problem`; the same holds for the sound.
  2. A tone is played as soon as its stride is known, a beat is handed over ahead of its time.
  3. What is fixed (plain running, start, parts, end) goes into the recording as events of the kind `cue`, at its exact
     time: text `<word>: <what>`, the word being before, start, part or end. The value of `start` is the middle of the
     band, and its text ends with the first part's name; that of `part` is the share of the time that feedback is on.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path

from gaitpipe.app.sound import Silent, SoundOutput
from gaitpipe.errors import UsageError
from gaitpipe.evidence import value
from gaitpipe.gait.cues.plan import METRICS, CueMetric, CuePlan, CueSound, make_plan, parse_band, usual_band
from gaitpipe.gait.cues.schedule import Schedule, parse_schedule
from gaitpipe.gait.cues.state import CueState
from gaitpipe.gait.cues.words import CueSignal, Milestone
from gaitpipe.model import SIDES, RecordingEvent, Side, StrideUpdate
from gaitpipe.rehab.words import GaitScreen
from gaitpipe.report.text import clock_time

CUE_KIND = "cue"
SPEED_KIND = "speed"
"""Kind of the event that says that the belt runs at another speed."""
SESSION_BASELINE = "session"
AHEAD_S = 0.6
"""Beats are handed to the sound this much ahead of their time: more than the pause between two ticks."""
MIND = "Keep speed and shoe as they are. Leave the cue when it feels forced or hurts: pain counts before numbers."
OTHER_WAYS = (
    "Run at the baseline's speed, give an earlier run at this speed as --baseline, type --cue-baseline, or let "
    "--cue-baseline session measure it first."
)


@dataclass(frozen=True, slots=True)
class CueWish:
    """What a person asked for, as typed; None: the usual. `sides` are the sensors of the recording."""

    metric: CueMetric
    sides: tuple[Side, ...] = SIDES
    band: str | None = None
    baseline: Path | None = None
    typed_baseline: str | None = None
    sound: CueSound | None = None
    schedule: str = "faded"
    before_s: float | None = None
    belt_speed_m_s: float | None = None


@dataclass(frozen=True, slots=True)
class CueView:
    """What to show of a cue just now."""

    plan: CuePlan
    signal: CueSignal
    problem: str = ""


def plan_of(wish: CueWish) -> tuple[CuePlan, tuple[str, ...]]:
    """Return the plan, and what a person should know of it before the run.

    Raises
    ------
    UsageError
        Something asked for cannot be read, is beyond the limits, or the baseline was run at another speed.
    RecordingError
        The baseline's summary cannot be read.
    """
    schedule = parse_schedule(wish.schedule)
    band = usual_band(wish.metric) if wish.band is None else parse_band(wish.band)
    sound = wish.sound or ("metronome" if wish.metric == "cadence" else "tone")
    before_s = value("cue_before_s") if wish.before_s is None else wish.before_s
    baseline, speed_m_s, notes = _baseline(wish)
    plan = make_plan(
        wish.metric,
        band,
        schedule,
        sound,
        before_s,
        sides=len(wish.sides),
        baseline=baseline,
        baseline_speed_m_s=speed_m_s,
    )
    return plan, (*_in_words(plan), *notes, MIND)


def _baseline(wish: CueWish) -> tuple[float | None, float | None, tuple[str, ...]]:
    """The baseline and its speed, both None when it is measured first, and what is to be said of it."""
    typed = (wish.typed_baseline or "").strip().lower()
    if wish.baseline is not None and typed:
        raise UsageError("give --baseline or --cue-baseline, not both", "Leave one of them out.")
    if wish.baseline is not None:
        from gaitpipe.app.decide import read_summary

        return _of_summary(wish, read_summary(wish.baseline))
    if typed and typed != SESSION_BASELINE:
        note = "The baseline was typed: nothing is known of its speed and its day."
        return _typed(wish.metric, typed), None, (note,)
    note = "The plain running of today is the baseline: today's running need not be the usual one."
    return None, wish.belt_speed_m_s, (note,)


def _typed(metric: CueMetric, text: str) -> float:
    of = METRICS[metric]
    try:
        return float(text.removesuffix("ms").removesuffix("spm").replace(",", ".")) / of.scale
    except ValueError:
        advice = f"Write a number in {of.unit}, or {SESSION_BASELINE}."
        raise UsageError(f"'{text}' is no baseline of {of.label}", advice) from None


def _of_summary(wish: CueWish, screen: GaitScreen) -> tuple[float, float | None, tuple[str, ...]]:
    of, here, there = METRICS[wish.metric], wish.belt_speed_m_s, screen.context.speed_m_s
    if screen.mode != "run":
        raise UsageError(f"the baseline {screen.name} is a walk", "Give the summary.json of an easy run.")
    legs = [leg for side in wish.sides if (leg := screen.leg(side)) is not None]
    if wish.metric == "cadence":
        sizes = [120.0 / leg.stride_time_s for leg in legs if leg.stride_time_s]
    else:
        sizes = [leg.contact_time_s for leg in legs if leg.contact_time_s]
    if len(sizes) < len(wish.sides):
        message = f"the baseline {screen.name} has no {of.label} of the {' and '.join(wish.sides)} side"
        raise UsageError(message, "Give a run that was recorded with the same sensors.")
    if here is not None and there is not None and abs(here - there) > value("load_speed_tolerance_m_s") + 1e-9:
        message = f"the baseline {screen.name} was run at {there:.2f} m/s, and the belt runs at {here:.2f} m/s now"
        raise UsageError(f"{message}: {of.label} changes with speed", OTHER_WAYS)
    notes = []
    if here is None or there is None:
        which = "today" if here is None else "the baseline"
        notes.append(f"The speed of {which} is not known: the target holds at the baseline's speed only.")
    if min(leg.strides for leg in legs) < value("load_least_strides"):
        notes.append(f"The baseline {screen.name} has few strides: {min(leg.strides for leg in legs)} of a leg.")
    if wish.metric == "contact":
        change_ms = 1000.0 * 1.96 * math.sqrt(2.0) * value("mounting_repeat_sd_s")
        notes.append(
            f"Sensors mounted anew change contact time by up to {change_ms:.0f} ms: a baseline of today is surer."
        )
    return sum(sizes) / len(sizes), there, tuple(notes)


def _in_words(plan: CuePlan) -> tuple[str, ...]:
    target = f"{plan.of.label} {plan.band} of the baseline" if plan.baseline is None else plan.in_words(plan.baseline)
    how = {"metronome": "a metronome", "tone": "a low tone below, a high one above", "none": "no sound"}[plan.sound]
    first = f"First {clock_time(plan.before_s)} of plain running."
    return f"Cue: {target}; {how}.", f"{first} Then: {schedule_in_words(plan.schedule)}."


def schedule_in_words(schedule: Schedule) -> str:
    """The parts of a schedule with their lengths."""
    told = [
        part.name + (f" for {clock_time(part.duration_s)}" if part.duration_s < float("inf") else " to the end")
        for part in schedule.parts
    ]
    return ", ".join(told)


def cue_event(milestone: Milestone, host_monotonic_ns: int, host_utc_ns: int) -> RecordingEvent:
    """A milestone as the recording keeps it (rule 3)."""
    text = f"{milestone.word}: {milestone.text}"
    return RecordingEvent(host_monotonic_ns, host_utc_ns, CUE_KIND, None, text, milestone.value)


class LiveCue:
    """A cue beside a live session; see the rules at the top of this module."""

    def __init__(self, plan: CuePlan, sound: SoundOutput | None = None, speed_m_s: float | None = None) -> None:
        self.state = CueState(plan, speed_m_s=speed_m_s)
        self._sound: SoundOutput = sound or Silent()
        self._told = 0
        self._beats_until_s = 0.0
        self._ended = False
        self._said: set[str] = set()
        self.problem = ""

    def feed(self, updates: Iterable[StrideUpdate]) -> None:
        """Take in strides as they become known, and play the tones that they bring about."""
        try:
            for tone in self.state.feed(updates) if not self.problem else ():
                if not self._ended:
                    self._sound.play(tone.name)
        except Exception as error:  # noqa: BLE001 (rule 1)
            self._fail(error)

    def receive(self, event: RecordingEvent) -> None:
        """Take notice of an event: of the belt's speed [m/s]."""
        if event.kind == SPEED_KIND and event.value is not None:
            self.set_speed(event.value)

    def set_speed(self, speed_m_s: float) -> None:
        """The belt runs at this speed from now on."""
        self.state.set_speed(speed_m_s)

    def tick(self, now_s: float) -> list[Milestone]:
        """Hand over the beats of the next moment; return the milestones that came due since the last call."""
        if self._ended or self.problem:
            return []
        try:
            ahead_s = now_s + AHEAD_S
            for beat in self.state.beats(max(now_s, self._beats_until_s), ahead_s):
                self._sound.play(beat.name, beat.at_s - now_s)
            self._beats_until_s = max(self._beats_until_s, ahead_s)
            due = [one for one in self.state.milestones()[self._told :] if one.at_s <= now_s]
        except Exception as error:  # noqa: BLE001 (rule 1)
            self._fail(error)
            return []
        self._told += len(due)
        return [self._with_result(one) for one in due]

    def finish(self, now_s: float) -> list[Milestone]:
        """End the cue and its sound; return what is still to be recorded: that it ended, if it had begun."""
        due = self.tick(now_s)
        self.close()
        told = self.state.milestones()[: self._told]
        if self.problem or not any(one.word == "start" for one in told) or any(one.word == "end" for one in told):
            return due
        return [*due, self._with_result(Milestone(now_s, "end", "the recording ended"))]

    def close(self) -> None:
        """Let go of the sound; the cue is over. May be called again, and without `finish`."""
        self._ended = True
        self._sound.close()

    def view(self, now_s: float) -> CueView | None:
        """What to show just now; None when the cue has failed."""
        try:
            signal = self.state.signal(now_s)
        except Exception as error:  # noqa: BLE001 (rule 1)
            self._fail(error)
            return None
        return CueView(self.state.plan, signal, self.problem or self._sound.problem)

    def new_problems(self) -> list[str]:
        """What went wrong since the last call, of the cue and of its sound."""
        found = [one for one in (self.problem, self._sound.problem) if one and one not in self._said]
        self._said.update(found)
        return found

    def _with_result(self, milestone: Milestone) -> Milestone:
        found = self.state.result_in_words() if milestone.word == "end" else ""
        return replace(milestone, text=f"{milestone.text}; {found}") if found else milestone

    def _fail(self, error: Exception) -> None:
        self.problem = f"the cue stopped ({type(error).__name__}: {error})"
