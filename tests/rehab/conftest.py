"""The situation that tests of the decision and of the hazards change."""

from __future__ import annotations

from types import ModuleType

import pytest

from module_beside import module_beside


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "rule(ids): rules of the decision, or hazards, that a test proves")


@pytest.fixture(scope="session")
def make() -> ModuleType:
    """`make.fine(stage)`: a runner for whom everything is fine; its constants and parts."""
    return module_beside(__file__, "decide/situation")
