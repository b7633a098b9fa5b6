"""Libraries that only some formats need: looked for before anything is written."""

from __future__ import annotations

import importlib

from gaitpipe.errors import UsageError


def need_library(format_name: str, module: str, extra: str, library: str = "") -> None:
    """Look whether a module can be imported; `library` is what it is installed as, where that is another name.

    Raises
    ------
    UsageError
        It is not installed; the advice names `extra`, the optional part of gaitpipe that has it.
    """
    try:
        importlib.import_module(module)
    except ImportError:
        message = f"{format_name} needs the library {library or module}, which is not installed"
        raise UsageError(message, f"Install it: python -m pip install 'gaitpipe[{extra}]'.") from None
