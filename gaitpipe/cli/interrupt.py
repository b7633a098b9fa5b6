"""Ctrl-C ends the program quietly, wherever it arrives.

Python raises KeyboardInterrupt between any two instructions, also inside finalisers and callbacks that may not raise:
there it would be printed with a traceback and dropped. Rules:

1. One that was dropped is raised again a moment later, outside of the callback, and nothing is printed. It is sent to
   the main thread as a true signal: a mere note that one came does not wake a thread that waits for a lock.
2. Once the command is over, Ctrl-C does nothing any more: what is left is Python's own tidying up.
"""

from __future__ import annotations

import _thread
import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

RAISE_AGAIN_AFTER_S = 0.01


def _interrupt() -> None:
    main = threading.main_thread().ident
    if sys.platform == "win32" or main is None:
        _thread.interrupt_main()
    else:
        signal.pthread_kill(main, signal.SIGINT)


@contextmanager
def quiet_interrupts() -> Iterator[None]:
    """Keep rule 1 inside the context and rule 2 after it; for the main thread of a program that ends then."""
    before = sys.unraisablehook

    def hook(dropped: Any) -> None:
        if not issubclass(dropped.exc_type, KeyboardInterrupt):
            before(dropped)
            return
        again = threading.Timer(RAISE_AGAIN_AFTER_S, _interrupt)
        again.daemon = True
        again.start()

    sys.unraisablehook = hook
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, signal.SIG_IGN)
