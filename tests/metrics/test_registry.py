"""The folder scan: finds what is there, fails at once on what is wrong, naming the file."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest

from gaitpipe.registry import load_plugins


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """An empty package on the import path; its modules are forgotten afterwards."""
    package = tmp_path / "plugins_of_a_test"
    package.mkdir()
    (package / "__init__.py").write_text("")
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    yield package
    for name in [name for name in sys.modules if name.startswith(package.name)]:
        del sys.modules[name]


def package_of(folder: Path) -> ModuleType:
    importlib.invalidate_caches()
    return importlib.import_module(folder.name)


def test_plugins_come_in_order_of_their_files_and_helpers_are_left_out(folder: Path) -> None:
    for name, value in (("b", 2), ("a", 1), ("_helper", 3)):
        (folder / f"{name}.py").write_text(f"THING = {value}\n")
    assert load_plugins(package_of(folder), "THING", int) == (1, 2)


@pytest.mark.parametrize("content", ["", "THING = 'text'\n", "thing = 1\n"])
def test_a_module_without_the_agreed_object_is_named(folder: Path, content: str) -> None:
    (folder / "wrong.py").write_text(content)
    with pytest.raises(TypeError, match=r"wrong\.py.*THING: int"):
        load_plugins(package_of(folder), "THING", int)


def test_an_empty_folder_gives_nothing(folder: Path) -> None:
    assert load_plugins(package_of(folder), "THING", int) == ()
