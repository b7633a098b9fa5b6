"""docs/traceability.md: which tests prove which rule, from the marks of the tests themselves.

`python tests/rehab/decide/traceability.py > docs/traceability.md`; a test says when the page is out of date.
"""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

from gaitpipe import evidence

TESTS = Path(__file__).parents[2]
FOLDERS = ("rehab/decide", "rehab/hazards")
HAZARDS = {
    "hazard-H1": "left and right swapped",
    "hazard-H2": "wrong time base (scale of contact times)",
    "hazard-H3": "missing morning pain taken for 0",
    "hazard-H4": "stale baseline or other shoe",
    "hazard-H5": "treadmill speed typed wrong",
    "hazard-H6": "walking counted as running",
    "hazard-H7": "red-flag answer lost",
    "hazard-H8": "units mixed up",
    "hazard-H9": "report for the wrong person",
    "hazard-H10": "progress on painkillers",
    "hazard-H11": "both sides injured, with a symmetry index",
    "hazard-H12": 'a missing figure becomes "no flag"',
}
HEAD = """# Traceability

Which tests prove which rule of the decision, and which hazard. Written from the marks of the tests by
`python tests/rehab/decide/traceability.py > docs/traceability.md`; a test says when it is out of date. What the rules
say and how well they are founded stands in [evidence.md](evidence.md), hazards in [intended-use.md](intended-use.md).
"""


def marks(tests: Path = TESTS) -> dict[str, list[str]]:
    """Rule and hazard ids with the tests that are marked with them, as `file: test`."""
    found: dict[str, list[str]] = {}
    for folder in FOLDERS:
        for path in sorted((tests / folder).glob("test_*.py")):
            for name, ids in _marked(ast.parse(path.read_text("utf-8"))):
                for rule_id in ids:
                    found.setdefault(rule_id, []).append(f"{path.relative_to(tests).as_posix()}: {name}")
    return found


def _marked(tree: ast.Module) -> Iterator[tuple[str, list[str]]]:
    for node in tree.body:
        if isinstance(node, ast.FunctionDef):
            calls = [one for one in node.decorator_list if isinstance(one, ast.Call)]
            rules = [call for call in calls if ast.unparse(call.func) == "pytest.mark.rule"]
            ids = [ast.literal_eval(argument) for call in rules for argument in call.args]
            if ids:
                yield node.name, list(dict.fromkeys(ids))


def titles() -> dict[str, str]:
    """Everything that needs a test: all rules of the evidence, and the hazards."""
    return {rule.id: rule.title for rule in evidence.RULES} | HAZARDS


def markdown() -> str:
    """The page."""
    found = marks()
    lines = [HEAD, "| rule | what | tests |", "|---|---|---|"]
    for rule_id, title in titles().items():
        tests = "<br>".join(_words(test) for test in found.get(rule_id, [])) or "**none**"
        lines.append(f"| {rule_id.replace('hazard-', 'hazard ')} | {title} | {tests} |")
    return "\n".join(lines) + "\n"


def _words(test: str) -> str:
    file, name = test.split(": ")
    return f"{name.removeprefix('test_').replace('_', ' ')} (`{file.rsplit('/', 1)[-1]}`)"


if __name__ == "__main__":
    sys.stdout.write(markdown())
