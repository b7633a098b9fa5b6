"""Reads the imports of a package and says which of them break the rules of the layers.

Rules
  1. L0 errors, auxiliary, derived, model, evidence, registry; L1 core, protocol, profile text; L2 gait, metrics,
     rehab; L3 session; L4 the outside world; L5 app, cli. A module imports its own part, or parts of a lower layer.
  2. Parts of one layer do not import each other, but: gait and metrics are one layer that knows itself, L0 too, app and
     cli too; `sources/replay` and the importers may use `recording`; rehab may use `gait`, never the other way.
  3. L0 to L3 import no clock, log, event loop or path. Rehab counts in days and may import `datetime`, for dates that
     it is given: it never asks what day it is.
  4. `bleak` is imported by `sources/ble*` and by `simulate` alone.
  5. `print` is called in `cli` alone.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

PACKAGE = "gaitpipe"
LAYERS = {
    **dict.fromkeys(("errors", "auxiliary", "derived", "model", "evidence", "registry"), 0),
    **dict.fromkeys(("core", "protocol"), 1),
    **dict.fromkeys(("gait", "metrics", "rehab"), 2),
    "session": 3,
    **dict.fromkeys(
        (
            "recording", "importers", "exporters", "sources", "simulate", "report", "profile_store", "batch", "clinic",
        ),
        4,
    ),
    **dict.fromkeys(("app", "cli", "__main__", "__init__"), 5),
}  # fmt: skip
KNOW_EACH_OTHER = (
    {"errors", "auxiliary", "derived", "model", "evidence", "registry"},
    {"gait", "metrics"},
    {"app", "cli", "__main__", "__init__"},
)
ALLOWED = {("sources/replay.py", "recording"), ("importers/", "recording"), ("rehab/", "gait")}
CLOCK_CALLS = {"today", "now", "utcnow"}
OUTSIDE_WORLD = {"time", "datetime", "logging", "asyncio", "pathlib"}


def imported(tree: ast.AST, file: str) -> Iterator[tuple[str, int]]:
    """Full names of everything that is imported, at whatever depth, with the line; `file` as seen from the package."""
    folder = [PACKAGE, *Path(file).parent.parts]
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((alias.name, node.lineno) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            start = folder[: len(folder) - node.level + 1] if node.level else []
            base = ".".join([*start, *([node.module] if node.module else [])])
            yield from ((f"{base}.{alias.name}", node.lineno) for alias in node.names)


def part_of(file: str) -> str:
    """The part of the package a file (relative, with slashes) belongs to."""
    return Path(file).parts[0].removesuffix(".py")


def faults_of(source: str, file: str, parts: set[str]) -> list[str]:
    """Broken rules of one file; `parts` are the parts that the package has."""
    tree, own, found = ast.parse(source), part_of(file), []
    if own not in LAYERS:
        return [f"{file}: {own} belongs to no layer"]
    for name, line in imported(tree, file):
        pieces = name.split(".")
        if pieces[0] == PACKAGE:
            # A name out of the package's root that is no part (`__version__`) belongs to the root itself.
            other = pieces[1] if len(pieces) > 1 and pieces[1] in parts else "errors"
            if other not in LAYERS or not may_import(file, own, other):
                found.append(f"{file}:{line}: {own} imports {other}")
        elif LAYERS[own] <= 3 and pieces[0] in OUTSIDE_WORLD and (own, pieces[0]) != ("rehab", "datetime"):
            found.append(f"{file}:{line}: {pieces[0]} below the outside world")
        elif pieces[0] == "bleak" and not (file.startswith(("sources/ble", "simulate/"))):
            found.append(f"{file}:{line}: bleak")
    if own == "rehab":
        found += [f"{file}:{line}: asks the clock" for line in sorted(clock_lines(tree))]
    if own != "cli":
        calls = (node for node in ast.walk(tree) if isinstance(node, ast.Call) and isinstance(node.func, ast.Name))
        found += [f"{file}:{call.lineno}: print" for call in calls if ast.unparse(call.func) == "print"]
    return found


def clock_lines(tree: ast.AST) -> set[int]:
    """Lines that call `today()` or `now()` of anything, or take them of a date; a field named `today` is none."""
    nodes = list(ast.walk(tree))
    called = [node.func for node in nodes if isinstance(node, ast.Call)]
    taken = [node for node in nodes if isinstance(node, ast.Attribute) and "date" in ast.unparse(node.value)]
    asked = [node for node in (*called, *taken) if isinstance(node, ast.Attribute) and node.attr in CLOCK_CALLS]
    return {node.lineno for node in asked}


def may_import(file: str, own: str, other: str) -> bool:
    if own == other or LAYERS[other] < LAYERS[own]:
        return True
    if any({own, other} <= family for family in KNOW_EACH_OTHER):
        return True
    return any(file.startswith(start) and other == part for start, part in ALLOWED)


def package_faults(root: Path) -> list[str]:
    """Broken rules of all files under a package's folder."""
    files = sorted(root.rglob("*.py"))
    parts = {path.relative_to(root).parts[0].removesuffix(".py") for path in files}
    found = []
    for path in files:
        found += faults_of(path.read_text("utf-8"), path.relative_to(root).as_posix(), parts)
    return found
