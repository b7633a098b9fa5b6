"""Fill the numbers into a text: `{key}` of a number, with the value of the plan at hand where there is one."""

from __future__ import annotations

from collections.abc import Callable
from string import Formatter


def names(template: str) -> tuple[str, ...]:
    """The names in braces of a text, in order."""
    return tuple(name for _, name, _, _ in Formatter().parse(template) if name)


def fill(template: str, value_of: Callable[[str], float], **values: object) -> str:
    """The text with every name in braces filled in.

    Parameters
    ----------
    value_of
        Gives the value of a number's key: `plan.value`, or `evidence.value`.
    values
        What else the text names; wins over numbers. `pain_hold_lowest` is the first whole number above
        `pain_progress_maximum` and need not be given.

    Raises
    ------
    KeyError
        When a name is neither given nor the key of a number.
    """
    texts = {name: values[name] if name in values else _text(name, value_of) for name in names(template)}
    return template.format(**texts)


def _text(name: str, value_of: Callable[[str], float]) -> str:
    if name == "pain_hold_lowest":
        return f"{value_of('pain_progress_maximum') + 1:g}"
    return f"{value_of(name):g}"
