"""The package's folder and the checker of its layers."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

import pytest

import gaitpipe


@pytest.fixture(scope="session")
def package() -> Path:
    """The folder of the package under test."""
    return Path(str(gaitpipe.__file__)).parent


@pytest.fixture(scope="session")
def layers() -> ModuleType:
    """The checker; loaded by its path, because test folders are no packages."""
    spec = importlib.util.spec_from_file_location("gaitpipe_layers", Path(__file__).with_name("layers.py"))
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module
