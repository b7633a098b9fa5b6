"""What the terminal shows of a batch: a bar with the time left, or a plain line now and then; failures as they come.

The time left comes from bytes, not files: recordings differ in length a hundredfold.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Mapping
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

from gaitpipe.cli.console import Console
from gaitpipe.errors import counted
from gaitpipe.protocol.schema_tables import visible

if TYPE_CHECKING:
    from gaitpipe.app.batch import BatchResult

LINE_EVERY_S = 10.0
SHOWN_FAILURES = 20
FIRST_FILES = 4


class BatchView:
    """Shows the events of a run; a context manager, since a bar must be taken away at the end."""

    def __init__(
        self, words: Console, out: str, clock: Callable[[], float] = time.monotonic, retry_failed: bool = False
    ) -> None:
        self._retry_failed = retry_failed
        self._words = words
        self._out = out
        self._clock = clock
        self._begun_s = self._said_s = clock()
        self._plan: Mapping[str, Any] = {}
        self._done = self._failed = 0
        self._first_s, self._first_bytes = self._begun_s, 0
        self._bar: Any = None
        self._task: Any = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._no_bar()

    def show(self, event: Mapping[str, Any]) -> None:
        """Show one event of `run_batch`."""
        if event["event"] == "planned":
            self._begin(event)
        elif event["event"] == "ended" and (event["session"] or event["status"] == "failed"):
            self._one(event)
        elif event["event"] == "warning":
            about = f"{event['session']}: " if event["session"] else ""
            self._words.note("warning", f"{about}{event['reason']}")
        elif event["event"] == "finished":
            self._no_bar()

    def stopping(self, asked: int) -> None:
        """Say that the run is being stopped."""
        if asked == 1:
            self._words.say("Stopping: what runs is finished first. Ctrl-C again gives it up.")

    def end(self, result: BatchResult) -> None:
        """Say how the run ended and where its files are."""
        counts, words = result.counts, self._words
        parts = [f"{counts['ok']} analysed", f"{counts['unchanged']} unchanged", f"{counts['failed']} failed"]
        if counts["failed_before"]:
            parts.append(f"{counts['failed_before']} failed before")
        if counts["skipped"]:
            parts.append(f"{counts['skipped']} skipped")
        words.say(f"{', '.join(parts)} in {time_text(self._clock() - self._begun_s)}. Results: {self._out}")
        if self._failed > SHOWN_FAILURES:
            words.say(f"{self._failed - SHOWN_FAILURES} failures more are not shown here.")
        if counts["failed"] or counts["failed_before"]:
            words.say("failed.csv there says what failed, why, and what to do.")
        if counts["failed_before"]:
            words.note("warning", f"{counts['failed_before']} failed before and were not tried again: --retry-failed")
        if counts["left"] and self._retry_failed:
            words.say(f"{counted(counts['left'], 'session')} did not fail and must wait: run without --retry-failed.")
        elif counts["left"]:
            words.say(f"{counted(counts['left'], 'session')} left for another run of the same command.")

    def _begin(self, event: Mapping[str, Any]) -> None:
        self._plan = event
        self._words.say(f"{counted(event['sessions'], 'session')}, {event['to_do']} to do.")
        if event["to_do"] and not self._words.quiet and sys.stderr.isatty():
            self._start_bar()

    def _one(self, event: Mapping[str, Any]) -> None:
        worked = event["tried"] and event["seconds"] > 0
        self._done += bool(worked)
        if event["status"] == "failed" and event["tried"]:
            self._failed += 1
            if self._failed <= SHOWN_FAILURES:
                about = event["session"] or visible(event["files"][0])
                self._words.failure(f"{about}: {visible(event['reason'])}", event["advice"])
        if self._bar is not None:
            left = self._left_s(event["bytes_done"])
            words = "" if left is None else f"{time_text(left)} left"
            self._bar.update(self._task, completed=event["bytes_done"], done=self._done, left=words)
        elif worked and self._clock() - self._said_s >= LINE_EVERY_S:
            self._said_s = self._clock()
            self._words.say(self._line(event["bytes_done"]))

    def _line(self, bytes_done: int) -> str:
        left = self._left_s(bytes_done)
        words = "" if left is None else f", {time_text(left)} left"
        return f"{self._done} of {self._plan.get('to_do', 0)} done, {self._failed} failed{words}"

    def _left_s(self, bytes_done: int) -> float | None:
        """Time left [s] at the rate of bytes since the first files, which wait for the compiler; None before."""
        if self._done <= FIRST_FILES:
            self._first_s, self._first_bytes = self._clock(), bytes_done
            return None
        in_all = int(self._plan.get("bytes_to_do", 0)) - self._first_bytes
        return left_s(self._clock() - self._first_s, bytes_done - self._first_bytes, in_all)

    def _start_bar(self) -> None:
        from rich.console import Console as RichConsole
        from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

        columns = (
            SpinnerColumn(),
            TextColumn("{task.fields[done]} of {task.fields[of]}"),
            BarColumn(),
            TimeElapsedColumn(),
            TextColumn("{task.fields[left]}"),
        )
        self._bar = Progress(*columns, console=RichConsole(stderr=True), transient=True)
        self._bar.start()
        self._task = self._bar.add_task(
            "batch", total=self._plan["bytes_to_do"] or None, done=0, of=self._plan["to_do"], left=""
        )

    def _no_bar(self) -> None:
        if self._bar is not None:
            self._bar.stop()
            self._bar = None


def left_s(elapsed_s: float, bytes_done: int, bytes_in_all: int) -> float | None:
    """Time left [s] when bytes go on as fast as so far; None before the first are done."""
    if bytes_done <= 0 or elapsed_s <= 0:
        return None
    return max(0.0, elapsed_s * (bytes_in_all - bytes_done) / bytes_done)


def time_text(seconds: float) -> str:
    """A time as people say it: 42 s, 3 min, 2 h 5 min."""
    if seconds < 99.5:
        return f"{seconds:.0f} s"
    minutes = round(seconds / 60.0)
    return f"{minutes} min" if minutes < 100 else f"{minutes // 60} h {minutes % 60} min"
