"""A cue while it happens: strides in, a judgement and the sounds that are due out. Time is given, never asked for.

Rules
  1. Only good running strides count. A walking stride empties the window and stops the cue until running is seen
     again; a stride with a reason in `quality` (a gap, a turn, a change of speed, no contact seen) is passed over.
  2. The value that is judged is the mean of the last five steps: five strides of both feet, or three of one foot,
     which span six steps. Left and right are averaged first, so a difference between the legs does not make the mean
     jump. Strides older than `cue_fresh_s` leave the window; a window that is not full is not judged.
  3. With two sensors contact time is judged only when both feet are in the window; cadence is that of either foot.
  4. Running starts with the first full window. Plain running follows, `before_s` long, without feedback; with a
     baseline of this session, longer when the strides do not suffice. Then the schedule starts and runs by the clock.
     It does not wait while the runner walks.
  5. A baseline of this session is the mean of the good strides of the plain running after the first `cue_settle_s`.
  6. In the band it takes `cue_deadband_pct` of the baseline beyond its end to leave it, and none to come back: noise at
     an end does not chatter.
  7. A tone is due when the steps are outside the band while feedback is on, at most each `cue_tone_every_s`, at once
     when the side changes. It belongs to the stride that was judged. Inside the band there is silence.
  8. A metronome beats at the middle of the band while feedback is on and the runner runs, inside the band too.
  9. A speed that differs from the baseline's by more than `load_speed_tolerance_m_s` stops the cue: cadence and
     contact time change with speed. An unknown speed does not stop it.
 10. What is said depends on the strides, the speeds and their order alone: not on how they were bundled, nor on when
     and how often `signal`, `milestones` and `beats` are asked. Memory is one frozen value: a snapshot.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import replace

from gaitpipe.evidence import value
from gaitpipe.gait.cues.metronome import Metronome
from gaitpipe.gait.cues.plan import CuePlan
from gaitpipe.gait.cues.words import (
    CANNOT_TELL,
    NO_STEPS,
    ONE_FOOT,
    WALKING,
    CueMemory,
    CueSignal,
    CueTone,
    Judgement,
    Milestone,
    SoundName,
)
from gaitpipe.model import SIDES, Side, StrideUpdate


class CueState:
    """Runs one cue; see the rules at the top. `memory` may be kept and given to a new state, which goes on as this one.

    Parameters
    ----------
    plan
        What is asked for.
    memory
        Of an earlier state with the same plan; None: from the start.
    speed_m_s
        Speed of the belt at the start, when known.
    """

    def __init__(self, plan: CuePlan, memory: CueMemory | None = None, speed_m_s: float | None = None) -> None:
        self.plan = plan
        given = math.nan if plan.baseline is None else plan.baseline
        fresh = CueMemory(baseline=given, base_speed_m_s=plan.baseline_speed_m_s, speed_m_s=speed_m_s)
        self.memory = fresh if memory is None else memory

    def feed(self, updates: Iterable[StrideUpdate]) -> list[CueTone]:
        """Take in strides in their order; return the tones that they bring about."""
        tones: list[CueTone] = []
        for update in updates:
            self.memory, tone = _after(self.plan, self.memory, update)
            if tone is not None:
                tones.append(tone)
        return tones

    def set_speed(self, speed_m_s: float) -> None:
        """The belt runs at this speed from now on."""
        self.memory = replace(self.memory, speed_m_s=speed_m_s)

    def signal(self, now_s: float) -> CueSignal:
        """What to show at a time."""
        plan, memory = self.plan, self.memory
        stale = now_s - memory.last_good_s > value("cue_fresh_s")
        judgement, reason = memory.judgement, memory.reason
        if stale and (judgement != "waiting" or not reason):
            judgement, reason = "waiting", NO_STEPS
        phase, until_s, live = _phase(plan, memory, now_s)
        if not live:
            judgement, reason = "waiting", CANNOT_TELL if memory.reason == CANNOT_TELL else ""
        low, high = (None, None) if math.isnan(memory.baseline) else plan.target(memory.baseline)
        shown = None if stale or math.isnan(memory.value) else memory.value
        off_pct = None if judgement == "waiting" or shown is None else _off_pct(plan, memory.baseline, shown)
        on = live and plan.schedule.feedback_on(now_s - memory.start_s)
        return CueSignal(phase, on, judgement, shown, low, high, off_pct, reason, until_s)

    def beats(self, from_s: float, to_s: float) -> tuple[CueTone, ...]:
        """The metronome's beats in [from_s, to_s) that are to be heard, as far as the strides so far tell."""
        plan, memory = self.plan, self.memory
        if plan.sound != "metronome" or math.isnan(memory.start_s) or memory.reason:
            return ()
        low, high = plan.target(memory.baseline)
        beats = Metronome(0.5 * (low + high), memory.start_s).beats(from_s, to_s)
        return tuple(
            CueTone("click", beat_s)
            for beat_s in beats
            if plan.schedule.feedback_on(beat_s - memory.start_s)
            and beat_s - memory.last_good_s <= value("cue_fresh_s")
        )

    def milestones(self) -> tuple[Milestone, ...]:
        """Everything that is fixed by now, in order of time; what lies ahead may be among it."""
        plan, memory = self.plan, self.memory
        found: list[Milestone] = []
        if not math.isnan(memory.running_from_s):
            found.append(Milestone(memory.running_from_s, "before", "plain running"))
        if math.isnan(memory.start_s):
            return tuple(found)
        low, high = plan.target(memory.baseline)
        parts = plan.schedule.parts
        words = f"{plan.in_words(memory.baseline)}; {parts[0].name}"
        found.append(Milestone(memory.start_s, "start", words, 0.5 * (low + high)))
        for part, since_s in zip(parts[1:], plan.schedule.starts_s[1:], strict=True):
            found.append(Milestone(memory.start_s + since_s, "part", part.name, part.share))
        if math.isfinite(plan.schedule.duration_s):
            found.append(Milestone(memory.start_s + plan.schedule.duration_s, "end", "plain running again"))
        return tuple(found)

    def result_in_words(self) -> str:
        """How often the steps were inside the band, with feedback and without; empty when nothing was judged."""
        pairs = (("with feedback", self.memory.with_feedback), ("without", self.memory.without))
        told = [f"{100 * one.inside / one.judged:.0f} % of {one.judged} {name}" for name, one in pairs if one.judged]
        return f"steps in the band: {', '.join(told)}" if told else ""


