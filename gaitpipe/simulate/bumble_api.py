"""The parts of bumble that the virtual radio uses, and what to do when it is not installed."""

from __future__ import annotations

import logging

from gaitpipe.errors import GaitpipeError

try:
    from bumble import att, core, device, gatt, gatt_client, hci, ll
    from bumble.controller import Connection, Controller
    from bumble.link import LocalLink
except ImportError as missing:
    raise GaitpipeError(
        f"virtual sensors need the package 'bumble' ({missing})",
        'Install it with: python -m pip install -e ".[demo]"',
    ) from missing

# Bumble warns about every packet that arrives after a link was lost; that is normal here and no news to a user.
logging.getLogger("bumble").addHandler(logging.NullHandler())

__all__ = ["Connection", "Controller", "LocalLink", "att", "core", "device", "gatt", "gatt_client", "hci", "ll"]
