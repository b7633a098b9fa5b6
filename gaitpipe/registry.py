"""Finds plug-in modules by looking into a package's folder: a new metric, importer or report section is one file.

This is the only magic of the project. A module that lacks the agreed name fails at once, naming the file.
"""

from __future__ import annotations

import importlib
import pkgutil
from types import ModuleType
from typing import TypeVar

T = TypeVar("T")


def load_plugins(package: ModuleType, attribute: str, kind: type[T]) -> tuple[T, ...]:
    """All objects called `attribute` in the modules of `package`, sorted by module name.

    Modules whose name starts with an underscore are helpers and are left out.

    Raises
    ------
    TypeError
        A module of the folder has no such object, or one of another type.
    """
    found: list[T] = []
    for module_info in sorted(pkgutil.iter_modules(package.__path__), key=lambda item: item.name):
        if module_info.name.startswith("_"):
            continue
        module = importlib.import_module(f"{package.__name__}.{module_info.name}")
        plugin = getattr(module, attribute, None)
        if not isinstance(plugin, kind):
            message = f"{module.__file__}: a plug-in of {package.__name__} needs `{attribute}: {kind.__name__}`"
            raise TypeError(message)
        found.append(plugin)
    return tuple(found)