def _after(plan: CuePlan, memory: CueMemory, update: StrideUpdate) -> tuple[CueMemory, CueTone | None]:
    """The memory after one more stride, and the tone that it brings about."""
    end_s, size = update.ic_s + update.stride_time_s, _size(plan, update)
    if not math.isfinite(end_s):
        return memory, None
    if update.mode != "run":
        reason = WALKING if update.mode == "walk" else CANNOT_TELL
        return replace(memory, window=(), judgement="waiting", reason=reason, value=math.nan), None
    newest_s = max([end_s, *(_end_s(one) for one in memory.window)])
    if update.quality != "ok" or not math.isfinite(size) or newest_s - end_s > value("cue_fresh_s"):
        return memory, None
    window = tuple(one for one in (*memory.window, update) if newest_s - _end_s(one) <= value("cue_fresh_s"))
    window = window[-_needed(window) :]
    memory = replace(memory, window=window, last_good_s=max(memory.last_good_s, end_s))
    memory = _toward_start(plan, memory, update, size, _missing(plan, window) == "")
    return _judged(plan, memory, end_s)


def _toward_start(plan: CuePlan, memory: CueMemory, update: StrideUpdate, size: float, full: bool) -> CueMemory:
    """Rules 4 and 5: find the start of running, gather the baseline, fix the start of the cue."""
    if not math.isnan(memory.start_s):
        return memory
    if math.isnan(memory.running_from_s):
        if not full:
            return memory
        memory = replace(memory, running_from_s=min(one.ic_s for one in memory.window))
    due_s, end_s = memory.running_from_s + plan.before_s, _end_s(update)
    if plan.baseline is not None:
        return replace(memory, start_s=due_s)
    if update.ic_s < memory.running_from_s + value("cue_settle_s"):
        return memory
    place = SIDES.index(update.side)
    sums, counts = list(memory.base_sum), list(memory.base_count)
    sums[place] += size
    counts[place] += 1
    memory = replace(memory, base_sum=(sums[0], sums[1]), base_count=(counts[0], counts[1]))
    known = [total / count for total, count in zip(sums, counts, strict=True) if count >= value("load_least_strides")]
    if end_s < due_s or len(known) < plan.sides:
        return memory
    return replace(memory, start_s=end_s, baseline=sum(known) / len(known), base_speed_m_s=memory.speed_m_s)


