"""What a link does with one device, taken from its profile: what it subscribes to, what it writes, how long it waits.

To a device beside the feet nothing is ever written, whatever its profile says: a treadmill's control point moves a belt
on which somebody runs.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from gaitpipe.model import AuxiliaryKind
from gaitpipe.protocol.handshake import Command
from gaitpipe.sources.ble_scan import Wanted, WantedDevice

AUXILIARY_STALL_S: Mapping[AuxiliaryKind, float] = {"treadmill": 30.0, "heart_rate": 30.0, "foot_pod": 120.0}
"""How long these may be silent: a belt that stands or a pod that lies still notifies seldom or not at all, and nothing
is gained by reconnecting. A sensor of a foot sends many times a second."""


@dataclass(frozen=True, slots=True)
class LinkPlan:
    """See the module text. Characteristics are named by their profile's keys; `places` tells where each may be found:
    (service, characteristic) UUIDs, the usual place first.

    `data` carry the stream, the first of them leads; `required` must be there, or the device is of another model.
    `mtu` is what the longest notification needs.
    """

    data: tuple[str, ...]
    subscribe: tuple[str, ...]
    required: tuple[str, ...]
    places: Mapping[str, tuple[tuple[str, str], ...]]
    start: tuple[Command, ...]
    stop: tuple[Command, ...]
    battery: str | None
    mtu: int
    stall_timeout_s: float


def plan_of(wanted: Wanted, stall_timeout_s: float) -> LinkPlan:
    """Return the plan for one wanted device; `stall_timeout_s` is that of a sensor.

    Raises
    ------
    LocalProtocolError
        The profile does not have these settings.
    """
    profile = wanted.profile
    settings = profile.resolve_settings(wanted.settings)
    listen_only = isinstance(wanted, WantedDevice)
    data = profile.data_characteristics(settings)
    start = () if listen_only else profile.start_commands(settings)
    stop = () if listen_only else profile.stop_commands(settings)
    subscribe = profile.subscriptions(settings)
    named = {*subscribe, *(command.characteristic for command in start + stop), profile.battery_characteristic}
    return LinkPlan(
        data=data,
        subscribe=subscribe,
        required=(*data, *(command.characteristic for command in start)),
        places={key: profile.places_of(key) for key in named if key is not None},
        start=start,
        stop=stop,
        battery=profile.battery_characteristic,
        mtu=profile.required_mtu(settings),
        stall_timeout_s=AUXILIARY_STALL_S[wanted.kind] if isinstance(wanted, WantedDevice) else stall_timeout_s,
    )
