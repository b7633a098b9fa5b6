"""The end of a recording: analysis, files, words."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from gaitpipe.app.analyze import Analysis
from gaitpipe.app.outputs import write_outputs
from gaitpipe.app.record import Recorded
from gaitpipe.app.summary_json import summary
from gaitpipe.cli.analysis import show
from gaitpipe.cli.console import Console, print_json
from gaitpipe.errors import AnalysisError, GaitpipeError

EXIT_INTERRUPTED = 130


def finish(
    words: Console,
    recorded: Recorded,
    folder: Path,
    as_json: bool,
    complete: Callable[[Analysis], Analysis] = lambda analysis: analysis,
) -> int:
    """Analyse a closed recording and write its files; return the exit code.

    Whatever fails here, the person is told where the recording is.
    """
    words.say(f"Recording: {recorded.path}")
    try:
        analysis = complete(recorded.live.finish(recorded.session_start_utc))
        files = write_outputs(analysis, folder)
    except KeyboardInterrupt:
        words.failure("interrupted", _safe(recorded))
        return EXIT_INTERRUPTED
    except GaitpipeError as error:
        advice = error.advice if str(recorded.path) in error.advice else f"{error.advice} {_safe(recorded)}".strip()
        raise AnalysisError(error.message, advice) from error
    show(words, analysis, files)
    if as_json:
        print_json(summary(analysis) | {"recording_path": str(recorded.path), "report_path": str(files.report)})
    if recorded.interrupted:
        return EXIT_INTERRUPTED
    return 1 if analysis.errors else 0


def _safe(recorded: Recorded) -> str:
    return f"The recording is complete: {recorded.path}. Analyse it with `gaitpipe analyze`."
