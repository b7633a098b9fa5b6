"""The table of a run in the virtual machine, from pytest's own XML report."""

from __future__ import annotations

import time
import xml.etree.ElementTree as ET
from pathlib import Path

INTRODUCTION = """# Bluetooth in a virtual machine

Written by `tests/vm/run --results`. The sensors are **virtual** and so is the air; kernel, bluetoothd, D-Bus, bleak and
the recorder are the real ones. What that shows and what not: [bluetooth-tests.md](../../docs/bluetooth-tests.md).

The seconds of a test are those of the machine's own clock, which counts instructions (one a nanosecond), set-up and
clean-up included. They say nothing about speed on a real computer.
"""


def outcome(case: ET.Element) -> tuple[str, str]:
    """Return what became of a test, and why."""
    for name, word in (("failure", "failed"), ("error", "failed"), ("skipped", "left out")):
        found = case.find(name)
        if found is not None:
            return word, (found.get("message") or "").splitlines()[0] if found.get("message") else ""
    return "passed", ""


def in_words(case: ET.Element) -> str:
    """Return the name of a test as a sentence, with its parameters."""
    name, _, parameters = case.get("name", "").removeprefix("test_").partition("[")
    others = [item for item in parameters.rstrip("]").split("-") if item and item not in ("vm", "vm start")]
    return name.replace("_", " ") + (f" ({', '.join(others)})" if others else "")


def table(report: Path, versions: str, machine_s: float, packages: list[str]) -> str:
    """Return the page: versions, counts, one row a test.

    Parameters
    ----------
    report
        pytest's XML report.
    versions
        Lines of program and version, as the machine printed them.
    machine_s
        How long the machine ran, in s of this computer.
    packages
        Names of the package files it was made from.
    """
    cases = [(case, *outcome(case)) for case in ET.parse(report).getroot().iter("testcase")]  # our own
    words = [word for _, word, _ in cases]
    counts = ", ".join(f"{words.count(word)} {word}" for word in ("passed", "failed", "left out"))
    emulator = next((name for name in packages if name.startswith("qemu-system-x86_")), "qemu as installed")
    known = dict(line.split(" ", 1) for line in versions.splitlines() if " " in line)
    lines = [
        INTRODUCTION,
        "| | |",
        "|---|---|",
        *(f"| {name} | {version} |" for name, version in known.items()),
        f"| emulator | {emulator.removesuffix('.deb').replace('%3a', ':')}, without hardware support |",
        f"| run | {time.strftime('%Y-%m-%d', time.gmtime())}, {machine_s:.0f} s from power-on to power-off |",
        f"| tests | {counts} |",
        "",
        "| test | outcome | seconds |",
        "|---|---|---:|",
    ]
    for case, word, reason in cases:
        seconds = float(case.get("time", "0"))
        detail = f"{word}: {reason}" if reason else word
        lines.append(f"| {in_words(case)} | {detail.replace('|', '/')} | {seconds:.1f} |")
    return "\n".join(lines) + "\n"
