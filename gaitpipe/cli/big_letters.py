"""Words of letters five lines high, to be read from a treadmill."""

from __future__ import annotations

LINES = 5
_LETTERS = {
    "A": " ## #  ######  ##  #", "B": "### #  #### #  #### ", "C": " ####   #   #    ###", "D": "### #  ##  ##  #### ",
    "E": "#####   ### #   ####", "F": "#####   ### #   #   ", "G": " ####   # ###  # ###", "H": "#  ##  ######  ##  #",
    "I": "### #  #  # ###", "K": "#  ## # ##  # # #  #", "L": "#   #   #   #   ####", "M": "#   ### ### # ##   ##   #",
    "N": "#  ### ## ###  ##  #", "O": " ## #  ##  ##  # ## ", "P": "### #  #### #   #   ",
    "Q": " ## #  ##  ## ## ###", "R": "### #  #### # # #  #", "S": " ####    ##    #### ", "T": "### #  #  #  # ",
    "U": "#  ##  ##  ##  # ## ", "V": "#   ##   ##   # # #   #  ", "W": "#   ##   ## # ### ###   #",
    "Y": "#   # # #   #    #    #  ", " ": " " * 10,
    "0": " ## #  ##  ##  # ## ", "1": " # ##  #  # ###", "2": "###    # ## #   ####", "3": "###    # ##    #### ",
    "4": "#  ##  #####   #   #", "5": "#####   ###    #### ", "6": " ## #   ### #  # ## ", "7": "####   #  #  #  #   ",
    "8": " ## #  # ## #  # ## ", "9": " ## #  # ###   # ## ",
}  # fmt: skip
"""Each letter row after row; its width is a fifth of the text."""


def big(text: str, ink: str = "\u2588") -> list[str]:
    """A text as five lines of the same length; what has no big letter is left out."""
    shapes = [_LETTERS[letter] for letter in text.upper() if letter in _LETTERS]
    rows = []
    for line in range(LINES):
        parts = [shape[line * (len(shape) // LINES) : (line + 1) * (len(shape) // LINES)] for shape in shapes]
        rows.append(" ".join(parts).replace("#", ink))
    return rows
