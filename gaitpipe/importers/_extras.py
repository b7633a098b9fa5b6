"""Libraries that only some formats need: imported when such a file is read."""

from __future__ import annotations

import importlib
from typing import Any

from gaitpipe.errors import UsageError


def needed(module: str, extra: str, files: str) -> Any:
    """The module, or what to install.

    Raises
    ------
    UsageError
        It is not installed.
    """
    try:
        return importlib.import_module(module)
    except ImportError:
        top = module.split(".", 1)[0]
        message, advice = f"{files} need {top}, which is not installed", f'python -m pip install -e ".[{extra}]"'
        raise UsageError(message, f"Install it: {advice}") from None
