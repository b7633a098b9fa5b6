"""What all commands share: words on stderr, common options, and help with mistyped words."""

from __future__ import annotations

import difflib
import json
import os
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

import click

if TYPE_CHECKING:
    from gaitpipe.model import Finding

F = TypeVar("F", bound=Callable[..., Any])

COLOURS = {"error": "red", "warning": "yellow", "info": "cyan"}


@dataclass(slots=True)
class Console:
    """Words for the person at the terminal: all of it goes to stderr."""

    quiet: bool = False
    debug: bool = False

    @classmethod
    def from_arguments(cls, arguments: Sequence[str]) -> Console:
        """Return the console that these arguments ask for, before click has read them."""
        return cls(quiet="--quiet" in arguments or "-q" in arguments, debug="--debug" in arguments)

    def say(self, text: str = "") -> None:
        """Print a line, unless quiet."""
        if not self.quiet:
            _echo(text)

    def note(self, severity: str, text: str, advice: str = "") -> None:
        """Print a finding or a warning: its severity as a word, the text and, indented, the advice."""
        if self.quiet and severity == "info":
            return
        head = click.style(f"{severity}:", fg=COLOURS.get(severity), bold=severity == "error")
        _echo(f"{head} {text}")
        if advice:
            _echo(f"  {advice}")

    def findings(self, findings: Iterable[Finding]) -> None:
        """Print findings, the serious ones first."""
        order = {"error": 0, "warning": 1, "info": 2}
        for finding in sorted(findings, key=lambda item: order[item.severity]):
            self.note(finding.severity, finding.message, finding.advice)

    def failure(self, message: str, advice: str = "") -> None:
        """Print why a command failed and what to do; not silenced by quiet."""
        self.note("error", message, advice)

    def usage(self, error: click.ClickException) -> None:
        """Print how a command was called wrongly."""
        context = getattr(error, "ctx", None)
        self.note("error", error.format_message())
        if context is not None:
            _echo(f"  See `{context.command_path} --help`.")


def _echo(text: str) -> None:
    click.echo(text, err=True, color=False if os.environ.get("NO_COLOR") else None)


def print_json(value: Any, one_line: bool = False) -> None:
    """Print data on stdout as JSON; one object a line where there are several."""
    click.echo(json.dumps(value, indent=None if one_line else 2, ensure_ascii=False, allow_nan=False))


def common_options(command: F) -> F:
    """Add --quiet and --debug, before or after the command's name; use `console()` to get at them."""
    quiet = click.option("-q", "--quiet", is_flag=True, expose_value=False, callback=_keep, help="Fewer words.")
    debug = click.option(
        "--debug",
        is_flag=True,
        expose_value=False,
        callback=_keep,
        help="Show where in the program an error came from.",
    )
    return quiet(debug(command))


def json_option(command: F) -> F:
    """Add --json."""
    return click.option("--json", "as_json", is_flag=True, help="Print the result as JSON on stdout.")(command)


def _keep(context: click.Context, parameter: click.Parameter, value: bool) -> None:
    if value and parameter.name:
        context.find_root().meta[f"gaitpipe.{parameter.name}"] = True


def console() -> Console:
    """Return the console of the running command."""
    meta = click.get_current_context().find_root().meta
    return Console(quiet=meta.get("gaitpipe.quiet", False), debug=meta.get("gaitpipe.debug", False))


def near(word: str, known: Iterable[str]) -> str:
    """Return ` Did you mean 'x'?`, or nothing."""
    close = difflib.get_close_matches(word.lower(), list(known), n=1, cutoff=0.5)
    return f" Did you mean '{close[0]}'?" if close else ""


class ReaderGoneError(Exception):
    """Nobody reads stdout any more, as `head` does when it has enough; click would leave without a word."""

    def __init__(self, error: BrokenPipeError) -> None:
        super().__init__(str(error))
        self.error = error


class NearGroup(click.Group):
    """A group that lists its commands in the order of use and knows what a mistyped one may have meant."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 (click's signature)
        """Return the commands in the order in which they were added."""
        return list(self.commands)

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command; a broken pipe gets a name that click lets pass."""
        try:
            return super().invoke(ctx)
        except BrokenPipeError as error:
            raise ReaderGoneError(error) from error

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find the command, or say which one is near."""
        if args and not args[0].startswith("-") and args[0] not in self.commands:
            message = f"there is no command '{args[0]}'.{near(args[0], self.commands)}"
            raise click.UsageError(f"{message} Commands: {', '.join(self.commands)}.", ctx)
        return super().resolve_command(ctx, args)
