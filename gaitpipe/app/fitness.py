"""Whether a sensor with its settings is of use for gait at all: asked before anything is recorded."""

from __future__ import annotations

from collections.abc import Mapping

from gaitpipe.protocol.profile import Profile


def unfit_reason(profile: Profile, settings: Mapping[str, float]) -> str | None:
    """Why a recording with these settings is of no use, as the end of a sentence; None when it is of use.

    `settings` are those of `profile.resolve_settings`.
    """
    reason = profile.unfit_reason(settings)
    if reason is not None:
        return reason.rstrip(".")
    from gaitpipe.core.params import MINIMUM_RATE_HZ

    rate_hz = settings.get("rate_hz")
    if rate_hz is not None and rate_hz < MINIMUM_RATE_HZ:
        return f"at {rate_hz:g} Hz contacts with the ground cannot be seen, {MINIMUM_RATE_HZ:g} Hz or more are needed"
    return None
