"""`--set` of `record`: a setting for all sensors that have it, or after `left.` or `right.` for one of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, TypeVar

import click

from gaitpipe.cli.parameters import SettingValue
from gaitpipe.errors import LocalProtocolError, UsageError

if TYPE_CHECKING:
    from gaitpipe.model import Side
    from gaitpipe.protocol.profile import Profile

F = TypeVar("F", bound=Callable[..., Any])
Settings = Sequence[tuple[str, float]]


def side_settings_option(command: F) -> F:
    """Add --set [SIDE.]KEY=VALUE, any number of times."""
    words = "A setting of the sensors, such as rate_hz=208; left.rate_hz=208 is for the left one alone."
    return click.option("--set", "settings", type=SettingValue(), multiple=True, help=words)(command)


def settings_of_sides(settings: Settings, profiles: Mapping[Side, Profile]) -> dict[Side, dict[str, float]]:
    """Return the settings of each side: those of its own win over those of both, whatever their order.

    Raises
    ------
    UsageError
        A setting is for a side without a sensor.
    LocalProtocolError
        No sensor has the setting, or the one that it is for cannot use the value.
    """
    given: dict[Side, dict[str, float]] = {side: {} for side in profiles}
    for key, value in sorted(settings, key=lambda setting: _is_of_one_side(setting[0])):
        for side in _meant(key, profiles):
            given[side][key.rpartition(".")[2]] = value
    for side, profile in profiles.items():
        _check(side, profile, given[side], several=len(profiles) > 1)
    return given


def _is_of_one_side(key: str) -> bool:
    return key.startswith(("left.", "right."))


def _meant(key: str, profiles: Mapping[Side, Profile]) -> list[Side]:
    """The sides that a setting is for; where no sensor has it all of them, so that each says what it has."""
    if _is_of_one_side(key):
        side = key.partition(".")[0]
        if side not in profiles:
            raise UsageError(f"--set {key} is for the {side} sensor, and there is none", f"Name it with --{side}.")
        return [one for one in profiles if one == side]
    return [side for side, profile in profiles.items() if key in profile.settings] or list(profiles)


def _check(side: Side, profile: Profile, settings: Mapping[str, float], several: bool) -> None:
    for key, value in settings.items():
        try:
            profile.resolve_settings({key: value})
        except LocalProtocolError as error:
            if not several:
                raise
            form = f" For one side alone write --set {side}.{key}=VALUE." if key in profile.settings else ""
            raise LocalProtocolError(f"{side} sensor: {error.message}", f"{error.advice}{form}") from error
