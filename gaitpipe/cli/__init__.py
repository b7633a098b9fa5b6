"""The command line: `gaitpipe COMMAND`. Words go to stderr, data to stdout.

Exit codes: 0 done, 1 error, 2 wrong use or configuration, 3 some of several files failed, 4 sensor or Bluetooth,
130 interrupted after a clean stop. A command imports what it needs when it runs, so that `--help` is quick.
"""

from __future__ import annotations

import errno
import os
import sys
import traceback
from collections.abc import Sequence
from contextlib import suppress

import click

from gaitpipe import __version__
from gaitpipe.cli.analysis import analyze, report
from gaitpipe.cli.batch import batch
from gaitpipe.cli.compare import compare
from gaitpipe.cli.console import Console, NearGroup, ReaderGoneError, common_options
from gaitpipe.cli.decide import decide
from gaitpipe.cli.demo import demo
from gaitpipe.cli.doctor import doctor
from gaitpipe.cli.export import export
from gaitpipe.cli.import_files import import_files
from gaitpipe.cli.interrupt import quiet_interrupts
from gaitpipe.cli.log import log
from gaitpipe.cli.plan import plan
from gaitpipe.cli.profiles import profiles
from gaitpipe.cli.record import record, scan
from gaitpipe.cli.simulate import simulate
from gaitpipe.errors import GaitpipeError

EXIT_ERROR, EXIT_INTERRUPTED = 1, 130
OUTPUT_ERRORS = frozenset({errno.ENOSPC, errno.EPIPE, errno.EIO, errno.EBADF, errno.EFBIG})
"""What writing to stdout may fail with; errors of files are told with their name where they happen."""


@click.group(cls=NearGroup, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, prog_name="gaitpipe")
@common_options
def cli() -> None:
    """Running gait from motion sensors on the feet or shanks: record, analyse, report.

    Start with `gaitpipe demo --out demo-out`: it needs no sensor and no Bluetooth.
    Research and education software, not a medical device.
    """


for _command in (
    demo, scan, record, analyze, batch, report, compare, import_files, export, simulate, profiles, plan, log, decide,
    doctor,
):  # fmt: skip
    cli.add_command(_command)


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line and leave the process with its exit code."""
    with quiet_interrupts():
        code = run(arguments)
    sys.exit(code)


def run(arguments: Sequence[str] | None = None) -> int:
    """Run one command line; return its exit code. All errors end as one message with advice."""
    console = Console.from_arguments(sys.argv[1:] if arguments is None else arguments)
    try:
        result = cli.main(
            args=None if arguments is None else list(arguments), prog_name="gaitpipe", standalone_mode=False
        )
    except (KeyboardInterrupt, click.Abort):
        console.failure("interrupted")
        return EXIT_INTERRUPTED
    except ReaderGoneError as gone:
        return _output_failed(console, gone.error)
    except Exception as error:  # noqa: BLE001 (nobody above could say it better)
        if console.debug:
            click.echo(traceback.format_exc(), err=True)
        if isinstance(error, OSError) and error.filename is None and error.errno in OUTPUT_ERRORS:
            return _output_failed(console, error)
        return _tell(console, error)
    return result if isinstance(result, int) else 0


def _output_failed(console: Console, error: OSError) -> int:
    """Say that stdout (or stderr) takes no more, and let go of what Python still wants to write there at its end."""
    with suppress(OSError, ValueError):  # a stdout that is no file has no number
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    with suppress(OSError):
        console.failure(f"cannot write the output: {error.strerror}", "Look at where stdout goes: a full disk, a pipe?")
    return EXIT_ERROR


def _tell(console: Console, error: Exception) -> int:
    """Say what went wrong and what to do; return the exit code."""
    if isinstance(error, click.exceptions.NoArgsIsHelpError):
        click.echo(error.format_message(), err=True)
        return error.exit_code
    if isinstance(error, click.ClickException):
        console.usage(error)
        return error.exit_code
    if isinstance(error, GaitpipeError):
        console.failure(error.message, error.advice)
        return error.exit_code
    advice = "This is a defect of gaitpipe. Run the same command with --debug and report what it prints."
    console.failure(f"unexpected {type(error).__name__}: {error}", advice)
    return EXIT_ERROR
