"""The live table shows what is typed as it is, whatever letters it has."""

from __future__ import annotations

import io

import pytest
from rich.console import Console

from gaitpipe.app.live import LiveView, SideView
from gaitpipe.cli.live_view import SHOWN_LETTERS, LiveScreen, picture

VIEW = LiveView(83.0, 1_200_000, (SideView("left", "a", True), SideView("right", "b", True)))


def shown(typed: str) -> str:
    screen = LiveScreen(False, "? helps.")
    screen.typing(typed)
    console = Console(file=io.StringIO(), width=100)
    console.print(picture(VIEW, screen._hint))
    return console.file.getvalue()


@pytest.mark.parametrize("typed", ["calf tight", "[/red] [bold", "[link=x]", "\\[", "s 10"])
def test_letters_so_far_are_shown_as_they_are(typed):
    assert f"> {typed}_" in shown(typed)


def test_long_line_shows_its_end_and_an_empty_one_nothing():
    assert f"> {'x' * SHOWN_LETTERS}_" in shown("begin" + "x" * SHOWN_LETTERS)
    assert ">" not in shown("")
    assert "01:23 recorded, 1.2 MB. ? helps." in shown("")
