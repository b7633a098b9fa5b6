"""Sensors that were taken because the user named them, though their profile does not recognise them.

A sensor may have been given a name of its own, and then the user's word is enough. Not so where another profile does
recognise it: that is another model.
"""

from __future__ import annotations

from collections.abc import Sequence

from gaitpipe.errors import DeviceError, DeviceReason
from gaitpipe.protocol.profile import Profile
from gaitpipe.sources.ble_scan import Sighting, Wanted, WantedDevice


def doubt_of(wanted: Wanted, sighting: Sighting, known: Sequence[Profile]) -> str:
    """Return what to tell of a sensor that was taken by its name alone, or "".

    Raises
    ------
    DeviceError
        One of the `known` profiles recognises it: it is of another model (WRONG_MODEL).
    """
    if isinstance(wanted, WantedDevice) or sighting.fits(wanted.profile):
        return ""
    name, own = sighting.name or sighting.device.address, wanted.profile
    # A standard service (a heart rate) says nothing of the model, and a variant looks like what it is a variant of.
    others = [one for one in known if one.auxiliary is None and one.variant_of is None and one.id != own.variant_of]
    other = next((one for one in others if sighting.fits(one)), None)
    if other is not None:
        raise DeviceError(
            DeviceReason.WRONG_MODEL,
            f"the {wanted.words}: '{name}' is a {other.id}, not a {own.id}",
            f"Record it with --{wanted.source} {other.id}@{wanted.match}, or give a part of the name or address that "
            f"only your {own.name} has. `gaitpipe scan` shows what is near.",
            name,
        )
    return f"'{name}' does not look like a {own.name} from outside. It is taken because you named it."
