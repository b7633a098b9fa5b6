"""The package's folder and the checker of its layers."""

from __future__ import annotations

from pathlib import Path
from types import ModuleType

import pytest

import gaitpipe
from module_beside import module_beside


@pytest.fixture(scope="session")
def package() -> Path:
    """The folder of the package under test."""
    return Path(str(gaitpipe.__file__)).parent


@pytest.fixture(scope="session")
def layers() -> ModuleType:
    """The checker."""
    return module_beside(__file__, "layers")