def _judged(plan: CuePlan, memory: CueMemory, end_s: float) -> tuple[CueMemory, CueTone | None]:
    """The memory with the window's judgement at the time of its last stride, and the tone."""
    reason = _missing(plan, memory.window) or _other_speed(memory)
    size = math.nan if _missing(plan, memory.window) else _mean(plan, memory.window)
    memory = replace(memory, value=size, reason=reason, judgement=memory.judgement if not reason else "waiting")
    since_s = end_s - memory.start_s
    place = -1 if math.isnan(since_s) else plan.schedule.part_at(since_s)
    if reason or not 0 <= place < len(plan.schedule.parts):
        return replace(memory, judgement="waiting"), None
    judgement = _judge(plan, memory, size)
    on, inside = plan.schedule.feedback_on(since_s), judgement == "in_band"
    memory = replace(
        memory,
        judgement=judgement,
        with_feedback=memory.with_feedback.plus(inside) if on else memory.with_feedback,
        without=memory.without if on else memory.without.plus(inside),
    )
    return _with_tone(memory, end_s) if plan.sound == "tone" and on and not inside else (memory, None)


def _with_tone(memory: CueMemory, end_s: float) -> tuple[CueMemory, CueTone | None]:
    name: SoundName = "low" if memory.judgement == "below" else "high"
    if name == memory.last_tone and end_s - memory.last_tone_s < value("cue_tone_every_s"):
        return memory, None
    return replace(memory, last_tone=name, last_tone_s=end_s), CueTone(name, end_s)


def _judge(plan: CuePlan, memory: CueMemory, size: float) -> Judgement:
    low, high = plan.target(memory.baseline)
    slack = memory.baseline * value("cue_deadband_pct") / 100.0 if memory.judgement == "in_band" else 0.0
    if size < low - slack:
        return "below"
    return "above" if size > high + slack else "in_band"


def _missing(plan: CuePlan, window: tuple[StrideUpdate, ...]) -> str:
    """Why the window cannot be judged; empty when it can."""
    if len(window) < _needed(window):
        return NO_STEPS
    return ONE_FOOT if plan.metric == "contact" and len({one.side for one in window}) < plan.sides else ""


def _needed(window: tuple[StrideUpdate, ...]) -> int:
    """How many strides make a full window (rule 2): a stride of one foot spans two steps."""
    steps = round(value("cue_smoothing_steps"))
    return steps if len({one.side for one in window}) == 2 else (steps + 1) // 2


def _other_speed(memory: CueMemory) -> str:
    here, there = memory.speed_m_s, memory.base_speed_m_s
    if here is None or there is None or abs(here - there) <= value("load_speed_tolerance_m_s") + 1e-9:
        return ""
    return f"the speed is {here:.2f} m/s, that of the baseline {there:.2f}"


def _mean(plan: CuePlan, window: tuple[StrideUpdate, ...]) -> float:
    """Mean of the feet's means."""
    feet: dict[Side, list[float]] = {}
    for one in window:
        feet.setdefault(one.side, []).append(_size(plan, one))
    return sum(math.fsum(sizes) / len(sizes) for sizes in feet.values()) / len(feet)


def _phase(plan: CuePlan, memory: CueMemory, now_s: float) -> tuple[str, float | None, bool]:
    """Name of the phase at a time, when it ends, and whether it is one of the cue's own parts."""
    if math.isnan(memory.running_from_s):
        return "waiting for running", None, False
    if math.isnan(memory.start_s) or now_s < memory.start_s:
        return "plain running", None if math.isnan(memory.start_s) else memory.start_s, False
    parts, starts_s = plan.schedule.parts, plan.schedule.starts_s
    place = plan.schedule.part_at(now_s - memory.start_s)
    if place >= len(parts):
        return "plain running again", None, False
    until_s = memory.start_s + starts_s[place] + parts[place].duration_s
    return parts[place].name, until_s if math.isfinite(until_s) else None, True


def _off_pct(plan: CuePlan, baseline: float, size: float) -> float:
    low, high = plan.target(baseline)
    return 100.0 * (min(0.0, size - low) + max(0.0, size - high)) / baseline


def _size(plan: CuePlan, update: StrideUpdate) -> float:
    return update.cadence_spm if plan.metric == "cadence" else update.ground_contact_time_s


def _end_s(update: StrideUpdate) -> float:
    return update.ic_s + update.stride_time_s
