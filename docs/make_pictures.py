"""Makes `docs/recording.svg`: what the terminal shows during a recording.

    python docs/make_pictures.py

The picture is of a real run of `gaitpipe demo`: two virtual sensors of a synthetic runner, over the virtual radio,
through the same recorder as a recording of a person. It says so in its title. Run it again when the live view changes.
"""

from __future__ import annotations

import asyncio
import io
import re
import tempfile
from collections.abc import AsyncIterator
from pathlib import Path

from rich._export_format import CONSOLE_SVG_FORMAT
from rich.console import Console

from gaitpipe.app.demo import run_demo
from gaitpipe.app.live import LiveView
from gaitpipe.app.record import Talk
from gaitpipe.cli.live_view import KEYS, picture

FILE = Path(__file__).with_name("recording.svg")
SECONDS, TAKEN_AT_S = 60.0, 50.0
COLUMNS = 96
TITLE = "gaitpipe record (synthetic runner, virtual radio)"
TYPED = ((22.0, "quicker steps from here"), (35.0, ""), (44.0, "s 10.8"))
"""Lines and the session time at which they are typed [s]."""
WITHOUT_WEB_FONTS = re.sub(r"@font-face \{\{.*?\}\}|<!--.*?-->", "", CONSOLE_SVG_FORMAT, flags=re.DOTALL)
"""A picture loads nothing from elsewhere: the reader's own fixed-width font will do."""


class Photographer:
    """Prints what is said, and the state once."""

    def __init__(self, folder: str) -> None:
        self.console = Console(record=True, width=COLUMNS, file=io.StringIO(), force_terminal=True, highlight=False)
        self.taken = False
        self._folder = folder
        self._typed = list(TYPED)
        self._lines: asyncio.Queue[str] = asyncio.Queue()

    def say(self, text: str) -> None:
        if not self.taken:
            self.console.print(text.replace(self._folder, "run1"), markup=False)

    def show(self, view: LiveView) -> None:
        while self._typed and view.elapsed_s >= self._typed[0][0]:
            self._lines.put_nowait(self._typed.pop(0)[1])
        if view.elapsed_s >= TAKEN_AT_S and not self.taken:
            self.console.print(picture(view, KEYS))
            self.taken = True

    async def typed(self) -> AsyncIterator[str]:
        while True:
            yield await self._lines.get()


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        photographer = Photographer(folder)
        talk = Talk(photographer.say, photographer.show)
        asyncio.run(run_demo(Path(folder), SECONDS, talk, typed=photographer.typed()))
    svg = photographer.console.export_svg(title=TITLE, code_format=WITHOUT_WEB_FONTS, unique_id="recording")
    FILE.write_text(svg, encoding="utf-8")


if __name__ == "__main__":
    main()
