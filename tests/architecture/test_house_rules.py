"""House rules that a machine can check: sizes, no fastmath, kernels in one file."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

LONGEST_FILE = 400
LONGEST_FUNCTION = 80
LONG_FILES = {
    "core/kernel.py": "numba keys its disk cache on one file, so everything compiled stands in it",
    "core/accelerometer_kernel.py": "numba keys its disk cache on one file, so everything compiled stands in it",
}


def functions(tree: ast.AST) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    return (node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef))


def trees(package: Path) -> Iterator[tuple[str, ast.Module, int]]:
    for path in sorted(package.rglob("*.py")):
        text = path.read_text("utf-8")
        yield path.relative_to(package).as_posix(), ast.parse(text), len(text.splitlines())


def long_functions(tree: ast.AST) -> list[tuple[str, int]]:
    sizes = ((node.name, int(node.end_lineno or node.lineno) - node.lineno + 1) for node in functions(tree))
    return [(name, size) for name, size in sizes if size > LONGEST_FUNCTION]


def test_no_file_is_longer_than_the_limit_without_a_reason(package: Path) -> None:
    long = {file: lines for file, _, lines in trees(package) if lines > LONGEST_FILE}
    assert set(long) <= set(LONG_FILES), long


def test_every_exception_is_still_needed(package: Path) -> None:
    lengths = {file: lines for file, _, lines in trees(package)}
    assert all(lengths[file] > LONGEST_FILE and reason for file, reason in LONG_FILES.items())


def test_no_function_is_longer_than_the_limit(package: Path) -> None:
    long = {file: found for file, tree, _ in trees(package) if (found := long_functions(tree))}
    assert not long


def test_the_check_of_functions_sees_a_long_one() -> None:
    body = "\n".join("    x = 1" for _ in range(LONGEST_FUNCTION))
    assert long_functions(ast.parse(f"class A:\n  def f(self):\n    pass\ndef g():\n{body}\n")) == [
        ("g", LONGEST_FUNCTION + 1)
    ]


def decorators(package: Path) -> Iterator[tuple[str, str, str]]:
    """(file, function, decorator source) of everything that numba compiles."""
    for file, tree, _ in trees(package):
        for node in functions(tree):
            for decorator in node.decorator_list:
                text = ast.unparse(decorator)
                if "jit" in text or "vectorize" in text:
                    yield file, node.name, text


def test_kernels_that_call_each_other_stand_in_one_file_are_cached_and_have_no_fastmath(package: Path) -> None:
    """numba's disk cache knows the file of the outermost function only; `rotate` calls nothing compiled."""
    found = list(decorators(package))
    assert len(found) > 15
    assert {file for file, _, _ in found} == {
        "core/accelerometer_kernel.py",
        "core/kernel.py",
        "core/rotation.py",
        "core/strapdown.py",
        "simulate/springmass_kernel.py",
    }
    assert [function for file, function, _ in found if file == "core/rotation.py"] == ["rotate"]
    assert {text for _, _, text in found} == {"njit(cache=True)"}


@pytest.mark.parametrize("word", ["fastmath=", "jitclass", "parallel="])
def test_no_compiler_switch_that_changes_sums_is_used(package: Path, word: str) -> None:
    for file in ("kernel.py", "rotation.py", "detector.py", "state.py", "params.py"):
        assert word not in (package / "core" / file).read_text("utf-8")
