"""Modules that tests share lie beside them; test folders are no packages, so such a module is loaded by its path."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

TESTS = Path(__file__).resolve().parents[1]


def module_beside(file: str | Path, name: str) -> ModuleType:
    """The module `name`.py, as seen from the folder of `file`: `module_beside(__file__, "walker")`, or `"../ble/bus"`.

    All who ask get the same one.
    """
    path = (Path(file).parent / f"{name}.py").resolve()
    full_name = "_".join(("gaitpipe_tests", *path.relative_to(TESTS).with_suffix("").parts))
    if full_name not in sys.modules:
        spec = importlib.util.spec_from_file_location(full_name, path)
        assert spec is not None
        assert spec.loader is not None
        sys.modules[full_name] = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(sys.modules[full_name])
    return sys.modules[full_name]
