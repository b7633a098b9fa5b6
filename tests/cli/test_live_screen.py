"""The live table shows what is typed as it is, whatever letters it has."""

from __future__ import annotations

import io

import pytest
from rich.console import Console

from gaitpipe.app.live import DeviceView, LiveView, SideView
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


FULL = LiveView(
    3723.0,
    12_300_000,
    (
        SideView("left", "a", True, 171.0, 0.2431, 812, 87, -61, 9990, 10, 3, 0.4),
        SideView("right", "b", True, 169.0, 0.2517, 809, 45, -72, 9700, 300, 12, 2.6),
    ),
    devices=(
        DeviceView("treadmill", True, speed_m_s=3.05, incline_pct=1.5),
        DeviceView("foot_pod", True, speed_m_s=2.94, cadence_per_min=84.0),
        DeviceView("heart_rate", True, heart_rate_bpm=148.0),
    ),
)
FIGURES = [
    *("171 steps/min", "169 steps/min", "243 ms", "252 ms", "87 %", "45 %", "0.1 %", "3.0 %", "0.4 s ago", "2.6 s ago"),
    *("1:02:03 recorded", "12.3 MB", "LEFT", "RIGHT"),
    *("treadmill 3.05 m/s, 1.5 %", "foot pod 2.94 m/s, 84/min", "heart rate 148 beats/min"),
]


def lines_at(width: int, view: LiveView = FULL) -> list[str]:
    console = Console(file=io.StringIO(), width=width)
    console.print(picture(view, "q stops."))
    return console.file.getvalue().splitlines()


@pytest.mark.parametrize("width", [40, 60, 80, 110])
def test_every_figure_is_there_in_whole_however_narrow_the_terminal(width):
    lines = lines_at(width)
    assert max(map(len, lines)) <= width
    missing = [figure for figure in FIGURES if not any(figure in line for line in lines)]
    assert missing == []
    assert "\u2026" not in "".join(lines)


def test_a_terminal_too_narrow_for_the_table_gets_lines_of_each_side_and_a_wide_one_the_table():
    assert not any("Ground contact" in line for line in lines_at(40))
    assert any("Ground contact" in line for line in lines_at(80))


@pytest.mark.parametrize("width", [1, 5, 12])
def test_a_terminal_with_hardly_any_room_is_drawn_all_the_same(width):
    assert max(map(len, lines_at(width))) <= width
