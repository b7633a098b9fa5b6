"""The options of a cue on `record`, and hearing its sounds before a run."""

from __future__ import annotations

import functools
import math
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar, cast

import click

from gaitpipe.cli.console import Console, console
from gaitpipe.cli.parameters import NearChoice, PathOf
from gaitpipe.errors import UsageError

if TYPE_CHECKING:
    from gaitpipe.app.cue import LiveCue
    from gaitpipe.gait.cues.plan import CueMetric, CuePlan, CueSound
    from gaitpipe.model import Side

F = TypeVar("F", bound=Callable[..., Any])

TEST_CADENCE_SPM = 170.0
_TIME = re.compile(r"(?:(\d{1,3}):)?(\d{1,5})")


class Duration(click.ParamType):  # type: ignore[type-arg]  # generic since click 8.2
    """A length of time: 120 (seconds) or 2:00 (minutes:seconds)."""

    name = "time"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> float:
        """Return the seconds."""
        if isinstance(value, float):
            return value
        found = _TIME.fullmatch(str(value).strip())
        if found is None or (found[1] is not None and int(found[2]) >= 60):
            self.fail(f"'{value}' is no length of time. Write 120 (seconds) or 2:00 (minutes:seconds).", param, ctx)
        seconds = 60.0 * int(found[1] or 0) + float(found[2])
        if not 10.0 <= seconds <= 3600.0:
            self.fail(f"'{value}' is not between 10 s and 60 minutes.", param, ctx)
        return seconds


@dataclass(frozen=True, slots=True)
class CueOptions:
    """The options as typed."""

    metric: str | None
    band: str | None
    baseline: Path | None
    typed_baseline: str | None
    sound: str | None
    schedule: str | None
    before_s: float | None

    def open(
        self, sides: Sequence[Side], belt_speed_m_s: float | None, words: Console, seconds: float | None = None
    ) -> LiveCue | None:
        """Return the cue, its sound open, after saying what it is; None when none was asked for.

        `seconds` is when the recording stops by itself.

        Raises
        ------
        UsageError
            An option that needs --cue, or a cue that cannot be.
        RecordingError
            The baseline cannot be read.
        """
        if self.metric is None:
            self._refuse_without_cue()
            return None
        from gaitpipe.app.cue import CueWish, LiveCue, plan_of
        from gaitpipe.app.sound import Silent, open_sound

        wish = CueWish(
            metric=cast("CueMetric", self.metric),
            sides=tuple(sides),
            band=self.band,
            baseline=self.baseline,
            typed_baseline=self.typed_baseline,
            sound=cast("CueSound | None", self.sound),
            schedule="faded" if self.schedule is None else self.schedule,
            before_s=self.before_s,
            belt_speed_m_s=belt_speed_m_s,
        )
        plan, notes = plan_of(wish)
        sound, note = (Silent(), "") if plan.sound == "none" else open_sound()
        for line in (*notes, note, longer_than(plan, seconds)):
            if line:
                words.say(line)
        return LiveCue(plan, sound, belt_speed_m_s)

    def _refuse_without_cue(self) -> None:
        given = {
            "--band": self.band,
            "--baseline": self.baseline,
            "--cue-baseline": self.typed_baseline,
            "--cue-sound": self.sound,
            "--cue-schedule": self.schedule,
            "--cue-before": self.before_s,
        }
        unused = [name for name, one in given.items() if one is not None]
        if unused:
            raise UsageError(
                f"{', '.join(unused)} without --cue changes nothing", "Add --cue cadence or --cue contact."
            )


def longer_than(plan: CuePlan, seconds: float | None) -> str:
    """A line when a recording of so many seconds ends before the cue does; empty when it does not."""
    from gaitpipe.report.text import clock_time

    start_s, length_s = plan.before_s, plan.schedule.duration_s
    if seconds is None or seconds >= start_s + (length_s if math.isfinite(length_s) else 0.0):
        return ""
    ends = f"--seconds {seconds:g} ends the recording after {clock_time(seconds)}"
    if seconds <= start_s:
        return f"{ends}, before the cue begins ({clock_time(start_s)} of plain running come first)."
    return f"{ends}; plain running and cue take {clock_time(start_s + length_s)}."


def cue_options(command: F) -> F:
    """Add the options of a cue; the command gets them as `cue`."""

    @functools.wraps(command)
    def gathered(
        *args: Any,
        cue_metric: str | None,
        band: str | None,
        baseline: Path | None,
        cue_baseline: str | None,
        cue_sound: str | None,
        cue_schedule: str | None,
        cue_before: float | None,
        **others: Any,
    ) -> Any:
        options = CueOptions(cue_metric, band, baseline, cue_baseline, cue_sound, cue_schedule, cue_before)
        return command(*args, cue=options, **others)

    added: Any = gathered
    for option in reversed(_OPTIONS):
        added = option(added)
    return added  # type: ignore[no-any-return]


def _test(context: click.Context, _parameter: click.Parameter, asked: bool) -> None:
    if asked:
        context.exit(hear(console()))


def hear(words: Console) -> int:
    """Play each sound of a cue, with a word on what it means; return the exit code: 1 when nothing can be heard."""
    import time

    from gaitpipe.app.sound import Silent, open_sound
    from gaitpipe.gait.cues.metronome import Metronome

    sound, note = open_sound()
    if note:
        words.note("warning", note)
    if isinstance(sound, Silent):
        return 1
    words.say(f"Sound: {sound.name}.")
    try:
        for name, meaning in (("low", "below the band"), ("high", "above the band")):
            words.say(f"{name}: {meaning}")
            sound.play(cast("Any", name))
            time.sleep(1.0)
        words.say(f"metronome at {TEST_CADENCE_SPM:.0f} steps/min")
        for beat_s in Metronome(TEST_CADENCE_SPM, 0.1).beats(0.0, 4.0):
            sound.play("click", beat_s)
        time.sleep(4.5)
    finally:
        sound.close()
    if sound.problem:
        words.note("warning", sound.problem)
    return 1 if sound.problem else 0


_OPTIONS = (
    click.option(
        "--cue", "cue_metric", type=NearChoice(["cadence", "contact"]), help="Cue the runner on one figure, by sound."
    ),
    click.option("--band", metavar="LOW..HIGH%", help="Target beside the baseline, such as 5..10%."),
    click.option("--baseline", type=PathOf(), help="Earlier easy run: its summary.json or folder."),
    click.option("--cue-baseline", metavar="VALUE", help="Baseline as a number, or: session (measured first; usual)."),
    click.option(
        "--cue-sound",
        type=NearChoice(["metronome", "tone", "none"]),
        help="Beats at the target (usual for cadence), or tones when outside the band.",
    ),
    click.option(
        "--cue-schedule", metavar="TEXT", help='faded (usual), constant, or parts: "60 on, 30 off, 4:00 half".'
    ),
    click.option("--cue-before", type=Duration(), metavar="TIME", help="Plain running before the cue; 2:00."),
    click.option(
        "--cue-test",
        is_flag=True,
        is_eager=True,
        expose_value=False,
        callback=_test,
        help="Hear the sounds and leave.",
    ),
)
