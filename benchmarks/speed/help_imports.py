"""`gaitpipe --help` loads none of the heavy libraries: python -m benchmarks.speed.help_imports

Each command's own `--help` is looked at too, since a shell completes through it. The time is that of a fresh Python.
"""

from __future__ import annotations

import json
import subprocess
import sys
import time

from benchmarks.speed.common import Outcome, show

HEAVY = ("numba", "scipy", "pandas", "matplotlib")

PROGRAM = """
import contextlib, io, json, sys
from gaitpipe.cli import main
with contextlib.redirect_stdout(io.StringIO()) as text:
    try:
        main(sys.argv[1:])
    except SystemExit as end:
        code = end.code
    else:
        code = 0
heavy = sorted({name.partition(".")[0] for name in sys.modules})
print(json.dumps({"modules": heavy, "text": text.getvalue(), "code": code}))
"""


def measure() -> list[Outcome]:
    """The whole tool's help, then that of every command it names."""
    loaded, text, code, seconds = help_of()
    outcomes = [_outcome("help", "gaitpipe --help", loaded, code, seconds)]
    for command in commands(text):
        loaded, _, code, seconds = help_of(command)
        outcomes.append(_outcome(f"help_{command}", f"gaitpipe {command} --help", loaded, code, seconds))
    return outcomes


def help_of(*command: str) -> tuple[set[str], str, int, float]:
    """Heavy packages loaded, the text, the exit code and the wall time [s] of `gaitpipe COMMAND --help`."""
    start = time.perf_counter()
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, *command, "--help"], capture_output=True, text=True, check=False
    )
    seconds = time.perf_counter() - start
    if done.returncode != 0:
        return set(), done.stderr.strip(), done.returncode, seconds
    answer = json.loads(done.stdout.splitlines()[-1])
    return set(answer["modules"]) & set(HEAVY), answer["text"], int(answer["code"] or 0), seconds


def commands(text: str) -> list[str]:
    """Names under the heading of commands in the help text."""
    _, _, listing = text.partition("Commands:")
    lines = [line for line in listing.splitlines() if line.startswith("  ") and line[2:3].strip()]
    return [line.split()[0] for line in lines]


def _outcome(name: str, call: str, loaded: set[str], code: int, seconds: float) -> Outcome:
    found = ", ".join(sorted(loaded)) or "none of " + ", ".join(HEAVY)
    failure = "" if code == 0 else f", but left with {code}"
    return Outcome(
        name=name,
        target="loads none of " + ", ".join(HEAVY),
        passed=not loaded and code == 0,
        sentence=f"{call} loads {found}{failure}; {seconds:.2f} s",
        figures={"seconds": round(seconds, 3), "heavy": len(loaded), "exit_code": code},
    )


if __name__ == "__main__":
    sys.exit(show(measure))
