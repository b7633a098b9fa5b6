"""Ctrl-C never prints a traceback, also where Python cannot raise it, and a second one ends at once."""

from __future__ import annotations

import importlib.util
import signal
import subprocess
import sys

import pytest

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="signals of another kind")

WAIT_S = 90.0

IN_A_FINALISER = """
import signal, threading
from gaitpipe.cli.interrupt import quiet_interrupts

class Late:
    def __del__(self):
        signal.raise_signal(signal.SIGINT)

with quiet_interrupts():
    try:
        late = Late()
        del late
        threading.Event().wait()
        print("dropped")
    except KeyboardInterrupt:
        print("raised again")
signal.raise_signal(signal.SIGINT)
print("quiet at the end")
"""

OTHER_FAULT = """
from gaitpipe.cli.interrupt import quiet_interrupts

class Faulty:
    def __del__(self):
        raise ValueError("shown")

with quiet_interrupts():
    Faulty()
"""

SECOND_CTRL_C = """
import asyncio, signal, threading
from gaitpipe.app.stopping import stop_on_signals

async def main():
    stop = asyncio.Event()
    with stop_on_signals(stop, print):
        signal.raise_signal(signal.SIGINT)
        await stop.wait()
        signal.raise_signal(signal.SIGINT)
        STEP
        print("the step is finished")
        await asyncio.Event().wait()

try:
    asyncio.run(main())
except KeyboardInterrupt:
    print("interrupted")
print(signal.getsignal(signal.SIGINT) is signal.default_int_handler)
"""


def run_program(program: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=WAIT_S, check=False)


def test_ctrl_c_in_a_finaliser_wakes_a_waiting_program_and_prints_nothing():
    done = run_program(IN_A_FINALISER)
    assert done.stdout.splitlines() == ["raised again", "quiet at the end"]
    assert (done.returncode, done.stderr) == (0, "")


def test_other_faults_of_finalisers_are_still_shown():
    assert "ValueError: shown" in run_program(OTHER_FAULT).stderr


def test_a_second_ctrl_c_interrupts_between_two_steps_of_the_tasks():
    done = run_program(SECOND_CTRL_C.replace("STEP", "pass"))
    assert done.stdout.splitlines() == ["Stopping ...", "the step is finished", "interrupted", "True"]


def test_a_second_ctrl_c_interrupts_a_step_that_lasts_too():
    done = run_program(SECOND_CTRL_C.replace("STEP", "threading.Event().wait()"))
    assert done.stdout.splitlines() == ["Stopping ...", "interrupted", "True"]


@pytest.mark.skipif(importlib.util.find_spec("bumble") is None, reason="virtual sensors need bumble")
def test_a_second_ctrl_c_while_the_report_is_made_ends_quietly(tmp_path):
    command = [sys.executable, "-u", "-m", "gaitpipe", "demo", "--out", str(tmp_path)]
    process = subprocess.Popen(command, stderr=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    lines = []
    for line in process.stderr:
        lines.append(line)
        if line.startswith("00:05"):
            process.send_signal(signal.SIGINT)
        if line.startswith("Recording:"):
            process.send_signal(signal.SIGINT)
            break
    _out, rest = process.communicate(timeout=WAIT_S)
    err = "".join(lines) + rest
    assert process.returncode == 130, err
    assert "interrupted" in rest
    assert "Traceback" not in err
    assert "ignored" not in err
    assert len(list(tmp_path.glob("*.mcap"))) == 1
