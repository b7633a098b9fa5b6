"""Parts of a profile that are right by themselves and cannot work together.

Two packets that nobody can tell apart, a stream on a characteristic that does not notify, a command to one that cannot
be written, a UUID or a number of the header that is there twice.
"""

from __future__ import annotations

from collections.abc import Mapping
from itertools import combinations
from typing import Any

from gaitpipe.protocol.schema_limits import INTEGER_LIMITS
from gaitpipe.protocol.schema_tables import Found, conditions, packets, tables, uuids_of

_ONCE = ("device_time", "sequence", "count")


def conflict_faults(raw: Mapping[str, Any]) -> Found:
    """All faults between parts of a profile."""
    yield from _twin_faults(raw)
    yield from _property_faults(raw)
    for number, service in tables(raw, "service"):
        seen: set[str] = set()
        for row, item in tables(service, "characteristic"):
            uuids = set(uuids_of(item))
            if uuids & seen:
                yield ("service", number, "characteristic", row, "uuid"), "this UUID is twice in the service"
            seen |= uuids
    for place, packet in packets(raw):
        names = [item.get("name") for _, item in tables(packet, "header")]
        for name in _ONCE:
            if names.count(name) > 1:
                problem = f"'{name}' is there {names.count(name)} times; name what is not needed 'reserved'"
                yield (*place, "header"), problem


def _twin_faults(raw: Mapping[str, Any]) -> Found:
    """Packets on one characteristic, at one time, are told apart by the constant bytes of their headers alone."""
    for (first, one), (second, other) in combinations(packets(raw), 2):
        if one.get("role") != other.get("role") or not _can_meet(one, other):
            continue
        mine, theirs = _constant_bytes(one), _constant_bytes(other)
        if not any(mine[offset] != theirs[offset] for offset in mine.keys() & theirs.keys()):
            problem = (
                f"cannot be told from packet[{first[-1]}], which comes on the same characteristic: give both a number "
                'in the header that differs, such as { name = "marker", type = "u8", equals = 1 } here and 0 there, '
                "or an `only_if` each if they never come together"
            )
            yield second, problem


def _can_meet(one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    """Whether some settings fulfil both conditions."""
    return any(
        all(set(row[name]) & set(column[name]) for name in row.keys() & column.keys())
        for row in conditions(one) or [{}]
        for column in conditions(other) or [{}]
    )


def _constant_bytes(packet: Mapping[str, Any]) -> dict[int, int]:
    """The bytes of the header that are always the same, by their place from the start."""
    found: dict[int, int] = {}
    offset = 0
    for _, item in tables(packet, "header"):
        kind, equals = str(item.get("type")), item.get("equals")
        limits = INTEGER_LIMITS.get(kind)
        if limits is None:
            break
        size = int(kind[1:]) // 8
        if isinstance(equals, int) and limits[0] <= equals <= limits[1]:
            found.update(enumerate(equals.to_bytes(size, "little", signed=kind[0] == "i"), start=offset))
        offset += size
    return found


def _property_faults(raw: Mapping[str, Any]) -> Found:
    """A stream needs a characteristic that notifies, a command one that can be written the way it is written."""
    offered = {
        item.get("role"): item.get("properties")
        for _, service in tables(raw, "service")
        for _, item in tables(service, "characteristic")
        if isinstance(item.get("role"), str) and isinstance(item.get("properties"), list)
    }
    for place, packet in packets(raw):
        role = packet.get("role")
        if isinstance(role, str) and role in offered and not {"notify", "indicate"} & _words(offered[role]):
            yield (*place, "role"), f"packets come by notification, but '{role}' has neither notify nor indicate"
    for number, command in tables(raw, "command"):
        role, way = command.get("role"), command.get("with_response")
        if not isinstance(role, str) or role not in offered or not isinstance(way, bool):
            continue
        needed = "write" if way else "write-without-response"
        if needed not in _words(offered[role]):
            yield ("command", number, "role"), f"with_response = {str(way).lower()} needs '{role}' to have '{needed}'"


def _words(properties: Any) -> set[str]:
    return {word for word in properties if isinstance(word, str)}
