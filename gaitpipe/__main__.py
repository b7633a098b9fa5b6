"""`python -m gaitpipe`."""

from __future__ import annotations

from gaitpipe.cli import main

if __name__ == "__main__":
    main()
