"""gaitpipe: running gait from wearable BLE motion sensors.

`analyze` reads a recording or CSV files and gives figures, findings and the stride table; `read_recording` gives the
samples of a recording; `Session` is the pipeline itself. All are loaded when they are first used.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from gaitpipe.app.analyze import analyze
    from gaitpipe.recording.decode import read_recording
    from gaitpipe.session import Session

__version__ = "0.1.0"
__all__ = ["Session", "__version__", "analyze", "read_recording"]

_PLACES = {
    "analyze": "gaitpipe.app.analyze",
    "read_recording": "gaitpipe.recording.decode",
    "Session": "gaitpipe.session",
}


def __getattr__(name: str) -> Any:
    """Load a public name when it is first asked for, so that `import gaitpipe` stays quick."""
    if name not in _PLACES:
        message = f"module 'gaitpipe' has no attribute '{name}'"
        raise AttributeError(message)
    return getattr(importlib.import_module(_PLACES[name]), name)


def __dir__() -> list[str]:
    return sorted(__all__)
