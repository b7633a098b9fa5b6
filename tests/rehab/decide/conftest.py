"""The situation that tests of the decision change."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

import pytest

FILE = Path(__file__).parents[1] / "decide" / "situation.py"


def _load() -> ModuleType:
    name = "gaitpipe_situation"
    if name not in sys.modules:
        spec = importlib.util.spec_from_file_location(name, FILE)
        assert spec is not None
        assert spec.loader is not None
        sys.modules[name] = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(sys.modules[name])
    return sys.modules[name]


SITUATION = _load()


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "rule(ids): rules of the decision, or hazards, that a test proves")


@pytest.fixture(scope="session")
def make() -> ModuleType:
    """`make.fine(stage)`: a runner for whom everything is fine; its constants and parts."""
    return SITUATION
