"""A profile in words, for `profiles list` and `profiles show`: what it sends with which settings, and its limits."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from gaitpipe.protocol.profile import Profile
    from gaitpipe.protocol.profile_parts import PacketLayout


def packet_lines(profile: Profile) -> list[str]:
    """Each kind of packet: where it comes, with which settings, what it holds, and how losses and times are known."""
    return [_packet_line(profile, layout) for layout in profile.packets]


def _packet_line(profile: Profile, layout: PacketLayout) -> str:
    held = ", ".join(f"{item.quantity} {item.type}" for item in layout.fields if item.quantity != "unused")
    line = f"{held}; {_counts(layout)}; {_clock(layout)}; on {_role(profile, layout.characteristic)}"
    return f"with {_condition(layout.only_if)}: {line}" if layout.only_if else line


def unfit_lines(profile: Profile) -> list[str]:
    """Each reason why a recording is of no use for gait, with the settings that it holds for."""
    conditions = [(_condition(item.only_if), item.reason) for item in profile.unfit]
    return [f"with {settings}: {reason}" if settings else f"always: {reason}" for settings, reason in conditions]


def short_remark(profile: Profile) -> str:
    """What a list says beside name and rate: whose variant it is, and whether it is of use as it stands."""
    remarks = [f"found as {profile.variant_of}"] if profile.variant_of else []
    if profile.unfit_reason(profile.resolve_settings()) is not None:
        remarks.append("not for gait as it stands")
    return "".join(f", {remark}" for remark in remarks)


def _role(profile: Profile, key: str) -> str:
    roles = {item.key: item.role for service in profile.services for item in service.characteristics}
    return f"{roles.get(key, '')} ({key.rpartition('/')[2]})"


def _counts(layout: PacketLayout) -> str:
    counts = layout.samples_per_packet
    if len(set(counts.values())) == 1:
        count = next(iter(counts.values()))
        return "1 sample a packet" if count == 1 else f"{count} samples a packet"
    return "samples a packet " + ", ".join(f"{count} at {rate:g} Hz" for rate, count in counts.items())


def _clock(layout: PacketLayout) -> str:
    timestamp = layout.timestamp
    if timestamp.meaning == "none":
        clock = "no clock"
    else:
        sample = timestamp.meaning.replace("_sample", " sample")
        clock = f"clock of the {sample}, ticks of {_duration(timestamp.tick_s)}, {timestamp.bits} bits"
    if layout.sequence_counts is None:
        return f"{clock}, no counter" if timestamp.meaning == "none" else clock
    return f"{clock}, counts {layout.sequence_counts}"


def _duration(seconds: float) -> str:
    for size, unit in ((1e-3, "ms"), (1e-6, "us")):
        if seconds >= 0.999 * size:
            return f"{seconds / size:g} {unit}"
    return f"{seconds / 1e-9:g} ns"


def _condition(condition: Mapping[str, Sequence[float]] | Sequence[Mapping[str, Sequence[float]]]) -> str:
    """One row of settings, or several of which one must hold."""
    rows = [condition] if isinstance(condition, Mapping) else condition
    return " or ".join(
        " and ".join(f"{name} = {', '.join(f'{value:g}' for value in values)}" for name, values in row.items())
        for row in rows
    )
